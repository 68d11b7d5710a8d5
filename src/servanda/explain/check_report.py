"""Everything that is wrong with a case, at once, and which of its paragraphs have rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from servanda.explain.files_read import FileRead, files_not_read, files_read, warn_of_strays
from servanda.semantics.clock import local_day, micros_of
from servanda.syntax.markdown import Paragraph
from servanda.syntax.muting import IDLE_ALLOW, mute, report_idle
from servanda.syntax.problems import Problem
from servanda.syntax.tree import Agreement

if TYPE_CHECKING:
    from servanda.record.cross_checks import Finding
    from servanda.record.facts import Facts
    from servanda.record.record import Record
    from servanda.semantics.norms import Norms
    from servanda.syntax.layout import Layout
    from servanda.syntax.problems import Problems
    from servanda.syntax.tree import Account

CONFLICT, MAY_CONFLICT = "E410", "W402"
NOT_THE_TEXT = ("accounts.md", "record/")


class CaseText(Protocol):
    """What is checked of a case (`judged_case.py`): its text as read, and its accounts."""

    found: Problems
    folder: Path
    layouts: tuple[Layout, ...]
    agreement: Agreement
    record: Record
    engine: str

    @property
    def zone(self) -> str: ...
    @property
    def accounts(self) -> tuple[str, ...]: ...
    def account(self, name: str | None) -> Account | None: ...
    def last_day(self) -> str: ...
    def norms(self, account: str | None = None) -> Norms: ...
    def facts(self, account: Account | None, norms: Norms, on: str, known: None) -> Facts: ...


class Checked(Struct, frozen=True):
    """All problems of a case, the coverage of its paragraphs, as the JSON has it, and how the
    figures of its record fit one another. `muted` are the problems that `allow` lines mute; `files`
    those it is read from, and `files_not_read` those of `record/` whose names are no texts'."""

    problems: tuple[Problem, ...]
    paragraphs: dict[str, Any]
    cross_checks: tuple[Finding, ...] = ()
    muted: tuple[Problem, ...] = ()
    files: tuple[FileRead, ...] = ()
    files_not_read: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "warning")

    @property
    def hints(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "hint")


def checked(case: CaseText) -> Checked:
    """The problems of reading a case and those of its rules together, in order of the files."""
    from servanda.record.cross_checks import cross_check
    from servanda.semantics.checks.agreement import check

    problems = case.found.empty_copy()
    for layout in case.layouts:
        problems.remember(layout.file, layout.lines)
    text = list(paragraphs(case))
    found, coverage = check(
        case.agreement, text, problems, recorded_parameters(case.agreement, case.record)
    )
    if not any(problem.severity == "error" for problem in (*case.found, *found)):
        found = with_conflicts_on_record(case, found)
    strays = problems.empty_copy()
    warn_of_strays(case, strays)
    found = [*found, *strays]
    muting = mute(dict.fromkeys([*case.found, *found]), case.agreement)
    if not any(problem.severity == "error" for problem in muting.kept):
        report_idle(muting.idle, problems)
    every = list(dict.fromkeys([*muting.kept, *(p for p in problems if p.code == IDLE_ALLOW)]))
    order = {file: n for n, file in enumerate(dict.fromkeys(p.file for p in every))}
    every.sort(key=lambda p: (order[p.file], p.line, p.column))
    covered = {
        "modelled": coverage.modelled,
        "not_modelled": coverage.not_modelled,
        "uncovered": list(coverage.uncovered),
    }
    return Checked(
        tuple(every),
        covered,
        cross_check(case.record),
        muting.muted,
        files_read(case),
        files_not_read(case),
    )


def recorded_parameters(agreement: Agreement, record: Record) -> set[tuple[str, str]]:
    """The parameters of events that the record gives, (event, name) each; a table: all."""
    from servanda.record.record import Happened, Statement

    params = {event.name: [p.name for p in event.params] for event in agreement.events}
    found = {(t.event, p) for t in record.tables if t.event for p in params.get(t.event, ())}
    for what in (entry.what for entry in record.entries):
        if isinstance(what, Happened | Statement) and what.event in params:
            given = zip(params[what.event], what.args, strict=False)
            found |= {(what.event, name) for name, value in given if value is not None}
    return found


def with_conflicts_on_record(case: CaseText, found: list[Problem]) -> list[Problem]:
    """The problems, conflicts that bind somebody to two things at once as errors.

    By the first account that has it so, on the record's last day.
    """
    if case.record.last is None or not any(p.code == MAY_CONFLICT for p in found):
        return found
    from servanda.judge.conflicts import bound_twice
    from servanda.semantics.checks.conflicts import MOST_CONFLICTS, conflicts

    told: dict[str, Problem] = {}
    for name in case.accounts:
        norms = case.norms(name)
        between = [
            conflict
            for conflict in islice(conflicts(norms), MOST_CONFLICTS)
            if conflict.warning not in told
        ]
        if not between:
            continue
        facts = case.facts(case.account(name), norms, case.last_day(), None)
        for conflict, debtor, since in bound_twice(norms, facts, between, case.engine):
            warning = next((p for p in found if p.message == conflict.warning), None)
            if warning is not None:
                when = "ever" if since is None else local_day(micros_of(since), case.zone)
                by = f", by account {name}" if case.agreement.accounts else ""
                said = f"{conflict.error}; both bind {debtor} since {when}{by}"
                told[conflict.warning] = replace(warning, code=CONFLICT, message=said)
    return [told.get(problem.message, problem) for problem in found]


def paragraphs(case: CaseText) -> Iterator[Paragraph]:
    """The paragraphs of the agreement's own text: headings of accounts and record are none."""
    for layout in case.layouts:
        if not layout.file.startswith(NOT_THE_TEXT):
            yield from layout.paragraphs


def cross_check_row(found: Finding) -> dict[str, Any]:
    """One cross-check as the JSON has it."""
    return {
        "kind": found.kind,
        "agrees": found.agrees,
        "measure": found.measure,
        "of": found.of,
        "on": found.on,
        "message": found.message,
        "off": None if found.off is None else float(found.off),
        "entries": list(found.entries),
        "sources": list(found.sources),
        "odd": found.odd,
        "odd_sources": list(found.odd_sources),
        "file": found.place.file,
        "line": found.place.line,
    }
