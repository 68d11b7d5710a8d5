"""The command line: one verb a function, each with `--json`. Heavy parts load when needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from servanda.case import Case
    from servanda.language.errors import Problem
    from servanda.reading.drafts import Drafts
    from servanda.report.blocks import Block

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Who promised what, what happened and who says so, and who kept it, by whose account.",
)
ERRORS, USAGE = 1, 2

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="A case folder, or one file.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day asked about.")]
Known = Annotated[str | None, typer.Option("--known", metavar="DATE", help="As known on that day.")]
By = Annotated[str | None, typer.Option("--account", metavar="NAME", help="By whose account.")]
Clause = Annotated[str | None, typer.Option("--clause", metavar="ID", help="One clause only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command()
def check(case: CasePath, json: Json = False) -> None:
    """Every error at once, which paragraphs have a rule, and which figures do not fit."""
    from servanda.answers.checked import cross_check_row
    from servanda.report.blocks import check_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = opened.check()
        document = problem_document(found.problems) | {"paragraphs": found.paragraphs}
        document["cross_checks"] = [cross_check_row(one) for one in found.cross_checks]
        return document, check_blocks(opened.name, found.problems, document)

    document = show(answer, json)
    if document["errors"]:
        raise typer.Exit(ERRORS)


@app.command()
def status(
    case: CasePath,
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    clause: Clause = None,
    json: Json = False,
) -> None:
    """Each duty on a day, by one account."""
    from servanda.report.blocks import status_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, account)
        found["duties"] = opened.status(found["on"], known, found["account"], clause)
        return found, status_blocks(found)

    show(answer, json, case)


@app.command()
def timeline(
    case: CasePath,
    *,
    account: By = None,
    clause: Clause = None,
    on: On = None,
    known: Known = None,
    json: Json = False,
) -> None:
    """Every span of every duty over the whole record, half-open."""
    from servanda.answers.rows import timeline_rows
    from servanda.report.blocks import timeline_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, account)
        judged = opened.judge(found["account"], found["on"], known)
        found["duties"] = timeline_rows(judged, opened.clause(clause))
        return found, timeline_blocks(found)

    show(answer, json, case)


@app.command()
def why(
    case: CasePath,
    clause: Annotated[str, typer.Argument(metavar="CLAUSE", help="The clause asked about.")],
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    json: Json = False,
) -> None:
    """The derivation of a clause's status, down to entries and sources."""
    from servanda.answers.why import why as trees_of
    from servanda.report.blocks import why_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        import msgspec

        opened = open_case(case)
        found = document(opened, on, known, account)
        chosen = opened.clause(clause) or clause
        trees = trees_of(opened.judge(found["account"], found["on"], known), chosen)
        found |= {"clause": chosen, "why": msgspec.to_builtins(trees)}
        return found, why_blocks(found, trees)

    show(answer, json, case)


@app.command()
def compare(case: CasePath, on: On = None, known: Known = None, json: Json = False) -> None:
    """The accounts side by side, and what their differences turn on."""
    from servanda.answers.compare import compare as rows_of
    from servanda.report.blocks import compare_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, opened.accounts[0])
        del found["account"]
        found["accounts"] = list(opened.accounts)
        found["duties"] = rows_of(opened, found["on"], known)
        return found, compare_blocks(found)

    show(answer, json, case)


@app.command()
def suppose(
    case: CasePath,
    changes: Annotated[Path, typer.Argument(metavar="FILE", help="Hypothetical entries or rules.")],
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    json: Json = False,
) -> None:
    """What hypothetical entries or rules would change; nothing is written."""
    from servanda.answers.suppose import suppose as difference
    from servanda.report.blocks import suppose_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, account)
        found |= difference(opened, changes, on, known, found["account"])
        return found, suppose_blocks(found)

    show(answer, json, case)


@app.command()
def serve(
    case: CasePath,
    *,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
) -> None:
    """Show a case in a browser, following its text; on this machine only unless told otherwise."""
    from servanda.language.errors import Problem

    try:
        from servanda.view.serve import serve as serve_case
    except ModuleNotFoundError as error:
        advice = "install `servanda[view]`"
        refuse([Problem("", 0, 0, f"the view needs {error.name}", advice)], json=False)
    try:
        serve_case(case, host, port, typer.echo)
    except OSError as error:
        refuse([Problem("", 0, 0, f"cannot serve there: {error.strerror or error}")], json=False)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    json: Json = False,
) -> None:
    """Start a case: a small complete one, with every line explained."""
    from servanda.report.blocks import Line
    from servanda.report.files import new_case

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        files = new_case(folder)
        lines = [Line(f"wrote {name}") for name in files]
        return {"files": files}, [*lines, Line(f"now: servanda check {folder}")]

    show(answer, json)


@app.command()
def fmt(
    case: CasePath,
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
    json: Json = False,
) -> None:
    """Lay out the servanda blocks of a case; the prose is not touched."""
    from servanda.report.blocks import Line
    from servanda.report.files import format_files

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.language.errors import ServandaError

        opened = open_case(case)
        files = [layout.file for layout in opened.layouts]
        found = format_files(opened.folder, files, write=not check)
        if found.problems:
            raise ServandaError(found.problems)
        word = "would change" if check else "changed"
        lines = [Line(f"{word} {name}") for name in found.changed] or [Line("nothing to change")]
        return {"changed": list(found.changed)}, lines

    found = show(answer, json)
    if check and found["changed"]:
        raise typer.Exit(ERRORS)


@app.command()
def read(
    article: Annotated[Path, typer.Argument(metavar="FILE", help="HTML, text, Markdown or PDF.")],
    *,
    case: Annotated[Path, typer.Option("--case", metavar="CASE", help="The case it is about.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DRAFTS", help="Keep the drafts here.")
    ] = None,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="When it was published.")
    ] = None,
    json: Json = False,
) -> None:
    """Draft entries from an article: who says what, through whom. Nothing enters the record."""
    from servanda.report.blocks import Line

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        import msgspec

        from servanda.reading.show import lines_of
        from servanda.reading.store import save

        drafts = read_drafts(article, case, published)
        lines = [Line(text) for text in lines_of(drafts)]
        if out is not None:
            save(drafts, out)
            lines.append(Line(f"wrote {out}; now: servanda accept {out} --case {case}"))
        found: dict[str, Any] = msgspec.to_builtins(drafts)
        return found, lines

    show(answer, json)


def read_drafts(article: Path, case: Path, published: str | None) -> Drafts:
    """Read an article, or say which extra is missing or what is wrong with it."""
    from datetime import date

    from servanda.case import refused

    try:
        from servanda.reading.drafts import drafts_of
        from servanda.reading.page import read_article

        day = None if published is None else date.fromisoformat(published)
        opened = open_case(case)
        return drafts_of(read_article(article, day), opened.agreement)
    except ValueError:
        raise refused(f"`{published}` is no date", "write it as 2021-10-05") from None
    except ModuleNotFoundError as error:
        advice = "install the extra: pip install servanda[reading]"
        raise refused(f"reading needs `{error.name}`", advice) from None


@app.command()
def accept(
    drafts: Annotated[Path, typer.Argument(metavar="DRAFTS", help="What `read -o` wrote.")],
    *,
    case: Annotated[Path, typer.Option("--case", metavar="CASE", help="The case to add to.")],
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="N,N", help="Keep these; ask nothing.")
    ] = None,
    json: Json = False,
) -> None:
    """Walk through drafts (keep, edit, drop); what is kept is added to the record in one step."""
    from servanda.report.blocks import Line

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.reading.review import confirmed, numbered
        from servanda.reading.store import accept as add
        from servanda.reading.store import load_drafts

        found = load_drafts(drafts)
        lines = confirmed(found) if keep is None else numbered(found, keep)
        written = None if not lines else str(add(case, found, lines))
        said = f"added {len(lines)} to {written}" if lines else "nothing was added"
        return {"added": lines, "file": written}, [Line(said)]

    show(answer, json)


# ------------------------------------------------------------------ shared
def open_case(path: Path) -> Case:
    from servanda.case import open as open_

    return open_(path)


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
        from servanda.report.terminal import write

        write(blocks)
    return document_


def explained(error: Exception) -> list[Problem]:
    """Whatever went wrong, as problems."""
    from servanda.judge.verdicts import JudgeError
    from servanda.language.errors import Problem, ServandaError

    if isinstance(error, ServandaError):
        return list(error.problems)
    if isinstance(error, JudgeError):
        rule = f"rule {error.rule}: " if error.rule else ""
        entry = f" (entry {error.entry})" if error.entry else ""
        return [Problem("the case", 0, 0, f"{rule}{error}{entry}")]
    if isinstance(error, OSError):
        return [Problem(str(error.filename or "files"), 0, 0, error.strerror or str(error))]
    if isinstance(error, RecursionError):
        return [Problem("the case", 0, 0, "this text is nested too deeply to be read")]
    message = f"an error of Servanda's own, {type(error).__name__}: {error}"
    advice = "please report it; with SERVANDA_DEBUG=1 it says where it happened"
    return [Problem("servanda", 0, 0, message, advice)]


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
    """Errors and hints as the JSON contract has them."""
    found: dict[str, list[dict[str, Any]]] = {"errors": [], "hints": []}
    for problem in problems:
        row = {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "help": problem.help,
            "severity": problem.severity,
            "paragraph": problem.paragraph,
        }
        found["hints" if problem.severity == "hint" else "errors"].append(row)
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
        from servanda.report.blocks import problem_blocks
        from servanda.report.terminal import write

        write(problem_blocks(listed), sys.stderr)
    raise typer.Exit(USAGE if asked else ERRORS)


def main() -> None:
    """The entry point: no traceback ever reaches the user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code: object = 0
    try:
        code = app(prog_name="servanda", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("servanda: interrupted\n")
        code = 130
    except BrokenPipeError:
        # Whoever read has gone: what is still held back goes nowhere, without a complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        code = refuse_usage(error)
    sys.exit(code if isinstance(code, int) else 0)


def refuse_usage(error: Exception) -> int:
    """A command line that cannot be read: a few lines, or JSON if that was asked for."""
    show_usage = getattr(error, "show", None)
    if show_usage is None:
        sys.stderr.write(f"servanda: {type(error).__name__}: {error}\n")
        return ERRORS
    if "--json" in sys.argv and hasattr(error, "format_message"):
        from servanda.language.errors import Problem

        problem = Problem("", 0, 0, error.format_message(), "see `servanda --help`")
        write_json(problem_document([problem]))
    else:
        show_usage()
    return int(getattr(error, "exit_code", USAGE))
