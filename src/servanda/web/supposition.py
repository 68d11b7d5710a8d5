"""What if: hypothetical entries typed into the page, shown as a difference, saved only if asked
(saving.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servanda.api import Case
from servanda.explain.incremental import judge_again
from servanda.explain.judged import Judged
from servanda.explain.rows import status_rows
from servanda.explain.rule_text import Duties
from servanda.explain.supposition import difference, with_text
from servanda.judge.verdict import JudgeError
from servanda.record.account_facts import facts_for
from servanda.syntax.problems import Problem, ServandaError
from servanda.web.query import Refused, Sight

FILE = "what-if.md"
LONGEST = 100_000


def as_page(text: str) -> str:
    """Bare lines as a page with one block; a page of blocks as it is."""
    if "```" in text:
        return text
    return f"```servanda\n{text}\n```\n"


def supposed(sight: Sight, text: str) -> dict[str, Any]:
    """The difference that a text would make, in one account on the day asked.

    `{"added", "removed", "changed", "problems"}` as in docs/json.md; with problems, no difference.
    """
    if len(text) > LONGEST:
        raise Refused("this is too long", f"up to {LONGEST} characters")
    before = sight.judged()
    if before is None:
        raise Refused("this account is still being judged", "ask again in a moment", 503)
    try:
        case = with_text(sight.case, FILE, as_page(text))
        after = judged(case, sight, before)
    except ServandaError as error:
        return {"problems": list(error.problems)}
    except JudgeError as error:
        return {"problems": [Problem(FILE, 0, 0, str(error))]}
    found = difference(status_rows(before), status_rows(after))
    return found | {"problems": [], "lines": list(lines(found, before, after))}


def lines(found: dict[str, Any], before: Judged, after: Judged) -> Iterator[dict[str, Any]]:
    """The difference, one line a duty: its text, and its status before and after (None: none)."""
    pairs = [(c["before"], c["after"]) for c in found["changed"]]
    pairs += [(None, row) for row in found["added"]]
    pairs += [(row, None) for row in found["removed"]]
    for old, new in pairs:
        row, judged = (old, before) if new is None else (new, after)
        text = Duties(judged.agreement).of(judged.rule(row["rule"])).short(row["debtor"])
        yield {
            "clause": row["clause"],
            "text": text,
            "kind": row["kind"],
            "instance": row["instance"],
            "before": old and old["status"],
            "after": new and new["status"],
            "since": new and new["since"],
            "entries": new["entries"] if new else [],
        }


def judged(case: Case, sight: Sight, before: Judged) -> Judged:
    account = case.account(sight.account)
    norms = case.norms(sight.account)
    known = None if sight.asked.known is None else case.tick(sight.asked.known)
    facts = facts_for(
        case.record, case.agreement, account, norms, on=case.tick(sight.asked.on), known=known
    )
    return Judged(
        case=before.case,
        account=before.account,
        on=before.on,
        known=before.known,
        agreement=case.agreement,
        record=case.record,
        norms=norms,
        facts=facts,
        verdicts=judge_again([before], norms, facts),
    )
