"""Take in new entries: drop repeated ones, apply corrections and withdrawals, derive facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from servanda.api import Case
from servanda.record.account_facts import facts_for, standing
from servanda.record.record import Entry
from servanda.record.resolver import target_of
from servanda.record.trust import Policy
from servanda.syntax.tree import Account
from servanda.watch.fact_filing import COMPLETE, NamedFact, facts_in
from servanda.watch.lines import ParsedLine
from servanda.watch.live_verdicts import END_OF_TIME, Added, Gone, LiveVerdicts

ROW = b"row"  # in place of a digest, for a row of a table
RejectedLine = tuple[int, bytes, str]
encode = msgspec.json.encode


class IntakeResult(Struct):
    """The result of taking in entries.

    `added` and `gone` are facts by entry, `wrong` rejected lines, `repeated` and `waiting` counts
    of lines seen before and of corrections whose target is still missing.
    """

    added: list[Added] = []
    gone: list[Gone] = []
    wrong: list[RejectedLine] = []
    repeated: int = 0
    waiting: int = 0


class EntryIntake:
    """Takes in the entries of a case and of a followed file, and keeps them in a store."""

    def __init__(
        self,
        case: Case,
        account: Account | None,
        live: LiveVerdicts,
        reread: Callable[[bytes], Entry],
    ) -> None:
        self.case = case
        self.account = account
        self.norms = live.norms
        self.store = live.store
        self.places = live.places
        self.read = live.filing.read
        self.reread = reread
        self.prefixes = [f"{table.name}:" for table in case.record.tables]
        self.written = {entry.id: entry for entry in case.record.entries}

    def begin(self) -> list[Added]:
        """Take in the case's own entries; their facts."""
        facts = self.facts(self.case.record.entries)
        self.store.put_entries(
            (e.id, b"", b"", target_of(e), encode(self.places(facts.get(e.id, ()))))
            for e in self.case.record.entries
        )
        whole = facts_for(
            replace(self.case.record, tables=()),
            self.case.agreement,
            self.account,
            self.norms,
            on=END_OF_TIME,
        )
        complete: list[NamedFact] = [(COMPLETE, c.name, c) for c in whole.complete]
        return [("", complete), *facts.items()]

    # -------------------------------------------------------------- what comes in
    def take(self, said: Iterable[ParsedLine]) -> IntakeResult:
        taken = IntakeResult()
        fresh = self.without_repeated(list(said), taken)
        for one in self.with_targets(fresh):
            if self.corrects_itself(one, fresh):
                where = f"`{one.target}` corrects or withdraws it in turn"
                taken.wrong.append((one.line, one.text, f"a circle: {where}; drop one"))
                del fresh[entry_of(one).id]
        linked = self.linked(fresh)
        self.add({id_: one for id_, one in fresh.items() if id_ not in linked}, taken)
        if linked:
            self.settle(linked, taken)
        return taken

    def without_repeated(
        self, said: list[ParsedLine], taken: IntakeResult
    ) -> dict[str, ParsedLine]:
        """Entries with new ids; counts repeats and rejects other content under a known id."""
        known = self.store.known([entry_of(one).id for one in said])
        fresh: dict[str, ParsedLine] = {}
        for one in said:
            id_ = entry_of(one).id
            earlier = fresh[id_].digest if id_ in fresh else known.get(id_)
            if earlier is None:
                fresh[id_] = one
            elif earlier == one.digest:
                taken.repeated += 1
            else:
                why = f"another entry has the id `{id_}`; give this one an id of its own"
                taken.wrong.append((one.line, one.text, why))
        return fresh

    def add(self, alone: dict[str, ParsedLine], taken: IntakeResult) -> None:
        """Take in entries that are not linked to a correction or withdrawal."""
        facts = self.facts(entry_of(one) for one in alone.values())
        taken.added += facts.items()
        self.store.put_entries(
            (id_, one.digest, one.text, one.target, encode(self.places(facts.get(id_, ()))))
            for id_, one in alone.items()
        )

    def facts(self, entries: Iterable[Entry]) -> dict[str, list[NamedFact]]:
        """The facts of entries under the account's trust, by entry id."""
        record = replace(self.case.record, entries=tuple(entries), complete=(), tables=())
        found: dict[str, list[NamedFact]] = {}
        whole = facts_for(record, self.case.agreement, self.account, self.norms, on=END_OF_TIME)
        for named in facts_in(whole):
            found.setdefault(named[2].entry, []).append(named)  # type: ignore[union-attr]
        return found

    # -------------------------------------------------------------- corrections
    def with_targets(self, fresh: dict[str, ParsedLine]) -> list[ParsedLine]:
        return [one for one in fresh.values() if one.target is not None]

    def corrects_itself(self, one: ParsedLine, fresh: dict[str, ParsedLine]) -> bool:
        """Whether following the corrected entries leads back to this one."""
        me, at = entry_of(one).id, one.target
        seen = set[str]()
        while at is not None and at != me and at not in seen:
            seen.add(at)
            at = fresh[at].target if at in fresh else self.target(at)
        return at == me

    def target(self, id_: str) -> str | None:
        found = self.store.entry(id_)
        return None if found is None else found[2]

    def linked(self, fresh: dict[str, ParsedLine]) -> set[str]:
        """Ids of the entries linked to fresh ones by correction or withdrawal; stores the fresh."""
        aimed = self.store.correcting(list(fresh))
        if not aimed and not self.with_targets(fresh):
            return set()
        self.store.put_entries(
            (id_, one.digest, one.text, one.target, b"[]") for id_, one in fresh.items()
        )
        aimed = self.store.correcting(list(fresh))
        roots = {self.root(entry_of(one).id) for one in self.with_targets(fresh)}
        roots |= {self.root(id_) for id_ in aimed}
        found: set[str] = set()
        while roots:
            found |= roots
            roots = set(self.store.correcting(list(roots))) - found
        return found

    def root(self, id_: str) -> str:
        while (target := self.target(id_)) is not None:
            id_ = target
        return id_

    def settle(self, ids: set[str], taken: IntakeResult) -> None:
        """Remove all facts of linked entries and add those still valid."""
        stored = {id_: found for id_ in sorted(ids) if (found := self.store.entry(id_))}
        for id_ in sorted(ids - stored.keys()):
            if self.is_table_row(id_) and (row := self.table_row(id_)):
                stored[id_] = row
        rows = {id_: row for id_, row in stored.items() if row[0] == ROW}
        entries = []
        for id_, (said, line, target, _) in stored.items():
            if said == ROW:
                continue
            if target is not None and target not in stored and not self.is_table_row(target):
                taken.waiting += 1
                continue
            entries.append(self.written[id_] if id_ in self.written else self.reread(line))
        facts = self.facts(entries)
        record = replace(self.case.record, entries=tuple(entries), tables=())
        gone = standing(record, Policy(self.account, self.case.record), None).gone
        facts |= {id_: self.facts_of_row(row[1]) for id_, row in rows.items() if id_ not in gone}
        taken.gone += [
            (id_, [(unit, key) for unit, key in msgspec.json.decode(filed)])
            for id_, (_, _, _, filed) in stored.items()
        ]
        taken.added += facts.items()
        self.store.put_entries(
            (id_, said, line, target, encode(self.places(facts.get(id_, ()))))
            for id_, (said, line, target, _) in stored.items()
        )

    # -------------------------------------------------------------- rows of tables
    def is_table_row(self, id_: str) -> bool:
        return any(id_.startswith(prefix) for prefix in self.prefixes)

    def table_row(self, id_: str) -> tuple[bytes, bytes, str | None, bytes] | None:
        """A table row that is corrected for the first time, as a stored entry; None if unknown."""
        places = self.store.places_of(id_)
        if not places:
            return None
        facts = self.store.facts_of(id_, places[0])
        return ROW, encode(facts), None, encode(places)

    def facts_of_row(self, line: bytes) -> list[NamedFact]:
        return [
            (kind, name, self.read(kind, name, body.encode()))
            for kind, name, body in msgspec.json.decode(line)
        ]


def entry_of(said: ParsedLine) -> Entry:
    assert said.entry is not None
    return said.entry
