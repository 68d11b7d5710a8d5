"""Plans a `row is …` line over one file: SQL expressions and the checks of every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from servanda.record.contents import Reader
from servanda.record.dates import YEARS
from servanda.record.lookup import RecordNames
from servanda.record.sources import Source
from servanda.record.tables.files import REPEATS, TableFile, is_reserved, literal, quoted
from servanda.record.tables.notations import Notations
from servanda.record.tables.sql import (
    DECIMAL,
    INTEGERS,
    WHOLE_WITH_POINT,
    Moment,
    inexact,
    is_number,
    moment,
    number,
    scaled,
    text,
    undecoded,
)
from servanda.semantics.norms import Variable
from servanda.semantics.resolving.scope import variable_of
from servanda.semantics.units import UnitError
from servanda.syntax.entries import Cell, Column, RowMap
from servanda.syntax.instants import DAY
from servanda.syntax.key_texts import key_text
from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import Place

SEVERAL = "write `each` and the type of the objects after the file's name: a row for each object"
OF_THE_EVENT = "map it in a table of its own without `each`, where a row is an event"
FILL = 'fill it in, or leave such rows out with `where column … = "…"`'
ANOTHER_COLUMN = "name another column, or write the file with this one as text"
HOW = "or say how they are written, as in"
DATES = f'write dates as 2019-07-01, {HOW} `dates "DD.MM.YYYY"` below the table'
TIMES = DATES.replace(",", ", times as 2019-07-01T12:00,", 1)
NUMBERS = f'write numbers as 1234.5, {HOW} `numbers "1.234,5"` below the table'
COUNTED = (
    'write `dates "epoch seconds"` (or milliseconds …) below the table, or name another column'
)
DEFAULT_NOTATIONS = Notations()
YEARS_RUN = f"write a year from {YEARS[0]} to {YEARS[1]}"
GRADES = ("verified", "estimated", "declared", "alleged")


class Check(Struct, frozen=True):
    """A check of rows in SQL: a row is wrong if `bad` is true; `value` is what it holds.

    `{}` in the message stands for the value; `known` are the values that may have been meant.
    """

    code: str
    bad: str
    value: str
    message: str
    help: str
    known: tuple[str, ...] = ()

    def advice(self, value: str) -> str:
        """The value that may have been meant, else the advice of the check."""
        return did_you_mean(value, self.known) or self.help


class Plan(Struct):
    """A file's rows as expressions over its columns, and the checks they must pass first.

    `prefix` is what their entries' ids begin with; `columns` are those of the moments.
    """

    file: TableFile
    where: str = "TRUE"
    prefix: str = ""
    entry: str = ""
    id: str | None = None
    values: dict[str, str] = {}
    moments: dict[str, Moment] = {}
    columns: dict[str, str] = {}
    grade: str = "NULL::VARCHAR"
    source: str = "NULL::VARCHAR"
    checks: list[Check] = []
    hints: list[Check] = []

    @property
    def rows(self) -> str:
        """The rows that count, with the columns of their moments."""
        return self._with_moments(f"SELECT * FROM ({self.file.sql}) WHERE {self.where}")

    @property
    def every_row(self) -> str:
        """All rows of the file; `__counts` says whether a row does."""
        return self._with_moments(f"SELECT *, ({self.where}) AS __counts FROM ({self.file.sql})")

    def _with_moments(self, rows: str) -> str:
        depth = max((len(found.layers) for found in self.moments.values()), default=0)
        for level in range(depth):
            layers = [found.layers for found in self.moments.values()]
            added = [item for each in layers if level < len(each) for item in each[level]]
            rows = f"SELECT *, {', '.join(added)} FROM ({rows})"
        return f"({rows})"


class Planner:
    """Plans one `row is …` line over one file; `sound` turns false with the first problem."""

    def __init__(
        self,
        row: RowMap,
        file: TableFile,
        names: RecordNames,
        sources: Mapping[str, Source],
        notations: Notations = DEFAULT_NOTATIONS,
    ) -> None:
        self.row = row
        self.file = file
        self.names = names
        self.sources = sources
        self.notations = notations
        self.problems = names.problems
        self.reader = Reader(names)
        self.sound = True
        self.plan = Plan(file, values={}, moments={}, columns={}, checks=[], hints=[])

    def refuse(self, code: str, place: Place, message: str, help: str) -> None:
        """Report a problem of the mapping."""
        self.sound = False
        self.problems.add(code, place, message, help)

    def has(self, column: str | None, place: Place) -> bool:
        """Whether the file has the column; reports it if not."""
        if column is None:
            return False
        if column in self.file.columns:
            if counted := self.file.several.get(column):
                message = f"column `{column}` has {{}} objects, where one is wanted"
                self.check("E713", f"{counted} > 1", counted, message, help=SEVERAL)
            return True
        self.refuse("E708", place, *no_column(self.file, column))
        return False

    def check(
        self,
        code: str,
        bad: str,
        value: str,
        message: str,
        *,
        help: str,
        known: Iterable[str] = (),
    ) -> None:
        """Add a check that every row must pass."""
        self.plan.checks.append(Check(code, bad, value, message, help, tuple(known)))

    # -------------------------------------------------------------- the whole line
    def make(self, table: str) -> Plan | None:
        """The plan, or None with problems. `table` is what the entries of ids are called by."""
        row, plan = self.row, self.plan
        if row.is_measure:
            self._measure()
        else:
            self._event()
        conditions = [
            is_one_of(text(column, self.file.columns[column]), among)
            for column, among in row.where
            if self.has(column, row.place)
        ]
        plan.where = " AND ".join(conditions) or "TRUE"
        if row.on is None:
            self.sound = False  # reported by the parser
        for name in ("on", "until", "reported", "verified", "announced"):
            self._moment(name, getattr(row, name))
        plan.prefix = f"{self.file.name}:"
        plan.entry = f"{literal(plan.prefix)} || __row::VARCHAR"
        if self.has(row.id, row.place):
            plan.id = self.text(str(row.id))
            plan.prefix = f"{table}:"
            plan.entry = f"{literal(plan.prefix)} || {plan.id}"
            self.check(
                "E711",
                f"{plan.id} IS NULL",
                "''",
                f"the id is missing (column `{row.id}`)",
                help=FILL,
            )
        self._texts()
        return plan if self.sound else None

    def _moment(self, name: str, column: str | None) -> None:
        if column is None or not self.has(column, self.row.place):
            return
        found = moment(name, column, self.file.columns[column], self.notations.dates)
        if found is None:
            kind = self.file.columns[column].lower()
            message = f"column `{column}` holds {kind}, not dates or times"
            counts = any(word in kind for word in ("int", "double", "decimal"))
            self.refuse("E709", self.row.place, message, COUNTED if counts else ANOTHER_COLUMN)
            return
        self.plan.moments[name] = found
        self.plan.columns[name] = column
        message = f"`{{}}` is not a date or a time (column `{column}`)"
        self.check("E710", found.bad, found.given, message, help=TIMES)
        years = f"(year({_timestamp(found)}) NOT BETWEEN {YEARS[0]} AND {YEARS[1]})"
        self.check(
            "E142", years, found.given, f"{{}} is out of range (column `{column}`)", help=YEARS_RUN
        )
        if name == "on":
            bad = f"{found.given} IS NULL"
            self.check("E711", bad, "''", f"the date is missing (column `{column}`)", help=FILL)

    def _texts(self) -> None:
        row, plan = self.row, self.plan
        if row.graded is not None:
            plan.grade = literal(row.graded)
        elif self.has(row.grade, row.place):
            plan.grade = self.text(str(row.grade))
            message = f"`{{}}` is no grade (column `{row.grade}`)"
            self._one_of(
                "E712",
                plan.grade,
                GRADES,
                message,
                f"write {', '.join(GRADES[:-1])} or {GRADES[-1]}",
            )
        if self.has(row.source, row.place):
            plan.source = self.text(str(row.source))
            message = f"there is no source `{{}}` (column `{row.source}`)"
            self._one_of("E501", plan.source, self.sources, message, "add it to sources.json")

    def _one_of(self, code: str, value: str, known: Iterable[str], message: str, help: str) -> None:
        listed = ", ".join(literal(name) for name in known) or "''"
        self.check(
            code,
            f"({value} IS NOT NULL AND {value} NOT IN ({listed}))",
            value,
            message,
            help=help,
            known=known,
        )

    # -------------------------------------------------------------- events and measures
    def _event(self) -> None:
        row = self.row
        event = self.names.event(row.name, row.place)
        if event is None:
            self.sound = False
            return
        if event.arises is not None:
            message = f"`{event.name}` arises by itself: it cannot be recorded"
            self.refuse("E506", row.place, message, "record the event that it arises from")
            return
        params = {param.name: variable_of(param) for param in event.params}
        said = {}
        for arg in row.args:
            if arg.name not in params:
                listed = (
                    f"its parameters are {', '.join(params)}"
                    if params
                    else "leave it out: it has none"
                )
                advice = did_you_mean(arg.name, params) or listed
                self.refuse(
                    "E301", arg.place, f"`{event.name}` has no parameter `{arg.name}`", advice
                )
            elif arg.name in said:
                self.refuse(
                    "E303", arg.place, f"`{arg.name}` is given twice", "keep one of the two"
                )
            said[arg.name] = arg
        for param in params.values():
            arg_said = said.get(param.name)
            value = self.value(arg_said.value, param, arg_said.place) if arg_said else None
            self.plan.values[f"p_{param.name}"] = value or _nothing(param.type)

    def _measure(self) -> None:
        row = self.row
        measure = self.names.measure(row.name, row.place)
        if measure is None or row.value is None:
            self.sound = False
            return
        values = self.plan.values
        values["of"] = "NULL::VARCHAR"
        if measure.params and row.of is None:
            self.refuse(
                "E313",
                row.place,
                f"`{row.name}` needs a subject",
                f"write whose it is: `{row.name} of column …`",
            )
        elif row.of is not None and not measure.params:
            self.refuse("E314", row.place, f"`{row.name}` has no subject", "leave `of …` out")
        elif row.of is not None:
            subject = self.value(row.of, variable_of(measure.params[0]), row.place)
            values["of"] = subject or values["of"]
            self._needed(row.of, "the subject")
        param = Variable(measure.name, "number", measure.unit)
        amount = self.value(row.value, param, row.place) or f"NULL::{DECIMAL}"
        self._needed(row.value, "the amount")
        values["low"] = values["high"] = amount

    def _needed(self, cell: Cell, what: str) -> None:
        if isinstance(cell, Column) and cell.name in self.file.columns:
            bad = f"{text(cell.name, self.file.columns[cell.name])} IS NULL"
            self.check("E711", bad, "''", f"{what} is missing (column `{cell.name}`)", help=FILL)

    # -------------------------------------------------------------- values
    def text(self, column: str) -> str:
        """A column as an id; floats that may have been rounded are refused."""
        kind = self.file.columns[column]
        bad = inexact(column, kind)
        if bad and (kind != "VARCHAR" or column in self.file.pointed):
            message = f"{{}} in column `{column}` is a float, which may have been rounded"
            exact = "2^24" if kind.upper() in ("FLOAT", "REAL") else "2^53"
            help = f"keep ids as text or whole numbers: floats are rounded past {exact}"
            self.check("E714", bad, quoted(column), message, help=help)
        if bad := undecoded(column, kind):
            message = f"the bytes {{}} in column `{column}` are no text in UTF-8"
            help = "write the column as text, such as the hexadecimal digits of the bytes"
            self.check("E714", bad, quoted(column), message, help=help)
        if column in self.file.pointed:
            known = text(column, kind)
            with_point = f"regexp_full_match({known}, {literal(WHOLE_WITH_POINT)})"
            message = f"the text `{{}}` in column `{column}` is not the same as the whole number"
            help = "write it without the point, if it is that number"
            self.plan.hints.append(Check("H701", with_point, known, message, help))
        return text(column, kind)

    def value(self, cell: Cell, param: Variable, place: Place) -> str | None:
        """A column or a constant as its parameter's type."""
        if not isinstance(cell, Column):
            constant = self.reader.value(cell, param, place)
            self.sound = self.sound and constant is not None
            return None if constant is None else _constant(constant)
        place = cell.place if cell.place.line else place
        if not self.has(cell.name, place):
            return None
        if cell.unit is not None and param.type != "number":
            self.refuse(
                "E150",
                place,
                f"`{param.name}` is a {param.type}, and has no unit",
                f"leave `in {cell.unit}` out",
            )
        if param.type == "number":
            return self._number(cell, param, place)
        if param.type == "date":
            return self._date(cell, place)
        value = self.text(cell.name)
        if param.type == "party":
            message = f"there is no party, body or group `{{}}` (column `{cell.name}`)"
            self._one_of("E202", value, self.names.people, message, "declare it in the agreement")
        elif param.type == "clause":
            message = f"there is no clause `{{}}` (column `{cell.name}`)"
            self._one_of(
                "E206", value, self.names.clauses, message, "name a clause of the agreement"
            )
        return value

    def _number(self, cell: Column, param: Variable, place: Place) -> str | None:
        if cell.name in self.file.repeated and not self.row.is_measure:
            message = f"`{cell.name}` is of an event with {{}} objects, and would count for each"
            self.check("E724", f"{REPEATS} > 1", REPEATS, message, help=OF_THE_EVENT)
        notation = self.notations.numbers
        value = number(cell.name, self.file.columns[cell.name], notation)
        if value is None:
            kind = self.file.columns[cell.name].lower()
            self.refuse(
                "E709", place, f"column `{cell.name}` holds {kind}, not numbers", ANOTHER_COLUMN
            )
            return None
        if param.unit is not None and cell.unit is None:
            message = (
                f"the unit of column `{cell.name}` is missing: `{param.name}` is in {param.unit}"
            )
            self.refuse(
                "E321",
                place,
                message,
                f"write `column {cell.name} in {param.unit}`, or the unit that it is in",
            )
            return None
        try:
            factor = self.names.amounts.units.factor(cell.unit, param.unit)
        except UnitError as error:
            wanted = f"in {param.unit}" if param.unit else "a bare number"
            self.refuse("E320", place, f"`{param.name}` is {wanted}: {error.message}", error.help)
            return None
        given, at = text(cell.name, self.file.columns[cell.name]), f"(column `{cell.name}`)"
        is_text = self.file.columns[cell.name] == "VARCHAR"
        written = is_number(cell.name, notation if is_text else None)
        bad = f"({given} IS NOT NULL AND NOT {written})"
        self.check("E710", bad, given, f"`{{}}` is not a number {at}", help=NUMBERS)
        result = scaled(value, factor)
        overflow = f"({given} IS NOT NULL AND {written} AND {result} IS NULL)"
        help = "write at most 29 digits before the point"
        self.check("E148", overflow, given, f"{{}} is too large a number {at}", help=help)
        return result

    def _date(self, cell: Column, place: Place) -> str | None:
        kind = self.file.columns[cell.name].upper()
        if kind == "DATE":
            return quoted(cell.name)
        dates = self.notations.dates
        compact = dates is not None and dates.micros_each is None and kind in INTEGERS
        if kind != "VARCHAR" and not compact:
            self.refuse(
                "E709",
                place,
                f"column `{cell.name}` holds {kind.lower()}, not dates",
                ANOTHER_COLUMN,
            )
            return None
        given = f"nullif({quoted(cell.name)}::VARCHAR, '')"
        iso = given if dates is None or dates.micros_each is not None else dates.iso(given)
        matches = f"regexp_full_match({iso}, {literal(DAY)})"
        value = f"CASE WHEN {matches} THEN TRY_CAST({iso} AS DATE) END"
        message = f"`{{}}` is not a date (column `{cell.name}`)"
        self.check("E710", f"({given} IS NOT NULL AND {value} IS NULL)", given, message, help=DATES)
        return value


def no_column(file: TableFile, column: str) -> tuple[str, str]:
    """That a file has no such column, and what to write instead."""
    if is_reserved(column):
        message = f"column `{column}` cannot be used: names that begin with `__` are reserved"
        return message, "give the column another name in the file"
    known = tuple(file.columns)
    advice = did_you_mean(column, known) or f"name one of its columns: {', '.join(known[:20])}"
    return f"`{file.file}` has no column `{column}`", advice


def is_one_of(value: str, among: Sequence[str]) -> str:
    """Whether a text is one of some."""
    return f"{value} IN ({', '.join(literal(key_text(one)) for one in among)})"


def _timestamp(found: Moment) -> str:
    return f"make_timestamp({found.local})"


def _nothing(type_: str) -> str:
    kind = {"number": DECIMAL, "date": "DATE"}.get(type_, "VARCHAR")
    return f"NULL::{kind}"


def _constant(value: str | Decimal | date) -> str:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Decimal):
        return f"{literal(f'{value:f}')}::{DECIMAL}"
    return f"DATE {literal(value.isoformat())}"
