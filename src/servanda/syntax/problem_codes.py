"""The registry of problem codes: what each code means, with a wrong and a right example.

The codes stand in `problem_codes.md`, a heading each. The first letter is the severity: E for
errors, W for warnings (something is probably wrong), H for hints. The hundreds are the topic: see
`FAMILIES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from servanda.syntax.problems import SEVERITIES, Severity, did_you_mean

REGISTRY = Path(__file__).with_name("problem_codes.md")
FAMILIES = {
    "0": "the request",
    "1": "the text: files, layout, lines, values",
    "2": "names",
    "3": "arguments, types and units",
    "4": "rules",
    "5": "the record and accounts",
    "6": "sources",
    "7": "tables",
}
# What stands above an example that has no `agreement` line of its own.
EXAMPLE_HEAD = """\
agreement Example
party A, B
currency EUR
event pay(by: party, to: party, amount: number in EUR), not recorded is taken as not done
"""
MAIN_FILE = "example.sv"

_HEADING = re.compile(r"^## ([EWH]\d{3}) (.+)$", re.M)
_PART = re.compile(r"^(Wrong|Right):$", re.M)
_BLOCK = re.compile(r"^(```|~~~)\w+(?: ([\w./-]+))?\n(.*?)^\1$", re.M | re.S)


class Example(Struct, frozen=True):
    """A small case: file names to texts. `main` is the file to check, `shown` its text as printed.

    Without an `agreement` line of its own, the main file begins with `EXAMPLE_HEAD`.
    """

    main: str
    shown: str
    files: dict[str, str]


class ProblemCode(Struct, frozen=True):
    """One code: a title, what it means and what to write instead, and examples if any are short.

    `body` is the whole of it in Markdown, as `docs/errors.md` has it.
    """

    code: str
    title: str
    explanation: str
    body: str
    wrong: Example | None
    right: Example | None

    @property
    def severity(self) -> Severity:
        """How bad a problem of this code is."""
        return SEVERITIES[self.code[0]]


@cache
def problem_codes() -> dict[str, ProblemCode]:
    """Every code, in the order of the registry: by topic, then number."""
    return {found.code: found for found in _read(REGISTRY.read_text(encoding="utf-8"))}


def is_mutable(code: str) -> bool:
    """Whether an `allow` line can mute the code: a warning or a hint of the registry."""
    return code in problem_codes() and code[0] != "E"


def suggest_code(code: str, *, mutable: bool = False) -> str:
    """Advice for a code that is not in the registry: those near it, else where they are listed."""
    known = [one for one in problem_codes() if not mutable or is_mutable(one)]
    word = code.upper()
    same_number = [one for one in known if one[1:] == word.lstrip("EWH")]
    near = did_you_mean(word, same_number) or did_you_mean(word, known)
    return near or "`servanda explain-error` lists all codes"


def _read(text: str) -> Iterator[ProblemCode]:
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        body = text[heading.end() : end].strip()
        explanation, *parts = _PART.split(body)
        texts = dict(zip(parts[::2], parts[1::2], strict=True))
        wrong = _example(texts["Wrong"], {}) if "Wrong" in texts else None
        right = None
        if wrong is not None:
            beside = {name: text for name, text in wrong.files.items() if name != wrong.main}
            right = _example(texts["Right"], beside)
        yield ProblemCode(heading[1], heading[2], explanation.strip(), body, wrong, right)


def _example(text: str, beside: dict[str, str]) -> Example:
    """An example from its fenced blocks; `beside` are files that it takes over."""
    files = dict(beside)
    main = shown = ""
    for _, name, block in _BLOCK.findall(text):
        file = name or MAIN_FILE
        if not main:
            main, shown = file, block
        has_head = bool(name) or re.search(r"^agreement ", block, re.M)
        files[file] = block if has_head else EXAMPLE_HEAD + block
    return Example(main, shown, files)
