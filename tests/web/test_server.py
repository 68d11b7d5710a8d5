"""The server under too many, too slow, too large and foreign requests; the answers have codes."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from waitress.server import create_server

from servanda.web import channels, responses, supposition, updates, workspace
from servanda.web.channels import PIPELINED, SETTINGS, limit
from servanda.web.query import Refused
from servanda.web.settings import application, site
from servanda.web.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2] / "cases"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


# ------------------------------------------------------------------ connections
class Address(Struct):
    """A server of this process that says `hello`; `held` lets slow answers go."""

    port: int
    held: Any

    def open(self) -> socket.socket:
        found = socket.create_connection(("127.0.0.1", self.port))
        found.settimeout(20)
        return found


@pytest.fixture
def hello(monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """The settings of the view, with ten connections and half a second for a request."""
    monkeypatch.setattr(channels, "CONNECTIONS", 10)
    held = threading.Event()

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            held.wait(20)
        content = b"hello" * (4_000_000 if environ["PATH_INFO"] == "/large" else 1)
        start("200 OK", [("Content-Length", str(len(content)))])
        return [content]

    settings = SETTINGS | {"channel_timeout": 0.5, "cleanup_interval": 0, "threads": 12}
    server: Any = create_server(answer, host="127.0.0.1", port=0, **settings)
    server.adj.channel_timeout = 0.5  # waitress rounds it
    server.adj.asyncore_loop_timeout = 0.05
    limit(server)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Address(server.effective_port, held)
    held.set()
    server.task_dispatcher.shutdown()
    server.close()


def whole(connection: socket.socket) -> bytes:
    """All that a server sends until it ends the connection."""
    found = b""
    while some := received(connection):
        found += some
    return found


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionError:
        return b""


HALF: dict[str, bytes] = {
    "nothing": b"",
    "a first word": b"GET",
    "half a header": b"GET / HTTP/1.1\r\nHost: local",
    "headers without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf",
    "half a chunk": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx",
}


@pytest.mark.parametrize("half", HALF)
def test_many_half_open_connections_stop_nobody(hello: Address, half: str) -> None:
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(hello.open()).sendall(HALF[half])
        with hello.open() as whole_one:
            whole_one.sendall(REQUEST)
            assert whole_one.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("half", HALF)
def test_a_request_must_arrive_whole_in_time(hello: Address, half: str) -> None:
    """Also where a byte comes now and then, as long as its connection lasts."""
    begun = time.monotonic()
    with hello.open() as connection:
        connection.sendall(HALF[half])
        connection.settimeout(0.05)
        while time.monotonic() < begun + 10:
            try:
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                if half != "nothing":
                    try:
                        connection.sendall(b"a")
                    except ConnectionError:
                        break
            except ConnectionError:
                break
        assert 0.3 < time.monotonic() - begun < 5


def test_who_does_not_read_an_answer_holds_no_thread(hello: Address) -> None:
    """There are twelve threads, and more such connections than may be open."""
    with ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(hello.open()).sendall(REQUEST.replace(b"/ ", b"/large ") * 2)
        with hello.open() as other:
            other.sendall(REQUEST)
            assert other.recv(1000).startswith(b"HTTP/1.1 200")


def test_who_expects_to_be_asked_for_a_body_is(hello: Address) -> None:
    for body in (b"", b"Content-Length: 4\r\n"):
        with hello.open() as connection:
            connection.sendall(REQUEST[:-2] + b"Expect: 100-continue\r\n" + body + b"\r\n")
            if body:
                assert connection.recv(1000).startswith(b"HTTP/1.1 100")
                connection.sendall(b"body")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_slow_answer_keeps_its_connection(hello: Address) -> None:
    with hello.open() as connection:
        connection.sendall(REQUEST.replace(b"/ ", b"/slow "))
        time.sleep(1)
        hello.held.set()
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_where_all_connections_are_at_work_a_new_one_is_told_so(hello: Address) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(hello.open()) for _ in range(10)]
        for one in slow:
            one.sendall(REQUEST.replace(b"/ ", b"/slow "))
        time.sleep(0.3)
        said = whole(stack.enter_context(hello.open()))
        assert said.startswith(b"HTTP/1.1 503") and b"E041" in said and b"Retry-After" in said
        hello.held.set()
        assert all(one.recv(1000).startswith(b"HTTP/1.1 200") for one in slow)


@pytest.mark.parametrize("count", [1, PIPELINED, 40])
def test_who_sends_before_reading_is_answered_a_few_times(hello: Address, count: int) -> None:
    with hello.open() as connection:
        connection.sendall(REQUEST * count)
        assert 1 <= whole(connection).count(b"200 OK") <= PIPELINED


BAD: dict[str, tuple[bytes, bytes, bytes]] = {
    "no request": (b"BLAH\r\n\r\n", b"400", b"E042"),
    "no header": (b"GET / HTTP/1.1\r\nno header\r\n\r\n", b"400", b"E042"),
    "bytes": (bytes(range(1, 256)) + b"\r\n\r\n", b"400", b"E042"),
    "two lengths": (
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"400",
        b"E042",
    ),
    "a negative length": (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400", b"E042"),
    "an encoding": (b"POST / HTTP/1.1\r\nTransfer-Encoding: zip\r\n\r\n", b"501", b"E042"),
    "a chunk": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
        b"400",
        b"E042",
    ),
    "a long line": (b"GET /" + b"a" * 140_000 + b" HTTP/1.1\r\n\r\n", b"431", b"E047"),
    "a long header": (b"GET / HTTP/1.1\r\nA: " + b"a" * 140_000, b"431", b"E047"),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 30_000, b"431", b"E047"),
    "a large body": (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413", b"E047"),
    "large chunks": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 30,
        b"413",
        b"E047",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_request_or_too_large_has_a_code(hello: Address, what: str) -> None:
    sent, status, code = BAD[what]
    with hello.open() as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        said = whole(connection)
    first = said.partition(b"\r\n")[0]
    assert first.split(b" ")[1:2] == [status] and code in said, said[:300]
    assert b"Traceback" not in said and b"help:" in said


# ------------------------------------------------------------------ pages
@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A copy of the sale, served in this process."""
    from django.test import Client

    root = tmp_path_factory.mktemp("cases") / "sale"
    shutil.copytree(ROOT / "sale", root)
    view = Workspace(root)
    application(view, writable=True)
    view.read()
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.get("/board.json")
    yield client
    view.worker.close()


MANY = "&".join(f"a{n}=1" for n in range(1000))
ADDRESSES: dict[str, tuple[str, int, str | None]] = {
    "many parameters": (f"/board?{MANY}", 400, "E047"),
    "many of one name": (f"/timeline?{'clause=1&' * 1000}", 400, "E047"),
    "many without names": (f"/search?{'&' * 5000}", 400, "E047"),
    "many of no page": (f"/nowhere?{MANY}", 400, "E047"),
    "many of a part": (f"/board/rows?{MANY}", 400, "E047"),
    "many of news": (f"/live?{MANY}", 400, "E047"),
    "many of a chart": (f"/chart/timeline/timeline.svg?{MANY}", 400, "E047"),
    "many of a file": (f"/static/servanda.css?{MANY}", 400, "E047"),
    "a long path": (f"/entry/{'a' * 5000}", 400, "E047"),
    "fifty": ("/board?" + "&".join(f"a{n}=1" for n in range(50)), 200, None),
    "a zero byte": ("/board?on=%00", 400, "E140"),
    "no utf-8": ("/board?account=%ff%fe", 400, "E212"),
    "a surrogate": ("/search?q=%ed%a0%80", 200, None),
    "a turned text": ("/board?party=%e2%80%ae", 400, "E202"),
    "a day too far": ("/board?on=2199-12-31", 400, "E011"),
    "a year too far": ("/board?on=9999-12-31", 400, "E142"),
    "a day before all": ("/board?on=0000-00-00", 400, "E142"),
    "two days": ("/board?on=2025-01-01&on=nonsense", 400, "E140"),
    "a number": ("/record?page=99999999999999999999", 400, "E012"),
    "another number": ("/record?page=%D9%A3", 400, "E012"),
    "a way up": ("/static/..%2f..%2fsettings.py", 404, "E042"),
    "a way up in a name": ("/entry/..%2f..%2fagreement.md", 404, "E042"),
    "a template": ("/entry/%7B%7B7*7%7D%7D", 404, "E042"),
}


@pytest.mark.parametrize("what", ADDRESSES)
def test_any_address_has_an_answer_or_a_code(
    served: Any, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    address, status, code = ADDRESSES[what]
    page = served.get(address)
    assert page.status_code == status, page.content[:300]
    if code is not None:
        assert code in page.content.decode()
        path, _, query = address.partition("?")
        if not path.startswith(("/static", "/live", "/chart", "/board/rows")):
            twin = served.get(f"{path}.json?{query}")
            assert (twin.status_code, twin.json()["errors"][0]["code"]) == (status, code)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("address", ["/", "/board", "/live", "/static/servanda.css", "/entry/none"])
def test_pages_are_only_read(served: Any, method: str, address: str) -> None:
    page = served.generic(method, address, headers={"Origin": "http://localhost"})
    assert page.status_code == 405 and page.headers["Allow"] == "GET, HEAD"
    assert "E042" in page.content.decode()


LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
FOREIGN: dict[str, tuple[dict[str, str], int]] = {
    "a person's own": ({"Sec-Fetch-Site": "none", **LINK}, 200),
    "no browser": ({}, 200),
    "the page itself": ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    "a link from elsewhere": ({"Sec-Fetch-Site": "cross-site", **LINK}, 200),
    "an image": ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}, 403),
    "a script": ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "script"}, 403),
    "data": ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
    "a frame": ({"Sec-Fetch-Site": "cross-site", **LINK, "Sec-Fetch-Dest": "iframe"}, 403),
    "another port": ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    "another name": ({"Host": "evil.example"}, 400),
    "a name with a port": ({"Host": "evil.example:8000"}, 400),
    "no name at all": ({"Host": "@"}, 400),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_another_site_may_lead_here_and_load_nothing(served: Any, what: str) -> None:
    headers, status = FOREIGN[what]
    for address in ("/board", "/what-if?text=x", "/board.json"):
        assert served.get(address, headers=headers).status_code == status, address


FORMS: dict[str, dict[str, Any]] = {
    "many fields": {"data": {f"a{n}": "1" for n in range(5000)}},
    "a large field": {"data": {"text": "x" * 1_200_000}},
    "many files": {
        "data": "\r\n".join(
            f'--x\r\nContent-Disposition: form-data; name="f{n}"; filename="f"\r\n\r\nx'
            for n in range(200)
        )
        + "\r\n--x--",
        "content_type": "multipart/form-data; boundary=x",
    },
    "no boundary": {"data": "x", "content_type": "multipart/form-data"},
    "json": {"data": "{}", "content_type": "application/json"},
}


@pytest.mark.parametrize("what", FORMS)
def test_a_form_that_is_none_of_ours_is_refused(
    served: Any, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.stat().st_mtime_ns for p in site.workspace.root.rglob("*")}
    for address in ("/what-if/save", "/drafts/accept"):
        page = served.post(address, **FORMS[what], headers={"Origin": "http://localhost"})
        assert page.status_code in (400, 403, 404, 413), page.status_code
        assert "E04" in page.content.decode()
    assert {p: p.stat().st_mtime_ns for p in site.workspace.root.rglob("*")} == before
    assert "Traceback" not in capsys.readouterr().err


# ------------------------------------------------------------------ work
def test_work_that_waits_has_an_end(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days that nobody asked for yet are judged one after the other, up to so many that wait."""
    view, held = site.workspace, threading.Event()
    view.worker.add("held", workspace.NOW, lambda: held.wait(20))
    try:
        monkeypatch.setattr(workspace, "MOST_WAITING", 20)
        statuses = [
            served.get(f"/board?known=2025-06-{1 + n % 28:02}T{n % 24:02}:00:00Z").status_code
            for n in range(40)
        ]
        assert set(statuses) == {200, 503} and statuses == sorted(statuses)
        assert len(view.worker.waiting) <= 20 + len(view.version.case.accounts)
        refused = served.get("/board.json?known=2025-01-01")
        assert refused.status_code == 503 and refused.headers["Retry-After"] == "1"
        assert refused.json()["errors"][0]["code"] == "E041"
        assert served.get("/board").status_code == 200
    finally:
        held.set()


LONG_WORK = {
    "every day of a century": 'buyer must order(id: "x") every day from 1900-01-01',
    "every day, kept": "buyer must keep sum of qty in order(by: buyer) so far <= 1 kg every day"
    " from 1900-01-01",
    "every day, forbidden": 'buyer must not order(id: "x") every day from 1900-01-01',
    "every day, a power": 'buyer may order(id: "x") every day from 1900-01-01',
    "every week of a millennium": 'buyer must order(id: "x") every week from 1900-01-01',
}


@pytest.mark.parametrize("what", LONG_WORK)
def test_a_supposition_has_a_time_limit(
    served: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(supposition, "SECONDS", 0.2)
    begun = time.monotonic()
    twin = served.get("/what-if.json", {"text": f"clause 90\n  {LONG_WORK[what]}\n"})
    problems = twin.json()["problems"]
    assert time.monotonic() - begun < 20
    assert [p["code"] for p in problems] == ["E002"] and "0.2 seconds" in problems[0]["message"]
    assert served.get("/what-if.json", {"text": "allow H202\n"}).status_code == 200


TWINS = ("board", "timeline", "compare", "clause/1", "account/buyer", "party/buyer", "what-if")


@pytest.mark.parametrize("page", TWINS)
def test_a_twin_is_whole_or_not_there(
    served: Any, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(responses, "PATIENCE_FOR_JSON", 0.05)
    held = threading.Event()
    site.workspace.worker.add("held", workspace.NOW, lambda: held.wait(20))
    try:
        twin = served.get(f"/{page}.json?known=2025-05-{TWINS.index(page) + 1:02}")
        assert (twin.status_code, twin.json()["errors"][0]["code"]) == (503, "E041")
    finally:
        held.set()
    assert served.get(f"/{page}.json").status_code == 200


@pytest.mark.parametrize("address", ["/what-if", "/chart/timeline/timeline.png"])
def test_what_judges_or_draws_takes_its_turn(
    served: Any, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(workspace, "TURN", 0.01)
    text = {"text": '2025-06-20 buyer orders(id: "x", qty: 1 kg, price: 20 EUR)', "theme": "dark"}
    with site.workspace.turn(), site.workspace.turn():
        busy = served.get(address, text)
        assert (busy.status_code, "E041" in busy.content.decode()) == (503, True)
        assert served.get("/what-if").status_code == 200
    assert served.get(address, text).status_code == 200


def test_forms_wait_for_one_another_up_to_a_number(served: Any) -> None:
    form = {"text": "x", "name": "n", "into": "record", "confirm": "yes"}
    with ExitStack() as stack:
        for _ in range(workspace.WRITERS):
            stack.enter_context(workspace.placed(site.workspace.writers))
        page = served.post("/what-if/save", form, headers={"Origin": "http://localhost"})
        assert (page.status_code, "E041" in page.content.decode()) == (503, True)
    page = served.post("/what-if/save", form, headers={"Origin": "http://localhost"})
    assert page.status_code == 409  # it is no entry


def test_the_places_leave_threads_for_pages() -> None:
    long = workspace.SEATS + workspace.AT_ONCE + workspace.IN_LINE + workspace.WRITERS
    assert long + updates.SEATS < SETTINGS["threads"]


def test_few_wait_long(served: Any) -> None:
    view = site.workspace
    with ExitStack() as stack:
        for _ in range(workspace.SEATS):
            view.seats.acquire()
            stack.callback(view.seats.release)
        assert view.wait_seated(lambda: True, 0.1)
        with pytest.raises(Refused):
            view.wait_seated(lambda: True, 60)
    assert view.wait_seated(lambda: True, 60)
