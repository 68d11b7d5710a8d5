"""Explanations of parse errors: the unexpected word, and the expected ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

from lark.exceptions import UnexpectedInput, UnexpectedToken
from msgspec import Struct

from servanda.syntax.layout import Statement
from servanda.syntax.line_parser import LINE_KINDS, LineKind, LineParser
from servanda.syntax.problems import Problems
from servanda.syntax.tree import NOWHERE, Place

MOST_SHOWN = 6
LONGEST_SHOWN = 40
LONGEST_TRIED = 2_000

WHERE = {
    "top": "at the left margin, outside any block",
    "body": "below a clause, a reading or an amendment, deeper",
    "account_line": "below an account, deeper",
    "entry": "in the record, after a date",
    "table_line": "below a table, deeper",
}
HERE = {
    "top": "here",
    "body": "in a clause",
    "account_line": "in an account",
    "entry": "in the record",
    "table_line": "below a table",
}
SHAPES = {
    "NAME": "a name",
    "PARAMETER": "a parameter (`qty:`)",
    "CLAUSE": "a clause (7, I.14, Delivery)",
    "READING": "a reading (R3.remedial)",
    "TRUST": "a source or body",
    "ID": "an id",
    "STRING": 'a text in "quotes"',
    "NUMBER": "a number",
    "DATE": "a date (2015-10-18)",
    "MONTH": "a month (2015-10)",
    "INSTANT": "an instant (2018-08-07T00:01Z)",
    "CMP": "a comparison (<=, >=, …)",
    "TIMEUNIT": "days, months, years, …",
    "PERIOD": "day, week, month, quarter or year",
    "GRADE": "estimated, declared or alleged",
    "SAYS": "says, demands, denies, does not answer, …",
    "EXERCISE": "suspends, resumes, waives, …",
    "REGION": "a country (NL, US-NY)",
    "ZONE": "a time zone (Europe/Paris)",
    "COLUMN": "the name of a column",
    "TYPE": "party, text, number, date or clause",
    "EDGE": "start or end",
    "MONTH_RULE": "clipped or refused",
    "COUNT_RULE": "the_trigger or the_next_day",
    "CLOCK_RULE": "`stops the clock` or `does not stop the clock`",
    "BESIDE": "also or instead",
    "EXTENDED": "extended or not extended",
    "CLAUSE_STATE": "suspended, binding, performed or broken",
    "EFFECT": "what the reading does to the text (`adds to the text`)",
    "NOT_RECORDED": "`not recorded is taken as not done`",
    "TO_THE_EXTENT": "`to the extent of the conflict`",
    "WHILE_IT_BINDS": "`while it binds`",
    "WHATEVER": "`, whatever is determined`",
    "ANY_CLAUSE": "`any clause`",
    "OWED_TO_IT": "`of a duty owed to it`",
    "ALLOW": "`allow` and a code",
    "$END": "the end of the line",
}
LIKELY_FIRST = (  # noqa: SIM905 (easier to read)
    "MUST MAY CMP EQUAL NAME NUMBER DATE STRING CLAUSE FROM UNTIL WITHIN BY FOR IF UNLESS WHILE "
    "ON KEEP NOT OF IS IN SOURCE REPORTED TIMEUNIT RPAR COMMA AND OR"
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
    "otherwise": "on breach",
    "==": "=",
    "=<": "<=",
    "=>": ">=",
    "after": "when",
    "minimum": "at least",
    "maximum": "at most",
    "to": "until",
}
# Lines that define a name by `=`, and types of parameters.
DEFINING = ("group", "day", "instant", "define", "unit", "calendar", "conversion")
TYPES = ("party", "text", "number", "date", "clause")
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

# Keywords that end the text before the offset as if they were names.
_BUSINESS = re.compile(r"\d[\d_]*\s+business\s+days?$")
_WITHIN = re.compile(r"\bwithin \S+ \w+$")
_NO_LATER = re.compile(r"\bno later than \S*$")
_ACTION = re.compile(r"\b(?:must|may) \w+$")
_OTHER_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
_BOUND_BY_WORD = re.compile(r"\b(from|until|by|before|after)\s+(start|end)$")
_WORD_AS_NAME = re.compile(r"(?<!\w)(at|change|clause|count|less|more|no|not|once|rate|sum)$")


class Failure(Struct, frozen=True):
    """A line that does not parse as its kind, and where the parser stopped."""

    error: UnexpectedInput
    statement: Statement
    line_kind: LineKind
    parser: LineParser

    @property
    def text(self) -> str:
        """The text of the line."""
        return self.statement.text

    @property
    def offset(self) -> int:
        """Offset at which the parser stopped; the text's length if the line is too short."""
        return _offset(self.error, self.text)

    @property
    def found(self) -> str:
        """The word or sign that was not expected."""
        match = _TOKEN.match(self.text, self.offset)
        return match[0].rstrip(".") or match[0] if match else ""

    @property
    def accepted(self) -> list[str]:
        """The terminals that could stand there, likeliest first."""
        interactive: Any = getattr(self.error, "interactive_parser", None)
        accepted = interactive.accepts() if interactive else ()
        return sorted((name for name in accepted if not name.startswith("OLD_")), key=_rank)


def explain(failure: Failure, problems: Problems) -> None:
    """Report why a line does not parse as its kind."""
    statement, text, offset = failure.statement, failure.text, failure.offset
    home = _kind_elsewhere(failure)
    if home is not None:
        _report_wrong_place(failure, home, problems)
    elif offset >= len(text):
        last = statement.at(max(len(text) - 1, 0))
        place = Place(last.file, last.line, last.column + 1, last.paragraph)
        help_ = _unfinished(failure) or _sentence(_expected(failure))
        problems.add("E121", place, "this line stops too early", help_)
    else:
        place, found = statement.at(offset), failure.found
        shown = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}…"
        message = f"unexpected `{shown}`"
        problems.add("E120", place, message, _advice(failure), end_column=place.column + len(found))


def _offset(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text)
    position: Any = error.pos_in_stream
    return min(max(int(position or 0), 0), len(text))


# ---------------------------------------------------------------------- wrong rooms
def _kind_elsewhere(failure: Failure) -> LineKind | None:
    """The kind that a line would parse as, if it is another one."""
    text, line_kind, parser = failure.text, failure.line_kind, failure.parser
    if len(text) <= LONGEST_TRIED:
        for other in LINE_KINDS:
            if other != line_kind and parser.fits(text, other):
                return other
    first = failure.statement.word
    if first in _first_words(parser, line_kind):
        return None
    homes = [
        other for other in LINE_KINDS if other != line_kind and first in _first_words(parser, other)
    ]
    return homes[0] if len(homes) == 1 else None


@cache
def _first_words(parser: LineParser, line_kind: LineKind) -> frozenset[str]:
    """The keywords that a line of this kind may start with."""
    words = parser.words()
    interactive: Any = parser.lark.parse_interactive("", start=line_kind)
    accepted = interactive.accepts()
    return frozenset(words[name] for name in accepted if name in words)


def _report_wrong_place(failure: Failure, home: LineKind, problems: Problems) -> None:
    first = failure.statement.word
    subject = "an entry of the record" if home == "entry" else f"`{first} …`"
    place = failure.statement.at(0)
    message = f"{subject} does not belong {HERE[failure.line_kind]}"
    end_column = place.column + len(first)
    problems.add("E122", place, message, f"write it {WHERE[home]}", end_column=end_column)


# ---------------------------------------------------------------------- what could stand here
def _advice(failure: Failure) -> str:
    known = _known_slip(failure)
    if known is not None:
        return known
    repaired = _repair(failure)
    missing = None if repaired else _missing(failure)
    expected = _sentence(_expected(failure))
    if repaired is not None:
        wrong, right = repaired
        of_what = "" if wrong == failure.found else f" for `{wrong}`"
        return f"did you mean `{right}`{of_what}? ({expected})"
    if missing is not None:
        return f"is `{missing}` missing before it? ({expected})"
    return expected


def _known_slip(failure: Failure) -> str | None:
    """Advice for common mistakes."""
    text, offset, found = failure.text, failure.offset, failure.found
    word = failure.statement.word
    unfinished = _unfinished(failure)
    if unfinished is not None:
        return unfinished
    if re.search(r"\d,\d\d\d", text[max(offset - 2, 0) : offset + 4]):
        return "write numbers without commas: 100000 or 100_000"
    if word in ("when", "whenever") and not failure.statement.opened and found != ":":
        return "end the `when` line with a colon, and put the duty below it, deeper"
    if word == "when" and found in ("and", "or"):
        return "a `when` has one event; join an earlier one by `following`, a condition by `if`"
    if word == "every" and failure.line_kind == "body":
        return "write it after the action: `seller must report every quarter`"
    return _slip_of_prose(failure) or CHARACTERS.get(found[0])


def _slip_of_prose(failure: Failure) -> str | None:
    """Advice for wordings of contracts that the language has another form for."""
    text, found, line_kind = failure.text, failure.found, failure.line_kind
    word, before = failure.statement.word, text[: failure.offset].rstrip()
    if found in ("the", "a", "an"):
        return f"leave `{found}` out: events and parties are named without articles"
    if line_kind == "entry":
        return _slip_in_entry(found)
    if word in DEFINING and found == ":":
        return "write `=`"
    if word in ("event", "state", "measure", "vague") and found in TYPES:
        return f"write a colon before it: `… : {found}`"
    if word == "trusts":
        return "write `trusts only …`, or `for measurements prefers …`"
    if line_kind != "body":
        return None
    if word.lower() in ("if", "once", "after", "upon"):
        return "write the trigger as `when …:`, and the duty below it, deeper"
    if found == "when":
        return "write `when …:` in the line above; a deadline is `within … after …`"
    if found == "of" and _WITHIN.search(before):
        return "write `after` for `of`, as in `within 30 days after delivery`"
    if _NO_LATER.search(before):
        return "write `by` and a date, or `within … after …`; `no later than` counts from a period"
    if found[:1].isdigit() and _ACTION.search(before):
        return "write what is given in brackets, as in `pay(amount: 5 EUR)`"
    return None


def _slip_in_entry(found: str) -> str | None:
    if found in ("to", "for", "by"):
        return "write what is given in brackets, as in `A pays(to: B, amount: 5 EUR)`"
    date_ = _OTHER_DATE.fullmatch(found)
    if date_ is not None and (date_[6] or len(found) < len("2015-10-18")):
        year, month, day = (date_[1], date_[2], date_[3]) if date_[1] else date_.group(6, 5, 4)
        return f"write {year}-{month:0>2}-{day:0>2}, if that day is meant (2015-10-18)"
    return None


def _unfinished(failure: Failure) -> str | None:
    """Advice for a phrase of the language that begins well and goes wrong."""
    before = failure.text[: failure.offset].rstrip()
    counted = _BUSINESS.search(before)
    if counted is not None:
        calendar = "declared by `calendar Office = business days of NL`"
        return f"business days are those of a calendar: `{counted[0]} of Office`, {calendar}"
    bound = _BOUND_BY_WORD.search(before)
    if bound is not None and not failure.found[:1].isalnum():
        word = bound[2]
        example = f"`{bound[1]} expiry` or `{bound[1]} {word} of (expiry)`"
        return f"`{word}` is a word of the language: name an event or a day, as in {example}"
    return _word_as_name(failure, before)


def _word_as_name(failure: Failure, before: str) -> str | None:
    """Advice for a keyword used as a variable or a parameter."""
    match = _WORD_AS_NAME.search(before)
    if match is None:
        return None
    word, taken = match[1], f"`{match[1]}` is a word of the language"
    in_head = re.match(rf"define +\w+ *\([^=]*\b{word} *[:,)]", failure.text)
    if in_head is not None and match.start() >= in_head.end():
        return f"{taken}: choose another name for the parameter"
    if failure.found in (")", ","):
        return f"{taken}: use another here; a parameter of that name is given as `{word}: …`"
    return None


def _sentence(expected: list[str]) -> str:
    """`expected …`, with the likeliest first."""
    if not expected:
        return "leave it out"
    shown = expected[:MOST_SHOWN]
    more = ", …" if len(expected) > MOST_SHOWN else ""
    listed = ", ".join(shown) if more or len(shown) == 1 else _with_or(shown)
    return f"expected {listed}{more}"


def _with_or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _expected(failure: Failure) -> list[str]:
    """Expected words at the offset, likeliest first."""
    fixed = failure.parser.words()
    words = [SHAPES.get(name) or f"`{fixed.get(name, name.lower())}`" for name in failure.accepted]
    return list(dict.fromkeys(words))


def _rank(name: str) -> tuple[int, str]:
    if name == "$END":
        return 1000, name
    return (LIKELY_FIRST.index(name) if name in LIKELY_FIRST else 500), name


# ---------------------------------------------------------------------- repairs
def _repair(failure: Failure) -> tuple[str, str] | None:
    """A word near the unexpected one, and the keyword that makes the line parse further."""
    text, offset = failure.text, failure.offset
    if len(text) > LONGEST_TRIED:
        return None
    fixed = failure.parser.words().values()
    keywords = {word for word in fixed if word.isalpha() and len(word) > 1}
    for match in _words_back_from(text, offset):
        for candidate in _candidates(match[0], keywords):
            mended = text[: match.start()] + candidate + text[match.end() :]
            rest = _length_unparsed(mended, failure)
            if rest < len(text) - offset and rest < len(mended) - match.start() - len(candidate):
                return match[0], candidate
    return None


def _length_unparsed(text: str, failure: Failure) -> int:
    """Number of characters that the parser does not reach."""
    try:
        failure.parser.parse(
            Statement(text, NOWHERE, [(0, 0, 0)], 0), failure.line_kind, Problems()
        )
    except UnexpectedInput as error:
        return len(text) - _offset(error, text) + 1
    return 0


def _missing(failure: Failure) -> str | None:
    """A keyword that makes the whole line parse if it is inserted at the offset."""
    text, offset = failure.text, failure.offset
    fixed = failure.parser.words()
    if len(text) > LONGEST_TRIED or failure.found in ("and", "or"):
        return None
    words = (fixed[name] for name in failure.accepted if name in fixed)
    mended = ((word, f"{text[:offset]} {word} {text[offset:]}") for word in words)
    return next(
        (word for word, line in mended if failure.parser.fits(line, failure.line_kind)), None
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
