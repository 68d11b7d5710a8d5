"""`must E`, for the reference judge: performed in time, late, or not at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from servanda.judge.reference.instance import (
    COMMON,
    COMMON_PARTS,
    Condition,
    Instance,
    Parts,
    open_overlays,
)
from servanda.judge.reference.interfaces import Breach
from servanda.judge.reference.truth import FALSE, NOTHING, POSSIBLE, SURE, Grounds, Truth
from servanda.judge.reference.world import (
    FOR_GOOD,
    INFINITE,
    SINCE_EVER,
    Happening,
    instant,
    scalar,
)
from servanda.judge.statuses import Code
from servanda.judge.verdict import Status
from servanda.semantics.clock import DEADLINE, FACT, FULFIL, PHASES, micros_of, tick
from servanda.semantics.norms import Match


class Performance:
    """An occurrence that fulfils the duty; read once possibly, once surely. Without parts, nothing
    is owed."""

    def __init__(self, act: Happening, sure: bool, parts: list[Happening] | None = None) -> None:
        self.act = act
        self.sure = sure
        self.parts = [act] if parts is None else parts
        self.lo = tick(micros_of(act.lo), FULFIL)
        self.hi = tick(micros_of(act.hi), FULFIL)
        self.read_lo = False
        self.read_hi = False

    @property
    def grounds(self) -> Grounds:
        return NOTHING.union(*(part.grounds for part in self.parts))

    @property
    def entries(self) -> tuple[str, ...]:
        """The acts it consists of, in order of id: of instalments, all parts counted."""
        return tuple(sorted({part.entry for part in self.parts}))


def takes_back(part: Happening, param: str) -> bool:
    """Whether a part is a refund or a correction: an amount below zero."""
    amount = part.params.get(param)
    return isinstance(amount, Decimal) and amount < 0


def reaching(
    parts: list[Happening], param: str, owed: Decimal, unsaid: Decimal = Decimal(0)
) -> list[Happening]:
    """The parts up to the one with which their sum is what is owed; none, if it never is. `unsaid`:
    what a part counts whose amount is not said."""
    done = Decimal(0)
    for n, part in enumerate(parts, 1):
        amount = part.params.get(param)
        done += amount if isinstance(amount, Decimal) else unsaid
        if done >= owed:
            return parts[:n]
    return []


class Achieve(Instance):
    """Live until it is kept, ended, or its breach comes; then perhaps made good."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "waived": lambda of, x: "waived" in (of.off, of.after),
        "released": lambda of, x: "released" in (of.off, of.after),
        "ended": lambda of, x: of.off == "ended",
        "lapsed": lambda of, x: of.off == "lapsed",
        "doubted": lambda of, x: x < of.sure_from and not of.unopened(x),
        "doubted, vague": lambda of, x: of.doubt_is_vague and of.CONDITIONS["doubted"](of, x),
        "performed": lambda of, x: of.kept is not None,
        "late performance": lambda of, x: of.after == "cured" and of.surely_broken,
        "remedy performed": lambda of, x: of.after == "compensated",
        "breach": lambda of, x: of.surely_broken,
        "before opening": lambda of, x: x < of.window.o_lo or of.window.never_opens,
        "breach open": lambda of, x: of.breach_lo is not None,
        "breach open, vague": lambda of, x: of.breach_lo is not None and of.gates(x).vague,
        "performance open": lambda of, x: of.possibly_kept,
        "end open": lambda of, x: of.end_open(x),
        "end open, vague": lambda of, x: of.end_open(x) and of.gates(x).vague,
        "in breach then": lambda of, x: of.broken_then and x >= of.sure_from,
        "verdict open": lambda of, x: of.after is not None if of.off is None else of.possibly_kept,
        "verdict open, vague": lambda of, x: (
            of.CONDITIONS["verdict open"](of, x) and (of.vague_then or of.doubt_is_vague)
        ),
        "left open": lambda of, x: of.gates(x).over == POSSIBLE,
        "left open, vague": lambda of, x: of.gates(x).over == POSSIBLE and of.gates(x).vague,
    }
    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS | {
        "performed": Parts(
            {
                "nothing owed": lambda of, x: of.kept is not None and of.kept_entries == (),
                "performed in time": lambda of, x: of.kept_entries != () and not of.past_close,
                "performed unbound": lambda of, x: of.kept is not None and of.past_close,
            },
            any=True,
        ),
        "late performance": Parts(
            {
                "curable": lambda of, x: of.rule.curable,
                "after the breach": lambda of, x: of.breach_hi is not None,
                "performed at last": lambda of, x: of.after == "cured",
                "late performance": lambda of, x: of.surely_broken,
            }
        ),
        "remedy performed": Parts(
            {
                "remedy": lambda of, x: of.rule.remedy is not None,
                "remedy performed": lambda of, x: of.after == "compensated",
            }
        ),
        "breach": Parts(
            {
                "time over": lambda of, x: x >= max(of.closes[1], of.window.o_hi),
                "bound then": lambda of, x: of.breach_hi is not None,
                "no possible performance": lambda of, x: not of.possibly_kept,
                "silence counts": lambda of, x: of.silence_counts,
            }
        ),
        "breach open": Parts(
            {
                "breach possible": lambda of, x: of.breach_lo is not None and of.breach_hi is None,
                "silence open": lambda of, x: (
                    of.breach_hi is not None and not of.silence_counts and not of.possibly_kept
                ),
                "performance open": lambda of, x: of.breach_hi is not None and of.possibly_kept,
                "performed at last": lambda of, x: of.after == "cured",
                "breach": lambda of, x: of.surely_broken,
            },
            any=True,
        ),
        "end open": Parts(
            {
                "waived open": lambda of, x: of.gates(x).wa.value == POSSIBLE,
                "released open": lambda of, x: of.gates(x).re.value == POSSIBLE,
                "ended open": lambda of, x: of.gates(x).en.value == POSSIBLE,
            },
            any=True,
        ),
        "left open": Parts(open_overlays("su", "ex", "idle", "en", "wa", "re"), any=True),
    }

    acts: list[Performance] | None = None
    possibly_kept = False
    possible: tuple[int, int, str] | None = None  # when so first, by which act (its tick, entry)
    kept: Happening | None = None
    kept_entries: tuple[str, ...] = ()
    past_close = False  # it was kept past its close, while it was excused or did not bind
    off: Status | None = None  # waived, released, ended or lapsed while live
    over_from = FOR_GOOD  # the tick at which it was kept or off
    bound_surely = False  # somewhere in its window it was not idle
    bound_possibly = False
    in_force = (FOR_GOOD, FOR_GOOD)  # from which ticks on, possibly and surely
    breach_lo: int | None = None
    breach_hi: int | None = None
    silence_counts = False  # the event was closed all along when the breach came
    surely_broken = False
    after: Status | None = None  # what made the breach good
    broken_then = False  # it was surely in breach when it was waived or released
    vague_then = False  # a vague term left open whether it was
    after_entries: tuple[str, ...] = ()
    late: Happening | None = None  # the late performance that cured it
    breach_record: Breach | None = None
    acted_because: Grounds = NOTHING  # what performances it rests on
    stopped = (0, 0)  # microseconds the clock has stood still before c_lo and c_hi
    standing_still: int | None = None

    # -------------------------------------------------------------- what counts as performance
    @property
    def counts_from(self) -> tuple[int, int, int]:
        """From which ticks on an act counts possibly, surely if dated by the day, and surely: the
        opening, or earlier."""
        if self.rule.early == "always":
            return SINCE_EVER, SINCE_EVER, SINCE_EVER
        lo, hi, till = self.window.o_lo, self.window.o_hi, self.window.o_till
        if self.rule.early == "from_trigger":
            lo, hi, till = self.lo, self.hi, self.till
        if self.rule.trigger is not None:
            return lo, hi, till
        since, surely = self.in_force
        return max(lo, since), max(hi, surely), max(till, surely)

    def is_late_enough(self, act: Happening) -> int:
        """Whether an act lies where performance counts. One dated by the day of the opening does: a
        day is then the unit in which the record speaks."""
        lo, day, hi = (instant(at) for at in self.counts_from)
        if act.lo >= (day if act.by_the_day else hi):
            return SURE
        return int(act.fin > lo)

    @property
    def silent_from(self) -> int:
        """From which tick on absence has to prove that it was not performed: who performs before
        the opening has it recorded."""
        if self.rule.early == "always":
            return SINCE_EVER
        standing = self.rule.trigger is None
        return max(self.window.o_lo, self.in_force[0]) if standing else self.window.o_lo

    def found(self) -> list[Performance]:
        if self.acts is None:
            assert self.rule.action is not None
            matching = self.acts_under
            if self.rule.together:
                self.acts = self.all_acted(matching(self.rule.action))
            elif self.rule.total is None:
                self.acts = [Performance(h, h.sure) for h in matching(self.rule.action)]
            else:
                param, owed = self.rule.total
                match = self.rule.action
                parts = Match(match.name, tuple(a for a in match.args if a.param != param))
                self.walk.kept_alive.append(parts)
                self.acts = self.added_up(matching(parts), param, scalar(owed, self.bindings))
            if self.owes_nothing:
                self.acts = [self.nothing(), *self.acts]
        return self.acts

    @property
    def owes_nothing(self) -> bool:
        """Whether at least nothing of each amount is asked for."""
        assert self.rule.action is not None
        least = [a.value for a in self.rule.action.args if a.op == ">=" and a.value is not None]
        least += [] if self.rule.total is None else [self.rule.total[1]]
        owed = [scalar(value, self.bindings) for value in least]
        return bool(owed) and all(isinstance(n, Decimal) and n <= 0 for n in owed)

    def nothing(self) -> Performance:
        """The performance of a duty that owes nothing: with the opening, without an act."""
        opened = instant(self.window.o_hi) + FACT
        return Performance(Happening("", opened, opened, opened, True, {}), True, [])

    def added_up(self, parts: list[Happening], param: str, owed: object) -> list[Performance]:
        """Part performances: the one that completes what is owed stands for all of them."""
        if not isinstance(owed, Decimal):
            return []
        may_count = [h for h in parts if self.is_late_enough(h) > FALSE]
        surely = [h for h in parts if h.sure and self.is_late_enough(h) == SURE]
        sure = [h for h in surely if not takes_back(h, param)]
        sure += [h for h in may_count if takes_back(h, param)]
        possible = [h for h in may_count if not takes_back(h, param)]
        possible += [h for h in surely if takes_back(h, param)]
        found = []
        if by_hi := reaching(
            sorted(sure, key=lambda h: (h.lo if takes_back(h, param) else h.hi, h.entry)),
            param,
            owed,
        ):
            in_order = sorted(sure, key=lambda h: (h.lo, h.entry))
            last = (reaching(in_order, param, owed) or in_order[:1])[-1]
            whole = replace(by_hi[-1], lo=last.lo, fin=max(h.fin for h in by_hi))
            found.append(Performance(whole, True, by_hi))
        if by_lo := reaching(
            sorted(possible, key=lambda h: (h.hi if takes_back(h, param) else h.lo, h.entry)),
            param,
            owed,
            INFINITE,
        ):
            found.append(Performance(by_lo[-1], False, by_lo))
        return found

    def all_acted(self, acts: list[Happening]) -> list[Performance]:
        """Acts of a group acting together: the one with which every member has acted stands for
        all; of each member its first act counts."""
        sure = [h for h in acts if h.sure and self.is_late_enough(h) == SURE]
        possible = [h for h in acts if self.is_late_enough(h) > FALSE]
        found = []
        if by_hi := self.first_of_each(sorted(sure, key=lambda h: (h.hi, h.entry))):
            last = self.first_of_each(sorted(sure, key=lambda h: (h.lo, h.entry)))[-1]
            whole = replace(by_hi[-1], lo=last.lo, fin=max(h.fin for h in by_hi))
            found.append(Performance(whole, True, by_hi))
        if by_lo := self.first_of_each(sorted(possible, key=lambda h: (h.lo, h.entry))):
            found.append(Performance(by_lo[-1], False, by_lo))
        return found

    def first_of_each(self, acts: list[Happening]) -> list[Happening]:
        """The first act of each member who has to act, in order; none if one has not acted."""
        covers = dict(self.rule.together)
        wanted = {member for members in covers.values() for member in members}
        found: list[Happening] = []
        for act in acts:
            acting = wanted.intersection(covers.get(str(act.params.get("by")), ()))
            if acting:
                wanted -= acting
                found.append(act)
            if not wanted:
                return found
        return []

    # -------------------------------------------------------------- time
    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        gates = self.gates(x)
        return gates.su, gates.ex, gates.idle

    def advance(self, x: int) -> None:
        if self.window.never_opens:
            self.stop_if_off(x)
            if self.off is not None:
                self.over_from = min(self.over_from, x)
            return
        self.note_in_force(x)
        self.stop_clock(x)
        if self.live:
            self.stop_if_off(x)
        self.note_bound(x)
        for performance in self.found():
            if performance.lo <= x and not performance.read_hi:
                self.read(performance, x)
        self.fall_due(x)
        if self.breach_lo is not None and self.kept is None and self.after is None:
            self.make_good(x)
        if self.kept is not None or self.off is not None:
            self.over_from = min(self.over_from, x)
        settled = self.kept is not None or self.off is not None or self.after is not None
        self.finished = settled and x >= self.sure_from

    def comes(self, hi: int, sure: bool) -> None:
        super().comes(hi, sure)
        self.acts = None  # read again, in the window as it now stands

    @property
    def live(self) -> bool:
        return self.kept is None and self.off is None and self.breach_lo is None

    @property
    def closes(self) -> tuple[int, int]:
        """The close as it stands now: later by the time the clock has stood still."""
        window = self.window
        return (
            min(FOR_GOOD, window.c_lo + self.stopped[0] * PHASES),
            min(FOR_GOOD, window.c_hi + self.stopped[1] * PHASES),
        )

    def stop_clock(self, x: int) -> None:
        """Time within the window that surely does not count moves the close."""
        if not (self.walk.norms.suspension_stops_clock or self.rule.time_extended):
            return
        if self.standing_still is not None:
            since = max(self.standing_still, self.window.o_hi)
            length = max(0, micros_of(x) - micros_of(since))
            self.stopped = (
                self.stopped[0] + (length if since < self.closes[0] else 0),
                self.stopped[1] + (length if since < self.closes[1] else 0),
            )
        self.standing_still = x if self.stands_still(x) else None
        for close in self.closes:
            self.walk.schedule(close)

    def stands_still(self, x: int) -> bool:
        """Whether the time from tick `x` on does not count."""
        gates, stops = self.gates(x), self.walk.norms.suspension_stops_clock
        return (stops and gates.su.value == SURE) or (
            self.rule.time_extended and gates.ex.value == SURE
        )

    def stop_if_off(self, x: int) -> None:
        gates = self.gates(x)
        if gates.wa.value == SURE:
            self.off = "waived"
        elif gates.re.value == SURE:
            self.off = "released"
        elif gates.en.value == SURE:
            self.off = "ended"

    def note_in_force(self, x: int) -> None:
        """From when agreement, clause and version are possibly and surely in force: what a standing
        duty asks for does not count before."""
        if self.rule.trigger is not None or self.in_force[1] < FOR_GOOD:
            return
        waits, before = self.waiting(x).value, self.in_force
        if waits < SURE:
            self.in_force = min(before[0], x), x if waits == FALSE else FOR_GOOD
        if self.in_force != before:
            self.acts = None  # read again, from when it is in force

    def note_bound(self, x: int) -> None:
        """Whether it was ever not idle in its window; a duty that never was lapses with it."""
        window, closes, idle = self.window, self.closes, self.gates(x).idle.value
        inside = (window.o_hi, closes[0])
        if inside[0] >= inside[1]:
            inside = (window.o_lo, closes[1])
        if inside[0] <= x < inside[1] and idle == FALSE:
            self.bound_surely = True
        end = max(closes[1], self.sure_from)
        if window.o_lo <= x < end and idle < SURE:
            self.bound_possibly = True
        if self.live and not self.bound_possibly and x >= max(end, window.o_lo):
            self.off = "lapsed"

    def read(self, performance: Performance, x: int) -> None:
        """In time is judged at fulfilment, with the overlays as they are then."""
        act, closes = performance.act, self.closes
        counts = self.is_late_enough(act) if performance.parts else SURE
        if x >= performance.lo and not performance.read_lo:
            performance.read_lo = True
            shut = closes[1] <= performance.lo and self.gates(performance.lo).over == FALSE
            if counts > FALSE and self.breach_hi is None and not shut and self.off is None:
                self.possibly_kept = True
                self.acted_because |= performance.grounds
                first = (x, performance.act.lo, performance.act.entry)
                self.possible = min(self.possible or first, first)
        if x >= performance.hi and not performance.read_hi:
            performance.read_hi = True
            bound = self.gates(performance.hi).over < SURE
            in_time = self.breach_lo is None and (act.fin <= closes[0] or not bound)
            if performance.sure and counts == SURE and in_time and self.live:
                self.kept, self.kept_entries = act, performance.entries
                self.past_close = act.fin > closes[0]
                self.acted_because = performance.grounds

    def fall_due(self, x: int) -> None:
        """The breach comes at the first bound tick from the close on, phase 3 at the earliest."""
        if x % PHASES < DEADLINE or self.kept is not None or self.off is not None:
            return
        window, closes = self.window, self.closes
        gates = self.gates(x)
        if not self.bound_possibly:
            return
        if self.breach_lo is None and x >= max(closes[0], window.o_lo) and gates.over < SURE:
            self.breach_lo = x
            self.breach_record = self.walk.breach(self, x, self.trigger, gates.vague)
        due = self.breach_hi is None and x >= max(closes[1], window.o_hi)
        if due and self.bound_surely and gates.over == FALSE:
            self.breach_hi = x
            assert self.rule.action is not None
            start = instant(self.silent_from)
            self.silence_counts = self.walk.world.closed_over(
                self.rule.action.name, start, instant(x)
            )
            self.surely_broken = self.silence_counts and not self.possibly_kept
            if self.breach_record is not None:
                sure = self.surely_broken and x >= self.sure_from
                self.walk.breach_comes(self.breach_record, x, sure)

    def make_good(self, x: int) -> None:
        """Late performance, compensation, waiver, release: the first of them, for good."""
        gates = self.gates(x)
        self.broken_then, self.vague_then = self.surely_broken, gates.vague
        late = [p for p in self.found() if self.cures(p, x)]
        remedy = self.breach_record.remedy if self.breach_record is not None else None
        if gates.wa.value == SURE:
            self.after = "waived"
        elif gates.re.value == SURE:
            self.after = "released"
        elif late:
            first = min(late, key=lambda p: (p.act.hi, p.act.entry))
            self.after, self.after_entries, self.late = "cured", first.entries, first.act
            self.acted_because |= first.grounds
        elif self.compensated(remedy, x):
            assert isinstance(remedy, Achieve)
            self.after, self.after_entries = "compensated", remedy.performing_entries()

    def compensated(self, remedy: object, x: int) -> bool:
        """Whether the remedy is owed instead of the duty, and has been performed."""
        if not (self.rule.compensates and isinstance(remedy, Achieve)):
            return False
        return remedy.felt("performed", x).value == SURE

    def cures(self, performance: Performance, x: int) -> bool:
        if self.breach_hi is None or not self.rule.curable or not performance.sure:
            return False
        act = performance.act
        if x < performance.hi or act.lo < instant(self.breach_hi):
            return False
        if self.breach_hi % PHASES > DEADLINE and act.lo < self.breach_hi:
            return False
        within = self.rule.cure_within
        if within is None:
            return True
        counting = self.walk.world.counting
        return act.hi < tick(counting.deadline(micros_of(self.breach_hi), within), 0)

    def acts_because(self, x: int) -> Grounds:
        assert self.rule.action is not None
        found = self.walk.world.declarations(self.rule.action.name)
        if self.after == "compensated" and self.breach_record is not None:
            remedy = self.breach_record.remedy
            found |= NOTHING if remedy is None else remedy.grounds(x)
        return found | self.acted_because

    def performing_entries(self) -> tuple[str, ...]:
        return self.kept_entries if self.kept is not None else self.after_entries

    def possible_entries(self) -> tuple[str, ...]:
        """The acts of the first possible performance; of two with one last part, the less sure."""
        if self.possible is None:
            return ()
        last = self.possible[2]
        found = [p for p in self.found() if p.act.entry == last]
        return min(found, key=lambda p: p.sure).entries if found else (last,)

    # -------------------------------------------------------------- what it is
    def unopened(self, x: int) -> bool:
        """Nothing has been done or missed yet, and the window has not opened."""
        settled = self.kept is not None or self.after is not None or self.surely_broken
        return not settled and (x < self.window.o_lo or self.window.never_opens)

    def end_open(self, x: int) -> bool:
        gates = self.gates(x)
        return POSSIBLE in (gates.wa.value, gates.re.value, gates.en.value)

    def opening_acts(self, x: int, status: Code) -> tuple[str, ...]:
        if status == "kept" and self.kept is not None:
            return self.kept_entries
        if status == self.after:
            return self.after_entries
        return ()

    def in_breach(self, x: int) -> int:
        if self.kept is not None or self.after is not None or self.off is not None:
            return FALSE
        return SURE if self.surely_broken else int(self.breach_lo is not None)

    def performed(self, x: int) -> int:
        if self.kept is not None or self.after == "cured":
            return SURE
        silent = self.breach_hi is not None and not self.surely_broken
        return int(self.off is None and self.after is None and (self.possibly_kept or silent))

    def binding(self, x: int) -> int:
        """From the opening until it is kept or breached, while it has no overlay."""
        if x == self.walk.x:
            self.step(x)
        if self.finished_by(x):
            return FALSE
        inside = SURE if x >= self.window.o_hi else int(x >= self.window.o_lo)
        if self.window.never_opens:
            inside = FALSE
        possible = self.possible is not None and self.possible[0] <= x
        if possible or (self.breach_lo is not None and self.breach_lo <= x):
            inside = min(inside, POSSIBLE)
        return min(inside, 2 - self.gates(x).over)

    def finished_by(self, x: int) -> bool:
        return x >= self.over_from or (self.breach_hi is not None and self.breach_hi <= x)
