"""Problems: code, message, place, subject and advice.

Whatever reads a case collects `Problem`s and goes on. Nothing raises before the public API,
which turns a collection with errors into one `ServandaError`. Codes: `problem_codes.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.tree import LineRange, Place

LONGEST_SOURCE_SHOWN = 160
Severity = OneOf["error", "warning", "hint"]
SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "H": "hint"}
# What shares a namespace in an agreement: two of these cannot have one name.
_SHARED_NAMES = frozenset(
    ("party", "group", "event", "state", "measure", "vague", "day", "instant", "define", "name")
)
_SHARED_UNITS = frozenset(("substance", "currency", "unit"))


class Problem(Struct, frozen=True):
    """One thing wrong in a text (or worth a hint), with its place and advice.

    `line` and `column` count from 1, and are 0 where the problem is the whole file's.
    `source` is the line of text it stands in; `paragraph` the one its block belongs to.
    `code` is one of `problem_codes.py`; `subject` is what it is about, with its namespace:
    `event:orders`, `source:orders`, `clause:7`, `file:agreement.md`, `option:--format`.
    """

    code: str
    subject: str
    file: str
    line: int
    column: int
    message: str
    help: str
    source: str | None = None
    paragraph: str | None = None
    end_column: int | None = None

    @property
    def severity(self) -> Severity:
        """Severity, by the first letter of the code."""
        return SEVERITIES[self.code[0]]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.column, self.paragraph)


class Problems:
    """Collects problems; knows the lines of the files they stand in."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._sources: dict[str, Sequence[str]] = {}
        self._blocks: dict[str, list[tuple[int, int, str]]] = {}
        self._expected: set[str] = set()

    def remember(self, file: str, lines: Sequence[str]) -> None:
        """Keep the lines of a file, so that problems at its places can show them."""
        self._sources[file] = lines

    def note_block(self, lines: LineRange, subject: str) -> None:
        """Keep which lines a block or declaration has: problems there are about it."""
        self._blocks.setdefault(lines.file, []).append((lines.first, lines.last, subject))

    def empty_copy(self) -> Problems:
        """A collection without problems that knows the same files and blocks."""
        other = Problems()
        other._sources = dict(self._sources)
        other._blocks = self._blocks
        return other

    def expect(self, subjects: Iterable[str]) -> None:
        """Do not report these as unknown: lines with errors of their own declare them."""
        self._expected.update(map(namespaced, subjects))

    def is_expected(self, subject: str) -> bool:
        """Whether an unparsable line declares what the subject names, in its namespace."""
        return namespaced(subject) in self._expected

    def add(
        self,
        code: str,
        place: Place,
        message: str,
        help: str,
        *,
        subject: str | None = None,
        end_column: int | None = None,
    ) -> None:
        """Add a problem at a place; the same problem twice is kept once.

        Without a `subject` it is about the innermost block or declaration at its place, else about
        the paragraph or the file.
        """
        source = self._source_line(place)
        subject = subject or self._subject_at(place)
        problem = Problem(
            code,
            subject,
            place.file,
            place.line,
            place.column,
            message,
            help,
            source,
            place.paragraph,
            end_column,
        )
        self._found.setdefault(problem)

    def add_unknown(self, code: str, place: Place, subject: str, message: str, help: str) -> None:
        """Report a subject that nothing declares, unless an unparsable line does."""
        if not self.is_expected(subject):
            self.add(code, place, message, help, subject=subject)

    def _subject_at(self, place: Place) -> str:
        around = [b for b in self._blocks.get(place.file, ()) if b[0] <= place.line <= b[1]]
        if around:
            return min(around, key=lambda block: block[1] - block[0])[2]
        return f"file:{place.file}" if place.paragraph is None else f"clause:{place.paragraph}"

    def _source_line(self, place: Place) -> str | None:
        lines = self._sources.get(place.file, ())
        return lines[place.line - 1] if 0 < place.line <= len(lines) else None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The errors, in the order of files as met, then of lines."""
        return tuple(p for p in self if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings, in the same order."""
        return tuple(p for p in self if p.severity == "warning")

    @property
    def hints(self) -> tuple[Problem, ...]:
        """The hints, in the same order."""
        return tuple(p for p in self if p.severity == "hint")

    def __iter__(self) -> Iterator[Problem]:
        files = dict.fromkeys(problem.file for problem in self._found)
        order = {file: number for number, file in enumerate(files)}
        return iter(sorted(self._found, key=lambda p: (order[p.file], p.line, p.column)))

    def __len__(self) -> int:
        return len(self._found)


class ServandaError(Exception):
    """Raised by the public API only: carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(render(problem) for problem in self.problems))


def refused(code: str, subject: str, message: str, help: str) -> ServandaError:
    """The error of a request that cannot be answered as it is asked: no place in a file."""
    return ServandaError([Problem(code, subject, "", 0, 0, message, help)])


def own_error(error: Exception) -> Problem:
    """The problem of a fault of Servanda's own."""
    message = f"an error of Servanda's own, {type(error).__name__}: {error}"
    advice = "please report it; with SERVANDA_DEBUG=1 it says where it happened"
    return Problem("E009", "file:servanda", "servanda", 0, 0, message, advice)


def nested_too_deeply() -> Problem:
    """The problem of a text that no reader of it can follow to the end."""
    message = "this text is nested too deeply to be read"
    advice = "split it: into clauses, or with `define`"
    return Problem("E112", "file:the case", "the case", 0, 0, message, advice)


def namespaced(subject: str) -> str:
    """A subject with the namespace that its kind shares: an event is `name:…`, as a state is."""
    kind, _, name = subject.partition(":")
    if kind in _SHARED_NAMES:
        return f"name:{name}"
    return f"unit:{name}" if kind in _SHARED_UNITS else subject


def render(problem: Problem) -> str:
    """A problem as plain text: code, place, message, the line with a caret, paragraph, advice."""
    location = _location(problem)
    where = f"{location}: " if location else ""
    lines = [f"{problem.severity}[{problem.code}]: {where}{problem.message}"]
    if problem.source is not None and problem.column:
        lines += _pointed_source(problem.source, problem.column, problem.end_column)
    if problem.paragraph is not None:
        lines.append(f"  paragraph {problem.paragraph}")
    if problem.help:
        lines.append(f"  help: {problem.help}")
    return "\n".join(lines)


def _location(problem: Problem) -> str:
    where = [problem.file]
    if problem.line:
        where.append(str(problem.line))
        if problem.column:
            where.append(str(problem.column))
    return ":".join(where)


def _pointed_source(source: str, column: int, end_column: int | None) -> list[str]:
    """The source line and a caret line beneath it; a very long line is cut around the caret."""
    start = max(0, column - 1 - LONGEST_SOURCE_SHOWN // 2)
    shown = source[start : start + LONGEST_SOURCE_SHOWN]
    before = "…" if start else ""
    after = "…" if start + LONGEST_SOURCE_SHOWN < len(source) else ""
    width = max(1, (end_column or column + 1) - column)
    width = min(width, max(1, len(shown) - (column - 1 - start)))
    caret = " " * (len(before) + column - 1 - start) + "^" * width
    visible = "".join(c if c.isprintable() else " " for c in shown)
    return [f"    {before}{visible}{after}", f"    {caret}"]


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """`did you mean `implementation_day`?`, or None if no candidate is near."""
    known = {candidate.lower(): candidate for candidate in sorted(set(candidates), reverse=True)}
    near = get_close_matches(word.lower()[:80], known, n=2, cutoff=0.7)
    if not near:
        return None
    return f"did you mean {' or '.join(f'`{known[n]}`' for n in near)}?"
