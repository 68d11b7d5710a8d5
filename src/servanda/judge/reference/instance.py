"""One instance of a rule in the reference judge: its overlays, and its timeline so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from servanda.judge.reference.conditions import NO_OPENING
from servanda.judge.reference.exercises import ends_of, overlay
from servanda.judge.reference.interfaces import Walk
from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    either,
    negated,
)
from servanda.judge.reference.windows import Window, at_tick, window_of
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Bindings,
    Happening,
    instant,
    scalar,
)
from servanda.judge.statuses import STATUSES, Code, rows_of, status_of, told
from servanda.judge.verdict import Bindings as Statement
from servanda.judge.verdict import Status, no_such_day
from servanda.semantics.clock import FACT, AmbiguousMonthEnd, effect, micros_of, tick
from servanda.semantics.norms import Cond, Match, Rule, may_be_its_trigger
from servanda.syntax.tree import Duration

IN_FORCE = ("wa", "re", "en")


@dataclass(frozen=True)
class Occasion:
    """What makes an instance: it comes at `lo` at the earliest, at `hi` at the latest."""

    entry: str | None
    lo: int
    hi: int
    sure: bool
    bindings: Bindings
    vague: bool = False  # if it is not sure: because of a vague term
    because: Grounds = NOTHING
    parent: Instance | None = None  # the duty whose breach it is
    till: int = SINCE_EVER  # where only its day is known, the end of that day


@dataclass
class Change:
    """The status from tick `at` on, and the entries of the acts that brought it about.

    `act` is when the acts violated, and their entries: violations start a span of their own, even
    one like the last.
    """

    at: int
    status: Code
    acts: tuple[str, ...]
    breaches: tuple[Statement, ...] = ()
    act: tuple[int, tuple[str, ...]] | None = None


class Gates:
    """The overlays of a duty at one tick.

    `unbound`: suspended, idle, ended, waived or released (surely, possibly or not); `over`: that,
    or excused. `vague`: a vague term leaves open whether an overlay applies.
    """

    __slots__ = ("all", "en", "ex", "idle", "over", "re", "su", "unbound", "vague", "wa")

    def __init__(self, *overlays: Truth) -> None:
        """`overlays`: suspended, excused, idle, ended, waived, released."""
        self.all = overlays
        self.su, self.ex, self.idle, self.en, self.wa, self.re = overlays
        values = [overlay.value for overlay in overlays]
        self.over = max(values)
        self.unbound = max(values[0], *values[2:])
        self.vague = any([overlay.vague for overlay in overlays])

    @property
    def because(self) -> Grounds:
        return NOTHING.union(*[g.because for g in self.all])


def is_first_open(*overlays: Truth) -> bool:
    """Whether the first of some overlays that is not surely off is only possible."""
    return next((o.value for o in overlays if o.value > FALSE), FALSE) == POSSIBLE


Condition = Callable[[Any, int], bool]
"""Whether a condition of judge/statuses.py holds for an instance at a tick."""

COMMON: dict[str, Condition] = {
    "waived": lambda of, x: of.over_for_good("wa", x),
    "released": lambda of, x: of.over_for_good("re", x),
    "ended": lambda of, x: of.over_for_good("en", x),
    "before opening": lambda of, x: x < of.window.o_lo,
    "opening open": lambda of, x: x < of.window.o_hi,
    "lapsed": lambda of, x: x >= max(of.window.o_hi, of.window.c_hi),
    "closing open": lambda of, x: x >= of.window.c_lo,
    "doubted": lambda of, x: x < of.sure_from,
    "doubted, vague": lambda of, x: x < of.sure_from and of.doubt_is_vague,
    "end open": lambda of, x: x < of.window.c_hi and of.may_have_ended(x),
    "end open, vague": lambda of, x: of.CONDITIONS["end open"](of, x) and of.gates(x).vague,
    "first open": lambda of, x: is_first_open(*of.first_overlays(x)),
    "first open, vague": lambda of, x: of.gates(x).vague and is_first_open(*of.first_overlays(x)),
    "suspended": lambda of, x: of.gates(x).su.value == SURE,
    "excused": lambda of, x: of.gates(x).ex.value == SURE,
    "idle": lambda of, x: of.gates(x).idle.value == SURE,
}


@dataclass(frozen=True)
class Parts:
    """What a condition is made of, for derivations: it holds if all parts do (`any`: if one does).

    Parts are read in order; those after one that fails presuppose it.
    """

    parts: Mapping[str, Condition]
    any: bool = False

    def deciding(self, of: Any, x: int) -> tuple[str, ...]:
        """The parts that hold, if any one is enough; else the first that fails."""
        if self.any:
            return tuple(name for name, part in self.parts.items() if part(of, x))
        failing = (name for name, part in self.parts.items() if not part(of, x))
        return tuple(islice(failing, 1))


def open_overlays(*names: str, over: str = "over") -> dict[str, Condition]:
    """Of each overlay, whether it is what leaves open that the duty binds."""

    def is_open(name: str) -> Condition:
        return lambda of, x: (
            getattr(of.gates(x), over) == POSSIBLE == getattr(of.gates(x), name).value
        )

    return {f"{OVERLAYS[name]} open": is_open(name) for name in names}


OVERLAYS = {
    "su": "suspended",
    "ex": "excused",
    "idle": "idle",
    "en": "ended",
    "wa": "waived",
    "re": "released",
}


def is_possible(name: str) -> Condition:
    """Whether an overlay is only possible."""
    return lambda of, x: bool(getattr(of.gates(x), name).value == POSSIBLE)


OVERLAY_OF = {name: field for field, name in OVERLAYS.items()}
OF_WINDOW = ("before opening", "opening open", "lapsed", "closing open")
DOUBT = Parts(
    {
        "trigger open": lambda of, x: x < of.sure_from and not of.doubted,
        "its condition or version open": lambda of, x: x < of.sure_from and of.doubted,
    },
    any=True,
)
SHUT = Parts(
    {
        "while fails": lambda of, x: of.truth(of.rule.while_, x).value == FALSE,
        "not in force": lambda of, x: of.waiting(x).value == SURE,
        "exception": lambda of, x: of.gates(x).ex.value == SURE,
    },
    any=True,
)
"""Of what is idle or excused: why it is so."""
COMMON_PARTS: dict[str, Parts] = {
    "before opening": Parts(
        {
            "if failed": lambda of, x: of.shut is not None,
            "not opened": lambda of, x: of.shut is None,
        },
        any=True,
    ),
    "doubted": DOUBT,
    "first open": Parts(
        {f"{OVERLAYS[name]} open": is_possible(name) for name in OVERLAYS},
        any=True,
    ),
    "excused": Parts(
        {
            "exception": lambda of, x: of.truth(of.rule.unless, x).value == SURE,
            "prevailing": lambda of, x: of.prevailed(x).value == SURE,
        },
        any=True,
    ),
    "idle": Parts(
        {
            "while fails": lambda of, x: of.truth(of.rule.while_, x).value == FALSE,
            "not in force": lambda of, x: of.waiting(x).value == SURE,
        },
        any=True,
    ),
}


class Instance:
    """A rule, bound for one occasion. The kinds of duty say which conditions hold at a tick."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON
    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS

    def __init__(
        self,
        walk: Walk,
        rule: Rule,
        at: Occasion,
        window: Window | None = None,
    ) -> None:
        self.walk = walk
        self.rule = rule
        self.trigger = at.entry
        self.parent = at.parent
        self.origin = at.because  # what it rests on that there is such an instance
        self.noted: Grounds = NOTHING  # what its statuses so far rested on
        self.bindings = at.bindings
        self.lo = at.lo
        self.hi = at.hi
        self.day_end = at.till
        self.sure_from = at.hi if at.sure else FOR_GOOD
        self.doubted = False  # its `if` was unknown, or its version: never sure
        self.fixed = window is not None
        self.window = window or self.find_window()
        self.standing_if = rule.trigger is None
        self.shut: Window | None = None  # the window that its `if` has shut for good
        self.doubt_is_vague = at.vague
        self.debtor = str(scalar(rule.debtor, at.bindings) or "")
        creditor = None if rule.creditor is None else scalar(rule.creditor, at.bindings)
        self.creditor = None if creditor is None else str(creditor)
        self.changes: list[Change] = []
        self.flags: dict[str, list[tuple[int, Truth]]] = {"broken": [], "performed": []}
        self.stepped: int | None = None
        self.rows: tuple[bool, ...] = ()  # at the last step, where the walk records: what held
        self.finished = False
        self.first: dict[str, int] = {}
        self._gates: dict[int, Gates] = {}
        self.announce()

    @property
    def particulars(self) -> Statement:
        """The variables of the rule, and the period where the duty recurs."""
        names = [v.name for v in self.rule.variables]
        if self.rule.window.every is not None and "period" not in names:
            names.append("period")
        return tuple((name, self.bindings.get(name)) for name in names)

    # -------------------------------------------------------------- window
    @property
    def till(self) -> int:
        """The tick by which its trigger has come, whatever its time of day."""
        return max(self.hi, self.day_end)

    def find_window(self) -> Window:
        try:
            arose = (self.lo, self.hi, self.till)
            return window_of(self.walk.world, self.rule, self.bindings, arose)
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, self.rule.id, self.trigger) from error

    def announce(self) -> None:
        window = self.window
        ends = (window.o_lo, window.o_hi, window.o_till, window.c_lo, window.c_hi)
        for at in (*ends, self.sure_from):
            self.walk.schedule(at)

    def comes(self, hi: int, sure: bool) -> None:
        """It is now known when the breach came at the latest that this remedy answers."""
        self.hi = hi
        if sure and not self.doubted:
            self.sure_from = hi
        if not self.fixed:
            self.window = self.find_window()
        self.announce()

    def inside(self, x: int) -> int:
        """Whether tick `x` is in the window. A standing rule reads its `if` when it opens."""
        if self.standing_if and x >= self.window.o_lo:
            self.standing_if = False
            read = max(self.window.o_lo, tick(micros_of(self.window.o_lo), FACT))
            wanted = self.walk.conditions.truth(self.rule.if_, self.bindings, read)
            self.origin |= wanted.because
            if wanted.value == FALSE:
                self.shut = self.window
                self.window = Window(*(FOR_GOOD,) * 5)
            elif wanted.value == POSSIBLE:
                self.doubt(wanted)
        return self.window.inside(x)

    def doubt(self, wanted: Truth) -> None:
        """It is unknown, for good, whether there is such an instance."""
        self.sure_from, self.doubted = FOR_GOOD, True
        self.origin |= wanted.because
        self.doubt_is_vague = self.doubt_is_vague or wanted.vague

    def in_window(self, fact: Happening) -> int:
        """Whether a fact lies after the opening and before the close."""
        window = self.window
        if fact.lo >= instant(window.o_till) and fact.fin <= window.c_lo:
            return SURE
        return int(fact.fin > instant(window.o_lo) and fact.lo < window.c_hi)

    def certainty(self, x: int) -> int:
        """Certainty at tick `x` that the instance exists."""
        return FALSE if x < self.lo else POSSIBLE if x < self.sure_from else SURE

    def is_there(self, x: int) -> Truth:
        """Its certainty, and whether a vague term is what leaves that open."""
        sure = self.certainty(x)
        return Truth(sure, sure == POSSIBLE and self.doubt_is_vague, self.origin)

    def acts_under(self, match: Match) -> list[Happening]:
        """The matching acts; the one that made the instance is none of them."""
        found = self.walk.world.matching(match, self.bindings)
        if not may_be_its_trigger(self.rule, match):
            return found
        return [act for act in found if act.entry != self.trigger]

    # -------------------------------------------------------------- what it rests on
    def grounds(self, x: int) -> Grounds:
        """What its status at tick `x` rests on; only where the walk records that."""
        if not self.walk.recording:
            return NOTHING
        known = self._gates.get(x)  # not worked out here: two duties may ask for each other's
        gates = NOTHING if known is None else known.because
        return self.origin | self.window.because | self.noted | gates | self.acts_because(x)

    def acts_because(self, x: int) -> Grounds:
        """The grounds that depend on the kind of duty: performances, onsets, violations, uses."""
        return NOTHING

    # -------------------------------------------------------------- overlays
    def truth(self, cond: Cond, x: int) -> Truth:
        window = self.window
        since = (instant(window.o_lo), instant(window.o_hi))
        return self.walk.conditions.truth(
            cond, self.bindings, x, NO_OPENING if window.o_lo >= FOR_GOOD else since
        )

    def gates(self, x: int) -> Gates:
        known = self._gates.get(x)
        if known is None:
            if len(self._gates) > 8:
                self._gates.clear()
            known = self._gates[x] = Gates(
                self.suspended(x),
                self.excused(x),
                self.idle(x),
                self.ended(x),
                overlay(self, "waive", x),
                overlay(self, "release", x),
            )
        return known

    def may_have_ended(self, x: int) -> bool:
        gates = self.gates(x)
        return POSSIBLE in (gates.en.value, gates.wa.value, gates.re.value)

    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        """The overlays in the order of the rows of its kind (judge/statuses.py)."""
        raise NotImplementedError

    def suspended(self, x: int) -> Truth:
        return overlay(self, "suspend", x)

    def excused(self, x: int) -> Truth:
        excused = self.truth(self.rule.unless, x)
        return either([excused, self.prevailed(x)]) if self.rule.yields_to else excused

    def prevailed(self, x: int) -> Truth:
        """A rule that prevails over the whole of this one is binding."""
        prevailing = (one.status for one in self.rule.yields_to if not one.by_act)
        return either([self.truth(status, x) for status in prevailing])

    def idle(self, x: int) -> Truth:
        """`while` is false, or clause, version or agreement is not in force yet."""
        return either([negated(self.truth(self.rule.while_, x)), self.waiting(x)])

    def waiting(self, x: int) -> Truth:
        """Clause, version or agreement is not in force yet."""
        waits = []
        if self.rule.needs_creation:
            waits.append(negated(overlay(self, "create", x)))
        if self.rule.version is not None and self.rule.trigger is None:
            waits.append(negated(overlay(self, "amend", x, to=self.rule.version)))
        if self.walk.norms.force_from is not None:
            begins = self.walk.force(self.walk.norms.force_from)
            lo, hi = at_tick(begins.lo), at_tick(begins.hi)
            waits.append(Truth(SURE if x < lo else int(x < hi), because=begins.because))
        return either(waits)

    def ended(self, x: int) -> Truth:
        found = [overlay(self, "end", x)]
        if not self.rule.survives:
            found.append(overlay(self, "end_all", x))
            if self.walk.norms.force_until is not None:
                ends = self.walk.force(self.walk.norms.force_until)
                lo, hi = at_tick(ends.lo), at_tick(ends.hi)
                found.append(Truth(SURE if x >= hi else int(x >= lo), because=ends.because))
        elif self.rule.survives_for is not None:
            found.append(self.outlived(x, self.rule.survives_for))
        if self.rule.trigger is None:
            found.append(overlay(self, "amend", x, away_from=self.rule.version))
        return either(found)

    def outlived(self, x: int, term: Duration) -> Truth:
        """The agreement has ended, and so long ago that what survives it for a time is over."""
        ends = [end for end in ends_of(self, x) if self.term_after(end, term) <= x]
        levels = [overlay(self, "end_all", end) for end in ends]
        if self.walk.norms.force_until is not None:
            until = self.walk.force(self.walk.norms.force_until)
            over = [self.term_after(at_tick(at), term) <= x for at in (until.lo, until.hi)]
            levels.append(Truth(SURE if over[1] else int(over[0]), because=until.because))
        return either(levels)

    def term_after(self, end: int, term: Duration) -> int:
        """When a term that runs from the end is over; the walk comes back then."""
        if end >= FOR_GOOD:
            return FOR_GOOD
        try:
            after = self.walk.world.counting.term_end(micros_of(end), term)
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, self.rule.id, self.trigger) from error
        over = max(end, tick(after, 0))
        self.walk.schedule(over)
        return over

    def note_over(self, x: int) -> None:
        """Note the sure overlays of the duty at `x`, and whether they applied before."""
        gates = self.gates(x)
        if gates.unbound == SURE:
            for name in IN_FORCE:
                if getattr(gates, name).value == SURE:
                    self.first.setdefault(name, x)

    def over_for_good(self, name: str, x: int) -> bool:
        """Waived, released or ended, and before the window closed: what has lapsed stays so."""
        surely = getattr(self.gates(x), name).value == SURE
        return surely and self.first.get(name, x) < self.window.c_hi

    # -------------------------------------------------------------- what others feel of it
    def felt(self, state: str, x: int) -> Truth:
        if self.certainty(x) == FALSE:
            return Truth(FALSE)
        if state == "suspended":
            return self.marked(self.gates(x).su.value, x)
        if state == "binding":
            return self.marked(self.binding(x), x)
        value = Truth(FALSE, because=self.grounds(x))
        for felt_at, then in self.flags[state]:
            if felt_at > x:
                break
            value = then
        return value

    def marked(self, value: int, x: int, also: bool = False) -> Truth:
        """A status; if it is only possible: marked while something about the duty is undecided."""
        value = min(value, self.certainty(x))
        vague = value == POSSIBLE and (also or self.gates(x).vague or self.is_there(x).vague)
        return Truth(value, vague, self.grounds(x))

    def undecided(self, x: int) -> bool:
        """A vague term leaves open what was done, apart from overlays."""
        return False

    def left_open(self, x: int) -> bool:
        """A vague term leaves open what was done, or an overlay."""
        return self.undecided(x) or self.gates(x).vague

    def binding(self, x: int) -> int:
        return min(self.inside(x), 2 - self.gates(x).over)

    # -------------------------------------------------------------- time
    def step(self, x: int) -> None:
        """Bring the instance to tick `x` and note what has changed."""
        if self.stepped == x or self.finished or x < self.lo:
            return
        if self.stepped is None and self.window.c_hi <= x:
            self.note_over(self.window.c_hi - 1)  # what arises with its window closed
        self.stepped = x
        self.inside(x)
        self.note_over(x)
        if self.walk.recording:
            self.noted |= self.gates(x).because
        try:
            self.advance(x)
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, self.rule.id, self.trigger) from error
        status = self.status(x)
        if self.walk.recording:
            self.rows = rows_of(self.rule.kind, lambda c: self.CONDITIONS[c](self, x))
        change = Change(x, status, ())
        if status == "broken":
            change.act, change.breaches = self.breaches(x)
        last = self.changes[-1] if self.changes else None
        if last is None or (status, change.act) != (last.status, last.act):
            change.acts = self.opening_acts(x, status)
            self.changes.append(change)
        for name, value in (("broken", self.in_breach(x)), ("performed", self.performed(x))):
            if self.tell(name, self.marked(value, x, self.undecided(x)), effect(x)):
                self.walk.follows(x, self)

    def tell(self, name: str, now: Truth, felt_at: int) -> bool:
        """Record a status for conditions from a tick on; whether it has changed.

        Once undetermined it stays so while it is only possible: otherwise the fixpoint may not
        terminate.
        """
        history = self.flags[name]
        if history and history[-1][0] == felt_at:  # nobody has felt that yet
            history.pop()
        before = history[-1][1] if history else Truth(FALSE)
        if before.vague and now.value == POSSIBLE:
            now = before
        if now != before:
            history.append((felt_at, now))
        return now != before

    def status(self, x: int) -> Code:
        """By the table of its kind: judge/statuses.py."""
        conditions = self.CONDITIONS
        return status_of(self.rule.kind, lambda condition: conditions[condition](self, x))

    def table(self) -> Iterator[tuple[str, Status, bool, tuple[str, ...], Grounds]]:
        """Each row as it was read at the last step: condition, status, whether it holds, the parts
        that decide that, and what it rests on."""
        x = self.stepped
        assert x is not None
        for (condition, status), holds in zip(STATUSES[self.rule.kind], self.rows, strict=True):
            parts = self.PARTS.get(condition.removesuffix(", vague"))
            asked = parts is not None and (holds or not parts.any)
            decided = parts.deciding(self, x) if parts is not None and asked else ()
            yield (
                condition,
                told(self.rule.kind, status).status,
                holds,
                decided,
                self.rests_on(condition, x),
            )

    def rests_on(self, condition: str, x: int) -> Grounds:
        """What a condition of the table was read from."""
        if condition in OVERLAY_OF:
            grounds: Grounds = getattr(self.gates(x), OVERLAY_OF[condition]).because
            return grounds
        if condition in OF_WINDOW:
            return self.window.because | self.origin
        if condition.startswith("doubted"):
            return self.origin
        return self.acts_because(x)

    def is_over(self, x: int) -> bool:
        """Whether the duty is over at `x`: waived, released, ended or lapsed."""
        return any(COMMON[end](self, x) for end in ("waived", "released", "ended", "lapsed"))

    def advance(self, x: int) -> None:
        raise NotImplementedError

    def breaches(self, x: int) -> tuple[tuple[int, tuple[str, ...]] | None, tuple[Statement, ...]]:
        """The acts that began this stretch of a broken prohibition, and the parameters of each."""
        return None, ()

    def opening_acts(self, x: int, status: Code) -> tuple[str, ...]:
        """The entries of the acts that bring this status about at tick `x`."""
        return ()

    def in_breach(self, x: int) -> int:
        return FALSE

    def performed(self, x: int) -> int:
        return FALSE
