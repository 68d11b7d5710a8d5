"""The project's English: no dialect in docstrings, comments, messages, docs and names.

Terms are in docs/glossary.md. Source text is checked with its tokenizer, so that only prose counts;
code blocks of the docs are not checked, since the language has words of its own.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "servanda"
SOURCES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))
PAGES += [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]
PAGES += sorted((PACKAGE / "starter").rglob("*.md"))
PROGRAMS = [*SOURCES, *sorted((ROOT / "benchmarks").rglob("*.py"))]

# What a stranger reads as a riddle, with what to write instead.
DIALECT = {
    r"hangs? on": "depends on",
    r"lies? over|stands? over": "applies to, overlay",
    r"goes? round|circle of rules": "cycle",
    r"so marked": "is undetermined",
    r"told anew|anew": "again, from scratch",
    r"tells? (?:of|what|each)\b": "reports, lists",
    r"what is (?:not )?[a-z]+ is what": "name the subject",
    r"in vain": "without effect",
    r"comes? to rest": "settles",
    r"(?<!-)mends? ": "cures, fixes",
    r"says no more than": "implies",
    r"is no list of": "must be a list of",
    r"who is spoken of": "the person mentioned",
    r"chase each other": "the fixpoint may not terminate",
    r"not soon worked out": "costly",
    r"says the form(?:at)? of": "unsupported extension",
    r"would turn the line around|that would not be seen": "invisible and bidirectional characters",
    r"lines that could not be read declare": "names declared by unparsable lines",
    r"appends what is not": "replay: append each change",
    r"what time it is": "clock",
    r"(?:is|are) told\b(?! apart)|told (?:as|by|of|when)\b": "is shown, printed, reported",
    r"(?:is|are) held (?:to|against)": "is checked with, compared with",
    r"spoken of|speaks of": "mentioned, refers to",
    r"in one go": "together",
    r"the very\b": "leave it out",
    r"the dearest": "the slowest, the most costly",
    r"goes on with|going on with": "continues with",
    r"(?:by|for) somebody who": "name who it is",
    r"what (?:an?|the) \w+ is called\b": "the name of",
    r"how sure(?:ly)? (?:it is|there is)": "the certainty",
}

RIDDLE = re.compile("|".join(rf"\b(?:{phrase})" for phrase in DIALECT), re.IGNORECASE)

# Names nobody can guess: of modules, classes and functions of a module.
UNGUESSABLE = frozenset(
    """
    again alike arising asof chrome desk furniture heads lanes loose marks otherwise parting
    remarks said say seen sight spelled unmended unmoved unread used uses
    """.split()  # noqa: SIM905
)


def prose_of_source(path: Path) -> Iterator[tuple[int, str]]:
    """Comments and strings of a module with their line numbers."""
    text = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


def prose_of_page(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a page outside of code blocks; inline code is left out."""
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line)


def riddles(pieces: Iterator[tuple[int, str]]) -> list[str]:
    return [
        f"line {line}: {match.group()!r}"
        for line, text in pieces
        for match in RIDDLE.finditer(" ".join(text.split()))
    ]


def names_of(path: Path) -> set[str]:
    """The module's own name and those of its classes and functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {path.stem} | {node.name for node in tree.body if isinstance(node, defined)}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: str(p.relative_to(ROOT)))
def test_source_speaks_plainly(path: Path) -> None:
    assert riddles(prose_of_source(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_speak_plainly(path: Path) -> None:
    assert riddles(prose_of_page(path)) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_names_can_be_guessed(path: Path) -> None:
    assert {name.lower().strip("_") for name in names_of(path)} & UNGUESSABLE == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "whether it hangs on what others tell",
        "what lies over the duty until the first",
        "a batch deletes and tells each anew",
        "what is told is what was judged",
        "Where it is so marked",
        "small answers come in one go",
        "it is not in the calendar, and told when that is written",
    ],
)
def test_a_riddle_is_found(sentence: str) -> None:
    assert riddles(iter([(1, sentence)]))


def test_code_blocks_are_not_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A `so marked` word.\n```\nhangs on\n```\nplain\n", encoding="utf-8")
    assert riddles(prose_of_page(page)) == []
