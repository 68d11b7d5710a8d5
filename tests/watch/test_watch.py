"""A followed file gives the verdicts of a record with the same entries, in any order."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from test_live import from_scratch

from servanda.api import Case
from servanda.record.account_facts import facts_for
from servanda.syntax.problems import ServandaError
from servanda.watch import Batch, Watch
from servanda.watch.histories import Instance, by_identity, decode_histories, encode_histories

AGREEMENT = """
agreement Market "A marketplace"
  zone Europe/Amsterdam
party seller, buyer
body Court
event order(id: text, by: party), not recorded is taken as not done
event deliver(by: party, id: text, weight: number in kg), not recorded is taken as not done
event refund(by: party, id: text), not recorded is taken as not done
event holiday, not recorded is taken as not done
measure stock in kg

clause Delivery
  when order(id: n):
    seller must deliver(id: n) within 5 days
      on breach seller must instead refund(id: n) within 10 days
clause Stock
  seller must keep stock <= 10 kg from 2024-01-01
clause Rest
  buyer may waive Delivery
account all "All"
account careful "Only verified"
  trusts only Court
"""
RECORD = """
2024-01-01 buyer orders(id: "o0") id first verified by Court
2024-01-02 stock = 8 kg
table "orders.csv"
  row is order(by: buyer, id: column id) on column day
"""
LINES: list[dict[str, Any]] = [
    {"event": "order", "at": "2024-01-03T10:00:00+01:00", "by": "buyer", "args": {"id": "o1"}},
    {"event": "deliver", "at": "2024-01-05", "by": "seller", "args": {"id": "o1"}, "id": "d1"},
    {"event": "deliver", "at": "2024-01-30", "by": "seller", "args": {"id": "o0"}, "id": "d0"},
    {"measure": "stock", "at": "2024-01-12", "value": 12.5, "unit": "kg", "id": "s1"},
    {"event": "deliver", "at": "2024-01-06", "by": "seller", "id": "d0b", "corrects": "d0",
     "args": {"id": "o0", "weight": {"value": 5, "unit": "kg"}}},
    {"withdraws": "d1", "at": "2024-01-20", "id": "w1"},
    {"withdraws": "w1", "at": "2024-01-21", "id": "w2"},
    {"measure": "stock", "at": "2024-01-12", "low": 1, "high": 2, "unit": "kg", "corrects": "s1"},
    {"withdraws": "orders.csv:2", "at": "2024-01-22", "id": "w3"},
    {"entry": '2024-01-15 buyer waives Delivery(n: "t1")'},
    {"event": "refund", "at": "2024-01-25..2024-01-27", "by": "seller", "args": {"id": "t1"}},
    {"event": "order", "at": "2024-02-01", "by": "buyer", "args": {"id": "o9"}, "grade": "alleged"},
    {"event": "holiday", "at": "2024-02-02"},
    {"now": "2024-03-01"},
]  # fmt: skip


@pytest.fixture
def market(tmp_path: Path) -> Path:
    folder = tmp_path / "market"
    (folder / "record").mkdir(parents=True)
    (folder / "agreement.md").write_text(f"```servanda\n{AGREEMENT}```\n", encoding="utf-8")
    (folder / "record" / "all.md").write_text(f"```servanda\n{RECORD}```\n", encoding="utf-8")
    (folder / "orders.csv").write_text("id,day\nt0,2024-01-02\nt1,2024-01-04\n", encoding="utf-8")
    return folder


def append(path: Path, *lines: object) -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{text}\n" for text in texts))


def all_batches(watch: Watch) -> list[Batch]:
    return list(watch.batches(once=True))


def kept(watch: Watch) -> bytes:
    return encode_histories(
        [one for _, _, body in watch.store.all_verdicts() for one in decode_histories(body)]
    )


def scratch(watch: Watch, lines: list[dict[str, Any]]) -> bytes:
    """Judged from scratch: the case's record and all these lines as its entries."""
    case: Case = watch.case
    said = [watch.reader.parse(0, json.dumps(line).encode()).entry for line in lines]
    new = {entry.id: entry for entry in said if entry is not None}
    record = replace(case.record, entries=(*case.record.entries, *new.values()))
    account = case.account(watch.account)
    facts = facts_for(record, case.agreement, account, watch.norms, on=watch.now)
    return encode_histories(from_scratch(watch.norms, facts))


@pytest.mark.parametrize("account", ["all", "careful"])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_batches_end_as_from_scratch(
    market: Path, tmp_path: Path, seed: int, account: str
) -> None:
    chance = random.Random(seed)
    lines = chance.sample(LINES, len(LINES)) if seed else LINES
    events = tmp_path / "events.jsonl"
    known = lines if seed == 0 else [*lines, *chance.choices(lines, k=4)]
    with Watch(market, events, account=account, clock="said", most=3) as watch:
        table: dict[tuple[bytes, int], Instance] = {}
        base = by_identity(
            [i for _, _, body in watch.store.all_verdicts() for i in decode_histories(body)]
        )
        table |= base
        append(events, *known)
        for batch in all_batches(watch):
            assert not batch.rejected
        assert kept(watch) == scratch(watch, lines)
        assert replayed(base, [json.loads(body) for _, body in watch.changes()]) == statuses(watch)


def statuses(watch: Watch) -> dict[str, list[str]]:
    """Each instance's statuses in order."""
    found = by_identity(
        [i for _, _, body in watch.store.all_verdicts() for i in decode_histories(body)]
    )
    return {name_of(one): [span[1] for span in one.spans] for one in found.values()}


def name_of(one: Instance) -> str:
    return json.dumps([one.rule, one.debtor, one.creditor, one.trigger, one.instance])


def replayed(base: dict[tuple[bytes, int], Instance], changes: list[Any]) -> dict[str, list[str]]:
    found = {name_of(one): [span[1] for span in one.spans] for one in base.values()}
    for change in changes:
        fields = ("rule", "debtor", "creditor", "trigger", "instance")
        spans = found.setdefault(json.dumps([change[f] for f in fields]), [])
        if change["withdrawn"]:
            assert spans.pop() == change["was"]
        else:
            assert (spans[-1] if spans else None) == change["was"]
            spans.append(change["is"])
    assert [change["n"] for change in changes] == list(range(1, len(changes) + 1))
    return {name: spans for name, spans in found.items() if spans}


def test_time_passes_by_what_is_said(market: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    with Watch(market, events, account="all") as watch:
        append(events, {"event": "order", "at": "2024-01-05", "by": "buyer", "args": {"id": "x"}})
        (batch,) = all_batches(watch)
        assert batch.now is not None and batch.now.startswith("2024-01-05T00:00:00")
        append(events, {"event": "holiday", "at": "2024-01-08T00:00:00+01:00"})
        (batch,) = all_batches(watch)
        broken = [c for c in batch.changes if c["is"] == "broken"]
        assert {c["instance"]["n"] for c in broken} == {"o0", "t0"}
        append(events, {"now": "2024-01-02"})
        (batch,) = all_batches(watch)
        assert not batch.changes and batch.now is not None and batch.now > "2024-01-08"


def test_a_fact_dated_ahead_waits_for_its_time(market: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    with Watch(market, events, account="all", clock="said") as watch:
        line = {"event": "deliver", "at": "2024-01-06", "by": "seller", "args": {"id": "o0"}}
        append(events, line)
        (batch,) = all_batches(watch)
        assert not batch.changes
        append(events, {"now": "2024-01-06"})
        (batch,) = all_batches(watch)
        assert [(c["was"], c["is"]) for c in batch.changes] == [("due", "kept")]


BAD = [
    "not json",
    "[1]",
    "{}",
    '{"event": "delivr", "at": "2024-01-05"}',
    '{"event": "deliver", "at": "2024-13-05", "by": "seller", "args": {"id": "o1"}}',
    '{"event": "deliver", "by": "seller", "args": {"id": "o1"}}',
    '{"event": "deliver", "at": "2024-01-05", "args": {"id": "o1", "weight": 5}}',
    '{"event": "deliver", "at": "2024-01-05", "args": {"nr": "o1"}}',
    '{"event": "deliver", "at": "2024-01-05", "arg": {"id": "o1"}}',
    '{"event": "deliver", "at": "2024-01-05", "source": "nowhere"}',
    '{"event": "deliver", "at": 5}',
    '{"event": "deliver", "at": "2024-01-05", "grade": "sure"}',
    '{"event": 5, "at": "2024-01-05"}',
    '{"measure": "stock", "at": "2024-01-05", "value": "12"}',
    '{"measure": "stock", "at": "2024-01-05", "value": 12}',
    '{"entry": "clause 7"}',
    '{"entry": "2024-01-05 nonsense nonsense"}',
    '{"entry": "Court attests a full record of deliver from 2024-01-01 until 2024-02-01"}',
    '{"now": "tomorrow"}',
    '{"withdraws": "first", "at": "2024-01-05", "corrects": "first"}',
    '{"event": "order", "at": "2024-01-09", "by": "buyer", "args": {"id": "z"}, "id": "first"}',
    '{"event": "deliver", "at": "2024-01-05", "args": {"id": NaN}}',
    "[" * 100_000,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_set_aside_and_the_rest_goes_on(
    market: Path, tmp_path: Path, line: str
) -> None:
    events = tmp_path / "events.jsonl"
    append(events, LINES[1], line, LINES[2])
    with Watch(market, events, account="all") as watch:
        (batch,) = all_batches(watch)
        assert [(p.file, p.line) for p in batch.rejected] == [("events.jsonl", 2)]
        assert [(n, text) for n, text, _ in watch.store.rejected()] == [(2, line.encode())]
        assert kept(watch) == scratch(watch, LINES[1:3])
    with (
        Watch(market, events, account="all", state=tmp_path / "strict", strict=True) as strict,
        pytest.raises(ServandaError, match=r"events\.jsonl:2"),
    ):
        all_batches(strict)


def test_a_circle_of_corrections_is_set_aside(market: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    one = LINES[1] | {"id": "a", "corrects": "b"}
    two = LINES[1] | {"id": "b", "corrects": "a"}
    append(events, one, two)
    with Watch(market, events, account="all") as watch:
        (batch,) = all_batches(watch)
        assert [p.line for p in batch.rejected] == [1] and batch.waiting == 1


def test_a_line_counts_once_its_end_is_there(market: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    text = json.dumps(LINES[2])
    events.write_text(text[:20], encoding="utf-8")
    with Watch(market, events, account="all") as watch:
        assert all_batches(watch) == [] and watch.followed.has_partial_line()
        events.write_text(text + "\n", encoding="utf-8")
        (batch,) = all_batches(watch)
        assert batch.lines == 1 and not batch.rejected


def rotated(path: Path) -> None:
    path.rename(path.with_name("old"))
    append(path, *LINES)


CHANGED = {
    "truncated": lambda path: path.write_text("", encoding="utf-8"),
    "edited": lambda path: path.write_text(path.read_text().replace("o1", "o7"), encoding="utf-8"),
    "gone": lambda path: path.unlink(),
    "rotated": rotated,
}


@pytest.mark.parametrize("how", CHANGED)
def test_a_followed_file_that_is_not_the_same_is_refused(
    market: Path, tmp_path: Path, how: str
) -> None:
    events = tmp_path / "events.jsonl"
    append(events, *LINES[:3])
    with Watch(market, events, account="all") as watch:
        all_batches(watch)
        before = kept(watch)
        CHANGED[how](events)
        with pytest.raises(ServandaError, match="a followed file may only grow"):
            all_batches(watch)
        assert kept(watch) == before


def test_a_state_is_of_one_case_one_account_and_one_watch(market: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    with (
        Watch(market, events, account="all"),
        pytest.raises(ServandaError, match="is in use"),
    ):
        Watch(market, events, account="all")
    with pytest.raises(ServandaError, match="of account all"):
        Watch(market, events, account="careful")
    with (market / "agreement.md").open("a", encoding="utf-8") as file:
        file.write("\nMore prose.\n")
    with pytest.raises(ServandaError, match="as it was before"):
        Watch(market, events, account="all")


def test_what_cannot_be_judged_stops_and_changes_nothing(tmp_path: Path) -> None:
    case = tmp_path / "case.sv"
    case.write_text(
        'agreement A "A"\nparty p\nevent order(id: text), not recorded is taken as not done\n'
        "event give(by: party, id: text), not recorded is taken as not done\n"
        "clause 1\n  when order(id: n):\n    p must give(id: n) within 1 month\n",
        encoding="utf-8",
    )
    events = tmp_path / "events.jsonl"
    append(events, {"event": "order", "at": "2024-01-30", "args": {"id": "x"}})
    with Watch(case, events) as watch:
        before = kept(watch)
        with pytest.raises(ServandaError, match="month"):
            all_batches(watch)
        assert kept(watch) == before and watch.store.get("lines") == 0


RECURSIVE = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
HOSTILE = {
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON meta BEGIN DELETE FROM facts; END",
    "a view": f"CREATE VIEW v AS {RECURSIVE} SELECT n FROM r",
    "a view as a table": "DROP TABLE changes; CREATE VIEW changes AS "
    f"{RECURSIVE} SELECT n, n AS batch, '{{}}' AS body FROM r",
    "another table": "CREATE TABLE more (name)",
    "an index with an expression": "CREATE INDEX i ON meta (abs(value))",
    "a default": "DROP TABLE rejected; CREATE TABLE rejected (line INTEGER PRIMARY KEY, "
    "text BLOB DEFAULT (randomblob(999999999)), why TEXT)",
    "a virtual table": "CREATE VIRTUAL TABLE f USING fts5(a)",
}


@pytest.mark.parametrize("what", [*HOSTILE, "no database", "half a file"])
def test_a_state_that_would_run_something_is_refused(
    market: Path, tmp_path: Path, what: str
) -> None:
    events, state = tmp_path / "events.jsonl", tmp_path / "state"
    append(events)
    with Watch(market, events, state=state):
        pass
    file = state / "state.sqlite"
    if what in HOSTILE:
        with closing(sqlite3.connect(file)) as con:
            con.executescript(HOSTILE[what])
    else:
        file.write_bytes(b"theirs" * 999 if what == "no database" else file.read_bytes()[:8000])
    with pytest.raises(ServandaError) as refused:
        Watch(market, events, state=state)
    assert [problem.code for problem in refused.value.problems] == ["E021"]
