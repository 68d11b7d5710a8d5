"""Text to logical lines: blocks, paragraphs, continuations, comments, places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.syntax.layout import Layout, Statement, lay_out
from servanda.syntax.markdown import read_heading
from servanda.syntax.problems import Problems


def laid_out(text: str, file: str = "case.sv") -> Layout:
    problems = Problems()
    layout = lay_out(text, file, problems)
    assert not list(problems)
    return layout


def complaints(text: str, file: str = "case.sv") -> list[tuple[int, int, str]]:
    problems = Problems()
    lay_out(text, file, problems)
    return [(p.line, p.column, p.message) for p in problems]


def tree(statements: list[Statement]) -> list[object]:
    """Statements as nested lists: a text, or a text and its children."""
    return [[s.text, *tree(s.children)] if s.children else s.text for s in statements]


# ---------------------------------------------------------------------- pages
@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("7 Stock", ("7", "Stock")),
        ("7. Stock", ("7", "Stock")),
        ("Article 7: Stock", ("7", "Stock")),
        ("I.14 — Heavy water", ("I.14", "Heavy water")),
        ("Paragraph 2231.11", ("2231.11", None)),
        ("Clause Delivery", ("Delivery", None)),
        ("clause Delivery: of the goods", ("Delivery", "of the goods")),
        ("§ 5(b) Notice", ("5(b)", "Notice")),
        ("¶36 Disputes", ("36", "Disputes")),
        ("Art. 60 Breach", ("60", "Breach")),
        ("Section V.20", ("V.20", None)),
        ("Delivery", None),
        ("Clauses of the deal", None),
        ("Sections", None),
        ("2018-05-08 The withdrawal", None),
        ("2019", None),
        ("2019-05", None),
        ("Article 2019", ("2019", None)),
        ("", None),
        ("What happened in 2019", None),
    ],
)
def test_headings(heading: str, expected: tuple[str, str | None] | None) -> None:
    assert read_heading(heading) == expected


def test_blocks_belong_to_their_paragraph() -> None:
    page = laid_out(
        """\
# Treaty
```servanda
party A
```
## 7 Stock ##
prose, and `inline`
### Our rule
```servanda
clause 7
```
## 8 Other
~~~~ servanda
clause 8
  # ~~~ is too short to close
~~~~~
## Accounts
```servanda
account A
```
""",
        "a.md",
    )
    assert [(p.id, p.title, p.place.line) for p in page.paragraphs] == [
        ("7", "Stock", 5),
        ("8", "Other", 11),
    ]
    assert [(s.text, s.place.line, s.place.paragraph) for s in page.statements] == [
        ("party A", 3, None),
        ("clause 7", 9, "7"),
        ("clause 8", 13, "8"),
        ("account A", 18, None),
    ]


def test_fences_in_fences_and_comments_do_not_count() -> None:
    page = laid_out(
        """\
````markdown
```servanda
party A
```
````
<!--
```servanda
party B
```
-->
```python
# 7 Not a heading
```
   ```servanda
   party C
     "the third"
   ```
``` servanda with `ticks` is no fence
""",
        "a.md",
    )
    assert page.paragraphs == ()
    assert [(s.text, s.place.column) for s in page.statements] == [('party C "the third"', 4)]


def test_windows_line_ends_and_byte_order_marks() -> None:
    page = laid_out("\ufeff# 7 Stock\r\n```servanda\r\nparty A\r\n```\r\n", "a.md")
    assert tree(page.statements) == ["party A"]
    assert page.paragraphs[0].title == "Stock"


# ---------------------------------------------------------------------- statements
def test_deeper_lines_continue_or_are_children() -> None:
    page = laid_out(
        """\
clause Delivery "Delivery"
  when order(id: id)
      following payment(id: id):
    seller must deliver(id: id)
      to buyer
      within 5 days

    seller must report
  disapplies Payment while it binds
party A,
      B
account X
    reads R as x
"""
    )
    assert tree(page.statements) == [
        [
            'clause Delivery "Delivery"',
            [
                "when order(id: id) following payment(id: id)",
                "seller must deliver(id: id) to buyer within 5 days",
                "seller must report",
            ],
            "disapplies Payment while it binds",
        ],
        "party A, B",
        ["account X", "reads R as x"],
    ]
    when = page.statements[0].children[0]
    assert when.opened
    assert not page.statements[0].opened


def test_a_colon_inside_brackets_opens_nothing() -> None:
    page = laid_out("event a\nA must deliver(id:\n    3)\n")
    assert tree(page.statements) == ["event a", "A must deliver(id: 3)"]


def test_comments_are_kept_beside_the_text() -> None:
    page = laid_out(
        """\
# top

# of A
party A "No. #7" # beside
  # within
  , B#2 # more
# below
clause 7
  # deep
  no duty
# tail

"""
    )
    party, clause = page.statements
    assert party.text == 'party A "No. #7" , B#2'
    assert party.lead == ("# top", "", "# of A", "# within")
    assert party.beside == ("# beside", "# more")
    assert clause.lead == ("# below",)
    assert clause.children[0].lead == ("# deep",)
    assert page.passages[0].tail == ("# tail",)


def test_every_character_knows_its_place() -> None:
    statement = laid_out("party A,  # one\n    B,\n  C\n").statements[0]
    assert statement.text == "party A, B, C"
    places = [statement.at(statement.text.index(name)) for name in "ABC"]
    assert [(place.line, place.column) for place in places] == [(1, 7), (2, 5), (3, 3)]
    assert [(statement.at(i).line, statement.at(i).column) for i in (0, 7, 8, 9)] == [
        (1, 1),
        (1, 8),
        (1, 9),
        (2, 5),
    ]


@given(st.lists(st.sampled_from(["party A", "  x", "    y:", "#c", "", "clause 7", ' "'])))
def test_places_point_at_their_words(lines: list[str]) -> None:
    layout = lay_out("\n".join(lines), "case.sv", Problems())

    def check(statement: Statement) -> None:
        for offset, letter in enumerate(statement.text):
            place = statement.at(offset)
            line = lines[place.line - 1]
            if letter != " " or place.column <= len(line):
                assert line[place.column - 1] == letter
        for child in statement.children:
            check(child)

    for statement in layout.statements:
        check(statement)


# ---------------------------------------------------------------------- problems
def test_tabs_are_reported_once_with_advice() -> None:
    problems = Problems()
    text = "# 7\n\ttab in prose\n```servanda\nclause 7\n\tno duty\n\t# x\n```\n"
    layout = lay_out(text, "a.md", problems)
    (problem,) = problems
    assert (problem.line, problem.column, problem.paragraph) == (5, 1, "7")
    assert (
        problem.message
        == "a tab, whose width differs from editor to editor (2 lines of this file have tabs)"
    )
    assert problem.help == "write spaces, two for each step of indentation"
    assert tree(layout.statements) == [["clause 7", "no duty"]]


def test_an_indentation_that_fits_nothing() -> None:
    text = "clause 7\n    A must a\n  A must b\nparty X\n"
    assert complaints(text) == [
        (3, 3, "this line is indented by 2, as no line above it in its block is")
    ]


def test_a_text_in_quotes_ends_on_its_line() -> None:
    assert complaints('party A "open\nparty B\n') == [
        (1, 9, 'this text in quotes is not closed: a `"` is missing')
    ]


def test_an_open_fence() -> None:
    assert complaints("\n ```servanda\nparty A\n", "a.md") == [(2, 2, "this block is never closed")]


def test_blocks_nested_too_deep() -> None:
    deep = "\n".join(" " * i + "whenever x:" for i in range(300))
    assert complaints(deep) == [(22, 22, "blocks are nested deeper than 20")]


def test_brackets_nested_too_deep() -> None:
    nested = "define x = " + "(" * 21 + "y" + ")" * 21
    assert complaints(nested) == [(1, 1, "brackets are nested deeper than 20")]
    assert complaints("define x = " + " and ".join(["(y)"] * 30)) == []
    assert complaints('define x = "' + "(" * 50 + '" = "a"') == []


def test_a_statement_of_many_lines_too_long() -> None:
    text = "party A\n" + "  , B\n" * 40_000
    assert [line for line, _, _ in complaints(text)] == [1]


@given(st.text(alphabet=st.sampled_from(' \t\n"#:()[]`~abc<>-!\r\0\u2028é'), max_size=200))
def test_any_text_can_be_laid_out(text: str) -> None:
    for file in ("case.sv", "case.md"):
        lay_out(text, file, Problems())
        lay_out(f"```servanda\n{text}\n```", file, Problems())
