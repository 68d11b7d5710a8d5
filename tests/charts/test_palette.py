"""The palette: one place for it, readable, and told apart by readers who are colour-blind."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import servanda.web
from servanda.explain.statuses import MARKS, ORDER, WORDS
from servanda.present.charts.palette import (
    FAMILIES,
    INK,
    ON_FILL,
    PALE,
    PAPER,
    QUIET,
    STATUS,
    Colour,
)

SHEET = Path(servanda.web.__file__).parent / "static" / "servanda.css"
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


def seen(colour: str, blindness: str) -> Triple:
    rgb = linear(colour)
    rows = [sum(m * p for m, p in zip(row, rgb, strict=True)) for row in BLINDNESS[blindness]]
    return lab((rows[0], rows[1], rows[2]))


def test_every_status_has_a_colour_a_mark_and_a_word() -> None:
    assert set(STATUS) == set(ORDER) == set(MARKS) == {s for s in WORDS if s is not None}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_readable_on_their_grounds(theme: str) -> None:
    def of(colour: Colour) -> str:
        return str(getattr(colour, theme))

    for status, colour in STATUS.items():
        ink = of(INK) if status in PALE else ON_FILL
        assert contrast(ink, of(colour)) >= 4.5, status
    for name, family in FAMILIES.items():
        assert contrast(of(family.ink), of(family.ground)) >= 4.5, name
    assert contrast(of(QUIET), of(PAPER)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_weighty_statuses_are_told_apart(theme: str, blindness: str) -> None:
    weighty = ("broken", "kept", "due", "suspended", "cured", "unknown")
    for one, other in combinations(weighty, 2):
        a, b = (seen(getattr(STATUS[s], theme), blindness) for s in (one, other))
        distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        assert distance >= 10, (one, other, round(distance, 1))


def test_the_live_view_has_the_grounds_of_the_palette() -> None:
    sheet = SHEET.read_text(encoding="utf-8")
    light, dark = re.findall(r":root\s*\{(.*?)\}", sheet, re.DOTALL)[:2]
    for name, family in FAMILIES.items():
        for block, theme in ((light, "light"), (dark, "dark")):
            told = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", block))
            assert told[name] == getattr(family.ground, theme), name
            assert told[f"{name}-fg"] == getattr(family.ink, theme), name
        for status in family.statuses:
            rules = re.findall(rf"(?m)^[^{{}}]*\.s-{status}\b[^{{}}]*\{{([^}}]*)\}}", sheet)
            assert any(f"var(--{name})" in rule for rule in rules), status
