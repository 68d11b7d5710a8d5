"""The public door: a case folder opened, checked, judged and asked.

import servanda

case = servanda.open("cases/jcpoa")
for row in case.status(on="2019-07-01", account="E3"):
    print(row["clause"], row["debtor"], row["status"])
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from servanda.explain.judged import Judged
from servanda.record.account_facts import BadDate, facts_for, parse_as_of
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.record.resolver import resolve_record
from servanda.record.sources import read_sources
from servanda.record.trust import check_trust
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import Norms
from servanda.syntax.files import load
from servanda.syntax.layout import Layout
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems, ServandaError, did_you_mean
from servanda.syntax.tree import Account, Agreement, Place

if TYPE_CHECKING:
    import pyarrow

    from servanda.explain.check_report import Checked
    from servanda.judge.judgement import Judgement
    from servanda.judge.progress import Progress
    from servanda.present.charts.chart import Chart

MOST_SPANS = 100_000
MAIN, ACCOUNTS, RECORD = "agreement.md", "accounts.md", "record"


def open(path: str | Path, engine: str = "duckdb") -> Case:
    """Read a case folder (or one file). Errors in it are data: see `Case.problems`.

    `engine` is what judges it: "duckdb", or "spark" (docs/scaling.md).

    Raises ServandaError only when there is nothing to read.
    """
    root = Path(path)
    problems = Problems()
    files = files_of(root, problems)
    folder = root if root.is_dir() else root.parent
    layouts = load(folder, files, problems) if files else ()
    if not files:
        raise ServandaError(problems)
    return Case(folder, root.resolve().name, layouts, problems, engine)


def files_of(root: Path, problems: Problems) -> list[str]:
    """The texts of a case, by the names problems call them."""
    whole = Place(str(root), 0, 0)
    if root.is_file():
        return [root.name]
    if not root.is_dir():
        problems.add("E101", whole, f"there is no folder or file `{root}`")
        return []
    found = [name for name in (MAIN, ACCOUNTS) if (root / name).is_file()]
    beside = sorted(p.name for p in root.glob("*.sv"))
    kept = sorted(
        str(p.relative_to(root))
        for p in (root / RECORD).rglob("*")
        if p.suffix in (".md", ".sv") and p.is_file()
    )
    if MAIN not in found and not beside:
        advice = f"a case folder holds `{MAIN}`; start one with `servanda new`"
        problems.add("E101", whole, f"`{root}` holds no `{MAIN}`", advice)
        return []
    return [*found, *beside, *kept]


class Case:
    """A case in memory: what its text says, and the questions that can be asked of it.

    `problems` are all errors and hints of the text; asking a question of a case with errors
    raises ServandaError with them.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        layouts: tuple[Layout, ...],
        problems: Problems,
        engine: str = "duckdb",
    ) -> None:
        self.folder = folder
        self.engine = engine
        self.name = name
        self.layouts = layouts
        self.found = problems
        statements = [s for layout in layouts for s in layout.statements]
        parsed = parse(statements, problems)
        if parsed.header is None and not problems.errors:
            first = layouts[0].file if layouts else str(folder)
            problems.add(
                "E102",
                Place(first, 0, 0),
                "there is no `agreement` line",
                'start with `agreement NAME "Title"` in a servanda block',
            )
        self.agreement: Agreement = parsed.agreement
        self.sources = read_sources(folder, problems)
        self.record: Record = resolve_record(
            parsed.record, parsed.agreement, self.sources, problems, folder
        )
        check_trust(parsed.agreement.accounts, self.record, problems)
        self._judged: dict[tuple[str, str, str | None], Judged] = {}

    # -------------------------------------------------------------- the text
    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors and hints found while reading (static checks come with `check`)."""
        return tuple(self.found)

    @property
    def zone(self) -> str:
        return self.agreement.header.zone or "UTC"

    @property
    def accounts(self) -> tuple[str, ...]:
        """Account names in the order they are declared."""
        return tuple(a.name for a in self.agreement.accounts) or ("text",)

    def account(self, name: str | None) -> Account | None:
        """An account by name (None: the first). Raises ServandaError for an unknown one."""
        if name is None:
            return self.agreement.accounts[0] if self.agreement.accounts else None
        for account in self.agreement.accounts:
            if account.name == name:
                return account
        if not self.agreement.accounts and name == "text":
            return None
        advice = did_you_mean(name, self.accounts) or f"the accounts are {', '.join(self.accounts)}"
        raise refused(f"there is no account `{name}`", advice)

    def last_day(self) -> str:
        """The day a question is about when it names none: the record's last, as it says.

        Raises ServandaError where the record is at fault, or empty: then no day is the last.
        """
        if self.found.errors:
            raise ServandaError(self.found.errors)
        header = self.agreement.header
        if header.closed is not None:
            return header.closed.isoformat()
        last = self.record.last
        if last is None:
            message = "nothing is recorded, so there is no last day to ask about"
            raise refused(message, "name a day: `--on 2024-01-31`")
        return local_day(micros_of(last), self.zone).isoformat()

    def check(self) -> Checked:
        """Everything wrong in text and record, at once, and which paragraphs have rules."""
        from servanda.explain.check_report import checked

        return checked(self)

    # -------------------------------------------------------------- judging
    def norms(
        self, account: str | None = None, readings: Mapping[str, str | None] | None = None
    ) -> Norms:
        """All that one account holds to be agreed; `readings` in place of its own choices."""
        from servanda.semantics.resolver import norms_of

        chosen = self.account(account)
        problems = Problems()
        name = None if chosen is None else chosen.name
        norms = norms_of(self.agreement, name, readings, problems)
        if problems.errors:
            raise ServandaError(problems.errors)
        return norms

    def facts(self, account: Account | None, norms: Norms, on: str, known: str | None) -> Facts:
        """The record as that account sees it, on a date, as known on a date."""
        last = self.tick(on)
        return facts_for(
            self.record,
            self.agreement,
            account,
            norms,
            on=last,
            known=None if known is None else self.tick(known),
        )

    def tick(self, text: str) -> int:
        """The last tick of a date or instant. Raises ServandaError for nonsense."""
        try:
            return parse_as_of(text, self.zone)
        except BadDate as error:
            raise refused(str(error), error.help) from None

    def judge(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> Judged:
        """Verdict spans up to the end of `on` (the record's last day), by one account, as known
        on `known` (everything in the record)."""
        if self.found.errors:
            raise ServandaError(self.found.errors)
        chosen = self.account(account)
        name = "text" if chosen is None else chosen.name
        day = on or self.last_day()
        key = (name, day, known)
        if key not in self._judged:
            self._judged[key] = self.judge_as(self.norms(name), chosen, name, day, known)
        return self._judged[key]

    def judgement(
        self,
        account: str | None = None,
        on: str | None = None,
        known: str | None = None,
        memory: str | None = None,
        progress: Progress | None = None,
        *,
        beside: Judgement | None = None,
    ) -> Judgement:
        """The same judgement left in the engine: for tables too large to be looked at row by row.

        `beside`: another judgement of this case, whose engine it uses too. What it can be asked is
        in judge/verdict_table.py.
        """
        from servanda.judge.judgement import Judgement

        if self.found.errors:
            raise ServandaError(self.found.errors)
        chosen = self.account(account)
        norms = self.norms(None if chosen is None else chosen.name)
        facts = self.facts(chosen, norms, on or self.last_day(), known)
        tables = None if beside is None else beside.tables
        return Judgement(norms, facts, memory, progress, self.engine, beside=tables)

    def verdicts(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> pyarrow.RecordBatchReader:
        """The verdict table of docs/json.md as a stream of Arrow record batches, in no order."""
        from servanda.judge.verdict_table import reader

        return reader(self.judgement(account, on, known))

    def judge_as(
        self, norms: Norms, account: Account | None, name: str, on: str, known: str | None
    ) -> Judged:
        """Judge by norms and a trust that need not be those of a declared account."""
        from servanda.judge.judgement import Judgement
        from servanda.judge.verdict import JudgeError

        facts = self.facts(account, norms, on, known)
        try:
            judgement = Judgement(norms, facts, engine=self.engine)
            if judgement.more_spans_than(MOST_SPANS):
                raise refused(
                    f"there are more than {MOST_SPANS:,} spans: too many to look at one by one",
                    "`servanda judge` counts them, or writes them with -o verdicts.parquet",
                )
            verdicts = judgement.verdicts()
        except JudgeError as error:
            error.place = next((r.place for r in norms.rules if r.id == error.rule), None)
            raise
        return Judged(
            case=self.agreement.header.name,
            account=name,
            on=on,
            known=known,
            agreement=self.agreement,
            record=self.record,
            norms=norms,
            facts=facts,
            verdicts=verdicts,
        )

    # -------------------------------------------------------------- answers
    def status(
        self,
        on: str | None = None,
        known: str | None = None,
        account: str | None = None,
        clause: str | None = None,
    ) -> list[dict[str, Any]]:
        """One row per duty instance: see docs/json.md."""
        from servanda.explain.rows import status_rows

        return status_rows(self.judge(account, on, known), self.clause(clause))

    def timeline(
        self, account: str | None = None, clause: str | None = None, on: str | None = None
    ) -> list[dict[str, Any]]:
        """Every span of every duty instance over the whole record."""
        from servanda.explain.rows import timeline_rows

        return timeline_rows(self.judge(account, on), self.clause(clause))

    def clause(self, id_: str | None) -> str | None:
        known = [c.id for c in self.agreement.clauses]
        if id_ is None or id_ in known:
            return id_
        advice = did_you_mean(id_, known) or "`servanda timeline` shows all that have rules"
        raise refused(f"there is no clause `{id_}`", advice)

    def table(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> pyarrow.Table:
        """The timeline as an Arrow table; Polars and pandas take it without copying."""
        import pyarrow

        from servanda.explain.rows import timeline_rows

        rows = timeline_rows(self.judge(account, on, known))
        flat = [
            r | {k: msgspec.json.encode(r[k]).decode() for k in ("instance", "breach", "breaches")}
            for r in rows
        ]
        return pyarrow.Table.from_pylist(flat)

    # -------------------------------------------------------------- charts
    def by_account(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> dict[str, Judged]:
        """Judgements of one account, or of every one there is: what charts are drawn from."""
        names = self.accounts if account is None else (account,)
        return {name: self.judge(name, on, known) for name in names}

    def chart_timeline(
        self,
        account: str | None = None,
        on: str | None = None,
        known: str | None = None,
        clause: str | None = None,
    ) -> Chart:
        """Every duty's life as bars, by one account or by all; a notebook shows it."""
        from servanda.present.charts.timeline import timeline

        chosen = self.clause(clause)
        return timeline(self.by_account(account, on, known), None if chosen is None else (chosen,))

    def measured(self) -> list[tuple[str, str | None]]:
        """The measures that entries and small tables read, and whose they are."""
        from servanda.explain.table_entries import readings_spelled_out
        from servanda.present.charts.readings import subjects

        return subjects(self.agreement, readings_spelled_out(self.judge()).record)

    def chart_measures(
        self,
        account: str | None = None,
        on: str | None = None,
        known: str | None = None,
        measure: str | None = None,
        clause: str | None = None,
    ) -> list[Chart]:
        """Each measure that the record reads, with its limits; one of them if named."""
        from servanda.present.charts.measures import measures

        names = [m.name for m in self.agreement.measures]
        if measure is not None and measure not in names:
            raise refused(f"there is no measure `{measure}`", did_you_mean(measure, names))
        return measures(self.by_account(account, on, known), measure, self.clause(clause))

    def chart_board(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> Chart:
        """The duties in play on a day, by each account."""
        from servanda.present.charts.board import board

        return board(self.by_account(account, on, known))

    def chart_counts(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> Chart:
        """How many duties have each status, over time, by each account."""
        from servanda.present.charts.counts import counts

        return counts(self.by_account(account, on, known))


def refused(message: str, help_: str | None = None) -> ServandaError:
    return ServandaError([Problem(file="", line=0, column=0, message=message, help=help_ or None)])
