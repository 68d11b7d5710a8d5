"""Why a line does not parse, in words of the one who wrote it, and what could stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from lark.exceptions import UnexpectedInput, UnexpectedToken

from servanda.language.errors import Problems
from servanda.language.grammar import ROOMS, LineParser, Room
from servanda.language.layout import Statement
from servanda.language.model import NOWHERE

MOST_SHOWN = 6
LONGEST_SHOWN = 40
LONGEST_TRIED = 2_000

WHERE = {
    "top": "at the left margin, outside any block",
    "body": "inside a clause, a reading or an amendment",
    "account_line": "inside an account",
    "entry": "in the record, after a date",
    "table_line": "under a table",
}
HERE = {
    "top": "here",
    "body": "in a clause",
    "account_line": "in an account",
    "entry": "in the record",
    "table_line": "under a table",
}
SHAPES = {
    "NAME": "a name",
    "CLAUSE": "a clause (7, I.14, Delivery)",
    "READING": "a reading (R3.remedial)",
    "TRUST": "a source or body",
    "ID": "an id",
    "STRING": 'a text in "quotes"',
    "NUMBER": "a number",
    "DATE": "a date (2015-10-18)",
    "MONTH": "a month (2015-10)",
    "INSTANT": "an instant (2018-08-07T00:01Z)",
    "CMP": "a comparison (<=, >=, =, …)",
    "TIMEUNIT": "days, months, years, …",
    "PERIOD": "day, week, month, quarter or year",
    "GRADE": "estimated, declared or alleged",
    "SAYS": "says, demands, denies, …",
    "EXERCISE": "suspends, resumes, waives, …",
    "REGION": "a country (NL, US-NY)",
    "ZONE": "a time zone (Europe/Paris)",
    "COLUMN": "the name of a column",
    "TYPE": "party, text, number, date or clause",
    "EDGE": "start or end",
    "EARLY": "counts or refused",
    "MONTH_RULE": "clipped or refused",
    "COUNT_RULE": "the_trigger or the_next_day",
    "CLOCK_RULE": "stops or runs",
    "CLAUSE_STATE": "suspended, binding, performed or broken",
    "PLACEMENT": "in_place_of_the_text or beside_the_text",
    "IN_TOTAL": "`in total`",
    "$END": "the end of the line",
}
LIKELY_FIRST = (
    "MUST MAY CMP NAME NUMBER DATE STRING CLAUSE FROM UNTIL WITHIN BY FOR IF UNLESS WHILE ELSE "
    "KEEP NOT OF IS IN SOURCE REPORTED TIMEUNIT RPAR COMMA AND OR"
).split()
MEANT = {
    "shall": "must",
    "will": "must",
    "should": "must",
    "can": "may",
    "except": "unless",
    "during": "while",
    "till": "until",
    "starting": "from",
    "since": "from",
    "provided": "if",
    "otherwise": "else",
    "==": "=",
    "=<": "<=",
    "=>": ">=",
    "after": "when",
    "minimum": "at least",
    "maximum": "at most",
}
CHARACTERS = {
    "≤": "write `<=`",
    "≥": "write `>=`",
    "≠": "write `!=`",
    "×": "write `*`",
    "–": "write `-`",
    "—": "write `-`",
    "−": "write `-`",
    "“": 'use straight quotes: "…"',
    "”": 'use straight quotes: "…"',
    "„": 'use straight quotes: "…"',
    "«": 'use straight quotes: "…"',
    "'": 'use double quotes: "…"',
    "‘": 'use double quotes: "…"',
    "’": 'use double quotes: "…"',
    "\u00a0": "this is a non-breaking space: replace it by an ordinary one",
    "\u200b": "this is an invisible character: delete it",
    ";": "write one statement a line",
    ":": "a colon ends a `when …:` line; what it opens stands below, deeper",
}

_TOKEN = re.compile(r'"[^"]*"?|[\w.-]+|<=|>=|=<|=>|!=|==|.', re.DOTALL)
_WORD = re.compile(r'"[^"]*"|[^\W\d][\w-]*|[=<>]+')


def explain(
    error: UnexpectedInput,
    statement: Statement,
    room: Room,
    parser: LineParser,
    problems: Problems,
) -> None:
    """Add the problem that says why a line is not one of its room."""
    text = statement.text
    offset = _offset(error, text)
    if offset == 0 or not parser.fits(text[: offset].rstrip(), room):
        home = _other_room(text, room, parser)
        if home is not None:
            _say_wrong_room(statement, room, home, problems)
            return
    place = statement.at(offset)
    if offset >= len(text):
        last = statement.at(max(len(text) - 1, 0))
        place = type(last)(last.file, last.line, last.column + 1, last.paragraph)
        problems.add(place, "this line stops too early", _sentence(_expected(error, parser)))
        return
    found = _found(text, offset)
    shown = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}…"
    advice = _advice(error, statement, offset, found, room, parser)
    message = f"I did not expect `{shown}` here"
    problems.add(place, message, advice, end_column=place.column + len(found))


def _offset(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text)
    return min(max(error.pos_in_stream or 0, 0), len(text))


def _found(text: str, offset: int) -> str:
    match = _TOKEN.match(text, offset)
    return match[0].rstrip(".") or match[0] if match else ""


# ---------------------------------------------------------------------- wrong rooms
def _other_room(text: str, room: Room, parser: LineParser) -> Room | None:
    """The room that a line is at home in, if it is another one."""
    if len(text) <= LONGEST_TRIED:
        for other in ROOMS:
            if other != room and parser.fits(text, other):
                return other
    first = text.partition(" ")[0]
    if first in _first_words(parser, room):
        return None
    homes = [other for other in ROOMS if other != room and first in _first_words(parser, other)]
    return homes[0] if len(homes) == 1 else None


@cache
def _first_words(parser: LineParser, room: Room) -> frozenset[str]:
    """The fixed words that a line of a room may start with."""
    words = parser.words()
    accepted = parser.lark.parse_interactive("", start=room).accepts()
    return frozenset(words[name] for name in accepted if name in words)


def _say_wrong_room(
    statement: Statement, room: Room, home: Room, problems: Problems
) -> None:
    first = statement.word
    shown = first if home != "entry" else "an entry of the record"
    quoted = f"`{shown} …`" if home != "entry" else shown
    place = statement.at(0)
    problems.add(
        place,
        f"{quoted} does not belong {HERE[room]}",
        f"it stands {WHERE[home]}",
        end_column=place.column + len(first),
    )


# ---------------------------------------------------------------------- what could stand here
def _advice(
    error: UnexpectedInput,
    statement: Statement,
    offset: int,
    found: str,
    room: Room,
    parser: LineParser,
) -> str:
    text = statement.text
    if found[0] == "," and re.match(r"\d,\d\d\d", text[offset - 1 : offset + 4]):
        return "write numbers without commas: 100000 or 100_000"
    if statement.word in ("when", "whenever") and not statement.opened and found != ":":
        return "end the `when` line with a colon, and put the duty below it, deeper"
    if found[0] in CHARACTERS:
        return CHARACTERS[found[0]]
    sentences = []
    repaired = _repair(text, offset, room, parser)
    missing = None if repaired else _missing(error, text, offset, room, parser)
    if repaired is not None:
        wrong, right = repaired
        of_what = "" if wrong == found else f" (for `{wrong}`)"
        sentences.append(f"did you mean `{right}`{of_what}?")
    elif missing is not None:
        sentences.append(f"is `{missing}` missing before it?")
    expected = _sentence(_expected(error, parser))
    if expected:
        sentences.append(expected)
    return "; ".join(sentences)


def _sentence(expected: list[str]) -> str | None:
    """`here could come …`, with the likeliest first."""
    if not expected:
        return None
    shown = expected[:MOST_SHOWN]
    more = ", …" if len(expected) > MOST_SHOWN else ""
    listed = ", ".join(shown) if more or len(shown) == 1 else _with_or(shown)
    return f"here could come {listed}{more}"


def _with_or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _expected(error: UnexpectedInput, parser: LineParser) -> list[str]:
    """What could stand in place of the unexpected, in plain words, likeliest first."""
    interactive = getattr(error, "interactive_parser", None)
    names: Iterable[str] = interactive.accepts() if interactive else ()
    fixed = parser.words()
    ranked = sorted(names, key=_rank)
    words = [SHAPES.get(name) or f"`{fixed.get(name, name.lower())}`" for name in ranked]
    return list(dict.fromkeys(words))


def _rank(name: str) -> tuple[int, str]:
    if name == "$END":
        return 1000, name
    return (LIKELY_FIRST.index(name) if name in LIKELY_FIRST else 500), name


# ---------------------------------------------------------------------- repairs
def _repair(text: str, offset: int, room: Room, parser: LineParser) -> tuple[str, str] | None:
    """A word at or before the unexpected one, and a word of the language that mends the line."""
    if len(text) > LONGEST_TRIED:
        return None
    keywords = {word for word in parser.words().values() if word.isalpha() and len(word) > 1}
    for match in _words_back_from(text, offset):
        word = match[0]
        for candidate in _candidates(word, keywords):
            mended = text[: match.start()] + candidate + text[match.end() :]
            reached = _reach(mended, room, parser)
            if reached is None or reached > offset + len(candidate) - len(word) + len(word):
                return word, candidate
    return None


def _missing(
    error: UnexpectedInput, text: str, offset: int, room: Room, parser: LineParser
) -> str | None:
    """A fixed word that, put in at the offset, makes the whole line right."""
    interactive = getattr(error, "interactive_parser", None)
    if interactive is None or len(text) > LONGEST_TRIED:
        return None
    fixed = parser.words()
    names = sorted((name for name in interactive.accepts() if name in fixed), key=_rank)
    words = (fixed[name] for name in names)
    return next(
        (word for word in words if parser.fits(f"{text[:offset]} {word} {text[offset:]}", room)),
        None,
    )


def _words_back_from(text: str, offset: int) -> Iterator[re.Match[str]]:
    """The word at the offset and the two before it, nearest first."""
    matches = [match for match in _WORD.finditer(text) if match.start() <= offset]
    yield from (match for match in reversed(matches[-3:]) if not match[0].startswith('"'))


def _candidates(word: str, keywords: set[str]) -> list[str]:
    meant = [MEANT[word]] if word in MEANT else []
    if word in keywords:
        return meant
    return meant + get_close_matches(word.lower()[:40], sorted(keywords), n=2, cutoff=0.6)


def _reach(text: str, room: Room, parser: LineParser) -> int | None:
    """How far the parser gets, or None if it reads the whole line."""
    try:
        parser.parse(Statement(text, NOWHERE, [(0, 0, 0)], 0), room, Problems())
    except UnexpectedInput as error:
        return _offset(error, text)
    return None
