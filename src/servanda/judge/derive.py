"""The derivations of verdicts: the reference judge judges again what they can depend on."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.judge.dependencies import Footprints
from servanda.judge.derivation import Derivation, Step
from servanda.judge.reference.instance import Instance
from servanda.judge.reference.recording.steps import Recorder
from servanda.judge.reference.walk import Walk, verdicts_of
from servanda.judge.support import (
    Outcome,
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
    wanted = Outcome(verdict.status, verdict.from_)
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
        cited=cited.entries,
        declared=cited.declared,
        instead=instead(norms, facts, verdict, cited),
    )


def instead(
    norms: Norms, facts: Facts, verdict: Verdict, cited: Support
) -> dict[str, tuple[str, ...]]:
    """The entries that would do as well in place of one cited, where the record has such."""
    found = {}
    wanted = Outcome(verdict.status, verdict.from_)
    for entry in cited.entries:
        fewer = without(facts, entry)
        walk = Walk(norms, fewer, recording=True, alone=verdict)
        walk.run()
        instance = instance_of(walk, verdict)
        if instance is not None and last_of(instance) == wanted:
            others = support(norms, fewer, verdict, instance.grounds(fewer.now))
            found[entry] = tuple(e for e in others.entries if e not in cited.entries)
    return found
