"""The command line: one verb a function (`verbs.py`). Heavy parts load when needed."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, NoReturn

import typer

from servanda.cli.answers import USAGE, problem_document, problems_of, refuse, write_json
from servanda.cli.options import with_folders
from servanda.cli.signals import INTERRUPTED, catch_signals, exit_code_of_signal
from servanda.cli.verbs import verbs

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Who promised what, what happened and who says so, and who kept it, by whose account.",
)
for name, function in verbs().items():
    app.command(name)(with_folders(function))


def show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"servanda {version('servanda')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """The entry point: no traceback ever reaches the user."""
    # What is imported and read stays: looking for garbage in it is some 4 % of a short answer.
    gc.freeze()
    gc.set_threshold(50_000)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    catch_signals()
    code: object = 0
    try:
        code = app(prog_name="servanda", standalone_mode=False)
        if code == INTERRUPTED:  # Typer's answer to a signal
            raise KeyboardInterrupt
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("servanda: interrupted\n")
        code = exit_code_of_signal()
    except BrokenPipeError:
        # Whoever read has gone: what is still held back goes nowhere, without a complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        code = refuse_usage(error)
    leave(code if isinstance(code, int) else 0)


def leave(code: int) -> NoReturn:
    """End the program without taking every object apart: that is 4 % of a short answer.

    After a signal, Python would also end with one of its own, not with this code.
    """
    if any(not one.daemon for one in threading.enumerate() if one is not threading.main_thread()):
        sys.exit(code)
    atexit._run_exitfuncs()  # temporary folders are removed there
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def refuse_usage(error: Exception) -> int:
    """A command line that cannot be read: a few lines, or JSON if that was asked for."""
    show_usage = getattr(error, "show", None)
    if show_usage is None:
        try:
            refuse(problems_of(error), json=False)
        except typer.Exit as said:
            return int(said.exit_code)
    if "--json" in sys.argv and hasattr(error, "format_message"):
        from servanda.syntax.problems import Problem

        problem = Problem(
            *("E001", "option:command line", "", 0, 0),
            *(error.format_message(), "see `servanda --help`"),
        )
        write_json(problem_document([problem]))
    else:
        show_usage()
    return int(getattr(error, "exit_code", USAGE))
