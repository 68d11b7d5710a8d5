"""What a problem code means: explain-error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import show
from servanda.cli.options import Json
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block
    from servanda.syntax.problem_codes import Example, ProblemCode


@verb("help")
def explain_error(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A code such as E104; none: list all.")
    ] = None,
    json: Json = False,
) -> None:
    """What the code of an error, warning or hint means, and what to write instead."""
    from servanda.syntax.problem_codes import problem_codes, suggest_code
    from servanda.syntax.problems import refused

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        known = problem_codes()
        if code is None:
            rows = [
                {"code": c.code, "severity": c.severity, "title": c.title} for c in known.values()
            ]
            return {"codes": rows}, list_blocks(known.values())
        found = known.get(code.upper())
        if found is None:
            message = f"there is no code `{code}`"
            raise refused("E003", f"code:{code}", message, suggest_code(code))
        document = {
            "code": found.code,
            "severity": found.severity,
            "title": found.title,
            "explanation": found.explanation,
            "wrong": found.wrong.shown if found.wrong else None,
            "right": found.right.shown if found.right else None,
        }
        return document, explanation_blocks(found)

    show(answer, json)


def list_blocks(codes: Iterable[ProblemCode]) -> list[Block]:
    """Every code with its title, by topic."""
    from servanda.present.terminal.blocks import Line
    from servanda.syntax.problem_codes import FAMILIES

    listed = list(codes)
    found: list[Block] = []
    for digit, topic in FAMILIES.items():
        found.append(Line(f"{digit}xx: {topic}", "title"))
        found += [Line(f"{c.code}  {c.title}") for c in listed if c.code[1] == digit]
        found.append(Line(""))
    return [
        *found,
        Line("E: errors, W: warnings, H: hints. Warnings and hints stop nothing.", "quiet"),
    ]


def explanation_blocks(found: ProblemCode) -> list[Block]:
    """One code: its title, what it means, and the two examples."""
    from servanda.present.terminal.blocks import Line

    blocks: list[Block] = [Line(f"{found.severity}[{found.code}]: {found.title}", found.severity)]
    blocks += [Line(""), *(Line(line) for line in found.explanation.split("\n"))]
    for word, example in (("wrong", found.wrong), ("right", found.right)):
        if example is not None:
            blocks += [Line(""), Line(f"{word}:", "title"), *example_lines(example)]
    return blocks


def example_lines(example: Example) -> Iterator[Block]:
    """The files of an example, indented; those beside the main one with their names."""
    from servanda.present.terminal.blocks import Line

    files = {example.main: example.shown} | {
        name: text for name, text in example.files.items() if name != example.main
    }
    for name, text in files.items():
        if name != example.main:
            yield Line(f"  {name}:", "quiet")
        for line in text.rstrip("\n").split("\n"):
            yield Line(f"    {line}", exact=True)
