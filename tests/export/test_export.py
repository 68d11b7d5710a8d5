"""Exports: tables that hold what was judged, provenance that hangs together, right dates."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pyarrow.parquet
import pytest

import servanda
from servanda.explain.deadlines import deadlines
from servanda.present.export import rows, tables
from servanda.present.export.calendar import as_calendar
from servanda.present.export.prov import as_prov

ROOT = Path(__file__).resolve().parents[2]
HEAD = "party A, B\nevent order(id: text), not recorded is taken as not done\n"
HEAD += "event pay(by: party, id: text), not recorded is taken as not done\n"


def case_of(folder: Path, text: str, header: str = "") -> servanda.Case:
    (folder / "case.sv").write_text(f'agreement X "x"\n{header}{HEAD}{text}', encoding="utf-8")
    case = servanda.open(folder / "case.sv")
    assert not case.check().errors, case.check().errors
    return case


@pytest.fixture(scope="module")
def sale() -> servanda.Case:
    return servanda.open(ROOT / "cases" / "sale")


# ------------------------------------------------------------------ tables
def test_csv_json_and_parquet_hold_the_spans_of_the_timeline(sale: servanda.Case) -> None:
    judged = sale.by_account()
    table = rows.spans(judged)
    expected = [(n, r) for n in sale.accounts for r in sale.timeline(account=n).to_dicts()]
    assert len(expected) > 20
    read = list(csv.DictReader(io.StringIO(tables.as_csv(table).decode())))
    document = json.loads(tables.as_json({"case": "Sale"}, [table]))["spans"]
    arrow = pyarrow.parquet.read_table(pyarrow.BufferReader(tables.as_parquet(table)))
    packed = arrow.to_pylist()
    assert len(read) == len(document) == len(packed) == len(expected)
    for flat, whole, typed, (account, row) in zip(read, document, packed, expected, strict=True):
        assert whole == row | {"account": account}
        assert (flat["account"], flat["status"]) == (account, row["status"])
        assert flat["entries"] == "; ".join(row["entries"])
        assert typed["entries"] == row["entries"]
        assert json.loads(typed["instance"]) == row["instance"]
        began = None if row["from"] is None else datetime.fromisoformat(row["from"])
        assert typed["from"] == began


def test_the_columns_are_those_of_the_manual() -> None:
    manual = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    for name in rows.TABLES:
        (line,) = [x for x in manual.splitlines() if x.startswith(f"| `{name}` |")]
        columns = getattr(rows, name.upper())
        assert line.split("|")[2].strip() == ", ".join(column for column, _ in columns)


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)"]


def table_of(texts: list[str]) -> rows.Table:
    return rows.Table("entries", (("id", "text"), ("list", "list")), [(t, [t, t]) for t in texts])


def test_no_cell_of_a_csv_begins_as_a_formula() -> None:
    read = list(csv.reader(io.StringIO(tables.as_csv(table_of(DANGEROUS)).decode(), newline="")))[
        1:
    ]
    assert [row[0] for row in read] == [f"'{text}" for text in DANGEROUS]
    assert all(cell.startswith("'") for row in read for cell in row)
    assert tables.safe("2019-07-01") == "2019-07-01"


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    texts = [*DANGEROUS, "http://example.org", "file://x", "12"]
    book = zipfile.ZipFile(io.BytesIO(tables.as_excel({"case": "=1"}, [table_of(texts)])))
    sheets = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    for sheet in sheets:
        assert "<f>" not in sheet and "hyperlink" not in sheet.lower()
    assert "=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()


def test_what_a_sheet_cannot_hold_is_refused() -> None:
    with pytest.raises(tables.TooLarge, match=r"32,768 characters .* entries, id, row 1"):
        tables.as_excel({}, [table_of(["x" * 32_768])])


def test_the_same_case_gives_the_same_files(sale: servanda.Case) -> None:
    judged = sale.by_account()
    sheets = list(rows.tables(judged).values())
    assert tables.as_excel({"case": "Sale"}, sheets) == tables.as_excel({"case": "Sale"}, sheets)
    assert as_calendar(judged) == as_calendar(judged)


# ------------------------------------------------------------------ provenance
def test_the_graph_hangs_together() -> None:
    case = servanda.open(ROOT / "cases" / "ceasefire")
    judged = case.by_account()
    document = json.loads(as_prov(judged))
    nodes: dict[str, dict[str, Any]] = {}
    for node in document["@graph"]:
        nodes.setdefault(node["@id"], {}).update(node)
    verdicts = [n for n in nodes.values() if "sv:Verdict" in n.get("@type", ())]
    assert len(verdicts) == sum(len(one.verdicts) for one in judged.values())
    derived = [r["@id"] for v in verdicts for r in v.get("prov:wasDerivedFrom", ())]
    assert derived and all(nodes[iri]["@type"] == "prov:Entity" for iri in derived)
    for node in nodes.values():
        for link in ("prov:wasAttributedTo", "prov:hadPrimarySource", "prov:wasGeneratedBy"):
            found = node.get(link, [])
            for one in found if isinstance(found, list) else [found]:
                assert "@type" in nodes[one["@id"]], (node["@id"], link)
    entry = next(e for e in case.record.entries if e.sources)
    told = nodes[
        f"urn:x-servanda:{case.agreement.header.name}:entry:{entry.id.replace(':', '%3A')}"
    ]
    assert [r["@id"].rpartition(":")[2] for r in told["prov:hadPrimarySource"]] == list(
        dict.fromkeys(ref.id for ref in entry.sources)
    )


def test_a_chain_of_attribution_keeps_its_order(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        '2024-01-01 order(id: "o")  said by "the minister" on "state television", '
        'reported by "The Times" on 2024-01-03\n',
    )
    document = json.loads(as_prov(case.by_account()))
    (entry,) = [n for n in document["@graph"] if "prov:qualifiedAttribution" in n]
    chain = entry["prov:qualifiedAttribution"]
    assert [(s["sv:link"], s["prov:hadRole"]["@id"]) for s in chain] == [
        (1, "sv:said"),
        (2, "sv:reported"),
    ]
    assert chain[0]["sv:on"] == "state television" and chain[1]["sv:date"] == "2024-01-03"


# ------------------------------------------------------------------ what is still to come
DUE = '  when order(id: n):\n    B must pay(id: n) within {}\n2024-01-10 order(id: "o")\n'


def events(case: servanda.Case, on: str) -> list[Any]:
    content, _ = as_calendar(case.by_account(on=on))
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_a_deadline_is_its_last_day_and_says_how_it_was_counted(tmp_path: Path) -> None:
    case = case_of(tmp_path, "clause 1\n" + DUE.format("30 days"), "  zone Europe/Amsterdam\n")
    (event,) = events(case, "2024-01-15")
    assert event["dtstart"].dt == date(2024, 2, 9) and event["dtend"].dt == date(2024, 2, 10)
    said = str(event["description"])
    assert "30 days counted from the day after 2024-01-10" in said
    assert "ends with 2024-02-09, that is at 2024-02-10T00:00:00+01:00" in said
    assert "clause 1; account text" in said and "2024-01-10-order" in said
    breach = case.status(on="2024-02-10")[0]
    assert (breach["status"], breach["since"]) == ("broken", "2024-02-10T00:00:00+01:00")


def test_hours_are_an_instant_in_the_agreements_zone(tmp_path: Path) -> None:
    text = "clause 1\n  when order(id: n):\n    B must pay(id: n) within 36 hours\n"
    text += '2024-03-30T12:00 order(id: "o")\n'
    case = case_of(tmp_path, text, "  zone Europe/Amsterdam\n")
    (event,) = events(case, "2024-03-30")
    # the clock goes forward in that night: 36 hours later it is one o'clock
    assert event["dtstart"].dt == datetime(2024, 3, 31, 23, tzinfo=UTC)
    assert event["dtstart"].dt.utcoffset().total_seconds() == 2 * 3600
    content, _ = as_calendar(case.by_account(on="2024-03-30"))
    assert b"BEGIN:VTIMEZONE" in content and b"TZID:Europe/Amsterdam" in content


def test_days_may_be_counted_from_the_trigger(tmp_path: Path) -> None:
    header = "  days counted from the_trigger\n"
    case = case_of(tmp_path, "clause 1\n" + DUE.format("30 days"), header)
    (event,) = events(case, "2024-01-15")
    assert event["dtstart"].dt == date(2024, 2, 8)
    assert "counted from 2024-01-10 on" in str(event["description"])


def test_a_remedy_is_counted_from_the_breach(tmp_path: Path) -> None:
    text = "clause 1\n" + DUE.format(
        "3 days\n      on breach A must instead pay(id: n) within 10 days"
    )
    case = case_of(tmp_path, text)
    (event,) = events(case, "2024-01-20")
    # the breach comes with the start of 14 January: ten days counted from the day after
    assert event["dtstart"].dt == date(2024, 1, 24)
    late = [r for r in case.status(on="2024-01-25") if r["debtor"] == "A"]
    assert [(r["status"], r["since"]) for r in late] == [("broken", "2024-01-25T00:00:00Z")]


def test_what_a_condition_raises_is_counted_from_when_it_came_true(tmp_path: Path) -> None:
    text = "measure load(of: party) in kg\nclause 1\n"
    text += '  whenever load of A > 5 kg:\n    A must pay(id: "fine") within 4 days\n'
    text += "2024-01-01 load of A = 3 kg\n2024-01-10 load of A = 6 kg\n"
    text += "2024-01-12 load of A = 4 kg\n2024-01-13 load of A = 7 kg\n"
    case = case_of(tmp_path, text)
    assert [e["dtstart"].dt for e in events(case, "2024-01-13")] == [
        date(2024, 1, 14),
        date(2024, 1, 17),
    ]


def test_an_event_keeps_its_id_when_its_day_moves(tmp_path: Path) -> None:
    text = "measure load(of: party) in kg, each figure valid for 10 days\n"
    text += "clause 1\n  A must keep load <= 5 kg\n"
    text += "2024-01-01 load of A = 3 kg\n2024-01-05 load of A = 4 kg\n"
    case = case_of(tmp_path, text)
    (before,), (after,) = events(case, "2024-01-02"), events(case, "2024-01-06")
    assert before["uid"] == after["uid"]
    assert before["dtstart"].dt == datetime(2024, 1, 11, tzinfo=UTC)
    assert after["dtstart"].dt == datetime(2024, 1, 15, tzinfo=UTC)


def test_what_has_no_sure_date_is_told_and_not_guessed(tmp_path: Path) -> None:
    text = "clause 1\n  when order(id: n):\n    B must pay(id: n) within 30 days\n"
    text += 'at some time in 2024-01 order(id: "o")\n'
    case = case_of(tmp_path, text)
    content, undated = as_calendar(case.by_account(on="2024-02-02"))
    assert b"VEVENT" not in content
    ((one, accounts),) = undated
    assert one.micros is None and "only 2024-01 is known" in one.counted and accounts


def test_the_thirty_days_of_the_flagship() -> None:
    case = servanda.open(ROOT / "cases" / "jcpoa")
    found = [d for d in deadlines(case.judge("E3", "2025-09-01")) if d.clause == "2231.11.vote"]
    counted = (
        "30 days counted from the day after 2025-08-28, so it ends with 2025-09-27, "
        "that is at 2025-09-28T00:00:00Z"
    )
    assert sorted((d.debtor, d.counted) for d in found) == [
        ("CouncilPresident", counted),
        ("SecurityCouncil", counted),
    ]
    lapses = [d for d in deadlines(case.judge("E3", "2025-09-01")) if d.clause == "7"]
    assert [(d.what, d.last_day) for d in lapses] == [("lapses", True)]
    assert "ends with 2031-01-15" in lapses[0].counted


def test_hostile_text_cannot_add_a_line_to_a_calendar(tmp_path: Path) -> None:
    text = "clause 1\n  when order(id: n):\n    B must pay(id: n) within 30 days\n"
    text += '2024-01-10 order(id: "x;y,z\u2028END:VEVENT\u202e")\n'
    case = case_of(tmp_path, text)
    content, _ = as_calendar(case.by_account(on="2024-01-15"))
    assert content.count(b"END:VEVENT\r\n") == 1
    (event,) = events(case, "2024-01-15")
    assert "x;y,z" in str(event["description"])
