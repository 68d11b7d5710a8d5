"""Why a duty has its status and not another: the rows of its table of statuses, in sentences.

The judge says which row decided, which rows it passed over, and the parts of each condition that
made it hold or fail (`judge/derivation.py: Row`); here they are put into words.
"""

from __future__ import annotations

from collections.abc import Iterator

from servanda.explain.wording import joined
from servanda.judge import derivation as d
from servanda.judge.statuses import OTHERWISE, Kind
from servanda.judge.verdict import Status
from servanda.vocabulary.statuses import word

EXPECTED: dict[Status, tuple[Status, ...]] = {
    "kept": ("broken",),
    "broken": ("kept", "cured", "compensated"),
    "cured": ("kept", "broken"),
    "compensated": ("kept", "cured", "broken"),
    "due": ("kept", "broken"),
    "unknown": ("kept", "broken"),
    "undetermined": ("kept", "broken"),
    "suspended": ("kept", "broken"),
    "excused": ("kept", "broken"),
    "dormant": ("kept", "broken"),
    "waived": (),
    "released": (),
    "ended": (),
    "lapsed": (),
    "open": (),
    "exercised": (),
    "closed": (),
    "expired": (),
    "not_yet_in_force": (),
    "in_force": (),
    "terminated": (),
}
"""The statuses that a reader may expect in the place of each: of them it is said why they are not
so."""

HOLDS: dict[str, str] = {
    "waived": "the one to whom it is owed has waived it",
    "released": "the debtor has been released from it",
    "ended": "the agreement, the clause or this version of it has ended",
    "lapsed": "its window is over",
    "if failed": "its `if` did not hold as its window opened, so that it never arose",
    "not opened": "its window has not opened",
    "opening open": "it is not known whether its window has opened",
    "closing open": "it is not known whether its window has closed",
    "doubted": "it is not known whether it arose",
    "trigger open": "what would make it arise is only possible",
    "its condition or version open": "the condition or the version under which it arises is only "
    "possible",
    "suspended": "the use of a power suspends it",
    "excused": "it is excused",
    "exception": "an exception that this account accepts holds",
    "prevailing": "a clause that prevails over it binds",
    "idle": "it does not bind now",
    "while fails": "the condition of its `while` does not hold",
    "not in force": "the agreement, the clause or this version of it is not in force",
    "nothing owed": "nothing is owed: at least zero, or less, of each amount",
    "performed in time": "a performance that this account is sure of was in time",
    "performed unbound": "a performance that this account is sure of came past the deadline, but "
    "before any breach: it was excused or did not bind then",
    "late performance": "a performance that this account is sure of came after the deadline",
    "remedy performed": "its remedy was performed",
    "breach": "it is in breach",
    "performed at last": "it has been performed since, which may not have been the first time",
    "breach open": "it is not known whether it was performed in time",
    "breach possible": "its time may be over",
    "performance open": "a performance is recorded that is only possible",
    "end open": "whether it still stands is only possible",
    "waived open": "a waiver of it is only possible",
    "released open": "a release from it is only possible",
    "ended open": "that it has ended is only possible",
    "suspended open": "a suspension of it is only possible",
    "excused open": "an exception to it is only possible",
    "idle open": "whether it binds now is only possible",
    "over, left open": "its time is over, and whether a breach stands is only possible",
    "first open": "whether it is suspended, excused or does not bind is only possible",
    "left open": "what bears on it is only possible in this account",
    "failure open": "nothing current tells for sure whether its condition holds",
    "violation open": "a violation is recorded that is only possible",
    "time to cure": "its condition fails, and the time to cure that still runs",
    "was broken": "there was a breach before, and it is over",
    "doubted violation": "it is not known whether the duty arose that a violation would break",
    "used": "it was used while it was open, and that use is in effect",
    "used, shut": "it was used while it was open, and that use is in effect; now it is not open",
    "used, left open": "it was used while it was open, and that use is in effect; whether it is "
    "open now is only possible",
    "use open": "a use of it is recorded that is only possible",
    "shut": "something that the power asks for is missing",
}
"""Conditions of judge/statuses.py that hold, and their parts."""
HOLDS_IN: dict[tuple[Kind, str], str] = {
    ("achieve", "breach"): "its time is over, no performance in it is recorded that counts, and "
    "what is not recorded is taken as not done",
    ("keep", "breach"): "its condition surely fails, and did while it surely bound",
    ("forbid", "breach"): "a violation is recorded that this account is sure of, and nothing has "
    "cured it",
    ("achieve", "silence open"): "no performance in its time is recorded that counts, and silence "
    "proves nothing",
    ("forbid", "silence open"): "silence on what it forbids proves nothing",
    ("achieve", OTHERWISE): "it binds, and time is left",
    ("keep", OTHERWISE): "there was no breach, and nothing is left open",
    ("forbid", OTHERWISE): "there was no violation, and what is not recorded is taken as not done",
    ("provision", OTHERWISE): "its window is open, and nothing suspends or ends it",
    ("may", OTHERWISE): "all that the power asks for is there, and no use of it is in effect",
}

FAILS: dict[str, str] = {
    "curable": "late performance does not cure it",
    "after the breach": "the breach has not come",
    "performed at last": "no performance after the breach is recorded that counts",
    "late performance": "it is not known whether there was a breach before it",
    "remedy": "the text puts no remedy in its place",
    "remedy performed": "its remedy has not been performed for sure",
    "time over": "its time is not over",
    "bound then": "it has not bound for sure since its time was over",
    "no possible performance": "a performance that is only possible may have been in time",
    "silence counts": "silence does not prove that there was none",
    "may fail": "the condition holds",
    "fails": "it is not sure that the condition fails",
    "bound as it began to fail": "it has not surely bound while its condition failed",
    "time to cure over": "the time to cure it still runs",
    "violation": "no violation is recorded that counts",
    "sure violation": "a violation is only possible",
    "not cured": "each sure violation has been cured, or may have been",
    "use": "no use of it is recorded",
    "use possible": "no use that is recorded is in effect",
    "use in effect": "a use of it is only possible",
}
"""Parts of conditions that fail: those of the statuses that a reader may expect."""

VAGUE = ", because of a vague term that nobody entitled has decided"
RESIDUAL = ("was broken", OTHERWISE)
"""Conditions that no row before decides: of them it is not said that they came too late."""


def reason(derivation: d.Derivation) -> str:
    """`Why due: it binds, and time is left. Not performed: no performance is recorded.`"""
    kind, row = derivation.rule.kind, derivation.deciding
    said = [f"Why {word(row.status, kind)}: {holds(derivation, row)}."]
    for other in others(derivation):
        if other.holds:
            text = f"{holds(derivation, other)}; but the reason above comes first"
        else:
            text = fails(derivation, other)
        said.append(f"Not {word(other.status, kind)}: {text}.")
    return " ".join(said)


def others(derivation: d.Derivation) -> Iterator[d.Row]:
    """The rows of other statuses that a reader may expect: those that were passed over because
    their condition fails, and those that hold but come too late."""
    decided = False
    for row in derivation.rows:
        if row is derivation.deciding:
            decided = True
        elif (
            row.status in EXPECTED[derivation.verdict.status]
            and row.holds == decided
            and row.condition not in RESIDUAL
        ):
            yield row


def holds(derivation: d.Derivation, row: d.Row) -> str:
    kind = derivation.rule.kind
    condition = row.condition.removesuffix(", vague")
    names = () if (kind, condition) in HOLDS_IN else row.parts
    said = (HOLDS_IN.get((kind, name)) or HOLDS[name] for name in names or (condition,))
    return joined(said) + (VAGUE if condition != row.condition else "")


def fails(derivation: d.Derivation, row: d.Row) -> str:
    if row.condition == "performed":
        return unperformed(derivation)
    (part,) = row.parts
    return FAILS[part]


def unperformed(derivation: d.Derivation) -> str:
    """What the acts on record lack to be a performance in time."""
    acts = [step for step in derivation.steps if isinstance(step, d.Act)]
    sums = [step for step in derivation.steps if isinstance(step, d.Sum)]
    lacks = [{lack.what for lack in act.lacks} for act in acts]
    untimely = {"late", "early"}
    short = any("amount" in each and not each & untimely for each in lacks)
    if short or any(step.done or step.possibly for step in sums):
        return "what is recorded in time falls short"
    if any(act.counts == "possible" for act in acts):
        return "the performance that is recorded is only possible"
    if any(each & untimely for each in lacks):
        return "what is recorded was not done in its time"
    return "no performance is recorded" if not acts else "no performance counts as sure and in time"
