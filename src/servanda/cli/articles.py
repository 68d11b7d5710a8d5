"""An article to draft entries, and drafts to a record: read, accept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import open_case, show
from servanda.cli.options import Json
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("article")
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
    from servanda.present.terminal.blocks import Line

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        import msgspec

        from servanda.articles.draft_files import save
        from servanda.articles.rendering import lines_of

        opened = open_case(case)
        drafts = opened.read(article, published)
        lines = [Line(text) for text in lines_of(drafts)]
        if out is not None:
            save(drafts, out, opened.folder)
            lines.append(Line(f"wrote {out}; now: servanda accept {out} --case {case}"))
        return dict(msgspec.to_builtins(drafts)), lines

    show(answer, json)


@verb("article")
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
    from servanda.present.terminal.blocks import Line

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.articles.draft_files import load_drafts
        from servanda.articles.review import review_drafts

        found = load_drafts(drafts)
        lines = review_drafts(found) if keep is None else None
        done = open_case(case).accept(found, keep, lines=lines)
        lines_ = [
            Line(f"added {len(done.added)} to {done.file}" if done.file else "nothing was added")
        ]
        if done.present:
            lines_.append(Line(f"{len(done.present)} are in the record already"))
        return done.to_dict(), lines_

    show(answer, json)
