"""Performances, violations and what they lack, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from servanda.explain.condition_text import LIMITS, counted, duration_text
from servanda.explain.wording import Node, Words, amount, joined, value
from servanda.judge import derivation as d
from servanda.semantics.clock import day_start, local_day, micros_of
from servanda.semantics.norms import Rule

AT_CLOSE = "at the instant its window closed"
MOST_SHORT = 8
"""Most acts without effect that are listed: those closest to the window."""


def distance(act: d.Act) -> tuple[bool, int, int]:
    """How far an act is from counting: whether it lies outside the window, what it lacks, and by
    how many microseconds it is off."""
    off = [lack.by for lack in act.lacks if isinstance(lack.by, int)]
    return is_outside(act), len(act.lacks), max(off, default=0)


def is_outside(act: d.Act) -> bool:
    """Whether an act lies before or after the window."""
    return any(lack.what in ("early", "late") for lack in act.lacks)


def by_instant(act: d.Act) -> bool:
    """Whether an act has a time of day, and not a day or days only."""
    return micros_of(act.fin) == micros_of(act.hi) + 1


class ActText:
    """Puts the acts of a derivation into sentences."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def told(self, rule: Rule, steps: Sequence[d.Act], uncertain: bool) -> Iterator[Node]:
        """The acts that count, and each that does not with what it lacks.

        `uncertain`: the ends of the window have no one instant. Of a duty that recurs, acts outside
        the window of its period are counted only: most of them are of other periods.
        """
        assert rule.action is not None
        name = rule.action.name
        forbids = rule.kind == "forbid"
        what = "of the forbidden act" if forbids else "of performance"
        counting = [act for act in steps if act.counts not in ("no", "late")]
        late = [act for act in steps if act.counts == "late"]
        short = sorted((act for act in steps if act.counts == "no"), key=distance)
        shown = [act for act in short if not rule.window.every or not is_outside(act)]
        if counting:
            unsure = uncertain or any(act.counts == "possible" for act in counting)
            lie = "that may lie " if unsure else ""
            yield self.listed(f"Entries {what} {lie}in its window.", counting)
        elif steps:
            does = "violates it" if forbids else "performs it"
            yield Node(f"No entry that this account counts {does} in its window.")
        else:
            yield Node(f"No entry that this account counts records {name} by then.")
        if late:
            yield self.lacked("Performance after the deadline, outside its window.", late, rule)
        if shown:
            said = "Entries that do not count, and what each lacks."
            if len(shown) > MOST_SHORT:
                said += f" The nearest {MOST_SHORT} of {len(shown):,}:"
            yield self.lacked(said, shown[:MOST_SHORT], rule)
        if others := len(short) - len(shown):
            entries = "1 other entry records" if others == 1 else f"{others:,} other entries record"
            yield Node(f"{entries} {name} outside the window of this period.")

    def lacked(self, sentence: str, acts: Sequence[d.Act], rule: Rule) -> Node:
        ids = [act.entry for act in acts]
        children = [self.lacking(act, rule) for act in acts]
        return Node(sentence, ids, self.words.sources(ids), children)

    def listed(self, sentence: str, acts: Sequence[d.Act]) -> Node:
        ids = [act.entry for act in acts]
        children = self.words.leaves(ids)
        for act in acts:
            if act.cured_by is not None:
                ids.append(act.cured_by)
                children.append(self.words.leaf(act.cured_by, f"{act.entry} was cured by "))
        return Node(sentence, ids, self.words.sources(ids), children)

    def lacking(self, act: d.Act, rule: Rule) -> Node:
        leaf = self.words.leaf(act.entry)
        lacks = joined(self.lack(lack, act, rule) for lack in act.lacks)
        return Node(f"{lacks}: {leaf.sentence}", leaf.entries, leaf.sources)

    def lack(self, lack: d.Lack, act: d.Act, rule: Rule) -> str:
        """Why an act does not count, and by how much: `14 of at least 16 (2 short)`."""
        unit = self.unit(rule, lack.param)
        match lack.what:
            case "amount":
                assert isinstance(lack.said, Decimal) and isinstance(lack.wanted, Decimal)
                way = "short" if lack.said < lack.wanted else "over"
                by = amount(abs(lack.wanted - lack.said), unit)
                limit = f"{LIMITS.get(lack.op or '=', 'exactly')} {amount(lack.wanted, unit)}"
                said = f"{lack.param} {amount(lack.said, unit)}"
                if rule.kind == "forbid":
                    return f"{said} is not {limit}"
                return f"{said} of {limit}, {by} {way}"
            case "differs":
                return f"{lack.param} is {value(lack.said)}, not {value(lack.wanted)}"
            case "not said":
                return f"it does not say its {lack.param}"
            case "early":
                assert isinstance(lack.by, int)
                off = self.days_early(act, lack.by) or duration_text(lack.by)
                return f"{off} before its window opened"
            case "late":
                assert isinstance(lack.by, int)
                off = self.days_late(act, lack.by) or duration_text(lack.by)
                return (
                    AT_CLOSE
                    if by_instant(act) and not lack.by
                    else f"{off} after its window closed"
                )
            case "prevailed":
                told = (self.words.prevailing(one, past=True) for one in act.prevailing)
                who = joined(dict.fromkeys(told))
                return f"it is owed or permitted, and that prevails: {who}"
            case "unsure":
                return "this account takes it for only possible"
            case _:
                return "the duty did not bind then, or was excused"

    def days_early(self, act: d.Act, by: int) -> str | None:
        """From the last day of an act to the day on which its window opened, where these are
        whole days."""
        over = micros_of(act.fin)
        if by_instant(act) or not self.is_midnight(over + by):
            return None
        return counted((self.day(over + by) - self.day(over - 1)).days, "day")

    def days_late(self, act: d.Act, by: int) -> str | None:
        """From the last day of the window to the first day of an act."""
        begins = micros_of(act.lo)
        if by_instant(act) or not self.is_midnight(begins - by):
            return None
        return counted((self.day(begins) - self.day(begins - by - 1)).days, "day")

    def day(self, micros: int) -> date:
        return local_day(micros, self.words.zone)

    def is_midnight(self, micros: int) -> bool:
        return day_start(self.day(micros), self.words.zone) == micros

    def unit(self, rule: Rule, param: str | None) -> str | None:
        if rule.action is None or param is None:
            return None
        params = self.words.params.get(rule.action.name, ())
        return next((p.unit for p in params if p.name == param), None)

    def members(self, found: d.Wanting) -> Node:
        """`of those who have to act: A, B have; C has not`."""
        parts = [
            f"{joined(names)} {'has' if len(names) == 1 else 'have'}{word}"
            for names, word in ((found.used, ""), (found.wanting, " not"))
            if names
        ]
        ids = list(found.entries)
        said = f"Everybody has to act, as one: {'; '.join(parts)}."
        return Node(said, ids, self.words.sources(ids))

    def sum(self, rule: Rule, found: d.Sum) -> Node:
        """`9 EUR of at least 10 EUR are recorded in its window: 1 EUR short`."""
        unit = self.unit(rule, found.param)
        ids = list(found.entries)
        done = amount(found.done, unit)
        if found.possibly != found.done:
            done = f"surely {done}, possibly {amount(found.possibly, unit)}"
        if found.owed is None:
            said = f"{found.param}: {done}; what is owed is not said"
        else:
            said = f"{found.param}: {done} of at least {amount(found.owed, unit)} in its window"
            missing = found.owed - found.done
            said += f", {amount(missing, unit)} short" if missing > 0 else ", in full"
        return Node(f"{said}.", ids, self.words.sources(ids))
