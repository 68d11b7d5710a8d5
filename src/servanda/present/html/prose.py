"""The prose of a case: the section around a line, as safe HTML."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from servanda.syntax.layout import Layout

Environment = MutableMapping[str, Any]


def section(layout: Layout, line: int) -> str:
    """The Markdown from the heading above a line (counted from 1) to the next of its rank."""
    heads = headings("\n".join(layout.lines))
    above = [head for head in heads if head[0] < line]
    if not above:
        return ""
    start, rank = above[-1]
    end = next((n for n, r in heads if n > start and r <= rank), len(layout.lines))
    return "\n".join(layout.lines[start + 1 : end]).strip()


@lru_cache(maxsize=64)
def headings(text: str) -> list[tuple[int, int]]:
    """Line (from 0) and rank of every heading, none of those in fenced blocks."""
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    return [(t.map[0], int(t.tag[1])) for t in tokens if t.type == "heading_open" and t.map]


class Safe(RendererHTML):
    """No HTML of the text's own, no pictures, and links to the web only."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Environment) -> str:
        token = tokens[idx]
        href = str(token.attrGet("href") or "")
        if href.startswith(("https://", "http://")):
            token.attrSet("rel", "noreferrer noopener")
        else:
            token.attrs.pop("href", None)
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Environment) -> str:
        return self.renderInlineAsText(tokens[idx].children or [], options, env)


READER = MarkdownIt("commonmark", {"html": False}, renderer_cls=Safe).enable("table")


@lru_cache(maxsize=256)
def html(markdown: str) -> str:
    """Markdown as HTML in which nothing of the text can run."""
    return str(READER.render(markdown))
