"""Duties as rows of a chart: accounts that say the same of a duty share a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from servanda.explain.escaping import visible
from servanda.explain.judged import Judged
from servanda.explain.lanes import Lane, Stretch, lanes_of
from servanda.explain.statuses import PAST, POWER

MOST_ROWS = 400
LONGEST = 64


class LaneRow(Struct, frozen=True):
    """One row: a duty as told alike by `accounts`. `first` is the duty's first row."""

    lane: Lane
    accounts: tuple[str, ...]
    spans: tuple[Stretch, ...]
    first: bool


def lanes(judged: Mapping[str, Judged], clauses: Iterable[str] | None = None) -> list[Lane]:
    """The duties of some clauses (all), in the order of the agreement."""
    agreement = next(iter(judged.values())).agreement
    wanted = None if clauses is None else set(clauses)
    found = lanes_of(judged, [clause.id for clause in agreement.clauses])
    return list(told_apart(lane for lane in found if wanted is None or lane.clause in wanted))


OCCASION = "occasion"


def told_apart(found: Iterable[Lane]) -> Iterator[Lane]:
    """Occasions of one duty that nothing in their words tells apart, numbered from the second."""
    seen: Counter[tuple[str, ...]] = Counter()
    for lane in found:
        alike = (lane.clause, lane.kind, lane.debtor, lane.text, str(lane.instance))
        seen[alike] += 1
        number = {OCCASION: seen[alike]} if seen[alike] > 1 else {}
        yield msgspec.structs.replace(lane, instance=lane.instance | number)


def ever_in_play(lane: Lane) -> bool:
    """Whether a duty ever was in force in any account: others have no row of their own."""
    return any(s.status not in PAST for spans in lane.spans.values() for s in spans)


def lane_rows(found: Sequence[Lane], accounts: Sequence[str]) -> Iterator[LaneRow]:
    for lane in found:
        told: dict[Any, list[str]] = {}
        for account in accounts:
            spans = lane.spans.get(account, ())
            told.setdefault(tuple((s.from_, s.until, s.status) for s in spans), []).append(account)
        rows = [(names, lane.spans.get(names[0], ())) for names in told.values()]
        drawn = [
            (names, spans) for names, spans in rows if any(s.status != "dormant" for s in spans)
        ]
        for n, (names, spans) in enumerate(drawn):
            yield LaneRow(lane, tuple(names), tuple(spans), first=n == 0)


def folded(found: Sequence[Lane], last: int) -> list[Lane]:
    """A duty of every period as one lane: a stretch for each period, as that period stands last.

    A period's stretch ends where the next period's begins.
    """
    groups: dict[Any, list[Lane]] = {}
    for lane in found:
        others = {k: v for k, v in lane.instance.items() if k != "period"}
        alike = (lane.key[:4], lane.key[5:], str(others)) if "period" in lane.instance else lane.id
        groups.setdefault(alike, []).append(lane)
    return [lanes[0] if len(lanes) == 1 else one_lane(lanes, last) for lanes in groups.values()]


def one_lane(periods: Sequence[Lane], last: int) -> Lane:
    first = periods[0]
    spans: dict[str, list[Stretch]] = {}
    for account in dict.fromkeys(name for lane in periods for name in lane.spans):
        told = [lane.spans[account] for lane in periods if lane.spans.get(account)]
        begun = [next((s.from_ for s in found if s.from_ is not None), None) for found in told]
        until = [*begun[1:], None]
        spans[account] = [
            msgspec.structs.replace(standing(found, last), from_=start, until=end)
            for found, start, end in zip(told, begun, until, strict=True)
        ]
    inside = {k: v for k, v in first.instance.items() if k != "period"}
    labels = [str(lane.instance["period"]) for lane in (first, periods[-1])]
    inside["periods"] = f"{labels[0]} to {labels[1]}"
    return msgspec.structs.replace(first, instance=inside, spans=spans)


def standing(spans: Sequence[Stretch], last: int) -> Stretch:
    """The stretch that holds on the last day."""
    begun = [s for s in spans if s.from_ is None or s.from_ <= last]
    return begun[-1] if begun else spans[0]


def in_play(lane: Lane, tick: int) -> bool:
    found = (lane.at(account, tick) for account in lane.spans)
    return any(status is not None and status not in PAST for status in found)


def contested(lane: Lane, accounts: Iterable[str], tick: int) -> bool:
    return len({lane.at(account, tick) for account in accounts}) > 1


def alike_periods(found: Sequence[Lane], accounts: Sequence[str], tick: int) -> list[Lane]:
    """Periods of one duty that follow each other and stand alike share a row."""
    rows: list[Lane] = []
    before: Any = None
    for lane in found:
        period = lane.instance.get("period")
        alike = (lane.key[:4], lane.text, [lane.at(name, tick) for name in accounts])
        if period is not None and alike == before:
            first = str(rows[-1].instance["period"]).partition(" to ")[0]
            inside = lane.instance | {"period": f"{first} to {period}"}
            rows[-1] = msgspec.structs.replace(rows[-1], instance=inside)
        else:
            rows.append(lane)
        before = alike
    return rows


def label(lane: Lane) -> str:
    """A duty in a line: its clause, its sentence, its particulars."""
    inside = visible(", ".join(f"{k} {v}" for k, v in lane.instance.items()))
    after = f" ({shortened(inside, LONGEST // 2)})" if inside else ""
    text = shortened(visible(spaced(lane.text)), LONGEST - len(after))
    return f"{lane.clause}  {text}{after}"


def spaced(text: str) -> str:
    """A rule as a sentence: its names as words, its comparisons as they are printed."""
    words = re.sub(r"(?<=\w)_(?=\w)", " ", text)
    return words.replace(" <= ", " ≤ ").replace(" >= ", " ≥ ")


def shortened(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def who(accounts: Sequence[str], all_accounts: Sequence[str]) -> str:
    """Whose account a row is: `all`, or their names."""
    if len(accounts) == len(all_accounts) and len(accounts) > 1:
        return "all accounts"
    return ", ".join(visible(name) for name in accounts)


def word(status: str, kind: str) -> str:
    """A status as a reader says it; a power is open or in use rather than due or kept."""
    return POWER.get(status, status) if kind == "may" else status
