"""The registry of statuses: complete, readable, told apart by everybody, and the only one."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest

import servanda
from servanda.judge.statuses import STATUSES, told
from servanda.judge.verdict import Status
from servanda.vocabulary.colours import CHART_COLOURS, INK, ON_FILL, PAPER, QUIET, Colour
from servanda.vocabulary.escaping import printable, readable, visible
from servanda.vocabulary.statuses import (
    ABSENT,
    ALL,
    BY_KIND,
    DUTY,
    GROUNDS,
    KINDS,
    POWER,
    POWERS,
    PROVISION,
    PROVISIONS,
    TABLE,
    style_sheet,
    term,
    word,
)

PACKAGE = Path(servanda.__file__).parent
Triple = tuple[float, float, float]
# Machado, Oliveira and Fernandes (2009), complete forms, on linear RGB.
BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


# ------------------------------------------------------------------ complete
FOUND = {
    kind: [(when, told(kind, status).status) for when, status in rows]
    for kind, rows in STATUSES.items()
}


def test_every_status_of_the_judge_has_a_row_for_duties_and_for_powers() -> None:
    assert set(get_args(Status)) == set(ALL)
    assert {status for kind in STATUSES for _, status in FOUND[kind]} == set(ALL)
    assert {status for _, status in FOUND["may"]} == set(POWER)
    assert {status for _, status in FOUND["provision"]} == set(PROVISION)
    assert [t.code for t in TABLE] == list(DUTY)
    for table in (DUTY, POWER):
        assert all(code == found.code for code, found in table.items())
        words = [found.word for found in table.values()]
        assert len(set(words)) == len(words)


def test_every_row_is_filled_in() -> None:
    for found in (*TABLE, *POWER.values(), ABSENT):
        assert found.word and found.description and len(found.mark) == len(found.bar) == 1
        assert found.ground in GROUNDS
    assert term(None) is ABSENT
    with pytest.raises(KeyError):
        term("no status")


def test_powers_have_words_of_their_own_everywhere() -> None:
    assert [word(code, "may") for code in ("open", "exercised", "closed", "expired")] == [
        *("exercisable", "exercised", "not exercisable", "expired")
    ]
    assert [word(code, "achieve") for code in ("due", "kept")] == ["due", "performed"]
    assert [word("kept", kind) for kind in ("keep", "forbid")] == ["complied with"] * 2
    assert term("cured", "achieve").phrase == "performed late"
    assert term("cured", "keep").phrase == "restored to compliance: in breach before, and made good"


# ------------------------------------------------------------------ the only one
QUOTED = re.compile(r"""(['"])(?P<word>[a-z ]+)\1""")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
CLASS = re.compile(r"\.[sf]-([a-z]+)|\bfill-([a-z]+)")
WORDS = {found.word for found in (*TABLE, *POWER.values(), ABSENT)} | set(DUTY)
SHOWN = sorted(
    path
    for room in ("present", "web")
    for path in (PACKAGE / room).rglob("*")
    if path.suffix in (".py", ".html", ".css", ".js") and path.name != "charts.js"
)


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_else_spells_a_status_or_its_colour(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        found = {match["word"] for match in QUOTED.finditer(text)} & (WORDS - {"open", "over"})
        assert not found, f"{path.name} spells {sorted(found)}"
    classes = {one or other for one, other in CLASS.findall(text)}
    assert not classes & (set(DUTY) | {ABSENT.code} if path.suffix == ".css" else set(DUTY))
    fills = {found.fill.light for found in TABLE} | {found.fill.dark for found in TABLE}
    assert not {c.lower() for c in COLOUR.findall(text)} & fills


def test_the_style_sheet_has_every_status() -> None:
    sheet = style_sheet()
    light, dark = sheet.split("@media screen and (prefers-color-scheme:dark)")
    for found in (*TABLE, ABSENT):
        for part, theme in ((light, "light"), (dark, "dark")):
            assert f".s-{found.code}{{color:{getattr(found.ground.ink, theme)}" in part
            assert f".f-{found.code}{{fill:{getattr(found.fill, theme)}}}" in part


# ------------------------------------------------------------------ readable
def linear(colour: str) -> Triple:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: Triple) -> Triple:
    r, g, b = (min(1.0, max(0.0, p)) for p in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (p ** (1 / 3) if p > 0.008856 else 7.787 * p + 16 / 116 for p in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def as_seen(colour: str, blindness: str) -> Triple:
    rgb = linear(colour)
    rows = [sum(m * p for m, p in zip(row, rgb, strict=True)) for row in BLINDNESS[blindness]]
    return lab((rows[0], rows[1], rows[2]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_readable_on_their_grounds(theme: str) -> None:
    def of(colour: Colour) -> str:
        return str(getattr(colour, theme))

    for found in TABLE:
        ink = of(INK) if found.pale else ON_FILL
        assert contrast(ink, of(found.fill)) >= 4.5, found.code
    for ground in GROUNDS:
        assert contrast(of(ground.ink), of(ground.ground)) >= 4.5, ground.name
        assert contrast(of(ground.ink), of(PAPER)) >= 4.5 or ground.name != "past"
    assert contrast(of(QUIET), of(PAPER)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_weighty_statuses_are_told_apart(theme: str, blindness: str) -> None:
    weighty = ("broken", "kept", "due", "suspended", "cured", "unknown")
    for one, other in combinations(weighty, 2):
        a, b = (as_seen(getattr(term(s).fill, theme), blindness) for s in (one, other))
        distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        assert distance >= 10, (one, other, round(distance, 1))


def test_a_colour_of_charts_has_one_purpose() -> None:
    lights = [c.light for c in (*CHART_COLOURS, *(found.fill for found in TABLE))]
    assert len(set(lights)) == len(lights), "a colour with two purposes cannot be made dark"


# ------------------------------------------------------------------ escaping
def test_texts_are_shown_as_they_are() -> None:
    assert visible("a\u202eb\u200b") == "a⟨U+202E⟩b⟨U+200B⟩"
    assert printable("a\x1b[2Jb\n") == "a [2Jb "
    assert readable("A must keep heavy_guns <= 0") == "A must keep heavy guns ≤ 0"
    assert set(KINDS) == {"achieve", "keep", "forbid", "may", "provision"}


def test_the_glossary_has_the_statuses() -> None:
    glossary = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
    own = {term.code: "powers" for term in POWERS}
    own |= {term.code: "provisions" for term in PROVISIONS}
    for code, each in ALL.items():
        of = own.get(code, "")
        assert f"| {code} | {each.word} | {of} | {each.description} | " in glossary
    for (kind, code), each in BY_KIND.items():
        if each.word != ALL[code].word:
            assert f"| {code} | {each.word} | `{KINDS[kind]}` | {each.description} | " in glossary
