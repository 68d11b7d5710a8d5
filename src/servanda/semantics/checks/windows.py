"""Windows that can never be open, and bounds of windows that contradict each other."""

from __future__ import annotations

from datetime import UTC

from servanda.semantics import norms
from servanda.semantics.clock import AmbiguousMonthEnd, is_calendar_period, to_datetime
from servanda.semantics.time_bounds import WindowBounds, distance, surely_longer
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Duration


def check_windows(norms: norms.Norms, problems: Problems) -> None:
    """Report every rule that can never be due, or whose window is counted from nothing."""
    checker = _Windows(norms, problems)
    for rule in norms.rules:
        try:
            checker.check(rule)
        except AmbiguousMonthEnd as error:
            problems.add(
                "E409",
                rule.place,
                f"a date that does not exist: {error}",
                "write `months clipped` (the last day of the month) below `agreement`",
            )


class _Windows:
    def __init__(self, norms: norms.Norms, problems: Problems) -> None:
        self.norms = norms
        self.problems = problems
        self.spans = WindowBounds(norms)
        self.rules = {rule.id: rule for rule in norms.rules}

    def check(self, rule: norms.Rule) -> None:
        self._has_an_opening(rule)
        self._has_periods(rule)
        self._within_its_term(rule)
        if not self._opens_before_it_closes(rule):
            return
        self._is_in_force(rule)
        self._fits_its_periods(rule)
        self._comes_after_the_breach(rule)

    # -------------------------------------------------------------- what is counted from where
    def _has_an_opening(self, rule: norms.Rule) -> None:
        window = rule.window
        if window.opens is not None or rule.trigger is not None:
            return
        counted = [("within", window.within), ("for", window.term)]
        for word, duration in counted:
            if duration is not None and not (word == "within" and window.edge is not None):
                self.problems.add(
                    "E401",
                    rule.place,
                    f"`{word} {_words(duration)}` is counted from nothing",
                    "write `from …`, put the rule below a `when …:`, or declare `in force from …`",
                )
        if window.every is not None:
            self.problems.add(
                "E401",
                rule.place,
                f"`every {window.every}` is counted from nothing",
                "write `from …`, or declare `in force from …` below `agreement`",
            )

    def _has_periods(self, rule: norms.Rule) -> None:
        window = rule.window
        if window.edge is not None and window.every is None:
            self.problems.add(
                "E402",
                rule.place,
                f"`after its {window.edge}` needs a period",
                "write `every month`, `every quarter`, …",
            )
        if window.every is None or is_calendar_period(window.every) or rule.trigger is None:
            return
        self.problems.add(
            "E403",
            rule.place,
            f"`every {window.every}` is counted from one day, and this duty arises again each time",
            "write `every month`, `every quarter`, …; or take it out of the `when`, with `from …`",
        )

    def _within_its_term(self, rule: norms.Rule) -> None:
        within, term = rule.window.within, rule.window.term
        if within is None or term is None or rule.window.edge is not None:
            return
        if surely_longer(within, term):
            self.problems.add(
                "E404",
                rule.place,
                f"`within {_words(within)}` is longer than `for {_words(term)}`: "
                "the duty would end before its deadline",
                f"make the term longer, or leave out `for {_words(term)}`",
            )

    # -------------------------------------------------------------- never open
    def _opens_before_it_closes(self, rule: norms.Rule) -> bool:
        opens = self.spans.opening(rule.window)
        closes = min(self.spans.closings(rule.window), default=None)
        if rule.trigger is None and rule.window.opens == self.norms.force_from:
            return True  # `_is_in_force` says it in these words
        if opens is not None and closes is not None and closes <= opens:
            self.problems.add(
                "E405",
                rule.place,
                f"this can never {_be(rule)}: its window opens on {self._day(opens)} "
                f"and closes before {self._day(closes)}",
                "write an end that comes after the beginning",
            )
            return False
        if opens is None and rule.window.opens is not None:
            return self._opens_before_its_anchor_closes(rule)
        return True

    def _opens_before_its_anchor_closes(self, rule: norms.Rule) -> bool:
        """The same for windows that count from one event."""
        assert rule.window.opens is not None
        base, start = distance(rule.window.opens)
        for point, how in rule.window.closes:
            beside, end = distance(point)
            if beside != base or start is None or end is None:
                continue
            if end < start or (end == start and how == "at"):
                self.problems.add(
                    "E405",
                    rule.place,
                    f"this can never {_be(rule)}: its window closes before it opens",
                    "both ends count from one event: write an end that comes later",
                )
                return False
        return True

    def _is_in_force(self, rule: norms.Rule) -> None:
        """Whether a standing window meets the time the agreement is in force."""
        if rule.trigger is not None:
            return
        opens = self.spans.opening(rule.window)
        closes = min(self.spans.closings(rule.window), default=None)
        begins = self.spans.constant(self.norms.force_from)
        ends = self.spans.constant(self.norms.force_until)
        if opens is not None and ends is not None and ends <= opens and not rule.survives:
            self.problems.add(
                "E406",
                rule.place,
                f"this can never {_be(rule)}: the agreement ends on {self._day(ends)}, "
                f"and it begins on {self._day(opens)}",
                "write `survives the end` in the clause, or move one of the dates",
            )
        if closes is not None and begins is not None and closes <= begins:
            self.problems.add(
                "E406",
                rule.place,
                f"this can never {_be(rule)}: it closes before {self._day(closes)}, "
                f"and the agreement enters into force on {self._day(begins)}",
                "move one of the dates",
            )

    def _fits_its_periods(self, rule: norms.Rule) -> None:
        """Whether a period ends before the rule does, where the window opens at its end."""
        window = rule.window
        opens, closings = self.spans.opening(window), self.spans.closings(window)
        if window.every is None or window.edge != "end" or opens is None or not closings:
            return
        first = self.spans.counting.periods(window.every, opens, opens + 1)[0]
        if first[1] > min(closings):
            self.problems.add(
                "E407",
                rule.place,
                f"this can never {_be(rule)}: no {window.every} ends before "
                f"{self._day(min(closings))}, when it closes",
                "end it later, or write `within … after its start`",
            )

    def _comes_after_the_breach(self, rule: norms.Rule) -> None:
        """Whether a remedy can still be due when the breach it answers has come."""
        if rule.trigger is None or rule.trigger.breach_of is None:
            return
        parent = self.rules[rule.trigger.breach_of]
        closes = min(self.spans.closings(rule.window), default=None)
        if closes is None:
            return
        earliest = self._earliest_breach(parent)
        if earliest is not None and closes <= earliest:
            self.problems.add(
                "E408",
                rule.place,
                f"this remedy can never {_be(rule)}: it closes before {self._day(closes)}, and "
                f"what it answers cannot be broken before {self._day(earliest)}",
                "count its window from the breach: `within … days`",
            )

    def _earliest_breach(self, rule: norms.Rule) -> int | None:
        """Before when a duty cannot be broken, if that is constant."""
        if rule.kind != "achieve":
            return self.spans.opening(rule.window)
        window = rule.window
        anchored = window.opens is None or self.spans.opening(window) is not None
        closes = self.spans.closings(window)
        known = len(window.closes) + sum(d is not None for d in (window.within, window.term))
        all_known = anchored and len(closes) == known and rule.trigger is None
        return min(closes) if closes and all_known and window.every is None else None

    def _day(self, micros: int) -> str:
        moment = to_datetime(micros, self.norms.zone)
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            return moment.date().isoformat()
        return moment.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def _be(rule: norms.Rule) -> str:
    return "be open" if rule.kind == "may" else "be due"


def _words(duration: Duration) -> str:
    unit = duration.unit if duration.count == 1 else f"{duration.unit}s"
    if duration.calendar is not None:
        return f"{duration.count} business {unit} of {duration.calendar}"
    return f"{duration.count} {unit}"
