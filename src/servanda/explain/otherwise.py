"""Why a duty does not stand otherwise, and what would make it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from servanda.explain.judged import Judged
from servanda.explain.measured import LIMITS, MIRRORED, comparisons
from servanda.explain.rows import is_final
from servanda.explain.rule_text import Written
from servanda.explain.uses import Uses, holder
from servanda.explain.windows import Bounds
from servanda.explain.wording import Node, Words, amount, joined
from servanda.judge.verdict import Verdict
from servanda.record.facts import Value
from servanda.semantics.norms import Compare, Const, Match, MeasureReading, Rule
from servanda.syntax.printer.values import cond

# (kind or "", status) -> what it is not, and the reason in one sentence.
REASONS: dict[tuple[str, str], tuple[str, str]] = {
    ("achieve", "kept"): ("broken", "a performance that this account is sure of was in time"),
    ("achieve", "due"): ("kept or broken", "no sure performance is in time yet, and time is left"),
    ("achieve", "broken"): (
        "kept",
        "the time is over, and no performance in time is recorded that this account counts",
    ),
    ("achieve", "cured"): ("kept", "the performance came after the deadline"),
    ("achieve", "compensated"): ("cured", "the remedy was performed, the duty itself was not"),
    ("achieve", "unknown"): (
        "kept or broken",
        "what is recorded is only possible, or its absence proves nothing in this account",
    ),
    ("keep", "kept"): ("broken", "at no time in its window did the condition surely fail"),
    ("keep", "broken"): (
        "kept",
        "the condition surely fails, and when it began to nothing suspended or excused it",
    ),
    ("keep", "cured"): ("broken", "the condition holds again; and not simply kept, for it failed"),
    ("keep", "unknown"): (
        "kept or broken",
        "nothing current tells whether the condition holds, or what bears on it is only possible",
    ),
    ("forbid", "kept"): ("broken", "no violation is recorded, and silence counts as no"),
    ("forbid", "broken"): (
        "kept",
        "a violation is recorded that this account is sure of, and nothing has cured it",
    ),
    ("forbid", "cured"): ("broken", "each violation was made good; and not simply kept"),
    ("forbid", "unknown"): (
        "kept or broken",
        "no sure violation is recorded, and silence proves nothing in this account",
    ),
    ("may", "due"): (
        "closed",
        "all that the power asks for is there, and no use of it is in effect",
    ),
    ("may", "dormant"): ("open", "something that the power asks for is missing"),
    ("may", "kept"): ("unused", "it was used while it was open"),
    ("", "dormant"): ("due", "its window is not open, or its condition does not hold"),
    ("", "suspended"): ("due or broken", "a power that is open in this account was used"),
    ("", "excused"): ("broken", "an exception that this account accepts holds"),
    ("", "waived"): ("due or broken", "the one it is owed to waived it"),
    ("", "released"): ("due or broken", "it was released"),
    ("", "lapsed"): ("due", "its window is over"),
    ("", "ended"): ("due", "the agreement, the clause or this version of it has come to its end"),
    ("", "unknown"): ("certain", "what it depends on is itself unknown in this account"),
    ("", "undetermined"): (
        "kept or broken",
        "it turns on a vague term that nobody entitled to has decided",
    ),
}


def why_not(judged: Judged, words: Words, rule: Rule, verdict: Verdict, bounds: Bounds) -> Node:
    """One sentence: what it is not, and why."""
    fallback = ("otherwise", "no other status fits")
    reason = REASONS.get((rule.kind, verdict.status), REASONS.get(("", verdict.status), fallback))
    return Node(f"Why not {reason[0]}: {reason[1]}.")


def everyone(names: Sequence[str]) -> str:
    """`A`, `both A and B`, `all of A, B and C`."""
    before = ("", "", "both ")[len(names)] if len(names) < 3 else "all of "
    return before + joined(names)


def changes(uses: Uses, words: Words, rule: Rule, verdict: Verdict, written: Written) -> Node:
    """What would change the verdict, from the nearest to the farthest."""
    found = list(Otherwise(uses, words, rule, verdict, written).all())
    if is_final(rule, verdict):
        note = Node("Nothing dated later can change it; only what is recorded of the past can.")
        found = [note, *(n for n in found if n.sentence.startswith("reading "))]
    if not found:
        found = [Node("No entry or reading of this case that could change it is in sight.")]
    return Node("What would change it.", children=found)


class Otherwise:
    """Collects what would change one verdict."""

    def __init__(
        self, uses: Uses, words: Words, rule: Rule, verdict: Verdict, written: Written
    ) -> None:
        self.uses = uses
        self.judged = uses.judged
        self.words = words
        self.rule = rule
        self.verdict = verdict
        self.written = written
        self.bound = dict(verdict.instance)

    def all(self) -> Iterator[Node]:
        if self.doubtful() and self.verdict.status == "unknown":
            yield Node(
                f"a confirmation of entry {self.verdict.trigger}, from which it arose, comes "
                "first: without it nothing done or left undone makes it kept or broken"
            )
        else:
            yield from self.itself()
        yield from self.overlays()
        yield from self.readings()

    def doubtful(self) -> bool:
        """Whether the entry that the instance arose from is one this account is not sure of."""
        rule, trigger = self.rule.trigger, self.verdict.trigger
        if rule is None or trigger is None:
            return False
        said = [
            o.sure
            for occurrences in self.judged.facts.events.values()
            for o in occurrences
            if o.entry == trigger
        ]
        return bool(said) and not any(said)

    def itself(self) -> Iterator[Node]:
        """What bears on the duty as such, kind by kind."""
        match self.rule.kind:
            case "achieve":
                yield from self.achieve()
            case "keep":
                yield from self.keep()
            case "forbid":
                yield from self.forbid()
            case "may":
                yield from self.may()

    # -------------------------------------------------------------- by kind
    def achieve(self) -> Iterator[Node]:
        if self.rule.action is None:
            return
        act, status = self.act(self.rule.action), self.verdict.status
        if status in ("due", "dormant"):
            yield Node(f"an entry showing {act} in its window: kept")
        if status in ("broken", "unknown"):
            yield Node(f"an entry showing {act} in its window, that this account trusts: kept")
        if status == "broken" and self.rule.curable:
            yield Node(f"an entry showing {act}, late: cured")
        if status == "broken" and self.rule.remedy is not None:
            yield Node("performance of its remedy: compensated")
        if status == "unknown":
            yield from self.completeness(self.rule.action.name)

    def keep(self) -> Iterator[Node]:
        status = self.verdict.status
        for compare in comparisons(self.rule.keep) if self.rule.keep is not None else ():
            sides = self.sides(compare)
            if sides is None:
                continue
            op, reading, limit = sides
            subject = self.words.subject(reading.measure, self.subject(reading))
            unit = self.words.units.get(reading.measure)
            said = f"{LIMITS[op]} {amount(limit, unit)}"
            if status == "broken":
                yield Node(f"a later reading of {subject} of {said}: cured")
            elif status in ("kept", "cured"):
                yield Node(f"a later reading of {subject} that is not {said}: broken")
            elif status == "unknown":
                yield Node(f"a current reading of {subject}: kept if {said}, else broken")
        if status == "unknown" and self.rule.keep is not None:
            names = {
                s.measure
                for c in comparisons(self.rule.keep)
                for s in (c.left, c.right)
                if isinstance(s, MeasureReading)
            }
            for name in sorted(names):
                yield from self.completeness(name)

    def forbid(self) -> Iterator[Node]:
        if self.rule.action is None:
            return
        act, status = self.act(self.rule.action), self.verdict.status
        if status in ("kept", "cured", "unknown"):
            yield Node(f"an entry showing {act}: broken")
        if status == "broken" and self.rule.cured_by is not None:
            yield Node(f"an entry showing {self.act(self.rule.cured_by)}: cured")
        if status == "unknown":
            yield from self.completeness(self.rule.action.name)

    def may(self) -> Iterator[Node]:
        if self.rule.power is None or self.verdict.status != "due":
            return
        wanting = list(self.uses.wanting(self.rule, self.judged.facts.now))
        for aim, _, left in wanting:
            yield Node(f"a use of it{aim} by {joined(left)} too: exercised")
        members = [holder(member) for member in self.uses.holders(self.rule)]
        if len(members) > 1 and not wanting:
            yield Node(f"a use of it by {everyone(members)}: exercised")
        elif len(members) == 1:
            yield Node(f"an entry showing that {self.verdict.debtor} uses it: exercised")

    def completeness(self, name: str) -> Iterator[Node]:
        yield Node(f"a trusted source that declares its record of {name} complete")

    # -------------------------------------------------------------- from outside
    def overlays(self) -> Iterator[Node]:
        gates = self.written.gates
        status = self.verdict.status
        if gates is not None and gates.unless is not None and status in ("broken", "due"):
            yield Node(f"entries by which this held when it began: {cond(gates.unless)}: excused")
        if gates is not None and gates.while_ is not None and status == "dormant":
            yield Node(f"entries by which this holds: {cond(gates.while_)}")
        if status == "undetermined":
            for vague in self.judged.norms.vagues:
                if vague.name in self.written.text:
                    deciders = joined(vague.deciders, "or")
                    yield Node(f"a determination of {vague.name} by {deciders}")
        if status == "suspended":
            yield Node("an entry by which the one who suspended it resumes it")
        if status in ("due", "broken", "kept", "unknown"):
            yield from self.powers()

    def powers(self) -> Iterator[Node]:
        told = set[str]()
        # a breach outlasts a suspension and an end: neither makes it good
        broken = self.verdict.status == "broken"
        verbs: tuple[str, ...] = ("waive", "release", "end", "suspend")
        if broken:
            verbs = verbs[:2]
        elif self.doubtful():  # a possible instance says that it is over, not that it rests
            verbs = verbs[:3]
        for power in self.judged.norms.rules:
            effect = power.power
            if effect is None or effect.verb not in verbs:
                continue
            by = everyone(effect.holders) if effect.joint else joined(effect.holders, "or")
            sentence = (
                f"a use, while it is open, of the power in clause {power.clause} by "
                f"{by} to {effect.verb} it"
            )
            if self.rule.id in effect.rules and sentence not in told:
                told.add(sentence)
                yield Node(sentence)

    def readings(self) -> Iterator[Node]:
        """Other readings of this clause, and of clauses whose powers reach it."""
        agreement = self.judged.agreement
        account = next((a for a in agreement.accounts if a.name == self.judged.account), None)
        chosen = dict(account.reads) if account is not None else {}
        reached = {
            p.clause
            for p in self.judged.norms.rules
            if p.power is not None and self.rule.id in p.power.rules
        }
        for reading in agreement.readings:
            if chosen.get(reading.group) == reading.name:
                continue
            touches = reading.clause in {self.rule.clause, *reached} or any(
                self.rule.clause in getattr(rule, "targets", ()) for rule in reading.rules
            )
            if touches:
                now = chosen.get(reading.group)
                instead = f", not as {now}" if now else ", not only as written"
                title = f" (“{reading.title}”)" if reading.title else ""
                yield Node(
                    f"reading {reading.group} of clause {reading.clause} as "
                    f"{reading.name}{instead}{title}: could change it"
                )

    # -------------------------------------------------------------- words
    def act(self, match: Match) -> str:
        """The event as the rule writes it, or as the norms have it."""
        inside = []
        for arg in match.args:
            if arg.op == "=" and arg.value is not None:
                inside.append(f"{arg.param}: {self.value(arg.value)}")
            elif arg.op == "in" and arg.values:
                inside.append(f"{arg.param}: {arg.values[0]}")
        return f"{match.name}({', '.join(inside)})" if inside else match.name

    def value(self, expr: object) -> str:
        if isinstance(expr, Const):
            return str(expr.value)
        found: Value | None = self.bound.get(getattr(expr, "name", ""))
        return str(found) if found is not None else "…"

    def sides(self, compare: Compare) -> tuple[str, MeasureReading, Decimal] | None:
        """The comparison as a reading against a fixed limit, if it is one."""
        op, left, right = compare.op, compare.left, compare.right
        if isinstance(left, Const):
            return self.sides(Compare(MIRRORED[op], right, left))
        if isinstance(left, MeasureReading) and isinstance(right, Const):
            limit = right.value
            return (op, left, limit) if isinstance(limit, Decimal) else None
        return None

    def subject(self, reading: MeasureReading) -> str | None:
        if reading.of is None:
            return None
        return str(reading.of.value if isinstance(reading.of, Const) else self.value(reading.of))
