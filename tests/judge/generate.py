"""Small nasty cases for the judges: norms and facts whose times coincide as often as they can.

`cases(only={"achieve", "total"})` focuses on some constructs (see CONSTRUCTS); without `only`
each case draws a handful of them. Circles are made only where docs/meaning.md, 5 allows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from build import (
    Case,
    all_of,
    any_of,
    arith,
    bind,
    calendar,
    cmp,
    event_point,
    in_state,
    m,
    not_,
    once,
    plus,
    reading,
    status,
    total,
    vague,
    var,
)
from hypothesis import strategies as st
from msgspec.structs import replace

from servanda.record.facts import Determination, Facts
from servanda.semantics.norms import (
    Always,
    And,
    AtVar,
    Cond,
    Const,
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Not,
    Or,
    Rule,
    RuleStatus,
    Trigger,
    Var,
)

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

KINDS = ("achieve", "keep", "forbid", "may", "provision")
WINDOWS = (
    "every",
    "edge",
    "in_period",
    "term",
    "hours",
    "point",
    "shifted",
    "business",
    "until_event",
    "by_date",
)
GATES = ("if", "while", "unless", "prevails", "conflict", "status", "overlay_status")
FACTS = (
    "state",
    "once",
    "sum",
    "count",
    "so_far",
    "change",
    "measure",
    "stale",
    "tiers",
    "arith",
    "vague",
    "position",
)
POWERS = (
    "suspend", "waive", "release", "end", "end_all", "amend", "create", "joint", "do",
    "determine", "narrowed", "own_clause",
)  # fmt: skip
REST = (
    "trigger", "following", "whenever", "surplus", "var_debtor", "total", "together", "early",
    "cured_by", "cure_within", "grace", "no_cure", "remedy", "also", "extended", "owed",
    "alleged", "ties", "spans", "open", "complete", "derived", "stops_clock",
    "count_trigger_day", "force", "survives", "zone", "refused", "undecided",
    "arising", "throughout", "left_out", "refund",
)  # fmt: skip
CONSTRUCTS = (*KINDS, *WINDOWS, *GATES, *FACTS, *POWERS, *REST)

# Eight days around a month's end and the start of summer time in Europe/Amsterdam.
DAYS = [f"2024-03-{d}" for d in range(28, 32)] + [f"2024-04-0{d}" for d in range(1, 5)]
INSTANTS = [f"{d}T{t}" for d in DAYS[1:6] for t in ("00:00", "12:00")]
EVENTS = {
    "order": ("by", "id", "n", "due"),
    "give": ("by", "id", "n"),
    "fix": ("id",),
    "start": (),
    "stop": (),
}
TYPED = {"n": "number", "due": "date"}
PARTIES = ("A", "B")
EARLY = ("always", "from_trigger", "from_trigger")
LENGTHS = ("1 day", "2 days", "3 days", "1 week", "1 month")


class Maker:
    """Draws one case; `on` are the constructs that it may use."""

    def __init__(self, draw: Draw[Any], on: frozenset[str]) -> None:
        self.draw = draw
        self.on = on
        zone = self.one(["UTC", "Europe/Amsterdam"]) if "zone" in on else "UTC"
        self.case = Case(
            zone=zone,
            clipped="refused" not in on,
            count_trigger_day=self.maybe("count_trigger_day"),
            suspension_stops_clock=self.maybe("stops_clock"),
            calendars=(calendar("NL", "NL"),),
        )
        self.sources: list[Callable[[], Cond]] = []
        self.names: list[str] = []
        self.bound: tuple[str, ...] = ()  # the variables of the rule that is being made

    def one(self, items: Iterable[T]) -> T:
        return self.draw(st.sampled_from(list(items)))  # type: ignore[no-any-return]

    def maybe(self, construct: str, often: int = 2) -> bool:
        """Whether to use a construct here, if it is on: `often` times in three."""
        return construct in self.on and self.draw(st.integers(0, 2)) < often

    # -------------------------------------------------------------- declarations
    def declare(self) -> None:
        case = self.case
        for name, params in EVENTS.items():
            closed = "open" not in self.on or self.draw(st.booleans())
            typed = tuple(f"{p}:{TYPED[p]}" if p in TYPED else p for p in params)
            case.event(name, *typed, closed=closed)
        if "derived" in self.on:
            case.arises(
                "risen", self.one([m("start"), m("order")]),
                self.one(["1 day", "2 days", "6 hours"]),
                unless=self.one([None, m("stop"), m("fix")]), end_of_day=self.draw(st.booleans()),
                if_=self.left_open(),
            )  # fmt: skip
            case.arises(
                "rung", self.one([m("start"), m("risen")]), self.one(["1 day", "1 hour"]),
                unless=self.one([None, m("risen"), m("stop")]),
                if_=self.one([self.left_open(), once(m("risen")), once(m("give"))]),
                end_of_day=False,
            )  # fmt: skip
            case.state("alarm", m("risen"), self.one([m("rung"), m("stop")]))
        case.state("open", m("order", id=bind("id")), m("fix", id=bind("id")), "id")
        case.state("war", m("start"), m("stop"))
        stale = self.one([1, 2, None]) if "stale" in self.on else None
        case.measure("stock", stale).measure("level", stale, of=True)
        case.vague("grave", "Court")
        if self.maybe("force"):
            case.settings["force_from"] = self.case.point(self.one([DAYS[1], m("start")]))
        if self.maybe("force"):
            case.settings["force_until"] = self.case.point(self.one([DAYS[6], m("stop")]))

    def left_open(self) -> Cond:
        """Whether an event arises: where a case has undecided terms, they may say so."""
        if "undecided" not in self.on:
            return Always(True)
        grave = vague("grave")
        return self.one([grave, not_(grave), Always(True), any_of(grave, once(m("give")))])

    # -------------------------------------------------------------- conditions
    def numbers(self) -> list[Callable[[], Cond]]:
        op = self.one(["<=", "<", ">=", ">", "=", "!="])
        give = self.one([m("give"), m("give", by="A")])
        back = self.one([1, 2, 3])
        level = self.one([0, 1, 2, 3, 5])
        found: dict[str, Callable[[], Cond]] = {
            "measure": lambda: cmp(self.one([reading("stock"), reading("level", "A")]), op, 5),
            "stale": lambda: cmp(reading("stock"), op, 5),
            "tiers": lambda: cmp(reading("stock"), op, 5),
            "arith": lambda: cmp(
                arith(
                    reading("stock"),
                    self.one(["*", "+", "-"]),
                    self.one(
                        [
                            2,
                            0,
                            reading("level", "A"),
                            total(give, "n", back),
                        ]
                    ),
                ),
                op,
                level,
            ),
            "change": lambda: cmp(MeasureChange("stock", None, back * 86_400_000_000), op, 1),
            "sum": lambda: cmp(total(give, "n", back), op, level),
            "count": lambda: cmp(total(give, None, back), op, level),
            "so_far": lambda: cmp(total(give, self.one(["n", None])), op, level),
        }
        return [make for name, make in found.items() if name in self.on]

    def atom(self, strict: bool = False) -> Cond:
        """A condition on facts, or on the status of other rules."""
        makers = self.numbers()
        if "state" in self.on:
            makers.append(lambda: in_state("war"))
            makers.append(lambda: self.one([in_state("open"), in_state("open", id="x")]))
        if self.on & {"vague", "position"}:
            makers.append(lambda: vague("grave"))
        if {"derived", "undecided"} <= self.on:  # what a vague term may leave open
            makers += [lambda: in_state("alarm"), lambda: once(m("risen"), self.one([None, 1, 2]))]
            back = self.one([None, 1, 2])
            makers.append(lambda: cmp(total(m("risen"), None, back), self.one([">=", "<"]), 1))
        if "once" in self.on:
            makers.append(lambda: once(self.pattern(), self.one([None, 1, 2])))
        if "status" in self.on and self.names and not strict:
            makers += [self.lax_status] * 2
        if "overlay_status" in self.on and self.names:
            makers.append(self.strict_status)
        if not makers:
            makers.append(lambda: once(m(self.one(["start", "stop"]))))
        return self.one(makers)()

    def lax_status(self) -> Cond:
        which = self.one(self.names)
        variables = [var("p")] if "p" in self.bound else []
        debtor = self.one([None, None, *PARTIES, *variables])
        creditor = self.one([*PARTIES, *variables]) if self.maybe("owed") else None
        state = self.one(["broken", "broken", "performed"])
        return status(state, which, debtor=debtor, creditor=creditor)

    def strict_status(self) -> Cond:
        return status(self.one(["suspended", "binding"]), self.one(self.names))

    def cond(self, strict: bool = False) -> Cond:
        first = self.atom(strict)
        shape = self.draw(st.integers(0, 5))
        if shape <= 2:
            return first
        if shape == 3:
            return not_(first)
        return (all_of if shape == 4 else any_of)(first, self.atom(strict))

    def pattern(self) -> Match:
        """Some occurrences, with no variables."""
        name = self.one([*EVENTS, *(["risen"] if "derived" in self.on else [])])
        if name == "give":
            return self.one([m("give"), m("give", by="A"), m("give", id="x", n=(">=", 2))])
        return self.one([m(name), m(name, id=("in", "x", "z"))]) if name == "order" else m(name)

    # -------------------------------------------------------------- windows and gates
    def window(self, kind: str, triggered: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.maybe("every") or self.maybe("edge"):
            so_long = [] if triggered else ["3 days", "2 weeks", "1 month"]
            found |= {
                "opens": self.one(DAYS[:4]),
                "every": self.one(["day", "week", "month", *so_long]),
            }
            if self.maybe("edge"):
                found |= {
                    "within": self.one(["1 day", "2 days"]),
                    "edge": self.one(["start", "end"]),
                    "in_period": self.maybe("in_period"),
                }
            if self.draw(st.booleans()):
                found["until"] = self.one(DAYS[3:7])
            elif self.maybe("term"):
                found["term"] = self.one(LENGTHS)
            return found
        if self.maybe("point"):
            found["opens"] = event_point(self.pattern())
        elif not triggered and self.draw(st.integers(0, 3)):
            found["opens"] = self.one([*DAYS[:3], INSTANTS[1]])
        if "opens" in found and self.maybe("shifted"):
            found["opens"] = plus(self.case.point(found["opens"]), self.one(["1 day", "12 hours"]))
        close = self.draw(st.integers(0, 5 if kind == "achieve" else 7))
        if self.maybe("until_event"):
            found["before"] = event_point(self.pattern())
        if self.maybe("term"):
            found["term"] = self.one(LENGTHS)
        elif close <= 1:
            found["by"] = self.one(DAYS[1:6])
        elif close == 2:
            found["until"] = self.one([*DAYS[2:6], *INSTANTS[2:]])
        elif close <= 5 and (triggered or "opens" in found):
            found["within"] = self.length()
        return found

    def length(self) -> str:
        if self.maybe("hours"):
            return self.one(["12 hours", "24 hours", "1 hour"])
        if self.maybe("business"):
            return self.one(["1 business day of NL", "2 business days of NL"])
        return self.one(LENGTHS)

    def gates(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.maybe("if"):
            found["if_"] = self.cond()
        if self.maybe("while"):
            found["while_"] = self.cond()
        if self.maybe("unless"):
            found["unless"] = self.cond()
        if self.maybe("status") and not found:
            found[self.one(["while_", "unless"])] = self.cond()
        if self.maybe("undecided", 1):
            found[self.one(["if_", "while_", "unless"])] = self.left_open()
        if self.maybe("prevails") and self.case.rules:
            found["yields_to"] = (self.one([r.id for r in self.case.rules]),)
        found["survives"] = self.maybe("survives")
        if found["survives"] and self.draw(st.booleans()):
            found["survives_for"] = self.one(LENGTHS)
        return found

    # -------------------------------------------------------------- rules
    def rule(self, id_: str, kind: str) -> None:
        self.bound = ()
        trigger = self.trigger()
        names = self.bound = trigger.pop("variables", ())
        more = trigger | self.window(kind, bool(trigger)) | self.gates()
        if kind == "achieve":
            more["time_extended"] = self.maybe("extended")
        if "d:date" in names:
            point = AtVar("d")
            where = self.one(["by", "until", "opens"])
            more[where] = self.one([point, plus(point, "1 day")])
        more["variables"] = names
        more["debtor"] = var("p") if "p" in names else self.one(PARTIES)
        more["creditor"] = "B" if more["debtor"] == "A" else "A"
        self.case.rule(id_, kind, **self.about(kind, names), **more)
        depth, parent = 0, id_
        while self.maybe("remedy") and depth < 3:
            what = self.one(["achieve", "achieve", "forbid", "keep"]) if depth else "achieve"
            window = self.window(what, True)
            window.pop("every", None)
            window.pop("edge", None)
            window.pop("in_period", None)
            self.case.otherwise(
                parent, parent + "/else", what, instead=not self.maybe("also"), clause=id_,
                debtor=more["debtor"], creditor=more["creditor"], **window,
                **self.about(what, names),
            )  # fmt: skip
            parent, depth = parent + "/else", depth + 1

    def trigger(self) -> dict[str, Any]:
        if self.maybe("surplus"):
            level = self.one([reading("stock"), reading("level", "A"), total(m("give"), "n", 2)])
            limit = self.one([3, 4, reading("level", "A")])
            excess = ("s", arith(level, "-", limit))
            return {
                "trigger": Trigger(cond=cmp(level, ">", limit), surplus=excess),
                "variables": ("s:number",),
            }
        if self.maybe("whenever"):
            return {"trigger": Trigger(cond=self.cond())}
        if not any(self.maybe(c) for c in ("trigger", "following", "var_debtor", "by_date")):
            return {}
        if self.maybe("derived", 1):
            given = (m("give"),) if self.maybe("following") else ()
            return {"trigger": m(self.one(["risen", "rung"])), "following": given}
        bound = {"id": bind("i")}
        names: tuple[str, ...] = ("i",)
        if self.maybe("var_debtor"):
            bound["by"], names = bind("p"), ("i", "p")
        if self.maybe("by_date"):
            bound["due"], names = bind("d"), (*names, "d:date")
        found: dict[str, Any] = {"trigger": m("order", **bound), "variables": names}
        if self.maybe("following"):
            found["following"] = (m("give", id=bind("i")),)
        return found

    def about(self, kind: str, names: tuple[str, ...]) -> dict[str, Any]:
        """What the duty is to do, to keep, or not to do."""
        if kind == "keep":
            grace = {"grace": self.one(["1 day", "2 days"])} if self.maybe("grace") else {}
            return {"action": self.cond(strict=True), **grace}
        args: dict[str, Any] = {}
        if "i" in names:
            args["id"] = var("i")
        if "p" in names and self.draw(st.booleans()):
            args["by"] = var("p")
        elif self.draw(st.booleans()):
            args["by"] = self.one(["A", ("in", "A", "B")])
        found: dict[str, Any] = {}
        if "s:number" in names:
            args["n"] = (self.one([">=", "<="]), var("s"))
        if kind == "achieve":
            if self.maybe("together"):
                args["by"] = ("in", "A", "B")
                alone = (("A", ("A",)), ("B", ("B",)))
                found["together"] = self.one([alone, (("A", ("A",)), ("B", ("A", "B"))), alone])
            elif "s:number" in names:
                found["total"] = self.one([None, ("n", var("s"))])
                args["n"] = (">=", var("s"))
            elif self.maybe("total"):
                args["n"] = (">=", 3)
                found["total"] = ("n", Const(cmp(3, "=", 3).left.value))  # type: ignore[union-attr]
            found["early"] = self.one(EARLY) if self.maybe("early") else "never"
            found["curable"] = not self.maybe("no_cure")
            if self.maybe("cure_within"):
                found["cure_within"] = self.one(["1 day", "2 days"])
        elif self.maybe("cured_by"):
            found["cured_by"] = self.one([m("fix", id="same!"), m("fix"), m("give", by="same!")])
            if self.maybe("cure_within"):
                found["cure_within"] = self.one(["1 day", "2 days"])
        return {"action": m("give", **args), **found}

    def provision(self, id_: str) -> None:
        trigger = self.trigger()
        more = trigger | self.window("keep", bool(trigger)) | self.gates()
        more = {k: v for k, v in more.items() if k not in ("every", "edge", "within")}
        more["variables"] = trigger.get("variables", ())
        self.case.rule(id_, "provision", None, **(more | {"debtor": "", "creditor": None}))

    def permission(self, id_: str) -> None:
        about: dict[str, Any] = {"match": self.pattern()}
        verb = "do"
        if self.maybe("determine"):
            verb, about = "determine", {"match": m("grave"), "debtor": "Court"}
        window = self.window("may", False)
        window.pop("within", None)
        window.pop("term", None)
        window.pop("every", None)
        window.pop("edge", None)
        window.pop("in_period", None)
        self.case.may(id_, verb, **about, **window, **self.gates())

    def power(self, id_: str, verb: str) -> None:
        """A power over some of the rules that stand already, as the resolver would narrow it."""
        clause = self.one(
            sorted({r.clause for r in self.case.rules if r.kind != "may"} or {"none"})
        )
        inside = [r for r in self.case.rules if r.clause == clause and r.kind != "may"]
        holder = self.one(PARTIES)
        own = [r for r in inside if r.debtor == Const(holder)]
        owed = [r for r in inside if r.creditor == Const(holder)]
        touched = {"suspend": own or inside, "waive": owed or inside, "release": owed or inside}
        rules = tuple(r.id for r in touched.get(verb, inside))
        more = self.gates() | {"creditor": None}
        if self.draw(st.booleans()):
            more["opens"] = self.one(DAYS[:4])
        if self.draw(st.booleans()):
            more["until"] = self.one(DAYS[3:])
        if self.maybe("arising"):  # each order, or each period, opens it anew
            if self.draw(st.booleans()):
                more |= {"opens": self.one(DAYS[:4]), "every": self.one(["day", "3 days", "week"])}
            else:
                more |= {"trigger": m("order", id=bind("i")), "variables": ("i",)}
                more |= {"within": self.length()} if self.draw(st.booleans()) else {}
        if self.maybe("undecided"):  # a vague term says whether the power is open
            held = self.one([vague("grave"), not_(vague("grave"))])
            more[self.one(["while_", "while_", "if_", "unless"])] = held
        if verb == "amend":
            more["amendment"] = "new"
        if verb == "joint":
            shared = dict(more, clause=clause, holders=PARTIES, joint=True)
            what = self.one(["suspend", "waive", "release", "end"])
            for each in PARTIES:
                self.case.may(f"{id_}:{each}", what, *rules, debtor=each, **shared)
                self.reclaused(id_)
            return
        self.case.may(id_, verb, *rules, debtor=holder, clause=clause, **more)
        if self.maybe("own_clause"):  # a power that stands in the clause it is over
            self.reclaused(clause)
        if verb == "end_all":
            power = self.case.rules[-1].power
            assert power is not None
            self.case.rules[-1] = replace(self.case.rules[-1], power=replace(power, clauses=()))

    def reclaused(self, clause: str) -> None:
        self.case.rules[-1] = replace(self.case.rules[-1], clause=clause)

    def rules(self) -> None:
        kinds = [k for k in KINDS if k in self.on] or ["achieve", "keep", "forbid"]
        verbs = [
            v
            for v in POWERS
            if v in self.on and v not in ("do", "determine", "narrowed", "own_clause")
        ]
        count = self.draw(st.integers(1, 3))
        self.names = [str(n) for n in range(1, count + 1)]
        for id_ in self.names:
            kind = self.one(kinds)
            if kind == "provision":
                self.provision(id_)
            elif kind == "may" or (self.on & {"do", "determine"} and self.draw(st.booleans())):
                self.permission(id_)
            else:
                self.rule(id_, kind)
        for n, verb in enumerate(verbs):
            if n < 2 or self.draw(st.booleans()):
                self.power(f"P{n}", verb)
        first = self.case.rules[0]
        if "create" in self.on:
            self.case.rules[0] = replace(first, needs_creation=self.draw(st.booleans()))
        if "conflict" in self.on:
            self.precedence()
        if "amend" in self.on and first.kind != "may":
            newer = replace(first, id=first.id + "@new", version="new", remedy=None)
            window = self.window(first.kind, first.trigger is not None)
            window = {} if "every" in window else window
            self.case.rules.append(replace(newer, window=self.case.window(window)))

    def precedence(self) -> None:
        """Two rules made to collide, and some others, prevail to the extent of the conflict."""
        pairs = ["forbid achieve", "forbid do", "achieve forbid", "do forbid", "keep keep"]
        kinds = self.one([*pairs, *pairs[:3]]).split()
        debtor = self.one(PARTIES)
        for id_, kind, suffix in zip("YZ", kinds, "ij", strict=True):
            self.colliding(id_, kind, suffix, debtor)
        self.case.prevails("Z", "Y")
        ids = [rule.id for rule in self.case.rules]
        for over in ids:
            for one in ids:
                if (over, one) != ("Z", "Y") and not self.draw(st.integers(0, 5)):
                    self.case.prevails(over, one)

    def colliding(self, id_: str, kind: str, suffix: str, debtor: str) -> None:
        """A rule about `give` or `level`; its variables are named by the suffix."""
        names = [suffix, f"p{suffix}", f"k{suffix}:number"]
        bound = [n for n in names if self.draw(st.integers(0, 2))]
        more: dict[str, Any] = self.gates()
        if bound:
            params = dict(zip(names, ("id", "by", "n"), strict=True))
            binds = {params[n]: bind(n.partition(":")[0]) for n in bound}
            more |= {"trigger": m("order", **binds), "variables": tuple(bound)}
        window = self.window("forbid" if kind == "do" else kind, bool(bound))
        if kind == "do":
            window = {k: v for k, v in window.items() if k in ("opens", "until", "by", "before")}
        more |= window
        whose = var(names[1]) if names[1] in bound else self.one([debtor] * 5 + list(PARTIES))
        more |= {"debtor": whose, "creditor": None}
        amounts = [1, 2, 3, 5, *([var(f"k{suffix}")] * 2 if names[2] in bound else [])]
        op = self.one(["<=", "<", ">=", ">"])
        if kind == "keep":
            of = self.one([None, Const("A"), whose if isinstance(whose, Var) else Const("A")])
            number = MeasureReading("stock" if of is None else "level", of)
            self.case.rule(id_, "keep", cmp(number, op, self.one(amounts)), **more)
            return
        args: dict[str, Any] = {}
        if suffix in bound:
            args["id"] = var(suffix)
        elif self.draw(st.booleans()):
            args["id"] = self.one(["x", "y", ("in", "x", "y")])
        if self.draw(st.booleans()):
            args["by"] = whose
        if self.draw(st.integers(0, 2)) == 0:
            args["n"] = self.one([(op, self.one(amounts)), self.one(amounts)])
        if kind == "do":
            self.case.may(id_, "do", match=m("give", **args), **more)
        else:
            self.case.rule(id_, kind, m("give", **args), **more)

    # -------------------------------------------------------------- the record
    def when(self) -> str:
        shape = self.draw(st.integers(0, 5))
        if "spans" in self.on and shape == 0:
            n = self.draw(st.integers(0, len(DAYS) - 3))
            return f"{DAYS[n]}..{DAYS[n + self.draw(st.integers(1, 2))]}"
        return self.one(DAYS) if shape <= 3 else self.one(INSTANTS)

    def record(self) -> None:
        case = self.case
        for _ in range(self.one([0, 2, 4, 5, 6, 7, 8, 9])):
            often = ["give", "order"] * (5 if "conflict" in self.on else 1)
            name = self.one([*EVENTS, *often])
            values = {"by": self.one(PARTIES), "id": self.one("xy"), "n": self.one([1, 2, 3])}
            values["due"] = self.one([None, *map(date.fromisoformat, DAYS)])
            if self.maybe("refund", 1):
                values["n"] = self.one([-1, -2, -3])
            if self.maybe("left_out", 1):
                values[self.one(["id", "n"])] = None
            alleged = self.maybe("alleged", 1)
            said, when = [values[p] for p in EVENTS[name]], self.when()
            for _ in range(self.one([1, 2]) if "ties" in self.on else 1):
                case.did(when, name, *said, alleged=alleged)
        if self.on & {"measure", "stale", "tiers", "change", "arith", "keep"}:
            for _ in range(self.one([0, 2, 3, 4, 5, 6])):
                low = self.one([3, 5, 5, 7, None])
                high = self.one([low, low, 9, None])
                tier = self.one([0, 1]) if "tiers" in self.on else 0
                what, of = self.one([("stock", None), ("stock", None), ("level", "A")])
                case.read(self.when(), what, low, high, of=of, tier=tier)
        if self.on & {"vague", "determine", "undecided", "position"}:
            for _ in range(self.draw(st.integers(0, 2))):
                lo, hi, _fin = case.extent(self.when())
                said = Determination(
                    case.entry(), lo, hi, not self.maybe("alleged", 1),
                    self.one(["Court", "Court", "A"]), "grave", (), self.draw(st.booleans()),
                )  # fmt: skip
                case.add(determinations=(*case.facts.determinations, said))
            if "vague" in self.on and self.draw(st.integers(0, 3)) == 0:
                case.holds("grave", self.draw(st.booleans()), self.one([None, DAYS[2]]), DAYS[4])
            if self.maybe("position"):
                since, until = self.one([None, *DAYS[1:4]]), self.one([None, *DAYS[4:7]])
                case.holds("grave", self.draw(st.booleans()), since, until, outranks=False)
        if self.on & {"complete", "open", "stale"}:
            for _ in range(self.draw(st.integers(0, 2))):
                since, until = self.one([None, *DAYS[:4]]), self.one([None, *DAYS[4:]])
                case.complete(self.one(["give", "start", "order", "stock"]), since, until)
        if "throughout" in self.on:
            for _ in range(self.draw(st.integers(0, 3))):
                first = self.draw(st.integers(0, len(DAYS) - 1))
                last = self.draw(st.integers(first, len(DAYS) - 1))
                day = self.one([f"{DAYS[first]}..{DAYS[last]}", DAYS[first], self.one(INSTANTS)])
                state = self.one(case.states)
                args = [self.one("xy") for _ in state.params]
                case.throughout(day, state.name, *args, alleged=self.maybe("alleged", 1))
        self.exercises()
        case.now(self.one(["2024-06-30", DAYS[4], DAYS[6], "2024-04-10"]))
        case.facts = cut(case.facts, case.facts.now)

    def exercises(self) -> None:
        powers = [r for r in self.case.rules if r.power and r.power.verb not in ("do", "determine")]
        together = any(
            r.power and r.power.joint for r in powers
        )  # it takes several to have an effect
        counts = [0, 2, 4, 5, 6, 7] if together else [0, 1, 2, 3, 4, 5]
        for _ in range(self.one(counts) if powers else 0):
            rule = self.one(powers)
            power = rule.power
            assert power is not None
            assert isinstance(rule.debtor, Const)
            clause = self.one(power.clauses) if power.clauses else None
            verb = power.verb
            if verb == "suspend" and self.draw(st.integers(0, 2)) == 0:
                verb = "resume"
            more: dict[str, Any] = {
                "amendment": power.amendment,
                "sure": not self.maybe("alleged", 1),
            }
            if self.maybe("narrowed") and verb != "end_all":
                more |= self.one(
                    [{"of": "A"}, {"towards": "B"}, {"keys": (("i", "x"),)}, {"of": "B"}]
                )
            self.case.uses(self.when(), str(rule.debtor.value), verb, clause, **more)


def cut(facts: Facts, now: int) -> Facts:
    """The facts as of a tick: nothing that lies after it."""
    return replace(
        facts,
        now=now,
        events={k: tuple(o for o in v if o.lo <= now) for k, v in facts.events.items()},
        readings={k: tuple(r for r in v if r.lo <= now) for k, v in facts.readings.items()},
        exercises=tuple(e for e in facts.exercises if e.lo <= now),
        determinations=tuple(d for d in facts.determinations if d.lo <= now),
    )


# ------------------------------------------------------------------ circles
def statuses(cond: Cond | None) -> Iterable[RuleStatus]:
    if isinstance(cond, RuleStatus):
        yield cond
    elif isinstance(cond, And | Or):
        for item in cond.items:
            yield from statuses(item)
    elif isinstance(cond, Not):
        yield from statuses(cond.item)


def allowed(norms: Norms) -> bool:
    """No circle of clauses but through `broken`/`performed` in gates and triggers."""
    clause = {r.id: r.clause for r in norms.rules}
    edges: set[tuple[str, str, bool]] = set()  # from, to, strict
    for rule in norms.rules:
        me = rule.clause
        watched = None if rule.trigger is None else rule.trigger.cond
        for cond in (rule.if_, rule.while_, rule.unless, watched, rule.keep):
            for s in statuses(cond):
                strict = cond is rule.keep or s.state in ("suspended", "binding")
                edges |= {(me, clause[r], strict) for r in s.rules}
        edges |= {(me, clause[r], True) for one in rule.yields_to for r in one.status.rules}
        edges |= {(other, me, False) for other in touched_by(rule, norms) if other != me}
    reach = {(a, b) for a, b, _ in edges}
    while more := {(a, d) for a, b in reach for c, d in reach if b == c} - reach:
        reach |= more
    return not any(strict and (a == b or (b, a) in reach) for a, b, strict in edges)


def touched_by(rule: Rule, norms: Norms) -> set[str]:
    power = rule.power
    if power is None or power.verb in ("do", "determine"):
        return set()
    if power.verb == "end_all":
        return {r.clause for r in norms.rules}
    return {r.clause for r in norms.rules if r.id in power.rules} | set(power.clauses)


# ------------------------------------------------------------------ the strategy
@st.composite
def cases(draw: Draw[Any], only: Iterable[str] | None = None) -> tuple[Norms, Facts]:
    """Norms and facts that use the constructs in `only`, or some handful of all."""
    if only is None:
        on = frozenset(draw(st.sets(st.sampled_from(CONSTRUCTS), min_size=2, max_size=9)))
    else:
        on = frozenset(only)
        assert on <= set(CONSTRUCTS), on - set(CONSTRUCTS)
    maker = Maker(draw, on)
    maker.declare()
    maker.rules()
    maker.record()
    norms = maker.case.norms()
    return (norms if allowed(norms) else without_circles(norms)), maker.case.facts


def without_circles(norms: Norms) -> Norms:
    """The same norms with every overlay status and priority taken out."""

    def plain(cond: Cond) -> Cond:
        strict = any(s.state in ("suspended", "binding") for s in statuses(cond))
        return Always(True) if strict else cond

    return replace(
        norms,
        rules=tuple(
            replace(
                r, yields_to=(), if_=plain(r.if_), while_=plain(r.while_), unless=plain(r.unless),
                keep=None if r.keep is None else plain(r.keep),
                trigger=r.trigger if r.trigger is None or r.trigger.cond is None
                else replace(r.trigger, cond=plain(r.trigger.cond)),
            )
            for r in norms.rules
        ),
    )  # fmt: skip
