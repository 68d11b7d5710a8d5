"""The view's pages and their JSON twins, on a small case; hostile text; a broken file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import servanda
from servanda.explain.incremental import judge_again
from servanda.explain.snapshot import as_of
from servanda.syntax.atomic_files import whole_or_not
from servanda.syntax.problems import ServandaError
from servanda.web.page_registry import PAGES
from servanda.web.query import still_judging
from servanda.web.settings import application, site
from servanda.web.versions import Version
from servanda.web.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2] / "cases"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Any]:
    """A copy of the sale, served in this process."""
    from django.test import Client

    shutil.copytree(ROOT / "sale", tmp_path / "sale")
    workspace = Workspace(tmp_path / "sale")
    application(workspace, writable=True)
    workspace.read()
    yield Client(SERVER_NAME="localhost")
    workspace.worker.close()


def test_every_page_has_its_twin(served: Any) -> None:
    case = site.workspace.version.case
    ids = {
        "clause": [c.id for c in case.agreement.clauses],
        "duty": [d["id"] for d in served.get("/board.json?show=all").json()["duties"]],
        "entry": [e.id for e in case.record.entries],
        "source": list(case.record.sources)[:5],
        "account": list(case.accounts),
        "party": [p.name for p in case.agreement.parties],
    }
    assert set(ids) == {page.name for page in PAGES if page.about_one} and all(ids.values())
    addresses = [f"/{p.name}" for p in PAGES if not p.about_one and p.offered()]
    addresses += [f"/{name}/{id_}" for name, every in ids.items() for id_ in every]
    for address in addresses:
        assert served.get(f"{address}.json").json(), address
        page = served.get(address)
        assert page.status_code == 200, address


def test_the_navigation_leads_to_the_pages_that_are_offered(served: Any) -> None:
    served.get("/board.json")
    page = served.get("/record").content.decode()
    nav = re.search(r'<nav aria-label="Pages">(.*?)</nav>', page, re.DOTALL)
    assert nav is not None
    offered = [f"/{p.name}" for p in PAGES if p.label is not None and p.name != "drafts"]
    assert re.findall(r'href="([^"?]+)', nav[1]) == offered
    assert re.findall(r'href="/(\w+)" aria-current="page"', nav[1]) == ["record"]


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


@pytest.mark.parametrize(
    "address", ["/board", "/board.json", "/nothing", "/static/servanda.css", "/live", "//evil"]
)
def test_every_answer_has_every_header(served: Any, address: str) -> None:
    served.get("/board.json")
    for host in ("localhost", "evil.example"):
        headers = served.get(address, SERVER_NAME=host).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, (address, host)
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy == POLICY


def test_the_board_says_what_status_says(served: Any) -> None:
    case = site.workspace.version.case
    on = case.last_day()
    rows = served.get(f"/board.json?show=all&on={on}").json()["duties"]
    for account in case.accounts:
        told = sorted(r["statuses"][account] for r in rows if r["statuses"][account])
        assert told == sorted(r["status"] for r in case.status(on=on, account=account))


def test_a_board_that_is_not_whole_claims_no_agreement(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.get("/board.json")
    whole = served.get("/board").content.decode()
    assert "= agreed" in whole and "accounts agree on" in whole
    late = site.workspace.version.case.accounts[-1]
    monkeypatch.setattr(Version, "waiting", lambda self, dates: [late])
    parts = served.get("/board").content.decode()
    assert "= agreed" not in parts and "accounts agree on" not in parts
    row = parts.split(f'/account/{late}">{late}</a></th>')[1].split("</tr>")[0]
    assert ">…</td>" in row and ">0</td>" not in row


def test_a_comparison_that_is_not_whole_counts_nothing(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, *_, late = site.workspace.version.case.accounts
    address = f"/compare?a={one}&b={late}"
    served.get("/compare.json")
    assert "They differ on" in served.get(address).content.decode()
    monkeypatch.setattr(Version, "waiting", lambda self, dates: [late])
    assert "They differ on" not in served.get(address).content.decode()
    days = served.get(f"/compare?account={one}&on=2024-01-01&on2=2024-03-01")
    assert "They differ on" in days.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "code", "subject"),
    [
        ("/nothing", 404, "E042", "page:/nothing.json"),
        ("/clause/none", 404, "E206", "clause:none"),
        ("/timeline?clause=none", 404, "E206", "clause:none"),
        ("/entry/none", 404, "E042", "entry:none"),
        ("/source/none", 404, "E042", "source:none"),
        ("/duty/none", 404, "E042", "duty:none"),
        ("/account/Nobody", 404, "E212", "account:Nobody"),
        ("/party/Nobody", 404, "E202", "party:Nobody"),
        ("/board?on=2019-13-01", 400, "E140", "day:2019-13-01"),
        ("/board?on=2199-01-01", 400, "E011", "day:2199-01-01"),
        ("/board?account=Nobody", 400, "E212", "account:Nobody"),
        ("/compare?b=Nobody", 400, "E212", "account:Nobody"),
        ("/board?show=most", 400, "E003", "option:show"),
        ("/board?party=Nobody", 400, "E202", "party:Nobody"),
        ("/record?page=0", 404, "E042", "page:0"),
        ("/record?page=x", 400, "E012", "option:page"),
        ("/drafts", 404, "E031", "option:drafts"),
    ],
)
def test_what_cannot_be_answered_is_told(
    served: Any, address: str, status: int, code: str, subject: str
) -> None:
    served.get("/board.json")
    page = served.get(address)
    assert page.status_code == status and "<h1>" in page.content.decode()
    path, found, query = address.partition("?")
    twin = served.get(f"{path}.json{found}{query}")
    (error,) = twin.json()["errors"]
    assert (twin.status_code, error["code"], error["subject"]) == (status, code, subject)
    assert error["message"] and error["help"]


def test_a_clause_shows_its_whole_rule(served: Any) -> None:
    rule = served.get("/clause/2.json").json()["rules"][0]
    assert rule.startswith("when order(id: id, qty: q, price: p):\n  seller must deliver")
    assert rule.count("on breach seller must also pay") == 1
    assert rule.count("on breach seller must instead pay") == 1


def test_another_sites_name_is_refused(served: Any) -> None:
    page = served.get("/board", SERVER_NAME="evil.example")
    assert page.status_code == 400 and "not one of this server" in page.content.decode()
    assert served.get("/board", SERVER_NAME="127.0.0.1").status_code == 200


def test_an_error_of_its_own_is_told_in_the_terminal_and_shown_neutrally(
    served: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    served.get("/board.json")
    served.raise_request_exception = False
    monkeypatch.setattr("servanda.web.pages.clause", fail)
    clause = site.workspace.version.case.agreement.clauses[0].id
    page = served.get(f"/clause/{clause}")
    assert page.status_code == 500 and "secret" not in page.content.decode()
    assert "RuntimeError: secret" in capsys.readouterr().err
    assert served.get(f"/clause/{clause}.json").json()["errors"]


def test_a_broken_file_shows_its_error_and_the_last_good_state(served: Any) -> None:
    served.get("/board.json")
    file = site.workspace.root / "agreement.md"
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "\n```servanda\nparty party party\n```\n", encoding="utf-8")
    site.workspace.read()
    page = served.get("/board").content.decode()
    message = servanda.open(site.workspace.root).check().errors[0].message
    assert "last good state" in page and "class=&quot;" not in page
    assert message.split("`")[0].strip()[:20] in page
    assert '<tr id="duty-' in page
    file.write_text(good, encoding="utf-8")
    site.workspace.read()
    assert "last good state" not in served.get("/board").content.decode()


def test_hostile_text_is_shown_and_never_run(served: Any) -> None:
    folder = site.workspace.root / "record"
    name = "<script>alert(1)</script>\u202eevil"
    entry = next(e for e in site.workspace.version.case.record.entries)
    line = next(iter(folder.glob("*.md"))).read_text(encoding="utf-8").split("```servanda\n")[1]
    first = line.split("\n")[0]
    text = f'```servanda\n{first}, id hostile, note "{name}"\n```\n'
    (folder / "hostile.md").write_text(text, encoding="utf-8")
    site.workspace.read()
    assert site.workspace.errors == (), entry
    page = served.get("/entry/hostile").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page and "⟨U+202E⟩" in page


def test_what_is_supposed_is_not_saved(served: Any) -> None:
    before = {p: p.read_bytes() for p in site.workspace.root.rglob("*") if p.is_file()}
    served.get("/board.json")
    found = served.get("/what-if.json", {"text": "this is no entry"}).json()
    assert found["problems"]
    assert before == {p: p.read_bytes() for p in site.workspace.root.rglob("*") if p.is_file()}


@pytest.mark.parametrize("day", ["2025-03-03", "2025-03-10", "2025-04-01"])
def test_an_earlier_day_is_read_off_the_whole(day: str) -> None:
    case = servanda.open(ROOT / "sale")
    for name in case.accounts:
        whole = case.judge(name)
        facts = case.facts(case.account(name), whole.norms, day, None)
        assert as_of(whole, day, facts).verdicts == case.judge(name, day).verdicts


def test_judging_again_says_what_judging_says() -> None:
    case = servanda.open(ROOT / "sale")
    name = case.accounts[0]
    whole = case.judge(name)
    other = case.judge(case.accounts[-1])
    assert judge_again([other], whole.norms, whole.facts) == whole.verdicts


# ------------------------------------------------------------------ writing
def form(served: Any, address: str = "/what-if/save", **fields: str) -> Any:
    """Send the form of the what-if page as a browser would, but for what `fields` say."""
    line = next(e for e in site.workspace.version.case.record.entries)
    text = next(iter((site.workspace.root / "record").glob("*.md"))).read_text(encoding="utf-8")
    first = text.split("```servanda\n")[1].split("\n")[0]
    assert line is not None
    whole = {"text": f"{first}, id again", "name": "letter", "into": "record", "confirm": "yes"}
    origin = fields.pop("origin", "http://localhost")
    return served.post(address, whole | fields, headers={"Origin": origin})


def files(root: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"confirm": ""}, 400, "E040"),
        ({"into": "elsewhere"}, 400, "E003"),
        ({"name": "../agreement"}, 400, "E012"),
        ({"name": ""}, 400, "E012"),
        ({"text": " "}, 400, "E012"),
        ({"text": "this is no entry"}, 409, "E120"),
        ({"text": "2199-01-01 Nobody does", "into": "what-if"}, 409, "E201"),
        ({"origin": "http://evil.example"}, 403, "E040"),
        ({"origin": "null"}, 403, "E040"),
    ],
)
def test_what_is_not_confirmed_or_does_not_fit_is_not_saved(
    served: Any, fields: dict[str, str], status: int, code: str
) -> None:
    before = files(site.workspace.root)
    assert form(served, **fields).status_code == status
    twin = form(served, "/what-if/save?format=json", **fields)
    (error,) = twin.json()["errors"]
    assert (twin.status_code, error["code"]) == (status, code) and error["help"]
    assert files(site.workspace.root) == before


def test_a_judgement_under_way_and_a_file_changed_meanwhile(tmp_path: Path) -> None:
    assert still_judging().problem.code == "E041"
    file = tmp_path / "letter.md"
    file.write_text("new")
    with pytest.raises(ServandaError) as refused, whole_or_not(file, b"old") as made:
        made.write_bytes(b"mine")
    assert [problem.code for problem in refused.value.problems] == ["E043"]
    assert file.read_text() == "new"


def test_forms_need_their_token(served: Any) -> None:
    served.handler.enforce_csrf_checks = True
    before = files(site.workspace.root)
    assert form(served).status_code == 403
    assert files(site.workspace.root) == before


def test_what_is_supposed_is_saved_when_asked(served: Any) -> None:
    assert form(served, into="what-if").status_code == 200
    saved = site.workspace.root / "what-if" / "letter.md"
    assert "id again" in saved.read_text(encoding="utf-8")
    assert form(served, into="what-if").status_code == 409
    assert servanda.open(site.workspace.root).record.entry("again") is None

    assert form(served).status_code == 200
    case = servanda.open(site.workspace.root)
    assert case.record.entry("again") is not None and not case.check().errors
    assert form(served).status_code == 409  # an id twice: the record stays as it is
    old = (site.workspace.root / "record" / "letter.md").read_text(encoding="utf-8")
    more = old.split("```servanda\n")[1].split("\n")[0].replace("id again", "id more")
    assert form(served, text=more).status_code == 200
    whole = (site.workspace.root / "record" / "letter.md").read_text(encoding="utf-8")
    assert whole.startswith(old.rstrip()) and "id more" in whole
    assert not list((site.workspace.root / "record").glob(".*"))


def test_nothing_is_saved_where_others_can_reach_the_page(served: Any) -> None:
    site.writable = False
    before = files(site.workspace.root)
    assert form(served).status_code == 403
    assert files(site.workspace.root) == before
    assert "/what-if/save" not in served.get("/what-if", {"text": "x"}).content.decode()


# ------------------------------------------------------------------ the drafts of an article
ARTICLE = "The seller said it will <b>never</b> report stock again.\nThe author doubts that."
LINE = '2025-06-20 seller says "it will never report stock again" alleged, source an-article'


def drafted(path: Path) -> Path:
    """Drafts as `read -o` writes them: one with its line, one that a person must complete."""
    from servanda.articles.draft_files import save
    from servanda.articles.drafts import Draft, Drafts
    from servanda.articles.model import TextSpan

    said, doubted = TextSpan(0, 56), TextSpan(57, len(ARTICLE))
    reported = Draft(1, "reported", "assertion", "seller", (), said.of(ARTICLE), (said,), "direct",
        record=LINE)  # fmt: skip
    author = Draft(2, "author", "assertion", None, (), doubted.of(ARTICLE), (doubted,), "indirect",
        needs=("a party",))  # fmt: skip
    source = {"id": "an-article", "type": "article", "title": "An article"}
    save(Drafts("article.txt", ARTICLE, source, (reported,), (author,)), path)
    return path


def accepting(served: Any, **fields: str) -> Any:
    whole = {"confirm": "yes"} | {name.replace("_", "-"): value for name, value in fields.items()}
    return served.post("/drafts/accept", whole, headers={"Origin": "http://localhost"})


def test_drafts_stand_beside_their_article_and_enter_when_confirmed(
    served: Any, tmp_path: Path
) -> None:
    site.drafts = drafted(tmp_path / "drafts.json")
    page = served.get("/drafts").content.decode()
    assert '<mark class="reported">' in page and '<mark class="author">' in page
    assert "&lt;b&gt;never" in page and "in the record already" not in page
    twin = served.get("/drafts.json").json()
    assert [d["number"] for d in twin["reported"]] == [1]
    assert "".join(p["text"] for line in twin["paragraphs"] for p in line) == ARTICLE.replace(
        "\n", ""
    )

    before = files(site.workspace.root)
    assert accepting(served, confirm="", choice_1="keep").status_code == 400
    assert accepting(served).status_code == 400  # nothing kept
    assert accepting(served, choice_2="keep").status_code == 400  # it has no line
    assert accepting(served, choice_1="edit", line_1="no entry at all").status_code == 409
    assert files(site.workspace.root) == before

    assert accepting(served, choice_1="keep", choice_2="drop").status_code == 200
    case = servanda.open(site.workspace.root)
    assert not case.check().errors and "an-article" in case.record.sources
    site.workspace.read()
    assert "in the record already" in served.get("/drafts").content.decode()


WEIRD = (
    *("", "0", "-1", "%00", "%F0%9F%92%A9", "%ED%A0%80", "..%2F..%2Fetc", "'\"<>&", "9" * 400),
    *(
        "2019-02-30",
        "0001-01-01",
        "9999-12-31",
        "2025-03-01T12:00",
        "2025-03-01T25:00Z",
        "next week",
    ),
)


def test_no_address_makes_it_fail(served: Any, capsys: pytest.CaptureFixture[str]) -> None:
    served.get("/board.json")
    names = ("on", "known", "account", "show", "party", "page", "q", "a", "on2", "text", "clause")
    tables = ("board", "timeline", "compare", "search", "record", "what-if")
    things = ("clause", "entry", "source", "account", "party", "duty")
    asked = [f"/{t}?{n}={value}" for t in tables for n in names for value in WEIRD]
    asked += [f"/{t}/{value}" for t in things for value in WEIRD]
    asked += [f"/board/rows?from={value}" for value in WEIRD]
    asked += [f"/chart/{value}/timeline.svg" for value in WEIRD]
    asked += [f"/chart/timeline/{value}.json?clause={value}" for value in WEIRD]
    asked += [f"/live?on={value}" for value in WEIRD]
    codes = {address: served.get(address).status_code for address in asked}
    assert {a: c for a, c in codes.items() if c not in (200, 302, 400, 404, 409, 503)} == {}
    assert "Traceback" not in capsys.readouterr().err


def test_an_empty_record_says_what_to_do_and_is_followed(tmp_path: Path) -> None:
    from django.test import Client

    text = 'agreement A "A"\nparty p\nevent pay(by: party)\n\nclause 1 "Pay"\n  p must pay'
    file = tmp_path / "agreement.md"
    file.write_text(f"# A\n\n```servanda\n{text}\n```\n", encoding="utf-8")
    workspace = Workspace(tmp_path)
    application(workspace)
    workspace.read()
    page = Client(SERVER_NAME="localhost").get("/board")
    assert page.status_code == 503 and "add an entry" in page.content.decode()
    more = "```servanda\n2025-02-01 p pays\n```\n"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{more}", encoding="utf-8")
    workspace.read()
    assert Client(SERVER_NAME="localhost").get("/board.json").json()["on"] == "2025-02-01"
    workspace.worker.close()
