"""The derivations of verdicts: the reference judge judges again what they can depend on."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.judge.dependencies import Footprints
from servanda.judge.derivation import Derivation, Row, Step
from servanda.judge.reference.instance import Instance
from servanda.judge.reference.recording.steps import Recorder
from servanda.judge.reference.truth import Ground, entries_of
from servanda.judge.reference.walk import Walk, verdicts_of
from servanda.judge.support import (
    Standing,
    Support,
    is_of,
    last_of,
    support,
    without,
)
from servanda.judge.verdict import Verdict
from servanda.judge.visible_facts import visible
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms


def derive(
    norms: Norms, facts: Facts, asked: Sequence[Verdict], footprints: Footprints | None = None
) -> list[Derivation]:
    """The derivation of each of some verdicts that are open on the facts' last day.

    `footprints`: those of the norms, where somebody has them already. Raises JudgeError as both
    judges do.
    """
    footprints = footprints or Footprints(norms)
    found = []
    for verdict in asked:
        small, fewer = footprints.of_rule_restricted(verdict.rule, facts)
        fewer = visible(small, fewer, verdict)
        walk = Walk(small, fewer, recording=True, alone=verdict)
        walk.run()
        instance = instance_of(walk, verdict)
        if instance is not None:
            steps = Recorder(walk, instance, verdict, verdicts_of(walk)).steps()
            found.append(derived(walk, instance, verdict, steps))
    return found


def instance_of(walk: Walk, verdict: Verdict) -> Instance | None:
    """The instance whose last span the verdict is."""
    alike = [each for each in walk.instances.get(verdict.rule, ()) if is_of(each, verdict)]
    wanted = Standing(verdict.status, verdict.from_, verdict.outcome)
    return next((each for each in alike if last_of(each) == wanted), alike[-1] if alike else None)


def derived(
    walk: Walk, instance: Instance, verdict: Verdict, steps: tuple[Step, ...]
) -> Derivation:
    norms, facts = walk.norms, walk.world.facts
    cited = support(norms, facts, verdict, instance.grounds(facts.now))
    return Derivation(
        verdict=verdict,
        rule=instance.rule,
        steps=steps,
        rows=rows(instance),
        cited=cited.entries,
        declared=cited.declared,
        instead=instead(norms, facts, verdict, cited),
    )


def rows(instance: Instance) -> tuple[Row, ...]:
    """The table of statuses as the judge read it for an instance."""
    return tuple(
        Row(condition, status, holds, parts, entries_of(grounds))
        for condition, status, holds, parts, grounds in instance.table()
    )


def instead(
    norms: Norms, facts: Facts, verdict: Verdict, cited: Support
) -> dict[str, tuple[str, ...]]:
    """The entries that would do as well in place of one cited, where the record has such."""
    found = {}
    for entry in cited.entries:
        fewer = without(facts, entry)
        walk = Walk(norms, fewer, recording=True, alone=verdict)
        walk.run()
        instance = instance_of(walk, verdict)
        if instance is not None and last_of(instance) == Standing(
            verdict.status, verdict.from_, verdict.outcome
        ):
            remaining: list[Ground] = [*cited.entries, *cited.declared]
            remaining.remove(entry)
            others = support(norms, fewer, verdict, instance.grounds(fewer.now), beside=remaining)
            found[entry] = others.entries
    return found
