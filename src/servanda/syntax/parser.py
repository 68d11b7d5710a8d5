"""Parses statements into an agreement and a record, line by line, and assembles the blocks.

A line that does not parse is reported, and the others are parsed all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from lark.exceptions import UnexpectedInput
from msgspec import Struct
from msgspec.structs import replace

from servanda.syntax import block_lines as ln
from servanda.syntax import tree as m
from servanda.syntax.entries import Completeness, Entry, RowMap, SourceRef, TableMap
from servanda.syntax.layout import Statement
from servanda.syntax.line_parser import LineKind, line_parser
from servanda.syntax.old_spellings import OLD_SPELLINGS
from servanda.syntax.parse_errors import Failure, explain
from servanda.syntax.problems import Problems
from servanda.syntax.tree import EFFECT_PHRASES
from servanda.syntax.unparsed import declared

MOST_FAILURES = 200
BODY_WORDS = ("clause", "reading", "amendment")
NO_HEADER = m.Header("", None, m.NOWHERE)


class Record(Struct, frozen=True):
    """The lines of a record, in the order of the text."""

    entries: tuple[Entry, ...] = ()
    completeness: tuple[Completeness, ...] = ()
    tables: tuple[TableMap, ...] = ()


class Parsed(Struct, frozen=True):
    """The result of parsing: `header` is None if there is no `agreement` line.

    `agreement` has `NO_HEADER` then: a text of hypothetical rules needs no header.
    """

    agreement: m.Agreement
    record: Record
    header: m.Header | None


def parse(statements: Iterable[Statement], problems: Problems) -> Parsed:
    """Parse statements of any kind: rules, accounts, entries and tables may stand together."""
    assembler = _Assembler(problems)
    for statement in statements:
        assembler.take(statement)
    return assembler.result()


def parse_agreement(statements: Iterable[Statement], problems: Problems) -> m.Agreement:
    """Parse the statements of an agreement; a missing `agreement` line is a problem.

    Lines of a record are checked and left out: see `parse`.
    """
    given = list(statements)
    parsed = parse(given, problems)
    if parsed.header is None:
        place = m.Place(given[0].place.file, 0, 0) if given else m.NOWHERE
        advice = 'start with `agreement NAME "Title"` in a servanda block'
        problems.add("E102", place, "there is no `agreement` line", advice)
    return parsed.agreement


def parse_record(statements: Iterable[Statement], problems: Problems) -> Record:
    """Parse the statements of a record."""
    return parse(statements, problems).record


def parse_line(statement: Statement, line_kind: LineKind, problems: Problems) -> Any:
    """The value of one line without its children, or None and a problem."""
    parser = line_parser()
    try:
        return parser.parse(statement, line_kind, problems)
    except UnexpectedInput as error:
        explain(Failure(error, statement, line_kind, parser), problems)
        return None


def line_kind_at_margin(statement: Statement) -> LineKind:
    """The kind of a statement outside any block: an entry, or a line of the agreement."""
    words = statement.text.split(" ", 2)
    first, second = words[0], words[1:2]
    is_dated = first[:1].isdecimal() or first in ("at", "throughout")
    is_entry = is_dated or second in (["attests"], ["complete"])
    return "entry" if is_entry else "top"


def line_kind_below(statement: Statement) -> LineKind | None:
    """The kind of a statement's children; None if it opens no block."""
    word = statement.word
    if word in BODY_WORDS or word in ("when", "whenever"):
        return "body"
    heads: dict[str, LineKind] = {
        "agreement": "top",
        "account": "account_line",
        "table": "table_line",
    }
    return heads.get(word)


def _subject_of(node: object) -> str | None:
    """The subject of problems in a block or declaration: `clause:7`, `event:orders`."""
    match node:
        case m.Clause():
            return f"clause:{node.id}"
        case m.Reading():
            return f"reading:{node.full_name}"
        case m.Moment():
            return f"{node.kind}:{node.name}"
        case m.Amendment() | m.Account() | m.Group() | m.Calendar() | m.Event() | m.State():
            return f"{type(node).__name__.lower()}:{node.name}"
        case m.Measure() | m.Vague() | m.Define():
            return f"{type(node).__name__.lower()}:{node.name}"
        case _:
            return None


class _Body(Struct):
    """The lines inside a clause, reading or amendment, collected."""

    rules: list[m.Rule] = []
    defines: list[m.Define] = []
    prevails_over: list[m.Precedence] = []
    needs: list[str] = []
    survives: ln.Survives | None = None
    created: ln.OnceCreated | None = None
    not_modelled: ln.NotModelled | None = None
    no_duty: ln.NoDuty | None = None
    allows: list[m.Allow] = []
    has_unparsed_lines: bool = False


class _Assembler:
    """Assembles parsed lines into blocks; reports lines that are misplaced or repeated."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.failures = 0
        self.unparsed: set[str] | None = None
        self.header: m.Header | None = None
        self.found: dict[type, list[Any]] = {}
        self.places: dict[tuple[str, str], m.Place] = {}

    def result(self) -> Parsed:
        def all_of(*kinds: type) -> Any:
            return tuple(node for kind in kinds for node in self.found.get(kind, ()))

        agreement = m.Agreement(
            header=self.header or NO_HEADER,
            parties=all_of(m.Party),
            groups=all_of(m.Group),
            units=all_of(m.UnitWord),
            conversions=all_of(m.Conversion),
            calendars=all_of(m.Calendar),
            events=all_of(m.Event),
            states=all_of(m.State),
            measures=all_of(m.Measure),
            vagues=all_of(m.Vague),
            moments=all_of(m.Moment),
            defines=all_of(m.Define),
            clauses=all_of(m.Clause),
            readings=all_of(m.Reading),
            amendments=all_of(m.Amendment),
            allows=all_of(m.Allow),
            accounts=all_of(m.Account),
            unparsed=None if self.unparsed is None else frozenset(self.unparsed),
        )
        record = Record(all_of(Entry), all_of(Completeness), all_of(TableMap))
        return Parsed(agreement, record, self.header)

    # ------------------------------------------------------------------ lines
    def _line(self, statement: Statement, line_kind: LineKind) -> Any:
        """The value of a line, or None; after too many failures no more lines are parsed."""
        if not statement.text:
            return None
        if self.failures >= MOST_FAILURES:
            self._leave_out(statement, line_kind)
            return None
        node = parse_line(statement, line_kind, self.problems)
        if node is None:
            self.failures += 1
            self._leave_out(statement, line_kind)
            if self.failures == MOST_FAILURES:
                message = f"{MOST_FAILURES} lines could not be read, and the rest is not checked"
                place = m.Place(statement.place.file, 0, 0)
                advice = "correct the first errors, and check again"
                self.problems.add("E123", place, message, advice)
        return node

    def _leave_out(self, statement: Statement, line_kind: LineKind) -> None:
        """Note what an unparsed line declares, to avoid follow-on errors."""
        names = set(declared(statement, line_kind))
        self.unparsed = names if self.unparsed is None else self.unparsed
        self.unparsed |= names
        self.problems.expect(names)

    def _keep(self, node: Any) -> None:
        self.found.setdefault(type(node), []).append(node)

    def _once(self, kind: str, name: str, place: m.Place) -> None:
        """Report a block whose name another one of its kind has."""
        first = self.places.setdefault((kind, name), place)
        if first is not place:
            message = f"{kind} {name} is declared here and in {first.file}, line {first.line}"
            self.problems.add("E230", place, message, "give one of the two another name")

    def _no_children(self, statement: Statement) -> None:
        if statement.opened:
            message = "this line opens no block, and ends with a colon"
            advice = "leave the colon out: only `when …:` and `whenever …:` end with one"
            self.problems.add("E114", statement.place, message, advice)

    # ------------------------------------------------------------------ outside any block
    def take(self, statement: Statement) -> None:
        """Take a statement outside any block, with its children."""
        line_kind = line_kind_at_margin(statement)
        node = self._line(statement, line_kind)
        subject = _subject_of(node)
        if subject is not None:
            self.problems.note_block(statement.lines, subject)
        match node:
            case m.Clause() | m.Reading() | m.Amendment():
                self._take_rules(node, statement)
            case m.Account():
                self._take_account(node, statement)
            case ln.AgreementLine():
                self._take_header(node, statement)
            case ln.TableLine():
                self._take_table(node, statement)
            case None:
                self._look_below(statement)
            case _:
                self._no_children(statement)
                self._take_single(node)

    def _take_single(self, node: Any) -> None:
        match node:
            case ln.Declared(items):
                for item in items:
                    self._keep(item)
            case ln.NotModelled():
                self._take_bare_paragraph(node)
            case ln.HeaderLine(_, _, place):
                message = "this line belongs to the `agreement`"
                self.problems.add("E122", place, message, "put it below `agreement …`, deeper")
            case ln.Include():
                pass
            case _:
                self._keep(node)

    def _take_bare_paragraph(self, node: ln.NotModelled) -> None:
        """`not modelled "…"` alone under a paragraph's heading is a clause of that number."""
        paragraph = node.place.paragraph
        if paragraph is None:
            message = "`not modelled` names no paragraph"
            advice = "put it in a `clause`, or under the heading of its paragraph"
            self.problems.add("E130", node.place, message, advice)
            return
        self._once("clause", paragraph, node.place)
        self._keep(m.Clause(paragraph, None, (), (), False, False, node.reason, node.place))

    def _look_below(self, statement: Statement) -> None:
        """Check the children of a statement that does not parse."""
        line_kind = line_kind_below(statement)
        for child in statement.children if line_kind else ():
            if line_kind is None:
                continue
            if self._line(child, line_kind) is None:
                self._look_below(child)
            self._leave_out(child, line_kind)

    # ------------------------------------------------------------------ agreement
    def _take_header(self, head: ln.AgreementLine, statement: Statement) -> None:
        self._once("agreement", "line", head.place)
        said: dict[str, Any] = {}
        for child in statement.children:
            node = self._line(child, "top")
            if isinstance(node, ln.HeaderLine):
                self._no_children(child)
                if node.field in said:
                    message = f"`{child.word} …` is given twice"
                    self.problems.add("E124", node.place, message, "keep one of the two lines")
                said[node.field] = node.value
            elif node is not None:
                message = f"`{child.word} …` does not belong below `agreement`"
                self.problems.add("E122", child.place, message, f"write it {_MARGIN}")
        force: ln.Force | None = said.pop("force", None)
        if force is not None:
            said["force_from"], said["force_until"] = force.from_, force.until
        header = m.Header(head.name, head.title, head.place, **said)
        self.header = self.header or header

    # ------------------------------------------------------------------ clauses
    def _take_rules(self, node: m.Clause | m.Reading | m.Amendment, statement: Statement) -> None:
        kind = statement.word
        body = self._body(statement)
        lines = statement.lines
        body.allows = [replace(allow, block=lines) for allow in body.allows]
        match node:
            case m.Clause():
                self._once(kind, node.id, node.place)
                self._keep(self._clause(node, body))
            case m.Reading():
                self._once(kind, node.full_name, node.place)
                self._keep(self._reading(node, body))
            case m.Amendment():
                self._once(kind, node.name, node.place)
                self._keep(self._amendment(node, body))

    def _body(self, statement: Statement) -> _Body:
        body = _Body()
        for child in statement.children:
            node = self._line(child, "body")
            match node:
                case None:
                    body.has_unparsed_lines = True
                    self._look_below(child)
                case m.Trigger():
                    body.rules += self._triggered(node, child)
                    body.has_unparsed_lines = body.has_unparsed_lines or not body.rules
                case _:
                    self._no_children(child)
                    self._put(node, body)
        return body

    def _put(self, node: Any, body: _Body) -> None:
        match node:
            case m.Duty() | m.Power():
                body.rules.append(node)
            case m.Define():
                body.defines.append(node)
            case ln.Prevails(over, extent):
                body.prevails_over += [m.Precedence(clause, extent) for clause in over]
            case ln.Needs(reading):
                body.needs.append(reading)
            case ln.Survives():
                body.survives = node
            case ln.OnceCreated():
                body.created = node
            case ln.NoDuty():
                body.no_duty = node
            case m.Allow():
                body.allows.append(node)
            case ln.NotModelled():
                if body.not_modelled is not None:
                    self.problems.add(
                        "E124",
                        node.place,
                        "`not modelled` is given twice",
                        "keep one of the two lines",
                    )
                body.not_modelled = node

    def _triggered(self, trigger: m.Trigger, statement: Statement) -> list[m.Rule]:
        """The duties and powers below a `when …:`."""
        if not statement.opened:
            advice = "end this line with a colon, and put the duty below it, deeper"
            self.problems.add("E125", statement.place, "nothing stands below this `when`", advice)
            return []
        rules: list[m.Rule] = []
        for child in statement.children:
            node = self._line(child, "body")
            match node:
                case m.Duty() | m.Power():
                    self._no_children(child)
                    rules.append(replace(node, trigger=trigger))
                case m.Trigger():
                    advice = "join them: `when order(id: id) following payment(id: id):`"
                    self.problems.add("E126", child.place, "a `when` inside a `when`", advice)
                    self._triggered(node, child)
                case None:
                    self._look_below(child)
                case _:
                    message = f"`{child.word} …` cannot stand below a `when`"
                    self.problems.add(
                        "E122", child.place, message, "put it beside the `when`: same indentation"
                    )
        if not statement.children:
            advice = "put the duty on the next line, deeper"
            self.problems.add("E125", statement.place, "nothing stands below this `when`", advice)
        return rules

    def _refuse_in(self, kind: str, *nodes: Any, advice: str) -> None:
        for node in nodes:
            if node is not None:
                self.problems.add("E127", node.place, f"this line has no meaning in {kind}", advice)

    def _clause(self, head: m.Clause, body: _Body) -> m.Clause:
        if body.needs:
            advice = "write it in a reading: only a reading needs other readings"
            self.problems.add("E127", head.place, "`needs` has no meaning in a clause", advice)
        for define in body.defines:
            self._keep(define)
        says = body.not_modelled or body.prevails_over
        self._check_no_duty(f"clause {head.id}", head.place, body, bool(says))
        return replace(
            head,
            rules=tuple(body.rules),
            prevails_over=tuple(body.prevails_over),
            survives=body.survives is not None,
            created=body.created is not None,
            not_modelled=body.not_modelled.reason if body.not_modelled else None,
            survives_for=body.survives.term if body.survives is not None else None,
            allows=tuple(body.allows),
        )

    def _reading(self, head: m.Reading, body: _Body) -> m.Reading:
        advice = "write it in the clause that is read"
        self._refuse_in("a reading", body.survives, body.created, body.not_modelled, advice=advice)
        return replace(
            head,
            effect=self._effect(head, body),
            rules=tuple(body.rules),
            needs=tuple(body.needs),
            prevails_over=tuple(body.prevails_over),
            defines=tuple(body.defines),
            allows=tuple(body.allows),
        )

    def _effect(self, head: m.Reading, body: _Body) -> m.Effect | None:
        """What a reading does to its clause, by its first line and what stands below it."""
        effect, place = head.effect, head.place
        if body.no_duty is not None and not body.rules:
            spelling = OLD_SPELLINGS["E171"]
            self.problems.add("E171", body.no_duty.place, spelling.message, spelling.advice)
            return "as_written" if effect == "adds" else "none"
        if body.rules and effect is None:
            advice = OLD_SPELLINGS["E172"].advice
            message = f"{head.full_name} does not say what it does to the text"
            self.problems.add("E172", place, message, advice)
            return "replaces"
        if body.rules and effect in ("none", "as_written"):
            phrase = EFFECT_PHRASES[effect]
            message = f"{head.full_name} `{phrase}`, and has rules below"
            advice = f"leave the rules out, or write `, {EFFECT_PHRASES['adds']}`"
            self.problems.add("E129", place, message, advice)
        if body.rules or effect in ("none", "as_written"):
            return effect
        if body.defines and effect is not None:
            return "as_written" if effect == "adds" else "none"
        if not (body.defines or body.has_unparsed_lines):
            phrases = [EFFECT_PHRASES[one] for one in ("none", "as_written")]
            advice = f"write its rules below it, deeper; or `, {phrases[0]}`; or `, {phrases[1]}`"
            self.problems.add("E128", place, f"{head.full_name} is empty", advice)
        return None

    def _amendment(self, head: m.Amendment, body: _Body) -> m.Amendment:
        advice = "write it in the clause: an amendment has duties and powers only"
        rest = (body.survives, body.created, body.not_modelled, *body.defines)
        self._refuse_in("an amendment", *rest, advice=advice)
        if body.needs or body.prevails_over:
            self.problems.add(
                "E127",
                head.place,
                "`needs` and `prevails over` have no meaning in an amendment",
                advice,
            )
        self._check_no_duty(head.name, head.place, body)
        return replace(head, rules=tuple(body.rules), allows=tuple(body.allows))

    def _check_no_duty(
        self, name: str, place: m.Place, body: _Body, says_more: bool = False
    ) -> None:
        if body.no_duty is not None and body.rules:
            self.problems.add(
                "E129",
                body.no_duty.place,
                "`no duty` stands beside rules",
                "leave one of the two out",
            )
        says = body.no_duty or body.rules or body.defines or says_more
        if not (says or body.has_unparsed_lines):
            advice = 'write its rules below it, deeper; or `no duty`; or `not modelled "why"`'
            self.problems.add("E128", place, f"{name} is empty", advice)

    # ------------------------------------------------------------------ accounts
    def _take_account(self, head: m.Account, statement: Statement) -> None:
        self._once("account", head.name, head.place)
        reads: dict[str, str] = {}
        trusts: dict[str, list[str]] = {"only": [], "first": [], "distrusts": []}
        grades: list[str] = []
        held: list[m.Held] = []
        for child in statement.children:
            node = self._line(child, "account_line")
            self._no_children(child)
            match node:
                case ln.Reads(group, name, place):
                    if group in reads:
                        message = f"this account reads {group} twice: also as {reads[group]}"
                        self.problems.add("E520", place, message, "keep one of the two")
                    reads[group] = name
                case ln.Trusts(how, sources):
                    trusts[how] += sources
                case ln.Accepts(given):
                    grades += given
                case m.Held():
                    held.append(node)
        self._keep(
            replace(
                head,
                reads=tuple(reads.items()),
                only=tuple(trusts["only"]),
                first=tuple(trusts["first"]),
                distrusts=tuple(trusts["distrusts"]),
                grades=tuple(grades),
                held=tuple(held),
            )
        )

    # ------------------------------------------------------------------ tables
    def _take_table(self, head: ln.TableLine, statement: Statement) -> None:
        nodes = [self._line(child, "table_line") for child in statement.children]
        rows = cast(tuple[RowMap, ...], tuple(n for n in nodes if isinstance(n, RowMap)))
        sources = tuple(n for n in nodes if isinstance(n, SourceRef))
        options: dict[str, Any] = {}
        for option in nodes:
            if isinstance(option, ln.TableOption):
                if option.field in options:
                    message = "a table has one such line, and this is another"
                    self.problems.add("E124", option.place, message, "keep one of the two")
                options[option.field] = option.value
        if not rows and None not in nodes:
            advice = "write it below, deeper: `row is deliver(id: column id) on column date`"
            self.problems.add(
                "E155", head.place, "nothing says what a row of this table is", advice
            )
        self._keep(
            TableMap(
                file=head.file,
                each=head.each,
                zone=head.zone,
                rows=rows,
                sources=sources,
                sheet=head.sheet,
                **options,
                place=head.place,
            )
        )


_MARGIN = "at the left margin, outside any block"
