"""The sources of a case: `sources.json` (CSL-JSON) and `*.bib` (BibTeX)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from servanda.record.bibtex_text import concatenated, names_in, plain_text
from servanda.record.issue_dates import BadIssueDate, bibtex_date, csl_date
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.safe_files import Refused, nesting, read_bytes
from servanda.syntax.tree import Place
from servanda.syntax.whole_text import whole_values

LARGEST = 16 * 1024 * 1024
DEEPEST = 100
MOST_BLOCKS = 20_000
CITABLE = re.compile(r"\w[\w.:/-]*", re.ASCII)
ADVICE = 'write a list of items, each like {"id": "gov-2019-21", "title": "..."}'

NAME_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
ADD_ID = 'add one, as in {"id": "gov-2019-21", "title": "..."}'


class Source(Struct, frozen=True):
    """A document that entries cite.

    `issued` is `2019-05-31`, `2019-05`, `2019`, two of these with a `/` between, or a text:
    `issue_dates.py`.
    """

    id: str
    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    issued: str | None = None
    url: str | None = None
    number: str | None = None
    kind: str | None = None
    note: str | None = None
    place: Place = Place("", 0, 0)


def read_sources(folder: Path, problems: Problems) -> dict[str, Source]:
    """All sources of a case folder, by id: `sources.json` and every `*.bib` beside it."""
    named = folder / "sources.json"
    files = [named] if named.exists() or named.is_symlink() else []
    files += sorted(folder.glob("*.bib"))
    found: dict[str, Source] = {}
    for path in files:
        text = _text_of(path, folder, problems)
        if text is None:
            continue
        read = read_csl if path.suffix == ".json" else read_bibtex
        for source in read(text, path.name, problems):
            earlier = found.setdefault(source.id, source)
            if earlier is not source:
                where = f"{earlier.place.file}, line {earlier.place.line}"
                problems.add(
                    "E604",
                    source.place,
                    f"two sources have the id `{source.id}`",
                    f"give this one another id, or remove it; the first is in {where}",
                )
    return found


def _text_of(path: Path, folder: Path, problems: Problems) -> str | None:
    place = Place(path.name, 0, 0)
    try:
        data = read_bytes(path, LARGEST, folder)
        text = None if data is None else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(
            "E104",
            place,
            f"this is not text in UTF-8 (byte {error.start + 1})",
            "save it as UTF-8",
        )
        return None
    except Refused as error:
        if error.leads_out:
            problems.add("E107", place, error.reason, "copy the file into the case folder")
        else:
            problems.add("E103", place, error.reason, "make it a file that can be read")
        return None
    except OSError as error:
        problems.add(
            "E103",
            place,
            f"this file cannot be read: {error.strerror or error}",
            "make it a file that can be read",
        )
        return None
    if text is None:
        message = f"this file is larger than {LARGEST // (1024 * 1024)} MB"
        problems.add("E105", place, message, "split it into several `.bib` files")
        return None
    problems.remember(path.name, text.split("\n"))
    return text


# ------------------------------------------------------------------ CSL-JSON
def read_csl(text: str, file: str, problems: Problems) -> list[Source]:
    """The sources of a CSL-JSON text (a list of items); ids may still repeat."""
    if nesting(text.encode("utf-8", "surrogatepass")) > DEEPEST:
        message = f"this JSON cannot be read: it is nested deeper than {DEEPEST}"
        problems.add("E601", Place(file, 0, 0), message, ADVICE)
        return []
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        problems.add("E601", place, f"this is not JSON: {error.msg.lower()}", ADVICE)
        return []
    except ValueError as error:
        problems.add("E601", Place(file, 0, 0), f"this JSON cannot be read: {error}", ADVICE)
        return []
    if not isinstance(whole, list):
        problems.add("E601", Place(file, 1, 1), "the sources must be a list of items", ADVICE)
        return []
    found = []
    for item, place in zip(whole, _places_of_items(text, file), strict=True):
        mended = whole_values(item)
        source = _Item(mended, place, problems).source()
        if source is not None:
            found.append(source)
            if mended != item:
                problems.add(
                    "W602",
                    place,
                    f"the source `{source.id}` has half of a character, as in `\\ud83d`: "
                    "it is read as �",
                    "write the whole character",
                )
    return found


def _places_of_items(text: str, file: str) -> Iterator[Place]:
    """Where each item of a (well-formed) JSON list begins."""
    decode = json.JSONDecoder().raw_decode
    blank = re.compile(r"[\s,]*")
    offset = text.index("[") + 1
    line, before = 1 + text.count("\n", 0, offset), text.rfind("\n", 0, offset)
    while True:
        start = _end(blank, text, offset)
        if text[start] == "]":
            return
        line += text.count("\n", offset, start)
        before = max(before, text.rfind("\n", offset, start))
        yield Place(file, line, start - before)
        _, offset = decode(text, start)
        line += text.count("\n", start, offset)
        before = max(before, text.rfind("\n", start, offset))


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    match = pattern.match(text, offset)
    return match.end() if match else offset


class _Item:
    """Reads one CSL item and reports what is wrong with it."""

    def __init__(self, item: object, place: Place, problems: Problems) -> None:
        self.item = item
        self.place = place
        self.problems = problems
        self.id = "?"

    def source(self) -> Source | None:
        if not isinstance(self.item, dict):
            self.problems.add("E602", self.place, "a source must be an item in braces", ADVICE)
            return None
        identity = self.item.get("id")
        if isinstance(identity, int) and not isinstance(identity, bool):
            identity = str(identity)
        if not isinstance(identity, str) or not identity.strip():
            near = did_you_mean("id", [key for key in self.item if key.lower() in ("id", "key")])
            self.problems.add("E602", self.place, "a source has no `id`", near or ADD_ID)
            return None
        self.id = identity
        _check_citable(identity, self.place, self.problems)
        return Source(
            id=identity,
            title=self.text("title"),
            publisher=self.text("publisher") or self.text("container-title"),
            authors=self.authors(),
            issued=self.issued(),
            url=self.text("URL"),
            number=self.text("number"),
            kind=self.text("type"),
            note=self.text("note"),
            place=self.place,
        )

    def wrong(self, field: str, expected: str) -> None:
        message = f"`{field}` of source `{self.id}` must be {expected}"
        self.problems.add("E603", self.place, message, f"write {expected}, or leave it out")

    def text(self, field: str) -> str | None:
        value = self._fields().get(field)
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str):
            return value.strip() or None
        self.wrong(field, "text")
        return None

    def _fields(self) -> Mapping[str, Any]:
        return self.item if isinstance(self.item, dict) else {}

    def authors(self) -> tuple[str, ...]:
        value = self._fields().get("author", [])
        if not isinstance(value, list) or not all(isinstance(name, dict) for name in value):
            self.wrong("author", 'a list of names, each like {"family": "...", "given": "..."}')
            return ()
        names = [_name_of(name) for name in value]
        if not all(names):
            self.wrong("author", "a list of names, each with `family` or `literal` as text")
        return tuple(name for name in names if name)

    def issued(self) -> str | None:
        value = self._fields().get("issued")
        try:
            return None if value is None else csl_date(value)
        except BadIssueDate:
            self.wrong("issued", 'a date like {"date-parts": [[2019, 5, 31]]}')
            return None


def _check_citable(identity: str, place: Place, problems: Problems) -> None:
    if not CITABLE.fullmatch(identity):
        message = f"no entry can cite the source `{identity}`: an id is letters, digits and `_.:/-`"
        problems.add("W601", place, message, f"give it an id such as `{_slug(identity)}`")


def _slug(text: str) -> str:
    return re.sub(r"[^\w.:/]+", "-", text, flags=re.ASCII).strip("-") or "source-1"


def _name_of(name: Mapping[str, Any]) -> str | None:
    """A name in the order in which it is said: `Vincent van Gogh`; None: it is none."""
    literal = name.get("literal")
    if isinstance(literal, str) and literal.strip():
        return " ".join(literal.split())
    parts = [name[key] for key in NAME_PARTS if name.get(key)]
    if not (name.get("family") or name.get("given")):
        return None
    if not all(isinstance(part, str) for part in parts):
        return None
    return " ".join(" ".join(parts).split()) or None


# ------------------------------------------------------------------ BibTeX
BIBTEX_FIELDS = {
    "publisher": ("publisher", "institution", "organization", "journaltitle", "journal", "school"),
    "number": ("number", "eprint", "volume"),
    "url": ("url",),
    "title": ("title",),
    "note": ("note", "annote"),
}
ISSUED_FIELDS = ("date", "year", "month", "day")


def read_bibtex(text: str, file: str, problems: Problems) -> list[Source]:
    """The sources of a BibTeX text; broken entries are reported, the others are read."""
    import logging

    from bibtexparser.entrypoint import parse_string

    blocks = text.count("@")
    if blocks > MOST_BLOCKS:
        message = f"this file has {blocks:,} `@`: the most is {MOST_BLOCKS:,}"
        problems.add("E105", Place(file, 0, 0), message, "split it into several `.bib` files")
        return []
    logger = logging.getLogger("bibtexparser")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what it would print is in its failed blocks
    try:
        library = parse_string(text)
    except Exception as error:  # the library promises none: whatever it is, the file is at fault
        problems.add(
            "E605",
            Place(file, 0, 0),
            f"this BibTeX cannot be read: {_first_line(error)}",
            "write it again, or give the sources in sources.json",
        )
        return []
    finally:
        logger.setLevel(level)
    for failed in library.failed_blocks:
        place = Place(file, (failed.start_line or 0) + 1, 1)
        problems.add(*_what_failed(place, failed))
    if text.strip() and not library.blocks:
        problems.add(
            "E605",
            Place(file, 1, 1),
            "this is not BibTeX",
            "write entries such as @report{id, title = {...}}",
        )
    strings = {string.key.lower(): str(string.value) for string in library.strings}
    return [_source_of(entry, strings, file, problems) for entry in library.entries]


def _what_failed(place: Place, failed: Any) -> tuple[str, Place, str, str]:
    name = type(failed).__name__
    if name == "DuplicateBlockKeyBlock":
        message = f"two sources have the id `{failed.key}`"
        return "E604", place, message, "give this one another id, or remove it"
    if name == "DuplicateFieldKeyBlock":
        fields = ", ".join(f"`{field}`" for field in sorted(failed.duplicate_keys))
        return "E605", place, f"this entry has a field twice: {fields}", "keep one of them"
    reason = getattr(failed.error, "abort_reason", None) or _first_line(failed.error)
    advice = "close every brace and quote"
    return "E605", place, f"this entry is not BibTeX: {reason}", advice


def _first_line(error: object) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _source_of(entry: Any, strings: Mapping[str, str], file: str, problems: Problems) -> Source:
    place = Place(file, (entry.start_line or 0) + 1, 1)
    bare = entry.parser_metadata.get("removed_enclosing", {})
    fields = {
        key.lower(): concatenated(str(field.value), strings)
        if bare.get(key) == "no-enclosing"
        else str(field.value)
        for key, field in entry.fields_dict.items()
    }
    dated = {key: plain_text(fields[key]) for key in ISSUED_FIELDS if key in fields}
    if "date" in fields:  # a tilde means `circa` there
        dated["date"] = re.sub(r"[{}\s]+", " ", fields["date"]).strip()
    try:
        issued = bibtex_date(dated)
    except BadIssueDate:
        issued = dated.get("year")
        field = "date" if dated.get("date") else "month"
        problems.add(
            "E603",
            place,
            f"`{field}` of source `{entry.key}` is no date: {dated[field]}",
            "write `date = {2019-05-31}`, or `year` and a `month` such as `may`",
        )
    _check_citable(entry.key, place, problems)

    def first(name: str) -> str | None:
        values = (
            fields[key].strip("{}") if name == "url" else plain_text(fields[key])
            for key in BIBTEX_FIELDS[name]
            if key in fields
        )
        return next((value for value in values if value), None)

    return Source(
        id=entry.key,
        title=first("title"),
        publisher=first("publisher"),
        authors=tuple(names_in(fields.get("author", ""))),
        issued=issued,
        url=first("url"),
        number=first("number"),
        kind=entry.entry_type.lower(),
        note=first("note"),
        place=place,
    )
