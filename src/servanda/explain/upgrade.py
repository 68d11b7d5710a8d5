"""A case in old spellings, rewritten with the meaning they had."""

from __future__ import annotations

from msgspec import Struct

from servanda.explain.judged_case import JudgedCase
from servanda.syntax.case_files import write_texts
from servanda.syntax.layout import lay_out
from servanda.syntax.locks import locked
from servanda.syntax.old_spellings import OLD_SPELLINGS
from servanda.syntax.problems import Problem, Problems, ServandaError, refused
from servanda.syntax.upgrade import agreement_as_it_was, upgrade_text


class Upgraded(Struct, frozen=True):
    """The files that were changed (or would be), what a person should choose again, and what was
    judged before and after."""

    changed: tuple[str, ...]
    choices: tuple[Problem, ...]
    judged: str


def upgrade(case: JudgedCase, *, write: bool) -> Upgraded:
    """Rewrite a case, if it is judged the same before and after.

    Raises ServandaError, with nothing written, for other errors and for any difference.
    """
    with locked(case.folder):
        return _upgrade(case, write)


def _upgrade(case: JudgedCase, write: bool) -> Upgraded:
    others = [problem for problem in case.found.errors if problem.code not in OLD_SPELLINGS]
    if others:
        raise ServandaError(others)
    texts, old = dict[str, tuple[str, str]](), list[Problem]()
    for layout in case.layouts:
        text = (case.folder / layout.file).read_bytes().decode("utf-8")
        rewritten, found = upgrade_text(text, layout.file)
        old += [problem for problem in found if problem.code in OLD_SPELLINGS]
        if rewritten != text:
            texts[layout.file] = text, rewritten
    if not texts:
        return Upgraded((), (), "nothing")
    before, after = _as_it_was(case), _as_it_is(case, texts)
    if after.found.errors:
        raise ServandaError(after.found.errors)
    _check_equal(before, after)
    if write:
        write_texts(case.folder, texts)
    choices = tuple(problem for problem in old if OLD_SPELLINGS[problem.code].asks)
    judged = f"{', '.join(before.accounts)} on {before.last_day()}"
    return Upgraded(tuple(texts), choices, judged)


def _as_it_was(case: JudgedCase) -> JudgedCase:
    """The case with the meaning of its old spellings, which are no errors in it."""
    before = type(case)(case.folder, case.name, case.layouts, Problems(), case.engine)
    kept = before.found.empty_copy()
    before.found = kept
    before.agreement = agreement_as_it_was(before.agreement)
    return before


def _as_it_is(case: JudgedCase, texts: dict[str, tuple[str, str]]) -> JudgedCase:
    """The case as it would be read from the rewritten texts."""
    problems = Problems()
    layouts = tuple(
        lay_out(texts[layout.file][1], layout.file, problems) if layout.file in texts else layout
        for layout in case.layouts
    )
    return type(case)(case.folder, case.name, layouts, problems, case.engine)


def _check_equal(before: JudgedCase, after: JudgedCase) -> None:
    """Judge both by every account on the record's last day. Raises ServandaError if they differ."""
    for account in before.accounts:
        was, now = before.judge(account).verdicts, after.judge(account).verdicts
        differing = next((one for one in (*now, *was) if one not in was or one not in now), None)
        if differing is not None or len(was) != len(now):
            where = "" if differing is None else f", in rule {differing.rule}"
            raise refused(
                "E044",
                f"account:{account}",
                f"by account {account} the rewritten case would be judged otherwise{where}:"
                " nothing was written",
                "rewrite it by hand: `servanda check` names its old spellings",
            )
