"""What every verb shares: its options, how an answer is shown, how a refusal is worded."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from servanda.api import Case
    from servanda.present.terminal.blocks import Block
    from servanda.syntax.problems import Problem

ERRORS, USAGE = 1, 2

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="A case folder, or one file.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day asked about.")]
Known = Annotated[str | None, typer.Option("--known", metavar="DATE", help="As known on that day.")]
By = Annotated[str | None, typer.Option("--account", metavar="NAME", help="By whose account.")]
Clause = Annotated[str | None, typer.Option("--clause", metavar="ID", help="One clause only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Engine = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="What judges: duckdb, or spark.")
]


def open_case(path: Path, engine: str = "duckdb") -> Case:
    from servanda.api import open as open_

    return open_(path, engine)


def document(case: Case, on: str | None, known: str | None, account: str | None) -> dict[str, Any]:
    """What every answer begins with; what was not asked for is said in `notes`."""
    notes = []
    day = on
    if day is None:
        day = case.last_day()
        notes.append(f"no --on: as of {day}, the last day of the record")
    if account is None and len(case.accounts) > 1:
        notes.append(f"no --account: the first one, of {', '.join(case.accounts)}")
    name = account or case.accounts[0]
    found: dict[str, Any] = {"case": case.agreement.header.name, "account": name}
    return found | {"on": day, "known": known, "notes": notes}


def show(
    answer: Callable[[], tuple[dict[str, Any], Iterable[Block]]],
    json: bool,
    asked: Path | None = None,
) -> dict[str, Any]:
    """Print an answer, or the problems in its way, and nothing half.

    `asked` is the case of a question: if the case is at fault, everything wrong with it is said.
    """
    try:
        document_, blocks = answer()
    except (typer.Exit, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if os.environ.get("SERVANDA_DEBUG"):
            raise
        refuse(everything(explained(error), asked), json)
    if json:
        document_.pop("notes", None)
        write_json(document_)
    else:
        from servanda.present.terminal.rich_blocks import write

        write(blocks)
    return document_


def explained(error: Exception) -> list[Problem]:
    """Whatever went wrong, as problems."""
    from servanda.judge.engines.duckdb import EngineError
    from servanda.judge.verdict import JudgeError
    from servanda.syntax.problems import Problem, ServandaError

    if isinstance(error, ServandaError):
        return list(error.problems)
    if isinstance(error, JudgeError):
        rule = f"rule {error.rule}: " if error.rule else ""
        entry = f" (from the entry {error.entry})" if error.entry else ""
        message = f"{rule}{error}{entry}"
        if error.place is None:
            return [Problem("the case", 0, 0, message, code="E002")]
        place = error.place
        return [Problem(place.file, place.line, place.column, message, code="E002")]
    if isinstance(error, EngineError):
        return [Problem("", 0, 0, str(error), error.help)]
    if isinstance(error, OSError):
        file = str(error.filename or "files")
        return [Problem(file, 0, 0, error.strerror or str(error), code="E103")]
    if isinstance(error, RecursionError):
        message = "this text is nested too deeply to be read"
        return [Problem("the case", 0, 0, message, code="E112")]
    message = f"an error of Servanda's own, {type(error).__name__}: {error}"
    advice = "please report it; with SERVANDA_DEBUG=1 it says where it happened"
    return [Problem("servanda", 0, 0, message, advice, code="E009")]


def everything(problems: list[Problem], asked: Path | None) -> list[Problem]:
    """All errors that `check` would say of a case at fault, and these."""
    if asked is None or not any(p.line for p in problems):
        return problems
    every = list(open_case(asked).check().errors)
    told = {(p.place, p.message) for p in every}
    rest = [p for p in problems if p.severity == "error" and (p.place, p.message) not in told]
    return [*every, *rest]


def write_json(document_: dict[str, Any]) -> None:
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document_), indent=2).decode()
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def problem_document(problems: Iterable[Problem]) -> dict[str, Any]:
    """Errors, warnings and hints as the JSON contract has them."""
    found: dict[str, list[dict[str, Any]]] = {"errors": [], "warnings": [], "hints": []}
    for problem in problems:
        row = {
            "code": problem.code,
            "severity": problem.severity,
            "subject": problem.subject,
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "help": problem.help,
            "paragraph": problem.paragraph,
        }
        found[f"{problem.severity}s"].append(row)
    return found


def refuse(problems: Iterable[Problem], json: bool) -> NoReturn:
    """The case has errors (exit 1), or an option names what is not there (exit 2)."""
    listed = list(problems)
    asked = all(not p.file for p in listed)
    if json:
        write_json(problem_document(listed))
    elif asked:
        for problem in listed:
            advice = f"; {problem.help}" if problem.help else ""
            sys.stderr.write(f"servanda: {problem.message}{advice}\n")
    else:
        from servanda.present.terminal.blocks import problem_blocks
        from servanda.present.terminal.rich_blocks import write

        write(problem_blocks(listed), sys.stderr)
    raise typer.Exit(USAGE if asked else ERRORS)
