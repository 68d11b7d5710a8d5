"""A case folder, opened: `Case` answers everything that can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.api.questions import Question, listed
from servanda.explain.judged_case import JudgedCase
from servanda.record.dates import Moment, moment_text
from servanda.syntax.files import find_texts, load
from servanda.syntax.problems import Problems, ServandaError, did_you_mean, refused

if TYPE_CHECKING:
    from datetime import date

    from servanda.api.answers import (
        Accepted,
        Check,
        Difference,
        Explanation,
        Written,
    )
    from servanda.api.tables import Comparison, Deadlines, Duties, Entries, Timeline
    from servanda.api.verdicts import Verdicts
    from servanda.articles.drafts import Drafts
    from servanda.explain.judged import Judged
    from servanda.explain.upgrade import Upgraded
    from servanda.judge.progress import Progress
    from servanda.present.charts.chart import Chart
    from servanda.syntax.case_files import Formatted


def open(path: str | Path, engine: str = "duckdb") -> Case:
    """Read a case folder, or one file. Errors in it are data: see `Case.check`.

    `engine` judges it: "duckdb", or "spark" (docs/scaling.md).

    Raises ServandaError only where there is nothing to read.
    """
    root = Path(path)
    problems = Problems()
    files = find_texts(root, problems)
    folder = root if root.is_dir() else root.parent
    layouts = load(folder, files, problems) if files else ()
    if not files:
        raise ServandaError(problems)
    return Case(folder, root.resolve().name, layouts, problems, engine)


def new(folder: str | Path) -> list[str]:
    """Write a small complete case into a folder that is new or empty; the files, all or none.

    Raises ServandaError, with nothing written, where anything is there.
    """
    from servanda.syntax.case_files import new_case

    return new_case(Path(folder))


class Case(JudgedCase):
    """A case in memory: its text, and every question that can be asked of it.

    Questions take `on` (the day asked; the record's last day if none is given), `known` (as known
    on that day; None: with all that the record holds) and `account` (the first one if none is
    given). Days are texts, dates or datetimes; a naive `datetime` is in the agreement's zone.

    Every question raises ServandaError, whose `problems` say what is wrong, where `check` reports
    errors, or where an account, a clause or a day is asked for that is not there.
    """

    def __repr__(self) -> str:
        header = self.agreement.header
        title = f' "{header.title}"' if header.title else ""
        errors, others = len(self.found.errors), len(self.found) - len(self.found.errors)
        numbers = [
            number(len(self.clauses), "clause"),
            number(len(self.record.entries), "entry", "entries"),
            *([number(len(self.record.tables), "table")] if self.record.tables else []),
            f"{number(len(self.accounts), 'account')} ({', '.join(self.accounts)})",
            number(errors, "error"),
            *([number(others, "other problem")] if others else []),
        ]
        return f"<Case {header.name or self.name}{title}: {', '.join(numbers)}>"

    def question(
        self,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> Question:
        """The question with defaults for the account and days that were not given."""
        name = self.accounts[0] if account is None else account
        return self._question((name,), on, known)

    def question_of_all(
        self,
        on: Moment | None = None,
        known: Moment | None = None,
        accounts: Iterable[str] | None = None,
    ) -> Question:
        """The same of several accounts: of all where none is named."""
        names = self.accounts if accounts is None else tuple(accounts)
        return self._question(names, on, known, several=True)

    def _question(
        self,
        accounts: tuple[str, ...],
        on: Moment | None,
        known: Moment | None,
        *,
        several: bool = False,
    ) -> Question:
        day = moment_text(on) or self.last_day()
        name = self.agreement.header.name
        return Question(name, accounts, day, moment_text(known), self.zone, several)

    def _of_one_or_all(
        self, on: Moment | None, known: Moment | None, account: str | None
    ) -> Question:
        if account is None:
            return self.question_of_all(on, known)
        return self.question(on, known, account)

    def check(self) -> Check:
        """Everything wrong in text and record, at once, and which paragraphs have rules."""
        from servanda.api.answers import Check

        found = self.checked
        values = {name: getattr(found, name) for name in found.__struct_fields__}
        return Check(**values, name=self.name)

    def format(self, *, write: bool = True) -> Formatted:
        """Lay out the servanda blocks of the files; prose stays as it is. `changed` names the
        files that were changed, or would be if not `write`.

        Raises ServandaError, with nothing written, where a block cannot be read.
        """
        from servanda.syntax.case_files import format_files

        found = format_files(self.folder, [layout.file for layout in self.layouts], write=write)
        if found.problems:
            raise ServandaError(found.problems)
        return found

    def upgrade(self, *, write: bool = True) -> Upgraded:
        """Rewrite old spellings with the meaning they had, judging before and after.

        Raises ServandaError, with nothing written, for any other error in the text, and where the
        verdicts would differ.
        """
        from servanda.explain.upgrade import upgrade

        return upgrade(self, write=write)

    def with_text(self, text: str, name: str = "supposed.sv") -> Case:
        """The case with one more text, in memory: a page with blocks, or bare lines. It stands in
        place of the file of that name, if the case has one.

        Raises ServandaError where the text does not fit the case.
        """
        from servanda.explain.supposition import with_text

        named = str(Path(name).with_suffix(".md")) if "```" in text else name
        others = tuple(layout for layout in self.layouts if layout.file != named)
        if len(others) < len(self.layouts):
            rest = Case(self.folder, self.name, others, Problems(), self.engine)
            return with_text(rest, named, text)
        return with_text(self, named, text)

    def verdicts(
        self,
        account: str | Sequence[str] | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        *,
        memory: str | None = None,
        progress: Progress | None = None,
    ) -> Verdicts:
        """The verdict table of a record of any size: `counts()`, `write(path)`, Arrow batches.

        `account` may be several names, or `all`. `memory` is what tables may take before they go
        to the disk, as in `3GB`.
        """
        from servanda.api.verdicts import Verdicts

        self.require_no_errors()
        names = self._account_names(account)
        one = self.question(on, known, names[0] if names else None)
        asked = self.question_of_all(one.on, known, names) if len(names) > 1 else one
        return Verdicts(self, asked, memory, progress)

    def _account_names(self, account: str | Sequence[str] | None) -> tuple[str, ...]:
        """The accounts asked for, each once. Raises ServandaError for one that is not there."""
        names = [account] if isinstance(account, str) else list(account or ())
        if names == ["all"] and "all" not in self.accounts:
            return self.accounts
        for name in names:
            self.account(name)
        return tuple(dict.fromkeys(names))

    # -------------------------------------------------------------- answers
    def status(
        self,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
        clause: str | None = None,
    ) -> Duties:
        """Each duty on a day, by one account: a table of `Duty`."""
        from servanda.api.tables import Duties
        from servanda.explain.rows import status_rows

        judged = self.judge(account, on, known)
        return Duties(self._about(judged), status_rows(judged, self.clause(clause)))

    def timeline(
        self,
        account: str | None = None,
        clause: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
    ) -> Timeline:
        """Every span of every duty, half-open, up to the end of a day: a table of `Span`."""
        from servanda.api.tables import Timeline
        from servanda.explain.rows import timeline_rows

        judged = self.judge(account, on, known)
        return Timeline(self._about(judged), timeline_rows(judged, self.clause(clause)))

    def _about(self, judged: Judged) -> Question:
        return self.question(judged.on, judged.known, judged.account)

    def why(
        self,
        clause: str,
        instance: Mapping[str, Any] | None = None,
        *,
        debtor: str | None = None,
        period: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> Explanation:
        """Why the duties of a clause have their statuses, down to entries and their sources.

        `clause` may narrow to instances by their particulars, as in `7(id: "A", n: 5)`, and so may
        `instance`, `debtor` and `period` (`2024-01`, `2024-Q1`, `2024`). Of more than ten instances
        there is one tree that lists them by status. Raises ServandaError where none is selected,
        with those that are near.
        """
        from servanda.api.answers import Explanation
        from servanda.api.selectors import by_variable, check_selection, parse_selector
        from servanda.explain.why import why

        id_, particulars = parse_selector(clause)
        self.clause(id_)
        given = {**particulars, **(instance or {})}
        if period is not None:
            if given.get("period", period) != period:
                advice = "leave one of them out"
                raise refused("E004", "option:period", "two periods are asked for", advice)
            given["period"] = period
        judged = self.judge(account, on, known, clause=id_)
        given = by_variable(judged, id_, given)
        check_selection(judged, id_, given, debtor)
        trees = why(judged, id_, given, debtor=debtor, case=self)
        return Explanation(self._about(judged), id_, trees)

    def compare(
        self,
        on: Moment | None = None,
        known: Moment | None = None,
        accounts: Sequence[str] | None = None,
    ) -> Comparison:
        """The accounts side by side (all, or those named), and what each difference turns on."""
        from servanda.api.tables import Comparison
        from servanda.explain.comparison import compare

        asked = self.question_of_all(on, known, accounts)
        return Comparison(asked, compare(self, asked.on, asked.known, asked.accounts))

    def suppose(
        self,
        file: str | Path | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
        *,
        text: str | None = None,
    ) -> Difference:
        """What hypothetical entries or rules, of a file or a text, would change on a day.

        Nothing is written. Without `on`, the day is the later of the last days of the record with
        and without them. Raises ServandaError where they cannot be read or do not fit the case.
        """
        from servanda.api.answers import Difference
        from servanda.explain.supposition import difference, with_file

        if (file is None) == (text is None):
            advice = "one of them, not both"
            raise refused("E004", "option:file", "give a file or a text to suppose", advice)
        supposed = with_file(self, Path(file)) if file is not None else self.with_text(text or "")
        day = moment_text(on) or max(self.last_day(), supposed.last_day())
        before, after = (one.status(day, known, account) for one in (self, supposed))
        return Difference(before.question, difference(before.to_dicts(), after.to_dicts()))

    def deadlines(
        self,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> Deadlines:
        """What is still to come after a day, by one account or by all, and how it was counted."""
        from servanda.api.tables import Deadlines
        from servanda.present.export.rows import coming

        asked = self._of_one_or_all(on, known, account)
        return Deadlines(asked, coming(self.by_account(account, asked.on, asked.known)).dicts())

    def entries(self) -> Entries:
        """The entries of the record, whoever trusts them (rows of table files are in the files)."""
        from servanda.api.tables import Entries
        from servanda.present.export.rows import entries

        judged = self.judge()
        return Entries(self._about(judged), entries({judged.account: judged}).dicts())

    # -------------------------------------------------------------- files
    def export(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        table: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> Written:
        """Write spans, entries and sources for other programs, by one account or by all.

        The format is csv, xlsx, parquet, json, jsonld (PROV-O) or ics (a calendar of what is still
        to come): as given, else by the extension. A csv or parquet file holds one table: spans,
        entries, sources or coming. The file is written whole or not at all.
        """
        from servanda.api.answers import Written
        from servanda.api.exports import choose_format, write_export

        file = Path(path)
        chosen = choose_format(file, format, table, self.folder)
        asked = self._of_one_or_all(on, known, account)
        judged = self.by_account(account, asked.on, asked.known)
        undated = write_export(file, judged, asked, chosen, table or "spans")
        about = {"format": chosen, "undated": list(undated)}
        return Written(asked, file, about, undated)

    def report(
        self,
        path: str | Path,
        *,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> Written:
        """Write the whole case on a day as one HTML page that loads nothing (docs/export.md)."""
        from servanda.api.answers import Written
        from servanda.api.output_files import check_output, missing_extra, write_bytes

        file = Path(path)
        check_output(file, self.folder, ("html", "htm"))
        asked = self._of_one_or_all(on, known, account)
        try:
            page = self.report_html(on=asked.on, known=asked.known, account=account)
        except ModuleNotFoundError as error:
            raise missing_extra(error, "a report") from None
        write_bytes(file, page.encode("utf-8"))
        return Written(asked, file)

    def report_html(
        self,
        *,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
    ) -> str:
        """The page that `report` writes, as text."""
        from servanda.explain.comparison import compare
        from servanda.present.report.contents import Report
        from servanda.present.report.page import report

        judged = self.by_account(account, on, known)
        day, then = next((one.on, one.known) for one in judged.values())
        compared = compare(self, day, then) if len(judged) > 1 else None
        return report(Report(self.layouts, self.check(), judged, compared))

    # -------------------------------------------------------------- charts
    def chart(
        self,
        which: str,
        path: str | Path,
        *,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
        clause: str | None = None,
        measure: str | None = None,
        dark: bool = False,
    ) -> Written:
        """Write one chart as a picture (.svg, .png), its Vega-Lite spec (.json) or a piece of a
        page (.html). `charts` gives charts, and names them."""
        from servanda.api.answers import Written
        from servanda.api.charts import PICTURES, chart_bytes, only_chart
        from servanda.api.output_files import check_output, missing_extra, write_bytes
        from servanda.present.charts.registry import chart_kind

        file = Path(path)
        form = check_output(file, self.folder, PICTURES)
        chart_kind(which)
        asked = self._of_one_or_all(on, known, account)
        try:
            found = self.charts(
                which,
                on=asked.on,
                known=asked.known,
                account=account,
                clause=clause,
                measure=measure,
            )
            drawn = found[0] if len(found) == 1 else only_chart(self.measured(), found, measure)
            content = chart_bytes(drawn, form, "dark" if dark else "light")
        except ModuleNotFoundError as error:
            raise missing_extra(error, "a chart") from None
        write_bytes(file, content)
        return Written(asked, file, {"chart": drawn.name, "title": drawn.title, "text": drawn.text})

    def charts(
        self,
        which: str,
        *,
        on: Moment | None = None,
        known: Moment | None = None,
        account: str | None = None,
        clause: str | None = None,
        measure: str | None = None,
    ) -> list[Chart]:
        """The charts of a name (`present/charts/registry.py`), by one account or by all: one, or
        of `measure` one for each measure and subject. A notebook shows them."""
        from servanda.present.charts.registry import ChartRequest, chart_kind

        kind = chart_kind(which)
        names = [m.name for m in self.agreement.measures]
        if measure is not None and measure not in names:
            advice = did_you_mean(measure, names) or f"the measures are {listed(names)}"
            message = f"there is no measure `{measure}`"
            raise refused("E203", f"measure:{measure}", message, advice)
        chosen = self.clause(clause)
        judged = self.by_account(account, on, known)
        return kind.draw(ChartRequest(judged, clause=chosen, measure=measure))

    def chart_timeline(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        clause: str | None = None,
    ) -> Chart:
        """Every duty's life as bars, by one account or by all."""
        return self.charts("timeline", account=account, on=on, known=known, clause=clause)[0]

    def measured(self) -> list[tuple[str, str | None]]:
        """The measures that entries and small tables read, each with its subject (or None)."""
        from servanda.explain.table_entries import readings_spelled_out
        from servanda.present.charts.readings import subjects

        return subjects(self.agreement, readings_spelled_out(self.judge()).record)

    def chart_measures(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
        measure: str | None = None,
        clause: str | None = None,
    ) -> list[Chart]:
        """Each measure that the record reads, with its limits; one of them if named."""
        return self.charts(
            "measure", account=account, on=on, known=known, clause=clause, measure=measure
        )

    def chart_board(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
    ) -> Chart:
        """The duties in play on a day, by each account."""
        return self.charts("board", account=account, on=on, known=known)[0]

    def chart_counts(
        self,
        account: str | None = None,
        on: Moment | None = None,
        known: Moment | None = None,
    ) -> Chart:
        """How many duties have each status, over time, by each account."""
        return self.charts("counts", account=account, on=on, known=known)[0]

    # -------------------------------------------------------------- articles
    def read(self, article: str | Path, published: date | str | None = None) -> Drafts:
        """Draft entries from an article (HTML, text, Markdown or PDF): docs/reading.md.

        `published` is used where the article does not say when it was. Nothing enters the record:
        see `accept`. Raises ServandaError where the extra `servanda[reading]` is missing, or the
        file holds no article.
        """
        from servanda.api.articles import read_drafts

        return read_drafts(self.agreement, Path(article), published)

    def accept(
        self,
        drafts: Drafts | str | Path,
        keep: Iterable[int] | str | None = None,
        *,
        lines: Iterable[str] | None = None,
    ) -> Accepted:
        """Add drafts to the record, with their source, in one step: those numbered in `keep`, as
        they are, or `lines` as a person left them.

        `drafts` may be the file that `servanda read -o` wrote. The whole case is read again with
        them first: ServandaError, with nothing written, where it would have errors.
        """
        from servanda.api.articles import accept_drafts

        return accept_drafts(self.folder, drafts, keep, lines)


def number(count: int, one: str, many: str | None = None) -> str:
    """`1 clause`, `1,200 entries`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
