"""Names declared by unparsable lines, to avoid follow-on errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from servanda.syntax.layout import Statement
from servanda.syntax.line_parser import LineKind
from servanda.syntax.verbs import verb_forms

LISTS = ("party", "body", "substance", "currency")
DECLARING_WORDS = (
    *LISTS,
    *("group", "unit", "calendar", "event", "state", "measure", "vague", "day", "instant"),
    *("define", "clause", "reading", "amendment", "account"),
)
_NAME = re.compile(r"[^\W\d]\w*")
_CLAUSE = re.compile(r"\w+([.-]\w+)*(\([a-z0-9]+\))*")
_TEXT = re.compile(r'"[^"]*"?')


def declared(statement: Statement, line_kind: LineKind) -> Iterator[str]:
    """The subjects that a line declares, as far as its words show, and its paragraph.

    A subject is `kind:name`: `event:orders`, `clause:7`, `reading:R3.remedial`.
    """
    if statement.place.paragraph is not None:
        yield f"clause:{statement.place.paragraph}"
    head, _, rest = statement.text.partition(" ")
    meant = _meant(head[:40])
    if meant is None or not (line_kind == "top" or (line_kind == "body" and meant == "define")):
        return
    if meant in LISTS:
        kind = "party" if meant == "body" else meant
        yield from (f"{kind}:{name}" for name in _NAME.findall(_TEXT.sub(" ", rest)))
        return
    found = (_CLAUSE if meant in ("clause", "reading") else _NAME).match(rest.lstrip())
    if found is None:
        return
    yield f"{meant}:{found[0]}"
    if meant == "event":
        yield from (f"event:{form}" for form in verb_forms(found[0]))
    elif meant == "reading":
        yield f"reading:{found[0].partition('.')[0]}"


@lru_cache(maxsize=1000)
def _meant(head: str) -> str | None:
    """The word that opens a declaration, as written or nearly so."""
    return next(iter(get_close_matches(head, DECLARING_WORDS, n=1, cutoff=0.7)), None)
