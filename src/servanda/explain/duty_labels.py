"""Names for the instances of duties, no two of a judgement alike.

A label is the rule's sentence for the instance; where that leaves two apart by nothing, what tells
them apart is added: the creditor, the rest of the rule, the reading, the entry or day they arose
from, and at last a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from servanda.explain.judged import Judged
from servanda.explain.rule_text import Duties, InstanceText
from servanda.explain.wording import at
from servanda.judge.verdict import Verdict
from servanda.semantics.norms import Rule
from servanda.syntax.tree import Agreement
from servanda.vocabulary.escaping import readable

Key = TypeVar("Key", bound=Hashable)


class DutyLabel(Struct, frozen=True):
    """An instance in words: its sentence, what the sentence does not show, and what tells it from
    others that read alike. `particulars` are all its variables, with units."""

    sentence: str
    unsaid: dict[str, str]
    particulars: dict[str, str]
    apart: tuple[str, ...] = ()

    @property
    def details(self) -> str:
        """What stands in brackets after the sentence: `period 2024-01; towards Iran`."""
        return "; ".join(filter(None, (listed(self.unsaid), *self.apart)))

    @property
    def text(self) -> str:
        """The whole label in one line, as the rule has it."""
        return f"{self.sentence} ({self.details})" if self.details else self.sentence


def listed(particulars: dict[str, str]) -> str:
    """`order A, amount 20 EUR`."""
    return ", ".join(f"{name} {value}" for name, value in particulars.items())


class Instance(Struct, frozen=True):
    """One instance of a rule: its verdicts in order of time."""

    rule: Rule
    verdicts: tuple[Verdict, ...]

    @property
    def first(self) -> Verdict:
        return self.verdicts[0]


def instances(verdicts: Iterable[Verdict], rules: Iterable[Rule]) -> list[Instance]:
    """The verdicts of a judgement by the instance they are of, in the order these first occur."""
    by_id = {rule.id: rule for rule in rules}
    groups: dict[Any, list[Verdict]] = {}
    ended: Counter[Any] = Counter()
    for verdict in verdicts:
        same = (verdict.rule, verdict.debtor, verdict.creditor, verdict.trigger, verdict.instance)
        # what a condition raised names no entry: its occasions are told apart by their last spans
        groups.setdefault((same, ended[same]), []).append(verdict)
        ended[same] += verdict.until is None
    return [Instance(by_id[found[0].rule], tuple(found)) for found in groups.values()]


def labels(judged: Judged) -> dict[int, DutyLabel]:
    """The label of every verdict of a judgement, by the verdict's `id()`."""
    found = instances(judged.verdicts, judged.norms.rules)
    duties = Duties(judged.agreement, judged.norms.rules)
    texts = [duties.instance(one.rule, one.first) for one in found]
    named = tell_apart(
        (one.rule.clause, text, tuple(qualifiers(one, text, judged.norms.zone)))
        for one, text in zip(found, texts, strict=True)
    )
    return {
        id(verdict): label
        for one, label in zip(found, named, strict=True)
        for verdict in one.verdicts
    }


def labels_by_key(
    agreement: Agreement, zone: str, standings: Iterable[Mapping[Key, tuple[Rule, Verdict]]]
) -> dict[Key, DutyLabel]:
    """The label of each duty of some accounts, from its rule and one of its verdicts in each."""
    held = [(key, *found) for each in standings for key, found in each.items()]
    duties = Duties(agreement, {rule.id: rule for _, rule, _ in held}.values())
    texts: dict[Key, tuple[str, InstanceText]] = {}
    apart: dict[Key, list[tuple[str, ...]]] = {}
    for key, rule, verdict in held:
        one = Instance(rule, (verdict,))
        text = duties.instance(rule, verdict)
        texts.setdefault(key, (rule.clause, text))
        apart.setdefault(key, []).append(tuple(qualifiers(one, text, zone)))
    named = tell_apart((*texts[key], in_common(apart[key])) for key in texts)
    return dict(zip(texts, named, strict=True))


def in_common(every: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The qualifiers that a duty has in every account; empty where they differ."""
    return tuple(same[0] if len(set(same)) == 1 else "" for same in zip(*every, strict=True))


def qualifiers(one: Instance, text: InstanceText, zone: str) -> Iterator[str]:
    """What may tell an instance from others with the same sentence, the most telling first."""
    rule, first = one.rule, one.first
    yield f"towards {first.creditor}" if first.creditor else ""
    how = "as written"
    if rule.reading is not None:
        how = f"by the reading {rule.reading}"
    if rule.version is not None:
        how = f"as amended by {rule.version}"
    yield how
    yield text.rest
    yield "a remedy" if "/else" in rule.id else ""
    yield f"from {first.trigger}" if first.trigger else ""
    begun = next((v.from_ for v in one.verdicts if v.from_ is not None), None)
    yield "" if begun is None else f"since {at(begun, zone)}"


def tell_apart(
    items: Iterable[tuple[str, InstanceText, tuple[str, ...]]],
) -> list[DutyLabel]:
    """A label for each of some instances (clause, text, qualifiers): within a clause no two read
    alike. Only qualifiers that differ among those that read alike are added."""
    given = list(items)
    heads = [(clause, readable(text.sentence), listed(text.unsaid)) for clause, text, _ in given]
    added: list[tuple[str, ...]] = [()] * len(given)
    for level in range(max((len(some) for _, _, some in given), default=0)):
        for group in repeated((*head, more) for head, more in zip(heads, added, strict=True)):
            own = [given[n][2][level] for n in group]
            if len(set(own)) > 1:
                for n, qualifier in zip(group, own, strict=True):
                    added[n] += (qualifier,) if qualifier else ()
    for group in repeated((*head, more) for head, more in zip(heads, added, strict=True)):
        for number, n in enumerate(group, 1):
            added[n] += (f"occasion {number}",)
    return [
        DutyLabel(text.sentence, text.unsaid, text.particulars, more)
        for (_, text, _), more in zip(given, added, strict=True)
    ]


def repeated(keys: Iterable[Any]) -> list[Sequence[int]]:
    """The places of keys that occur more than once, together."""
    places: dict[Any, list[int]] = {}
    for n, key in enumerate(keys):
        places.setdefault(key, []).append(n)
    return [found for found in places.values() if len(found) > 1]
