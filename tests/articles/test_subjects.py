"""Source and extent of a statement: sentences that were once misread, one for each rule."""

from __future__ import annotations

import pytest

from servanda.articles.attribution import attributions


def read(text: str) -> list[tuple[str, str, str]]:
    """Head, cue and content of each statement; parts of a broken content are joined by " / "."""
    return [
        (a.head.of(text), a.cue.of(text), " / ".join(c.of(text) for c in a.content))
        for a in attributions(text)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Ruiz said it was late and the talks would go on until dawn.",
            ("Ruiz", "said", "it was late and the talks would go on until dawn"),
        ),
        (
            "In a letter to the Herald, her oldest adviser, Pavel Doran, said: “The vote was lost. "
            "We go on.”",
            ("adviser", "said", "“The vote was lost. We go on.”"),
        ),
        (
            "Ruiz tweeted a picture of the empty hall.",
            ("Ruiz", "tweeted", "a picture of the empty hall"),
        ),
        (
            "The Doran filing shows a loss of nine ferries.",
            ("filing", "shows", "a loss of nine ferries"),
        ),
        (
            "As Doran put it, the ferry is a bathtub with a flag.",
            ("Doran", "put", "the ferry is a bathtub with a flag"),
        ),
        (
            "“It was the best ferry we ever had,” she went on.",
            ("she", "went", "“It was the best ferry we ever had,”"),
        ),
        (
            "“It was late,“ said Pavel Doran, a sailor.",
            ("Doran", "said", "“It was late,“"),
        ),
        (
            '"It is sorted according to age groups," said Maria Doran, 66, a retired sailor.',
            ("Doran", "said", '"It is sorted according to age groups,"'),
        ),
        (
            "“If she wants to lead the council, Ana Ruiz should come to Lima,” the editorial read.",
            (
                "editorial",
                "read",
                "“If she wants to lead the council, Ana Ruiz should come to Lima,”",
            ),
        ),
        (
            "“A lot of people said no, and she proved them wrong,” remembered Pavel Doran.",
            ("Doran", "remembered", "“A lot of people said no, and she proved them wrong,”"),
        ),
        (
            "“She is alone on this,” Pavel Doran, the sailor who founded the harbour and still "
            "lives there, tweeted on Wednesday.",
            ("Doran", "tweeted", "“She is alone on this,”"),
        ),
        (
            "The ferry was late. Said Doran: “I never saw her again.”",
            ("Doran", ":", "“I never saw her again.”"),
        ),
        (
            "Ruiz was blunt about it: “It is a long road to nowhere.”",
            ("Ruiz", "was", "“It is a long road to nowhere.”"),
        ),
        (
            "President Doran released the following:\n“We offer our condolences to the family.”",
            ("Doran", "released", "“We offer our condolences to the family.”"),
        ),
        (
            "“The whole idea of the ferry is old, and it needs to stop.”\n- Maria Doran",
            ("Doran", "-", "“The whole idea of the ferry is old, and it needs to stop.”"),
        ),
        (
            "In recent weeks Doran has gone after Ruiz as a “human leech who will bleed us all.”",
            ("Doran", "gone", "after Ruiz as a “human leech who will bleed us all.”"),
        ),
        (
            "His promises notwithstanding, independent analysts argue the port would close.",
            ("analysts", "argue", "the port would close"),
        ),
        (
            "The storm led Pavel Doran to declare the harbour closed.",
            ("Doran", "declare", "the harbour closed"),
        ),
        (
            "The plan, Doran said in Lima, is a road to nowhere.",
            ("Doran", "said", "The plan / is a road to nowhere"),
        ),
        (
            "The ferry, said Maria Doran of the sailors union, has sunk.",
            ("Doran", "said", "The ferry / has sunk"),
        ),
        (
            "A plan like that, wrote the judge, can only fail.",
            ("judge", "wrote", "A plan like that / can only fail"),
        ),
        (
            "Asked about the plan, Ruiz shrugged. “It is a long road to nowhere.”",
            ("Ruiz", "shrugged", "“It is a long road to nowhere.”"),
        ),
        (
            "Ruiz tweeted on Monday: It is a long road to nowhere.",
            ("Ruiz", "tweeted", "It is a long road to nowhere"),
        ),
        (
            "Doran was criticized by Ruiz for his remarks on the sailors.",
            ("Ruiz", "criticized", "Doran / for his remarks on the sailors"),
        ),
        ("Mr. Doran shot back: “That would be new.”", ("Doran", "shot", "“That would be new.”")),
        (
            "Doran writes:\nThe harbour master said that nothing had burned, and no reason was "
            "given for the empty boats.",
            (
                "Doran",
                "writes",
                "The harbour master said that nothing had burned, and no reason was given for the "
                "empty boats.",
            ),
        ),
        (
            "The navy planted newspaper articles alleging that the ferry had sunk.",
            ("navy", "alleging", "that the ferry had sunk"),
        ),
        (
            "Mr. Ruiz pledged to oppose new rules for undocumented sailors “today, tomorrow, "
            "forever.”",
            (
                "Ruiz",
                "pledged",
                "to oppose new rules for undocumented sailors “today, tomorrow, forever.”",
            ),
        ),
        (
            "Voters, Doran suggested, don’t have to worry that big banks can buy the ferry.",
            (
                "Doran",
                "suggested",
                "Voters / don’t have to worry that big banks can buy the ferry",
            ),
        ),
        (
            "“Anybody who attacks him, it's like buyer beware,” said Louise Doran.",
            ("Doran", "said", "“Anybody who attacks him, it's like buyer beware,”"),
        ),
        (
            "The owner called for a harbour bill without more pork to fund ferries.",
            ("owner", "called", "a harbour bill without more pork to fund ferries"),
        ),
        ("Ruiz rejected the plan on Monday.", ("Ruiz", "rejected", "the plan")),
    ],
)
def test_one_statement(text: str, said: tuple[str, str, str]) -> None:
    assert read(text) == [said]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "“We are ready,” said Capt. Ana Doran, who leads the crew. “We sail at noon with "
            "everybody aboard.”",
            ["“We are ready,”", "“We sail at noon with everybody aboard.”"],
        ),
        (
            "The two of them left early, Ruiz told reporters in Lima, N.Y. “They had a boat to "
            "catch and no time.”",
            ["The two of them left early", "“They had a boat to catch and no time.”"],
        ),
        (
            "“It was a hard winter,” said Doran, who thinks often of the sea.\n“We lost two boats "
            "and a good many nets.”",
            ["“It was a hard winter,”", "“We lost two boats and a good many nets.”"],
        ),
    ],
)
def test_a_quotation_goes_on(text: str, parts: list[str]) -> None:
    (said,) = attributions(text)
    assert [c.of(text) for c in said.content] == parts


def test_who_speaks_goes_on_and_not_who_is_spoken_of() -> None:
    text = (
        "Ruiz said Doran's story reminds him of a book titled “The Ferry,” explaining, “It never "
        "arrives.”"
    )
    assert read(text)[-1] == ("Ruiz", "explaining", "“It never arrives.”")


def test_what_is_told_inside_of_a_quotation_that_nobody_says_is_nobodys() -> None:
    text = "It was cold. “Doran said that the vote was lost. We left.” Nobody knows who wrote it."
    assert read(text) == []
    assert read(text.replace("“", "").replace("”", "")) == [
        ("Doran", "said", "that the vote was lost")
    ]


def test_a_title_between_quotation_marks_is_not_said() -> None:
    assert read("MTV plans a new “Ferry Nights,” which returns in March.") == []
