"""Boilerplate is removed and no real line is cut: 240 documents made of real sentences."""

from __future__ import annotations

import random

import pytest

from servanda.articles.boilerplate import strip_boilerplate

BOILERPLATE = [
    "Leave a Reply",
    "Leave a comment",
    "Log Out /  Change )",
    "Log in",
    "Google photo",
    "You are commenting using your Twitter account. Log Out /  Change )",
    "Connecting to %s",
    "Fill in your details below or click an icon to log in: Logo",
    "Facebook photo",
    "Up ↑",
    "%d bloggers like this:",
    "Blog at WordPress.com.",
    "Like Loading...",
    "12 likes",
    "3 comments",
    "Share this:",
    "Share on Facebook",
    "We use cookies to improve your experience.",
    "Accept all cookies",
    "Subscribe to our newsletter",
    "Advertisement",
    "Skip to content",
    "All rights reserved",
    "© 2021 The Harbour Gazette",
    "Privacy Policy",
    "Next article",
    "Click to share on Twitter (Opens in new window)",
    "Required fields are marked *",
    "Follow us on Twitter",
    "Post Comment",
    "Be the first to like this",
    "Sign up",
]

# Lines that hold words of boilerplate, or are short, and are the article's own.
REAL = [
    "Leave a reply to the Commission's letter unanswered and the deadline passes by itself.",
    "The minister's reply was short.",
    "“Leave,” he told them.",
    "They log out of the plant at six.",
    "The photo was taken by a Google car in 2017.",
    "Talks resumed on Up Street.",
    "Comments closed on Friday, the regulator said.",
    "Share prices fell by 3 percent.",
    "We use cookies as money here, the prisoner joked, and nobody laughed at him.",
    "Cookies and bread were all that the convoy brought.",
    "More than 12 likes were bought, he said.",
    "No advertisement was shown.",
    "All rights reserved to the states remain untouched.",
    "Copyright law was not discussed.",
    "Next, article 36 was read aloud.",
    "What now?",
    "No.",
    "Yes, we will.",
    "III.",
    "Vienna, 14 July 2015",
    "Sign the treaty, she said.",
    "Peace at last",
    "Subscribe to that view and you excuse the breach.",
    "Follow us or stand aside, they shouted.",
    "Email was used to send the notice.",
    "The website of the ministry says nothing.",
    "Privacy policy is a matter for the states.",
    "Loading began on Monday at the port.",
    "Related entities were sanctioned too.",
    "Print runs were cut.",
    "“Like this: slowly,” he said.",
    "Tweets are not treaties.",
    "Name the price and we will pay it.",
    "Contact us, the rebels wrote.",
    "— Reuters",
    "By Ada Lindqvist",
    "* * *",
    "The two sides agreed on a change of the schedule.",
]


@pytest.mark.parametrize("seed", range(240))
def test_no_real_line_is_cut(seed: int) -> None:
    dice = random.Random(seed)
    real = dice.sample(REAL, dice.randint(3, 14))
    junk = dice.sample(BOILERPLATE, dice.randint(0, 8))
    lines = [*real, *junk]
    dice.shuffle(lines)
    text, cut = strip_boilerplate("\n\n".join(lines))
    assert [x for x in text.splitlines() if x] == [x for x in lines if x in real]
    assert cut == [x for x in lines if x in junk]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_is_removed(line: str) -> None:
    assert strip_boilerplate(f"A line.\n{line}\n")[1] == [line]
