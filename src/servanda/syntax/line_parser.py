"""The parser of single lines: a Lark LALR parser with the builder as its transformer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Any
from typing import Literal as OneOf

import lark
from lark import Lark, Token
from lark.exceptions import UnexpectedInput

from servanda.syntax.builders.record import RecordBuilder
from servanda.syntax.entries import InstanceSelector
from servanda.syntax.layout import Statement
from servanda.syntax.problems import Problems
from servanda.syntax.tree import NOWHERE

LineKind = OneOf["top", "body", "account_line", "entry", "table_line"]
LINE_KINDS: tuple[LineKind, ...] = ("top", "body", "account_line", "entry", "table_line")
SELECTOR = "selector"
GRAMMAR = Path(__file__).with_name("servanda.lark")


class LineParser:
    """Parses single lines. Locks: the builder keeps the current line as state."""

    def __init__(self) -> None:
        self._builder = RecordBuilder()
        self._lock = Lock()
        self.lark = _load(self._builder)

    def parse(self, statement: Statement, line_kind: LineKind, problems: Problems) -> Any:
        """The value of a line. Raises lark's `UnexpectedInput` if it does not parse as its kind."""
        with self._lock:
            self._builder.begin_statement(statement, problems)
            return self.lark.parse(statement.text, start=line_kind)

    def parse_selector(self, text: str, problems: Problems) -> InstanceSelector:
        """`7(id: "A")` as a question names it; raises lark's `UnexpectedInput` if it is none."""
        with self._lock:
            self._builder.begin_statement(Statement(text, NOWHERE, [(0, 0, 0)], 0), problems)
            found: Any = self.lark.parse(text, start=SELECTOR)
        assert isinstance(found, InstanceSelector)
        return found

    def fits(self, text: str, line_kind: LineKind) -> bool:
        """Whether a text parses as a line of a kind."""
        try:
            self.parse(Statement(text, NOWHERE, [(0, 0, 0)], 0), line_kind, Problems())
        except UnexpectedInput:
            return False
        return True

    def words(self) -> dict[str, str]:
        """The fixed words of the language by their terminals' names: `MUST` → `must`."""
        return {
            terminal.name: terminal.pattern.value
            for terminal in self.lark.terminals
            if terminal.pattern.type == "str"
        }


@cache
def line_parser() -> LineParser:
    """The parser; loaded on first use."""
    return LineParser()


def _load(builder: RecordBuilder) -> Lark:
    """Load the grammar from the user's cache (20 ms), or build it and cache it (230 ms)."""
    cached = _cache_file()
    if cached is None:
        return _build(builder, False)
    if cached.exists():
        return _build(builder, str(cached))
    try:
        handle, name = mkstemp(dir=cached.parent, prefix=f"{cached.name}.")
        os.close(handle)
        built = _build(builder, name)
        os.replace(name, cached)
    except OSError:
        return _build(builder, False)
    return built


class WholeWords:
    """Lets the lexer always match a name, so that `untilx` is never read as `until x`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Add NAME to the terminals that each state accepts."""
        return stream


def _build(builder: RecordBuilder, cached: bool | str) -> Lark:
    return Lark.open(
        str(GRAMMAR),
        parser="lalr",
        start=[*LINE_KINDS, SELECTOR],
        transformer=builder,
        postlex=WholeWords(),
        maybe_placeholders=True,
        propagate_positions=False,
        cache=cached,
    )


def _cache_file() -> Path | None:
    """Path of the cached grammar of this version, or None if it cannot be written."""
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = sha256(GRAMMAR.read_bytes() + repr((lark.__version__, sys.version_info)).encode())
    except (OSError, RuntimeError):
        return None
    cached = folder / f"grammar-{key.hexdigest()[:16]}.cache"
    return cached if cached.exists() or os.access(folder, os.W_OK) else None


def cache_folder() -> Path:
    """The user's cache folder, by the custom of the system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "servanda"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/servanda"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servanda"
