"""Attribution against our own gold, and its parts by small examples."""

from __future__ import annotations

import pytest
from scoring import pieces, score, scores

from servanda.articles.attribution import attributions
from servanda.articles.labels import differences, insertions, same_quotation, without_insertions
from servanda.articles.model import TextSpan
from servanda.articles.quotes import quotations, unbalanced


@pytest.mark.parametrize(("name", "least"), [("tuned.txt", 90), ("held.txt", 85)])
def test_the_gold(name: str, least: float) -> None:
    found = score(name)
    assert found.f >= least, found.missed


def test_the_gold_is_large_enough_and_half_is_set_aside() -> None:
    tuned, held = pieces("tuned.txt"), pieces("held.txt")
    assert len(tuned) >= 30
    assert len(held) >= 30
    assert not {p.text for p in tuned} & {p.text for p in held}


@pytest.mark.parametrize("name", ["tuned.txt", "held.txt"])
def test_the_gold_of_kinds_conditions_altered_words_and_the_authors_voice(name: str) -> None:
    found = scores(name)
    assert set(found) == {"nested", "kind", "condition", "altered", "author"}
    assert min(found["kind"].f, found["altered"].f) >= 85
    assert min(found["condition"].f, found["author"].f) >= 75
    assert found["nested"].right >= found["nested"].gold / 2


def test_what_only_the_author_says_is_nobodys() -> None:
    for piece in (*pieces("tuned.txt"), *pieces("held.txt")):
        for own in piece.author:
            at = TextSpan(piece.text.index(own), piece.text.index(own) + len(own))
            for said in attributions(piece.text):
                assert not any(c.overlaps(at) for c in said.content), (piece.name, said)


def test_a_chain_knows_what_holds_it() -> None:
    text = "According to the Times, Minister Ana Ruiz said that the talks had failed."
    outer, inner = attributions(text, nested=True)
    assert (outer.head.of(text), inner.head.of(text), inner.parent) == ("Times", "Ruiz", 0)
    assert [a.head.of(text) for a in attributions(text)] == ["Times"]


def test_beliefs_are_kept_apart() -> None:
    text = "The minister believes that the talks will fail."
    assert attributions(text) == []
    (belief,) = attributions(text, attitudes=True)
    assert belief.attitude


def test_forms() -> None:
    text = 'Ruiz said: "It is over." Lund said it was "finished" by noon. Berg said it had ended.'
    assert [a.form for a in attributions(text)] == ["direct", "mixed", "indirect"]


def test_spans_point_into_the_whole_text() -> None:
    text = "A title\n\nNothing here.\n\nRuiz said that it was over.\n"
    (said,) = attributions(text)
    assert said.cue.of(text) == "said"
    assert said.content[0].of(text) == "that it was over"


def test_quotations_and_their_faults() -> None:
    text = 'He said "one" and “two” and left'
    assert [q.of(text) for q in quotations(text)] == ['"one"', "“two”"]
    assert not unbalanced(text)
    assert unbalanced("She said “this never ends")
    assert quotations("the company's plan, the owners' plan") == []


def test_an_altered_quotation() -> None:
    text = "“If (the regime) is serious it should [release] the money.”"
    assert [i.of(text) for i in insertions(text)] == ["(the regime)", "[release]"]
    assert without_insertions(text) == "“If is serious it should the money.”"


def test_two_sources_of_one_quotation() -> None:
    one = "we must go back to full implementation of the deal"
    other = "we must return to full implementation of the agreement"
    assert same_quotation(one, other)
    assert differences(one, other) == [("go back", "return"), ("deal", "agreement")]
    assert not same_quotation(one, "the weather is fine in Vienna today")


@pytest.mark.parametrize(
    ("text", "head", "content"),
    [
        ("Mr. Ruiz hopes to buy a company.", "Ruiz", "to buy a company"),
        ("The council banned the sale of arms.", "council", "the sale of arms"),
        ("Ruiz plans to visit Lima on Sunday, according to an aide.", "aide", "Ruiz plans"),
        ("The envoy did not respond to requests for comment.", "envoy", "requests for comment"),
        ("Calls to name a panel were rejected by the council.", "council", "Calls to name a panel"),
    ],
)
def test_positions_and_wishes_where_they_are_asked_for(text: str, head: str, content: str) -> None:
    found = {a.head.of(text): a.content[0].of(text) for a in attributions(text, attitudes=True)}
    assert found[head].startswith(content)


def test_a_transcript_in_quotation_marks_stays_apart_from_what_was_said_before() -> None:
    text = 'Ruiz said: "It is over."\n"DORAN: Well, it is not. We go on.\n"RUIZ: We do not.'
    assert [a.head.of(text) for a in attributions(text)] == ["Ruiz", "DORAN", "RUIZ"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Prime Minister Ana Costa said this week that the country would formally declare its "
            "will to break with the union by the end of March and suggested that it would leave.",
            {
                (
                    "Costa",
                    "said",
                    "that the country would formally declare its will to break with the union "
                    "by the end of March",
                ),
                ("Costa", "suggested", "that it would leave"),
            },
        ),
        (
            "Walking through Lima in 2012, he barely mentioned climate change.",
            {("he", "mentioned", "climate change")},
        ),
        (
            "Costa went on to explain how the cuts left the ministry without money.",
            {("Costa", "explain", "how the cuts left the ministry without money")},
        ),
        (
            "Costa's remarks on the harbour, which friends described as blunt, were published.",
            {("friends", "described", "which"), ("friends", "described", "as blunt")},
        ),
        (
            "The envoys met on Monday to discuss the release of the prisoners.",
            {("envoys", "discuss", "the release of the prisoners")},
        ),
        (
            "Doran agreed. “We are running out of time, and nobody will help us.”",
            {("Doran", "agreed", "“We are running out of time, and nobody will help us.”")},
        ),
        (
            "A union of harbour workers has called for the city to open its books.",
            {("union", "called", "the city to open its books")},
        ),
        (
            "Doran accused Rehak, who was born in Lima, of taking bribes.",
            {("Doran", "accused", "Rehak"), ("Doran", "accused", "of taking bribes")},
        ),
        ("According to a report by Doran, prices rose.", {("report", "According", "prices rose")}),
        ("The council has begun building a bridge over the river.", set()),
        ("He shows no respect for anybody in the harbour.", set()),
    ],
)
def test_who_says_what_of_one_sentence(text: str, said: set[tuple[str, str, str]]) -> None:
    found = {
        (a.head.of(text), a.cue.of(text), c.of(text)) for a in attributions(text) for c in a.content
    }
    assert found == said


def test_a_paragraph_announced_is_the_speakers() -> None:
    text = "Costa added:\n\nAnd from a minister this smells of the greatest fear that I have seen."
    assert [(a.head.of(text), a.content[0].of(text)[:10]) for a in attributions(text)] == [
        ("Costa", "And from a")
    ]


def test_two_that_hold_each_other_are_one() -> None:
    text = "Mr. Costa, 69, said he had been inundated with angry mail, some of it mentioning Doran."
    assert [a.cue.of(text) for a in attributions(text)] == ["said"]
