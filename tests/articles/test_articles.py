"""Article files: web pages, text and PDF; and files that are refused with a message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfWriter

from servanda.articles.article import csl, read_article
from servanda.syntax.problems import ServandaError

PROSE = (
    "The ministry said on Tuesday that the second instalment had been paid in full. "
    "The other party to the agreement denied that it had received any money at all. "
)


def html(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Paid or not</title>'
        '<meta property="og:site_name" content="Harbour Gazette">'
        '<meta name="author" content="Ada Lindqvist">'
        '<meta property="article:published_time" content="2021-10-05T08:00:00Z">'
        f"<script>document.write('SCRIPTED WORDS')</script></head><body>{body}</body></html>"
    )


def refusal(path: Path) -> str:
    with pytest.raises(ServandaError) as caught:
        read_article(path)
    return str(caught.value)


def test_a_web_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    paragraphs = "".join(f"<p>{PROSE}</p>" for _ in range(4))
    page.write_text(
        html(f"<nav>Home About</nav><article><h1>Paid or not</h1>{paragraphs}</article>"),
        encoding="utf-8",
    )
    found = read_article(page)
    assert "second instalment" in found.text
    assert "SCRIPTED" not in found.text
    assert found.published == date(2021, 10, 5)
    source = csl(found)
    assert source["issued"] == {"date-parts": [[2021, 10, 5]]}
    assert source["author"] == [{"literal": "Ada Lindqvist"}]
    assert source["publisher"] == "Harbour Gazette"


def test_a_page_that_a_browser_saved_in_one_file(tmp_path: Path) -> None:
    page = html(
        "<p>Iran said on Sunday that the caf=C3=A9 talks had failed, for the third time.</p>" * 3
    )
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
    part = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    body = page.replace('="', '=3D"')
    saved = tmp_path / "page.mhtml"
    saved.write_text(f"{head}{part}{body}\n--b--\n", encoding="utf-8")
    assert "the café talks had failed" in read_article(saved).text


def test_markdown_loses_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Paid\n\n{PROSE} See [the note](x.html).\n", encoding="utf-8")
    found = read_article(page)
    assert found.title == "Paid"
    assert "See the note." in found.text


def test_another_encoding_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(f"{PROSE} “It is over.”".encode("cp1252"))
    assert "“It is over.”" in read_article(page).text


def test_broken_bytes_are_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(bytes(range(256)) * 20)
    assert "encoding" in refusal(page)


def test_empty_pages_are_refused(tmp_path: Path) -> None:
    for name, text in (("a.txt", ""), ("b.txt", " \n\n"), ("c.html", "<html><body></body></html>")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert "no article" in refusal(tmp_path / name)


def test_a_page_of_20_mb_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    with page.open("wb") as out:
        out.truncate(20_000_000)
    assert "20 MB" in refusal(page)


def test_another_language_is_said_not_guessed(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "Die Regierung erklärte am Dienstag, dass die zweite Rate gezahlt worden sei. "
        "Die andere Seite bestritt, dass sie überhaupt Geld erhalten habe, und drohte mit Klage.",
        encoding="utf-8",
    )
    assert "not in English" in refusal(page)
    assert "`de`" in refusal(page)


def test_a_pdf_without_text_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(page)
    assert "no text layer" in refusal(page)


def test_a_broken_pdf_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(b"%PDF-1.7 nothing follows")
    assert "cannot be read" in refusal(page)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.txt")
