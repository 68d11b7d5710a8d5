"""What an answer consists of before anybody draws it: lines of text, tables, trees.

Answers are made into blocks here, once; `plain.py` writes them for a pipe, and `terminal.py` draws
them. Nothing is cut short in either but a cell of hundreds of characters, and that is said in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from servanda.explain.statuses import KINDS, ORDER
from servanda.explain.wording import Node
from servanda.present.terminal.folding import folded
from servanda.syntax.problems import Problem, render

Row = Mapping[str, Any]
MOST_ENTRIES = MOST_BREACHES = 3
UNSETTLED = "No set of up to three choices settles it."


class Line(Struct, frozen=True):
    """A line of text. `tone`: `title`, `quiet`, `error`, `hint` or ``."""

    text: str
    tone: str = ""


class Table(Struct, frozen=True):
    """A table of words. Cells of the columns in `statuses` may be coloured by their word."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    statuses: tuple[str, ...] = ()


class Tree(Struct, frozen=True):
    node: Node


class Bars(Struct, frozen=True):
    """Spans to draw where there is room: per line a name and (from, until, status)."""

    lines: tuple[tuple[str, tuple[tuple[str | None, str | None, str], ...]], ...]


Block = Line | Table | Tree | Bars


# ------------------------------------------------------------------ words
def moment(text: str | None, otherwise: str) -> str:
    """An instant of a row: the day alone where it is the start of one."""
    if text is None:
        return otherwise
    return text[:10] if text[10:19] in ("", "T00:00:00") and "." not in text else text


def particulars(given: Mapping[str, Any]) -> str:
    said = {name: "not said" if value is None else value for name, value in given.items()}
    return ", ".join(f"{name} {value}" for name, value in said.items())


def entries(ids: Sequence[str]) -> str:
    """The last entries a row rests on; how many more there are is said."""
    shown = ", ".join(ids[-MOST_ENTRIES:])
    left = len(ids) - MOST_ENTRIES
    return f"{shown} and {left} more" if left > 0 else shown


def breaches(row: Row) -> str:
    """What violated in one instant: several acts with their entries; how many more there are."""
    found = [particulars(each) for each in row["breaches"]]
    if len(found) < 2:
        return "".join(found)
    told = [f"{entry}: {said}" for entry, said in zip(row["breach_entries"], found, strict=True)]
    left = len(told) - MOST_BREACHES
    return "; ".join(told[:MOST_BREACHES]) + (f"; and {left} more" if left > 0 else "")


def counts(statuses: Iterable[str]) -> str:
    """`2 broken, 1 kept`, the ones that ask for attention first."""
    counted = Counter(statuses)
    order = {status: n for n, status in enumerate(ORDER)}
    named = sorted(counted, key=lambda s: (order.get(s, len(order)), s))
    return ", ".join(f"{counted[s]} {s}" for s in named) or "no duty"


def head(answer: Row) -> list[Block]:
    """Which case, by whose account, on which day, as known when, and how these were chosen."""
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
        found += [Line(line) for line in rest]
        found.append(Line(""))
    return found


def check_blocks(name: str, problems: Sequence[Problem], answer: Row) -> list[Block]:
    paragraphs = answer["paragraphs"]
    counts = Counter(p.severity for p in problems)
    severities = ("error", "warning", "hint") if counts["warning"] else ("error", "hint")
    counted = [number(counts[word], word) for word in severities]
    counted += [f"{answer['muted']} muted"] if answer["muted"] else []
    uncovered = list(paragraphs["uncovered"])
    said = [f"{paragraphs['modelled']} paragraphs modelled"]
    said += [f"{paragraphs['not_modelled']} not modelled, with the reason"]
    said += [f"{len(uncovered)} with neither" + (f": {', '.join(uncovered)}" if uncovered else "")]
    return [
        *problem_blocks(problems),
        *cross_check_blocks(answer["cross_checks"]),
        Line(f"{name}: {', '.join(counted)}", "title"),
        Line("; ".join(said), "quiet"),
        *cross_check_counts(answer["cross_checks"]),
    ]


def cross_check_blocks(rows: Sequence[Row]) -> list[Block]:
    """The cross-checks that do not agree, or could not be made, with the entries held together."""
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
    said = [f"{counted[agrees]} {word}" for agrees, word in words.items() if counted[agrees]]
    return [Line(f"cross-checks: {', '.join(said)}", "quiet")] if said else []


def number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def status_row(row: Row) -> list[str]:
    numbers = row.get("counted")
    return [
        row["clause"],
        KINDS[row["kind"]],
        row["debtor"],
        row["creditor"] or "",
        particulars(row["instance"]),
        ", ".join(f"{n} {status}" for status, n in numbers.items()) if numbers else row["status"],
        "" if numbers else moment(row["since"], "ever"),
        "final" if row["final"] else "",
        breaches(row),
        entries(row["entries"]),
    ]


EARLIER = "earlier periods are counted together; `timeline` and `--json` have each"
STATUS = ("clause", "kind", "debtor", "creditor", "instance", "status", "since")
STATUS_COLUMNS = (*STATUS, "final", "breach", "entries")


def status_blocks(answer: Row) -> list[Block]:
    shown = folded(answer["duties"])
    rows = [status_row(row) for row in shown]
    counted = Line(counts(row["status"] for row in answer["duties"]))
    if not rows:
        return [*head(answer), Line(""), counted]
    drawn = table(STATUS_COLUMNS, rows, ("status",))
    more = [Line(EARLIER, "quiet")] if any("counted" in row for row in shown) else []
    return [*head(answer), Line(""), drawn, Line(""), counted, *more]


def summary_blocks(answer: Row) -> list[Block]:
    cells = [
        [row.get("account", ""), row["clause"], row["status"], f"{row['instances']:,}"]
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
    cells = [
        [
            row["clause"],
            KINDS[row["kind"]],
            row["debtor"],
            row["creditor"] or "",
            particulars(row["instance"]),
            moment(row["from"], "ever"),
            moment(row["until"], "open"),
            row["status"],
            breaches(row),
            entries(row["entries"]),
        ]
        for row in rows
    ]
    if not cells:
        return [*head(answer), Line(""), Line("no duty")]
    columns = ("clause", "kind", "debtor", "creditor", "instance", "from", "until", "status")
    drawn = table((*columns, "breach", "entries"), cells, ("status",))
    return [*head(answer), Line(""), drawn, bars(rows, str(answer["on"]))]


def bars(rows: Iterable[Row], end: str) -> Bars:
    lines: dict[str, list[tuple[str | None, str | None, str]]] = {}
    for row in rows:
        words = (row["clause"], row["debtor"], particulars(row["instance"]))
        name = " ".join(word for word in words if word)
        alike = lines.setdefault(name, [])
        alike.append((row["from"], row["until"] or end, row["status"]))
    return Bars(tuple((name, tuple(spans)) for name, spans in lines.items()))


def compare_blocks(answer: Row) -> list[Block]:
    accounts = list(answer["accounts"])
    cells = [
        [
            row["clause"],
            KINDS[row["kind"]],
            row["debtor"],
            particulars(row["instance"]),
            *(row["statuses"][name] or "no such duty" for name in accounts),
            "contested" if row["contested"] else "agreed",
        ]
        for row in answer["duties"]
    ]
    contested = sum(bool(row["contested"]) for row in answer["duties"])
    agreed = len(answer["duties"]) - contested
    counted = Line(f"{contested} contested, {agreed} agreed")
    if not cells:
        return [*head(answer), Line(""), Line("no duty")]
    columns = ("clause", "kind", "debtor", "instance", *accounts, "accounts")
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
            inside = particulars(row["instance"])
            duty = f"Clause {row['clause']}, {row['debtor']}" + (f" ({inside})" if inside else "")
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
    cells = [["added", *status_row(row)] for row in answer["added"]]
    cells += [["removed", *status_row(row)] for row in answer["removed"]]
    for change in answer["changed"]:
        cells.append(["before", *status_row(change["before"])])
        cells.append(["after", *status_row(change["after"])])
    said = ", ".join(f"{len(answer[k])} {k}" for k in ("changed", "added", "removed"))
    if not cells:
        return [*head(answer), Line(""), Line("nothing changes")]
    drawn = table(("change", *STATUS_COLUMNS), cells, ("status",))
    return [*head(answer), Line(""), drawn, Line(""), Line(said)]
