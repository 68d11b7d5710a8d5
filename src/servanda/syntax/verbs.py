"""The forms of an event's verb: `reimpose` and `reimposes`."""

from __future__ import annotations

from collections.abc import Iterator

_IRREGULAR = {"have": "has", "be": "is", "do": "does", "go": "goes"}
_HISSING = ("s", "x", "z", "ch", "sh", "o")


def verb_forms(name: str) -> frozenset[str]:
    """Every way to write an event's name: `reimpose` and `reimposes`, `carry_out`, `carries_out`.

    Only the first word of the name is a verb. The form given is among the forms.
    """
    verb, underscore, rest = name.partition("_")
    return frozenset(form + underscore + rest for form in (verb, *_other_forms(verb)))


def third_person(event: str) -> str:
    """The form of an event's verb that follows an actor: `pays`, `carries_out`, `withdraws`."""
    forms = verb_forms(event)
    if _is_third(event) and any(len(form) < len(event) for form in forms):
        return event
    return max(forms, key=lambda form: (_is_third(form), len(form), form))


def _is_third(event: str) -> bool:
    return event.partition("_")[0].endswith("s")


def _other_forms(verb: str) -> Iterator[str]:
    for base, third in _IRREGULAR.items():
        if verb in (base, third):
            yield third if verb == base else base
            return
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        yield verb[:-1] + "ies"
    elif verb.endswith(_HISSING):
        yield verb + "es"
    else:
        yield verb + "s"
    if verb.endswith("ies") and len(verb) > 4:
        yield verb[:-3] + "y"
    elif verb.endswith("es") and verb[:-2].endswith(_HISSING):
        yield verb[:-2]
    if verb.endswith("s") and not verb.endswith("ss") and len(verb) > 2:
        yield verb[:-1]
