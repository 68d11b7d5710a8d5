"""Answers as blocks: lines of text, tables, trees and bars.

`plain_blocks.py` writes them for a pipe, `rich_blocks.py` draws them in a terminal. Nothing is cut
short in either but a cell of hundreds of characters, which says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from servanda.explain.wording import Node
from servanda.present.terminal.folding import folded
from servanda.syntax.problems import Problem, render
from servanda.vocabulary.escaping import readable
from servanda.vocabulary.statuses import KINDS, WORDS, Term, term, word

Row = Mapping[str, Any]
MOST_ENTRIES = MOST_BREACHES = 3
UNSETTLED = "No set of up to three choices settles it."
CONTESTED, AGREED = "contested", "agreed"
SOURCE = "    "
"""What a line of the source begins with in a problem."""


class Line(Struct, frozen=True):
    """A line of text. `tone`: `title`, `quiet`, `error`, `hint` or ``. `exact`: a line of a source
    text, which a terminal must not break where it likes."""

    text: str
    tone: str = ""
    exact: bool = False


class Table(Struct, frozen=True):
    """A table of words. Cells of the columns in `statuses` may be coloured by their word."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    statuses: tuple[str, ...] = ()


class Tree(Struct, frozen=True):
    node: Node


class Bars(Struct, frozen=True):
    """Spans to draw where there is room: per line a name and (from, until, status); `from` and
    `until` are RFC 3339 or None (open)."""

    lines: tuple[tuple[str, tuple[tuple[str | None, str | None, Term], ...]], ...]


Block = Line | Table | Tree | Bars


# ------------------------------------------------------------------ words
def moment(text: str | None, otherwise: str) -> str:
    """An instant of a row: the day alone where it is the start of one."""
    if text is None:
        return otherwise
    return text[:10] if text[10:19] in ("", "T00:00:00") and "." not in text else text


def particulars(given: Mapping[str, Any]) -> str:
    """`id A, amount 20 EUR`; a missing value is `not said`."""
    values = {name: "not said" if value is None else value for name, value in given.items()}
    return ", ".join(f"{name} {value}" for name, value in values.items())


def entries(ids: Sequence[str]) -> str:
    """The last entries of a row, and how many more there are."""
    shown = ", ".join(ids[-MOST_ENTRIES:])
    left = len(ids) - MOST_ENTRIES
    return f"{shown} and {left} more" if left > 0 else shown


def breaches(row: Row) -> str:
    """The violations of one instant; of several the first ones, with their entries."""
    found = [particulars(each) for each in row["breach_particulars"]]
    if len(found) < 2:
        return "".join(found)
    acts = [f"{entry}: {act}" for entry, act in zip(row["breach_entries"], found, strict=True)]
    left = len(acts) - MOST_BREACHES
    return "; ".join(acts[:MOST_BREACHES]) + (f"; and {left} more" if left > 0 else "")


def counts(rows: Iterable[Row]) -> str:
    """`2 in breach, 1 performed, 3 exercisable`, the words that ask for attention first."""
    names = [(row["status"], row["kind"], row["outcome"]) for row in rows]
    counted = Counter(word(*name) for name in names)
    rank = {word(*name): WORDS.index(word(*name[:2])) for name in names}
    order = sorted(counted, key=lambda one: (rank[one], one))
    return ", ".join(f"{counted[one]} {one}" for one in order) or "no duty"


def head(answer: Row) -> list[Block]:
    """The heading of an answer: case, account, day, as known when, and notes on these."""
    account = answer.get("account")
    by = f"in the account of {account}" if account else ""
    if answer.get("accounts"):
        by = f"in the accounts of {', '.join(answer['accounts'])}"
    known = answer.get("known")
    as_known = f"as known on {known}" if known else "with all that the record holds"
    parts = [p for p in (by, f"as of {answer['on']}", as_known) if p]
    found: list[Block] = [Line(f"{answer['case']}: {', '.join(parts)}", "title")]
    found += [Line(note, "quiet") for note in answer.get("notes", ())]
    return found


def table(columns: Sequence[str], rows: list[list[str]], statuses: Sequence[str] = ()) -> Table:
    """A table without the columns that are empty throughout."""
    used = [n for n, _ in enumerate(columns) if any(row[n] for row in rows)]
    return Table(
        tuple(columns[n] for n in used),
        tuple(tuple(row[n] for n in used) for row in rows),
        tuple(statuses),
    )


# ------------------------------------------------------------------ answers
def problem_blocks(problems: Iterable[Problem]) -> list[Block]:
    """Problems as they are always shown: place, the line with a caret, advice."""
    found: list[Block] = []
    for problem in problems:
        first, *rest = render(problem).split("\n")
        found.append(Line(first, problem.severity))
        found += [Line(line, exact=line.startswith(SOURCE)) for line in rest]
        found.append(Line(""))
    return found


def check_blocks(name: str, problems: Sequence[Problem], answer: Row) -> list[Block]:
    paragraphs = answer["paragraphs"]
    counts = Counter[str](p.severity for p in problems)
    severities = ("error", "warning", "hint") if counts["warning"] else ("error", "hint")
    counted = [number(counts[word], word) for word in severities]
    counted += [f"{answer['muted']} muted"] if answer["muted"] else []
    uncovered = list(paragraphs["uncovered"])
    coverage = [f"{paragraphs['modelled']} paragraphs modelled"]
    coverage += [f"{paragraphs['not_modelled']} not modelled, with the reason"]
    coverage += [
        f"{len(uncovered)} with neither" + (f": {', '.join(uncovered)}" if uncovered else "")
    ]
    return [
        *problem_blocks(problems),
        *cross_check_blocks(answer["cross_checks"]),
        Line(f"{name}: {', '.join(counted)}", "title"),
        Line("; ".join(coverage), "quiet"),
        *cross_check_counts(answer["cross_checks"]),
        *file_lines(answer["files"], answer["files_not_read"]),
    ]


COUNTED = {
    "clauses": ("clause", "clauses"),
    "accounts": ("account or reading", "accounts and readings"),
    "entries": ("entry", "entries"),
    "tables": ("table", "tables"),
    "sources": ("source", "sources"),
}


def file_lines(files: Sequence[Row], others: Sequence[str]) -> list[Block]:
    """Which files are text, record and sources, and how much is in each; nothing of one file."""
    if len(files) < 2:
        return []
    lines = []
    for title, wanted in (
        ("record", [file for file in files if file["record"]]),
        ("text", [file for file in files if not (file["record"] or file["sources"])]),
        ("sources", [file for file in files if file["sources"]]),
    ):
        if wanted:
            lines.append(Line(f"{title}: {', '.join(map(file_contents, wanted))}", "quiet"))
    if others:
        lines.append(Line(f"not read, as only .md and .sv are: {', '.join(others)}", "quiet"))
    return list(lines)


def file_contents(file: Row) -> str:
    """`record/2026.md (12 entries, 1 table)`."""
    if file["table"]:
        return f"{file['file']} (rows)"
    counts = [f"{file[n]:,} {words[file[n] != 1]}" for n, words in COUNTED.items() if file[n]]
    return f"{file['file']} ({', '.join(counts) or 'nothing'})"


def cross_check_blocks(rows: Sequence[Row]) -> list[Block]:
    """The cross-checks that do not agree, or could not be made, with the entries compared."""
    found: list[Block] = []
    for row in rows:
        if not row["agrees"]:
            place = f"{row['file']}:{row['line']}: " if row["line"] else ""
            found.append(Line(f"cross-check: {place}{row['message']}", "hint"))
            found.append(Line(f"  entries: {', '.join(row['entries'])}"))
            found.append(Line(""))
    return found


def cross_check_counts(rows: Sequence[Row]) -> list[Block]:
    """`cross-checks: 24 agree, 2 do not`; nothing where there is none."""
    counted = Counter(row["agrees"] for row in rows)
    words = {True: "agree", False: "do not", None: "could not be made"}
    parts = [f"{counted[agrees]} {how}" for agrees, how in words.items() if counted[agrees]]
    return [Line(f"cross-checks: {', '.join(parts)}", "quiet")] if parts else []


def number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


NAMES = ("clause", "kind", "debtor", "creditor", "instance", "duty")
STATUS_COLUMNS = (*NAMES, "status", "since", "final", "breach", "entries")
TIMELINE_COLUMNS = (*NAMES, "from", "until", "status", "breach", "entries")
EARLIER = "earlier periods are counted together; `timeline` and `--json` have each"


def names(row: Row) -> list[str]:
    """The cells that name a duty."""
    return [
        row["clause"],
        KINDS[row["kind"]],
        row["debtor"] or "",
        row.get("creditor") or "",
        particulars(row["particulars"]),
    ]


def names_apart(rows: Sequence[Row]) -> list[list[str]]:
    """The names of duties, with their sentence where another duty has all of the same names."""
    found = [names(row) for row in rows]
    sentences: dict[tuple[str, ...], set[str]] = {}
    for row, cells in zip(rows, found, strict=True):
        sentences.setdefault(tuple(cells), set()).add(row["duty"])
    return [
        [*cells, readable(row["duty"]) if len(sentences[tuple(cells)]) > 1 else ""]
        for row, cells in zip(rows, found, strict=True)
    ]


def status_cells(rows: Sequence[Row]) -> list[list[str]]:
    return [[*cells, *status_of(row)] for row, cells in zip(rows, names_apart(rows), strict=True)]


def status_of(row: Row) -> list[str]:
    """The cells after the name: status and since when; of counted periods, how many have which."""
    numbers = row.get("counted")
    status = word(row["status"], row["kind"], row["outcome"])
    return [
        ", ".join(f"{n} {counted}" for counted, n in numbers.items()) if numbers else status,
        "" if numbers else moment(row["since"], "ever"),
        "final" if row["final"] else "",
        breaches(row),
        entries(row["entries"]),
    ]


def status_blocks(answer: Row) -> list[Block]:
    shown = folded(answer["duties"])
    counted = Line(counts(answer["duties"]))
    if not shown:
        return [*head(answer), Line(""), counted]
    drawn = table(STATUS_COLUMNS, status_cells(shown), ("status",))
    more = [Line(EARLIER, "quiet")] if any("counted" in row for row in shown) else []
    return [*head(answer), Line(""), drawn, Line(""), counted, *more]


def summary_blocks(answer: Row) -> list[Block]:
    cells = [
        [
            row.get("account", ""),
            row["clause"],
            word(row["status"], row["kind"], row["outcome"]),
            f"{row['instances']:,}",
        ]
        for row in answer["counts"]
    ]
    if not cells:
        return [*head(answer), Line(""), Line("no duties")]
    return [
        *head(answer),
        Line(""),
        table(["account", "clause", "status", "instances"], cells, ("status",)),
    ]


def timeline_blocks(answer: Row) -> list[Block]:
    rows = answer["duties"]
    named = names_apart(rows)
    cells = [
        [
            *cells,
            moment(row["from"], "ever"),
            moment(row["until"], "open"),
            word(row["status"], row["kind"], row["outcome"]),
            breaches(row),
            entries(row["entries"]),
        ]
        for row, cells in zip(rows, named, strict=True)
    ]
    if not cells:
        return [*head(answer), Line(""), Line("no duty")]
    drawn = table(TIMELINE_COLUMNS, cells, ("status",))
    return [*head(answer), Line(""), drawn, bars(rows, named, str(answer["on"]))]


def bars(rows: Sequence[Row], named: Sequence[Sequence[str]], end: str) -> Bars:
    lines: dict[str, list[tuple[str | None, str | None, Term]]] = {}
    for row, (clause, _, debtor, _, instance, duty) in zip(rows, named, strict=True):
        name = f"{clause} {duty}" if duty else " ".join(filter(None, (clause, debtor, instance)))
        span = (row["from"], row["until"] or end, term(row["status"], row["kind"]))
        lines.setdefault(name, []).append(span)
    return Bars(tuple((name, tuple(spans)) for name, spans in lines.items()))


def compare_blocks(answer: Row) -> list[Block]:
    accounts, rows = list(answer["accounts"]), answer["duties"]
    cells = [
        [
            *cells,
            *(word(row["statuses"][name], row["kind"]) for name in accounts),
            CONTESTED if row["contested"] else AGREED,
        ]
        for row, cells in zip(rows, names_apart(rows), strict=True)
    ]
    contested = sum(bool(row["contested"]) for row in rows)
    counted = Line(f"{contested} {CONTESTED}, {len(rows) - contested} {AGREED}")
    if not cells:
        return [*head(answer), Line(""), Line("no duty")]
    columns = (*NAMES, *accounts, "accounts")
    drawn = table(columns, cells, accounts)
    return [*head(answer), Line(""), drawn, *difference_blocks(answer), Line(""), counted]


def difference_blocks(answer: Row) -> Iterator[Block]:
    """The choices that differences turn on, each once, with the duties that turn on it."""
    points: dict[str, list[str]] = {}
    for row in answer["duties"]:
        for difference in row["differences"]:
            duty = difference["sentence"].removesuffix(f". {difference['choices']}")
            points.setdefault(difference["choices"], []).append(duty)
        if row["contested"] and not row["differences"]:
            duty = f"Clause {row['clause']}, {readable(row['duty'])}"
            points.setdefault(UNSETTLED, []).append(duty)
    if points:
        yield Line("")
        yield Line("What the differences turn on; each alone turns one status into another:")
    for choices, duties in points.items():
        counted = Counter(duties)
        times = {duty: f" ({n} such)" if n > 1 else "" for duty, n in counted.items()}
        yield Line("")
        yield Tree(Node(choices, children=[Node(f"{duty}{times[duty]}") for duty in counted]))


def why_blocks(answer: Row, trees: Iterable[Node]) -> list[Block]:
    found: list[Block] = []
    for tree in trees:
        found += [Line(""), Tree(tree)]
    notes: list[Block] = [Line(note, "quiet") for note in answer.get("notes", ())]
    return [*notes, *found] if notes else found[1:]


def suppose_blocks(answer: Row) -> list[Block]:
    rows = [("added", row) for row in answer["added"]]
    rows += [("removed", row) for row in answer["removed"]]
    for change in answer["changed"]:
        rows += [("before", change["before"]), ("after", change["after"])]
    counted = ", ".join(f"{len(answer[k])} {k}" for k in ("changed", "added", "removed"))
    if not rows:
        return [*head(answer), Line(""), Line("nothing changes")]
    cells = status_cells([row for _, row in rows])
    cells = [[change, *some] for (change, _), some in zip(rows, cells, strict=True)]
    drawn = table(("change", *STATUS_COLUMNS), cells, ("status",))
    return [*head(answer), Line(""), drawn, Line(""), Line(counted)]
