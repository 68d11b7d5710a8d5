"""The verdict table of a record of any size: streamed, counted or written by the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from servanda.api.output_files import check_output
from servanda.api.questions import Question
from servanda.judge import verdict_table
from servanda.judge.judgement import Judgement
from servanda.judge.verdict_table import Count
from servanda.syntax.problems import refused

if TYPE_CHECKING:
    import polars
    import pyarrow

    from servanda.explain.judged_case import JudgedCase
    from servanda.judge.progress import Progress
    from servanda.present.terminal.blocks import Block

SIZE = re.compile(r"(?=[0.]*[1-9])\d+(\.\d+)?\s*([KMGT]i?)?B", re.ASCII | re.IGNORECASE)


class Verdicts:
    """Every span of every duty, left in the engine until it is asked for.

    Iterating gives Arrow record batches with the columns of the verdict table of docs/json.md, in
    no order; so does any library that reads Arrow streams (`polars.DataFrame(case.verdicts())`).
    Of several accounts there is a first column `account` in files, and no stream.
    """

    def __init__(
        self,
        case: JudgedCase,
        question: Question,
        memory: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.case = case
        self.question = question
        self.memory = size_of(memory)
        self.progress = progress
        self._single: Judgement | None = None

    def judgements(self) -> Iterator[tuple[str, Judgement]]:
        """One account after the other, all on one engine; each is let go when the next is made."""
        asked = self.question
        if len(asked.accounts) == 1:
            if self._single is None:
                self._single = self._judge(asked.account, None)
            yield asked.account, self._single
            return
        last = None
        for name in asked.accounts:
            last = self._judge(name, last)
            yield name, last

    def _judge(self, account: str, beside: Judgement | None) -> Judgement:
        asked = self.question
        return self.case.judgement(
            account, asked.on, asked.known, self.memory, self.progress, beside=beside
        )

    # -------------------------------------------------------------- as a stream
    def reader(self) -> pyarrow.RecordBatchReader:
        """Arrow record batches, read once. Raises ServandaError for several accounts."""
        if len(self.question.accounts) > 1:
            advice = "ask for each, or `write` a file of all"
            raise refused("E004", "option:account", "a stream is of one account", advice)
        ((_, judgement),) = self.judgements()
        return verdict_table.reader(judgement)

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        return iter(self.reader())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.reader().__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> pyarrow.Table:
        """The whole table in memory."""
        return self.reader().read_all()

    def to_polars(self) -> polars.DataFrame:
        """The whole table as a Polars data frame. Raises ServandaError if Polars is missing."""
        from servanda.api.frames import polars_frame

        return polars_frame(self.to_arrow())

    def to_pandas(self) -> Any:
        """The whole table as a pandas data frame. Raises ServandaError if pandas is missing."""
        from servanda.api.frames import pandas_frame

        return pandas_frame(self.to_arrow())

    # -------------------------------------------------------------- counted, written
    def counts(self) -> VerdictCounts:
        """How many instances of each clause have each status at the end of the day asked."""
        found = [(n, c) for n, one in self.judgements() for c in verdict_table.counts(one)]
        return VerdictCounts(self.question, found)

    def write(self, path: str | Path, *, count: bool = False) -> WrittenVerdicts:
        """Write the table as `.parquet` or `.csv`, whole or not at all; with `count`, count it too.

        Raises ServandaError for another ending, or a place that cannot be written in.
        """
        file = Path(path)
        check_output(file, self.case.folder, verdict_table.FORMATS)
        counted: list[tuple[str, Count]] = []

        def judged() -> Iterator[tuple[str, Judgement]]:
            for name, one in self.judgements():
                if count:
                    counted.extend((name, each) for each in verdict_table.counts(one))
                yield name, one

        if len(self.question.accounts) > 1:
            rows = verdict_table.write_each(judged(), file)
        else:
            ((_, single),) = judged()
            rows = verdict_table.write(single, file)
        counts = VerdictCounts(self.question, counted) if count else None
        return WrittenVerdicts(self.question, file, rows, counts)

    def __repr__(self) -> str:
        return f"<Verdicts of {self.question}: counts(), write(path), or iterate over batches>"


class VerdictCounts(Sequence[Count]):
    """Counts of one account after the other, by clause and status: `.clause`, `.status`,
    `.instances`; `accounts[n]` is whose the n-th is."""

    def __init__(self, question: Question, found: Sequence[tuple[str, Count]]) -> None:
        self.question = question
        self.accounts = tuple(name for name, _ in found)
        self._counts = tuple(count for _, count in found)

    def __len__(self) -> int:
        return len(self._counts)

    def __getitem__(self, index: Any) -> Any:
        return self._counts[index]

    def to_dicts(self) -> list[dict[str, Any]]:
        """`{"clause", "status", "instances"}`, with `account` first where there are several."""
        several = len(self.question.accounts) > 1
        return [
            ({"account": name} if several else {}) | msgspec.structs.asdict(count)
            for name, count in zip(self.accounts, self._counts, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """The document of `judge` in docs/json.md."""
        return self.question.to_dict() | {"counts": self.to_dicts()}

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import summary_blocks

        return summary_blocks(self.to_dict() | {"notes": list(notes)})

    def __repr__(self) -> str:
        whole = sum(count.instances for count in self._counts)
        return f"<VerdictCounts of {self.question}: {whole:,} duties>"

    def _repr_html_(self) -> str:
        from servanda.api.notebook import html_of

        return html_of(repr(self).strip("<>"), self.blocks())


class WrittenVerdicts(Struct, frozen=True):
    """A verdict table that was written: its file, its number of `rows`, and its counts if asked."""

    question: Question
    file: Path
    rows: int
    counts: VerdictCounts | None = None

    def to_dict(self) -> dict[str, Any]:
        """The document of `judge -o` in docs/json.md."""
        found = self.question.to_dict() | {"file": str(self.file), "rows": self.rows}
        return found if self.counts is None else found | {"counts": self.counts.to_dicts()}

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import Line

        wrote: list[Block] = [Line(f"wrote {self.rows:,} spans to {self.file}")]
        return wrote if self.counts is None else [*wrote, *self.counts.blocks(notes)]


def size_of(memory: str | None) -> str | None:
    """An amount of memory, as in `3GB` or `512 MiB`. Raises ServandaError for another text."""
    if memory is None or SIZE.fullmatch(memory.strip()):
        return memory
    message = f"`{memory}` is no amount of memory"
    raise refused("E012", "option:--memory", message, "write a number and a unit, as in `3GB`")
