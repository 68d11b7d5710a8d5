"""The Python API: typed answers are the JSON contract, and have real dates and lists."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

import servanda
from servanda.api.rows import ComparedDuty, Duty, Row
from servanda.api.selectors import parse_selector, written
from servanda.api.tables import Table

CASES = Path(__file__).resolve().parent.parent / "cases"
BERLIN = """agreement Paper "Deliveries of paper"
  zone Europe/Berlin
party S, B
event order(id: text, n: number), not recorded is taken as not done
event deliver(id: text), not recorded is taken as not done
event scold(id: text, by: party), not recorded is taken as not done
clause 1 "Delivery"
  when order(id: i, n: k):
    S must deliver(id: i) to B within 5 days
clause 2 "Reports"
  S must deliver(id: any) every month from 2024-01-01
clause 3 "Quiet"
  B must not scold(any)
2024-01-01T10:00 order(id: "A", n: 5)
2024-01-02 order(id: "A", n: 7)
2024-01-03 order(id: "Bee", n: 2.5)
2024-01-04T09:30 deliver(id: "A")
2024-01-20 B scold(id: "A")
2024-03-01 deliver(id: "late")
"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> servanda.Case:
    path = tmp_path_factory.mktemp("paper") / "paper.sv"
    path.write_text(BERLIN)
    return servanda.open(path)


@pytest.fixture(scope="module")
def sale() -> servanda.Case:
    return servanda.open(CASES / "sale")


def as_json(value: object) -> Any:
    return json.loads(msgspec.json.encode(value))


def refusal(error: pytest.ExceptionInfo[servanda.ServandaError]) -> str:
    (problem,) = error.value.problems
    return f"{problem.message}; {problem.help}"


# ------------------------------------------------------------------ rows are the contract
@pytest.mark.parametrize("name", ["sale", "ceasefire", "jcpoa"])
def test_typed_rows_are_the_rows_of_the_contract(name: str) -> None:
    """A key that is in one of the two only fails here: attributes and docs/json.md go together."""
    case = servanda.open(CASES / name)
    tables: list[Table[Any]] = [case.status(), case.timeline(), case.compare()]
    for table in (*tables, case.deadlines(), case.entries()):
        assert len(table) > 0 or table.KEY == "coming"
        assert as_json([row.to_dict() for row in table]) == as_json(table.to_dicts())
        document = as_json(table.to_dict())
        assert document["case"] == case.agreement.header.name
        assert len(document[table.KEY]) == len(table)


def test_the_contract_names_every_key_of_a_row() -> None:
    contract = (CASES.parent / "docs" / "json.md").read_text()
    rows = contract.split("A **row**")[1].split("The **verdict table**")[0]
    named = set(re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", rows, re.M))))
    assert named == set(Duty.__struct_encode_fields__)
    compared = contract.split("| `compare CASE")[1].split("\n")[0]
    assert all(f'"{key}"' in compared for key in ComparedDuty.__struct_encode_fields__)


def test_a_row_has_attributes_with_types(paper: servanda.Case) -> None:
    duty = paper.status(on="2024-01-31")[0]
    assert (duty.clause, duty.debtor, duty.creditor) == ("1", "S", "B")
    assert duty.instance == {"i": "A", "k": 5}
    assert (duty.status, duty.final) == ("kept", True)
    assert isinstance(duty.entries, tuple)
    assert duty.since == datetime(2024, 1, 4, 8, 30, tzinfo=UTC)
    assert str(duty.since.tzinfo) == "Europe/Berlin"
    assert duty["since"] == "2024-01-04T09:30:00+01:00"
    assert dict(duty) == duty.to_dict()
    with pytest.raises(KeyError):
        duty["nothing"]
    span = paper.timeline(clause="1")[0]
    assert span.since == datetime(2024, 1, 1, 9, 0, tzinfo=UTC)
    assert span["from"] == "2024-01-01T10:00:00+01:00"


def test_tables_are_sequences_that_say_what_they_are(paper: servanda.Case) -> None:
    found = paper.status(on="2024-01-31")
    asked = "Duties of Paper, in the account of text, as of 2024-01-31"
    assert repr(found[:1]) == f"<{asked}: 1 performed>"
    assert type(found[:2]) is type(found)
    assert [row.status for row in found] == [found[n].status for n in range(len(found))]
    broken = found.where(lambda duty: duty.status == "broken")
    assert broken and {duty.status for duty in broken} == {"broken"}
    assert "as known on 2024-01-05" in repr(paper.status("2024-01-31", known="2024-01-05"))
    assert str(found) == "\n".join(str(found).splitlines())
    assert "clause" in str(found)


def test_a_notebook_gets_html_in_which_nothing_of_the_record_is_markup(tmp_path: Path) -> None:
    path = tmp_path / "x.sv"
    path.write_text(BERLIN.replace('"A"', '"<b>A</b>"'))
    case = servanda.open(path)
    for answer in (case.status(), case.timeline(), case.why("1"), case.entries()):
        html = answer._repr_html_()
        assert "<b>" not in html
        assert "&lt;b&gt;A" in html
    assert case.status()._repr_html_().count("<tr>") > 3
    assert "<li>" in case.why("1")._repr_html_()


def test_a_case_says_what_it_is(sale: servanda.Case) -> None:
    said = repr(sale)
    assert said.startswith('<Case Sale "Sale of cut flowers": 6 clauses, ')
    assert "2 accounts (seller, buyer), 0 errors" in said


# ------------------------------------------------------------------ data frames
def test_arrow_has_dates_with_their_zone_lists_and_structs(paper: servanda.Case) -> None:
    found = paper.timeline()
    table = found.to_arrow()
    assert table.column_names[0] == "clause"
    types = {field.name: str(field.type) for field in table.schema}
    assert types["from"] == types["until"] == "timestamp[us, tz=Europe/Berlin]"
    assert types["entries"] == types["sources"] == "list<item: string>"
    assert types["final"] == "bool"
    assert types["instance"] == "struct<i: string, k: double, period: string>"
    assert types["breaches"].startswith("list<item: struct<id: string")
    rows = table.to_pylist()
    assert rows[0]["from"] == found[0].since
    assert rows[0]["instance"] == {"i": "A", "k": 5.0, "period": None}
    assert rows[0]["entries"] == list(found[0].entries)


def test_polars_and_pandas_get_the_same(paper: servanda.Case) -> None:
    found = paper.status(on="2024-03-31")
    polars, pandas = found.to_polars(), found.to_pandas()
    assert polars.shape == pandas.shape == (len(found), len(found[0].to_dict()))
    assert str(polars.schema["since"]) == ("Datetime(time_unit='us', time_zone='Europe/Berlin')")
    assert str(pandas["since"].dtype) == "datetime64[us, Europe/Berlin]"
    assert list(polars["status"]) == list(pandas["status"]) == [d.status for d in found]
    assert polars["instance"].struct.field("i").to_list()[0] == "A"


def test_a_table_without_particulars_or_rows_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.sv"
    path.write_text('agreement X "X"\nparty A\nevent go, not recorded is taken as not done\n')
    none = servanda.open(path).status(on="2024-01-01")
    assert len(none) == 0
    assert "since" in none.to_polars().columns
    path.write_text(path.read_text() + "clause 1\n  A must go by 2024-02-01\n")
    one = servanda.open(path).status(on="2024-01-01")
    assert one.to_arrow().to_pylist()[0]["instance"] is None
    assert one.to_polars().height == one.to_pandas().shape[0] == 1


# ------------------------------------------------------------------ days
@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2024-01-04", "kept"),
        (date(2024, 1, 4), "kept"),
        (date(2024, 1, 3), "due"),
        (datetime(2024, 1, 4, 9, 29), "due"),  # naive: in Berlin
        (datetime(2024, 1, 4, 9, 30), "kept"),
        (datetime(2024, 1, 4, 8, 29, tzinfo=UTC), "due"),
        (datetime(2024, 1, 4, 8, 30, tzinfo=UTC), "kept"),
        (datetime(2024, 1, 4, 3, 30, tzinfo=timezone(timedelta(hours=-5))), "kept"),
        ("2024-01-04T08:29Z", "due"),
    ],
)
def test_days_are_texts_dates_and_datetimes(paper: servanda.Case, moment: Any, status: str) -> None:
    assert paper.status(on=moment, clause="1")[0].status == status
    assert paper.why("1", {"k": 5}, on=moment).to_dict()["on"] == str(moment).replace(" ", "T")


def test_what_is_no_day_is_refused(paper: servanda.Case) -> None:
    for wrong in (5, "yesterday", "2024-02-30"):
        with pytest.raises(servanda.ServandaError):
            paper.status(on=wrong)  # type: ignore[arg-type]


def test_known_takes_dates_too(paper: servanda.Case) -> None:
    then = paper.status(on="2024-01-31", known=date(2024, 1, 3))
    assert then.question.known == "2024-01-03"
    assert "kept" not in [duty.status for duty in then if duty.clause == "1"]


# ------------------------------------------------------------------ selectors
@pytest.mark.parametrize(
    ("text", "clause", "given"),
    [
        ("7", "7", {}),
        ('7(id: "A", n: 5)', "7", {"id": "A", "n": 5}),
        ("I.14(a)(by: Iran)", "I.14(a)", {"by": "Iran"}),
        ("1(n: -2.5, on: 2024-01-31)", "1", {"n": -2.5, "on": "2024-01-31"}),
        ('Delivery(period: "2024-01")', "Delivery", {"period": "2024-01"}),
    ],
)
def test_a_selector_is_read_by_the_grammar(text: str, clause: str, given: dict[str, Any]) -> None:
    assert parse_selector(text) == (clause, given)
    assert parse_selector(written(clause, given)) == (clause, given)


@pytest.mark.parametrize("text", ["", "7(", "7(id:)", '7(id: "A"', '7(id: "A") x', "7(n: 5 kg)"])
def test_no_selector_is_refused_with_advice_that_works(text: str) -> None:
    with pytest.raises(servanda.ServandaError) as error:
        parse_selector(text)
    if "kg" not in text:
        advice = refusal(error).split("`")[-2]
        assert parse_selector(advice) == ("7", {"id": "A", "n": 5})


def test_a_particular_given_twice_is_refused() -> None:
    with pytest.raises(servanda.ServandaError) as error:
        parse_selector('7(id: "A", id: "B")')
    assert "given twice" in refusal(error)


def test_why_of_one_instance_of_one_debtor_of_one_period(paper: servanda.Case) -> None:
    assert len(paper.why("1", on="2024-01-31")) == 3
    (one,) = paper.why('1(i: "A", k: 7)', on="2024-01-31")
    assert "2024-01-02" in "".join([one.sentence, *(child.sentence for child in one.children)])
    assert paper.why("1", {"i": "A", "k": 7}, on="2024-01-31").trees == (one,)
    assert len(paper.why("1(i: A)", debtor="S", on="2024-01-31")) == 2
    (january,) = paper.why("2", period="2024-01", on="2024-03-31")
    assert paper.why('2(period: "2024-01")', on="2024-03-31").trees == (january,)
    explained = paper.why("1")
    assert repr(explained).endswith(": 3 trees>")
    assert as_json(explained.to_dict())["why"][0]["sentence"] == explained[0].sentence


@pytest.mark.parametrize(
    ("clause", "narrowed", "said"),
    [
        ("7", {}, "there is no clause `7`"),
        ("1(j: 5)", {}, "clause 1 has no `j`; its instances are told apart by i and k"),
        ("3(id: 5)", {}, "clause 3 has no `id`; its duties stand by themselves: ask for `3`"),
        ("1", {"debtor": "B"}, "`B` owes no duty of clause 1 on 2024-03-01"),
        (
            "1(i: Be)",
            {},
            'no duty is `1(i: "Be")` on 2024-03-01; there are `1(i: "Bee")`, ',
        ),
        ("1(k: 6)", {"debtor": "S"}, "no duty owed by S is `1(k: 6)`"),
        ("2", {"period": "2023-01"}, '`2(period: "2024-01")`'),
        ('2(period: "2024-01")', {"period": "2024-02"}, "two periods are asked for"),
        ("1", {"period": "2024-01"}, "clause 1 has no `period`"),
    ],
)
def test_what_selects_nothing_is_refused_with_what_there_is(
    paper: servanda.Case, clause: str, narrowed: dict[str, str], said: str
) -> None:
    with pytest.raises(servanda.ServandaError) as error:
        paper.why(clause, **narrowed)
    assert said in refusal(error)


# ------------------------------------------------------------------ other answers
def test_what_a_text_would_change(paper: servanda.Case) -> None:
    found = paper.suppose(text='2024-01-08 deliver(id: "Bee")', on="2024-01-31")
    (changed,) = found.changed
    assert (changed.before.status, changed.after.status) == ("broken", "kept")
    assert found and not found.added and not found.removed
    assert as_json(found.to_dict())["changed"] == as_json([changed.to_dict()])
    assert not paper.suppose(text='2024-01-07 deliver(id: "none")', on="2024-01-08").changed
    assert "1 changed, 0 added, 0 removed" in repr(found)
    rewritten = paper.with_text(BERLIN.replace("2024-01-04T09:30", "2024-01-12T09:30"), "paper.sv")
    assert rewritten.status(on="2024-01-31", clause="1")[0].status == "cured"
    assert paper.status(on="2024-01-31", clause="1")[0].status == "kept"
    with pytest.raises(servanda.ServandaError):
        paper.suppose()
    with pytest.raises(servanda.ServandaError):
        paper.suppose(text="2024-01-08 unheard_of")


def test_the_day_of_a_supposition_is_the_later_last_day(paper: servanda.Case) -> None:
    found = paper.suppose(text='2024-05-05 deliver(id: "x")')
    assert found.question.on == "2024-05-05"


def test_check_has_everything_and_the_case_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "x.sv"
    path.write_text('agreement X "X"\nparty A\nclause 1\n  A must fly\n')
    case = servanda.open(path)
    found = case.check()
    assert [p.severity for p in found.errors] == ["error"]
    assert as_json(found.to_dict())["errors"][0]["line"] == 4
    assert "1 errors" in repr(found)
    with pytest.raises(servanda.ServandaError) as error:
        case.status(on="2024-01-01")
    assert all(p.message and p.line for p in error.value.problems)


def test_what_cannot_be_judged_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.sv"
    path.write_text(
        'agreement X "X"\nparty A\nevent go\nevent ask, not recorded is taken as not done\n'
        "clause 1\n  when ask:\n    A must go within 1 month\n2024-01-31 ask\n"
    )
    with pytest.raises(servanda.JudgeError) as error:
        servanda.open(path).status()
    assert error.value.rule == "1"
    assert error.value.place is not None and error.value.place.line == 7


def test_verdicts_are_counted_written_and_streamed(sale: servanda.Case, tmp_path: Path) -> None:
    import polars

    found = sale.verdicts()
    assert {c.status for c in found.counts()} == {d.status for d in sale.status()}
    assert sum(c.instances for c in found.counts()) == len(sale.status())
    frame = polars.DataFrame(found)
    assert frame.schema == found.to_polars().schema
    assert len(found.to_pandas()) == frame.height
    assert frame.height == len(sale.timeline()) == sum(batch.num_rows for batch in sale.verdicts())
    wrote = sale.verdicts("all").write(tmp_path / "v.parquet", count=True)
    assert wrote.rows == sum(len(sale.timeline(name)) for name in sale.accounts)
    assert wrote.counts is not None and set(wrote.counts.accounts) == set(sale.accounts)
    with pytest.raises(servanda.ServandaError):
        sale.verdicts("all").reader()
    with pytest.raises(servanda.ServandaError):
        sale.verdicts(["seller", "nobody"])


def test_a_judgement_is_made_once_and_can_be_reused(sale: servanda.Case) -> None:
    whole = sale.judge()
    assert sale.judge() is whole
    again = sale.judge(reuse=[whole])
    assert again is not whole and again.verdicts == whole.verdicts
    day = "2025-03-01"
    assert sale.as_of(whole, day).verdicts == sale.judge(on=day).verdicts
    with pytest.raises(ValueError):
        sale.as_of(whole, "2030-01-01")


def test_deadlines_have_their_dates(sale: servanda.Case) -> None:
    found = sale.deadlines(on="2025-03-01")
    dated = [one.at for one in found if one.at is not None]
    assert dated == sorted(dated, key=lambda at: at) or len(sale.accounts) > 1
    assert all(at > datetime(2025, 3, 1, tzinfo=UTC) for at in dated)
    assert {one.account for one in found} == set(sale.accounts)
    assert {one.account for one in sale.deadlines(account="buyer")} == {"buyer"}


def test_files_are_written_whole_and_refused_early(
    sale: servanda.Case, paper: servanda.Case, tmp_path: Path
) -> None:
    wrote = sale.export(tmp_path / "x.json", on=date(2025, 3, 1), account="buyer")
    document = json.loads(wrote.file.read_text())
    assert (document["on"], document["account"]) == ("2025-03-01", "buyer")
    assert wrote.to_dict()["format"] == "json"
    assert paper.report(tmp_path / "x.html").file.read_text() == paper.report_html()
    assert sale.chart("timeline", tmp_path / "x.svg", clause="1").file.read_text().count("<svg")
    for write in (
        lambda: sale.export(tmp_path / "y.docx"),
        lambda: sale.report(tmp_path / "none" / "y.html"),
        lambda: sale.chart("timelin", tmp_path / "y.svg"),
        lambda: sale.verdicts().write(tmp_path / "y.xlsx"),
    ):
        with pytest.raises(servanda.ServandaError):
            write()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.html", "x.json", "x.svg"]


def test_a_case_is_started_and_laid_out(tmp_path: Path) -> None:
    files = servanda.new(tmp_path / "lease")
    assert "agreement.md" in files
    case = servanda.open(tmp_path / "lease")
    assert not case.format(write=False).changed
    text = tmp_path / "lease" / "agreement.md"
    tidy = text.read_text()
    text.write_text(tidy.replace("currency EUR", "currency    EUR"))
    assert servanda.open(tmp_path / "lease").format().changed == ("agreement.md",)
    assert text.read_text() == tidy
    with pytest.raises(servanda.ServandaError):
        servanda.new(tmp_path / "lease")


def test_every_row_says_its_types_in_its_docstring() -> None:
    def below(kind: type[Row]) -> list[type[Row]]:
        return [k for each in kind.__subclasses__() for k in (each, *below(each))]

    assert len(below(Row)) >= 5
    assert all(kind.__doc__ for kind in below(Row))
