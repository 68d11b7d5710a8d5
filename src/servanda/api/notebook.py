"""Answers as HTML, for a notebook: the same lines, tables and trees as in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from servanda.explain.wording import Node
from servanda.present.terminal.blocks import Block, Table, Tree
from servanda.vocabulary.escaping import visible


def html_of(title: str, blocks: Iterable[Block], notes: Iterable[str] = ()) -> str:
    """A title, the tables and trees among the blocks, and notes below them."""
    return "".join(
        (
            f"<p><strong>{shown(title)}</strong></p>",
            *pieces(blocks),
            *(f"<p>{shown(note)}</p>" for note in notes),
        )
    )


def pieces(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield table_html(block)
        elif isinstance(block, Tree):
            yield f"<ul>{tree_html(block.node)}</ul>"


def table_html(table: Table) -> str:
    head = "".join(f'<th scope="col">{shown(name)}</th>' for name in table.columns)
    rows = (f"<tr>{''.join(f'<td>{shown(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def tree_html(node: Node) -> str:
    below = "".join(map(tree_html, node.children))
    return f"<li>{shown(node.sentence)}{f'<ul>{below}</ul>' if below else ''}</li>"


def shown(text: str) -> str:
    """A text of the record in HTML: every character visible, none of it markup."""
    return escape(visible(text))
