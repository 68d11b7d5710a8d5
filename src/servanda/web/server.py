"""Serving a case on this machine until interrupted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

from servanda.web.channels import SETTINGS, limit
from servanda.web.settings import application
from servanda.web.workspace import Workspace, watch


def serve(
    root: Path, host: str, port: int, say: Callable[[str], None], drafts: Path | None = None
) -> None:
    """Serve a case and follow its text. Raises OSError if the port is taken."""
    from waitress.server import create_server

    workspace = Workspace(root)
    loopback = host in ("127.0.0.1", "localhost", "::1")
    app = application(workspace, [host, socket.gethostname()], writable=loopback, drafts=drafts)
    server = create_server(app, host=host, port=port, **SETTINGS)
    limit(server)
    workspace.read()
    stop = threading.Event()
    threading.Thread(target=watch, args=(workspace, stop), daemon=True, name="watching").start()
    say(f"serving {root} at http://{host}:{port}/  (ctrl-c ends it)")
    try:
        server.run()
    finally:
        stop.set()
        server.close()
        workspace.worker.close()
