"""Reads XML as a stream in bounded memory, without document types and entities."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from servanda.record.tables.files import Unreadable

CHUNK = 1 << 18
LONGEST_TOKEN = 16 << 20


class Stream:
    """Reads an XML file and calls `start` and `end` of its subclass; `root` is its first element.

    Attributes come as [name, value, name, value …], in the order of the file.
    """

    root = ""

    def __init__(self) -> None:
        self.depth = 0
        self.parser = parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self.begin
        parser.StartDoctypeDeclHandler = self.refuse_doctype

    def begin(self, tag: str, attributes: list[str]) -> None:
        """Check the first element, and hand the rest to the subclass."""
        if tag != self.root:
            message = f"its first element is `{tag}`, not `{self.root}`"
            raise Unreadable("E703", self.line, message, self.wanted)
        self.depth = 1
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    wanted = "write an XML file of this format"

    def start(self, tag: str, attributes: list[str]) -> None:
        """Take the start of an element."""
        raise NotImplementedError

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        raise NotImplementedError

    @property
    def line(self) -> int:
        """The current line, from 1."""
        return self.parser.CurrentLineNumber

    def refuse(self, code: str, message: str, help: str) -> NoReturn:
        """Raise Unreadable with the current line."""
        raise Unreadable(code, self.line, message, help)

    def refuse_doctype(self, *_: object) -> None:
        """Refuse a document type: it could define entities."""
        message = "a document type (`<!DOCTYPE`) stands in this XML, and could define entities"
        self.refuse("E703", message, "take it out: a log needs none")

    def read(self, path: Path) -> None:
        """Read a whole file, packed by gzip or not. Raises Unreadable with the line."""
        packed = path.name.lower().endswith(".gz")
        fed = 0
        try:
            with gzip.open(path) if packed else path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    self.parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - self.parser.CurrentByteIndex > LONGEST_TOKEN:
                        self.refuse(
                            "E703", f"more than {LONGEST_TOKEN >> 20} MB in one piece", "split it"
                        )
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _malformed(error, fed) from None
        except Unreadable:
            raise
        except (LookupError, ValueError) as error:  # of the encoding that it declares
            said = f"this XML cannot be decoded: {error}"[:200]
            raise Unreadable("E703", self.line, said, "save it as UTF-8") from None
        except EOFError:
            raise Unreadable(
                "E703", self.line, "this gzip file ends early", "copy it again"
            ) from None
        except (gzip.BadGzipFile, zlib.error):
            raise Unreadable(
                "E703", self.line, "this is not a whole gzip file", "copy it again"
            ) from None


def _malformed(error: expat.ExpatError, fed: int) -> Unreadable:
    said = expat.ErrorString(error.code)
    ended = ("no element found", "unclosed token", "unclosed CDATA section")
    if said in ended or (said == "partial character" and fed):
        return Unreadable("E703", error.lineno, "this XML ends early", "copy it again")
    return Unreadable(
        "E703", error.lineno, f"this is not well-formed XML: {said}", "write it again"
    )


def as_dict(attributes: list[str]) -> dict[str, str]:
    """Attributes by name."""
    return dict(zip(attributes[::2], attributes[1::2], strict=True))
