"""Load an article from HTML, MHTML, PDF, Markdown or text: its text and publication metadata."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from servanda.articles.boilerplate import strip_boilerplate
from servanda.syntax.problems import Problem, ServandaError

LARGEST = 20_000_000
FEWEST_WORDS = 20
ARCHIVE = re.compile(rb"(?im)^content-type:\s*multipart/related")
ENGLISH = re.compile(r"(?i)\b(?:the|of|and|that|said|says|to)\b")
MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|article|div|p)\b", re.IGNORECASE)


class Article(Struct, frozen=True):
    """An article's text and metadata.

    All spans refer to `text`. `published` is None if unknown; `left_out` are the lines removed as
    boilerplate.
    """

    file: str
    text: str
    title: str | None = None
    author: str | None = None
    outlet: str | None = None
    published: date | None = None
    url: str | None = None
    left_out: tuple[str, ...] = ()


def read_article(path: Path, published: date | None = None) -> Article:
    """Load the article in a file. `published` overrides the date that the page states.

    Raises ServandaError if the file is missing, larger than 20 MB, not text, or not in English.
    """
    if not path.is_file():
        raise unreadable(path, "there is no such file", "correct its name", "E103")
    if path.stat().st_size >= LARGEST:
        raise unreadable(
            path, "this file is 20 MB or more: too large for an article", "save the article alone"
        )
    raw = path.read_bytes()
    if raw.startswith(b"%PDF"):
        found = from_pdf(path)
    elif ARCHIVE.search(raw[:4000]):
        found = from_html(path, page_of_archive(path, raw))
    elif path.suffix.lower() in (".html", ".htm", ".xhtml") or MARKUP.search(raw[:4000]):
        found = from_html(path, decoded(path, raw))
    else:
        found = from_text(path, decoded(path, raw))
    check_readable(path, found.text)
    return found if published is None else replace(found, published=published)


def decoded(path: Path, raw: bytes) -> str:
    """Decode bytes as UTF-8, or as Windows-1252 if the result has no control characters."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(c < " " and c not in "\n\r\t\f" for c in text)
        if strange * 200 > len(text):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise unreadable(path, "this file is not text in a known encoding", "save it again as UTF-8")


def from_text(path: Path, text: str) -> Article:
    """Plain text or Markdown; a short first line without final punctuation is the title."""
    if path.suffix.lower() in (".md", ".markdown"):
        text = re.sub(r"^#{1,6} +|^> ?|[*_]{2}", "", text, flags=re.MULTILINE)
        text = re.sub(r"\[([^\]\n]+)\]\([^)\n]*\)", r"\1", text)
    body, cut = strip_boilerplate(text)
    first = body.split("\n", 1)[0].strip()
    title = first if first and len(first) < 160 and first[-1] not in '.!?:”"' else None
    return Article(str(path), body, title, left_out=tuple(cut))


def from_html(path: Path, text: str) -> Article:
    """A web page, by trafilatura; scripts are never run."""
    import trafilatura

    found = trafilatura.bare_extraction(
        text, include_comments=False, include_tables=False, with_metadata=True
    )
    values: dict[str, Any] = (
        {} if found is None else found.as_dict() if hasattr(found, "as_dict") else dict(found)
    )
    body, cut = strip_boilerplate(values.get("text") or "")
    return Article(
        str(path),
        body,
        values.get("title"),
        values.get("author"),
        values.get("sitename") or values.get("hostname"),
        day_of(values.get("date")),
        values.get("url"),
        tuple(cut),
    )


def page_of_archive(path: Path, raw: bytes) -> str:
    """The HTML of a page saved as one file (MHTML)."""
    import email
    import email.policy

    message = email.message_from_bytes(raw, policy=email.policy.default)
    page = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
    if page is None:
        raise unreadable(path, "this saved page contains no HTML", "save the page as HTML")
    return str(page.get_content())


def from_pdf(path: Path) -> Article:
    """The text layer of a PDF, its lines joined into paragraphs."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path)
        pages = [page.extract_text() for page in reader.pages]
    except Exception as error:
        raise unreadable(
            path,
            f"this PDF cannot be read: {type(error).__name__}",
            "save its text in a .txt file, and read that",
        ) from error
    text = "\n".join(pages)
    if not text.strip():
        raise unreadable(path, "this PDF has no text layer", "run text recognition on it first")
    text = re.sub(r"-\n(?=[a-z])", "", text)
    text = re.sub(r"(?<![.!?:”\"\n])\n(?=\S)", " ", text)
    body, cut = strip_boilerplate(text)
    title = (reader.metadata.title if reader.metadata else None) or None
    return Article(str(path), body, title, left_out=tuple(cut))


def day_of(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def check_readable(path: Path, text: str) -> None:
    words = text.split()
    if not words:
        raise unreadable(path, "no article was found in this file", "save the page with its text")
    import py3langid

    language, _ = py3langid.classify(text[:20_000])
    english = len(words) < FEWEST_WORDS and ENGLISH.search(text) is not None
    if str(language) != "en" and not english:
        raise unreadable(
            path,
            f"this text is not in English (it reads like `{language}`)",
            "only English is read",
        )


def unreadable(path: Path, message: str, advice: str, code: str = "E030") -> ServandaError:
    """The error of a file from which no article can be read."""
    return ServandaError([Problem(code, f"file:{path}", str(path), 0, 0, message, advice)])


def source_id(article: Article) -> str:
    """An id for the article as a source: outlet or file name, and day."""
    name = article.outlet or Path(article.file).stem
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "article"
    return f"{slug}-{article.published.isoformat()}" if article.published else slug


def csl(article: Article) -> dict[str, Any]:
    """The article as a CSL-JSON item, from the page's own metadata."""
    entry: dict[str, Any] = {"id": source_id(article), "type": "article-newspaper"}
    if article.title:
        entry["title"] = article.title
    if article.author:
        entry["author"] = [{"literal": article.author}]
    if article.outlet:
        entry["container-title"] = entry["publisher"] = article.outlet
    if article.published:
        day = article.published
        entry["issued"] = {"date-parts": [[day.year, day.month, day.day]]}
    if article.url:
        entry["URL"] = article.url
    return json.loads(json.dumps(entry))  # type: ignore[no-any-return]
