"""Everything that writes: no link out of a case, no room, changed meanwhile, many at once.

What one file does is in `test_disk.py`; kills are in `test_kills.py`.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import servanda
from servanda.articles.draft_files import accept, save
from servanda.articles.drafts import Drafts
from servanda.syntax import atomic_files
from servanda.syntax.atomic_files import TEMPORARY
from servanda.syntax.locks import locked
from servanda.syntax.problems import ServandaError
from servanda.watch import Watch
from servanda.watch.output import FileSink
from servanda.web import saving

TEXT = """# A

```servanda
agreement A "A"
  zone UTC
party a, b
event pay(by: party, id: text), not recorded is taken as not done

clause 1
  a must pay by 2024-01-20
clause 2
     b must pay by 2024-01-21
account one "one"
account two "two"
```
"""
RECORD = '```servanda\n2024-01-10 a pays(id: "first")\n```\n'
EVENT = {"event": "pay", "at": "2024-01-11", "by": "b", "args": {"id": "x"}, "id": "e1"}


def case_in(folder: Path) -> Path:
    (folder / "record").mkdir(parents=True)
    (folder / "agreement.md").write_text(TEXT)
    (folder / "record" / "2024.md").write_text(RECORD)
    return folder


def line(number: int) -> str:
    return f'2024-01-12 a pays(id: "n{number}"), source wire'


def drafts(id_: str = "wire") -> Drafts:
    return Drafts("a.txt", "text", {"id": id_, "type": "article", "title": f"The {id_}"}, (), ())


def watched(case: Path, out: Path | None = None, state: Path | None = None) -> None:
    events = case.parent / "events.jsonl"
    events.write_text(json.dumps(EVENT) + "\n")
    with Watch(case, events, state=state or case.parent / "state") as watch:
        sink = None if out is None else FileSink(watch, out)
        for _ in watch.batches(once=True):
            if sink is not None:
                sink.catch_up()


ENTRY = '2024-01-13 a pays(id: "what if")'
OUTPUTS: dict[str, Callable[[Path, Path], object]] = {
    "out.parquet": lambda c, f: servanda.open(c).verdicts().write(f),
    "out.csv": lambda c, f: servanda.open(c).verdicts().write(f),
    "all.parquet": lambda c, f: servanda.open(c).verdicts("all").write(f),
    "all.csv": lambda c, f: servanda.open(c).verdicts("all").write(f),
    "export.csv": lambda c, f: servanda.open(c).export(f),
    "export.parquet": lambda c, f: servanda.open(c).export(f),
    "export.xlsx": lambda c, f: servanda.open(c).export(f),
    "export.json": lambda c, f: servanda.open(c).export(f),
    "export.jsonld": lambda c, f: servanda.open(c).export(f),
    "export.ics": lambda c, f: servanda.open(c).export(f),
    "report.html": lambda c, f: servanda.open(c).report(f),
    "chart.svg": lambda c, f: servanda.open(c).chart("timeline", f),
    "drafts.json": lambda c, f: save(drafts(), f, c),
    "changes.jsonl": watched,
}
"""What writes a file that the user names: by its name, how it is written to `f`."""
EDITS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "fmt": ("agreement.md", lambda c: servanda.open(c).format()),
    "accept": ("record/articles.md", lambda c: accept(c, drafts(), [line(1)])),
    "accept's source": ("sources.json", lambda c: accept(c, drafts(), [line(1)])),
    "save as what-if": ("what-if/n.md", lambda c: saving.save(c, ENTRY, "n", "what-if")),
    "save to the record": ("record/n.md", lambda c: saving.save(c, ENTRY, "n", "record")),
    "save to an old file": ("record/2024.md", lambda c: saving.save(c, ENTRY, "2024", "record")),
}
"""What writes in a case: the file of it, and how."""


def code_of(write: Callable[[], object]) -> str | None:
    try:
        write()
    except ServandaError as error:
        assert all(p.help and p.message and p.subject for p in error.problems)
        return error.problems[0].code
    return None


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file, but for those of a watch's state."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None
        for p in folder.rglob("*")
        if "state" not in p.relative_to(folder).parts
    }


def test_every_writer_writes(tmp_path: Path) -> None:
    """Otherwise none of the tests below could fail."""
    for name, write in OUTPUTS.items():
        case = case_in(tmp_path / name / "case")
        write(case, case.parent / name)
        assert (case.parent / name).stat().st_size, name
    for number, (file, edit) in enumerate(EDITS.values()):
        case = case_in(tmp_path / f"edit{number}")
        before = contents(case)
        edit(case)
        assert contents(case).get(file) not in (None, before.get(file)), file
        assert servanda.open(case).check().errors == ()


# ------------------------------------------------------------------ links
@pytest.mark.parametrize("target", ["a file", "nothing yet", "a file by a folder"])
def test_no_writer_follows_a_link_out_of_the_case(tmp_path: Path, target: str) -> None:
    """Neither reads what it points to: its words are in no error."""
    outside = tmp_path / "outside"
    outside.mkdir()
    if target != "nothing yet":
        (outside / "theirs").write_text("SECRET")
    for name, write in OUTPUTS.items():
        case = case_in(tmp_path / "outputs" / name)
        if target == "a file by a folder":
            (case / "dir").symlink_to(outside)
            path = case / "dir" / name
        else:
            path = case / name
            path.symlink_to(outside / "theirs")
        assert code_of(lambda write=write, case=case, path=path: write(case, path)) == "E107", name  # type: ignore[misc]
    for number, (file, edit) in enumerate(EDITS.values()):
        case = case_in(tmp_path / "edits" / str(number))
        path = case / file
        if target == "a file by a folder" and "/" in file:
            shutil.rmtree(path.parent, ignore_errors=True)
            path.parent.symlink_to(outside)
        else:
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(outside / "theirs")
        try:
            edit(case)
            assert file == "agreement.md"  # it is no text of this case: nothing is laid out
        except ServandaError as error:
            assert "SECRET" not in str(error)
    left = [p.name for p in outside.iterdir()]
    assert left == ([] if target == "nothing yet" else ["theirs"])
    assert target == "nothing yet" or (outside / "theirs").read_text() == "SECRET"


@pytest.mark.parametrize(
    "name",
    ["state.sqlite", "state.beginning", "state.sqlite-wal", "state.sqlite-journal", "state"],
)
def test_no_link_in_a_state_is_followed(tmp_path: Path, name: str) -> None:
    case, outside = case_in(tmp_path / "case"), tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs").write_text("SECRET")
    if name == "state":
        (case / name).symlink_to(outside)
    else:
        (case / "state").mkdir()
        (case / "state" / name).symlink_to(outside / "theirs")
    code = code_of(lambda: watched(case, state=case / "state"))
    assert code in ("E107", "E021")
    assert [(p.name, p.read_text()) for p in outside.iterdir()] == [("theirs", "SECRET")]


# ------------------------------------------------------------------ no room
@contextmanager
def at_most(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("there", [True, False])
def test_without_room_a_file_stays_as_it_was(tmp_path: Path, there: bool) -> None:
    for name, write in OUTPUTS.items():
        case = case_in(tmp_path / name / "case")
        path = case.parent / name
        is_log = name == "changes.jsonl"  # a file of others is no output of a watch
        if there and not is_log:
            path.write_text("old")
        with at_most(20 if not is_log else 300_000):
            if is_log:
                _fill_log(case, path)
            else:
                assert (
                    code_of(lambda write=write, case=case, path=path: write(case, path)) == "E045"
                ), name  # type: ignore[misc]
        assert not list(path.parent.glob(f"{TEMPORARY}*"))
        if not is_log:
            assert path.exists() == there and (not there or path.read_text() == "old")


def _fill_log(case: Path, path: Path) -> None:
    """A log that has no room for all its lines has whole ones, and the next time all."""
    events = case.parent / "events.jsonl"
    many = [EVENT | {"id": f"e{n}", "args": {"id": "x" * 3000}} for n in range(5)]
    events.write_text("".join(json.dumps(each) + "\n" for each in many))
    for size in (20, 1 << 30):
        with Watch(case, events, state=case.parent / "state") as watch:
            sink = FileSink(watch, path)
            for _ in watch.batches(once=True):
                pass
            with at_most(size):
                code = code_of(sink.catch_up)
        assert code == ("E045" if size == 20 else None)
        whole = path.read_bytes()
        assert not whole or whole.endswith(b"\n")
    assert whole


def test_without_room_a_case_stays_as_it_was(tmp_path: Path) -> None:
    for number, (file, edit) in enumerate(EDITS.values()):
        case = case_in(tmp_path / str(number))
        before = contents(case)
        with at_most(20):
            assert code_of(lambda edit=edit, case=case: edit(case)) == "E045", file  # type: ignore[misc]
        after = {name: found for name, found in contents(case).items() if found is not None}
        assert after == {name: found for name, found in before.items() if found is not None}
    with at_most(20):
        assert code_of(lambda: servanda.new(tmp_path / "new")) == "E045"
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(f"{TEMPORARY}*"))


def test_without_room_a_state_goes_on_from_the_last_batch(tmp_path: Path) -> None:
    case, events, state = case_in(tmp_path / "case"), tmp_path / "e.jsonl", tmp_path / "s"
    lines = [EVENT | {"id": f"e{n}", "args": {"id": f"{n}" * 500}} for n in range(60)]
    with at_most(8192):
        assert code_of(lambda: Watch(case, events, state=state)) == "E045"
    events.write_text("".join(json.dumps(each) + "\n" for each in lines))
    done: list[object] = []
    with Watch(case, events, state=state, most=5) as watch:
        size = (state / "state.sqlite").stat().st_size
        with at_most(size + 60_000):
            assert code_of(lambda: done.extend(watch.batches(once=True))) == "E045"
    with Watch(case, events, state=state, most=5) as watch:
        assert watch.store.get("batch") == len(done) > 0
        batches = [batch.repeated for batch in watch.batches(once=True)]
        assert len(batches) == 12 - len(done) and not any(batches)


STREAMS = [
    ["status", "--json"],
    ["status"],
    ["judge", "--summary"],
    ["check", "--json"],
    ["timeline"],
]


@pytest.mark.parametrize("verb", STREAMS, ids=" ".join)
def test_a_full_disk_behind_standard_output(tmp_path: Path, verb: list[str]) -> None:
    case = str(case_in(tmp_path / "case"))
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "servanda", verb[0], case, *verb[1:]]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 1 and b"E045" in done.stderr and b"Traceback" not in done.stderr


# ------------------------------------------------------------------ many at once
def test_two_accepts_at_once_lose_nothing(tmp_path: Path) -> None:
    """Eight of different articles, of three lines each, of which one is that of another."""
    case = case_in(tmp_path / "case")

    def add(number: int) -> int:
        lines = [line(number + 1).replace("wire", f"s{number}"), line(number + 100), line(999)]
        return len(accept(case, drafts(f"s{number}"), lines)[0])

    accept(case, drafts(), [line(0)])
    with ThreadPoolExecutor(8) as pool:
        added = sum(pool.map(add, range(8)))
    text = (case / "record" / "articles.md").read_text()
    assert text.count("pays(") == added + 1 == 8 * 2 + 2
    assert len(json.loads((case / "sources.json").read_text())) == 9
    assert servanda.open(case).check().errors == ()


def test_accept_again_adds_nothing(tmp_path: Path) -> None:
    case = case_in(tmp_path / "case")
    longer = f'{line(7)},\n  note "and more"'
    for lines, expected in (
        ([line(1)], 1),
        ([line(1)], 0),
        ([line(1), line(2)], 1),
        ([longer], 1),
        ([longer, line(1)], 0),
        ([line(3), line(3)], 1),
        ([line(10), line(1)], 1),
        ([f'{line(11)}, note "more"'], 1),
    ):
        done = servanda.open(case).accept(drafts(), lines=lines)
        assert (len(done.added), len(done.present)) == (expected, len(set(lines)) - expected)


def test_all_kinds_of_edits_at_once(tmp_path: Path) -> None:
    case = case_in(tmp_path / "case")
    work: list[Callable[[], object]] = [
        *(lambda n=n: accept(case, drafts(), [line(n)]) for n in range(4)),
        *(
            lambda n=n: saving.save(case, ENTRY.replace("if", f"{n}"), "n", "record")
            for n in range(4)
        ),
        *(lambda: servanda.open(case).format() for _ in range(2)),
        *(lambda n=n: saving.save(case, ENTRY, f"n{n}", "what-if") for n in range(2)),
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(each) for each in work]:
            done.result()
    texts = {name: (found or b"").decode() for name, found in contents(case).items()}
    assert texts["record/articles.md"].count("pays(") == 4
    assert texts["record/n.md"].count("pays(") == 4
    assert "\n  b must pay by 2024-01-21" in texts["agreement.md"]
    assert {"what-if/n0.md", "what-if/n1.md"} <= texts.keys()
    assert servanda.open(case).check().errors == ()


def test_two_news_at_once_are_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: code_of(lambda: servanda.new(tmp_path / "x")), range(4)))
    assert sorted(codes, key=str) == ["E005"] * 3 + [None]
    assert servanda.open(tmp_path / "x").check().errors == ()


def test_two_watches_do_not_share_a_state_or_an_output(tmp_path: Path) -> None:
    case, events = case_in(tmp_path / "case"), tmp_path / "events.jsonl"
    events.write_text("")
    with Watch(case, events, state=tmp_path / "s") as watch:
        assert code_of(lambda: Watch(case, events, state=tmp_path / "s")) == "E021"
        FileSink(watch, tmp_path / "out")
        with Watch(case, events, state=tmp_path / "t") as other:
            assert code_of(lambda: FileSink(other, tmp_path / "out")) == "E021"
    with ThreadPoolExecutor(1) as pool, locked(tmp_path / "s"):
        (tmp_path / "s" / "state.sqlite").unlink()
        tried = pool.submit(lambda: code_of(lambda: Watch(case, events, state=tmp_path / "s")))
        assert tried.result() == "E021"


# ------------------------------------------------------------------ changed meanwhile
@pytest.mark.parametrize("what", EDITS)
def test_an_edit_of_another_program_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """An editor, which takes no lock, saves between reading and writing."""
    file, edit = EDITS[what]
    case = case_in(tmp_path / "case")
    written: list[Any] = []

    check = atomic_files.check_unchanged

    def save_before(given: Path, path: Path, was: Any) -> None:
        if not written and given == case / file:
            written.append(given.write_text("theirs"))
        check(given, path, was)

    monkeypatch.setattr(atomic_files, "check_unchanged", save_before)
    assert code_of(lambda: edit(case)) == "E043"
    assert (case / file).read_text() == "theirs"
