"""Template filters: texts of the record are shown as they are and never run; statuses in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from servanda.present.terminal.blocks import moment
from servanda.vocabulary.escaping import readable, visible
from servanda.vocabulary.statuses import term

register = template.Library()

LONGEST = 2000
LONGEST_ADDRESS = 2000


@register.filter
def text(given: object, most: int = LONGEST) -> SafeString:
    """A text of the record: its direction isolated, and cut with a remark where it is very long."""
    whole = "" if given is None else str(given)
    left = len(whole) - most
    shown = visible(whole[:most])
    if left > 0:
        return format_html(
            '<bdi>{}</bdi> <span class="cut">… and {} more characters</span>', shown, f"{left:,}"
        )
    return format_html("<bdi>{}</bdi>", shown)


@register.filter
def brief(given: object, most: int = 120) -> str:
    """A text where there is room for plain text only: a title, an attribute."""
    whole = "" if given is None else str(given)
    return visible(whole[:most]) + ("…" if len(whole) > most else "")


@register.filter
def rule(given: str) -> SafeString:
    """A rule as a sentence: names as words, typographic comparison signs."""
    return text(readable(given))


@register.filter
def day(given: str | None, otherwise: str = "open") -> str:
    return moment(given, otherwise)


# ------------------------------------------------------------------ statuses
@register.filter
def meaning(code: str | None, kind: str = "") -> str:
    """A status in a line, for a legend."""
    return term(code, kind).description


@register.simple_tag
def status(code: str | None, kind: str = "") -> SafeString:
    """A status as its mark and word on its ground."""
    return format_html('<span class="s s-{}">{}</span>', term(code, kind).code, marked(code, kind))


@register.simple_tag
def status_cell(code: str | None, kind: str = "", label: str = "") -> SafeString:
    """A cell of a table with a status; `label`: its column, for a phone."""
    cell = '<td class="s s-{}" data-label="{}">{}</td>'
    return format_html(cell, term(code, kind).code, label, marked(code, kind))


def marked(code: str | None, kind: str) -> SafeString:
    found = term(code, kind)
    # the space does not break: a narrow cell never leaves the mark alone on its line
    return format_html('<span aria-hidden="true">{}</span>&nbsp;{}', found.mark, found.word)


# ------------------------------------------------------------------ small things
@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return None if mapping is None else mapping.get(key)


@register.filter
def minus(whole: int, part: int) -> int:
    return whole - part


@register.filter
def first_rows(rows: Sequence[Any], most: int) -> Sequence[Any]:
    return rows[:most]


def is_web_address(url: str | None) -> bool:
    """Whether an address may be followed: of the web, and of nothing else."""
    return (
        url is not None
        and len(url) < LONGEST_ADDRESS
        and url.lower().startswith(("https://", "http://"))
    )


@register.simple_tag
def weblink(url: str) -> SafeString:
    """An address of the web as a link; anything else as a text."""
    if is_web_address(url):
        return format_html('<a href="{}" rel="noreferrer noopener">{}</a>', url, text(url, 200))
    return text(url, 200)
