"""What is over keeps its verdict: outcomes of windows that have closed (docs/meaning.md, 3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from text_cases import case_of, rows_of, story_of

CAP = "clause 1\n  A must keep sum of t in emit(by: A) so far <= 100"
LEVEL = (
    "measure stock(of: party) in kg\nclause 1\n  A must keep stock of A <= 10 kg until 2024-01-20"
)
BAN = "clause 1\n  A must not fire"
MONTHS = "2024-01-20 A emit(t: 150)\n2024-02-20 A emit(t: 50)"

OUTCOMES = {
    "each month has its own": (
        f"{CAP} every month from 2024-01-01",
        MONTHS,
        ["lapsed/broken", "lapsed/kept", "kept"],
    ),
    "a level put right in time": (
        LEVEL,
        "2024-01-02 stock of A = 20 kg\n2024-01-05 stock of A = 5 kg",
        ["lapsed/cured"],
    ),
    "a level never put right": (LEVEL, "2024-01-02 stock of A = 20 kg", ["lapsed/broken"]),
    "a level put right after its time": (
        LEVEL,
        "2024-01-02 stock of A = 20 kg\n2024-01-25 stock of A = 5 kg",
        ["lapsed/broken"],
    ),
    "a level that nobody measured": (LEVEL, "", ["lapsed/unknown"]),
    "only alleged": (
        LEVEL,
        "2024-01-02 stock of A = 5 kg\n2024-01-05 stock of A = 20 kg alleged\n"
        "2024-01-08 stock of A = 5 kg",
        ["lapsed/unknown"],
    ),
    "an act that was not done": (f"{BAN} until 2024-01-20", "", ["lapsed/kept"]),
    "an act after its time": (f"{BAN} until 2024-01-20", "2024-01-25 A fire", ["lapsed/kept"]),
    "an act that was done": (f"{BAN} until 2024-01-20", "2024-01-05 A fire", ["broken"]),
    "an act that was cured": (
        f"{BAN} until 2024-01-20 cured by stop",
        "2024-01-05 A fire\n2024-01-08 A stop",
        ["lapsed/cured"],
    ),
    "an act that was cured too late for its window": (
        f"{BAN} until 2024-01-20 cured by stop",
        "2024-01-05 A fire\n2024-02-08 A stop",
        ["lapsed/cured"],
    ),
    "an alleged act": (f"{BAN} until 2024-01-20", "2024-01-05 A fire alleged", ["unknown"]),
    "an alleged act that was cured": (
        f"{BAN} until 2024-01-20 cured by stop",
        "2024-01-05 A fire alleged\n2024-01-08 A stop",
        ["lapsed/unknown"],
    ),
    "silence": ("clause 1\n  A must not rumour until 2024-01-20", "", ["lapsed/unknown"]),
    "months without an act": (
        f"{BAN} every month from 2024-01-01",
        "2024-02-05 A fire",
        ["lapsed/kept", "broken", "kept"],
    ),
    "never bound": (
        f"{BAN} from 2024-01-01 until 2024-01-20 while not stop(by: A) has happened",
        "2023-12-05 A stop",
        ["lapsed/None"],
    ),
    "suspended from the middle on": (
        f"{BAN} from 2024-01-01 until 2024-01-20\nclause 2\n  B may suspend 1",
        "2024-01-10 B suspends 1\n2024-01-12 A fire",
        ["lapsed/kept"],
    ),
    "suspended all along": (
        f"{CAP} from 2024-01-01 until 2024-02-01\nclause 2\n  B may suspend 1",
        "2023-12-10 B suspends 1\n2024-01-12 A emit(t: 150)",
        ["lapsed/None"],
    ),
    "broken, then waived": (
        f"{CAP} from 2024-01-01\nclause 2\n  B may waive 1",
        "2024-01-12 A emit(t: 150)\n2024-01-20 B waives 1",
        ["waived/broken"],
    ),
    "kept, then ended": (
        f"{CAP} from 2024-01-01\nclause 2\n  B may end 1",
        "2024-01-12 A emit(t: 50)\n2024-01-20 B ends 1",
        ["ended/kept"],
    ),
    "broken, then ended": (
        f"{CAP} from 2024-01-01\nclause 2\n  B may end 1",
        "2024-01-12 A emit(t: 150)\n2024-01-20 B ends 1",
        ["ended/broken"],
    ),
    "a late payment that was waived": (
        'clause 1\n  A must pay(n: "x") by 2024-01-10\nclause 2\n  B may waive 1',
        "2024-01-20 B waives 1",
        ["waived/broken"],
    ),
    "a payment that was waived in time": (
        'clause 1\n  A must pay(n: "x") by 2024-01-10\nclause 2\n  B may waive 1',
        "2024-01-05 B waives 1",
        ["waived/None"],
    ),
    "a payment": (
        'clause 1\n  A must pay(n: "x") by 2024-01-10',
        '2024-01-05 A pay(n: "x")',
        ["kept"],
    ),
    "with a trigger": (
        "clause 1\n  when order(by: B, n: n):\n    A must not pay(n: n) for 10 days",
        '2024-01-05 B order(n: "x")\n2024-01-06 B order(n: "y")\n2024-01-08 A pay(n: "x")',
        ["broken", "lapsed/kept"],
    ),
    "an uncertain day at its end": (
        f"{BAN} until 2024-01-20",
        "at some time in 2024-01-15..2024-01-25 A fire",
        ["unknown"],
    ),
    "a permission used": (
        "clause 1\n  A may fire until 2024-01-20",
        "2024-01-05 A fire",
        ["expired/exercised"],
    ),
    "a permission not used": (
        "clause 1\n  A may fire until 2024-01-20",
        "2024-01-25 A fire",
        ["expired/not_exercised"],
    ),
    "a permission perhaps used": (
        "clause 1\n  A may fire until 2024-01-20",
        "2024-01-05 A fire alleged",
        ["expired/unknown"],
    ),
    "a power used, and its clause ended": (
        "clause 1\n  A may fire\nclause 2\n  B may end 1",
        "2024-01-05 A fire\n2024-01-15 B ends 1",
        ["ended/exercised"],
    ),
    "a power not used in its months": (
        "clause 1\n  A may fire every month from 2024-01-01",
        "2024-02-05 A fire",
        ["expired/not_exercised", "expired/exercised", "open"],
    ),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_is_over_keeps_its_verdict(name: str, tmp_path: Path) -> None:
    text, record, wanted = OUTCOMES[name]
    assert story_of(tmp_path, text, record, "2024-03-10") == wanted


def test_in_how_many_months_was_it_missed(tmp_path: Path) -> None:
    case = case_of(tmp_path, f"{CAP} every month from 2024-01-01", MONTHS)
    counts = [(c.status, c.outcome, c.instances) for c in case.verdicts(on="2024-03-10").counts()]
    assert counts == [("kept", None, 1), ("lapsed", "broken", 1), ("lapsed", "kept", 1)]
    whole = case.verdicts(on="2024-03-10").counts().to_dict()["counts"]
    assert sum(c["instances"] for c in whole if c["outcome"] == "broken") == 1
    blocks = case.status("2024-03-10").blocks()
    assert "1 complied with, 1 expired (complied with), 1 expired (in breach)" in str(blocks)
    case.export(tmp_path / "x.csv", on="2024-03-10")
    assert "lapsed,broken" in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_every_row_of_a_power_says_whether_it_was_used_and_is_open(tmp_path: Path) -> None:
    text = "clause 1\n  A may fire while not stop(by: A) has happened"
    found = rows_of(tmp_path, text, "2024-01-05 A fire\n2024-01-10 A stop", "2024-01-20")
    assert [(row.status, row.used, row.open) for row in found] == [("exercised", True, False)]
