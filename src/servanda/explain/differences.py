"""What accounts choose differently, side by side, in the agreement's own words.

A reading is named by its title, or by its rules if it has none; the text alone by the rules of
the clause as written; a vague term by what the account holds and why; a source by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal as OneOf

from msgspec import Struct

from servanda.explain.duty_keys import Duty
from servanda.explain.variants import Choice, holds
from servanda.explain.wording import joined
from servanda.judge.verdict import Status
from servanda.record.record import Record
from servanda.record.trust import fold
from servanda.syntax import tree
from servanda.syntax.printer.statements import phrases, show
from servanda.syntax.printer.values import pattern
from servanda.syntax.tree import Account, Agreement
from servanda.vocabulary.statuses import word

MOST_RULES = 2
MOST_SOURCES = 3

Kind = OneOf["reading", "term", "source", "grade"]
KINDS: dict[str, Kind] = {
    "reads": "reading",
    "holds": "term",
    "trusts": "source",
    "accepts": "grade",
}
CONJUGATED = {
    "read": ("reads", "read", "read"),
    "hold": ("holds", "hold", "held"),
    "take": ("takes", "take", "took"),
    "trust": ("trusts", "trust", "trusted"),
    "distrust": ("distrusts", "distrust", "distrusted"),
    "do": ("does", "do", "did"),
    "have": ("has", "have", "had"),
}
"""A verb of one account, of several, and in a supposition."""


# ------------------------------------------------------------------ what is answered
class Side(Struct, frozen=True):
    """Accounts that choose alike on a point and have the same status of the duty (None: no such
    duty).

    `says` is a sentence without its full stop. `reading` is the reading's own name (None: none is
    chosen, the text stands as written), `title` its title, `rules` are its rules as written, or
    those of the text; `reasons` are what accounts give as their reason to hold a vague term.
    """

    accounts: tuple[str, ...]
    status: Status | None
    says: str
    reading: str | None = None
    title: str | None = None
    rules: tuple[str, ...] = ()
    reasons: dict[str, str] = {}


class Point(Struct, frozen=True):
    """One choice that accounts make differently, and the sides.

    `subject` is the contested point (`R3`), the vague term with its arguments, the source (empty:
    which sources are trusted at all) or the grade; `clauses` are those a reading is of, `title` is
    the source's.
    """

    kind: Kind
    subject: str
    sides: tuple[Side, ...]
    clauses: tuple[str, ...] = ()
    title: str | None = None


class StatusOf(Struct, frozen=True):
    """The accounts that have one status of a duty (None: no such duty)."""

    status: Status | None
    accounts: tuple[str, ...]


class Difference(Struct, frozen=True):
    """Choices that together turn one of two statuses into the other.

    Each account on a side of `points` has been judged with these choices of an account on the
    other side, or the other way round. For the accounts of `more`, which have one of the two
    statuses too, these choices are not enough. `choices` is the part of `sentence` about them.
    """

    sentence: str
    choices: str
    statuses: tuple[StatusOf, ...]
    points: tuple[Point, ...]
    more: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """Choices that change the status of a duty in one account, and the status they give.

    The first side of each point is the account as it is, the second as it is supposed to be; its
    `accounts` are those that choose so on every point, and may be none.
    """

    sentence: str
    status: Status | None
    points: tuple[Point, ...]


# ------------------------------------------------------------------ words
class Chosen(Struct, frozen=True):
    """What an account chooses on one point: a verb, and the rest of the sentence."""

    verb: str
    rest: str
    reading: str | None = None
    title: str | None = None
    rules: tuple[str, ...] = ()


class Wording:
    """The choices of accounts on which a duty turns, in the case's own words.

    `about` is the duty: of the text as written, the rules about it are quoted.
    """

    def __init__(self, agreement: Agreement, record: Record) -> None:
        self.agreement = agreement
        self.readings = {reading.full_name: reading for reading in agreement.readings}
        self.sources = {fold(id_): source for id_, source in record.sources.items()}

    # -------------------------------------------------------------- sentences
    def difference(
        self,
        about: Duty,
        label: str,
        accounts: Mapping[str, Account],
        statuses: Mapping[str, Status | None],
        *,
        choices: Iterable[Choice],
        turned: Collection[str],
    ) -> Difference:
        """The sides of some choices. `label` names the duty, `accounts` are all that have one of
        the two statuses, `turned` those for which the choices are enough."""
        among = {name: account for name, account in accounts.items() if name in turned}
        points: list[Point] = []
        for choice in choices:
            point = self.point(about, choice, among, statuses)
            if all(point.sides != other.sides for other in points):
                points.append(point)
        more = tuple(name for name in accounts if name not in turned)
        found = statuses_of(accounts, statuses)
        told = "; ".join(f"{word(s.status, about[1])} for {joined(s.accounts)}" for s in found)
        said = sides_of(points, more)
        return Difference(f"{label}: {told}. {said}", said, found, tuple(points), more)

    def change(
        self,
        about: Duty,
        before: tuple[str, Account, Status | None],
        after: tuple[Sequence[str], Account, Status | None],
        choices: Iterable[Choice],
    ) -> Change:
        """One account supposed to choose otherwise: its name, what it chooses and the status then;
        `after` begins with the accounts that choose so already."""
        name, account, status = before
        others, variant, then = after
        points, told = [], []
        for choice in choices:
            chosen = self.chosen(about, account, choice)
            supposed = self.chosen(about, variant, choice)
            reasons = {name: reasons_of(account, choice)}
            sides = (
                side((name,), status, chosen, reasons),
                side(tuple(others), then, supposed, {}),
            )
            points.append(self.titled(choice, sides))
            told.append(f"{CONJUGATED[supposed.verb][2]} {supposed.rest}")
        who = f", as {joined(others)} {'does' if len(others) == 1 else 'do'}" if others else ""
        said = f"{word(then, about[1])}, if {name} {joined(told)}{who}"
        return Change(said, then, tuple(points))

    # -------------------------------------------------------------- points
    def point(
        self,
        about: Duty,
        choice: Choice,
        accounts: Mapping[str, Account],
        statuses: Mapping[str, Status | None],
    ) -> Point:
        """The accounts by what they choose and which status they have, in their own order."""
        sides: dict[tuple[Chosen, Status | None], list[str]] = {}
        for name, account in accounts.items():
            chosen = self.chosen(about, account, choice)
            sides.setdefault((chosen, statuses.get(name)), []).append(name)
        reasons = {name: reasons_of(account, choice) for name, account in accounts.items()}
        return self.titled(
            choice,
            tuple(
                side(tuple(names), status, chosen, reasons)
                for (chosen, status), names in sides.items()
            ),
        )

    def titled(self, choice: Choice, sides: tuple[Side, ...]) -> Point:
        kind, what = choice
        if kind == "reads":
            return Point("reading", what, sides, self.clauses(what))
        if kind != "trusts":
            return Point(KINDS[kind], what, sides)
        name = what.partition(":")[2]
        known = self.sources.get(fold(name))
        return Point("source", name, sides, title=known.title if known else None)

    # -------------------------------------------------------------- one account's choice
    def chosen(self, about: Duty, account: Account, choice: Choice) -> Chosen:
        """What an account chooses, whoever else chooses so."""
        kind, what = choice
        match kind:
            case "reads":
                return self.reading(about, what, dict(account.reads).get(what))
            case "holds":
                return self.term(account, what)
            case "accepts":
                sure = "sure" if what in account.grades else "only possible"
                return Chosen("take", f"{what} entries as {sure}")
            case _:
                return self.trust(account, what)

    def reading(self, about: Duty, group: str, name: str | None) -> Chosen:
        found = None if name is None else self.readings.get(f"{group}.{name}")
        if found is None:
            rules, near = self.as_written(about, group)
            rest = f"clause {joined(self.clauses(group))} as written: {quoted(near)}"
            return Chosen("read", rest, rules=rules)
        rules = tuple(lines(found.rules, found.defines)) or ("no duty",)
        words = f"“{found.title}”" if found.title else quoted(rules)
        rest = f"clause {found.clause} as {words} ({found.full_name})"
        return Chosen("read", rest, found.name, found.title, rules)

    def clauses(self, group: str) -> tuple[str, ...]:
        """The clauses that the readings of a contested point are of."""
        return tuple(dict.fromkeys(r.clause for r in self.agreement.readings if r.group == group))

    def as_written(self, about: Duty, group: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stands where none of a point's readings is chosen, and what of it is quoted.

        It is the definitions that readings would replace, or else the rules of the clause. Of
        these, the ones are quoted that no reading repeats, that are like a rule of a reading, that
        reach the duty, and that its debtor holds, as far as there are any.
        """
        readings = [r for r in self.agreement.readings if r.group == group]
        names = {define.name for reading in readings for define in reading.defines}
        if names:
            defines = (show(each) for each in self.agreement.defines if each.name in names)
            vagues = (show(each) for each in self.agreement.vagues if each.name in names)
            found = (*defines, *vagues)
            return found, found
        here = self.clauses(group)
        clauses = [clause for clause in self.agreement.clauses if clause.id in here]
        rules = [rule for clause in clauses for rule in clause.rules]
        if not rules:
            found = tuple(
                "no duty" if c.not_modelled is None else f'not modelled "{c.not_modelled}"'
                for c in clauses
            )
            return found, found
        read = [rule for reading in readings for rule in reading.rules]
        repeated, like = set(lines(read)), {holder_and_kind(rule) for rule in read}
        tests: tuple[Callable[[tree.Rule], bool], ...] = (
            lambda rule: not repeated.issuperset(lines((rule,))),
            lambda rule: holder_and_kind(rule) in like,
            lambda rule: isinstance(rule, tree.Power) and about[0] in rule.targets,
            lambda rule: about[2] in rule.holder.names,
        )
        near = rules
        for test in tests:
            near = [rule for rule in near if test(rule)] or near
        return tuple(lines(rules)), tuple(lines(near))

    def term(self, account: Account, what: str) -> Chosen:
        held = [show(each).removeprefix("takes ") for each in holds(account, what)]
        if not held:
            return Chosen("take", f"no position on {what}")
        return Chosen("take", joined(held))

    def trust(self, account: Account, what: str) -> Chosen:
        how, _, name = what.partition(":")
        source = self.source(name)
        listed = name in getattr(account, how)
        if how == "first":
            rest = f"{source} for measurements"
            return Chosen("prefer", rest) if listed else Chosen("do", f"not prefer {rest}")
        if how == "distrusts":
            return Chosen("distrust", source) if listed else Chosen("do", f"not distrust {source}")
        if not account.only:
            return Chosen("do", "not limit the sources that count")
        shown = [self.source(each) for each in account.only]
        if len(shown) > MOST_SOURCES + 1:
            if name:
                rest = f"{source} among the only sources that count"
                return Chosen("have", rest) if listed else Chosen("do", f"not have {rest}")
            shown = [*shown[:MOST_SOURCES], f"{len(shown) - MOST_SOURCES} others"]
        return Chosen("trust", f"only {joined(shown)}")

    def source(self, name: str) -> str:
        """A source by its title; a person, body or publisher by name."""
        known = self.sources.get(fold(name))
        return f"“{known.title}” ({name})" if known is not None and known.title else name


def side(
    names: tuple[str, ...],
    status: Status | None,
    chosen: Chosen,
    reasons: Mapping[str, str],
) -> Side:
    given = {name: reasons[name] for name in names if reasons.get(name)}
    why = "; ".join(
        f"“{reason}”" if len(names) == 1 else f"{name}: “{reason}”"
        for name, reason in given.items()
    )
    verb = CONJUGATED[chosen.verb][len(names) != 1]
    says = f"{joined(names)} {verb} {chosen.rest}" + (f" ({why})" if why else "")
    return Side(
        accounts=names,
        status=status,
        says=says if names else chosen.rest,
        reading=chosen.reading,
        title=chosen.title,
        rules=chosen.rules,
        reasons=given,
    )


def spoken_of(accounts: Collection[str]) -> str:
    """`the account of text`, `the accounts of E3 and US`: a name alone may be a word."""
    return f"the account{'s' * (len(accounts) > 1)} of {joined(accounts)}"


def sides_of(points: Iterable[Point], more: Collection[str]) -> str:
    """The sides of points that go together; the accounts for which they are not enough."""
    said = "; and ".join("; ".join(side.says for side in point.sides) for point in points)
    return f"{said}. For {spoken_of(more)} this alone is not enough." if more else f"{said}."


def statuses_of(
    accounts: Iterable[str], statuses: Mapping[str, Status | None]
) -> tuple[StatusOf, ...]:
    """The accounts by status, in their own order."""
    found: dict[Status | None, list[str]] = {}
    for name in accounts:
        found.setdefault(statuses.get(name), []).append(name)
    return tuple(StatusOf(status, tuple(names)) for status, names in found.items())


def reasons_of(account: Account, choice: Choice) -> str:
    """What an account gives as its reason to hold a vague term."""
    kind, what = choice
    held = account.held if kind == "holds" else ()
    return "; ".join(h.reason for h in held if h.reason and pattern(h.pattern) == what)


# ------------------------------------------------------------------ rules as written
def lines(rules: Iterable[tree.Rule], defines: Iterable[tree.Define] = ()) -> Iterator[str]:
    """Definitions and rules, each whole in one line."""
    yield from (show(define) for define in defines)
    for rule in rules:
        when = "" if rule.trigger is None else f"{show(rule.trigger)}: "
        yield when + " ".join(phrases(rule))


def holder_and_kind(rule: tree.Rule) -> tuple[object, ...]:
    """Equal for rules of the same holder about the same kind of action."""
    does = rule.kind if isinstance(rule, tree.Duty) else rule.verb
    return (rule.holder.mode, rule.holder.names, does)


def quoted(rules: tuple[str, ...]) -> str:
    """`“a rule” and “another”`; of many, the first."""
    shown = [f"“{rule}”" for rule in rules[:MOST_RULES]]
    left = len(rules) - len(shown)
    return joined(
        [*shown, f"{left} more rules" if left > 1 else "one more rule"] if left else shown
    )
