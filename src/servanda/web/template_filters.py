"""Template filters: texts of the record shown as they are and never run; addresses; words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from servanda.explain.escaping import visible
from servanda.explain.statuses import MARKS, POWER, WORDS
from servanda.present.report.prose import html
from servanda.present.terminal.blocks import moment, particulars

register = template.Library()

LONGEST = 2000
LONGEST_PROSE = 100_000
RULES = re.compile(r"^```servanda\n.*?^```$", re.MULTILINE | re.DOTALL)
READING = re.compile(r"(?<= clause )(\S+)(?= as )")


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
def visibly(given: object, most: int = 120) -> str:
    """The same for where there is room for plain text only: a title, an attribute."""
    text = "" if given is None else str(given)
    return visible(text[:most]) + ("…" if len(text) > most else "")


@register.filter
def plainly(text: str) -> SafeString:
    """A rule as a sentence: names as words, signs as they are written by hand."""
    words = re.sub(r"(?<=\w)_(?=\w)", " ", text)
    return said(words.replace("<=", "≤").replace(">=", "≥"))


@register.filter
def prose(markdown: str) -> SafeString:
    """Prose as safe HTML, without the rules in it: they have a place of their own."""
    return mark_safe(html(visible_lines(RULES.sub("", markdown)[:LONGEST_PROSE])))


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
def of(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return None if mapping is None else mapping.get(key)


@register.filter
def less(whole: int, part: int) -> int:
    return whole - part


@register.filter
def first_of(rows: Sequence[Any], most: int) -> Sequence[Any]:
    return rows[:most]


# ------------------------------------------------------------------ addresses
@register.simple_tag(takes_context=True)
def to(context: template.Context, *path: str, **more: object) -> str:
    """An address in the view that asks of the same days, as it is or with something changed."""
    asked: dict[str, object] = dict(context.get("keep") or {}) | more
    return address("/" + "/".join(quote(str(part), safe="/:") for part in path), asked)


@register.simple_tag(takes_context=True)
def again(context: template.Context, **more: object) -> str:
    """The address of this very page with something changed."""
    asked: dict[str, object] = (
        dict(context.get("rest") or {}) | dict(context.get("keep") or {}) | more
    )
    return address(quote(str(context.get("path") or "/"), safe="/:"), asked)


def address(path: str, asked: Mapping[str, object]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


@register.simple_tag
def weblink(url: str) -> SafeString:
    """An address of the web as a link; anything else as a text."""
    if url.startswith(("https://", "http://")) and len(url) < LONGEST:
        return format_html('<a href="{}" rel="noreferrer noopener">{}</a>', url, said(url, 200))
    return said(url, 200)


@register.simple_tag(takes_context=True)
def turning(context: template.Context, text: str) -> SafeString:
    """What a difference turns on, the clause of each reading a link."""
    found = READING.split(text)
    pieces = [said(found[0])]
    for clause, rest in zip(found[1::2], found[2::2], strict=True):
        link = format_html('<a href="{}">{}</a>', to(context, "clause", clause), clause)
        pieces += [link, said(rest)]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


# ------------------------------------------------------------------ cells
@register.simple_tag(takes_context=True)
def cell(context: template.Context, duty: Mapping[str, Any], account: str) -> SafeString:
    """The cell of a duty and an account; where accounts differ, it opens what that turns on."""
    statuses = duty["statuses"]
    if account not in statuses:
        return format_html('<td class="s s-none" data-account="{}">…</td>', account)
    status = statuses[account]
    shown = format_html(
        '<span aria-hidden="true">{}</span> {}', mark(status), word(status, duty["kind"])
    )
    if duty["contested"]:
        shown = format_html(
            '<a class="turns" tabindex="-1" href="{}#turns" data-turns="{}">{}</a>',
            to(context, "duty", duty["id"]),
            to(context, "duty", duty["id"], "turns"),
            shown,
        )
    return format_html(
        '<td class="s s-{}" data-account="{}" title="{}">{}</td>',
        status or "none",
        account,
        meaning(status),
        shown,
    )
