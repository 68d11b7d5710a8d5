"""Served cases for the tests that look at pages as a person does."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

CASES = Path(__file__).resolve().parents[2] / "cases"


class Served(Struct):
    """A case that is served: its folder, and where."""

    root: Path
    address: str


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Served]:
    """Serve a case until the end of the block; every account is judged when it begins."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "servanda", "serve", str(root), "--port", port, *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/board.json", timeout=120).read()
                break
            except OSError:
                time.sleep(0.2)
        yield Served(root, address)
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def flagship(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the flagship, served to a whole module."""
    root = tmp_path_factory.mktemp("cases") / "jcpoa"
    shutil.copytree(CASES / "jcpoa", root)
    with serving(root) as served:
        yield served
