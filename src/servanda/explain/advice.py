"""What would change a verdict, in words: each piece has been judged (judge/counterfactuals/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from servanda.explain.judged import Judged
from servanda.explain.rows import is_final
from servanda.explain.wording import Node, Words, joined
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.counterfactuals.trials import Counterfactual, counterfactuals, taken_back
from servanda.judge.derivation import Derivation
from servanda.record.dates import end_of
from servanda.record.record import Measured, Withdrawn
from servanda.vocabulary.statuses import word


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
    found = counterfactuals(setting, derivation)
    aside = [change for change in found if change.kind in ("untrusted", "unsure")]
    others = [change for change in found if change.kind not in ("untrusted", "unsure")]
    if aside:
        ids = [id_ for change in aside for id_ in change.entries]
        children = [set_aside(judged, words, change, derivation.rule.kind) for change in aside]
        said = (
            "Entries that do not count in this account, or only as possible, and would change it."
        )
        yield Node(said, ids, words.sources(ids), children)
    if former := taken_back(setting, derivation):
        yield no_longer_counted(words, former)
    kind = derivation.rule.kind
    children = [*(told(words, change, kind) for change in others), *map(Node, choices)]
    final = is_final(derivation.rule, derivation.verdict)
    if final:
        note = Node("It is final: nothing dated later changes it, only entries about the past.")
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


def no_longer_counted(words: Words, taken_back: Mapping[str, str]) -> Node:
    """Entries that were corrected or withdrawn, by which entry, and since when that is known."""
    children = []
    for id_, by in taken_back.items():
        leaf, other = words.leaf(id_), words.by_id[by]
        since = words.time(other.known)
        how = "withdrew it" if isinstance(other.what, Withdrawn) else "was put in its place"
        said = f"{leaf.sentence} It has not counted since {since}, when {by} {how}."
        children.append(Node(said, [id_, by], words.sources([id_, by])))
    ids = [*taken_back, *dict.fromkeys(taken_back.values())]
    return Node("Entries that no longer count.", ids, words.sources(ids), children)


def set_aside(judged: Judged, words: Words, change: Counterfactual, kind: str) -> Node:
    """An entry that is dropped or only possible, why, and what it would make of the duty."""
    (id_,) = change.entries
    leaf = words.leaf(id_)
    if change.kind == "untrusted":
        account = next(a for a in judged.agreement.accounts if a.name == judged.account)
        why = f"this account trusts only {joined(account.only, 'or')}" if account.only else ""
        why = why or f"this account distrusts {joined(account.distrusts, 'or')}"
        why = f"It does not count: {why}."
    else:
        entry = words.by_id.get(id_)
        grade = entry.grade if entry is not None and entry.grade else "not sure"
        why = f"It is {grade}: in this account it counts only as possible."
        if entry is not None and isinstance(entry.what, Measured):
            why = f"It is {grade}: this account does not count such a reading."
    said = f"{leaf.sentence} {why} Counted as sure: {word(change.status, kind)}."
    return Node(said, [id_], leaf.sources)


def told(words: Words, change: Counterfactual, kind: str) -> Node:
    status = word(change.status, kind)
    if change.kind == "later":
        ids = list(change.entries)
        said = f"the record's own later entries make it {status} on {change.day}"
        return Node(said, ids, words.sources(ids), words.leaves(ids))
    lines = joined(f"`{line}`" for line in change.lines)
    if change.kind == "complete":
        return Node(f"a declaration that is trusted, as in {lines}: {status}")
    return Node(f"if this were recorded: {lines}: {status}")
