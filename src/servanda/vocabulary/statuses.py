"""The statuses of duties and powers: code, word, description, colours and marks, one row each.

Every answer (terminal, charts, report, live view, `why`, `compare`) reads them from here, so that a
status is added in one place. `tests/test_vocabulary.py` holds the table against the judge's own
list, and proves that no page or chart spells a status or its colour again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from servanda.vocabulary.colours import HATCH, ON_FILL, PAPER, Colour, Ground

KINDS = {
    "achieve": "must",
    "keep": "must keep",
    "forbid": "must not",
    "may": "may",
    "provision": "applies",
}
"""The kinds of rules by their code (`kind` of docs/json.md), as the language writes them."""


class Term(Struct, frozen=True):
    """One status of a duty (or of a power) as people see it.

    - `code` is the judge's and JSON's word; `word` what a cell or a sentence says; `description`
      one line for a legend; `explained` whether a sentence adds the description to the word.
    - `fill` is the colour of a bar or an area in a chart; `ground` that of a cell in the live view;
      `terminal` a Rich style.
    - `mark` stands before the word on pages; `bar` draws a stretch of it in a terminal.
    - `in_play`: neither "not yet" nor "no longer": others are left out of boards and counts.
    - `settled`: nothing more is awaited of a duty with this status.
    - `drawn`: a chart has a bar for it; `interrupts`: the duty stands, its limit does not bind now.
    """

    code: str
    word: str
    description: str
    fill: Colour
    ground: Ground
    terminal: str
    mark: str
    bar: str
    in_play: bool = True
    settled: bool = False
    explained: bool = False
    drawn: bool = True
    interrupts: bool = False

    @property
    def pale(self) -> bool:
        """Whether the fill is nearly the page's own colour: words on it are in the page's ink."""
        return self.ground is PAST_GROUND

    @property
    def phrase(self) -> str:
        """The status in a sentence: `cured: performed late`."""
        return f"{self.word}: {self.description}" if self.explained else self.word


BAD = Ground("bad", Colour("#f9c9b3", "#6b2500"), Colour("#5c1a00", "#ffe0d1"), bold=True)
GOOD = Ground("good", Colour("#c5e8d9", "#00483a"), Colour("#003d2b", "#c9f7e6"))
OPEN = Ground("open", Colour("#d4e4f5", "#123c5e"), Colour("#06304f", "#d5eaff"))
MADE_GOOD = Ground("made", Colour("#f7e3a8", "#54430a"), Colour("#4a3500", "#ffeeb8"))
FREED = Ground("free", Colour("#eed6e6", "#54284a"), Colour("#4a1138", "#ffdcf3"))
DOUBT = Ground("doubt", Colour("#eceef1", "#2a2e35"), Colour("#3a3f47", "#d3d8df"))
DOUBT_HATCHED = replace(DOUBT, name="hatched", hatched=True)
PAST_GROUND = Ground("past", Colour("#f5f6f8", "#1e2126"), Colour("#5f6570", "#99a1ac"))
GROUNDS = (BAD, GOOD, OPEN, MADE_GOOD, FREED, DOUBT, DOUBT_HATCHED, PAST_GROUND)

TABLE = (
    Term(
        code="broken",
        word="in breach",
        description="not performed in time, or violated, and not made good",
        fill=Colour("#d55e00", "#e06a10"),
        ground=BAD,
        terminal="bold #d55e00",
        mark="✕",
        bar="█",
    ),
    Term(
        code="unknown",
        word="unknown",
        description="the record does not say",
        fill=Colour("#c9c9c9", "#bdbdbd"),
        ground=DOUBT,
        terminal="#56b4e9",
        mark="?",
        bar="?",
    ),
    Term(
        code="undetermined",
        word="undetermined",
        description="turns on a term that nobody entitled has decided",
        fill=Colour("#a9a9a9", "#7d7d7d"),
        ground=DOUBT_HATCHED,
        terminal="#56b4e9",
        mark="?",
        bar="?",
    ),
    Term(
        code="due",
        word="due",
        description="owed, its time still running",
        fill=Colour("#56b4e9", "#5ab7ea"),
        ground=OPEN,
        terminal="#2b8cc4",
        mark="…",
        bar="·",
    ),
    Term(
        code="suspended",
        word="suspended",
        description="suspended by the use of a power",
        fill=Colour("#cc79a7", "#cf80ab"),
        ground=FREED,
        terminal="#cc79a7",
        mark="‖",
        bar="░",
        interrupts=True,
    ),
    Term(
        code="excused",
        word="excused",
        description="excused for now",
        fill=Colour("#e5b8d0", "#dda8c6"),
        ground=FREED,
        terminal="#cc79a7",
        mark="~",
        bar="▒",
        interrupts=True,
    ),
    Term(
        code="cured",
        word="restored to compliance",
        description="in breach before, or late, and made good",
        fill=Colour("#e69f00", "#e8a410"),
        ground=MADE_GOOD,
        terminal="#e69f00",
        mark="↺",
        bar="═",
        settled=True,
        explained=True,
    ),
    Term(
        code="compensated",
        word="remedy performed",
        description="in breach, and what is owed instead was performed",
        fill=Colour("#f0c862", "#eec255"),
        ground=MADE_GOOD,
        terminal="#e69f00",
        mark="↺",
        bar="═",
        settled=True,
        explained=True,
    ),
    Term(
        code="kept",
        word="complied with",
        description="performed in time, or not violated so far",
        fill=Colour("#009e73", "#10a87d"),
        ground=GOOD,
        terminal="#009e73",
        mark="✓",
        bar="─",
        settled=True,
    ),
    Term(
        code="dormant",
        word="not yet in force",
        description="its time has not come, or what it waits for",
        fill=Colour("#ebebeb", "#2c2c2c"),
        ground=PAST_GROUND,
        terminal="grey58",
        mark="·",
        bar=" ",
        in_play=False,
        drawn=False,
    ),
    Term(
        code="waived",
        word="waived",
        description="waived: it is not owed any more",
        fill=Colour("#b9a7d8", "#b3a0d4"),
        ground=FREED,
        terminal="#cc79a7",
        mark="○",
        bar="▒",
        in_play=False,
        settled=True,
    ),
    Term(
        code="released",
        word="released",
        description="the debtor was released from it",
        fill=Colour("#9f88c9", "#a690ce"),
        ground=FREED,
        terminal="#cc79a7",
        mark="○",
        bar="▒",
        in_play=False,
        settled=True,
    ),
    Term(
        code="lapsed",
        word="expired",
        description="its time is over",
        fill=Colour("#dcdcdc", "#4a4a4a"),
        ground=PAST_GROUND,
        terminal="grey58",
        mark="·",
        bar=" ",
        in_play=False,
        settled=True,
        explained=True,
    ),
    Term(
        code="ended",
        word="terminated",
        description="its clause or the agreement has ended",
        fill=Colour("#d0d0d0", "#565656"),
        ground=PAST_GROUND,
        terminal="grey58",
        mark="·",
        bar=" ",
        in_play=False,
        settled=True,
    ),
)
"""The statuses of duties, those that ask for attention first."""

DUTY = {term.code: term for term in TABLE}


def like(code: str, new: str, word: str, description: str) -> Term:
    """A status of powers, drawn as one of duties."""
    return replace(DUTY[code], code=new, word=word, description=description, explained=False)


POWERS = (
    like("due", "open", "exercisable", "it may be exercised now"),
    like("kept", "exercised", "exercised", "exercised, and the exercise is in effect"),
    like("dormant", "closed", "not exercisable", "it may not be exercised, or not yet"),
    like("lapsed", "expired", "expired", "its time is over"),
)
"""The statuses that only powers (kind `may`) have."""
POWER = {term.code: term for term in POWERS} | {
    code: DUTY[code] for code in ("suspended", "ended", "unknown", "undetermined")
}
"""All statuses of powers."""
PROVISIONS = (
    replace(like("due", "in_force", "in force", "it applies now"), mark="●", bar="─"),
    like("dormant", "not_yet_in_force", "not yet in force", "it does not apply yet"),
    like("ended", "terminated", "terminated", "its clause or the agreement has ended"),
)
"""The statuses that only provisions (kind `provision`) have."""
PROVISION = {term.code: term for term in PROVISIONS} | {
    code: POWER[code] for code in ("expired", "suspended", "unknown", "undetermined")
}
"""All statuses of provisions."""
NOT_EXERCISED = "not exercised"
"""What a power came to that is over and was never used."""
ALL = DUTY | POWER | PROVISION
BY_KIND = {
    ("achieve", "kept"): replace(DUTY["kept"], word="performed", description="done in time"),
    ("achieve", "cured"): replace(
        DUTY["cured"], word="performed late", description="done after its time", explained=False
    ),
    ("provision", "suspended"): replace(
        DUTY["suspended"], description="suspended, by the use of a power or by its own terms"
    ),
    ("keep", "cured"): replace(DUTY["cured"], description="in breach before, and made good"),
    ("forbid", "cured"): replace(DUTY["cured"], description="in breach before, and made good"),
}
"""Statuses told otherwise of one kind of duty: a late performance may follow no known breach."""
ABSENT = Term(
    code="none",
    word="no such duty",
    description="there is no such duty in this account",
    fill=PAPER,
    ground=PAST_GROUND,
    terminal="grey58",
    mark="–",
    bar=" ",
    in_play=False,
    drawn=False,
)
"""What stands in the place of a status where an account has no such duty."""
ABSENT_POWER = replace(
    ABSENT, word="no such power", description="there is no such power in this account"
)
WORDS = tuple(
    dict.fromkeys(
        term.word
        for code in ALL
        for term in (ALL[code], *(found for (_, of), found in BY_KIND.items() if of == code))
    )
)
"""Every word for a status, of duties and powers, those first that ask for attention."""
ORDER = tuple(ALL)
IN_PLAY = frozenset(code for code, term in ALL.items() if term.in_play)
BREACH = "broken"
"""The status whose beginning charts mark."""


def term(status: str | None, kind: str = "") -> Term:
    """The row of a status, of a kind of duty if given; `ABSENT` for None."""
    if status is None:
        return ABSENT_POWER if kind == "may" else ABSENT
    return BY_KIND.get((kind, status)) or ALL[status]


def word(status: str | None, kind: str = "", outcome: str | None = None) -> str:
    """A status as people say it: `performed`, `complied with`, `exercisable`; of what is over with
    what it came to: `expired (in breach)`."""
    return term(status, kind).word + came_to(status, kind, outcome)


def phrase(status: str, kind: str, outcome: str | None) -> str:
    """The same in a sentence: `expired: its time is over (in breach)`."""
    return term(status, kind).phrase + came_to(status, kind, outcome)


def came_to(status: str | None, kind: str, outcome: str | None) -> str:
    if outcome in (None, status):
        return ""
    return f" ({NOT_EXERCISED if outcome == 'not_exercised' else term(outcome, kind).word})"


def style_sheet() -> str:
    """CSS of the statuses for pages: `.s-CODE` for cells and words, `.f-CODE` for drawn parts.

    Cells have the pale grounds of the live view, with their marks and words; `.fill-CODE` sets
    `--fill` to the colour that charts have.
    """
    light, dark = list[str](), list[str]()
    for term_ in (*ALL.values(), ABSENT):
        for rules, theme in ((light, "light"), (dark, "dark")):
            fill = getattr(term_.fill, theme)
            ink, ground = getattr(term_.ground.ink, theme), getattr(term_.ground.ground, theme)
            plain = term_.ground is PAST_GROUND
            where = f"span.s-{term_.code}" if plain else f".s-{term_.code}"
            hatch = (
                f" repeating-linear-gradient(135deg,transparent 0 7px,{getattr(HATCH, theme)} "
                "7px 8px)"
                if term_.ground.hatched
                else ""
            )
            weight = ";font-weight:700" if term_.ground.bold else ""
            rules.append(f".s-{term_.code}{{color:{ink}{weight}}}")
            rules.append(f"{where}{{background:{ground}{hatch}}}")
            rules.append(f".f-{term_.code}{{fill:{fill}}}")
            rules.append(f".fill-{term_.code}{{--fill:{fill};--on-fill:{ON_FILL}}}")
    night = "\n".join(dark)
    return "\n".join([*light, f"@media screen and (prefers-color-scheme:dark){{\n{night}\n}}"])
