"""What would change a verdict, in words: each piece has been judged (judge/counterfactuals.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servanda.explain.judged import Judged
from servanda.explain.rows import is_final
from servanda.explain.wording import Node, Words, joined
from servanda.judge.counterfactuals import Change, Setting, changes
from servanda.judge.derivation import Derivation
from servanda.record.dates import end_of


def advice(
    judged: Judged,
    setting: Setting,
    words: Words,
    derivation: Derivation,
    choices: Sequence[str] = (),
) -> Iterator[Node]:
    """What is set aside that would change it, and what else would; or that nothing tried does.

    `choices`: other readings and trust that give it another status, as sentences.
    """
    found = changes(setting, derivation)
    aside = [change for change in found if change.kind in ("untrusted", "unsure")]
    others = [change for change in found if change.kind not in ("untrusted", "unsure")]
    if aside:
        ids = [id_ for change in aside for id_ in change.entries]
        children = [set_aside(judged, words, change) for change in aside]
        said = "Entries that this account sets aside, and that would change it."
        yield Node(said, ids, words.sources(ids), children)
    children = [*(told(words, change) for change in others), *map(Node, choices)]
    final = is_final(derivation.rule, derivation.verdict)
    if final:
        note = Node("It is final: nothing dated later changes it, only what is told of the past.")
        children.insert(0, note)
    if not children:
        said = "Nothing that was tried changes it: acts, readings, uses of powers, other choices."
        children = [Node(said)]
    yield Node("What would change it.", children=children)


def setting_of(judged: Judged) -> Setting:
    """The account and the day of a judgement, for hypotheses."""
    named = [a for a in judged.agreement.accounts if a.name == judged.account]
    known = None if judged.known is None else end_of(judged.known, judged.norms.zone)
    account = next(iter(named), None)
    return Setting(
        judged.agreement, judged.record, account, judged.norms, judged.facts, known=known
    )


def set_aside(judged: Judged, words: Words, change: Change) -> Node:
    """An entry that is dropped or only possible, why, and what it would make of the duty."""
    (id_,) = change.entries
    leaf = words.leaf(id_)
    if change.kind == "untrusted":
        account = next(a for a in judged.agreement.accounts if a.name == judged.account)
        why = f"this account trusts only {joined(account.only, 'or')}" if account.only else ""
        why = why or f"this account distrusts {joined(account.distrusts, 'or')}"
    else:
        entry = words.by_id.get(id_)
        grade = entry.grade if entry is not None and entry.grade else "not sure"
        why = f"it is {grade}, and this account takes that for only possible"
    said = f"{leaf.sentence} It is set aside: {why}. Counted as sure: {change.status}."
    return Node(said, [id_], leaf.sources)


def told(words: Words, change: Change) -> Node:
    if change.kind == "later":
        ids = list(change.entries)
        said = f"the record's own later entries make it {change.status} on {change.day}"
        return Node(said, ids, words.sources(ids), words.leaves(ids))
    lines = joined(f"`{line}`" for line in change.lines)
    if change.kind == "complete":
        return Node(f"a declaration that is trusted, as in {lines}: {change.status}")
    return Node(f"if this were recorded: {lines}: {change.status}")
