"""Windows of a derivation in words: when they open and close, and what moved that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servanda.explain.condition_text import duration_text
from servanda.explain.wording import Node, Words, closing, joined
from servanda.judge import derivation as d
from servanda.semantics.clock import PHASES


class WindowText:
    """Puts the windows of one judgement's derivations into sentences."""

    def __init__(self, words: Words, now: int) -> None:
        self.words = words
        self.now = now

    def told(self, window: d.Window, trigger: str | None) -> Iterator[Node]:
        """One sentence on both ends of the window, with the entries they count from."""
        if window.opens is None and window.closes is None and not window.never_opens:
            return
        if window.never_opens:
            yield Node("Its window would close before it opens: it never opens.")
            return
        if window.shut:
            yield self.never_arose(window)
            return
        parts, entries = [], list[str]()
        opens = window.opens
        if opens is not None:
            entries += opens.entries
            parts.append(
                "has not opened: what it counts from has not happened"
                if opens.lo is None
                else f"{self.verb(opens, 'open')} {self.span(opens, 'on', self.words.time)}"
            )
        if window.closes is not None:
            entries += window.closes.entries
            parts.append(f"{self.verb(window.closes, 'close')} {self.close(window)}")
        elif opens is None or opens.lo is not None:
            parts.append("has no end yet")
        leaves = self.words.leaves([e for e in entries if e != trigger])
        ids = list(dict.fromkeys(entries))
        yield Node(f"Its window {joined(parts)}.", ids, self.words.sources(ids), leaves)

    def never_arose(self, window: d.Window) -> Node:
        """The window that a duty would have had whose `if` failed as it opened."""
        parts, ids = ["been open"], list[str]()
        if window.opens is not None and window.opens.lo is not None:
            parts.append(self.span(window.opens, "from", self.words.time))
            ids += window.opens.entries
        if window.closes is not None:
            parts.append(self.span(window.closes, "until", self.closing))
            ids += window.closes.entries
        said = f"Its window would have {' '.join(parts)}, but its `if` did not hold as it opened"
        return Node(f"{said}: no duty arose.", ids, self.words.sources(ids), self.words.leaves(ids))

    def cure_end(self, found: d.CureEnd, kind: str) -> Node:
        """Until when a breach can be cured, or a failure that is put right is none."""
        when = self.span(found.ends, "until", self.closing)
        past = self.is_past(found.ends)
        if kind == "keep":
            verb = "had" if past else "has"
            said = f"Its condition fails, and {verb} {when} to hold again without a breach."
        else:
            of = f" of {joined(found.entries)}" if found.entries else ""
            said = f"The breach{of} {'could' if past else 'can'} be cured {when}."
        ids = list(found.entries)
        return Node(said, ids, self.words.sources(ids))

    def deadline(self, window: d.Window) -> Iterator[Node]:
        """Whether the deadline of what must be done has passed."""
        if window.closes is None or window.standing_still or window.never_opens or window.shut:
            return
        when = self.span(window.closes, "", self.closing).strip()
        passed = "passed" if self.is_past(window.closes) else "is still to come"
        yield Node(f"The deadline, {when}, {passed}.")

    def verb(self, moment: d.Moment, verb: str) -> str:
        past = verb + ("ed" if not verb.endswith("e") else "d")
        return past if self.is_past(moment) else f"{verb}s"

    def is_past(self, moment: d.Moment) -> bool:
        last = moment.hi if moment.hi is not None else moment.lo
        return last is not None and last * PHASES <= self.now

    def span(self, moment: d.Moment, at: str, told: Callable[[int], str]) -> str:
        """`on 2024-04-05`, or `between 2024-04-05 and 2024-04-09`."""
        first = (moment.lo or 0) * PHASES
        if moment.hi is None:
            return f"{at} {told(first)}, if at all".strip()
        last = moment.hi * PHASES
        return f"{at} {told(first)}" if first == last else f"between {told(first)} and {told(last)}"

    def closing(self, tick: int) -> str:
        return closing(tick, self.words.zone)

    def close(self, window: d.Window) -> str:
        """When the window closes, and how far suspension has moved that."""
        assert window.closes is not None
        if window.standing_still:
            return "when its suspension is over and its time has run on: until then it stands still"
        said = self.span(window.closes, "at", self.closing)
        if not window.stopped:
            return said
        later = duration_text(window.stopped)
        return f"{said}, {later} later for the time it was suspended or excused"
