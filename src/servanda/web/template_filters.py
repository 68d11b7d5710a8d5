"""Template tags of the view: addresses that keep the days asked about, prose, board cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from servanda.present.html.engine import visible_lines
from servanda.present.html.filters import text
from servanda.present.html.prose import html
from servanda.vocabulary.statuses import term

register = template.Library()

LONGEST_PROSE = 100_000
RULES = re.compile(r"^```servanda\n.*?^```$", re.MULTILINE | re.DOTALL)
READING = re.compile(r"(?<= clause )(\S+)(?= as )")


@register.filter
def prose(markdown: str) -> SafeString:
    """Prose as safe HTML, without the rules in it: they have a place of their own."""
    return mark_safe(html(visible_lines(RULES.sub("", markdown)[:LONGEST_PROSE])))


# ------------------------------------------------------------------ addresses
@register.simple_tag(takes_context=True)
def link_to(context: template.Context, *path: str, **more: object) -> str:
    """An address in the view that asks about the same days, with or without changes."""
    parameters: dict[str, object] = dict(context.get("keep") or {}) | more
    return address("/" + "/".join(quote(str(part), safe="/:") for part in path), parameters)


@register.simple_tag(takes_context=True)
def this_page(context: template.Context, **more: object) -> str:
    """The address of this very page with something changed."""
    parameters: dict[str, object] = (
        dict(context.get("rest") or {}) | dict(context.get("keep") or {}) | more
    )
    return address(quote(str(context.get("path") or "/"), safe="/:"), parameters)


def address(path: str, parameters: Mapping[str, object]) -> str:
    given = urlencode({name: value for name, value in parameters.items() if value})
    return f"{path}?{given}" if given else path


@register.simple_tag(takes_context=True)
def turning_point(context: template.Context, point: str) -> SafeString:
    """What a difference turns on, the clause of each reading a link."""
    found = READING.split(point)
    pieces = [text(found[0])]
    for clause, rest in zip(found[1::2], found[2::2], strict=True):
        link = format_html('<a href="{}">{}</a>', link_to(context, "clause", clause), clause)
        pieces += [link, text(rest)]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


# ------------------------------------------------------------------ cells
@register.simple_tag(takes_context=True)
def cell(context: template.Context, duty: Mapping[str, Any], account: str) -> SafeString:
    """The cell of a duty and an account; where accounts differ, it opens what that turns on."""
    statuses = duty["statuses"]
    if account not in statuses:
        return format_html('<td class="s s-none" data-account="{}">…</td>', account)
    status = term(statuses[account], duty["kind"])
    shown = format_html('<span aria-hidden="true">{}</span> {}', status.mark, status.word)
    if duty["contested"]:
        shown = format_html(
            '<a class="turns" tabindex="-1" href="{}#turns" data-turns="{}">{}</a>',
            link_to(context, "duty", duty["id"]),
            link_to(context, "duty", duty["id"], "turns"),
            shown,
        )
    return format_html(
        '<td class="s s-{}" data-account="{}" title="{}">{}</td>',
        status.code,
        account,
        status.description,
        shown,
    )
