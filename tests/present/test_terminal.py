"""Blocks in a pipe and in a terminal: the same words, nothing cut short."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from servanda.explain.wording import Node
from servanda.present.terminal.blocks import Bars, Block, Line, Table, Tree, counts, moment
from servanda.present.terminal.plain_blocks import plain
from servanda.present.terminal.rich_blocks import STYLES, draw, write
from servanda.vocabulary.statuses import term

LONG = "word" * 60
BLOCKS: list[Block] = [
    Line("a title", "title"),
    Table(("clause", "status"), (("1", "broken"), ("2", LONG)), ("status",)),
    Tree(Node("root", children=[Node("child " + LONG, children=[Node("leaf")])])),
]
SPANS = (
    ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", term("kept")),
    ("2024-02-01T00:00:00Z", "2024-02-01T00:00:01Z", term("broken")),
    ("2024-02-01T00:00:01Z", "2025-01-01", term("cured")),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(blocks: list[Block], width: int) -> str:
    out = io.StringIO()
    draw(blocks, out, width)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


def test_plain_text_has_no_box_no_tab_and_no_trailing_space() -> None:
    text = plain(BLOCKS)
    assert text.isascii()
    assert "\t" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert text.splitlines()[:3] == ["a title", "clause  status", "1       broken"]
    assert LONG in text


def test_plain_text_is_written_where_nobody_looks() -> None:
    out = io.StringIO()
    write(BLOCKS, out)
    assert out.getvalue() == plain(BLOCKS)


def test_a_terminal_gets_colours_and_the_words() -> None:
    out = Terminal()
    write(BLOCKS, out)
    assert "broken" in out.getvalue()
    assert out.getvalue() != plain(BLOCKS)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_narrow_terminal_folds_and_never_cuts(width: int) -> None:
    text = re.sub(r"[\s│├└─]", "", drawn(BLOCKS, width))
    assert text.count("word") == 120
    assert "…" not in text


WORDS = st.text("abcdefg-_.()≤", min_size=1, max_size=18)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)
NAMES = ("clause", "kind", "debtor", "duty", "status", "entries")
ROWS = st.lists(st.tuples(*[WORDS, *[CELLS] * 5]), min_size=1, max_size=8)


@settings(deadline=None)
@given(ROWS, st.sampled_from([40, 60, 80, 120, 200]))
def test_no_word_of_a_table_is_broken_and_no_line_is_too_wide(
    rows: list[tuple[str, ...]], width: int
) -> None:
    text = drawn([Table(NAMES, tuple(rows), ("status",))], width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    words = Counter(text.replace("·", " ").split())
    expected = Counter(word for row in rows for cell in row for word in cell.split())
    assert not expected - words


def test_a_word_wider_than_the_terminal_is_broken_after_a_sign() -> None:
    row = ("1", "2016-01-16-terminates-SecurityCouncil-earlier-resolutions")
    lines = drawn([Table(("clause", "entries"), (row,))], 40).splitlines()
    assert lines[-2:] == [
        "    entries: 2016-01-16-terminates-",
        "    SecurityCouncil-earlier-resolutions",
    ]


def test_a_mostly_empty_column_stands_below_its_rows() -> None:
    rows = [(str(n), "kept", "A must keep stock ≤ 3 kg" if n == 2 else "") for n in range(5)]
    text = drawn([Table(("clause", "status", "duty"), tuple(rows), ("status",))], 200)
    assert text.splitlines()[0].split() == ["clause", "status"]
    assert "2       kept\n    A must keep stock ≤ 3 kg\n3" in text


def test_lines_are_broken_between_words_but_for_source_text() -> None:
    source = "    " + "landlord must answer(id: n) to p within 10 days " * 3
    text = drawn([Line("  help: " + "write this instead " * 9), Line(source, exact=True)], 60)
    lines = text.splitlines()
    assert lines[-1].rstrip() == source.rstrip()
    assert all(len(line) <= 60 and line.startswith("  ") for line in lines[:-1])
    assert " ".join(text.split()).count("write this instead") == 9


def test_bars_show_a_breach_however_short() -> None:
    text = drawn([Bars((("7 Iran", SPANS),))], 130)
    assert text.count("█") == 2  # one mark on the bar, one in the legend
    assert "2024-01-01" in text
    assert "2025-01-01" in text
    assert drawn([Bars((("7 Iran", SPANS),))], 80) == ""
    assert plain([Bars((("7 Iran", SPANS),))]) == ""


def test_every_word_of_a_status_has_a_style() -> None:
    from typing import get_args

    from servanda.judge.verdict import Status

    words = {term(status, kind).word for status in get_args(Status) for kind in ("achieve", "may")}
    assert words <= set(STYLES)


def test_counts_put_what_asks_for_attention_first() -> None:
    statuses = ("kept", "broken", "kept", "unknown")
    rows = [{"status": status, "kind": "achieve", "outcome": None} for status in statuses]
    assert counts(rows) == "1 in breach, 1 unknown, 2 performed"
    assert counts([]) == "no duty"


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        (None, "ever"),
        ("2024-01-02T00:00:00Z", "2024-01-02"),
        ("2024-01-02T00:00:00+01:00", "2024-01-02"),
        ("2024-01-02T00:00:00.000001Z", "2024-01-02T00:00:00.000001Z"),
        ("2024-01-02T10:30:00Z", "2024-01-02T10:30:00Z"),
    ],
)
def test_a_moment_is_a_day_where_it_starts_one(given_: str | None, shown: str) -> None:
    assert moment(given_, "ever") == shown


@given(st.text())
def test_no_control_character_gets_through(text: str) -> None:
    shown = plain([Line(text), Table(("a",), ((text,),)), Tree(Node(text))])
    assert all(c == "\n" or c.isprintable() for c in shown)
