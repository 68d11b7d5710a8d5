"""Answers and refusals as the command line prints them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import typer

from servanda.cli.signals import is_interrupted

if TYPE_CHECKING:
    from servanda.api import Case
    from servanda.api.questions import Question
    from servanda.present.terminal.blocks import Block
    from servanda.syntax.problems import Problem

ERRORS, USAGE = 1, 2


class Answer(Protocol):
    """What most answers of the API can do."""

    def to_dict(self) -> dict[str, Any]: ...
    def blocks(self, notes: Sequence[str] = ()) -> list[Block]: ...


def open_case(path: Path, engine: str = "duckdb") -> Case:
    from servanda.api import open as open_

    return open_(path, engine)


def rendered(answer: Answer, notes: Sequence[str] = ()) -> tuple[dict[str, Any], Iterable[Block]]:
    """An answer as its JSON document, and as what a terminal shows, made when it is shown."""

    def blocks() -> Iterator[Block]:
        yield from answer.blocks(notes)

    return answer.to_dict(), blocks()


def default_notes(case: Case, question: Question, on: object, account: object) -> list[str]:
    """Notes on defaults: the day and the account that were not given."""
    notes = []
    if on is None:
        notes.append(f"no --on: as of {question.on}, the last day of the record")
    if not account and not question.several and len(case.accounts) > 1:
        notes.append(f"no --account: the first one, of {', '.join(case.accounts)}")
    return notes


def show(
    answer: Callable[[], tuple[dict[str, Any], Iterable[Block]]],
    json: bool,
    asked: Path | None = None,
) -> dict[str, Any]:
    """Print an answer, or the problems in its way, and nothing half. Returns its document.

    `asked` is the case of a question: if the case is at fault, everything wrong with it is said.
    """
    try:
        document, blocks = answer()
        shown = [] if json else list(blocks)
    except (typer.Exit, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if is_interrupted():
            raise KeyboardInterrupt from error
        if os.environ.get("SERVANDA_DEBUG"):
            raise
        refuse(with_all_errors(problems_of(error), asked), json)
    if json:
        write_json(document)
    else:
        from servanda.present.terminal.rich_blocks import write

        write(shown)
    return document


def problems_of(error: Exception) -> list[Problem]:
    """Whatever went wrong, as problems."""
    from servanda.judge.engines.duckdb import EngineError
    from servanda.judge.verdict import JudgeError
    from servanda.syntax.atomic_files import FULL, unwritable
    from servanda.syntax.problems import Problem, ServandaError, nested_too_deeply, own_error

    if isinstance(error, ServandaError):
        return list(error.problems)
    if isinstance(error, JudgeError):
        return [error.problem()]
    if isinstance(error, EngineError):
        advice = error.help or "name another with --engine"
        return [Problem("E013", "option:engine", "", 0, 0, str(error), advice)]
    if isinstance(error, OSError):
        if error.errno in FULL:
            return list(unwritable(Path(error.filename or "standard output"), error).problems)
        file = str(error.filename or "files")
        message = error.strerror or str(error)
        advice = "correct its name, or its permissions"
        return [Problem("E103", f"file:{file}", file, 0, 0, message, advice)]
    if isinstance(error, RecursionError):
        return [nested_too_deeply()]
    return [own_error(error)]


def with_all_errors(problems: list[Problem], asked: Path | None) -> list[Problem]:
    """These problems, and all errors that `check` would report of a case at fault."""
    if asked is None or not any(p.line for p in problems):
        return problems
    every = list(open_case(asked).check().errors)
    reported = {(p.place, p.message) for p in every}
    rest = [p for p in problems if p.severity == "error" and (p.place, p.message) not in reported]
    return [*every, *rest]


def write_json(document: dict[str, Any]) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(json_of(document), indent=2).decode() + "\n")
    sys.stdout.flush()


def json_of(document: dict[str, Any]) -> bytes:
    """JSON; of names of files and of arguments that are not in UTF-8, what is."""
    import msgspec

    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        from servanda.syntax.whole_text import whole_values

        return msgspec.json.encode(whole_values(document))


def problem_document(problems: Iterable[Problem]) -> dict[str, Any]:
    """Errors, warnings and hints as the JSON contract has them."""
    from servanda.api.answers import problems_by_severity

    return {**problems_by_severity(problems)}


def refuse(problems: Iterable[Problem], json: bool) -> NoReturn:
    """The case has errors (exit 1), or an option names what is not there (exit 2)."""
    listed = list(problems)
    is_usage = all(not p.file for p in listed)
    if json:
        write_json(problem_document(listed))
    elif is_usage:
        for problem in listed:
            advice = f"; {problem.help}" if problem.help else ""
            sys.stderr.write(f"servanda: {problem.message}{advice}\n")
    else:
        from servanda.present.terminal.blocks import problem_blocks
        from servanda.present.terminal.rich_blocks import write

        write(problem_blocks(listed), sys.stderr)
    raise typer.Exit(USAGE if is_usage else ERRORS)
