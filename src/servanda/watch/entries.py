"""Entries as they come in: told apart, corrected, withdrawn, and turned into facts."""

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
from servanda.watch.fact_files import COMPLETE, Named, facts_in
from servanda.watch.lines import Said
from servanda.watch.live_verdicts import AHEAD, Added, Gone, Live

ROW = b"row"  # what stands for the digest of a table's row
Wrong = tuple[int, bytes, str]
encode = msgspec.json.encode


class Taken(Struct):
    """What some entries come to: facts that are new, facts that go, and what was set aside."""

    added: list[Added] = []
    gone: list[Gone] = []
    wrong: list[Wrong] = []
    repeated: int = 0
    waiting: int = 0


class Entries:
    """The entries of a case and of a followed file, over a store."""

    def __init__(
        self,
        case: Case,
        account: Account | None,
        live: Live,
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
        """The entries of the record itself."""
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
            on=AHEAD,
        )
        complete: list[Named] = [(COMPLETE, c.name, c) for c in whole.complete]
        return [("", complete), *facts.items()]

    # -------------------------------------------------------------- what comes in
    def take(self, said: Iterable[Said]) -> Taken:
        taken = Taken()
        fresh = self.told_apart(list(said), taken)
        for one in self.with_targets(fresh):
            if self.in_circle(one, fresh):
                where = f"`{one.target}` corrects or withdraws it in turn"
                taken.wrong.append((one.line, one.text, f"a circle: {where}; drop one"))
                del fresh[entry_of(one).id]
        linked = self.linked(fresh)
        self.add({id_: one for id_, one in fresh.items() if id_ not in linked}, taken)
        if linked:
            self.settle(linked, taken)
        return taken

    def told_apart(self, said: list[Said], taken: Taken) -> dict[str, Said]:
        """Those not seen before; the same again is dropped, another of the same name refused."""
        known = self.store.known([entry_of(one).id for one in said])
        fresh: dict[str, Said] = {}
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

    def add(self, alone: dict[str, Said], taken: Taken) -> None:
        """Take in entries that no correction or withdrawal has to do with."""
        facts = self.facts(entry_of(one) for one in alone.values())
        taken.added += facts.items()
        self.store.put_entries(
            (id_, one.digest, one.text, one.target, encode(self.places(facts.get(id_, ()))))
            for id_, one in alone.items()
        )

    def facts(self, entries: Iterable[Entry]) -> dict[str, list[Named]]:
        """What the account makes of entries, each fact under its entry."""
        record = replace(self.case.record, entries=tuple(entries), complete=(), tables=())
        found: dict[str, list[Named]] = {}
        whole = facts_for(record, self.case.agreement, self.account, self.norms, on=AHEAD)
        for named in facts_in(whole):
            found.setdefault(named[2].entry, []).append(named)  # type: ignore[union-attr]
        return found

    # -------------------------------------------------------------- corrections
    def with_targets(self, fresh: dict[str, Said]) -> list[Said]:
        return [one for one in fresh.values() if one.target is not None]

    def in_circle(self, one: Said, fresh: dict[str, Said]) -> bool:
        """Whether what it corrects goes back to itself."""
        me, at = entry_of(one).id, one.target
        seen = set[str]()
        while at is not None and at != me and at not in seen:
            seen.add(at)
            at = fresh[at].target if at in fresh else self.target(at)
        return at == me

    def target(self, id_: str) -> str | None:
        found = self.store.entry(id_)
        return None if found is None else found[2]

    def linked(self, fresh: dict[str, Said]) -> set[str]:
        """All entries that corrections and withdrawals tie to the fresh ones, which are kept."""
        aimed = self.store.aimed_at(list(fresh))
        if not aimed and not self.with_targets(fresh):
            return set()
        self.store.put_entries(
            (id_, one.digest, one.text, one.target, b"[]") for id_, one in fresh.items()
        )
        aimed = self.store.aimed_at(list(fresh))
        roots = {self.root(entry_of(one).id) for one in self.with_targets(fresh)}
        roots |= {self.root(id_) for id_ in aimed}
        found: set[str] = set()
        while roots:
            found |= roots
            roots = set(self.store.aimed_at(list(roots))) - found
        return found

    def root(self, id_: str) -> str:
        while (target := self.target(id_)) is not None:
            id_ = target
        return id_

    def settle(self, ids: set[str], taken: Taken) -> None:
        """Take out all facts of these entries, and put in those that stand."""
        stored = {id_: found for id_ in sorted(ids) if (found := self.store.entry(id_))}
        for id_ in sorted(ids - stored.keys()):
            if self.of_table(id_) and (row := self.table_row(id_)):
                stored[id_] = row
        rows = {id_: row for id_, row in stored.items() if row[0] == ROW}
        entries = []
        for id_, (said, line, target, _) in stored.items():
            if said == ROW:
                continue
            if target is not None and target not in stored and not self.of_table(target):
                taken.waiting += 1
                continue
            entries.append(self.written[id_] if id_ in self.written else self.reread(line))
        facts = self.facts(entries)
        record = replace(self.case.record, entries=tuple(entries), tables=())
        gone = standing(record, Policy(self.account, self.case.record), None).gone
        facts |= {id_: self.of_row(row[1]) for id_, row in rows.items() if id_ not in gone}
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
    def of_table(self, id_: str) -> bool:
        return any(id_.startswith(prefix) for prefix in self.prefixes)

    def table_row(self, id_: str) -> tuple[bytes, bytes, str | None, bytes] | None:
        """A row of a table that is corrected for the first time: kept as an entry from now on."""
        places = self.store.places_of(id_)
        if not places:
            return None
        facts = self.store.facts_of(id_, places[0])
        return ROW, encode(facts), None, encode(places)

    def of_row(self, line: bytes) -> list[Named]:
        return [
            (kind, name, self.read(kind, name, body.encode()))
            for kind, name, body in msgspec.json.decode(line)
        ]


def entry_of(said: Said) -> Entry:
    assert said.entry is not None
    return said.entry
