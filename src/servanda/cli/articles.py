"""An article to draft entries: read, accept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.common import Json, open_case, show

if TYPE_CHECKING:
    from servanda.articles.drafts import Drafts
    from servanda.present.terminal.blocks import Block


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

    from servanda.api import refused

    try:
        from servanda.articles.article import read_article
        from servanda.articles.draft_builder import drafts_of

        day = None if published is None else date.fromisoformat(published)
        opened = open_case(case)
        return drafts_of(read_article(article, day), opened.agreement)
    except ValueError:
        raise refused(f"`{published}` is no date", "write it as 2021-10-05") from None
    except ModuleNotFoundError as error:
        advice = "install the extra: pip install servanda[reading]"
        raise refused(f"reading needs `{error.name}`", advice) from None


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
        from servanda.articles.draft_files import accept as add
        from servanda.articles.draft_files import load_drafts
        from servanda.articles.review import lines_by_number, review_drafts

        found = load_drafts(drafts)
        lines = review_drafts(found) if keep is None else lines_by_number(found, keep)
        written = None if not lines else str(add(case, found, lines))
        said = f"added {len(lines)} to {written}" if lines else "nothing was added"
        return {"added": lines, "file": written}, [Line(said)]

    show(answer, json)
