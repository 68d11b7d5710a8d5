"""Connections of the server: how long a request may take to arrive, and how many there may be."""

from __future__ import annotations

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

CONNECTIONS = 200
"""Connections at once. Beyond them, the one that has waited longest without a request is closed."""
SECONDS = 20
"""For a request to arrive whole, for an answer to be taken up, and for a connection without one."""
PIPELINED = 4
"""Requests that a connection may send before it has read an answer."""
SETTINGS: dict[str, Any] = {
    "threads": 40,  # more than all places of `workspace.py` and `updates.py` together
    "ident": None,
    "connection_limit": CONNECTIONS + 50,  # never reached: `make_room` closes some before
    "channel_timeout": SECONDS,
    "cleanup_interval": 2,
    "max_request_header_size": 131_072,
    "max_request_body_size": 1_500_000,
    "outbuf_high_watermark": 256_000_000,  # a slow reader must not hold a thread
    "asyncore_use_poll": True,
    "log_socket_errors": False,
}
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
)
BUSY_TEXT = b"error[E041]: too many requests at once\nhelp: ask again in a moment\n"


class CodedErrorTask(ErrorTask):
    """The answer to what is no request, or a too large one, with a code of Servanda's."""

    def execute(self) -> None:
        request: Any = self.request  # the stubs of waitress lack what is below
        error = request.error
        advice = "send a request of HTTP/1.1 as browsers do"
        code = "E042"
        if error.code in (413, 431):
            code, advice = "E047", "send less at once"
        error.body = f"error[{code}]: {error.reason}\nhelp: {advice}"
        super().execute()


class Channel(HTTPChannel):
    """A connection on which a request must arrive whole in time, not only byte by byte."""

    error_task_class = CodedErrorTask
    requests: Any
    requests_lock: Any

    def __init__(self, server: Any, *rest: Any, **also: Any) -> None:
        super().__init__(server, *rest, **also)
        make_room(server, self)

    def handle_read(self) -> None:
        """Read; a request that began to arrive counts from when it began."""
        begun, since = self.request is not None, self.last_activity
        super().handle_read()
        if begun and self.request is not None:
            self.last_activity = since

    def send_continue(self) -> None:
        """Ask for the body, where there is one: without, the request is complete."""
        request: Any = self.request
        if request.body_rcv is None:
            request.expect_continue = False
        else:
            super().send_continue()

    def received(self, data: bytes) -> bool:
        found = bool(super().received(data))
        with self.requests_lock:
            for surplus in self.requests[PIPELINED:]:
                surplus.close()
            if len(self.requests) > PIPELINED:
                del self.requests[PIPELINED:]
                self.requests[-1].headers["CONNECTION"] = "close"
        return found


def make_room(server: Any, newest: Channel) -> None:
    """Close a connection that waits for its request, or its reader, where there are too many."""
    channels = [one for one in server.active_channels.values() if not one.will_close]
    if len(channels) <= CONNECTIONS:
        return
    idle = [one for one in channels if not one.requests and one is not newest]
    if idle:
        min(idle, key=lambda one: one.last_activity).will_close = True
        return
    newest.last_activity = time.time()
    with newest.outbuf_lock:
        answer = BUSY % (len(BUSY_TEXT), BUSY_TEXT)
        newest.outbufs[-1].append(answer)
        newest.total_outbufs_len += len(answer)
        newest.close_when_flushed = True


def limit(server: Any) -> None:
    """Make the connections of a server of waitress, on one address or several, those above."""
    from waitress.server import BaseWSGIServer

    listening = [one for one in getattr(server, "map", {}).values()] or [server]
    for one in listening:
        if isinstance(one, BaseWSGIServer):
            one.channel_class = Channel
