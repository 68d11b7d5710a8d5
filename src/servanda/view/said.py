"""Template filters: texts of the record shown as they are and never run; addresses; words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from servanda.answers.say import lower_first
from servanda.answers.seen import visible
from servanda.answers.statuses import KINDS, MARKS, POWER, WORDS
from servanda.report.blocks import moment, particulars
from servanda.report.prose import html

register = template.Library()

LONGEST = 2000


@register.filter
def said(given: object, most: int = LONGEST) -> SafeString:
    """A text of the record, apart from what stands around it, its direction its own."""
    text = "" if given is None else str(given)
    left = len(text) - most
    shown = visible(text[:most])
    if left > 0:
        return format_html(
            '<bdi>{}</bdi> <span class="cut">… and {} more characters</span>', shown, f"{left:,}"
        )
    return format_html("<bdi>{}</bdi>", shown)


@register.filter
def plainly(text: str) -> SafeString:
    """A rule as a sentence: names as words."""
    return said(re.sub(r"(?<=\w)_(?=\w)", " ", text))


@register.filter
def prose(markdown: str) -> SafeString:
    return mark_safe(html(visible_lines(markdown)))


def visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))


@register.filter
def day(given: str | None, otherwise: str = "open") -> str:
    return moment(given, otherwise)


@register.filter
def inside(instance: Mapping[str, Any]) -> str:
    return particulars(instance)


@register.filter
def mark(status: str | None) -> str:
    return MARKS.get(status or "", "–")


@register.filter
def word(status: str | None, kind: str = "") -> str:
    """A status as a cell says it; a power is open or in use rather than due or kept."""
    if status is None:
        return "no such duty"
    return POWER.get(status, status) if kind == "may" else status


@register.filter
def meaning(status: str | None) -> str:
    return WORDS.get(status, "")


@register.filter
def kind(given: str) -> str:
    return KINDS.get(given, given)


@register.filter
def lower(text: str) -> str:
    return lower_first(text)


@register.filter
def of(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return None if mapping is None else mapping.get(key)


@register.filter
def percent(part: float) -> str:
    return f"{part:.3f}"


@register.simple_tag(takes_context=True)
def to(context: template.Context, *path: str, **more: object) -> str:
    """An address in the view that asks of the same days, as it is or with something changed."""
    asked: dict[str, object] = dict(context.get("keep") or {}) | more
    query = urlencode({name: value for name, value in asked.items() if value})
    address = "/" + "/".join(quote(str(part), safe="/:") for part in path)
    return f"{address}?{query}" if query else address
