"""Reads the files of a case and their includes; checks sizes, encodings and paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from servanda.syntax.layout import Layout, lay_out
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.safe_files import Refused, read_bytes
from servanda.syntax.tree import Place
from servanda.syntax.whole_text import is_whole, whole

LARGEST_FILE = 64 * 1024 * 1024
LONGEST_LINE = 100_000
DEEPEST_INCLUDE = 20
READABLE = "correct the name: it is relative to the file that has it"
NAMED = "correct the path: a relative one starts at the folder in which the command runs"
SUFFIXES = (".md", ".markdown", ".sv")
MAIN, ACCOUNTS, RECORD = "agreement.md", "accounts.md", "record"

INCLUDE = re.compile(r'include\s+"([^"]*)"$')
_FOREIGN_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def find_texts(root: Path, problems: Problems) -> list[str]:
    """The texts of a case, named as problems name them: relative to the case."""
    whole = Place(str(root), 0, 0)
    if root.is_file():
        return [root.name]
    if not root.is_dir():
        problems.add(
            "E101",
            whole,
            f"there is no folder or file `{root}`",
            "start a case with `servanda new`",
        )
        return []
    found = [name for name in (MAIN, ACCOUNTS) if (root / name).is_file()]
    beside = sorted(p.name for p in root.glob("*.sv") if not is_hidden(Path(p.name)))
    kept = sorted(
        str(p.relative_to(root))
        for p in (root / RECORD).rglob("*")
        if p.suffix in (".md", ".sv") and p.is_file() and not is_hidden(p.relative_to(root))
    )
    if MAIN not in found and not beside:
        advice = f"a case folder holds `{MAIN}`; start one with `servanda new`"
        problems.add("E101", whole, f"`{root}` holds no `{MAIN}`", advice)
        return []
    return [*found, *beside, *kept]


def is_hidden(name: Path) -> bool:
    """Whether a file, or a folder on the way to it, is one that programs hide: `.2026.md.swp`."""
    return any(part.startswith(".") for part in name.parts)


def read_text(path: Path, file: str, problems: Problems, at: Place | None = None) -> str | None:
    """The text of a file; None, with a problem, if it cannot be read.

    `file` is its name in problems; `at` is the place that names it, if a text does.
    """
    whole = Place(file, 0, 0)
    try:
        data = read_bytes(path, LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError):
        said = "there is no such file"
    except OSError as error:
        unread = f"this file cannot be read: {error.strerror}"
        said = error.reason if isinstance(error, Refused) else unread
    else:
        if data is not None:
            return _decode(data, file, problems)
        megabytes = LARGEST_FILE // (1024 * 1024)
        message = f"`{file}` is larger than {megabytes} MB"
        advice = "keep bulk data in a table (CSV or Parquet) beside the text"
        problems.add("E105", whole, message, advice)
        return None
    advice = _near(path) or (READABLE if at else NAMED)
    problems.add("E103", at or whole, f"`{file}`: {said}" if at else said, advice)
    return None


def _near(path: Path) -> str | None:
    """Advice that names a file beside the missing one with a similar name."""
    try:
        if path.exists():
            return None
        names = [beside.name for _, beside in zip(range(1000), path.parent.iterdir(), strict=False)]
    except (OSError, ValueError):
        return None
    return did_you_mean(path.name, names)


def _decode(data: bytes, file: str, problems: Problems) -> str | None:
    """Decode UTF-8; report NUL bytes, other encodings and lines that are too long."""
    whole = Place(file, 0, 0)
    foreign = _FOREIGN_MARKS.get(data[:2])
    if foreign:
        problems.add("E104", whole, f"`{file}` is {foreign}, not UTF-8", "save it as UTF-8")
        return None
    if b"\0" in data:
        problems.add(
            "E104",
            whole,
            f"`{file}` is binary, not text",
            "a case is made of text files: name another file",
        )
        return None
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE and len(line.decode("utf-8", "replace")) > LONGEST_LINE:
            message = f"a line of {len(line):,} bytes: the most is {LONGEST_LINE:,} characters"
            advice = "keep bulk data in a table (CSV or Parquet) beside the text"
            problems.add("E105", Place(file, number, 0), message, advice)
            return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        number = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"this is not UTF-8 text (byte {data[error.start]:#04x})"
        problems.add("E104", Place(file, number, column), message, "save the file as UTF-8")
        return None


def load(root: Path, files: Iterable[str], problems: Problems) -> tuple[Layout, ...]:
    """Lay out files of a case (paths relative to its folder) and all that they include, each once.

    Files that cannot be read are left out, with a problem.
    """
    loader = _Loader(root, problems)
    for file in files:
        loader.load(PurePosixPath(file).as_posix(), None, ())
    return tuple(loader.layouts)


class _Loader:
    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = root.resolve()
        self.problems = problems
        self.layouts: list[Layout] = []
        self.met: set[Path] = set()

    def load(self, file: str, at: Place | None, chain: tuple[str, ...]) -> None:
        """Load one file; `at` is the line that includes it, `chain` the files on the way to it."""
        path = self._resolve(file, at)
        if path is None:
            return
        name = path.relative_to(self.root).as_posix()
        if name in chain:
            circle = " → ".join((*chain[chain.index(name) :], name))
            self._refuse(
                "E106",
                at,
                name,
                f"these files include each other: {circle}",
                "leave one include out",
            )
            return
        if path in self.met:
            return
        if len(chain) > DEEPEST_INCLUDE:
            message = f"includes are nested deeper than {DEEPEST_INCLUDE}"
            self._refuse("E106", at, name, message, "include the files from one place")
            return
        self.met.add(path)
        text = read_text(path, name, self.problems, at)
        if text is None:
            return
        layout = lay_out(text, name, self.problems)
        self.layouts.append(layout)
        for statement in layout.statements:
            match = INCLUDE.match(statement.text)
            if match:
                included = (PurePosixPath(name).parent / match[1]).as_posix()
                self.load(included, statement.place, (*chain, name))

    def _resolve(self, file: str, at: Place | None) -> Path | None:
        """The real path of a file inside the case folder."""
        if not is_whole(file):
            message = f"`{whole(file)}`: the name of this file is not in UTF-8"
            self._refuse("E103", at, whole(file), message, "give the file another name")
            return None
        try:
            path = (self.root / file).resolve()
        except (OSError, RuntimeError, ValueError):
            self._refuse("E103", at, file, f"`{file}`: there is no such file", READABLE)
            return None
        if not path.is_relative_to(self.root) or path == self.root:
            message = f"`{file}` is outside the case folder"
            self._refuse(
                "E107", at, file, message, "copy it into the case folder, and name it there"
            )
            return None
        if path.suffix.lower() not in SUFFIXES and path.exists() and path.is_file():
            advice = f"name a file that ends in {', '.join(SUFFIXES)}"
            self._refuse("E108", at, file, f"`{file}` is not a text of a case", advice)
            return None
        return path

    def _refuse(self, code: str, at: Place | None, file: str, message: str, advice: str) -> None:
        self.problems.add(code, at or Place(file, 0, 0), message, advice)
