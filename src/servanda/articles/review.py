"""Interactive review of drafts: keep, edit or drop each one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from servanda.articles.draft_files import drafts_with_line
from servanda.articles.drafts import Draft, Drafts
from servanda.articles.rendering import draft_lines
from servanda.syntax.problems import refused

HELP = "[k]eep  [e]dit  [d]rop  [s]top: add what was kept  [q]uit: add nothing"


def review_drafts(
    drafts: Drafts, ask: Callable[[str], str] = input, say: Callable[[str], None] = print
) -> list[str]:
    """The lines a person kept, with their edits; an empty list if they quit."""
    kept: list[str] = []
    for draft in (*drafts.reported, *drafts.author):
        say("")
        for line in draft_lines(draft, drafts.text):
            say(line)
        for line in (draft.record or draft.outline or "").split("\n"):
            say(f"     {line}")
        choice = ask_choice(ask, say, draft)
        if choice == "q":
            return []
        if choice == "s":
            break
        if choice == "k" and draft.record:
            kept.append(draft.record)
        if choice == "e":
            kept.extend(edit_lines(ask, say, draft.record or draft.outline or ""))
    return kept


def ask_choice(ask: Callable[[str], str], say: Callable[[str], None], draft: Draft) -> str:
    """One of k, e, d, s, q; an incomplete draft cannot be kept unedited."""
    while True:
        try:
            choice = ask(f"{HELP} > ").strip().lower()[:1]
        except EOFError:
            return "q"
        if choice == "k" and not draft.record:
            say("     this draft is incomplete (see `needs` above): edit it or drop it")
        elif choice in "kedsq" and choice:
            return choice


def edit_lines(ask: Callable[[str], str], say: Callable[[str], None], draft: str) -> list[str]:
    """Lines of the record typed by a person, up to an empty one.

    The draft's own lines are prefilled if the terminal supports it.
    """
    say("     change the entry line by line, or write it; an empty line ends it")
    given = draft.split("\n")
    lines: list[str] = []
    while True:
        try:
            with prefilled_prompt(given[len(lines)] if len(lines) < len(given) else ""):
                line = ask("     ")
        except EOFError:
            break
        if not line.strip():
            break
        lines.append(line if not lines else f"  {line.strip()}")
    return ["\n".join(lines)] if lines else []


@contextmanager
def prefilled_prompt(text: str) -> Iterator[None]:
    """Prefill the next prompt with a text."""
    try:
        import readline
    except ImportError:  # Windows has none
        yield
        return
    readline.set_startup_hook(lambda: readline.insert_text(text))
    try:
        yield
    finally:
        readline.set_startup_hook(None)


def lines_by_number(drafts: Drafts, keep: str) -> list[str]:
    """The lines of the drafts numbered in `keep` ("1,3"). Raises ServandaError for one without."""
    by_number = {d.number: d.record for d in drafts_with_line(drafts)}
    kept: list[str] = []
    for word in re.split(r"[,\s]+", keep.strip()):
        line = by_number.get(int(word)) if word.isdigit() else None
        if line is None:
            advice = f"these have a line: {', '.join(map(str, by_number)) or 'none'}"
            message = f"draft {word} has no line for the record"
            raise refused("E032", f"draft:{word}", message, advice)
        kept.append(line)
    return kept
