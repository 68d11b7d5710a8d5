"""Page of a supposition: hypothetical entries and the difference they make.

Nothing is written; `saving.py` saves them if somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servanda.explain.rows import status_rows
from servanda.explain.supposition import difference
from servanda.judge.time_limit import time_limit
from servanda.judge.verdict import JudgeError
from servanda.syntax.problems import ServandaError, nested_too_deeply
from servanda.web.problem_rows import problem_rows
from servanda.web.query import Query, Refused, still_judging
from servanda.web.settings import site

FILE = "what-if.md"
LONGEST = 100_000
SECONDS = 10.0
"""For the judgement of a supposition."""


def page(query: Query, text: str | None) -> dict[str, Any]:
    """The page to type into; with a text, the difference it would make. Raises Refused."""
    found = {"text": text or "", "account": query.account, "on": query.dates.on}
    if not (text or "").strip():
        return found
    result = difference_of(query, text or "")
    return found | result | {"problems": problem_rows(result["problems"])}


def as_page(text: str) -> str:
    """Bare lines as a page with one block; a page of blocks as it is."""
    if "```" in text:
        return text
    return f"```servanda\n{text}\n```\n"


def difference_of(query: Query, text: str) -> dict[str, Any]:
    """The difference that a text would make, in one account on the day asked about.

    `{"added", "removed", "changed", "problems"}` as in docs/json.md; with problems, no difference.
    """
    if len(text) > LONGEST:
        raise Refused("E011", "option:text", "this is too long", f"up to {LONGEST:,} characters")
    before = query.judged()
    if before is None:
        raise still_judging("this account")
    try:
        with site.workspace.turn(), time_limit(SECONDS):
            case = query.case.with_text(as_page(text), FILE)
            after = case.judge(query.account, query.dates.on, query.dates.known, reuse=[before])
    except ServandaError as error:
        return {"problems": list(error.problems)}
    except JudgeError as error:
        return {"problems": [error.problem(FILE)]}
    except RecursionError:
        return {"problems": [nested_too_deeply()]}
    found = difference(status_rows(before), status_rows(after))
    return found | {"problems": [], "lines": list(lines(found))}


def lines(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The difference, one line a duty: its text, and its status before and after (None: none)."""
    pairs = [(c["before"], c["after"]) for c in found["changed"]]
    pairs += [(None, row) for row in found["added"]]
    pairs += [(row, None) for row in found["removed"]]
    for old, new in pairs:
        row = old if new is None else new
        yield {
            "clause": row["clause"],
            "text": row["duty"],
            "kind": row["kind"],
            "instance": row["instance"],
            "before": old and old["status"],
            "after": new and new["status"],
            "since": new and new["since"],
            "entries": new["entries"] if new else [],
        }
