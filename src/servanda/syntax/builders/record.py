"""Builds the lines of accounts, records and tables from their tokens."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from lark import Token, v_args
from msgspec import Struct
from msgspec.structs import replace

from servanda.syntax import block_lines as ln
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.builders.rules import RuleBuilder

EXERCISES = {
    "suspends": "suspend",
    "resumes": "resume",
    "waives": "waive",
    "releases": "release",
    "ends": "end",
    "creates": "create",
}
LITERALS = (m.Number, m.Text, m.Day, m.Name)
SAY_ONE_TIME = "write one day or one instant"


class Attr(Struct, frozen=True):
    """One phrase after a fact: a field of the entry and its value; `word` is its first word."""

    field: str
    value: Any
    word: Token | None = None


class OfParty(Struct, frozen=True):
    name: str


class TowardsParty(Struct, frozen=True):
    name: str


class Key(Struct, frozen=True):
    values: tuple[tuple[str, e.Literal], ...]


SEVERAL = frozenset({"sources", "chain", "where"})


@v_args(inline=True)
class AccountBuilder(RuleBuilder):
    """The lines of an account."""

    def account(self, name: Token, title: Token | None) -> m.Account:
        none: tuple[str, ...] = ()
        place = self._at(name)
        return m.Account(str(name), self._text(title), (), none, none, none, none, (), place)

    def reads(self, group: Token, name: Token) -> ln.Reads:
        return ln.Reads(str(group), str(name), self._at(group))

    def trusts_only(self, *sources: Token) -> ln.Trusts:
        return ln.Trusts("only", tuple(map(str, sources)), self._at(sources[0]))

    def trusts_over(self, *sources: Token) -> ln.Trusts:
        return ln.Trusts("first", tuple(map(str, sources)), self._at(sources[0]))

    def old_trusts_over(self, *sources: Token) -> ln.Trusts:
        self._old("E183", sources[0])
        return self.trusts_over(*sources)

    def distrusts(self, *sources: Token) -> ln.Trusts:
        return ln.Trusts("distrusts", tuple(map(str, sources)), self._at(sources[0]))

    def grade(self, token: Token) -> str:
        return str(token)

    def grade_verified(self) -> str:
        return "verified"

    def accepts(self, *grades: str) -> ln.Accepts:
        return ln.Accepts(grades, self._here)

    def held_span(
        self, from_: e.When | None, until: e.When | None
    ) -> tuple[str | None, str | None]:
        return self._moment(from_), self._moment(until)

    def _moment(self, when: e.When | None) -> str | None:
        """A day or an instant as ISO text, with its zone after a space."""
        if when is None:
            return None
        if when.end is not None:
            self._problems.add(
                "E153",
                self._here,
                "an account holds an answer from one time, and this is a span",
                SAY_ONE_TIME,
            )
        text = when.start.isoformat() if isinstance(when.start, date) else when.start
        return f"{text} {when.zone}" if when.zone else text

    def holds(
        self,
        negated: Token | None,
        pattern: m.Pattern,
        span: tuple[str | None, str | None],
        whatever: Token | None,
        reason: Token | None,
    ) -> m.Held:
        return m.Held(
            pattern=pattern,
            holds=negated is None,
            from_=span[0],
            until=span[1],
            outranks=whatever is not None,
            reason=self._text(reason),
            place=pattern.place,
        )

    def old_holds(
        self,
        negated: Token | None,
        pattern: m.Pattern,
        span: tuple[str | None, str | None],
        reason: Token | None,
    ) -> m.Held:
        self._old("E184", pattern.place)
        return replace(self.holds(negated, pattern, span, None, reason), outranks=True)


@v_args(inline=True)
class RecordBuilder(AccountBuilder):
    """Entries, declarations of completeness, and tables."""

    # ------------------------------------------------------------------ facts
    def fact_acted(self, by: Token, pattern: m.Pattern) -> e.EventFact:
        return e.EventFact(pattern.name, str(by), self._literal_args(pattern), self._at(by))

    def fact_plain(self, pattern: m.Pattern) -> e.EventFact:
        return e.EventFact(pattern.name, None, self._literal_args(pattern), pattern.place)

    def state_acted(self, by: Token, pattern: m.Pattern) -> e.StateFact:
        return e.StateFact(pattern.name, str(by), self._literal_args(pattern), self._at(by))

    def state_plain(self, pattern: m.Pattern) -> e.StateFact:
        return e.StateFact(pattern.name, None, self._literal_args(pattern), pattern.place)

    def _literal_args(self, pattern: m.Pattern) -> tuple[m.Arg, ...]:
        for arg in pattern.args:
            if arg.op != "=" or not isinstance(arg.value, LITERALS):
                message = "an entry gives a value here, and this is none"
                self._problems.add(
                    "E151", arg.place, message, "write a number, a text, a date or a name"
                )
        return pattern.args

    def fact_measure(
        self, measure: Token, of: Token | None, op: Token, value: m.Number
    ) -> e.ReadingFact:
        fact = e.ReadingFact(str(measure), _str(of), place=self._at(measure))
        if op == "=":
            return replace(fact, low=value, high=value)
        if op in ("<=", "<"):
            return replace(fact, high=value, open_high=op == "<")
        if op == "!=":
            self._refuse(
                "E151", op, "`!=` gives no bounds to a reading", "write `=`, `<=`, `>=`, `<` or `>`"
            )
        return replace(fact, low=value, open_low=op == ">")

    def fact_between(
        self, measure: Token, of: Token | None, low: m.Number, high: m.Number
    ) -> e.ReadingFact:
        if low.unit == high.unit and high.value < low.value:
            message = f"between {low.value} and {high.value}: the lower bound stands second"
            advice = f"write `between {high.value} and {low.value}`"
            self._problems.add("E152", low.place, message, advice)
        return e.ReadingFact(str(measure), _str(of), low, high, place=self._at(measure))

    def fact_unknown(self, measure: Token, of: Token | None) -> e.ReadingFact:
        return e.ReadingFact(str(measure), _str(of), place=self._at(measure))

    def fact_change(
        self, measure: Token, of: Token | None, since: e.When, op: Token, value: m.Number
    ) -> e.LinkFact:
        reading = self.fact_measure(measure, of, op, value)
        return e.LinkFact("change", reading, since=since, place=reading.place)

    def fact_ratio(
        self, measure: Token, of: Token | None, to: m.Number, op: Token, value: m.Number
    ) -> e.LinkFact:
        reading = self.fact_measure(measure, of, op, value)
        return e.LinkFact("ratio", reading, to=to, place=reading.place)

    def fact_first(
        self, measure: Token, of: Token | None, op: Token, value: m.Number
    ) -> e.LinkFact:
        reading = self.fact_measure(measure, of, op, value)
        return e.LinkFact("first", reading, place=reading.place)

    def fact_ends_all(self, by: Token, verb: Token) -> e.PowerFact:
        if verb != "ends":
            self._refuse(
                "E154",
                verb,
                f"`{verb} the agreement` has no meaning: only `ends` is said of the agreement",
                "name the clauses, as in `suspends 7`",
            )
        return e.PowerFact("end_all", str(by), place=self._at(by))

    def fact_amends(self, by: Token, clause: Token, amendment: Token) -> e.PowerFact:
        name = str(amendment)
        return e.PowerFact("amend", str(by), (str(clause),), amendment=name, place=self._at(by))

    def fact_determines(self, by: Token, pattern: m.Pattern) -> e.DetermineFact:
        self._literal_args(pattern)
        return e.DetermineFact(str(by), pattern, True, self._at(by))

    def fact_determines_not(self, by: Token, pattern: m.Pattern) -> e.DetermineFact:
        self._literal_args(pattern)
        return e.DetermineFact(str(by), pattern, False, self._at(by))

    def said_text(self, text: Token) -> e.SaidFact:
        return e.SaidFact("", "", text=self._text(text))

    def said_event(self, pattern: m.Pattern, text: Token | None) -> e.SaidFact:
        return e.SaidFact("", "", pattern=pattern, text=self._text(text))

    def said_clause(self, clause: Token, text: Token) -> e.SaidFact:
        return e.SaidFact("", "", clause=str(clause), text=self._text(text))

    def fact_said(self, by: Token, verb: Token, to: Token | None, said: e.SaidFact) -> e.SaidFact:
        return replace(
            said, by=str(by), verb=" ".join(verb.split()), to=_str(to), place=self._at(by)
        )

    def fact_withdraws(self, id_: Token) -> e.WithdrawFact:
        return e.WithdrawFact(str(id_), self._at(id_))

    # ------------------------------------------------------------------ phrases after a fact
    def at_source(self, word: Token, id_: Token, locator: Token | None) -> Attr:
        return Attr("sources", e.SourceRef(str(id_), self._text(locator), self._at(id_)), word)

    def at_grade(self, grade: str, _: Token | None, by: Token | None) -> Attr:
        return Attr("grade", (grade, _str(by)))

    def at_verified_on(self, word: Token, _: Token, when: e.When) -> Attr:
        return Attr("verified", when, word)

    def at_announced(self, word: Token, when: e.When) -> Attr:
        return Attr("announced", when, word)

    def at_reported(self, word: Token, when: e.When) -> Attr:
        return Attr("reported", when, word)

    def speaker(self, token: Token) -> str:
        return token[1:-1] if token.startswith('"') else str(token)

    def at_said_by(
        self, word: Token, _by: Token, speaker: str, _on: Token | None, on: str | None
    ) -> Attr:
        return Attr("chain", e.Attribution("said", speaker, on), word)

    def at_reported_by(
        self, word: Token, _by: Token, speaker: str, _on: Token | None, at: e.When | None
    ) -> Attr:
        return Attr("chain", e.Attribution("reported", speaker, None, at), word)

    def at_corrects(self, word: Token, id_: Token) -> Attr:
        return Attr("corrects", str(id_), word)

    def at_id(self, word: Token, id_: Token) -> Attr:
        return Attr("id", str(id_), word)

    def at_note(self, word: Token, text: Token) -> Attr:
        return Attr("note", text[1:-1], word)

    def _collect_attrs(self, attrs: tuple[Attr, ...]) -> dict[str, Any]:
        """Collect phrases into fields: sources and speakers add up, other fields occur once."""
        said: dict[str, Any] = {}
        for attr in attrs:
            if attr.field in SEVERAL:
                said[attr.field] = (*said.get(attr.field, ()), attr.value)
            elif attr.field not in said:
                said[attr.field] = attr.value
            else:
                place = self._here if attr.word is None else self._at(attr.word)
                self._problems.add(
                    "E124",
                    place,
                    f"`{attr.word or attr.field}` is given twice",
                    "keep one of the two",
                )
        if "grade" in said and isinstance(said["grade"], tuple):
            said["grade"], said["grade_by"] = said["grade"]
        return said

    # ------------------------------------------------------------------ lines of the record
    def dated_by(self, when: e.When) -> e.When:
        if when.end is not None:
            self._old("E185", self._here)
        return when

    def dated_by_some_time(self, when: e.When) -> e.When:
        return when

    def full_record(self) -> None:
        return None

    def old_complete_on(self, words: Token) -> None:
        self._old("E187", words)

    def dated(self, when: e.When, fact: e.Fact, *attrs: Attr) -> e.Entry:
        return e.Entry(when, fact, **self._collect_attrs(attrs), place=self._here)

    def throughout(self, when: e.When, fact: e.StateFact, *attrs: Attr) -> e.Entry:
        return self.dated(when, fact, *attrs)

    def of(self, name: Token) -> OfParty:
        return OfParty(str(name))

    def towards(self, name: Token) -> TowardsParty:
        return TowardsParty(str(name))

    def key(self, name: Token, value: e.Literal) -> tuple[str, e.Literal]:
        return str(name), value

    def instance_key(self, *pairs: tuple[str, e.Literal]) -> Key:
        return Key(pairs)

    def selector(self, clause: Token, key: Key | None) -> e.InstanceSelector:
        return e.InstanceSelector(str(clause), () if key is None else key.values)

    def exercised(self, when: e.When, by: Token, verb: Token, *rest: Any) -> e.Entry:
        clauses = tuple(str(part) for part in rest if isinstance(part, Token))
        fact = e.PowerFact(
            cast(Any, EXERCISES[verb]),
            str(by),
            clauses,
            next((part.values for part in rest if isinstance(part, Key)), ()),
            next((part.name for part in rest if isinstance(part, OfParty)), None),
            next((part.name for part in rest if isinstance(part, TowardsParty)), None),
            None,
            self._at(by),
        )
        attrs = tuple(part for part in rest if isinstance(part, Attr))
        return self.dated(when, fact, *attrs)

    def complete(self, by: Token, _: None, *rest: Any) -> e.Completeness:
        names = tuple(str(part) for part in rest if isinstance(part, Token))
        from_, until = rest[len(names) : len(names) + 2]
        said = self._collect_attrs(rest[len(names) + 2 :])
        for field in said.keys() - {"sources", "reported", "note"}:
            message = f"`{field}` has no meaning in a declaration of completeness"
            self._problems.add(
                "E127",
                self._here,
                message,
                "leave it out: it takes `source`, `reported` and `note`",
            )
        kept = {field: said[field] for field in said.keys() & {"sources", "reported", "note"}}
        return e.Completeness(str(by), names, from_, until, **kept, place=self._here)

    # ------------------------------------------------------------------ tables
    def table(
        self, file: Token, each: Token | None, sheet: Token | None, zone: Token | None
    ) -> ln.TableLine:
        known = None if zone is None else self._zone(zone, str(zone))
        type_ = None if each is None else each.strip('"')
        return ln.TableLine(file[1:-1], type_, self._text(sheet), known, self._at(file))

    def table_dates(self, written: Token) -> ln.TableOption:
        return ln.TableOption("dates", written[1:-1], self._at(written))

    def table_numbers(self, written: Token) -> ln.TableOption:
        return ln.TableOption("numbers", written[1:-1], self._at(written))

    def table_distinct(self) -> ln.TableOption:
        return ln.TableOption("distinct", True, self._here)

    def table_ordered(self) -> ln.TableOption:
        return ln.TableOption("ordered", True, self._here)

    def table_source(self, id_: Token, locator: Token | None) -> e.SourceRef:
        return e.SourceRef(str(id_), self._text(locator), self._at(id_))

    def column(self, token: Token) -> e.Column:
        return e.Column(token.strip('"'), None, self._at(token))

    def col_arg(self, name: Token, value: e.Cell, unit: str | None) -> e.CellArg:
        return e.CellArg(str(name), self._with_unit(name, value, unit), self._at(name))

    def _with_unit(self, token: Token, value: e.Cell, unit: str | None) -> e.Cell:
        if unit is None:
            return value
        if isinstance(value, e.Column):
            return replace(value, unit=unit)
        self._refuse(
            "E150",
            token,
            f"`in {unit}` stands after a column, and this is a value",
            f"write the unit: `5 {unit}`",
        )
        return value

    def row_event(self, name: Token, *args: e.CellArg | None) -> e.RowMap:
        given = tuple(arg for arg in args if arg is not None)
        return e.RowMap(str(name), given, place=self._at(name))

    def row_any_event(self, column: Token, *args: e.CellArg | None) -> e.RowMap:
        given = tuple(arg for arg in args if arg is not None)
        return e.RowMap("", given, event_of=column.strip('"'), place=self._at(column))

    def row_measure(
        self, name: Token, of: e.Cell | None, value: e.Cell, unit: str | None
    ) -> e.RowMap:
        valued = self._with_unit(name, value, unit)
        return e.RowMap(str(name), of=of, value=valued, place=self._at(name))

    def row_on(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("on", column.strip('"'), word)

    def row_until(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("until", column.strip('"'), word)

    def row_reported(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("reported", column.strip('"'), word)

    def row_verified(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("verified", column.strip('"'), word)

    def row_announced(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("announced", column.strip('"'), word)

    def row_id(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("id", column.strip('"'), word)

    def row_source(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("source", column.strip('"'), word)

    def row_grade(self, word: Token, _: Token, column: Token) -> Attr:
        return Attr("grade", column.strip('"'), word)

    def row_where(self, word: Token, _: Token, column: Token, __: Token, text: Token) -> Attr:
        return Attr("where", (column.strip('"'), (text[1:-1],)), word)

    def row_where_in(
        self, word: Token, _: Token, column: Token, __: Token, ___: Token, *texts: Token
    ) -> Attr:
        among = tuple(text[1:-1] for text in texts if text.type == "STRING")
        return Attr("where", (column.strip('"'), among), word)

    def row_graded(self, grade: str, _: Token | None, by: Token | None) -> Attr:
        return Attr("graded", (grade, _str(by)))

    def table_row(self, row: e.RowMap, *attrs: Attr) -> e.RowMap:
        said = self._collect_attrs(attrs)
        if "on" not in said:
            message = "nothing says which column has the date of a row"
            self._problems.add("E155", self._here, message, "add it, as in `on column date`")
        if "graded" in said:
            said["graded"], said["graded_by"] = said["graded"]
        return replace(row, **said)


def _str(token: Token | None) -> str | None:
    return None if token is None else str(token)
