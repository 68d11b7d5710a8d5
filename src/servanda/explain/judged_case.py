"""A case in memory: its text as read, and its judgements. Questions about it: `api/case.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.explain.judged import Judged
from servanda.record.account_facts import facts_for, parse_as_of
from servanda.record.dates import BadDate, Moment, moment_text
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.record.resolver import resolve_record
from servanda.record.sources import read_sources
from servanda.record.trust import check_trust
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import Norms
from servanda.syntax.layout import Layout
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems, ServandaError, did_you_mean, refused
from servanda.syntax.tree import Account, Agreement, Place

if TYPE_CHECKING:
    from servanda.explain.check_report import Checked
    from servanda.judge.judgement import Judgement
    from servanda.judge.progress import Progress
    from servanda.judge.verdict import Verdict


MOST_SPANS = 100_000


class JudgedCase:
    """The text of a case, its accounts and clauses, and its judgements by account and day."""

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
        self._judgements: dict[tuple[str, str, str | None], Judged] = {}
        self._checked: Checked | None = None

    # -------------------------------------------------------------- the text
    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found while reading; `checked` adds the static checks of the rules."""
        return tuple(self.found)

    @property
    def checked(self) -> Checked:
        """Everything wrong in text and record, and which paragraphs have rules; found once."""
        from servanda.explain.check_report import checked

        if self._checked is None:
            self._checked = checked(self)
        return self._checked

    def require_no_errors(self) -> None:
        """Raise ServandaError with every error that `check` reports: no question is answered of a
        case that has one."""
        if self.checked.errors:
            raise ServandaError(self.checked.errors)

    @property
    def title(self) -> str | None:
        """The agreement's title, as its text has it."""
        return self.agreement.header.title

    @property
    def zone(self) -> str:
        """The agreement's time zone, an IANA name; UTC if it names none."""
        return self.agreement.header.zone or "UTC"

    @property
    def accounts(self) -> tuple[str, ...]:
        """Account names in the order they are declared; `text` alone where there is none."""
        return tuple(a.name for a in self.agreement.accounts) or ("text",)

    @property
    def clauses(self) -> tuple[str, ...]:
        """Ids of the clauses, in the order of the text."""
        return tuple(clause.id for clause in self.agreement.clauses)

    def account(self, name: str | None) -> Account | None:
        """What an account declares (None: the first; None for `text`, which declares nothing).

        Raises ServandaError for one that is not there.
        """
        if name is None:
            return self.agreement.accounts[0] if self.agreement.accounts else None
        for account in self.agreement.accounts:
            if account.name == name:
                return account
        if not self.agreement.accounts and name == "text":
            return None
        advice = did_you_mean(name, self.accounts) or f"the accounts are {', '.join(self.accounts)}"
        raise refused("E212", f"account:{name}", f"there is no account `{name}`", advice)

    def clause(self, id_: str | None) -> str | None:
        """The id, if there is such a clause (None: all). Raises ServandaError for another."""
        if id_ is None or id_ in self.clauses:
            return id_
        advice = did_you_mean(id_, self.clauses) or "`servanda timeline` shows all that have rules"
        raise refused("E206", f"clause:{id_}", f"there is no clause `{id_}`", advice)

    def last_day(self) -> str:
        """The record's last day, as an ISO text: what a question without a day is about.

        Raises ServandaError where the text has errors, or nothing is recorded.
        """
        if self.found.errors:
            raise ServandaError(self.found.errors)
        header = self.agreement.header
        if header.closed is not None:
            return header.closed.isoformat()
        last = self.record.last
        if last is None:
            message = "nothing is recorded, so there is no last day to ask about"
            raise refused("E008", "option:on", message, "name a day: `--on 2024-01-31`")
        return local_day(micros_of(last), self.zone).isoformat()

    # -------------------------------------------------------------- judging
    def norms(
        self, account: str | None = None, readings: Mapping[str, str | None] | None = None
    ) -> Norms:
        """All that one account holds to be agreed; `readings` replace its own choices."""
        from servanda.semantics.resolver import norms_of

        chosen = self.account(account)
        problems = Problems()
        name = None if chosen is None else chosen.name
        norms = norms_of(self.agreement, name, readings, problems)
        if problems.errors:
            raise ServandaError(problems.errors)
        return norms

    def facts(
        self, account: Account | None, norms: Norms, on: Moment, known: Moment | None
    ) -> Facts:
        """The record as an account sees it, to the end of `on`, as known at the end of `known`."""
        return facts_for(
            self.record,
            self.agreement,
            account,
            norms,
            on=self.tick(on),
            known=None if known is None else self.tick(known),
        )

    def tick(self, moment: Moment) -> int:
        """The last tick (docs/meaning.md, 1) of a day or an instant."""
        text = moment_text(moment)
        assert text is not None
        try:
            return parse_as_of(text, self.zone)
        except BadDate as error:
            raise refused(error.code, f"day:{text}", str(error), error.help) from None

    def judge(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        *,
        reuse: Iterable[Judged] | None = None,
        clause: str | None = None,
    ) -> Judged:
        """One judgement in memory: norms, facts and verdict spans up to the end of `on`.

        The same question is judged once. With `reuse`, verdicts of clauses that those judgements
        (of this text or an earlier one) settled alike are taken over, and the caller keeps it. With
        `clause`, only what that clause depends on is judged, unless the whole was already.
        Raises JudgeError where norms and record cannot be judged (docs/meaning.md), and
        ServandaError for errors of `check`, and for more than 100,000 spans: `verdicts` has those.
        """
        self.require_no_errors()
        chosen = self.account(account)
        name = "text" if chosen is None else chosen.name
        day = moment_text(on) or self.last_day()
        then = moment_text(known)
        key = (name, day, then)
        if reuse is None and key in self._judgements:
            return self._judgements[key]
        norms = self.norms(name)
        facts = self.facts(chosen, norms, day, then)
        judged = Judged(
            case=self.agreement.header.name,
            account=name,
            on=day,
            known=then,
            agreement=self.agreement,
            record=self.record,
            norms=norms,
            facts=facts,
            verdicts=(),
        )
        if clause is not None:
            from servanda.judge.dependencies import Footprints

            judged.clause = clause
            judged.verdicts = self._verdicts(*Footprints(norms).restricted(clause, facts))
            return judged
        if reuse is not None:
            from servanda.explain.incremental import judge_again

            judged.verdicts = judge_again(list(reuse), norms, facts)
            return judged
        judged.verdicts = self._verdicts(norms, facts)
        self._judgements[key] = judged
        return judged

    def _verdicts(self, norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
        from servanda.judge.dispatch import judge
        from servanda.judge.verdict import JudgeError

        try:
            if not (facts.bulk_events or facts.bulk_readings):
                return judge(norms, facts, self.engine)
            from servanda.judge.judgement import Judgement

            judgement = Judgement(norms, facts, engine=self.engine)
            if judgement.more_spans_than(MOST_SPANS):
                raise refused(
                    *("E011", "file:record"),
                    f"there are more than {MOST_SPANS:,} spans: too many to look at one by one",
                    "`servanda judge` counts them, or writes them with -o verdicts.parquet",
                )
            return judgement.verdicts()
        except JudgeError as error:
            error.place = next((r.place for r in norms.rules if r.id == error.rule), None)
            raise

    def as_of(self, judged: Judged, on: Moment) -> Judged:
        """An earlier day read off a judgement of this case, without judging again.

        Raises ValueError for a day later than the judgement's.
        """
        from servanda.explain.snapshot import as_of

        day = moment_text(on)
        assert day is not None
        facts = self.facts(self.account(judged.account), judged.norms, day, judged.known)
        return as_of(judged, day, facts)

    def by_account(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
    ) -> dict[str, Judged]:
        """Judgements of one account, or of every one there is."""
        names = self.accounts if account is None else (account,)
        return {name: self.judge(name, on, known) for name in names}

    def judgement(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        memory: str | None = None,
        progress: Progress | None = None,
        *,
        beside: Judgement | None = None,
    ) -> Judgement:
        """The judgement left in the engine, for programs that query its tables themselves.

        `beside`: another judgement of this case, whose engine it uses too. `verdicts` is the same
        for everybody else.
        """
        from servanda.judge.judgement import Judgement

        self.require_no_errors()
        chosen = self.account(account)
        norms = self.norms(None if chosen is None else chosen.name)
        facts = self.facts(chosen, norms, moment_text(on) or self.last_day(), known)
        tables = None if beside is None else beside.tables
        return Judgement(norms, facts, memory, progress, self.engine, beside=tables)
