"""What stands over a duty by the use of a power, and how a power has been used, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.explain.judged import Judged
from servanda.explain.rule_text import Duties
from servanda.explain.uses import Lying, Uses, holder
from servanda.explain.windows import Windows
from servanda.explain.wording import Node, Words, joined
from servanda.judge.verdict import Verdict
from servanda.semantics.norms import Rule
from servanda.syntax.printer.values import point

VERBS = {
    "suspended": ("suspend",),
    "waived": ("waive",),
    "released": ("release",),
    "ended": ("end", "end_all", "amend"),
}
POSSIBLY = {
    "suspend": "suspended",
    "waive": "waived",
    "release": "released",
    "end": "ended",
    "end_all": "ended",
    "amend": "ended by an amendment",
}


class Used:
    """Sentences on the uses of powers in one judgement."""

    def __init__(self, judged: Judged, windows: Windows, words: Words, duties: Duties) -> None:
        self.judged = judged
        self.windows = windows
        self.evidence = windows.evidence
        self.words = words
        self.duties = duties
        self.uses = Uses(judged, windows.evidence)

    def over(self, rule: Rule, verdict: Verdict) -> Iterator[Node]:
        """The powers whose use lies over the instance, surely or only possibly."""
        verbs = VERBS.get(verdict.status)
        if verbs is not None:
            yield self.surely(rule, verdict, verbs)
        elif verdict.status in ("unknown", "undetermined"):
            now = self.judged.facts.now
            for lying in self.uses.over(rule, verdict, tuple(POSSIBLY), now):
                yield self.possibly(lying)

    def surely(self, rule: Rule, verdict: Verdict, verbs: tuple[str, ...]) -> Node:
        """The entries that used a power, and the power they had in this account."""
        lying = [one for one in self.lying(rule, verdict, verbs) if one.sure]
        if not lying and verdict.status == "ended":
            return self.ran_out(verdict)
        used = list(dict.fromkeys(e for one in lying for e in one.entries))
        used = used or list(verdict.acts)
        amended = [one.power.power.amendment for one in lying if one.power.power is not None]
        how = "a power used"
        if any(amended):
            how = f"an amendment: {joined(a for a in amended if a)} stands in its place"
        children = self.words.leaves(used, "It was used by ")
        children += [self.power(one) for one in lying]
        sources = self.evidence.sources(used)
        return Node(f"It is {verdict.status} by {how}.", used, sources, children)

    def lying(self, rule: Rule, verdict: Verdict, verbs: tuple[str, ...]) -> list[Lying]:
        """What lies over it where the span begins and, as a suspension may give way to another
        one, where a suspension stands now."""
        now = self.judged.facts.now
        first = self.uses.over(
            rule, verdict, verbs, now if verdict.from_ is None else verdict.from_
        )
        if verdict.status != "suspended":
            return first
        return first + [
            one for one in self.uses.over(rule, verdict, verbs, now) if one not in first
        ]

    def ran_out(self, verdict: Verdict) -> Node:
        """The agreement is no longer in force, and nobody used a power."""
        force, written = self.judged.norms.force_until, self.judged.agreement.header.force_until
        if force is None or written is None:
            return Node("The agreement, or this version of the clause, came to its end.")
        entries = list(self.windows.point(force, verdict).entries)
        return Node(
            f"It is ended by the agreement's own term: it is in force until {point(written)}.",
            entries,
            self.evidence.sources(entries),
            self.words.leaves(entries),
        )

    def power(self, lying: Lying) -> Node:
        power = lying.power
        how = f"by the reading {power.reading}" if power.reading else "as written"
        return Node(f"The power is in clause {power.clause} {how}: {self.duties.of(power).text}.")

    def possibly(self, lying: Lying) -> Node:
        """A use that is alleged, of an uncertain date, or of a power that is possibly open."""
        assert lying.power.power is not None
        word = POSSIBLY[lying.power.power.verb]
        return Node(
            f"It may be {word}: the use of this power is only possible.",
            lying.entries,
            self.evidence.sources(lying.entries),
            [*self.words.leaves(lying.entries, "It may have been used by "), self.power(lying)],
        )

    # -------------------------------------------------------------- of a power itself
    def of_power(self, rule: Rule, verdict: Verdict) -> Iterator[Node]:
        """Who has used a power, whose use is missing, what use of it is over or was in vain."""
        if rule.kind != "may":
            return
        if verdict.status == "kept":
            yield self.listed("These entries used it.", self.in_effect(rule, verdict))
        elif verdict.status == "due":
            yield from self.missing(rule)
            yield from self.past(rule, verdict)
        elif verdict.status in ("unknown", "undetermined"):
            found = self.in_effect(rule, verdict) if len(self.uses.holders(rule)) > 1 else []
            if found:
                yield self.listed("These entries may have used it: that is only possible.", found)
        if vain := list(dict.fromkeys(self.evidence.in_vain(rule, verdict))):
            said = "These entries use it where it was not surely open: that has no sure effect."
            yield self.listed(said, vain)

    def in_effect(self, rule: Rule, verdict: Verdict) -> list[str]:
        """The entry that the span began with, and those of all who hold the power with others."""
        found = list(verdict.acts)
        everyone = {holder(member) for member in self.uses.holders(rule)}
        for by in self.uses.standing(rule, self.judged.facts.now).values():
            if set(by) == everyone and (len(by) > 1 or not found):
                found = [use.entry for uses in by.values() for use in uses] + found
        return list(dict.fromkeys(found))

    def missing(self, rule: Rule) -> Iterator[Node]:
        """Of a power that several hold together: who has used it, and who has not."""
        for aim, by, left in self.uses.wanting(rule, self.judged.facts.now):
            entries = [use.entry for uses in by.values() for use in uses]
            has = "have" if len(by) > 1 else "has"
            yield self.listed(
                f"It takes them all: {joined(by)} {has} used it{aim}, "
                f"the use of it by {joined(left)} is missing.",
                entries,
            )

    def past(self, rule: Rule, verdict: Verdict) -> Iterator[Node]:
        """Uses that are over: given up, or come to an end with what the power asks for."""
        spans = self.evidence.spans(verdict)
        for use in self.uses.of(rule):
            if not self.uses.was_open(spans, use):
                continue
            if self.uses.lasts(rule, use, self.judged.facts.now) is not False:
                continue
            ends = [e.entry for e in self.uses.given_up(use) if e.sure][:1]
            then = "was given up" if ends else "that use is no longer in effect"
            yield self.listed(f"It was used by {use.by}, and {then}.", [use.entry, *ends])

    def listed(self, sentence: str, ids: list[str]) -> Node:
        return Node(sentence, ids, self.evidence.sources(ids), self.words.leaves(ids))
