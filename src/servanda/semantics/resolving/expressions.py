"""Resolves expressions and patterns: names, types and units."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal as OneOf

from servanda.semantics import norms
from servanda.semantics.resolving.scope import (
    Context,
    Scope,
    Signature,
    Typed,
    pick,
    report_conversion,
)
from servanda.semantics.units import PERCENT, UnitError, to_decimal
from servanda.syntax import tree
from servanda.syntax.key_texts import key_text
from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import Place

NOTHING = Typed(norms.Const(Decimal(0)), None)
ORDERED = frozenset({"number", "date"})
Comparing = OneOf["<=", ">=", "<", ">", "=", "!="]
TESTS: dict[str, OneOf["=", ">=", "<=", ">", "<"]] = {
    "=": "=",
    ">=": ">=",
    "<=": "<=",
    ">": ">",
    "<": "<",
}
OPPOSITE: dict[Comparing, Comparing] = {
    "<=": ">=",
    ">=": "<=",
    "<": ">",
    ">": "<",
    "=": "=",
    "!=": "!=",
}


PARTY = "name a party, a body or a group"
UNQUOTED = "without quotes"
NUMBERS = "write numbers on both sides"
SAME = "write the value, or a variable that the `when` line binds"
EQUAL = "write the value itself, without `at least` and the like"


class Expressions:
    """Resolves expressions and patterns within a scope."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.names = context.names
        self.problems = context.problems

    # -------------------------------------------------------------- expressions
    def expression(self, expr: tree.Expr, scope: Scope) -> Typed:
        """An expression, resolved, with its type and unit. Reports what does not fit."""
        match expr:
            case tree.Number():
                self.context.check_amount(expr.unit, pick(expr.place, scope.place))
                return Typed(norms.Const(expr.value), "number", expr.unit)
            case tree.Text():
                return Typed(norms.Const(key_text(expr.value)), "text")
            case tree.Day():
                return Typed(norms.Const(expr.value), "date")
            case tree.Name():
                return self._name(expr, scope, f'a text is written in quotes: `"{expr.name}"`')
            case tree.MeasureOf():
                return self._reading(expr.measure, expr.of, pick(expr.place, scope.place), scope)
            case tree.ChangeOf():
                return self._change(expr, scope)
            case tree.Arithmetic():
                return self._arithmetic(expr, scope)
            case tree.SumOf():
                return self._sum(expr.param, expr.pattern, expr.window, scope.at(expr.place))
            case tree.CountOf():
                match_ = self.event_match(expr.pattern, scope)
                window = self._window(expr.window, scope)
                return Typed(norms.Total(match_, None, window), "number")
            case tree.RateOf():
                self.problems.add(
                    "E326",
                    pick(expr.place, scope.place),
                    "a rate can only be compared with a constant",
                    "write it alone on one side, as in `rate of … per … over the last … <= 10 kg`",
                )
                return NOTHING

    def _name(self, expr: tree.Name, scope: Scope, otherwise: str) -> Typed:
        """What a bare name stands for; `otherwise`: the advice where it is like no other name."""
        name = expr.name
        bound = scope.look_up(name)
        if bound is not None:
            return bound
        if self.names.is_actor(name):
            self.context.used.add(name)
            return Typed(norms.Const(name), "party")
        place = pick(expr.place, scope.place)
        if name in self.names.measures:
            return self._reading(name, None, place, scope)
        what = self.names.what_is(name)
        if what is not None:
            self.problems.add(
                "E220", place, f"`{name}` is {what}: it has no value", _no_value_help(name, what)
            )
            return NOTHING
        near = self.names.suggest(
            name, scope.known, self.names.parties, self.names.groups, self.names.measures
        )
        message = f"unknown name `{name}`"
        self.problems.add_unknown("E207", place, f"name:{name}", message, near or otherwise)
        return NOTHING

    def _reading(self, name: str, of: str | None, place: Place, scope: Scope) -> Typed:
        measure = self.context.measure(name)
        if measure is None:
            tables, declared = (self.names.measures,), f"measure {name}(of: party) in …"
            kind = ("measure", "measure")
            self.context.report_name("E203", kind, name, place, tables, declaration=declared)
            return NOTHING
        subject = self._subject(measure, of, place, scope)
        return Typed(norms.MeasureReading(name, subject), "number", measure.unit)

    def _subject(
        self, measure: tree.Measure, of: str | None, place: Place, scope: Scope
    ) -> norms.Term | None:
        """The subject of a measure: as written, else the debtor; None: it has no subject."""
        if not measure.params:
            if of is not None:
                self.problems.add(
                    "E314",
                    place,
                    f"`{measure.name}` has no subject, and is given the subject `{of}`",
                    f"leave `of {of}` out, or declare `measure {measure.name}(of: party)`",
                )
            return None
        if of is None:
            if scope.debtor is None:
                self.problems.add(
                    "E313",
                    place,
                    f"`{measure.name}` needs a subject, and there is no debtor here",
                    f"write whose it is: `{measure.name} of …`",
                )
            return scope.debtor
        known = scope.look_up(of) is not None or self.names.is_actor(of)
        if measure.params[0].type == "text" and not known and not did_you_mean(of, scope.known):
            return norms.Const(of)
        return self.term(of, place, scope)

    def term(self, name: str, place: Place, scope: Scope) -> norms.Term | None:
        """A party, group or variable by name; reports other names."""
        bound = scope.look_up(name)
        if bound is not None and isinstance(bound.expr, norms.Var | norms.Const):
            if bound.type in ("number", "date"):
                self.problems.add("E220", place, f"`{name}` is a {bound.type}, not a party", PARTY)
            return bound.expr
        if self.names.is_actor(name):
            self.context.used.add(name)
            return norms.Const(name)
        tables = (self.names.parties, self.names.groups, scope.known)
        kind, declared = ("party", "party"), f"party {name}"
        self.context.report_name("E202", kind, name, place, tables, declaration=declared)
        return None

    def _change(self, expr: tree.ChangeOf, scope: Scope) -> Typed:
        place = pick(expr.place, scope.place)
        reading = self._reading(expr.measure, expr.of, place, scope)
        if not isinstance(reading.expr, norms.MeasureReading):
            return NOTHING
        window = self.context.window(expr.window, place)
        change = norms.MeasureChange(reading.expr.measure, reading.expr.of, window)
        return Typed(change, "number", reading.unit)

    def _window(self, window: tree.Duration | None, scope: Scope) -> int | None:
        return None if window is None else self.context.window(window, scope.place)

    def _sum(
        self, param: str, pattern: tree.Pattern, window: tree.Duration | None, scope: Scope
    ) -> Typed:
        match_ = self.event_match(pattern, scope)
        summed = self._number_param(param, pattern, scope)
        if summed is None:
            return NOTHING
        total = norms.Total(match_, param, self._window(window, scope))
        return Typed(total, "number", summed.unit)

    def _number_param(
        self, param: str, pattern: tree.Pattern, scope: Scope
    ) -> norms.Variable | None:
        signature = self.context.event(pattern.name)
        if signature is None:
            return None
        found = {p.name: p for p in signature.params}
        if param not in found:
            near = self.names.suggest(param, found)
            self.problems.add(
                "E301",
                scope.place,
                f"`{signature.name}` has no parameter `{param}` to sum",
                near or listed_parameters(signature),
            )
            return None
        if found[param].type != "number":
            self.problems.add(
                "E304",
                scope.place,
                f"`{param}` of `{signature.name}` is a {found[param].type}, not a number",
                f"declare it `{param}: number` to sum it",
            )
            return None
        return found[param]

    # -------------------------------------------------------------- arithmetic and units
    def _arithmetic(self, expr: tree.Arithmetic, scope: Scope) -> Typed:
        left = self.expression(expr.left, scope)
        right = self.expression(expr.right, scope)
        if left.type is None or right.type is None:
            return NOTHING
        if left.type != "number" or right.type != "number":
            wrong = left.type if left.type != "number" else right.type
            self.problems.add(
                "E307", scope.place, f"`{expr.op}` is for numbers, and this is a {wrong}", NUMBERS
            )
            return NOTHING
        if expr.op == "*":
            return self._product(left, right, scope)
        return Typed(
            _combine(expr.op, left.expr, self._by_factor(right, left.unit, scope).expr),
            "number",
            left.unit,
        )

    def _product(self, left: Typed, right: Typed, scope: Scope) -> Typed:
        left, right = self._bare_percent(left), self._bare_percent(right)
        if left.unit is not None and right.unit is not None:
            self.problems.add(
                "E323",
                scope.place,
                f"an amount in {left.unit} is multiplied by one in {right.unit}",
                "write one of the two as a bare number or a percentage",
            )
        return Typed(_combine("*", left.expr, right.expr), "number", left.unit or right.unit)

    def _bare_percent(self, typed: Typed) -> Typed:
        if typed.unit != PERCENT:
            return typed
        return Typed(
            _scaled(typed.expr, to_decimal(self.context.units.factor(PERCENT, None))), "number"
        )

    def in_unit(self, typed: Typed, unit: str | None, place: Place) -> norms.Expr:
        """A number in the unit wanted: constants converted, the rest multiplied."""
        if typed.type is None or typed.unit == unit:
            return typed.expr
        try:
            if isinstance(typed.expr, norms.Const) and isinstance(typed.expr.value, Decimal):
                return norms.Const(self.context.units.convert(typed.expr.value, typed.unit, unit))
            return _scaled(typed.expr, to_decimal(self.context.units.factor(typed.unit, unit)))
        except UnitError as error:
            report_conversion(error, place, self.problems)
            return typed.expr

    def _by_factor(self, typed: Typed, unit: str | None, scope: Scope) -> Typed:
        """As `in_unit`, for differences: 5 K is no shifted number of degC."""
        try:
            factor = to_decimal(self.context.units.factor(typed.unit, unit))
        except UnitError as error:
            report_conversion(error, scope.place, self.problems)
            return typed
        return Typed(typed.expr if factor == 1 else _scaled(typed.expr, factor), "number", unit)

    # -------------------------------------------------------------- patterns
    def event_match(
        self,
        pattern: tree.Pattern,
        scope: Scope,
        skip: frozenset[str] = frozenset(),
        *,
        binding: bool = False,
        same: bool = False,
    ) -> norms.Match:
        """The occurrences of an event that a pattern means. `skip`: parameters that are filled
        by who acts and towards whom, unless named; `binding`: bare unknown names are variables."""
        place = pick(pattern.place, scope.place)
        signature = self.context.event(pattern.name)
        if signature is None:
            self._not_an_event(pattern.name, place)
            return norms.Match(pattern.name, ())
        return self.match(pattern, signature, scope, skip, binding=binding, same=same)

    def _not_an_event(self, name: str, place: Place) -> None:
        tables, declared = (self.names.events,), f"event {name}"
        kind = ("event", "event")
        self.context.report_name("E201", kind, name, place, tables, declaration=declared)

    def match(
        self,
        pattern: tree.Pattern,
        signature: Signature,
        scope: Scope,
        skip: frozenset[str] = frozenset(),
        *,
        binding: bool = False,
        same: bool = False,
    ) -> norms.Match:
        """The tests of a pattern on the parameters of its signature."""
        tests = []
        for param, arg in self.assign(pattern, signature, scope, skip):
            test = self._test(param, arg, scope.at(pick(arg.place, scope.place)), binding, same)
            if test is not None:
                tests.append(test)
        return norms.Match(signature.name, tuple(tests))

    def assign(
        self,
        pattern: tree.Pattern,
        signature: Signature,
        scope: Scope,
        skip: frozenset[str] = frozenset(),
    ) -> list[tuple[norms.Variable, tree.Arg]]:
        """Assign arguments to parameters: named ones by name, the others in order."""
        place = pick(pattern.place, scope.place)
        by_name = {param.name: param for param in signature.params}
        in_order = [param for param in signature.params if param.name not in skip]
        positional = [arg for arg in pattern.args if arg.name is None]
        if len(positional) > len(in_order):
            self._too_many(signature, skip & by_name.keys(), len(positional), len(in_order), place)
        pairs = list(zip(in_order, positional, strict=False))
        for arg in pattern.args:
            if arg.name is None:
                continue
            if arg.name not in by_name:
                self.problems.add(
                    "E301",
                    pick(arg.place, place),
                    f"`{signature.name}` has no parameter `{arg.name}`",
                    self.names.suggest(arg.name, by_name) or listed_parameters(signature),
                )
                continue
            pairs.append((by_name[arg.name], arg))
        self._refuse_twice(pairs, signature, place)
        return pairs

    def _too_many(
        self, signature: Signature, filled: frozenset[str], count: int, most: int, place: Place
    ) -> None:
        help_ = listed_parameters(signature)
        if filled:
            words = " and ".join(f"`{word}`" for word in sorted(filled))
            verb = "are" if len(filled) > 1 else "is"
            help_ = f"leave it out: {words} {verb} given by who acts and towards whom"
        given = "1 argument" if count == 1 else f"{count} arguments"
        message = f"`{signature.name}` is given {given}, and takes {most}"
        self.problems.add("E302", place, message, help_)

    def _refuse_twice(
        self, pairs: list[tuple[norms.Variable, tree.Arg]], signature: Signature, place: Place
    ) -> None:
        met: set[str] = set()
        for param, arg in pairs:
            if param.name in met:
                message = f"parameter `{param.name}` of `{signature.name}` is given twice"
                self.problems.add("E303", pick(arg.place, place), message, "keep one of the two")
            met.add(param.name)

    def _test(
        self, param: norms.Variable, arg: tree.Arg, scope: Scope, binding: bool, same: bool
    ) -> norms.Arg | None:
        """The test that an argument makes, or None where anything passes."""
        if arg.op == "any":
            return None
        if arg.op == "same":
            if not same:
                self.problems.add(
                    "E309", scope.place, "`as in the breach` has a meaning only in `cured by`", SAME
                )
                return None
            return norms.Arg(param.name, "same")
        if arg.value is None:
            return None
        if binding and arg.op == "=" and isinstance(arg.value, tree.Name):
            name = arg.value.name
            if name not in scope.known and not self.names.is_actor(name):
                variable = norms.Variable(name, param.type, param.unit)
                scope.bind(variable)
                return norms.Arg(param.name, "bind", variable=name)
        return self.test_value(param, arg, scope)

    def test_value(self, param: norms.Variable, arg: tree.Arg, scope: Scope) -> norms.Arg | None:
        """The test of a parameter against a value of a fitting type and unit."""
        value = self._argument(param, arg, scope)
        if value.type is None or arg.op in ("any", "same"):
            return None
        if not _fits(value.type, param.type):
            self.problems.add(
                "E304",
                scope.place,
                f"parameter `{param.name}` is a {param.type}, and is given a {value.type}",
                _type_help(param, value) or _name_it(param, arg) or f"write a {param.type}",
            )
            return None
        if not self.is_nameable(param, arg, scope.place):
            return None
        if arg.op != "=" and param.type not in ORDERED:
            self.problems.add(
                "E305",
                scope.place,
                f"`{param.name}` is a {param.type}, which is not more or less than another",
                EQUAL,
            )
            return None
        if isinstance(value.expr, norms.Const) and isinstance(value.expr.value, str):
            if param.type in ("party", "text") and self.names.is_actor(value.expr.value):
                return self.names.test_party(param.name, value.expr.value)
            if param.type == "clause":
                self.context.check_clause(value.expr.value, scope.place)
        expr = value.expr
        if param.type == "number":
            expr = self.in_unit(value, param.unit, scope.place)
        return norms.Arg(param.name, TESTS[arg.op], value=expr)

    def is_nameable(self, param: norms.Variable, arg: tree.Arg, place: Place) -> bool:
        """Whether a party is given by its name; reports a text in quotes, which no party is."""
        if param.type != "party" or not isinstance(arg.value, tree.Text):
            return True
        message = f"parameter `{param.name}` is a party, and is given a text"
        other = "; if another parameter is meant, write its name and a colon before the value"
        advice = f"{PARTY}, {UNQUOTED}{other if arg.name is None else ''}"
        if param.name in tree.OTHERWISE_TEXT:
            advice += f"; or declare it `{param.name}: text`"
        self.problems.add("E304", place, message, advice)
        return False

    def value(self, param: norms.Variable, arg: tree.Arg, scope: Scope) -> norms.Expr | None:
        """The one value that an argument gives a parameter, or None if it gives none."""
        if arg.op == "any":
            return None
        if arg.op != "=":
            message = f"`{param.name}` takes one value here, or `any`"
            self.problems.add(
                "E308", scope.place, message, f"write `{param.name}: …` with one value"
            )
            return None
        test = self.test_value(param, arg, scope)
        if test is None:
            return None
        return norms.Const(test.values[0]) if test.op == "in" else test.value

    def _argument(self, param: norms.Variable, arg: tree.Arg, scope: Scope) -> Typed:
        value = arg.value
        if value is None:
            return NOTHING
        if param.type == "clause" and isinstance(value, tree.Number | tree.Name):
            name = str(value.value) if isinstance(value, tree.Number) else value.name
            if name not in scope.known:
                return Typed(norms.Const(name), "clause")
        if isinstance(value, tree.Name) and value.name not in scope.known:
            if param.type == "party" and not self.names.is_actor(value.name):
                self.term(value.name, pick(value.place, scope.place), scope)
                return NOTHING
            if param.type in ("number", "date"):
                return self._name(value, scope, f"write a {param.type}")
        return self.expression(value, scope)


def _combine(op: str, left: norms.Expr, right: norms.Expr) -> norms.Expr:
    """Arithmetic, done at once on constants."""
    if isinstance(left, norms.Const) and isinstance(right, norms.Const):
        a, b = left.value, right.value
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            return norms.Const(a + b if op == "+" else a - b if op == "-" else a * b)
    return norms.Arith("+" if op == "+" else "-" if op == "-" else "*", left, right)


def _scaled(expr: norms.Expr, factor: Decimal) -> norms.Expr:
    return _combine("*", expr, norms.Const(factor))


def _fits(given: str, wanted: str) -> bool:
    return (
        given == wanted
        or {given, wanted} <= {"party", "text"}
        or ({given, wanted} <= {"clause", "text"})
    )


def _type_help(param: norms.Variable, value: Typed) -> str | None:
    if param.type == "text" and value.type == "number":
        return f"declare it `{param.name}: number`, or write the value in quotes"
    if param.type == "number" and value.type == "text":
        return f"declare it `{param.name}: text`, or write a number"
    return None


def _name_it(param: norms.Variable, arg: tree.Arg) -> str | None:
    if arg.name is not None:
        return None
    return f"`{param.name}` comes next here: if another is meant, write its name and a colon first"


def _no_value_help(name: str, what: str) -> str:
    if what == "an event":
        return f"to ask whether it has happened, write `{name} has happened`"
    if what == "a moment":
        return f"a moment bounds a window: `from {name}`, `until {name}`"
    if what in ("a state", "a vague term", "a defined condition"):
        return f"it is a condition by itself: write `{name}` without comparing it"
    return "write a number, a text, a date, a party or a measure"


def listed_parameters(signature: Signature) -> str:
    """Advice that names the parameters there are."""
    if not signature.params:
        return f"leave it out: `{signature.name}` has no parameters"
    return "name one of its parameters: " + ", ".join(
        f"`{param.name}`" for param in signature.params
    )
