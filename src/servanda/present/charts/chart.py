"""A chart: a Vega-Lite spec and a table of words; drawn as SVG or PNG without a browser."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from typing import Literal as OneOf

from msgspec import Struct
from msgspec.structs import replace

from servanda.present.charts.themes import dark
from servanda.vocabulary.colours import GRID, INK, PAPER, QUIET
from servanda.vocabulary.escaping import visible

VERSION = "6.4"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
MIME = "application/vnd.vegalite.v6+json"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
CONFIG: dict[str, Any] = {
    "background": PAPER.light,
    "font": FONT,
    "aria": False,
    "view": {"stroke": None},
    "title": {"color": INK.light, "subtitleColor": QUIET.light, "anchor": "start"},
    "axis": {
        "labelColor": INK.light,
        "titleColor": INK.light,
        "gridColor": GRID.light,
        "domainColor": QUIET.light,
        "tickColor": QUIET.light,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {
        "labelColor": INK.light,
        "titleColor": INK.light,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "symbolStrokeWidth": 1.5,
        "labelLimit": 400,
    },
    "header": {"labelColor": INK.light, "titleColor": INK.light},
    "text": {"color": INK.light},
}
WIDTH, NARROW = 860, 300
"""Pixels of a plot, and of one for a phone."""
NAMED_PARTS = re.compile(r' (?:role="graphics-\w+"|aria-\w+="[^"<>]*")')
Theme = OneOf["light", "dark"]


class Chart(Struct, frozen=True):
    """A picture and its words.

    `spec` is Vega-Lite in light colours; `columns` and `rows` are the same as a table of words;
    `name` is a short name for files and ids; `text` is one paragraph that says what is drawn, and
    is the description of the picture for screen readers.
    """

    name: str
    title: str
    text: str
    spec: dict[str, Any]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    # -------------------------------------------------------------- the spec
    def narrow(self) -> Chart:
        """The chart for a phone: its legends below each other, under the plot."""
        layout = {"bottom": {"direction": "vertical", "anchor": "start"}}
        config = CONFIG | {"legend": CONFIG["legend"] | {"layout": layout}}
        spec: dict[str, Any] = legends_below(self.spec)
        return replace(self, spec=spec | {"config": config})

    def vegalite(self, theme: Theme = "light") -> dict[str, Any]:
        """The whole Vega-Lite spec, in the colours of a light page or a dark one."""
        whole = {
            "$schema": SCHEMA,
            "description": f"{self.title}. {self.text}",
            "config": CONFIG,
            **without_empty_legends(self.spec),
        }
        found: dict[str, Any] = whole if theme == "light" else dark(whole)
        return found

    def vega(self, theme: Theme = "light") -> dict[str, Any]:
        """The spec compiled to Vega, which the script of a page draws."""
        import vl_convert

        found: dict[str, Any] = vl_convert.vegalite_to_vega(
            self.vegalite(theme), vl_version=VERSION
        )
        return found

    def altair(self) -> Any:
        """The chart as an Altair object, to be changed further."""
        import altair

        return altair.Chart.from_dict(self.vegalite())

    # -------------------------------------------------------------- the picture
    def svg(self, theme: Theme = "light") -> str:
        """One SVG element with its title and description, drawn here: no script, no request."""
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(self.vegalite(theme), vl_version=VERSION)
        return accessible(drawn, self.name, self.title, self.text)

    def png(self, theme: Theme = "light", scale: float = 2.0) -> bytes:
        """A PNG, `scale` times as many pixels as the SVG has units."""
        import vl_convert

        found: bytes = vl_convert.vegalite_to_png(
            self.vegalite(theme), vl_version=VERSION, scale=scale
        )
        return found

    # -------------------------------------------------------------- words
    def table(self) -> str:
        """The chart's table of words, as HTML."""
        head = "".join(f'<th scope="col">{escaped(c)}</th>' for c in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def figure(self) -> str:
        """The picture with its words, as HTML: caption, SVG, and the table folded away."""
        table = ""
        if self.rows:
            summary = f"The same as a table ({len(self.rows)} rows)"
            table = f"<details><summary>{summary}</summary>{self.table()}</details>"
        return (
            f'<figure class="chart" id="chart-{escape(self.name)}">'
            f"<figcaption><strong>{escaped(self.title)}</strong> {escaped(self.text)}</figcaption>"
            f'<div class="drawing">{self.svg()}</div>{table}</figure>'
        )

    def _repr_html_(self) -> str:
        return self.figure()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What a notebook shows: the live spec where it can draw one, else SVG, else words."""
        return {
            MIME: self.vegalite(),
            "text/html": self.figure(),
            "text/plain": f"{self.title}. {self.text}",
        }


def without_empty_legends(spec: Any) -> Any:
    """A spec without legends of no word: Vega would give such a picture an infinite height."""
    if isinstance(spec, list):
        return [without_empty_legends(value) for value in spec]
    if not isinstance(spec, dict):
        return spec
    found = {key: without_empty_legends(value) for key, value in spec.items()}
    if found.get("legend") and found.get("scale", {}).get("domain") == []:
        found["legend"] = None
    return found


def legends_below(spec: Any) -> Any:
    """A spec with each of its legends under the plot, two words a line."""
    if isinstance(spec, list):
        return [legends_below(value) for value in spec]
    if not isinstance(spec, dict):
        return spec
    found = {key: legends_below(value) for key, value in spec.items()}
    if found.get("legend"):
        found["legend"] |= {"orient": "bottom", "columns": 2}
    return found


def escaped(text: str) -> str:
    """A text of the record as HTML: shown, never run."""
    return escape(visible(text))


def accessible(svg: str, name: str, title: str, text: str) -> str:
    """An SVG with a title and a description for screen readers, and ids unique on a page.

    It is one image: the roles and labels that Vega gives to its parts are removed.
    """
    ids: dict[str, str] = {}
    for id_ in re.findall(r'<[^<>]* id="([^"]+)"', svg):
        ids.setdefault(id_, f"{slug(name)}-{len(ids)}")

    def renamed(tag: re.Match[str]) -> str:
        found = NAMED_PARTS.sub("", tag[0])
        found = re.sub(r' id="([^"]+)"', lambda m: f' id="{ids[m[1]]}"', found)
        return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{ids.get(m[1], m[1])})", found)

    head, rest = re.sub(r"<[^<>]+>", renamed, svg).split(">", 1)
    head = re.sub(r' class="[^"]*"', ' class="chart"', head)
    labels = f"{escape(name)}-title {escape(name)}-text"
    titles = (
        f'<title id="{escape(name)}-title">{escaped(title)}</title>'
        f'<desc id="{escape(name)}-text">{escaped(text)}</desc>'
    )
    return f'{head} role="img" aria-labelledby="{labels}">{titles}{rest}'


def slug(text: str) -> str:
    """A text as part of a file name or an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "chart"
