"""Changes of status as events arrive: watch."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from servanda.cli.answers import (
    ERRORS,
    json_of,
    open_case,
    problem_document,
    problems_of,
    refuse,
    write_json,
)
from servanda.cli.options import By, CasePath, On
from servanda.cli.signals import is_interrupted
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.watch import Batch, Watch


@verb("table")
def watch(
    case: CasePath,
    *,
    follow: Annotated[
        Path | None, typer.Option("--follow", metavar="FILE", help="Events, one JSON a line.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Default: FILE.watch.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Changes, each exactly once.")
    ] = None,
    account: By = None,
    on: On = None,
    clock: Annotated[
        Literal["events", "said", "wall"],
        typer.Option("--clock", help="Clock: event time, explicit `now` lines, or system time."),
    ] = "events",
    batch: Annotated[
        int, typer.Option("--batch", metavar="N", min=1, help="Lines at once.")
    ] = 1000,
    once: Annotated[bool, typer.Option("--once", help="Read what is there, and end.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at a bad line.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what is judged again for what, and end.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Follow a file of events; report each change of status exactly once, also after a crash."""
    try:
        if explain:
            explain_units(case, account, json)
            return
        if follow is None:
            raise typer.BadParameter("say which file: --follow events.jsonl")
        from servanda.watch import Watch

        with Watch(
            case,
            follow,
            state=state,
            account=account,
            on=on,
            clock=clock,
            strict=strict,
            most=batch,
            apart=() if out is None else (out,),
            progress=report_start,
        ) as found:
            follow_file(found, out, once, json)
    except (typer.Exit, typer.BadParameter, BrokenPipeError):
        raise
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, KeyboardInterrupt) or is_interrupted():
            write_note("stopped; the next `servanda watch` goes on from here")
            return
        if os.environ.get("SERVANDA_DEBUG"):
            raise
        refuse_watch(error, json)


def follow_file(watch: Watch, out: Path | None, once: bool, json: bool) -> None:
    """Write the changes of one batch after the other, to the file and to standard output."""
    from servanda.vocabulary.escaping import printable
    from servanda.watch.output import FileSink, StreamSink
    from servanda.watch.rendering import line_of

    def shown(body: bytes) -> bytes:
        return body + b"\n" if json else f"{printable(line_of(body))}\n".encode()

    outs: list[FileSink | StreamSink] = []
    if out is not None:
        outs.append(FileSink(watch, out))
    if out is None or not json:
        sys.stdout.flush()
        outs.append(StreamSink(watch, sys.stdout.buffer, shown))
    for each in outs:
        each.catch_up()
    for batch in watch.batches(once):
        for each in outs:
            each.catch_up()
        report_batch(batch)
    if watch.followed.has_partial_line():
        write_note(f"the last line of {watch.path.name} has no end yet; left for the next time")


def report_batch(batch: Batch) -> None:
    """What one batch came to, on standard error."""
    for problem in batch.rejected:
        write_note(f"{problem.file}, line {problem.line}: {problem.message} (set aside)")
    extra = [f"{batch.repeated} seen before"] if batch.repeated else []
    extra += [f"{batch.waiting} wait for what they correct"] if batch.waiting else []
    rate = batch.lines / max(batch.seconds, 1e-6)
    said = [f"{batch.lines} lines, to line {batch.last}", f"{len(batch.changes)} changes", *extra]
    write_note(f"{'; '.join(said)}; now {batch.now}; {batch.seconds:.2f} s, {rate:,.0f} lines/s")


def report_start(what: str, number: int) -> None:
    """Progress of the first reading of the record, on standard error."""
    write_note(f"beginning: {number:,} {what}")


def write_note(text: str) -> None:
    """A line for the person who looks on, on standard error: the output is for programs."""
    sys.stderr.write(f"servanda: {text}\n")
    sys.stderr.flush()


def refuse_watch(error: Exception, json: bool) -> NoReturn:
    """Refuse to watch; with `--json`, as one line of JSON."""
    if json:
        sys.stdout.write(json_of(problem_document(problems_of(error))).decode() + "\n")
        raise typer.Exit(ERRORS)
    refuse(problems_of(error), json=False)


def explain_units(case: Path, account: str | None, json: bool) -> None:
    """Print which rules are judged for which keys."""
    from servanda.watch.rendering import unit_lines, unit_rows

    opened = open_case(case)
    opened.require_no_errors()
    rows: list[dict[str, Any]] = unit_rows(opened.norms(account))
    if json:
        write_json({"units": rows})
    else:
        sys.stdout.write("\n".join(unit_lines(rows)) + "\n")
