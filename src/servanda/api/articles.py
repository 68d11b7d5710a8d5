"""Articles to drafts, and drafts to a record: what `Case.read` and `Case.accept` do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.api.output_files import missing_extra
from servanda.syntax.problems import refused
from servanda.syntax.tree import Agreement

if TYPE_CHECKING:
    from servanda.api.answers import Accepted
    from servanda.articles.drafts import Drafts


def read_drafts(agreement: Agreement, article: Path, published: date | str | None) -> Drafts:
    """The drafts of an article. Raises ServandaError for a missing extra, or no article."""
    try:
        day = date.fromisoformat(published) if isinstance(published, str) else published
    except ValueError:
        message = f"`{published}` is no date"
        raise refused("E012", "option:published", message, "write it as 2021-10-05") from None
    try:
        from servanda.articles.article import read_article
        from servanda.articles.draft_builder import drafts_of

        return drafts_of(read_article(article, day), agreement)
    except ModuleNotFoundError as error:
        raise missing_extra(error, "reading", "reading") from None


def accept_drafts(
    folder: Path,
    drafts: Drafts | str | Path,
    keep: Iterable[int] | str | None,
    lines: Iterable[str] | None,
) -> Accepted:
    """Add numbered drafts, or lines, to the record of the case in a folder."""
    from servanda.api.answers import Accepted
    from servanda.articles.draft_files import accept, load_drafts
    from servanda.articles.review import lines_by_number

    if (keep is None) == (lines is None):
        message = "say which drafts to keep, or give lines"
        raise refused("E004", "option:keep", message, "one of them, not both")
    found = load_drafts(Path(drafts)) if isinstance(drafts, str | Path) else drafts
    if lines is None:
        numbers = keep if isinstance(keep, str) else ",".join(map(str, keep or ()))
        kept = lines_by_number(found, numbers)
    else:
        kept = list(lines)
    if not kept:
        return Accepted((), None)
    added, file = accept(folder, found, kept)
    present = tuple(line for line in dict.fromkeys(kept) if line not in added)
    return Accepted(tuple(added), file if added else None, present)
