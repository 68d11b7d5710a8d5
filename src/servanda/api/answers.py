"""Answers that are no plain tables: checks, derivations, differences, files written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import msgspec
from msgspec import Struct

from servanda.api.questions import Question
from servanda.api.rows import ChangedDuty
from servanda.api.tables import Duties
from servanda.explain.check_report import Checked, cross_check_row
from servanda.explain.wording import Node
from servanda.syntax.problems import Problem

if TYPE_CHECKING:
    from servanda.explain.supposition import Difference as Rows
    from servanda.present.terminal.blocks import Block


def problems_by_severity(problems: Iterable[Problem]) -> dict[str, list[dict[str, Any]]]:
    """Errors, warnings and hints as the JSON contract has them."""
    found: dict[str, list[dict[str, Any]]] = {"errors": [], "warnings": [], "hints": []}
    for problem in problems:
        row = {
            "code": problem.code,
            "severity": problem.severity,
            "subject": problem.subject,
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "help": problem.help,
            "paragraph": problem.paragraph,
        }
        found[f"{problem.severity}s"].append(row)
    return found


class Check(Checked, frozen=True):
    """Everything wrong with a case, at once: `errors`, `warnings`, `hints` (`problems` is all of
    them in the order of the files), `paragraphs` (which have a rule), `cross_checks` (which
    figures of the record fit one another), `files` (what is read), and `muted`, what `allow`
    lines mute."""

    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The document of `check` in docs/json.md."""
        document: dict[str, Any] = {**problems_by_severity(self.problems)}
        document["paragraphs"] = self.paragraphs
        document["cross_checks"] = [cross_check_row(one) for one in self.cross_checks]
        document["files"] = [file.to_dict() for file in self.files]
        document["files_not_read"] = list(self.files_not_read)
        return document | {"muted": len(self.muted)}

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import check_blocks

        return check_blocks(self.name, self.problems, self.to_dict())

    def __repr__(self) -> str:
        found = problems_by_severity(self.problems)
        numbers = ", ".join(f"{len(rows)} {word}" for word, rows in found.items())
        return f"<Check of {self.name}: {numbers}>"

    def __str__(self) -> str:
        from servanda.present.terminal.plain_blocks import plain

        return plain(self.blocks()).rstrip("\n")


class Explanation(Sequence[Node]):
    """Why the duties of a clause have their statuses: a tree of steps for each instance.

    Each `Node` is one `sentence`, the ids of the `entries` and `sources` it rests on, and
    `children`, its reasons.
    """

    def __init__(self, question: Question, clause: str, trees: Sequence[Node]) -> None:
        self.question = question
        self.clause = clause
        self.trees = tuple(trees)

    def __len__(self) -> int:
        return len(self.trees)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Node, ...]: ...
    def __getitem__(self, index: int | slice) -> Node | tuple[Node, ...]:
        return self.trees[index]

    def to_dict(self) -> dict[str, Any]:
        """The document of `why` in docs/json.md."""
        trees = msgspec.to_builtins(self.trees)
        return self.question.to_dict() | {"clause": self.clause, "why": list(trees)}

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import why_blocks

        return why_blocks({"notes": list(notes)}, self.trees)

    def __repr__(self) -> str:
        trees = f"{len(self)} tree{'' if len(self) == 1 else 's'}"
        return f"<Explanation of clause {self.clause} of {self.question}: {trees}>"

    def __str__(self) -> str:
        from servanda.present.terminal.plain_blocks import plain

        return plain(self.blocks()).rstrip("\n")

    def _repr_html_(self) -> str:
        from servanda.api.notebook import html_of

        return html_of(f"Clause {self.clause} of {self.question}", self.blocks())


class Difference:
    """What hypothetical entries or rules change: duties `added`, `removed` and `changed`."""

    def __init__(self, question: Question, rows: Rows) -> None:
        self.question = question
        self.added = Duties(question, rows["added"])
        self.removed = Duties(question, rows["removed"])
        self._changed = rows["changed"]

    @property
    def changed(self) -> tuple[ChangedDuty, ...]:
        """The duties whose status, its beginning or its certainty is another."""
        return tuple(self._pairs())

    def _pairs(self) -> Iterator[ChangedDuty]:
        before = Duties(self.question, [pair["before"] for pair in self._changed])
        after = Duties(self.question, [pair["after"] for pair in self._changed])
        for one, other in zip(before, after, strict=True):
            yield ChangedDuty(one, other)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self._changed)

    def to_dict(self) -> dict[str, Any]:
        """The document of `suppose` in docs/json.md."""
        rows: dict[str, Any] = {
            "added": self.added.to_dicts(),
            "removed": self.removed.to_dicts(),
            "changed": [dict(pair) for pair in self._changed],
        }
        return self.question.to_dict() | rows

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import suppose_blocks

        return suppose_blocks(self.to_dict() | {"notes": list(notes)})

    def __repr__(self) -> str:
        numbers = (("changed", self._changed), ("added", self.added), ("removed", self.removed))
        found = ", ".join(f"{len(rows)} {word}" for word, rows in numbers)
        return f"<Difference in {self.question}: {found}>"

    def __str__(self) -> str:
        from servanda.present.terminal.plain_blocks import plain

        return plain(self.blocks()).rstrip("\n")

    def _repr_html_(self) -> str:
        from servanda.api.notebook import html_of

        return html_of(repr(self).strip("<>"), self.blocks())


class Written(Struct, frozen=True):
    """A file that was written: its subject, its path, and remarks for the user
    (`about`: more keys of the JSON contract; `remarks`: lines for people)."""

    question: Question
    file: Path
    about: Mapping[str, Any] = {}
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document of `report`, `chart` and `export` in docs/json.md."""
        return self.question.to_dict() | dict(self.about) | {"file": str(self.file)}

    def blocks(self, notes: Sequence[str] = ()) -> list[Block]:
        """What a terminal shows."""
        from servanda.present.terminal.blocks import Line, head

        title = head(self.to_dict() | {"notes": list(notes)})
        remarks = [Line(remark, "quiet") for remark in self.remarks]
        return [*title, Line(f"wrote {self.file}"), *remarks]


class Accepted(Struct, frozen=True):
    """Drafts that were added to a record: their lines, and the file (None: nothing was added);
    `present` are lines that stood in the record already, and were not added again.

    The case in memory is as it was: `servanda.open` it again to have them in it.
    """

    added: tuple[str, ...]
    file: Path | None
    present: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document of `accept` in docs/json.md."""
        return {
            "added": list(self.added),
            "file": self.file and str(self.file),
            "present": list(self.present),
        }
