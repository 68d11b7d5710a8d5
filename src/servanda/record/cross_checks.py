"""Cross-checks of reported figures: changes between levels, ratios, first times, and several
readings of one day.

Every figure has a rounding tolerance: half a unit of its last digit (a whole unit for a ratio:
`48 times` is said of 48.7). Figures linked by a change, a ratio or a day form a constraint system.
If it is infeasible, and feasible without exactly one figure, that figure is the odd one. Readings
in tables take no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal as OneOf

from msgspec import Struct
from msgspec.structs import replace

from servanda.record.account_facts import standing
from servanda.record.dates import FactTime
from servanda.record.record import Entry, Linked, Measured, Record
from servanda.record.trust import Policy
from servanda.syntax.tree import NOWHERE, Place

Node = tuple[int, int]


class Finding(Struct, frozen=True):
    """The result of one cross-check. `agrees` None: it could not be made.

    `off` is by how much it fails, in the measure's unit (for a ratio: a bare number). `entries`
    are those compared, `sources` theirs. `odd` is the entry that does not fit the others. `place`
    is the place of `odd`, else of the entry checked.
    """

    kind: OneOf["change", "ratio", "first", "readings"]
    agrees: bool | None
    measure: str
    of: str | None
    on: str
    message: str
    entries: tuple[str, ...]
    sources: tuple[str, ...]
    off: Decimal | None = None
    odd: str | None = None
    odd_sources: tuple[str, ...] = ()
    place: Place = NOWHERE


class Figure(Struct, frozen=True):
    """An entry as a constraint: level(`node`) − level(`base`) lies in [low, high], rounding
    included. `base` None: the level itself."""

    entry: Entry
    node: Node
    base: Node | None
    low: Decimal | None
    high: Decimal | None


def cross_check(record: Record, known: int | None = None) -> tuple[Finding, ...]:
    """All checks of the record's entries, as known at a tick; by measure, subject and date."""
    entries = [entry for entry, _ in standing(record, Policy(None, record), known).entries]
    subjects: dict[tuple[str, str | None], list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.what, (Measured, Linked)):
            subjects.setdefault((entry.what.measure, entry.what.of), []).append(entry)
    return tuple(
        finding
        for _, about in sorted(subjects.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        for finding in _Subject(about).findings()
    )


class _Subject:
    """The figures of one measure of one subject."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        ordered = sorted(entries, key=lambda entry: (entry.when.lo, entry.when.hi, entry.id))
        self.readings: dict[Node, list[Entry]] = {}
        for entry in ordered:
            if (
                isinstance(entry.what, Measured)
                and (entry.what.low, entry.what.high) != (None,) * 2
            ):
                self.readings.setdefault(_node(entry.when), []).append(entry)
        self.links = [entry for entry in ordered if isinstance(entry.what, Linked)]
        self.web = [_reading_figure(entry) for at in self.readings.values() for entry in at]
        self.odd: dict[str, tuple[str, ...]] = {}

    def findings(self) -> list[Finding]:
        links = [(entry, entry.what) for entry in self.links if isinstance(entry.what, Linked)]
        for entry, linked in links:
            figure = self._link_figure(entry, linked)
            if figure is not None:
                self.web.append(figure)
        for part in _parts(self.web):
            self._find_odd(part)
        checks = {"change": self._change, "ratio": self._ratio, "first": self._first}
        found = [checks[linked.kind](entry, linked) for entry, linked in links]
        return sorted([*found, *self._conflicts()], key=lambda finding: (finding.on, finding.kind))

    # -------------------------------------------------------------- the web of figures
    def _link_figure(self, entry: Entry, linked: Linked) -> Figure | None:
        node = self._node_of(entry.when)
        if node is None:
            return None
        if linked.kind == "change" and linked.since is not None:
            base = self._node_of(linked.since)
            low, high = _room(linked)
            return None if base is None else Figure(entry, node, base, low, high)
        if linked.kind == "ratio" and linked.to is not None:
            low, high = _room(linked, whole=True)
            scaled = [None if bound is None else bound * linked.to for bound in (low, high)]
            return Figure(entry, node, None, scaled[0], scaled[1])
        return None

    def _node_of(self, span: FactTime) -> Node | None:
        """The date of the readings that a date refers to: the same, else the only one within it."""
        if _node(span) in self.readings:
            return _node(span)
        within = [node for node in self.readings if span.lo <= node[0] and node[1] < span.fin]
        return within[0] if len(within) == 1 else None

    def _find_odd(self, part: Sequence[Figure]) -> None:
        """Note the one figure without which a component is feasible."""
        if len(part) < 3 or _holds(part):
            return
        suspects = [figure.entry for figure in part if _holds([f for f in part if f is not figure])]
        if len(suspects) == 1:
            others = tuple(figure.entry.id for figure in part if figure.entry is not suspects[0])
            self.odd[suspects[0].id] = others

    def _judged(self, finding: Finding, involved: Iterable[Entry]) -> Finding:
        """With the odd figure among those involved, if one is known."""
        for entry in involved:
            if entry.id in self.odd:
                said = f"{finding.message}; the odd one out is {_named(entry)}{self._why(entry)}"
                return _with_odd(finding, entry, said)
        return finding

    def _why(self, odd: Entry) -> str:
        """Explain an odd reading that equals a reported change: it is not a level."""
        if not isinstance(odd.what, Measured) or odd.what.low != odd.what.high:
            return ""
        for link in self.links:
            what = link.what
            if not isinstance(what, Linked) or what.kind != "change" or what.low != what.high:
                continue
            if what.low and odd.what.low and abs(what.low) == abs(odd.what.low) and what.since:
                way = "increase" if what.low > 0 else "decrease"
                return (
                    f": that is the {way} from {what.since.text} to {link.when.text}, not a level"
                )
        return ""

    # -------------------------------------------------------------- the checks
    def _change(self, entry: Entry, linked: Linked) -> Finding:
        since = linked.since
        node, base = self._node_of(entry.when), self._node_of(since) if since else None
        before = self.readings.get(base, []) if base else []
        after = self.readings.get(node, []) if node else []
        if since is None or not before or not after:
            missing = entry.when.text if not after else since.text if since else "?"
            return self._not_made(entry, linked, f"there is no reading of {missing}")
        pairs = [(self._off_change(b, a, linked), b, a) for b in before for a in after]
        off, first, last = min(pairs, key=lambda pair: (self._weakness(*pair[1:]), pair[0]))
        agrees = off == 0
        said = (
            f"{_subject(linked)}: {_figure(last)} on {last.when.text} "
            f"{'is' if agrees else 'is not'} {_figure(first)} on {first.when.text} "
            f"and the reported change of {_figure(entry)}" + ("" if agrees else f": {off} off")
        )
        held = (first, last, entry)
        return self._judged(
            _finding("change", agrees, linked, entry, said, held=held, off=off), held
        )

    def _weakness(self, *readings: Entry) -> tuple[bool, bool]:
        """Sort key of readings of one day: odd ones last, bounds after figures."""
        vague = any(_measured(r).low is None or _measured(r).high is None for r in readings)
        return any(reading.id in self.odd for reading in readings), vague

    def _off_change(self, before: Entry, after: Entry, linked: Linked) -> Decimal:
        """By how much after − before misses the reported change, beyond the rounding tolerance."""
        low_1, high_1 = _room(_measured(before))
        low_2, high_2 = _room(_measured(after))
        expected_low = None if low_2 is None or high_1 is None else low_2 - high_1
        expected_high = None if high_2 is None or low_1 is None else high_2 - low_1
        if _gap((expected_low, expected_high), _room(linked)) == 0:
            return Decimal(0)
        exact_1, exact_2 = _measured(before), _measured(after)
        low = None if exact_2.low is None or exact_1.high is None else exact_2.low - exact_1.high
        high = None if exact_2.high is None or exact_1.low is None else exact_2.high - exact_1.low
        return _gap((low, high), (linked.low, linked.high))

    def _ratio(self, entry: Entry, linked: Linked) -> Finding:
        node = self._node_of(entry.when)
        after = self.readings.get(node, []) if node else []
        to = linked.to
        if not after or to is None:
            return self._not_made(entry, linked, f"there is no reading of {entry.when.text}")
        offs = []
        for reading in after:
            low, high = _room(_measured(reading))
            ratio = (None if low is None else low / to, None if high is None else high / to)
            gap = _gap(ratio, _room(linked, whole=True))
            exact = _measured(reading)
            if gap and exact.low is not None and exact.high is not None:
                gap = _gap((exact.low / to, exact.high / to), (linked.low, linked.high))
            offs.append((self._weakness(reading), gap, reading))
        _, off, reading = min(offs, key=lambda item: item[:2])
        off = off.quantize(Decimal("0.01"))
        agrees = off == 0
        said = (
            f"{_subject(linked)}: {_figure(reading)} on {reading.when.text} "
            f"{'is' if agrees else 'is not'} {_figure(entry)} times {to.normalize():f}"
        ) + ("" if agrees else f": {off} off")
        held = (reading, entry)
        return self._judged(
            _finding("ratio", agrees, linked, entry, said, held=held, off=off), held
        )

    def _first(self, entry: Entry, linked: Linked) -> Finding:
        earlier = [
            reading
            for at in self.readings.values()
            for reading in at
            if reading.when.hi < entry.when.lo
            and reading.grade != "alleged"
            and _inside(_measured(reading), linked)
        ]
        bounds = f"{_compared(linked)} {_figure(entry)}"
        if not earlier:
            said = f"{_subject(linked)}: no earlier reading is {bounds}"
            return _finding("first", True, linked, entry, said, held=(entry,), off=Decimal(0))
        days = ", ".join(f"{_figure(reading)} on {reading.when.text}" for reading in earlier)
        said = f"{_subject(linked)}: not the first time {bounds}: {days}; the odd one out is "
        said += _speaker(entry)
        found = _finding("first", False, linked, entry, said, held=(*earlier, entry))
        return _with_odd(found, entry, said)

    def _conflicts(self) -> Iterable[Finding]:
        """Readings of one date that cannot all be right."""
        for at in self.readings.values():
            figures = [_reading_figure(entry) for entry in at]
            if len(at) < 2 or _holds(figures):
                continue
            told = " but ".join(_named(entry) for entry in at)
            linked = _measured(at[0])
            said = f"{_subject(linked)} on {at[0].when.text}: {told}"
            pairs = [(a.what, b.what) for a in at for b in at]
            off = max(_gap(_bounds(a), _bounds(b)) for a, b in pairs)
            found = _finding("readings", False, linked, at[-1], said, held=at, off=off)
            judged = self._judged(found, at)
            yield judged if judged.odd else self._only_alleged(found, at)

    def _only_alleged(self, finding: Finding, at: Sequence[Entry]) -> Finding:
        """With the one reading of a date that is merely alleged as the odd one, if the others
        fit one another."""
        odd = [entry for entry in at if entry.grade == "alleged"]
        others = [entry for entry in at if entry.grade != "alleged"]
        if len(odd) != 1 or not _holds([_reading_figure(entry) for entry in others]):
            return finding
        said = f"{finding.message}; the odd one out is {_named(odd[0])}, which is only alleged"
        return _with_odd(finding, odd[0], said + self._step_from(others, odd[0]))

    def _step_from(self, others: Sequence[Entry], odd: Entry) -> str:
        """Where the odd reading is the step from another of its date to the next, or from the
        last."""
        dates = sorted(self.readings)
        here = dates.index(_node(odd.when))
        before = [entry for node in dates[:here][-1:] for entry in self.readings[node]]
        after = [entry for node in dates[here + 1 :][:1] for entry in self.readings[node]]
        steps = [(b, o) for b in before for o in others] + [(o, a) for o in others for a in after]
        for first, last in steps:
            low, high, size = _exact(first), _exact(last), _exact(odd)
            if low is None or high is None or not size or abs(high - low) != size:
                continue
            way = "increase" if high > low else "decrease"
            start = f"{_figure(first)} on {first.when.text}"
            return f": it is the {way} from {start} to {_figure(last)} on {last.when.text}"
        return ""

    def _not_made(self, entry: Entry, linked: Linked, why: str) -> Finding:
        said = f"{_subject(linked)}: the {linked.kind} of {_figure(entry)} is not checked: {why}"
        return _finding(linked.kind, None, linked, entry, said, held=(entry,))


# ------------------------------------------------------------------ webs
def _parts(figures: Sequence[Figure]) -> list[list[Figure]]:
    """The connected components of the figures, by date."""
    root: dict[Node, Node] = {}

    def find(node: Node) -> Node:
        while root.setdefault(node, node) != node:
            node = root[node]
        return node

    for figure in figures:
        if figure.base is not None:
            root[find(figure.node)] = find(figure.base)
    parts: dict[Node, list[Figure]] = {}
    for figure in figures:
        parts.setdefault(find(figure.node), []).append(figure)
    return list(parts.values())


def _holds(figures: Sequence[Figure]) -> bool:
    """Whether levels exist that fit all figures.

    Difference constraints are feasible if their graph has no negative cycle (Bellman-Ford).
    The node None has level zero.
    """
    edges: list[tuple[Node | None, Node | None, Decimal]] = []
    for figure in figures:
        if figure.high is not None:
            edges.append((figure.base, figure.node, figure.high))
        if figure.low is not None:
            edges.append((figure.node, figure.base, -figure.low))
    reach: dict[Node | None, Decimal] = {None: Decimal(0)}
    for start, end, _ in edges:
        reach[start] = reach[end] = Decimal(0)
    for _ in range(len(reach) + 1):
        changed = False
        for start, end, length in edges:
            if reach[start] + length < reach[end]:
                reach[end] = reach[start] + length
                changed = True
        if not changed:
            return True
    return False


# ------------------------------------------------------------------ figures
def _node(span: FactTime) -> Node:
    return span.lo, span.hi


def _measured(entry: Entry) -> Measured:
    assert isinstance(entry.what, Measured)
    return entry.what


def _exact(entry: Entry) -> Decimal | None:
    """The figure of a reading that is one figure."""
    what = _measured(entry)
    return what.low if what.low == what.high else None


def _reading_figure(entry: Entry) -> Figure:
    low, high = _room(_measured(entry))
    return Figure(entry, _node(entry.when), None, low, high)


def _bounds(what: object) -> tuple[Decimal | None, Decimal | None]:
    return (what.low, what.high) if isinstance(what, (Measured, Linked)) else (None, None)


def _room(what: Measured | Linked, whole: bool = False) -> tuple[Decimal | None, Decimal | None]:
    """The bounds, widened by the rounding tolerance."""
    room = _last_digit(what) * (1 if whole else Decimal("0.5"))
    low = None if what.low is None else what.low - room
    high = None if what.high is None else what.high + room
    return low, high


def _last_digit(what: Measured | Linked) -> Decimal:
    """One unit of the coarsest last digit written, in the measure's unit."""
    digits = []
    for number, value in zip(what.written, (what.low, what.high), strict=False):
        exponent = number.value.as_tuple().exponent
        kept = value if value is not None else what.high
        if isinstance(exponent, int) and number.value and kept is not None:
            digits.append(Decimal(1).scaleb(exponent) * abs(kept / number.value))
    return max(digits, default=Decimal(0))


def _gap(
    one: tuple[Decimal | None, Decimal | None], other: tuple[Decimal | None, Decimal | None]
) -> Decimal:
    """The distance between two intervals; 0 if they overlap."""
    (low_1, high_1), (low_2, high_2) = one, other
    above = low_1 - high_2 if low_1 is not None and high_2 is not None else Decimal(0)
    below = low_2 - high_1 if low_2 is not None and high_1 is not None else Decimal(0)
    return max(above, below, Decimal(0))


def _inside(reading: Measured, bounds: Linked) -> bool:
    """Whether a reading surely lies in the bounds."""
    low, high = reading.low, reading.high
    if bounds.low is not None:
        over = low is not None and (low > bounds.low or (low == bounds.low and not bounds.open_low))
        if not over and not (low == bounds.low and reading.open_low):
            return False
    if bounds.high is not None:
        under = high is not None and (
            high < bounds.high or (high == bounds.high and not bounds.open_high)
        )
        if not under and not (high == bounds.high and reading.open_high):
            return False
    return True


# ------------------------------------------------------------------ words
def _finding(
    kind: OneOf["change", "ratio", "first", "readings"],
    agrees: bool | None,
    about: Measured | Linked,
    entry: Entry,
    message: str,
    *,
    held: Sequence[Entry],
    off: Decimal | None = None,
) -> Finding:
    ids = tuple(other.id for other in held)
    return Finding(
        kind,
        agrees,
        about.measure,
        about.of,
        entry.when.text,
        message,
        ids,
        _sources(held),
        off,
        place=entry.place,
    )


def _with_odd(finding: Finding, odd: Entry, message: str) -> Finding:
    sources = _sources([odd])
    return replace(finding, message=message, odd=odd.id, odd_sources=sources, place=odd.place)


def _sources(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref.id for entry in entries for ref in entry.sources))


def _subject(what: Measured | Linked) -> str:
    return what.measure if what.of is None else f"{what.measure} of {what.of}"


def _figure(entry: Entry) -> str:
    """`205.0 kg U`, `at most 202.8 kg U`, as written."""
    what = entry.what
    if not isinstance(what, (Measured, Linked)) or not what.written:
        return "an unknown figure"
    shown = [f"{n.value:f} {n.unit}" if n.unit else f"{n.value:f}" for n in what.written]
    if len(shown) == 2:
        return f"{shown[0]} to {shown[1]}"
    if isinstance(what, Linked) or what.low == what.high:
        return shown[0]
    if what.low is None:
        return f"{'less than' if what.open_high else 'at most'} {shown[0]}"
    return f"{'more than' if what.open_low else 'at least'} {shown[0]}"


def _compared(linked: Linked) -> str:
    if linked.low == linked.high:
        return "equal to"
    if linked.low is None:
        return "less than" if linked.open_high else "at most"
    return "more than" if linked.open_low else "at least"


def _named(entry: Entry) -> str:
    """A figure with who says it."""
    sources = ", ".join(ref.id for ref in entry.sources)
    by = f" by {entry.by}" if entry.by else ""
    return f"{_figure(entry)}{by} ({sources or entry.id})"


def _speaker(entry: Entry) -> str:
    """Who says it, by name where that is known, and where."""
    sources = ", ".join(ref.id for ref in entry.sources) or entry.id
    return f"{entry.by} ({sources})" if entry.by else sources
