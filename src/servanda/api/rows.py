"""Rows of answers: attributes with Python's types, keys with those of the JSON contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from msgspec import Struct, field

from servanda.semantics.clock import zone_of


class Row(Struct, frozen=True, kw_only=True):
    """One row. `row.since` is a `datetime` in the agreement's zone; `row["since"]`, `dict(row)`
    and `to_dict()` give what docs/json.md has: texts, lists and plain objects."""

    TIMES: ClassVar[tuple[str, ...]] = ()
    """The keys whose values are instants."""

    @classmethod
    def from_dict(cls, row: Mapping[str, Any], zone: str) -> Self:
        """The row of a JSON object, its instants in the zone."""
        values = {}
        for name, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
            if key not in row:
                continue
            value = row[key]
            if key in cls.TIMES and value is not None:
                value = datetime.fromisoformat(value).astimezone(zone_of(zone))
            values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """The row as docs/json.md has it."""
        return {key: self[key] for key in self.keys()}

    def keys(self) -> Iterable[str]:
        """The keys of the JSON contract, in its order."""
        return self.__struct_encode_fields__

    def __getitem__(self, key: str) -> Any:
        try:
            name = self.__struct_fields__[self.__struct_encode_fields__.index(key)]
        except ValueError:
            raise KeyError(key) from None
        return json_value(getattr(self, name))


def json_value(value: Any) -> Any:
    """A value as JSON has it: instants as RFC 3339 (`Z` where the zone is UTC), tuples as lists."""
    if isinstance(value, datetime):
        text = value.isoformat()
        is_utc = getattr(value.tzinfo, "key", None) == "UTC"
        return text.replace("+00:00", "Z") if is_utc else text
    return list(value) if isinstance(value, tuple) else value


class JudgedRow(Row, frozen=True, kw_only=True):
    """What a row of a duty's status says, but for the time."""

    clause: str
    duty: str
    kind: str
    debtor: str | None
    creditor: str | None
    instance: dict[str, Any]
    particulars: dict[str, Any]
    status: str
    outcome: str | None
    used: bool | None
    open: bool | None
    final: bool
    entries: tuple[str, ...]
    closed_by: tuple[str, ...] = ()
    sources: tuple[str, ...]
    rule: str
    version: str | None
    reading: str | None
    breach: dict[str, Any]
    breaches: tuple[dict[str, Any], ...]
    breach_particulars: tuple[dict[str, Any], ...]
    breach_entries: tuple[str, ...]


class Duty(JudgedRow, frozen=True, kw_only=True):
    """The status of one duty (one instance of a rule, of one debtor) on a day.

    `duty` is the rule in words; `kind` is achieve, keep, forbid or may; `instance` the particulars
    of the event that made it ({} for a standing duty), `particulars` the same in words, with units.
    The status began at `since` (None: since ever); `until` is None on the
    day asked; `final`: nothing dated later can change it, and `outcome` is what it came to, if
    anything was owed. `entries` are the ids of what opened the
    span, `closed_by` of what ended it, `sources` their sources. `breach`, `breaches` and
    `breach_entries` say what violated a prohibition, `breach_particulars` with units. `used` and
    `open` are of a power: whether it has been exercised, and may be exercised now (None: unknown).
    """

    TIMES: ClassVar[tuple[str, ...]] = ("since", "until")

    since: datetime | None
    until: datetime | None


class Span(JudgedRow, frozen=True, kw_only=True):
    """One span of a duty's status, half-open: `[since, until)`.

    Attributes as of `Duty`; `since` None is since ever, `until` None still so on the day asked.
    The JSON calls `since` `from`.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("from", "until")

    since: datetime | None = field(name="from")
    until: datetime | None


class ComparedDuty(Row, frozen=True, kw_only=True):
    """A duty in every account: `statuses` by account (None: no such duty in it), whether they
    differ, and the fewest choices that each difference turns on: as sentences, and as the objects
    of docs/json.md (`differences`)."""

    clause: str
    duty: str
    debtor: str | None
    instance: dict[str, Any]
    particulars: dict[str, Any]
    kind: str
    statuses: dict[str, str | None]
    contested: bool
    turns_on: tuple[str, ...]
    differences: tuple[Any, ...] = ()


class Deadline(Row, frozen=True, kw_only=True):
    """Something still to come: a deadline, a window that opens or lapses, the end of a time to
    cure, a reading that goes stale, an event that arises.

    `at` is the instant, None where there is no sure date; `counted` is the count that gave the
    date, or why there is none; `duty` the rule in words.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("at",)

    account: str
    what: str
    clause: str | None
    debtor: str | None
    instance: dict[str, Any]
    particulars: dict[str, Any]
    duty: str
    status: str | None
    at: datetime | None
    counted: str
    entries: tuple[str, ...]
    sources: tuple[str, ...]


class RecordedEntry(Row, frozen=True, kw_only=True):
    """An entry of the record, whoever trusts it. Its dates are texts, as written: a day, an
    instant, or a span of them (`2024-01-01..2024-01-31`)."""

    id: str
    done: str
    announced: str | None
    verified: str | None
    reported: str | None
    says: str
    grade: str | None
    by: str | None
    through: tuple[str, ...]
    sources: tuple[str, ...]
    corrects: str | None
    note: str | None
    file: str
    line: int


class ChangedDuty(Struct, frozen=True):
    """A duty that hypothetical entries or rules change: its status before and after."""

    before: Duty
    after: Duty

    def to_dict(self) -> dict[str, Any]:
        return {"before": self.before.to_dict(), "after": self.after.to_dict()}
