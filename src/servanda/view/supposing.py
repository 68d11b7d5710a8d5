"""What if: hypothetical entries typed into the page, shown as a difference, saved only if asked."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from servanda.answers.again import judge_again
from servanda.answers.judged import Judged
from servanda.answers.rows import status_rows
from servanda.answers.suppose import difference, with_text
from servanda.case import Case
from servanda.judge.verdicts import JudgeError
from servanda.language.errors import Problem, ServandaError
from servanda.record.view import facts_for
from servanda.view.sight import Refused, Sight

FILE = "what-if.md"
LONGEST = 100_000
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)


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
    return difference(status_rows(before), status_rows(after)) | {"problems": []}


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
        verdicts=judge_again(before, norms, facts),
    )


def save(sight: Sight, text: str, name: str) -> str:
    """Write supposed entries into the record as a file of their own; its name in the case.

    Raises Refused, with nothing written, if the text does not fit or the file is there.
    """
    if not NAME.fullmatch(name):
        raise Refused(
            "this cannot be the name of a file",
            "small letters, digits and hyphens, as in `letter-of-may`",
        )
    target = Path("record") / f"{name}.md"
    try:
        with_text(sight.case, str(target), as_page(text))
    except ServandaError as error:
        raise Refused(error.problems[0].message, error.problems[0].help) from None
    path = sight.case.folder / target
    path.parent.mkdir(exist_ok=True)
    whole = f"# {name.replace('-', ' ')}\n\n{as_page(text)}"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise Refused(f"`{target}` is there already", "choose another name", 409) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(whole.encode("utf-8"))
    return str(target)
