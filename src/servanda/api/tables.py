"""Answers that are tables: sequences of rows, shown by notebooks, and given to data frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from servanda.api.questions import Question
from servanda.api.rows import ComparedDuty, Deadline, Duty, RecordedEntry, Row, Span

if TYPE_CHECKING:
    import polars
    import pyarrow

    from servanda.present.terminal.blocks import Block

R = TypeVar("R", bound=Row)
MOST_ROWS_SHOWN = 200
"""Rows that a notebook shows of one table; how many more there are is said."""


class Table(Sequence[R], Generic[R]):
    """Rows in the order of the agreement; `question` says what they are about.

    `table[0]` is a row, `table[:5]` a table of five. `to_dicts()` has the rows of docs/json.md, and
    `to_dict()` its whole document.
    """

    ROW: ClassVar[type[Row]]
    KEY: ClassVar[str] = "duties"

    def __init__(self, question: Question, rows: Sequence[dict[str, Any]]) -> None:
        self.question = question
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> R | Self:
        if isinstance(index, slice):
            return type(self)(self.question, self._rows[index])
        return self._row(self._rows[index])

    def __iter__(self) -> Iterator[R]:
        return map(self._row, self._rows)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and list(self._rows) == list(other._rows)

    __hash__ = None  # type: ignore[assignment]

    def _row(self, row: dict[str, Any]) -> R:
        return self.ROW.from_dict(row, self.question.zone)  # type: ignore[return-value]

    def where(self, is_wanted: Callable[[R], bool]) -> Self:
        """The rows for which a function of the row is true, as a table of the same kind."""
        return type(self)(self.question, [r for r in self._rows if is_wanted(self._row(r))])

    # -------------------------------------------------------------- in other forms
    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows of the JSON contract: instants as RFC 3339, lists as lists."""
        return [dict(row) for row in self._rows]

    def to_dict(self) -> dict[str, Any]:
        """The document of the JSON contract: the question, and the rows under their key."""
        return self.question.to_dict() | {self.KEY: self.to_dicts()}

    def to_arrow(self) -> pyarrow.Table:
        """An Arrow table with the keys of the JSON contract as columns.

        Instants are timestamps in microseconds with the agreement's zone, lists are lists, and
        particulars are structs with a field for every name that some row has (a column of type
        null where none has any).
        """
        from servanda.api.arrow import arrow_table

        return arrow_table(self.ROW, self._rows, self.question.zone)

    def to_polars(self) -> polars.DataFrame:
        """A Polars data frame. Raises ServandaError if Polars is not installed."""
        from servanda.api.frames import polars_frame

        return polars_frame(self.to_arrow())

    def to_pandas(self) -> Any:
        """A pandas data frame. Raises ServandaError if pandas is not installed."""
        from servanda.api.frames import pandas_frame

        return pandas_frame(self.to_arrow())

    # -------------------------------------------------------------- as people see it
    def summary(self) -> str:
        """What the rows come to, in a few words."""
        return f"{len(self):,} row{'' if len(self) == 1 else 's'}"

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows: lines and tables; `notes` stand under the title."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.question}: {self.summary()}>"

    def __str__(self) -> str:
        from servanda.present.terminal.plain_blocks import plain

        return plain(self.blocks()).rstrip("\n")

    def _repr_html_(self) -> str:
        from servanda.api.notebook import html_of

        left = len(self) - MOST_ROWS_SHOWN
        more = [f"… and {left:,} more rows: `to_polars()` has all"] if left > 0 else []
        title = f"{type(self).__name__} of {self.question}: {self.summary()}"
        return html_of(title, self[:MOST_ROWS_SHOWN].blocks(), more)


def _document(table: Table[Any], notes: Sequence[str]) -> dict[str, Any]:
    return table.to_dict() | {"notes": list(notes)}


class Duties(Table[Duty]):
    """Each duty on a day, by one account."""

    ROW = Duty

    def summary(self) -> str:
        """`2 broken, 3 kept`."""
        from servanda.present.terminal.blocks import counts

        return counts(self._rows)

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        from servanda.present.terminal.blocks import status_blocks

        return status_blocks(_document(self, notes))


class Timeline(Table[Span]):
    """Every span of every duty, by one account."""

    ROW = Span

    def summary(self) -> str:
        return f"{len(self):,} span{'' if len(self) == 1 else 's'}"

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        from servanda.present.terminal.blocks import timeline_blocks

        return timeline_blocks(_document(self, notes))


class Comparison(Table[ComparedDuty]):
    """Each duty on a day, in several accounts, and what the differences turn on."""

    ROW = ComparedDuty

    def summary(self) -> str:
        found = Counter(bool(row["contested"]) for row in self._rows)
        return f"{found[True]:,} contested, {found[False]:,} agreed"

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        from servanda.present.terminal.blocks import compare_blocks

        return compare_blocks(_document(self, notes))


class _Listed(Table[R]):
    """A table without a form of its own in the terminal: every column as it is."""

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        from servanda.present.terminal.blocks import head, particulars, table

        columns = self.ROW.__struct_encode_fields__

        def cell(value: Any) -> str:
            if isinstance(value, dict):
                return particulars(value)
            return ", ".join(value) if isinstance(value, list) else str(value or "")

        rows = [[cell(row[key]) for key in columns] for row in self._rows]
        return [*head(self.question.to_dict() | {"notes": list(notes)}), table(columns, rows)]


class Deadlines(_Listed[Deadline]):
    """What is still to come after the day asked, by each account, the soonest first."""

    ROW = Deadline
    KEY = "coming"

    def summary(self) -> str:
        undated = sum(row["at"] is None for row in self._rows)
        return f"{len(self) - undated:,} dated" + (f", {undated:,} undated" if undated else "")


class Entries(_Listed[RecordedEntry]):
    """The entries of the record (rows of table files are in those files)."""

    ROW = RecordedEntry
    KEY = "entries"

    def summary(self) -> str:
        return f"{len(self):,} entr{'y' if len(self) == 1 else 'ies'}"
