"""Why a duty has its status and not the one a reader may expect: a sentence from its derivation."""

from __future__ import annotations

from servanda.judge import derivation as d

# (kind or "", status) -> what it is not, and the reason in one sentence.
REASONS: dict[tuple[str, str], tuple[str, str]] = {
    ("achieve", "kept"): ("broken", "a performance that this account is sure of was in time"),
    ("achieve", "due"): ("kept or broken", "no sure performance is in time yet, and time is left"),
    ("achieve", "compensated"): ("cured", "the remedy was performed, the duty itself was not"),
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
    ("keep", "due"): ("broken", "the condition fails, and the time to cure it still runs"),
    ("forbid", "broken"): (
        "kept",
        "a violation is recorded that this account is sure of, and nothing has cured it",
    ),
    ("forbid", "cured"): ("broken", "each violation was made good; and not simply kept"),
    ("may", "open"): (
        "in use or not open",
        "all that the power asks for is there, and no use of it is in effect",
    ),
    ("may", "closed"): ("open", "something that the power asks for is missing"),
    ("may", "exercised"): ("open", "it was used while it was open, and that use is in effect"),
    ("provision", "in_force"): (
        "suspended or over",
        "its window is open, and nothing that this account counts suspends or ends it",
    ),
    ("provision", "not_yet_in_force"): (
        "in force",
        "its window has not opened, or what it waits for is not there",
    ),
    ("provision", "expired"): ("in force", "its window is over"),
    ("provision", "terminated"): ("in force", "its clause or the agreement has come to its end"),
    ("provision", "suspended"): (
        "in force",
        "a power that is open in this account was used, or its own condition does not hold",
    ),
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
        "it turns on a vague term that nobody entitled has decided",
    ),
}


def reason(derivation: d.Derivation) -> str:
    """`Why not kept: the time is over, and what is recorded falls short.`"""
    kind, status = derivation.rule.kind, derivation.verdict.status
    fallback = ("otherwise", "no other status fits")
    not_so, because = (
        of_acts(derivation) or REASONS.get((kind, status)) or REASONS.get(("", status)) or fallback
    )
    return f"Why not {not_so}: {because}."


def of_acts(derivation: d.Derivation) -> tuple[str, str] | None:
    """The reasons that depend on what is recorded of acts, and on what silence proves."""
    kind, status = derivation.rule.kind, derivation.verdict.status
    acts = [step for step in derivation.steps if isinstance(step, d.Act)]
    lacks = {lack.what for act in acts for lack in act.lacks}
    silence = [step for step in derivation.steps if isinstance(step, d.Silence)]
    covered = all(step.covers for step in silence)
    match kind, status:
        case (("achieve" | "keep" | "forbid"), "dormant"):
            return "due", of_dormant(derivation)
        case "may", ("unknown" | "undetermined"):
            if any(isinstance(s, d.Use) and s.in_effect == 1 for s in derivation.steps):
                return "certain", "a use of it is recorded that is only possible"
        case "achieve", "broken":
            short = [step for step in derivation.steps if isinstance(step, d.Sum)]
            if any(step.done for step in short) or "amount" in lacks:
                return "kept", "the time is over, and what is recorded in time falls short"
            if "late" in lacks or "early" in lacks:
                return "kept", "the time is over, and what is recorded was not done in it"
            return "kept", "the time is over, no performance is recorded, and silence counts as no"
        case "achieve", "cured":
            return "kept", "the performance came after the deadline"
        case "achieve", "unknown":
            if "late" in lacks and not covered:
                return "broken", "none is recorded in time, and silence proves nothing"
            if any(act.counts == "possible" for act in acts):
                return "kept or broken", "the performance that is recorded is only possible"
            if not covered:
                return "kept or broken", "no performance is recorded, and silence proves nothing"
            return "kept or broken", "what bears on it is only possible in this account"
        case "forbid", "kept":
            return "broken", "no violation is recorded that counts, and silence counts as no"
        case "forbid", "unknown":
            if not covered:
                return "kept or broken", "no sure violation is recorded, and silence proves nothing"
            if any(act.counts == "possible" for act in acts):
                return "kept or broken", "the violation that is recorded is only possible"
            return "kept or broken", "what bears on it is only possible in this account"
    return None


def of_dormant(derivation: d.Derivation) -> str:
    """Why a duty is not in force: its window, its condition, its clause or the agreement."""
    steps = derivation.steps
    if any(isinstance(s, d.Gate) and s.name == "while" and s.condition.value < 2 for s in steps):
        return "its condition does not hold"
    if any(isinstance(s, d.Overlay) and s.name == "idle" and s.value for s in steps):
        windows = [s.window for s in steps if isinstance(s, d.Opening)]
        if not windows or all(w.opens is None or w.opens.lo is not None for w in windows):
            return "it, or its version of the clause, is not in force"
    return "its window has not opened"
