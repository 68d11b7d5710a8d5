"""Watch a case: process new lines of a file in batches, each one transaction of the state.

with Watch("cases/market", "events.jsonl") as watch:
    for batch in watch.batches():
        for change in batch.changes:
            print(change["clause"], change["instance"], change["was"], "→", change["is"])
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from servanda.api import open as open_case
from servanda.explain.judged import iso
from servanda.judge.verdict import JudgeError
from servanda.record.account_facts import facts_for
from servanda.record.dates import YEARS
from servanda.record.record import Entry
from servanda.semantics.clock import day_start, micros_of, tick
from servanda.syntax.atomic_files import check_ordinary, refusing
from servanda.syntax.locks import locked
from servanda.syntax.problems import Problem, ServandaError, refused
from servanda.watch.entries import EntryIntake
from servanda.watch.followed_file import FollowedFile, ReadPosition
from servanda.watch.histories import StatusChange, encode
from servanda.watch.initial_state import (
    Progress,
    file_and_judge,
    fingerprint,
    move_durably,
    new_store,
)
from servanda.watch.lines import LineParser, ParsedLine
from servanda.watch.live_verdicts import END_OF_TIME, LiveVerdicts
from servanda.watch.state import FORMAT, InUse, Store

Clock = Literal["events", "said", "wall"]
BATCH, PAUSE = 1000, 0.2
STATE_FILES = tuple(
    f"state.{name}{suffix}"
    for name in ("sqlite", "beginning")
    for suffix in ("", "-wal", "-shm", "-journal")
)
REJECTED_ADVICE = "write it again, corrected, at the end of the file"


class Batch(Struct):
    """The result of one batch.

    `changes` as in docs/watch.md; `rejected` the problems of invalid lines; `last` the number of
    the last line read; `repeated` and `waiting` count lines seen before and corrections whose
    target is missing; `now` is an RFC 3339 instant; `seconds` the processing time.
    """

    number: int
    lines: int
    last: int
    changes: list[dict[str, Any]]
    rejected: list[Problem]
    repeated: int
    waiting: int
    now: str | None
    seconds: float


class Watch:
    """A case, a followed file and the state kept for them. A context manager.

    Raises ServandaError if the case has errors; if the state belongs to another case, account or
    version, or is in use; if the followed file was truncated or replaced; or if a rule or entry
    cannot be judged.
    """

    def __init__(
        self,
        case: str | Path,
        follow: str | Path,
        *,
        state: str | Path | None = None,
        account: str | None = None,
        on: str | None = None,
        clock: Clock = "events",
        strict: bool = False,
        most: int = BATCH,
        apart: tuple[Path, ...] = (),
        progress: Progress = lambda what, number: None,
    ) -> None:
        self.case = open_case(case)
        self.case.require_no_errors()
        chosen = self.case.account(account)
        self.account = "text" if chosen is None else chosen.name
        self.norms = self.case.norms(self.account)
        self.clauses = {rule.id: rule.clause for rule in self.norms.rules}
        self.clock = clock
        self.strict = strict
        self.most = most
        self.path = Path(follow)
        self.folder = Path(f"{follow}.watch") if state is None else Path(state)
        self.print = fingerprint(
            self.case, self.account, Path(case), (self.path, self.folder, *apart)
        )
        self.reader = LineParser(self.case, self.path.name)
        file = self.folder / "state.sqlite"
        for name in STATE_FILES:
            self.check_no_link(self.folder / name)
        if not file.exists():
            self.begin(file, on, progress)
        self.store = self.opened(file)
        self.closing = ExitStack()
        self.closing.callback(self.store.close)
        self.live = LiveVerdicts(self.norms, self.store)
        self.entries = EntryIntake(self.case, chosen, self.live, self.reread)
        mark = ReadPosition(
            self.store.get("offset"), self.store.get("lines"), self.store.get("tail")
        )
        self.followed = FollowedFile(self.path, mark)
        self.now: int = self.store.get("now")

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the state, and the files that changes are written to."""
        self.closing.close()

    # -------------------------------------------------------------- the state
    def begin(self, file: Path, on: str | None, progress: Progress) -> None:
        """Build the initial state; the file appears once it is complete."""
        now = self.beginning(on)
        with refusing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.folder, patience=0):
                if not file.exists():  # nobody began meanwhile
                    self.build(file, now, progress)
        except InUse:
            raise self.in_use() from None
        except ServandaError as error:
            if error.problems[0].code == "E046":
                raise self.in_use() from None
            raise

    def build(self, file: Path, now: int, progress: Progress) -> None:
        made = file.with_suffix(".beginning")
        store = new_store(made)
        try:
            live = LiveVerdicts(self.norms, store)
            account = self.case.account(self.account)
            entries = EntryIntake(self.case, account, live, self.reread).begin()
            facts = facts_for(
                self.case.record, self.case.agreement, account, self.norms, on=END_OF_TIME
            )
            file_and_judge(live, entries, facts, now, progress)
            store.put(format=FORMAT, case=self.print, account=self.account, now=now, batch=0)
            store.put(offset=0, lines=0, tail=b"")
            store.commit()
        except JudgeError as error:
            raise unjudged(error) from error
        finally:
            store.close()
        move_durably(made, file)

    def check_no_link(self, file: Path) -> None:
        """Raises ServandaError for a link, which SQLite would follow and write over."""
        check_ordinary(file, self.case.folder)
        if file.is_symlink():
            message = f"`{file.name}` in the state is a link"
            raise refused("E021", f"file:{self.folder}", message, "give another --state")

    def beginning(self, on: str | None) -> int:
        """The clock of a new state: `on`, else the last day of the record, else the first year."""
        if on is None and self.case.record.last is None and not self.case.agreement.header.closed:
            return tick(day_start(date(YEARS[0], 1, 1), self.case.zone), 63)
        return self.case.tick(on or self.case.last_day())

    def opened(self, file: Path) -> Store:
        try:
            store = Store(file)
        except InUse:
            raise self.in_use() from None
        if not store.is_own():
            store.close()
            message = f"`{self.folder}` holds no state of a watch"
            raise refused("E021", f"file:{self.folder}", message, "give another --state")
        was = (store.get("format"), store.get("account"), store.get("case"))
        same = (FORMAT, self.account, self.print)
        words = ("made by another version", f"of account {was[1]}", "of the case as it was before")
        for old, new, how in zip(was, same, words, strict=True):
            if old != new:
                store.close()
                raise refused(
                    *("E021", f"file:{self.folder}"),
                    f"the state in `{self.folder}` is {how}",
                    "give another --state to start over with the whole file",
                )
        return store

    def in_use(self) -> ServandaError:
        message = f"the state in `{self.folder}` is in use"
        advice = "end the other `servanda watch`, or give another --state"
        return refused("E021", f"file:{self.folder}", message, advice)

    def reread(self, line: bytes) -> Entry:
        entry = self.reader.parse(0, line).entry
        assert entry is not None
        return entry

    def changes(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """The committed log: number and JSON of each change after the given number."""
        for n, batch, body in self.store.changes(after):
            yield n, b'{"n":%d,"batch":%d,' % (n, batch) + body[1:]

    def written(self, out: str) -> tuple[int, int]:
        """The last change written to an output, and the output's size in bytes after it."""
        n, size = (self.store.get(f"{out}:{what}") or 0 for what in ("last", "size"))
        return n, size

    def has_written(self, out: str) -> bool:
        """Whether an output was ever used."""
        return self.store.get(f"{out}:last") is not None

    def note(self, out: str, n: int, size: int) -> None:
        """Record that an output contains the log up to change `n`."""
        self.store.put(**{f"{out}:last": n, f"{out}:size": size})
        self.store.commit()

    # -------------------------------------------------------------- batches
    def batches(self, once: bool = False) -> Iterator[Batch]:
        """Yield each batch once committed. `once`: stop at the end of the file."""
        while True:
            lines, mark = self.followed.lines(self.most)
            wall = tick(time.time_ns() // 1000, 63) if self.clock == "wall" else None
            if lines or (wall is not None and self.store.due(wall)):
                yield self.take(lines, mark, wall)
            elif once:
                return
            else:
                time.sleep(PAUSE)

    def take(self, lines: list[bytes], mark: ReadPosition, wall: int | None) -> Batch:
        """Process one batch in one transaction; an error rolls it back."""
        started = time.perf_counter()
        read = self.reader.read(self.followed.mark.lines + 1, lines)
        taken = self.entries.take(one for one in read.lines if one.entry is not None)
        wrong = sorted([*read.wrong, *taken.wrong])
        try:
            if wrong and self.strict:
                raise ServandaError([self.problem(*wrong[0])])
            now = self.moved(read.lines, wall)
            steps = self.live.apply(taken.added, taken.gone, now)
            changes = [self.change(step) for step in steps]
            number = self.store.get("batch") + 1
            self.store.reject(wrong)
            self.store.log(number, [encode(change) for change in changes])
            self.store.put(batch=number, now=now)
            self.store.put(offset=mark.offset, lines=mark.lines, tail=mark.tail)
            self.store.commit()
        except JudgeError as error:
            self.store.undo()
            lines_ = f"lines {self.followed.mark.lines + 1} to {mark.lines}"
            raise unjudged(error, f"{lines_} of `{self.path.name}`: ") from error
        except BaseException:
            self.store.undo()
            raise
        self.now, self.followed.mark = now, mark
        return Batch(
            number=number,
            lines=len(lines),
            last=mark.lines,
            changes=changes,
            rejected=[self.problem(*each) for each in wrong],
            repeated=taken.repeated,
            waiting=taken.waiting,
            now=iso(now, self.case.zone),
            seconds=time.perf_counter() - started,
        )

    def moved(self, said: list[ParsedLine], wall: int | None) -> int:
        """The clock after these lines; it never moves backwards."""
        times = [self.now, *(one.now for one in said if one.now is not None)]
        if self.clock == "events":
            whens = (one.entry.when.lo for one in said if one.entry is not None)
            times += [tick(micros_of(lo), 63) for lo in whens]
        if wall is not None:
            times.append(wall)
        return max(times)

    def problem(self, line: int, text: bytes, why: str) -> Problem:
        file = self.path.name
        return Problem("E022", f"file:{file}", file, line, 0, why, REJECTED_ADVICE)

    def change(self, step: StatusChange) -> dict[str, Any]:
        """A change as a document: docs/watch.md."""
        of = step.of
        found = {
            "at": iso(step.at, self.case.zone),
            "clause": self.clauses[of.rule],
            "rule": of.rule,
            "debtor": of.debtor or None,
            "creditor": of.creditor,
            "instance": of.instance,
            "trigger": of.trigger,
            "was": step.was,
            "is": step.status,
            "outcome": step.outcome,
            "entries": step.entries,
            "breach": step.breaches[0] if step.breaches else {},
            "breaches": step.breaches,
            "withdrawn": step.withdrawn,
        }
        return found | ({"nth": step.nth} if step.nth else {})


def unjudged(error: JudgeError, where: str = "") -> ServandaError:
    """The error of a batch that cannot be judged; `where`: its lines."""
    problem = error.problem()
    return refused(problem.code, problem.subject, f"{where}{problem.message}", problem.help)
