"""Sources: CSL-JSON and BibTeX, and everything that can be wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import servanda
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
        ({"date-parts": [[2019, None, None]]}, "2019"),
        ({"date-parts": [["2019", "05", ""]]}, "2019-05"),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": [[]]}, None),
        ({"date-parts": [[None, None, None]]}, None),
        ({"date-parts": [[""]]}, None),
        ({"date-parts": [[None]], "literal": "n.d."}, "n.d."),
        ({"literal": " "}, None),
        ({"date-parts": [[2019]], "season": 1}, "spring 2019"),
        ({"date-parts": [["2019"]], "season": "4"}, "winter 2019"),
        ({"date-parts": [[2019]], "season": "Michaelmas"}, "Michaelmas 2019"),
        ({"date-parts": [[2019, 22]]}, "summer 2019"),
        ({"date-parts": [[2019, 5]], "season": 1}, "2019-05"),
        ({"date-parts": [[2019]], "circa": True}, "circa 2019"),
        ({"date-parts": [[2019, 5]], "circa": "1"}, "circa 2019-05"),
        ({"date-parts": [[2019]], "circa": 0}, "2019"),
        ({"date-parts": [[-44]]}, "44 BCE"),
        ({"date-parts": [[-44, 3, 15]], "circa": 1}, "circa 44-03-15 BCE"),
        ({"date-parts": [["-0480"], ["-0479"]]}, "480 BCE/479 BCE"),
        ({"date-parts": [[79, 8, 24]]}, "0079-08-24"),
        ({"date-parts": [[2019], [None]]}, "2019/.."),
        ({"date-parts": [[2019, 5, 1], []]}, "2019-05-01/.."),
        ({"date-parts": [[2019], [0, 0, 0]]}, "2019/.."),
        ({"date-parts": [[None], [2019]]}, "../2019"),
        ("2019", "2019"),
        ("2019-05-31", "2019-05-31"),
        ("2019-05/..", "2019-05/.."),
        ("2019-21~", "circa spring 2019"),
    ],
)
def test_dates_of_issue(issued: object, shown: str | None) -> None:
    problems = Problems()
    (source,) = read_csl(csl({"id": "x", "issued": issued}), "s", problems)
    assert source.issued == shown
    assert not len(problems)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", ["x"], "`title` of source `x` must be text"),
        ("author", "Doe", "`author` of source `x` must be a list of names"),
        ("author", [{"suffix": "Jr."}], "each with `family` or `literal`"),
        ("author", [{"given": 7}], "each with `family` or `literal`"),
        ("issued", "the spring of it", "`issued` of source `x` must be a date"),
        ("issued", "2019-13", "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[2019, 2, 30]]}, "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[2019.5]]}, "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[True]]}, "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[2019, None, 5]]}, "`issued` of source `x` must be a date"),
        ("issued", {"date-parts": [[2019]], "season": 9}, "`issued` of source `x` must be a date"),
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


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ({"family": "Gogh", "given": "Vincent", "dropping-particle": "van"}, "Vincent van Gogh"),
        (
            {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
            "Vincent van Gogh",
        ),
        (
            {
                "given": "Alexander",
                "dropping-particle": "van",
                "non-dropping-particle": "den",
                "family": "Broek",
            },
            "Alexander van den Broek",
        ),
        ({"family": "van Gogh", "given": "Vincent"}, "Vincent van Gogh"),
        ({"given": "Plato"}, "Plato"),
        ({"given": "Plato", "family": ""}, "Plato"),
        (
            {"family": "Knuth", "given": "Donald", "suffix": "Jr.", "comma-suffix": 1},
            "Donald Knuth Jr.",
        ),
        ({"literal": " The  Board "}, "The Board"),
        ({"family": "Humboldt", "given": "Alexander  von"}, "Alexander von Humboldt"),
    ],
)
def test_names_keep_every_part(name: dict[str, object], told: str) -> None:
    problems = Problems()
    (source,) = read_csl(csl({"id": "x", "author": [name]}), "s", problems)
    assert source.authors == (told,)
    assert not len(problems)


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


def bibtex(fields: str) -> tuple[Source, list[str]]:
    problems = Problems()
    strings = "@string{me = {Doe, Jane}}\n"
    (source,) = read_bibtex(f"{strings}@misc{{x, {fields}}}\n", "s.bib", problems)
    return source, [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("{Knuth, Jr., Donald}", ["Donald Knuth Jr."]),
        ("{Knuth, Donald and others}", ["Donald Knuth"]),
        ("{others}", []),
        (r"{G{\"o}del, Kurt}", ["Kurt Gödel"]),
        (r"{Erd{\H o}s, P{\'a}l AND {\L}ukasz {\v S}koda}", ["Pál Erdős", "Łukasz Škoda"]),
        ("{van Gogh, Vincent and Vincent van Gogh}", ["Vincent van Gogh", "Vincent van Gogh"]),
        ("{{Smith, Wesson and Sons} and {IAEA}}", ["Smith, Wesson and Sons", "IAEA"]),
        (r"{de la {Vall{\'e}e Poussin}, Charles}", ["Charles de la Vallée Poussin"]),
        ("{given=Vincent, prefix=van, family=Gogh}", ["Vincent van Gogh"]),
        ('me # " and Knuth, Donald"', ["Jane Doe", "Donald Knuth"]),
        ("me", ["Jane Doe"]),
        ("{Doe,\n  Jane\n  and\n  Roe, R.}", ["Jane Doe", "R. Roe"]),
        ("{Sandor, Andy}", ["Andy Sandor"]),
    ],
)
def test_names_of_bibtex(written: str, authors: list[str]) -> None:
    source, messages = bibtex(f"author = {written}")
    assert (list(source.authors), messages) == (authors, [])


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        (r"100\% of {IAEA} \& others", "100% of IAEA & others"),
        ("100% of it & more", "100% of it & more"),
        (r"Stra{\ss}e na{\"\i}ve \c{C}a d'\'Etat", "Straße naïve Ça d'État"),
        (r"\emph{Now} a~tie", "Now a tie"),
        ("costs $5 million_x ^ #5", "costs $5 million_x ^ #5"),
    ],
)
def test_tex_as_plain_text(title: str, plain: str) -> None:
    assert bibtex(f"title = {{{title}}}")[0].title == plain


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ("date = {2019-05-31}", "2019-05-31"),
        ("date = {2019-05/2019-06}", "2019-05/2019-06"),
        ("date = {1967-02/}", "1967-02/.."),
        ("date = {/1967}", "../1967"),
        ("date = {2004-06~}", "circa 2004-06"),
        ("date = {2004?}", "2004?"),
        ("date = {2004-22%}", "circa summer 2004?"),
        ("date = {199X}", "1990s"),
        ("date = {19uu}", "1900s"),
        ("date = {2004-XX}", "2004"),
        ("date = {-0043-03}", "44-03 BCE"),
        ("date = {0000}", "1 BCE"),
        ("date = {2004-04-25T14:34:00Z}", "2004-04-25"),
        ("date = {31 May 2019}", "31 May 2019"),
        ("year = 2019, month = jan", "2019-01"),
        ("year = {2019}, month = {Sept.}", "2019-09"),
        ('year = 2019, month = "10~" # jan', "2019-01-10"),
        ("year = 2019, month = {January 10th}", "2019-01-10"),
        ("year = 2019, month = may, day = 31", "2019-05-31"),
        ('year = 2019, month = jun # "/" # jul', "2019-06/2019-07"),
        ("year = 2019, month = {May--June}", "2019-05/2019-06"),
        ("year = 2019, month = {Fall}", "autumn 2019"),
        ("year = 2019, month = {Mai}", "Mai 2019"),
        ("year = 2019, month = {juin}", "juin 2019"),
        ("year = {forthcoming}, month = {may}", "may forthcoming"),
        ("year = {in press}", "in press"),
        ("month = may", None),
    ],
)
def test_dates_of_bibtex(fields: str, issued: str | None) -> None:
    source, messages = bibtex(fields)
    assert (source.issued, messages) == (issued, [])


@pytest.mark.parametrize(
    ("fields", "issued", "message"),
    [
        ("year = 2019, month = {13}", "2019", "`month` of source `x` is no date: 13"),
        ("year = 2019, month = {0}", "2019", "`month` of source `x` is no date: 0"),
        ("year = 2019, month = {31 feb}", "2019", "`month` of source `x` is no date: 31 feb"),
        ("date = {2019-13-45}", None, "`date` of source `x` is no date: 2019-13-45"),
        ("date = {2019-05/2019-06/2019-07}", None, "`date` of source `x` is no date"),
        ("date = {2019-99}", None, "`date` of source `x` is no date"),
    ],
)
def test_dates_of_bibtex_that_are_none(fields: str, issued: str | None, message: str) -> None:
    source, (found,) = bibtex(fields)
    assert source.issued == issued
    assert found.startswith(message)


def test_trust_finds_an_author_by_the_whole_name(tmp_path: Path) -> None:
    """A particle that was lost took the entry, and with it the verdict."""
    (tmp_path / "sources.json").write_text(
        csl({"id": "a", "author": [{"family": "Gogh", "given": "V.", "dropping-particle": "van"}]})
    )
    (tmp_path / "more.bib").write_text("@misc{b, author={van Gogh, V.}}")
    (tmp_path / "agreement.sv").write_text(
        "agreement G\nparty A\nmeasure stock in t\nclause 1\n  A must keep stock <= 10 t\n"
        "account painter\n  trusts only V_van_Gogh\n"
        "2024-01-01 stock = 12 t  source a\n2024-01-02 stock = 9 t  source b\n"
    )
    case = servanda.open(tmp_path)
    assert [row.status for row in case.status(on="2024-01-01")] == ["broken"]
    assert [row.status for row in case.status(on="2024-01-02")] == ["cured"]


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
