"""The case being served: its text as last read, the last good state, the judging of it."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import PriorityQueue

from servanda.api import open as open_case
from servanda.explain.judged import Judged
from servanda.syntax.problems import Problem, ServandaError, nested_too_deeply
from servanda.web.query import too_busy
from servanda.web.versions import Key, QueryDates, Version

PATIENCE = 0.5
"""Seconds that a new text waits for its judgements before it replaces the old one."""
NOW, SOON, LATER = 0, 1, 2
EMPTY = Problem(
    *("E008", "file:record", "record", 0, 0),
    message="nothing is recorded, so there is no day to show",
    help="add an entry: the page follows",
)
MOST_WAITING = 200
"""Pieces of work that wait for the worker; a request for more is refused for the moment."""
AT_ONCE, IN_LINE = 2, 4
"""Requests that judge or draw something themselves, at once, and those that wait `TURN` seconds."""
TURN = 5.0
WRITERS = 12
"""Forms that are saved one after the other, with those that wait."""
SEATS = 4
"""Requests that wait longer than a page does, at once: each holds a thread of the server."""
SHORT = 0.5
LOOK_AGAIN = 1000
"""Milliseconds after which it is looked up whether the folder is still the one that is watched."""
HAS_HANDLES = os.name == "posix"
"""Whether a folder can be held open."""
LONGEST_WORK = 30.0
"""Seconds to wait at the end for the judgement in hand."""


class Workspace:
    """State behind the pages. `version` is the last good state (None: there never was one);
    `problems` are those of the text on disk, errors and hints."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.news = threading.Condition()
        self.numbers = itertools.count(1)
        self.version: Version | None = None
        self.problems: tuple[Problem, ...] = ()
        self.reading = 0
        self.newest = 0
        self.worker = Worker()
        self.turns = threading.BoundedSemaphore(AT_ONCE)
        self.line = threading.BoundedSemaphore(AT_ONCE + IN_LINE)
        self.writers = threading.BoundedSemaphore(WRITERS)
        self.seats = threading.BoundedSemaphore(SEATS)

    # -------------------------------------------------------------- the text
    def read(self) -> None:
        """Read the text again. With errors in it, the last good state stays."""
        try:
            case = open_case(self.root)
            checked = case.check()
            if checked.errors:
                raise ServandaError(checked.problems)
            if case.record.last is None and case.agreement.header.closed is None:
                raise ServandaError([EMPTY])
            last = case.last_day()
        except ServandaError as error:
            self.set_problems(error.problems)
            return
        except RecursionError:
            self.set_problems((nested_too_deeply(),))
            return
        version = Version(next(self.numbers), case, checked, self.news, self.version)
        self.newest = version.number
        first = QueryDates(last, None, last)
        for name in case.accounts:
            self.ask(version, version.key(name, first), SOON)
        if self.version is not None:
            self.wait(lambda: not version.waiting(first), PATIENCE)
        with self.news:
            self.version = version
        self.set_problems(checked.problems)

    def set_problems(self, problems: tuple[Problem, ...]) -> None:
        with self.news:
            self.problems = problems
            self.reading += 1
            self.news.notify_all()

    def notify(self) -> None:
        """Wake whoever waits for news."""
        with self.news:
            self.news.notify_all()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "error")

    # -------------------------------------------------------------- judging
    def ask(self, version: Version, key: Key, when: int) -> None:
        """Have something judged; the same is never judged twice."""

        def work() -> None:
            if version.number >= self.newest or version is self.version:
                version.judge(key, self.before(version, key))

        self.worker.add((version.number, key), when, work)

    def before(self, version: Version, key: Key) -> list[Judged]:
        """Judgements of which much may still hold: that of the text before, and those of the
        other accounts on the same days, which read most clauses alike."""
        account, until, known = key
        found: list[Judged | Problem | None] = [version.past.get(account)]
        found += [version.judgements.get((account, version.case.last_day(), None))]
        found += [version.judgements.get((name, until, known)) for name in version.case.accounts]
        return [one for one in found if isinstance(one, Judged)]

    def want(
        self, version: Version, dates: QueryDates, accounts: list[str], patience: float
    ) -> None:
        """Ask for the judgements of a page, and wait a little for them.

        Raises Refused where too much is asked for already.
        """
        missing = [n for n in accounts if version.key(n, dates) not in version.judgements]
        if missing:
            self.worker.check_room()
        for name in missing:
            self.ask(version, version.key(name, dates), NOW)
        if missing and patience:
            self.wait_seated(
                lambda: all(version.key(n, dates) in version.judgements for n in missing), patience
            )

    def make(
        self, name: object, work: Callable[[], object], done: Callable[[], bool], patience: float
    ) -> None:
        """Have a part of a page made in the background, and wait for it. Raises Refused, too."""
        self.worker.check_room()
        self.worker.add(name, NOW, work)
        self.wait_seated(done, patience)

    def wait(self, done: Callable[[], bool], patience: float) -> bool:
        with self.news:
            return self.news.wait_for(done, patience)

    def wait_seated(self, done: Callable[[], bool], patience: float) -> bool:
        """Wait; longer than `SHORT` only where a seat is free. Raises Refused if none is."""
        if patience <= SHORT:
            return self.wait(done, patience)
        with placed(self.seats):
            return self.wait(done, patience)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Work of a request itself, a few at once. Raises Refused where none ends in time."""
        with placed(self.line), placed(self.turns, TURN):
            yield


@contextmanager
def placed(places: threading.BoundedSemaphore, patience: float = 0) -> Iterator[None]:
    """One of so many places. Raises Refused where none is free in time."""
    if not places.acquire(timeout=patience):
        raise too_busy()
    try:
        yield
    finally:
        places.release()


class Worker:
    """One thread that does what is most wanted first; the same piece of work waits only once."""

    def __init__(self) -> None:
        self.queue: PriorityQueue[tuple[int, int, object, Callable[[], object]]] = PriorityQueue()
        self.order = itertools.count()
        self.waiting: dict[object, int] = {}
        self.lock = threading.Lock()
        self.open = True
        self.thread = threading.Thread(target=self.run, daemon=True, name="judging")
        self.thread.start()

    def add(self, name: object, when: int, work: Callable[[], object]) -> None:
        with self.lock:
            if self.waiting.get(name, LATER + 1) <= when:
                return
            self.waiting[name] = when
        self.queue.put((when, next(self.order), name, work))

    def check_room(self) -> None:
        """Raises Refused where too much waits already."""
        if len(self.waiting) >= MOST_WAITING:
            raise too_busy()

    def close(self) -> None:
        """Do no more than the piece of work in hand: a judgement must not be cut off by the end
        of the program."""
        self.open = False
        self.queue.put((NOW, -1, None, lambda: None))
        self.thread.join(LONGEST_WORK)

    def run(self) -> None:
        while self.open:
            _, _, name, work = self.queue.get()
            with self.lock:
                wanted = name in self.waiting
            try:
                if wanted and self.open:
                    work()
            except Exception as error:  # a fault in one piece of work must not end the thread
                line = f"servanda: in the background: {type(error).__name__}: {error}\n"
                sys.stderr.write(line)
            with self.lock:
                self.waiting.pop(name, None)


def watch(workspace: Workspace, stop: threading.Event) -> None:
    """Read the text again whenever a file of the case changes, until told to stop.

    The system tells changes of the folder that was opened: whether its name still leads there is
    looked up, for a link on the way may be swapped, and the folder removed and made again.
    """
    from watchfiles import watch as changes

    folder = workspace.root if workspace.root.is_dir() else workspace.root.parent
    missed = False
    while not stop.is_set():
        try:
            with Folder(folder) as opened:
                for found in changes(
                    folder,
                    stop_event=stop,
                    step=40,
                    debounce=100,
                    rust_timeout=LOOK_AGAIN,
                    yield_on_timeout=True,
                ):
                    if not opened.is_there():
                        missed = True
                        break
                    if found or missed:
                        missed = False
                        workspace.read()
        except (OSError, RuntimeError):
            if not missed:  # the folder itself has gone: say so, and look for it again
                workspace.read()
            missed = True
            stop.wait(LOOK_AGAIN / 1000)


class Folder:
    """A folder as it was opened: while it is held, no other folder is taken for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_RDONLY) if HAS_HANDLES else None

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *error: object) -> None:
        if self.handle is not None:
            os.close(self.handle)

    def is_there(self) -> bool:
        """Whether the path still leads to it. Raises OSError where it leads nowhere."""
        there = self.path.stat()
        return self.handle is None or os.path.samestat(os.fstat(self.handle), there)
