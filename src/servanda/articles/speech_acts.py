"""Speech acts: whether a statement asserts, denies, demands, offers …, and its condition."""

from __future__ import annotations

import re
from typing import Literal as OneOf

Kind = OneOf[
    "assertion", "denial", "demand", "offer", "promise", "threat", "refusal", "acceptance",
    "request", "no answer",
]  # fmt: skip

BY_VERB: dict[str, Kind] = {
    verb: kind  # type: ignore[misc]
    for kind, verbs in {
        "denial": "deny dispute refute rebut disavow",
        "demand": "demand urge order insist call press push decree",
        "offer": "offer propose volunteer",
        "promise": "promise pledge vow assure swear undertake commit",
        "threat": "threaten warn",
        "refusal": "refuse decline rebuff renounce reject",
        "acceptance": "accept agree welcome",
        "request": "ask request plead appeal seek",
    }.items()
    for verb in verbs.split()
}
IN_RECORD: dict[str, str] = {
    "assertion": "says", "denial": "denies", "demand": "demands", "offer": "offers",
    "promise": "promises", "threat": "threatens", "refusal": "refuses", "acceptance": "accepts",
    "request": "requests", "no answer": "does not answer",
}  # fmt: skip
DUTY = re.compile(r"(?i)\b(?:should|must|has to|have to|needs? to|ought to|is to|are to)\b")
CONDITION = re.compile(
    r"(?i)(?:^|(?<=[\s,“\"]))"
    r"(?:if|unless|provided that|as long as|on condition that|once|before|until)\b[^,;.]*"
)
STRONG = re.compile(r"(?i)^(?:if|unless|provided|as long|on condition)")


def kind_of(verb: str, cue: str, content: str, negated: bool = False) -> Kind:
    """The speech act of a statement, by its cue; for a neutral cue ("said") by its words."""
    found = BY_VERB.get(verb)
    if verb == "call" and not re.search(r"(?i)\bcall\w* (?:for|on|upon)\b", cue):
        found = None
    if verb == "agree" and negated:
        return "refusal"
    if verb == "reject" and re.search(
        r"(?i)\b(?:claim|allegation|accusation|report|charge|suggestion)s?\b", content
    ):
        return "denial"
    if verb == "insist" and not re.search(r"(?i)^\W*(?:on|that .* (?:be|must|should))\b", content):
        found = None
    if verb == "ask" and re.match(r"(?i)\W*(?:if|whether|what|why|how|when|who|about)\b", content):
        return "request"
    if found is not None:
        return found
    return "demand" if DUTY.search(content) else "assertion"


def condition_of(content: str) -> tuple[int, int] | None:
    """Offsets of the condition in a statement: "if Y is serious it should …"; None if none."""
    for match in CONDITION.finditer(content):
        if STRONG.match(match.group()):
            return match.start(), match.start() + end_of_condition(match.group())
    return None


def end_of_condition(words: str) -> int:
    """A condition without a comma ends before the clause that follows it ("… it should")."""
    then = re.search(
        r"(?i)\s(?:then|it|they|he|she|we|the \w+) "
        r"(?:should|must|would|will|could|can|may|has to|have to)\b",
        words,
    )
    return then.start() if then else len(words.rstrip())
