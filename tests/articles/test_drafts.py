"""From an article to drafts, and from drafts to the record: only accepted ones, atomically."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

import servanda
from servanda.articles.amounts import amounts_in
from servanda.articles.article import Article, read_article
from servanda.articles.draft_builder import drafts_of
from servanda.articles.draft_files import accept, load_drafts, save
from servanda.articles.drafts import Draft, Drafts
from servanda.articles.entry_line import BLANK
from servanda.articles.parties import CaseNames
from servanda.articles.review import lines_by_number, review_drafts
from servanda.articles.speech_acts import kind_of
from servanda.syntax.problems import ServandaError

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "examples" / "article.txt"
PUBLISHED = date(2021, 10, 5)
TEXT = """The Iranian regime and its friends

According to the Harbour Gazette on Sunday:

“Iranian Foreign Minister Reza Amini told a television programme that if (Washington) \
is serious it should release at least 10 billion dollars.”

He added that Tehran would resume talks in November.

The White House did not respond to the minister’s request.

The United States violated paragraph 26 when it left in May 2018.

France rejected the demand. “We have kept our word,” French President Luc Morel said.
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case") / "jcpoa"
    shutil.copytree(ROOT / "cases" / "jcpoa", folder)
    return folder


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    article = Article("gazette.txt", TEXT, "A title", outlet="Gazette", published=PUBLISHED)
    return drafts_of(article, servanda.open(ROOT / "cases" / "jcpoa").agreement)


def by_kind(drafts: Drafts, kind: str) -> Draft:
    return next(d for d in (*drafts.reported, *drafts.author) if d.kind == kind)


def test_a_chain_of_three(drafts: Drafts) -> None:
    demand = by_kind(drafts, "demand")
    assert [link.name for link in demand.chain] == ["Reza Amini", "the Harbour Gazette"]
    assert [link.how for link in demand.chain] == ["said", "reported"]
    assert demand.chain[0].on == "a television programme"
    assert (demand.by, demand.to) == ("Iran", "US")
    assert demand.condition is not None
    assert demand.condition.of(drafts.text) == "if (Washington) is serious"
    assert [i.of(drafts.text) for i in demand.inserted] == ["(Washington)"]
    assert [(a.value, a.unit, a.bound) for a in demand.amounts] == [(1e10, "USD", ">=")]
    assert demand.when == ("2021-10-03", "2021-10-03")


def test_a_pronoun_is_its_person(drafts: Drafts) -> None:
    added = next(d for d in drafts.reported if "resume talks" in d.text)
    assert (added.chain[0].name, added.by) == ("Reza Amini", "Iran")
    assert added.when == ("2021-10-03", "2021-10-03")
    assert [x.spans[0][0] for x in added.dates] == [date(2021, 11, 1)]


def test_silence_is_its_own_kind(drafts: Drafts) -> None:
    silent = by_kind(drafts, "no answer")
    assert (silent.by, silent.to, silent.record) == ("US", "Iran", None)
    assert silent.when == (None, "2021-10-05")
    assert silent.outline is not None
    assert silent.outline.startswith(
        "at some time in ____-__-__..2021-10-05 US does not answer Iran "
    )
    assert all("respond" not in d.text for d in drafts.author)


def test_what_the_text_does_not_date_is_not_dated(drafts: Drafts) -> None:
    refused = by_kind(drafts, "refusal")
    assert (refused.when, refused.record) == ((None, "2021-10-05"), None)
    assert refused.needs == ("a date: the text gives none; it was on or before 2021-10-05",)


WIRE = """“We will answer in kind,” Ali Baqeri, the deputy minister, told reporters on Friday.

The E3 — France, Germany and the UK — rejected the claim in a statement. They urged Iran to \
return to the 2015 deal.

China has yet to respond to the proposal.
"""


def test_a_wire_story() -> None:
    agreement = servanda.open(ROOT / "cases" / "jcpoa").agreement
    said = drafts_of(Article("w.txt", WIRE, published=PUBLISHED), agreement)
    first, denial, demand, silent = said.reported
    assert (first.form, first.chain[0].name) == ("direct", "Ali Baqeri")
    assert (denial.by, denial.kind) == ("E3", "denial")
    assert (demand.by, demand.to, demand.kind) == ("E3", "Iran", "demand")
    assert demand.when == (None, "2021-10-05")
    assert (silent.by, silent.kind) == ("China", "no answer")
    assert said.author == ()


def test_a_title_is_its_person() -> None:
    text = "Foreign Minister Reza Amini of Iran left on Sunday. The minister denied the report.\n"
    article = Article("a.txt", text, published=PUBLISHED)
    (found,) = drafts_of(article, servanda.open(ROOT / "cases" / "jcpoa").agreement).reported
    assert (found.chain[0].name, found.kind) == ("Reza Amini", "denial")


def test_the_agreement_is_recognised() -> None:
    names = CaseNames(servanda.open(ROOT / "cases" / "jcpoa").agreement)
    text = "the 2015 deal, the JCPOA, the nuclear accord, Iran nuclear deal; a deal, deal of 1990"
    assert [s.of(text) for s in names.agreement_in(text)] == [
        "the 2015 deal", "the JCPOA", "the nuclear accord", "Iran nuclear deal",
    ]  # fmt: skip


def test_the_authors_voice_is_apart(drafts: Drafts) -> None:
    breach = by_kind(drafts, "alleged breach")
    assert breach.voice == "author"
    assert (breach.parties, breach.clauses) == (("US",), ("26",))
    assert [x.phrase for x in breach.dates] == ["May 2018"]
    assert all(d.record is None for d in drafts.author)
    labels = [s.of(drafts.text) for d in drafts.author for s in d.labels]
    assert labels == ["regime"]


def test_a_refusal_and_a_quotation(drafts: Drafts) -> None:
    assert by_kind(drafts, "refusal").by == "France"
    quoted = next(d for d in drafts.reported if "kept our word" in d.text)
    assert (quoted.form, quoted.by, quoted.chain[0].name) == ("direct", "France", "Luc Morel")


def test_every_span_points_at_its_words(drafts: Drafts) -> None:
    for draft in (*drafts.reported, *drafts.author):
        for span in draft.spans:
            assert span.of(drafts.text).strip()
            assert 0 <= span.start < span.end <= len(drafts.text)


def test_every_line_is_accepted_whole(drafts: Drafts, case: Path, tmp_path: Path) -> None:
    file = tmp_path / "drafts.json"
    save(drafts, file)
    again = load_drafts(file)
    assert again == drafts
    lines = [
        d.record or (d.outline or "").replace(BLANK, "2021-10-01")
        for d in again.reported
        if d.record or d.outline
    ]
    assert len(lines) >= 4
    _, written = accept(case, again, lines)
    assert all(line in written.read_text(encoding="utf-8") for line in lines)
    opened = servanda.open(case)
    assert [p for p in opened.problems if p.severity == "error"] == []
    assert any(s for s in opened.sources if s == drafts.source["id"])


def test_a_wrong_line_leaves_everything_as_it_was(drafts: Drafts, case: Path) -> None:
    before = {p: p.read_bytes() for p in case.rglob("*") if p.is_file()}
    with pytest.raises(ServandaError):
        accept(case, drafts, ['2021-10-03 Atlantis says "nothing"'])
    assert {p: p.read_bytes() for p in case.rglob("*") if p.is_file()} == before


def test_another_article_with_the_id_of_a_source_is_refused(drafts: Drafts, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(ROOT / "cases" / "jcpoa", case)
    line = next(d.record for d in drafts.reported if d.record)
    accept(case, drafts, [line])
    other = replace(drafts, source={**drafts.source, "title": "Another"})
    with pytest.raises(ServandaError, match="belongs to another source"):
        accept(case, other, [line])


def test_a_review_keeps_only_what_was_kept(drafts: Drafts) -> None:
    first = next(d for d in drafts.reported if d.record)
    answers = iter(["k" if d is first else "d" for d in (*drafts.reported, *drafts.author)])
    assert review_drafts(drafts, lambda _: next(answers), lambda _: None) == [first.record]
    assert review_drafts(drafts, lambda _: "q", lambda _: None) == []
    places = [d.record is not None for d in (*drafts.reported, *drafts.author)]
    answers = iter(["d"] * places.index(True) + ["k", "s"])
    assert review_drafts(drafts, lambda _: next(answers), lambda _: None) == [first.record]


def test_a_review_lets_a_person_edit(drafts: Drafts) -> None:
    typed = ["e", '2021-10-03 US says "x"', "alleged", ""]
    answers = iter(typed + ["d"] * 50)
    kept = review_drafts(drafts, lambda _: next(answers), lambda _: None)
    assert kept == ['2021-10-03 US says "x"\n  alleged']


def test_a_number_without_a_line_is_refused(drafts: Drafts) -> None:
    with pytest.raises(ServandaError):
        lines_by_number(drafts, "99")


def test_without_a_date_nothing_is_guessed() -> None:
    article = Article("a.txt", "Iran said on Sunday that the talks had failed.\n")
    found = drafts_of(article, servanda.open(ROOT / "cases" / "jcpoa").agreement)
    assert found.reported[0].record is None
    assert "a date" in found.reported[0].needs
    assert found.remarks


def test_two_reports_of_one_quotation_are_compared() -> None:
    text = (
        "“We must go back to full implementation of the deal,” Borrell told Reuters.\n\n"
        "According to the Tehran Times, Borrell said: “We must return to full implementation of "
        "the agreement.”\n"
    )
    article = Article("a.txt", text, published=PUBLISHED)
    found = drafts_of(article, servanda.open(ROOT / "cases" / "jcpoa").agreement)
    (remark,) = found.remarks
    assert "have one quotation" in remark
    assert "'go back' against 'return'" in remark


@pytest.mark.parametrize(
    ("verb", "content", "kind"),
    [
        ("deny", "the report", "denial"),
        ("demand", "that it stop", "demand"),
        ("offer", "to pay", "offer"),
        ("vow", "to appeal", "promise"),
        ("threaten", "to leave", "threat"),
        ("decline", "to sign", "refusal"),
        ("reject", "the allegation", "denial"),
        ("reject", "a return", "refusal"),
        ("accept", "the award", "acceptance"),
        ("ask", "them to wait", "request"),
        ("say", "they should leave", "demand"),
        ("say", "they left", "assertion"),
    ],
)
def test_kinds(verb: str, content: str, kind: str) -> None:
    assert kind_of(verb, verb, content) == kind


def test_amounts() -> None:
    text = "at least 10 billion dollars, $3.5bn, 202.8 kg, less than 20 per cent, 1,000 euros, 36"
    assert [(a.bound, a.value, a.unit) for a in amounts_in(text)] == [
        (">=", 1e10, "USD"),
        ("=", 3.5e9, "USD"),
        ("=", 202.8, "kg"),
        ("<", 20.0, "%"),
        ("=", 1000.0, "EUR"),
    ]


@pytest.mark.skipif(not SHARED.is_file(), reason="the example article stays outside")
def test_the_example_article() -> None:
    article = read_article(SHARED, PUBLISHED)
    assert "Leave a Reply" in article.left_out
    found = drafts_of(article, servanda.open(ROOT / "cases" / "jcpoa").agreement)
    demand = found.reported[0]
    assert [link.how for link in demand.chain] == ["said", "reported"]
    assert (demand.kind, demand.by, demand.to) == ("demand", "Iran", "US")
    assert demand.condition is not None
    assert len(demand.inserted) == 3
    borrell = next(d for d in found.reported if d.by == "EU")
    assert [i.of(found.text) for i in borrell.inserted] == ["(JCPOA)", "(its illegal)"]
    assert (borrell.kind, borrell.to, len(borrell.spans)) == ("demand", "US", 2)
    assert {"EU", "US"} <= {d.by for d in found.reported}
    silent = by_kind(found, "no answer")
    assert (silent.by, silent.to, silent.when) == ("US", "Iran", ("2021-10-02", "2021-10-03"))
    left_off = next(d for d in found.reported if "left off" in d.text)
    assert (left_off.by, left_off.when) == ("EU", ("2021-10-02", "2021-10-02"))
    assert [d.spans for d in left_off.dates] == [((date(2021, 6, 20), date(2021, 6, 21)),)]
    assert [s.of(found.text) for s in demand.agreement] == ["the 2015 nuclear deal"]
    assert by_kind(found, "alleged breach").parties == ("US", "E3")


def test_wishes_are_listed_apart_and_what_follows_a_dash_is_the_authors() -> None:
    text = (
        "According to Reuters, Amini called for the release of Iranian assets by Washington — a "
        "step its rulers shun at home and abroad.\n\nIranian officials want the sanctions lifted."
    )
    found = drafts_of(Article("x", text), servanda.open(ROOT / "cases" / "jcpoa").agreement)
    assert [d.kind for d in found.reported] == ["demand"]
    assert [(a.by, a.verb, a.text) for a in found.attitudes] == [
        ("Iran", "want", "the sanctions lifted")
    ]
    assert [d.text for d in found.author][:1] == ["a step its rulers shun at home and abroad."]


def test_a_loaded_name_of_the_source_is_marked() -> None:
    text = "The Iranian regime said the deal was dead."
    found = drafts_of(Article("x", text), servanda.open(ROOT / "cases" / "jcpoa").agreement)
    assert [s.of(text) for s in found.reported[0].labels] == ["regime"]
