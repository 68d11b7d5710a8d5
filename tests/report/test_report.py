"""The report: one file that asks for nothing, runs nothing, and says what the case says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servanda
from servanda.cli import app

ROOT = Path(__file__).resolve().parents[2]
LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"}


class Reader(HTMLParser):
    """Tags, their attributes, and the text outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.words.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    case = servanda.open(ROOT / "cases" / "sale")
    return case.report_html()


def test_nothing_is_asked_for_and_nothing_runs(page: str) -> None:
    read = Reader(page)
    assert {"script", "link", "iframe", "img", "object", "form"}.isdisjoint(t for t, _ in read.tags)
    for tag, attrs in read.tags:
        assert not LOADS & attrs.keys(), (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")]
    assert not re.search(r"url\((?!#)", page) and "@import" not in page
    assert "default-src 'none'" in page


def test_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    read = Reader(page)
    ids = [attrs["id"] for _, attrs in read.tags if attrs.get("id")]
    links = [str(a["href"]) for tag, a in read.tags if tag == "a" and a.get("href")]
    inner = [link[1:] for link in links if link.startswith("#")]
    assert inner and set(inner) <= set(ids)
    anchors = [id_ for id_ in ids if not str(id_).endswith(("-title", "-text"))]
    assert len(set(anchors)) == len(anchors)


def test_it_says_what_the_case_says(page: str) -> None:
    case = servanda.open(ROOT / "cases" / "sale")
    text = " ".join(Reader(page).words)
    for clause in case.agreement.clauses:
        assert f"Clause {clause.id}" in text
    for source in {ref.id for e in case.record.entries for ref in e.sources}:
        assert source in text
    assert "As of" in text and case.last_day() in text
    assert "Servanda never adjudicates" in text and "not including" in text


def test_every_chart_has_its_words(page: str) -> None:
    svgs = re.findall(r"<svg[^>]*>", page)
    assert len(svgs) > 3
    assert all('role="img"' in svg and "aria-labelledby" in svg for svg in svgs)


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
RUNS = "javascript:alert(1)"


def test_hostile_text_in_every_field_is_shown_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "record").mkdir()
    (tmp_path / "agreement.md").write_text(
        f"# {HOSTILE}\n\n### 1 {HOSTILE}\n\nProse {HOSTILE} [x](javascript:alert(1))\n\n"
        f'```servanda\nagreement X "{HOSTILE}"\nparty A "{HOSTILE}", B\n'
        "event pay(by: party, id: text), not recorded is taken as not done\n"
        f'clause 1 "{HOSTILE}"\n  when pay(by: A, id: n):\n    B must pay(id: n) within 3 days\n'
        f'clause 2\n  not modelled "{HOSTILE}"\n'
        f'reading R.a of 1 "{HOSTILE}", finds no obligation\n```\n',
        encoding="utf-8",
    )
    (tmp_path / "accounts.md").write_text(
        f'```servanda\naccount P "{HOSTILE}"\naccount Q "{HOSTILE}"\n  reads R as a\n```\n',
        encoding="utf-8",
    )
    (tmp_path / "record" / "r.md").write_text(
        f'```servanda\n2024-01-01 A pays(id: "{HOSTILE}\u202e")\n'
        f'  alleged by A, source s "{HOSTILE}", said by "{HOSTILE}" on "{HOSTILE}"\n'
        f'  note "{HOSTILE}\u202e"\n'
        "```\n",
        encoding="utf-8",
    )
    (tmp_path / "sources.json").write_text(
        json.dumps([{"id": "s", "title": HOSTILE, "publisher": HOSTILE, "URL": RUNS}]),
        encoding="utf-8",
    )
    case = servanda.open(tmp_path)
    assert not case.check().errors, case.check().errors
    page = case.report_html(on="2024-02-01")
    read = Reader(page)
    assert {"script", "img"}.isdisjoint(tag for tag, _ in read.tags)
    assert not [a for _, attrs in read.tags for a in attrs if a.startswith("on")]
    links = [str(a.get("href")) for tag, a in read.tags if tag == "a"]
    assert not [link for link in links if link.lower().startswith("javascript")]
    assert page.count("&lt;script&gt;alert(1)") > 10
    assert "\u202e" not in page and "⟨U+202E⟩" in page


def test_the_same_case_gives_the_same_page(page: str) -> None:
    case = servanda.open(ROOT / "cases" / "sale")
    assert case.report_html() == page


# ------------------------------------------------------------------ the command line
def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


CASE = ROOT / "cases" / "sale"
REFUSED = [
    (("report", CASE, "-o", "{}/x.txt"), "unsupported extension `.txt`"),
    (("report", CASE, "-o", "{}/none/x.html"), "there is no folder"),
    (("report", CASE, "-o", "{}"), "is a folder"),
    (("report", CASE, "-o", "{}/x.html", "--account", "selller"), "there is no account `selller`"),
    (("report", CASE, "-o", "{}/x.html", "--on", "July"), "July"),
    (("chart", "timelin", CASE, "-o", "{}/x.svg"), "did you mean `timeline`"),
    (("chart", "timeline", CASE, "-o", "{}/x.gif"), "it may end in"),
    (("chart", "measure", CASE, "-o", "{}/x.svg", "--measure", "lod"), "there is no measure `lod`"),
    (("chart", "timeline", CASE, "-o", "{}/x.svg", "--clause", "99"), "there is no clause `99`"),
    (("export", CASE, "-o", "{}/x.docx"), "`.docx`"),
    (("export", CASE, "-o", "{}/x"), "has no extension"),
    (("export", CASE, "-o", "{}/x", "--format", "jsn"), "did you mean `json`"),
    (("export", CASE, "-o", "{}/x.csv", "--table", "span"), "did you mean `spans`"),
    (("export", CASE, "-o", "{}/x.ics", "--table", "spans"), "holds no single table"),
    (("export", CASE, "-o", "{}/x.csv", "--calendar", "--format", "csv"), "a calendar is no `csv`"),
    (("export", CASE, "-o", "{}/x.csv", "--account", "nobody"), "there is no account `nobody`"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_bad_input_is_refused_and_nothing_is_written(
    tmp_path: Path, words: tuple[object, ...], said: str
) -> None:
    code, output = run(*(str(word).replace("{}", str(tmp_path)) for word in words))
    assert code == 2 and said in output and "Traceback" not in output
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "spans.csv"
    target.write_text("old")
    assert run("export", CASE, "-o", target)[0] == 0
    assert target.read_text().startswith("account,clause,")
    assert [p.name for p in tmp_path.iterdir()] == ["spans.csv"]


def test_a_case_with_errors_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(
        'agreement X "x"\n  record closed 2024-01-01\nclause 1\n  Nobody must pay\n',
        encoding="utf-8",
    )
    for words in (("report",), ("chart", "timeline"), ("export",)):
        ending = "csv" if words[0] == "export" else "svg" if words[0] == "chart" else "html"
        target = tmp_path / f"x.{ending}"
        code, output = run(*words, tmp_path / "case.sv", "-o", target)
        assert code == 1 and "case.sv:4" in output
        assert not target.exists()
