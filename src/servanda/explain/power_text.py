"""Sentences on exercised powers: their effect on a duty, and their uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servanda.explain.condition_text import ConditionText, Particulars
from servanda.explain.judged import Judged
from servanda.explain.rule_text import Duties
from servanda.explain.wording import Node, Words, joined
from servanda.judge import derivation as d
from servanda.semantics.norms import Rule
from servanda.syntax.printer.values import cond, point


class PowerText:
    """Puts the uses of powers in one judgement's derivations into sentences."""

    def __init__(self, judged: Judged, words: Words, duties: Duties) -> None:
        self.judged = judged
        self.words = words
        self.duties = duties
        self.conditions = ConditionText(words)
        self.rules = {rule.id: rule for rule in judged.norms.rules}

    # -------------------------------------------------------------- over a duty
    def over(self, rule: Rule, found: d.Overlay, of: Particulars) -> Iterator[Node]:
        """Overlays of the duty, sure or possible, and uses of powers that no longer apply."""
        if found.name == "excused":
            yield from self.excuse(rule, found, of)
            return
        if found.name == "idle":
            return
        counting = [use for use in found.uses if use.in_effect]
        if found.value == 2:
            yield self.surely(found, counting)
        elif found.value == 1:
            for use in counting:
                yield self.possibly(found, use)
        past = [use for use in found.uses if not use.in_effect]
        if found.value < 2 and past:
            yield from self.past(past, f"It was {found.name} by", found.name)

    def surely(self, found: d.Overlay, uses: Sequence[d.Use]) -> Node:
        """The entries that used a power, and the power they had in this account."""
        if not uses and found.name == "ended":
            return self.ran_out(found)
        used = list(dict.fromkeys(use.entry for use in uses))
        amended = [a for use in uses if (a := self.amendment(use))]
        how = "a power used"
        if amended:
            how = f"an amendment: {joined(dict.fromkeys(amended))} stands in its place"
        children = self.words.leaves(used, "It was used by ") + self.powers(uses)
        return Node(f"It is {found.name} by {how}.", used, self.words.sources(used), children)

    def amendment(self, use: d.Use) -> str | None:
        power = self.rules[use.power].power
        return None if power is None else power.amendment

    def ran_out(self, found: d.Overlay) -> Node:
        """The agreement is no longer in force, and nobody used a power."""
        written = self.judged.agreement.header.force_until
        entries = list(found.entries)
        if written is None:
            said = "The agreement, or this version of the clause, came to its end."
        else:
            said = (
                f"It is ended by the agreement's own term: it is in force until {point(written)}."
            )
        return Node(said, entries, self.words.sources(entries), self.words.leaves(entries))

    def possibly(self, found: d.Overlay, use: d.Use) -> Node:
        """A use that is alleged, of an uncertain date, or of a power that is possibly open."""
        word = "ended by an amendment" if self.amendment(use) else found.name
        ids = [use.entry]
        children = self.words.leaves(ids, "It may have been used by ") + self.powers([use])
        said = f"It may be {word}: the use of this power is only possible."
        return Node(said, ids, self.words.sources(ids), children)

    def powers(self, uses: Sequence[d.Use]) -> list[Node]:
        """The powers by which some uses count, each text once: the surely open ones, if any."""
        most = max((use.in_effect for use in uses), default=0)
        texts = dict.fromkeys(self.power(use) for use in uses if use.in_effect == most)
        return [Node(said) for said in texts]

    def power(self, use: d.Use) -> str:
        rule = self.rules[use.power]
        how = f"by the reading {rule.reading}" if rule.reading else "as written"
        return f"The power is in clause {rule.clause} {how}: {self.duties.of(rule).text}."

    def past(self, uses: Sequence[d.Use], before: str, what: str) -> Iterator[Node]:
        """Uses of powers that no longer apply to it, or never did."""
        for use in uses:
            if use.open == 0:
                said = f"{use.entry} has no effect: the power was not open to it in this account."
            elif use.ended_by:
                said = f"{before} {use.by}, and that was given up or came to its end."
            else:
                said = f"{before} {use.by}, and that use is no longer in effect."
            yield self.listed(said, use.entries)

    def excuse(self, rule: Rule, found: d.Overlay, of: Particulars) -> Iterator[Node]:
        """The exception that the rule itself names, and the clauses that prevail over it."""
        gates = self.duties.of(rule).gates
        if gates is not None and gates.unless is not None and found.condition is not None:
            begun = "It is excused because" if found.condition.value == 2 else "It is excused if"
            ids = list(found.condition.entries)
            children = list(self.conditions.told(found.condition, of, self.judged.facts.now))
            said = f"{begun}: {cond(gates.unless)}."
            yield Node(said, ids, self.words.sources(ids), children)
        if found.prevailing:
            yield Node(f"It gives way, for this prevails over it: {self.prevailing(found)}.")

    def prevailing(self, found: d.Overlay) -> str:
        surely = [one for one in found.prevailing if one.value == found.value]
        return joined(dict.fromkeys(map(self.words.prevailing, surely or found.prevailing)))

    # -------------------------------------------------------------- of a power itself
    def of_power(
        self, status: str, uses: Sequence[d.Use], held: Sequence[d.Wanting]
    ) -> Iterator[Node]:
        """Who has used a power, whose use is missing, what use of it is over or had no effect."""
        counting = [use for use in uses if use.in_effect]
        ids = list(dict.fromkeys(use.entry for use in counting))
        if status == "exercised" and ids:
            yield self.listed("These entries used it.", ids)
        elif counting and any(use.in_effect == 1 for use in counting):
            said = "These entries may have used it: that is only possible."
            yield self.listed(said, [use.entry for use in counting if use.in_effect == 1])
        for together in held:
            if together.used and together.wanting:
                has = "have" if len(together.used) > 1 else "has"
                said = (
                    f"It takes them all: {joined(together.used)} {has} used it, "
                    f"the use of it by {joined(together.wanting)} is missing."
                )
                yield self.listed(said, together.entries)
        for use in uses:
            if use.in_effect or use.open == 0:
                continue
            then = "was given up" if use.ended_by else "that use is no longer in effect"
            yield self.listed(f"It was used by {use.by}, and {then}.", use.entries)
        closed = [use.entry for use in uses if use.open == 0]
        if closed:
            said = "These entries use it where it was not surely open: that has no sure effect."
            yield self.listed(said, closed)

    def listed(self, sentence: str, ids: Sequence[str]) -> Node:
        every = list(dict.fromkeys(ids))
        return Node(sentence, every, self.words.sources(every), self.words.leaves(every))
