"""Long lists of `status` as a person reads them: periods counted, like parties together."""

from __future__ import annotations

from typing import Any

from servanda.present.terminal.blocks import Line, Table, status_blocks
from servanda.present.terminal.folding import folded
from servanda.present.terminal.plain_blocks import plain


def row(**more: Any) -> dict[str, Any]:
    made = {
        "clause": "1", "rule": "1", "kind": "achieve", "debtor": "A", "creditor": None,
        "instance": {}, "status": "kept", "since": "2024-01-01T00:00:00Z", "final": True,
        "outcome": None,
        "breach": {}, "breaches": [], "breach_particulars": [], "entries": ["e"],
    } | more  # fmt: skip
    said = ", ".join(f"{name} {value}" for name, value in made["instance"].items())
    duty = f"{made['debtor']} must pay" + (f" ({said})" if said else "")
    return {"duty": duty, "particulars": made["instance"]} | made


def months(*statuses: str, **more: Any) -> list[dict[str, Any]]:
    named = [(f"2024-{n:02}", status) for n, status in enumerate(statuses, 1)]
    return [row(instance={"period": p}, status=s, **more) for p, s in named]


def test_few_periods_stand_each_in_its_row() -> None:
    rows = months("kept", "broken", "due")
    assert folded(rows) == rows


def test_many_periods_are_counted_before_the_last() -> None:
    first, last = folded(months("kept", "broken", "kept", "kept", "due"))
    assert first["instance"] == {"period": "2024-01 to 2024-04"}
    assert first["counted"] == {"in breach": 1, "performed": 3}
    assert first["duty"] == "A must pay (period 2024-01 to 2024-04)"
    assert last["status"] == "due"


def test_each_debtor_has_periods_of_its_own() -> None:
    rows = months(*["kept"] * 5) + months(*["kept"] * 5, debtor="B", rule="1:B")
    assert [r["debtor"] for r in folded(rows)] == ["A, B", "A, B"]


def test_parties_that_stand_alike_share_a_row_and_others_do_not() -> None:
    rows = [
        row(debtor=name, rule=f"1:{name}", instance={"p": name}, status=status)
        | {"duty": f"{name} must pay"}
        for name, status in (("A", "kept"), ("B", "kept"), ("C", "broken"))
    ]
    assert [(r["debtor"], r["instance"]) for r in folded(rows)] == [
        ("A, B", {}),
        ("C", {"p": "C"}),
    ]


def test_two_duties_of_one_debtor_are_never_one_row() -> None:
    rows = [row(duty=f"A must pay (from {entry})") for entry in ("e1", "e2")]
    assert folded(rows) == rows


def test_what_would_read_alike_has_its_sentence_and_nothing_else_has() -> None:
    rows = [row(duty="A must pay", since=None), row(duty="A must write", rule="2", since=None)]
    rows.append(row(debtor="B", duty="B must pay"))
    (table,) = (b for b in status_blocks(answer_of(rows)) if isinstance(b, Table))
    column = table.columns.index("duty")
    assert [r[column] for r in table.rows] == ["A must pay", "A must write", ""]


def test_a_power_has_words_of_its_own() -> None:
    rows = [
        row(kind="may", status=status, rule=status) for status in ("open", "exercised", "closed")
    ]
    blocks = status_blocks(answer_of([*rows, row(rule="x")]))
    (table,) = (b for b in blocks if isinstance(b, Table))
    words = [r[table.columns.index("status")] for r in table.rows]
    assert words == ["exercisable", "exercised", "not exercisable", "performed"]
    assert "1 performed, 1 exercisable, 1 exercised, 1 not exercisable" in [
        b.text for b in blocks if isinstance(b, Line)
    ]


def answer_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"case": "C", "account": "text", "on": "2024-12-31", "duties": rows}


def test_two_rules_are_never_one_row() -> None:
    rows = [row(rule="1.1"), row(rule="1.2")]
    assert folded(rows) == rows


def test_the_count_below_is_of_all_rows() -> None:
    blocks = status_blocks(answer_of(months(*["kept"] * 9)))
    (table,) = (b for b in blocks if isinstance(b, Table))
    assert [r[table.columns.index("status")] for r in table.rows] == ["8 performed", "performed"]
    assert "9 performed" in [b.text for b in blocks if isinstance(b, Line)]


def test_an_endless_cell_does_not_make_every_row_as_wide() -> None:
    table = Table(("instance", "status"), (("x" * 1_000_000, "kept"), ("short", "due")))
    longest, short = plain([table]).splitlines()[1:]
    assert "… and 999,700 more characters  kept" in longest
    assert len(longest) < 400 and short.startswith("short ")
