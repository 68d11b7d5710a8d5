"""Sources: CSL-JSON and BibTeX, and everything that can be wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.record.sources import Source, read_bibtex, read_csl, read_sources
from servanda.syntax.problems import Problems


def csl(*items: object) -> str:
    return json.dumps(list(items))


def test_an_item_of_zotero() -> None:
    problems = Problems()
    item = {
        "id": "gov-2019-21",
        "type": "report",
        "title": "Verification and monitoring",
        "publisher": "IAEA",
        "number": "GOV/2019/21",
        "URL": "https://example.org/x",
        "note": "paragraph 5",
        "author": [{"family": "Doe", "given": "Jane"}, {"literal": "Board of Governors"}],
        "issued": {"date-parts": [["2019", 5, 31]]},
        "language": "en",
    }
    assert read_csl(csl(item), "sources.json", problems) == [
        Source(
            id="gov-2019-21",
            title="Verification and monitoring",
            publisher="IAEA",
            authors=("Jane Doe", "Board of Governors"),
            issued="2019-05-31",
            url="https://example.org/x",
            number="GOV/2019/21",
            kind="report",
            note="paragraph 5",
        )
    ]
    assert not len(problems)


@pytest.mark.parametrize(
    ("issued", "shown"),
    [
        ({"date-parts": [[2019]]}, "2019"),
        ({"date-parts": [[2019, 5]]}, "2019-05"),
        ({"date-parts": [[2019, 5, 1], [2019, 5, 3]]}, "2019-05-01/2019-05-03"),
        ({"raw": "spring 2019"}, "spring 2019"),
    ],
)
def test_dates_of_issue(issued: object, shown: str) -> None:
    problems = Problems()
    (source,) = read_csl(csl({"id": "x", "issued": issued}), "s", problems)
    assert source.issued == shown
    assert not len(problems)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", ["x"], "`title` of source `x` must be text"),
        ("author", "Doe", "`author` of source `x` must be a list of names"),
        ("author", [{"given": "Jane"}], "each with `family` or `literal`"),
        ("issued", "2019", "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[2019, 13]]}, "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": []}, "`issued` of source `x` must be a date"),
    ],
)
def test_wrong_shapes(field: str, value: object, message: str) -> None:
    problems = Problems()
    read_csl(csl({"id": "x", field: value}), "s", problems)
    (problem,) = problems
    assert message in problem.message


def test_broken_json_has_its_line_and_column() -> None:
    problems = Problems()
    assert read_csl('[\n  {"id": "a"},\n  {"id" "b"}\n]', "sources.json", problems) == []
    (problem,) = problems
    assert (problem.line, problem.column) == (3, 9)
    assert "not JSON" in problem.message


@pytest.mark.parametrize("text", ['{"id": "a"}', "3", '"x"', "null"])
def test_sources_must_be_a_list(text: str) -> None:
    problems = Problems()
    assert read_csl(text, "s", problems) == []
    assert len(problems) == 1


@pytest.mark.parametrize("item", [{}, {"id": ""}, {"id": None}, {"ID": "x"}, {"id": True}, 5, []])
def test_a_source_without_an_id(item: object) -> None:
    problems = Problems()
    assert [s.id for s in read_csl(csl({"id": "a"}, item), "s", problems)] == ["a"]
    assert len(problems.errors) == 1


def test_deep_nesting_and_long_numbers() -> None:
    for text in ("[" * 100_000, "[" + "9" * 10_000 + "]"):
        problems = Problems()
        assert read_csl(text, "s", problems) == []
        assert len(problems) == 1


def test_an_id_that_no_entry_can_cite() -> None:
    problems = Problems()
    read_csl(csl({"id": "two words"}), "s", problems)
    (warning,) = problems
    assert warning.severity == "warning"
    assert "two-words" in str(warning.help)


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    read_csl(text, "s.json", Problems())
    read_bibtex(text, "s.bib", Problems())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["id", "issued", "author", "date-parts", "title"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reader(value: object) -> None:
    read_csl(json.dumps([value]), "s.json", Problems())


BIB = """@techreport{gov-2019-21,
  title = {Verification and {Monitoring} in 10\\% of cases},
  author = {Doe, Jane and {Smith and Sons}},
  institution = "IAEA", number = {GOV/2019/21},
  year = 2019, month = may, url = {https://example.org/~x},
}
"""


def test_bibtex() -> None:
    problems = Problems()
    assert read_bibtex(BIB, "s.bib", problems) == [
        Source(
            id="gov-2019-21",
            title="Verification and Monitoring in 10% of cases",
            publisher="IAEA",
            authors=("Jane Doe", "Smith and Sons"),
            issued="2019-05",
            url="https://example.org/~x",
            number="GOV/2019/21",
            kind="techreport",
        )
    ]
    assert not len(problems)


def test_a_broken_bibtex_entry_is_reported_and_the_rest_read() -> None:
    problems = Problems()
    text = BIB + "@misc{b,\n  title = {x\n\n@misc{c, title={y}}\n@misc{c, title={z}}\n"
    assert [s.id for s in read_bibtex(text, "s.bib", problems)] == ["gov-2019-21", "c"]
    broken, twice = problems
    assert broken.line == 7
    assert "not BibTeX" in broken.message
    assert "two sources have the id `c`" in twice.message


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_text(csl({"id": "a"}, {"id": "a"}))
    (tmp_path / "more.bib").write_text("@misc{a, title={x}}\n@misc{b, title={y}}\n")
    problems = Problems()
    assert list(read_sources(tmp_path, problems)) == ["a", "b"]
    assert [p.file for p in problems] == ["sources.json", "more.bib"]
    assert all("two sources have the id `a`" in p.message for p in problems)


def test_a_folder_without_sources(tmp_path: Path) -> None:
    problems = Problems()
    assert read_sources(tmp_path, problems) == {}
    assert not len(problems)


def test_binary_sources(tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_bytes(b"\xff\xfe\x00")
    problems = Problems()
    assert read_sources(tmp_path, problems) == {}
    assert "UTF-8" in next(iter(problems)).message
