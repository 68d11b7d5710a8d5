"""Duties as rows of a chart: accounts that agree on a duty share a row, and so do its periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from servanda.explain.duty_histories import PERIOD, DutyHistory, StatusSpan, duty_histories
from servanda.explain.duty_labels import repeated
from servanda.explain.judged import Judged
from servanda.vocabulary.escaping import readable, visible
from servanda.vocabulary.statuses import term

MOST_ROWS = 400
LONGEST = 64
"""Characters of a label: what fits beside a chart."""


class Bar(Struct, frozen=True):
    """A span as it is drawn. `until` is the span's own end (ticks; None: open), save that a
    settled period gives way to the next one in its row."""

    duty: DutyHistory
    span: StatusSpan
    until: int | None


class ChartRow(Struct, frozen=True):
    """One row: a duty, or periods of it, as `accounts` alike have it. `first`: the duty's first."""

    duty: DutyHistory
    accounts: tuple[str, ...]
    bars: tuple[Bar, ...]
    first: bool


def histories(
    judged: Mapping[str, Judged], clauses: Iterable[str] | None = None
) -> list[DutyHistory]:
    """The duties of some clauses (None: all), in the order of the agreement."""
    agreement = next(iter(judged.values())).agreement
    wanted = None if clauses is None else set(clauses)
    found = duty_histories(judged, [clause.id for clause in agreement.clauses])
    return [duty for duty in found if wanted is None or duty.clause in wanted]


# ------------------------------------------------------------------ rows of a timeline
def series(found: Iterable[DutyHistory]) -> list[list[DutyHistory]]:
    """Each duty by itself, and the periods of a recurring one together."""
    groups: dict[Any, list[DutyHistory]] = {}
    for duty in found:
        others = {name: value for name, value in duty.instance.items() if name != PERIOD}
        alike = (duty.key[:4], duty.key[5:], str(others))
        groups.setdefault(alike if PERIOD in duty.instance else duty.id, []).append(duty)
    return list(groups.values())


def chart_rows(found: Sequence[DutyHistory], accounts: Sequence[str]) -> Iterator[ChartRow]:
    """The rows of one duty, or of the periods of one, account by account."""
    by_spans: dict[Any, list[str]] = {}
    for account in accounts:
        spans = [
            tuple((s.from_, s.until, s.status) for s in duty.spans.get(account, ()))
            for duty in found
        ]
        by_spans.setdefault(tuple(spans), []).append(account)
    first = True
    for names in by_spans.values():
        for bars in tracks(found, names[0]):
            periods = [bar.duty for bar in bars]
            duty = periods[0]
            if periods[-1] is not duty:
                ends = (str(period.instance[PERIOD]) for period in (duty, periods[-1]))
                duty = duty.over_periods(*ends)
            yield ChartRow(duty, tuple(names), tuple(bars), first)
            first = False


def tracks(periods: Sequence[DutyHistory], account: str) -> list[list[Bar]]:
    """The periods of a duty in as few rows as show every span of each.

    A period takes the row of an earlier one if that is settled by then: its last span has no end
    of its own. A period that is still due, broken or unknown keeps its row.
    """
    found: list[list[Bar]] = []
    for duty in periods:
        spans = [s for s in duty.spans.get(account, ()) if term(s.status, duty.kind).drawn]
        bars = [Bar(duty, span, span.until) for span in spans]
        if not bars:
            continue
        begun = bars[0].span.from_
        free = next((track for track in found if gives_way(track[-1], begun)), None)
        if free is None:
            found.append(bars)
            continue
        last = free[-1]
        free[-1] = Bar(last.duty, last.span, begun if last.until is None else last.until)
        free += bars
    return found


def gives_way(last: Bar, begun: int | None) -> bool:
    """Whether a row whose last bar this is has room from a tick on."""
    if begun is None:
        return False
    if last.until is not None:
        return last.until <= begun
    settled = term(last.span.status, last.duty.kind).settled
    return settled and (last.span.from_ is None or last.span.from_ < begun)


# ------------------------------------------------------------------ rows of a board
def merge_alike_periods(
    found: Sequence[DutyHistory], accounts: Sequence[str], tick: int
) -> list[DutyHistory]:
    """Periods of one duty that follow each other and have the same statuses, as one row."""
    rows: list[DutyHistory] = []
    before: Any = None
    for duty in found:
        period = duty.instance.get(PERIOD)
        others = {name: value for name, value in duty.instance.items() if name != PERIOD}
        statuses = [duty.status(name, tick) for name in accounts]
        alike = (duty.key[:4], duty.key[5:], duty.text, others, statuses)
        if period is not None and alike == before:
            first = str(rows[-1].instance[PERIOD]).partition(" to ")[0]
            rows[-1] = rows[-1].over_periods(first, str(period))
        else:
            rows.append(duty)
        before = alike
    return rows


# ------------------------------------------------------------------ labels
def short_labels(found: Sequence[DutyHistory]) -> list[str]:
    """A line for each duty, short enough for the margin of a chart; no two are the same."""
    lines = [short_label(duty) for duty in found]
    for group in repeated(lines):
        for number, n in enumerate(group, 1):
            counted = f" ({number} of {len(group)})"
            lines[n] = short_label(found[n], LONGEST - len(counted)) + counted
    return lines


def short_label(duty: DutyHistory, longest: int = LONGEST) -> str:
    """The clause, the sentence and the details of a duty, each cut to fit."""
    details = visible(duty.details)
    after = f" ({shortened(details, longest // 2)})" if details else ""
    text = shortened(visible(readable(duty.text)), longest - len(after))
    return f"{duty.clause}  {text}{after}"


def shortened(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def account_names(accounts: Sequence[str], all_accounts: Sequence[str]) -> str:
    """Whose account a row is: `all accounts`, or their names."""
    if len(accounts) == len(all_accounts) and len(accounts) > 1:
        return "all accounts"
    return ", ".join(visible(name) for name in accounts)
