"""Provenance as PROV-O in JSON-LD: entries, their sources and who says so, and the verdicts that
were derived from them, each by the judging of one account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from servanda.explain.judged import Judged, iso
from servanda.explain.rows import bindings
from servanda.explain.wording import Words
from servanda.judge.verdict import Verdict
from servanda.present.export.json_files import as_bytes
from servanda.record.record import Entry, Step, Withdrawn
from servanda.record.sources import Source

CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sv": "urn:x-servanda:term:",
}
Node = dict[str, Any]


def as_prov(judged: Mapping[str, Judged]) -> bytes:
    """One JSON-LD document; nothing outside it is needed to read it."""
    nodes = list(Provenance(judged).nodes())
    return as_bytes({"@context": CONTEXT, "@graph": nodes})


def ref(iri: str) -> Node:
    return {"@id": iri}


def refs(iris: list[str]) -> list[Node]:
    return [ref(iri) for iri in dict.fromkeys(iris)]


def time(text: str) -> Node:
    return {"@value": text, "@type": "xsd:dateTime"}


def without_nothing(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in (None, [], "")}


class Provenance:
    """The graph of one case as judged by some accounts on one day."""

    def __init__(self, judged: Mapping[str, Judged]) -> None:
        self.judged = judged
        self.some = next(iter(judged.values()))
        self.record = self.some.record
        self.zone = self.some.norms.zone
        self.words = Words(self.some)
        self.agents: dict[str, str] = {}

    def iri(self, kind: str, *names: str) -> str:
        parts = (self.some.case, kind, *names)
        return "urn:x-servanda:" + ":".join(quote(part, safe="") for part in parts)

    def agent(self, name: str) -> str:
        """The IRI of an agent; its node is written once, at the end."""
        return self.agents.setdefault(name, self.iri("agent", name))

    # -------------------------------------------------------------- the graph
    def nodes(self) -> Iterator[Node]:
        yield self.agreement()
        for entry in self.record.entries:
            yield from self.entry(entry)
        for source in self.record.sources.values():
            yield self.source(source)
        for name, one in self.judged.items():
            yield from self.judgement(name, one)
        for name, iri in self.agents.items():
            yield {"@id": iri, "@type": "prov:Agent", "rdfs:label": name}

    def agreement(self) -> Node:
        header = self.some.agreement.header
        return {
            "@id": self.iri("agreement"),
            "@type": ["prov:Entity", "prov:Plan"],
            "rdfs:label": header.title or header.name,
        }

    # -------------------------------------------------------------- entries and sources
    def entry(self, entry: Entry) -> Iterator[Node]:
        """An entry as a node: its content, sources and chain of reporters."""
        iri = self.iri("entry", entry.id)
        said = [entry.by] if entry.by else []
        said += [step.by for step in entry.chain]
        reported = entry.reported or entry.verified
        yield without_nothing(
            {
                "@id": iri,
                "@type": "prov:Entity",
                "rdfs:label": self.words.what(entry.what),
                "sv:done": entry.when.text,
                "sv:announced": entry.announced.text if entry.announced else None,
                "sv:verified": entry.verified.text if entry.verified else None,
                "sv:reported": entry.reported.text if entry.reported else None,
                "sv:grade": entry.grade,
                "sv:note": entry.note,
                "prov:generatedAtTime": time(str(iso(reported.lo, self.zone)))
                if reported and reported.lo == reported.hi
                else None,
                "prov:hadPrimarySource": refs([self.iri("source", r.id) for r in entry.sources]),
                "prov:wasAttributedTo": refs([self.agent(name) for name in said]),
                "prov:qualifiedAttribution": [
                    self.step(step, n) for n, step in enumerate(entry.chain, 1)
                ],
                "prov:wasRevisionOf": ref(self.iri("entry", entry.corrects))
                if entry.corrects
                else None,
            }
        )
        if isinstance(entry.what, Withdrawn):
            act = self.iri("withdrawal", entry.id)
            yield {"@id": act, "@type": "prov:Activity", "prov:used": ref(iri)}
            gone = self.iri("entry", entry.what.entry)
            yield {"@id": gone, "prov:wasInvalidatedBy": ref(act)}

    def step(self, step: Step, n: int) -> Node:
        """One link of an attribution chain: who, how, on what, and which link it is."""
        return without_nothing(
            {
                "@type": "prov:Attribution",
                "prov:agent": ref(self.agent(step.by)),
                "prov:hadRole": ref(f"sv:{step.kind}"),
                "sv:link": n,
                "sv:on": step.on,
                "sv:date": step.at.text if step.at else None,
            }
        )

    def source(self, source: Source) -> Node:
        makers = [*source.authors, *([source.publisher] if source.publisher else [])]
        return without_nothing(
            {
                "@id": self.iri("source", source.id),
                "@type": "prov:Entity",
                "dcterms:identifier": source.id,
                "dcterms:title": source.title,
                "dcterms:publisher": source.publisher,
                "dcterms:creator": list(source.authors),
                "dcterms:issued": source.issued,
                "sv:address": source.url,
                "prov:wasAttributedTo": refs([self.agent(name) for name in makers]),
            }
        )

    # -------------------------------------------------------------- verdicts
    def judgement(self, name: str, one: Judged) -> Iterator[Node]:
        """The judging of one account, and every verdict it gave."""
        account = self.iri("account", name)
        act = self.iri("judging", name, one.on, one.known or "")
        yield {"@id": account, "@type": ["prov:Agent", "sv:Account"], "rdfs:label": name}
        yield without_nothing(
            {
                "@id": act,
                "@type": "prov:Activity",
                "sv:asOf": one.on,
                "sv:asKnownOn": one.known,
                "prov:wasAssociatedWith": ref(account),
                "prov:qualifiedAssociation": {
                    "@type": "prov:Association",
                    "prov:agent": ref(account),
                    "prov:hadPlan": ref(self.iri("agreement")),
                },
            }
        )
        for n, verdict in enumerate(one.verdicts):
            yield self.verdict(self.iri("verdict", name, one.on, str(n)), verdict) | {
                "prov:wasGeneratedBy": ref(act),
                "prov:wasAttributedTo": ref(account),
            }

    def verdict(self, iri: str, verdict: Verdict) -> Node:
        """A span of a duty: derived from the entries that opened it, and ended by others."""
        from_, until = iso(verdict.from_, self.zone), iso(verdict.until, self.zone)
        instance = bindings(verdict.instance)
        return without_nothing(
            {
                "@id": iri,
                "@type": ["prov:Entity", "sv:Verdict"],
                "sv:rule": verdict.rule,
                "sv:debtor": verdict.debtor or None,
                "sv:creditor": verdict.creditor,
                "sv:instance": msgspec.json.encode(instance).decode() if instance else None,
                "sv:status": verdict.status,
                "sv:from": time(from_) if from_ else None,
                "sv:until": time(until) if until else None,
                "prov:wasDerivedFrom": refs([self.iri("entry", e) for e in verdict.cited]),
                "sv:closedBy": refs([self.iri("entry", e) for e in verdict.closed_by]),
            }
        )
