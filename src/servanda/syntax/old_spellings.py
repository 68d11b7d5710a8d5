"""Spellings that people understood in two ways: what each used to mean, and what to write now.

A line in an old spelling is parsed with its old meaning and reported as an error that names the
choices; `servanda fmt --upgrade` prints the same tree in the new spelling.
"""

from __future__ import annotations

from msgspec import Struct

ORDINALS = ("the first", "the second", "the third", "the fourth")


class OldSpelling(Struct, frozen=True):
    """An old spelling: `written`; `same` is how its meaning is written now, `others` the choices.

    `others` are pairs of a spelling and what it means. Without any, the words alone have changed.
    `asks`: a person should look at it again after an upgrade.
    """

    written: str
    same: str
    meaning: str
    others: tuple[tuple[str, str], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a person should choose again: people heard another meaning."""
        return bool(self.others)

    @property
    def message(self) -> str:
        """What is wrong with it."""
        why = "is understood in two ways" if self.others else "is written in other words now"
        return f"`{self.written}` {why}"

    @property
    def advice(self) -> str:
        """What to write, and what each choice means: the first is what it used to mean."""
        if not self.others:
            return f"write `{self.same}`: {self.meaning}"
        choices = ((self.same, self.meaning), *self.others)
        *some, last = (f"`{words}`" for words, _ in choices)
        meanings = "; ".join(
            f"{nth}: {means}" for nth, (_, means) in zip(ORDINALS, choices, strict=False)
        )
        return f"write {', '.join(some)} or {last} ({meanings})"


BESIDE_THE_TEXT = OldSpelling(
    "beside_the_text",
    ", adds to the text",
    "the clause's own rules stand as well",
    ((", reads the text as", "the rules below stand in place of the clause's"),),
)
OLD_SPELLINGS: dict[str, OldSpelling] = {
    "E170": OldSpelling(
        "else A must",
        "on breach … must instead …",
        "performing this makes the breach good",
        (("on breach … must also …", "this is owed beside the duty, which stays owed"),),
    ),
    "E171": OldSpelling(
        "no duty",
        ", finds no obligation",
        "at the end of the reading's first line: the clause binds nobody",
        ((", leaves the text as it is", "the clause's own rules stand"),),
    ),
    "E172": OldSpelling(
        "in_place_of_the_text",
        ", reads the text as",
        "the rules below stand in place of the clause's",
        ((", adds to the text", "the clause's own rules stand as well"),),
    ),
    "E173": OldSpelling(
        "prevails over",
        "disapplies … while it binds",
        "nothing of that clause binds meanwhile",
        (
            (
                "prevails over … to the extent of the conflict",
                "it gives way only where both cannot be complied with",
            ),
        ),
    ),
    "E174": OldSpelling(
        "jointly",
        "any one of …",
        "the act of any member is enough",
        (("… acting together", "every member has to act"), ("each of …", "each for itself")),
    ),
    "E175": OldSpelling(
        "all of",
        "each of …",
        "each for itself",
        (("… acting together", "every member has to act"), ("any one of …", "one is enough")),
    ),
    "E176": OldSpelling(
        "all of … may",
        "… acting together may",
        "the power is exercised when every member has used it",
        (("each of … may", "each alone"), ("any one of … may", "one for all")),
    ),
    "E177": OldSpelling(
        "unless",
        "excused while …, time not extended",
        "the deadline stands; what is not done by then is in breach when the excuse ends",
        (("excused while …, time extended", "the deadline moves by as long as the excuse lasts"),),
    ),
    "E178": OldSpelling(
        "of its",
        "within … after its end",
        "not before",
        (("no later than … after its end", "in the period too"),),
    ),
    "E179": OldSpelling(
        "early performance counts",
        "performance at any earlier time counts",
        "also from before the trigger or the agreement",
        (("from …", "alone, without this phrase: from the trigger on it counts"),),
    ),
    "E180": OldSpelling(
        "early performance refused",
        "early performance does not count",
        "only what is done from the opening on counts",
    ),
    "E181": OldSpelling(
        "in breach",
        "… in breach of any clause",
        "whatever it owes, to whomever",
        (
            ("… in breach of a duty owed to it", "of what is owed to who may or must act here"),
            ("… in breach of …", "of that clause"),
            ("… in breach of … determined to be material", "a vague term `material` decides"),
        ),
    ),
    "E182": OldSpelling(
        "once",
        "… has happened",
        "true from then on, for good",
        (
            ("… has happened in the last 30 days", "for so long"),
            ("a state", "true until something ends it: `state s from E until F`"),
        ),
    ),
    "E183": OldSpelling(
        "trusts … over all",
        "for measurements prefers …",
        "its figures come first; for events all sources count alike",
    ),
    "E184": OldSpelling(
        "holds",
        "takes the position that …, whatever is determined",
        "it outranks a determination",
        (
            (
                "takes the position that …",
                "until somebody who is entitled to determines it",
            ),
        ),
    ),
    "E185": OldSpelling(
        "a span or a month",
        "at some time in …",
        "it happened once, on an unknown day of these",
        (("throughout …", "a state held all that time"),),
    ),
    "E186": OldSpelling(
        "silence means no",
        "not recorded is taken as not done",
        "if no entry says that it happened, it did not",
    ),
    "E187": OldSpelling(
        "complete on",
        "attests a full record of",
        "what is not recorded for that time did not happen",
    ),
    "E188": OldSpelling(
        "silent after",
        "each figure valid for …",
        "after that the value is unknown",
    ),
    "E189": OldSpelling("decided by", "to be determined by", "until then it is undetermined"),
    "E190": OldSpelling(
        "in total", "instalments add up", "the sum of all performances is what counts"
    ),
    "E191": OldSpelling(
        "suspension runs the clock",
        "suspension does not stop the clock",
        "deadlines run on meanwhile",
    ),
    "E192": OldSpelling("same", "as in the breach", "the value that the violation has"),
    "E193": OldSpelling(
        "cure within",
        "grace of …",
        "no breach if the condition holds again by then",
        (("must keep …", "alone: a breach at once, restored whenever it holds again"),),
    ),
}
