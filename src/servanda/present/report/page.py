"""A report as one HTML file: nothing in it is fetched, and nothing in a text can run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.utils.safestring import mark_safe

from servanda.present.charts.themes import dark_rules
from servanda.present.html.engine import render
from servanda.present.report.contents import Report
from servanda.vocabulary.statuses import ABSENT, ALL, style_sheet

TEMPLATES = Path(__file__).parent / "templates"


def report(contents: Report) -> str:
    """The whole page. The same case and day give the same page, to the byte."""
    page = contents.page()
    return render(TEMPLATES, "report.html", {"page": page, "style": mark_safe(style())})


@lru_cache(maxsize=1)
def style() -> str:
    """The page's style, with the colours of the statuses."""
    sheet = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    pale = ",".join(f".fill-{term.code}" for term in (*ALL.values(), ABSENT) if term.pale)
    night = f"@media screen and (prefers-color-scheme:dark){{\n{dark_rules()}\n}}"
    return "\n".join([sheet, style_sheet(), f"{pale}{{--on-fill:var(--fg)}}", night])
