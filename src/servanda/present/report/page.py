"""A report as one HTML file: nothing in it asks for anything, and nothing in a text can run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from servanda.explain.escaping import visible
from servanda.explain.statuses import KINDS, MARKS, WORDS
from servanda.present.charts.palette import STATUS, dark_rules
from servanda.present.report.contents import Dossier

TEMPLATES = Path(__file__).parent / "templates"


def report(dossier: Dossier) -> str:
    """The whole page. The same case and day give the same page, to the byte."""
    found: str = template("report.html").render(
        page=dossier.page(), style=Markup(style()), marks=MARKS, words=WORDS, kinds=KINDS
    )
    return found


@lru_cache(maxsize=4)
def template(name: str) -> jinja2.Template:
    """A template in which every value is escaped, and what would not be seen is."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["svg"] = drawn
    made.filters["web"] = web
    made.filters["html"] = Markup
    return made.get_template(name)


def seen(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


def drawn(chart: Any) -> Markup:
    """A chart's SVG: its texts are escaped where it is made."""
    return Markup(chart.svg())


def web(url: str | None) -> str | None:
    """An address that may be followed: of the web, and of nothing else."""
    return url if url is not None and url.lower().startswith(("https://", "http://")) else None


def style() -> str:
    """The page's style, with the colours of statuses from the palette."""
    light = [f".s-{name}{{--fill:{colour.light}}}" for name, colour in STATUS.items()]
    dark = [f".s-{name}{{--fill:{colour.dark}}}" for name, colour in STATUS.items()]
    sheet = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    night = "\n".join([*dark, dark_rules()])
    return "\n".join(
        [sheet, *light, f"@media screen and (prefers-color-scheme:dark){{\n{night}\n}}"]
    )
