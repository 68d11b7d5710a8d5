"""Verdict tables too large to be looked at row by row: judge."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict

from servanda.cli.common import CasePath, Engine, Json, Known, On, document, open_case, show
from servanda.cli.output import check_place, ending

if TYPE_CHECKING:
    from servanda.api import Case
    from servanda.judge.judgement import Judgement
    from servanda.present.terminal.blocks import Block

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write the table: .parquet or .csv."),
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="NAME", help="By whose account; again for more, or `all`."),
]
Summary = Annotated[bool, typer.Option("--summary", help="Count by clause and status.")]
Memory = Annotated[
    str | None,
    typer.Option("--memory", metavar="SIZE", help="At most this, then the disk: 3GB."),
]


def judge(
    case: CasePath,
    *,
    output: Output = None,
    summary: Summary = False,
    on: On = None,
    known: Known = None,
    account: Accounts = None,
    memory: Memory = None,
    engine: Engine = "duckdb",
    json: Json = False,
) -> None:
    """The whole verdict table into a file, or its counts: for records of any size."""
    from servanda.cli.progress import shown
    from servanda.present.terminal.blocks import Line, summary_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.judge import verdict_table

        if output is not None:
            ending(output, verdict_table.FORMATS)
            check_place(output)
        opened = open_case(case, engine)
        names = chosen(opened, account or [])
        found = document(opened, on, known, names[0] if names else None)
        names = names or [found["account"]]
        if len(names) > 1:
            del found["account"]
            found["accounts"] = names
        counts: list[dict[str, Any]] = []
        with shown() as progress:
            progress.runs = len(names)

            def judged() -> Iterator[tuple[str, Judgement]]:
                one = None
                for name in names:
                    one = opened.judgement(name, found["on"], known, memory, progress, beside=one)
                    if summary or output is None:
                        said = {"account": name} if len(names) > 1 else {}
                        counts.extend(said | asdict(count) for count in verdict_table.counts(one))
                    yield name, one

            if output is None:
                deque(judged(), maxlen=0)
            elif len(names) > 1:
                found |= {"file": str(output), "rows": verdict_table.write_each(judged(), output)}
            else:
                ((_, one),) = judged()
                found |= {"file": str(output), "rows": verdict_table.write(one, output)}
        lines: list[Block] = []
        if output is not None:
            lines.append(Line(f"wrote {found['rows']:,} spans to {output}"))
        if summary or output is None:
            found["counts"] = counts
            lines += summary_blocks(found)
        return found, lines

    show(answer, json, case)


def chosen(case: Case, accounts: list[str]) -> list[str]:
    """The accounts asked for, each once; `all` is all. Raises ServandaError for unknown ones."""
    if accounts == ["all"] and "all" not in case.accounts:
        return list(case.accounts)
    for name in accounts:
        case.account(name)
    return list(dict.fromkeys(accounts))
