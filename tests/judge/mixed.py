"""Mixed cases as text: an agreement, accounts and a record that use several of all constructs at once.

`Mixture(seed).case()` is one agreement and one pool of entries, each by a body of its own. An account
trusts some of the bodies, so that every account has a record of its own, and the text of hundreds
of records is read once. A seed gives the same text for good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

# Ten days each, around a leap day, a year's end, and the changes of the clock.
ERAS = {
    "leap day": date(2024, 2, 24),
    "year's end": date(2024, 12, 26),
    "spring": date(2024, 3, 26),
    "autumn": date(2024, 10, 22),
    "autumn overseas": date(2024, 10, 29),
    "quarter's end": date(2023, 9, 26),
}
ZONES = {
    "spring": "Europe/Amsterdam",
    "autumn": "Europe/Amsterdam",
    "autumn overseas": "America/New_York",
}
OTHER_ZONES = ("UTC", "UTC", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo")
PARTIES = ("A", "B", "C")
SPAN = 10


class Event(NamedTuple):
    name: str
    params: tuple[str, ...]


EVENTS = (
    Event("order", ("by", "id", "n", "due")),
    Event("give", ("by", "to", "id", "n")),
    Event("load", ("by", "q")),
    Event("fix", ("id",)),
    Event("strike", ()),
    Event("truce", ()),
)
TYPES = {
    "by": "party",
    "to": "party",
    "id": "text",
    "n": "number in EUR",
    "q": "number in kg",
    "due": "date",
}


class Case(NamedTuple):
    """A case as text; `accounts` are views: each is followed by what a record trusts."""

    seed: int
    agreement: tuple[str, ...]
    views: tuple[tuple[str, ...], ...]
    entries: tuple[str, ...]
    bodies: tuple[str, ...]
    days: tuple[str, ...]

    def text(self, accounts: Iterable[str]) -> str:
        return "\n".join([*self.agreement, *accounts, *self.entries]) + "\n"


class Mixture:
    def __init__(self, seed: int, settled: bool = False) -> None:
        """`settled`: small, and in doubt only about what worlds.py can enumerate."""
        self.seed = seed
        self.rnd = Random(seed)
        self.settled = settled
        self.large = not settled and self.maybe(0.2)
        era = "leap day" if settled else self.one(list(ERAS))
        self.first = ERAS[era]
        self.zone = "UTC" if settled else ZONES.get(era) or self.one(OTHER_ZONES)
        self.days = [(self.first + timedelta(days=n)).isoformat() for n in range(SPAN)]
        self.clauses: list[str] = []  # ids of clauses that stand already
        self.rest: list[str] = []  # readings and amendments, after the clauses
        self.kinds: dict[str, str] = {}
        self.amendable: list[tuple[str, str]] = []
        self.powers: list[tuple[str, str, str]] = []  # holder, verb, clause
        self.readings: dict[str, list[str]] = {}
        self.immediate = self.maybe()  # whether conditions ask what holds at once of other clauses
        self.keys: dict[str, str] = {}  # of a clause with instances, a variable

    # -------------------------------------------------------------- drawing
    def one(self, items: Sequence[T]) -> T:
        return self.rnd.choice(items)

    def maybe(self, share: float = 0.5) -> bool:
        return self.rnd.random() < share

    def some(self, items: Sequence[T], least: int, most: int) -> list[T]:
        return self.rnd.sample(items, min(len(items), self.rnd.randint(least, most)))

    def day(self, first: int = 0, last: int = SPAN - 1) -> str:
        return self.days[self.rnd.randint(first, last)]

    def length(self) -> str:
        lengths = [
            "1 day",
            "2 days",
            "3 days",
            "1 week",
            "12 hours",
            "24 hours",
            "36 hours",
            "1 month",
        ]
        return self.one([*lengths, "1 business day of Work", "2 business days of Work"])

    # -------------------------------------------------------------- the whole
    def case(self) -> Case:
        declared = self.declarations()
        count = self.one([1, 1, 2] if self.settled else [3, 4] if self.large else [1, 2, 2, 2, 3])
        clauses = [line for n in range(count) for line in self.clause(str(n + 1))]
        if self.maybe(0.8 if self.large else 0.5):
            clauses += self.power_clause(str(count + 1))
        entries = self.record()
        bodies = tuple(f"S{n}" for n in range(len(entries)))
        head = [*declared[:1], *self.settings(), *declared[1:]]
        head.insert(len(head), f"body Registry, {', '.join(bodies) or 'S0'}")
        entries += self.attested()
        views = tuple(self.view() for _ in range(2))
        later_ = self.one([12, 12, 14, 40])
        asked = (
            self.one([self.days[5], self.days[7], self.days[9]]),
            (self.first + timedelta(days=later_)).isoformat(),
        )
        return Case(self.seed, (*head, *clauses, *self.rest), views, tuple(entries), bodies, asked)

    def settings(self) -> list[str]:
        found = [f"  zone {self.zone}", "  months clipped"]
        if self.maybe(0.25):
            found.append("  days counted from the_trigger")
        found.append(f"  suspension {self.one(['stops the clock', 'does not stop the clock'])}")
        if self.maybe(0.25):
            begin = self.one([self.day(0, 3), "strike", "order"])
            end = self.one(["", f" until {self.one([self.day(6), 'truce', 'fix'])}"])
            found.append(f"  in force from {begin}{end}")
        return found

    # -------------------------------------------------------------- declarations
    def declarations(self) -> list[str]:
        found = ['agreement M "Mixed"', "party A, B, C", "body Court, Council"]
        found += ["group G = A, B, C", "group Pair = A, B", "currency EUR, USD", "substance U, UF6"]
        found += [
            "conversion 1 USD = 0.5 EUR",
            "conversion 1 kg UF6 = 0.5 kg U",
            "unit crate = 2 kg",
        ]
        day = date.fromisoformat(self.days[4])
        business, idle = self.days[4], self.days[5]
        if day.weekday() < 5:
            business, idle = idle, business
        changed = f" with {business}" if date.fromisoformat(business).weekday() > 4 else ""
        changed += f" without {idle}" if date.fromisoformat(idle).weekday() < 5 else ""
        found.append(f"calendar Work = business days of NL{changed}")
        for event in EVENTS:
            params = ", ".join(f"{p}: {TYPES[p]}" for p in event.params)
            silent = (
                ""
                if not self.settled and self.maybe(0.2)
                else ", not recorded is taken as not done"
            )
            found.append(f"event {event.name}{f'({params})' if params else ''}{silent}")
        found.append("vague grave to be determined by Court")
        found.append("vague serious(of: party) to be determined by Court, Council")
        found.append(
            f"state war from strike until {self.one(['truce', 'truce or fix(any)', 'truce'])}"
        )
        found.append("state pending(id: text) from order(id: id) until fix(id)")
        stale = (
            ""
            if self.settled
            else self.one(["", ", each figure valid for 2 days", ", each figure valid for 4 days"])
        )
        found.append(f"measure stock(of: party) in kg{stale}")
        found.append("measure ore(of: party) in kg U")
        at = self.one(
            [
                "at the end of 1 day after",
                "1 day after",
                "6 hours after",
                "at the end of 2 days after",
            ]
        )
        gate = self.one(["", " if war", " if grave", " if not grave", " if stock of A > 3 kg"])
        spoilt = self.one(["", " unless truce", " unless fix(id)"])
        found.append(
            f"event risen(by: party, id: text) arises {at} order(by: by, id: id){gate}{spoilt}"
        )
        after = self.one(["strike", "risen(any)", "fix(any)"])
        found.append(
            f"event rung arises {self.one(['12 hours', '1 day'])} after {after}{self.one(['', ' unless truce'])}"
        )
        found.append(
            f"day d1 = {self.one(['strike', 'order', self.days[2]])} + {self.one(['1 day', '2 days', '1 month'])}"
        )
        found.append(
            f"day d2 = {self.one(['earlier', 'later'])} of (d1, {self.one(['truce', 'fix', self.days[4]])})"
        )
        hot = self.one(
            [
                "stock of p > 3 kg",
                "serious(p)",
                "stock of p > 3 kg or serious(p)",
                "give(by: p) has happened",
            ]
        )
        found.append(f"define hot(p: party) = {hot}")
        return found

    # -------------------------------------------------------------- conditions
    def number(self, p: str | None = None) -> str:
        """A comparison of numbers over time."""
        who = p or self.one(PARTIES)
        sign = self.one(["<=", "<", ">=", ">", "<=", "="])
        back = self.one(["2 days", "3 days", "12 hours"])
        give = self.one(["give", f"give(by: {who})", "give(n: at least 2 EUR)", "order"])
        found: list[Callable[[], str]] = [
            lambda: f"stock of {who} {sign} {self.one(['4 kg', '5 kg', '2 crate', '5000 g'])}",
            lambda: f"stock of {who} {sign} {self.one(['4 kg', '5 kg'])}",
            lambda: f"ore of {who} {sign} {self.one(['8 kg UF6', '4 kg U'])}",
            lambda: (
                f"sum of n in {give} over the last {back} {sign} {self.one(['3 EUR', '2 USD', '4 EUR'])}"
            ),
            lambda: f"count of {give} over the last {back} {sign} {self.one(['1', '2'])}",
            lambda: f"sum of n in {give} so far {sign} 3 EUR",
            lambda: f"count of {give} so far {sign} 1",
            lambda: f"rate of n in {give} per day over the last 2 days {sign} 1 EUR",
            lambda: f"change of stock of {who} over the last {back} {sign} 2 kg",
            lambda: f"[stock of A + stock of B] {sign} 9 kg",
            lambda: f"[2 * stock of {who} - 1 kg] {sign} stock of A",
            lambda: f"sum of q in load(by: {who}) over the last {back} {sign} stock of {who}",
        ]
        return self.one(found)()

    def atom(self, p: str | None, i: str | None, strict: bool) -> str:
        who = p or self.one(PARTIES)
        found: list[Callable[[], str]] = [
            lambda: self.number(p),
            lambda: self.number(p),
            lambda: "war",
            lambda: f"pending({self.one([i or 'any', 'any', chr(34) + 'x' + chr(34)])})",
            lambda: "grave",
            lambda: f"serious({who})",
            lambda: f"hot({who})",
            lambda: (
                f"{self.pattern()} has happened{self.one(['', ' in the last 2 days', ' in the last 36 hours'])}"
            ),
            lambda: f"{self.one(['risen(any)', 'rung'])} has happened",
        ]
        if p:
            found.append(lambda: f"{p} in {self.one(['Pair', 'G'])}")
        others = [c for c in self.clauses if self.kinds.get(c) == "duty"]
        if others:
            which = self.one(others)
            if not strict:
                found += [
                    lambda: f"clause {which} is {self.one(['broken', 'performed'])}",
                    lambda: f"{who} in breach of {which}",
                    lambda: (
                        f"{who} in breach of {self.one(['any clause', 'a duty owed to it'])}"
                        if self.maybe(0.3)
                        else f"clause {which} is broken"
                    ),
                    lambda: (
                        f"{who} in breach of {which} determined to be serious"
                        if self.maybe(0.3)
                        else "war"
                    ),
                ]
            if self.immediate and self.maybe(0.5):
                found.append(lambda: f"clause {which} is {self.one(['suspended', 'binding'])}")
        provisions = [c for c in self.clauses if self.kinds.get(c) == "provision"]
        if provisions and self.immediate:
            found.append(lambda: f"clause {self.one(provisions)} is in force")
        return self.one(found)()

    def cond(self, p: str | None = None, i: str | None = None, strict: bool = False) -> str:
        first = self.atom(p, i, strict)
        shape = self.rnd.randint(0, 5)
        if shape <= 2:
            return first
        if shape == 3:
            return f"not ({first})"
        return f"({first} {'and' if shape == 4 else 'or'} {self.atom(p, i, strict)})"

    def pattern(self) -> str:
        return self.one([
            "strike", "truce", "give", "order", 'give(by: A)', 'give(id: "x")', "give(n: at least 2 EUR)",
            "give(n: at most 1 USD)", 'order(id: "y")', 'fix("x")', "fix", "load(by: B)", "rung",
        ])  # fmt: skip

    # -------------------------------------------------------------- windows
    def point(self, due: str | None = None, first: int = 0, last: int = SPAN - 1) -> str:
        found = [
            self.day(first, last),
            self.day(first, last),
            f"{self.day(first + 1, last)}T{self.one(['00:00', '12:00', '04:30:30'])}",
        ]
        found += [
            "d1",
            "d2",
            "strike",
            "truce",
            "rung",
            "strike + 1 day",
            f"{self.day(first, last)} + 36 hours",
        ]
        found += [
            f"later of (strike, {self.day(1, 5)})",
            f"earlier of (truce, {self.day(4, 9)})",
            "end of (strike)",
        ]
        if due:
            found += [due, f"{due} + 1 day"] * 3
        return self.one(found)

    def window(self, kind: str, triggered: bool, due: str | None = None) -> str:
        if kind != "may" and self.maybe(0.2):
            found = f" from {self.one([self.day(0, 4), self.day(0, 4), 'strike'])} every "
            so_long = [] if triggered else ["3 days", "2 weeks"]
            found += self.one(["day", "week", "month", "quarter", "year", *so_long])
            if kind == "achieve" and self.maybe():
                found += self.one(
                    [
                        " within 1 day after its end",
                        " within 2 days after its start",
                        " no later than 1 day after its end",
                    ]
                )
            return found + self.one(["", f" until {self.day(5, 9)}", " for 1 week"])
        found = ""
        if self.maybe(0.2 if triggered else 0.6):
            found += f" from {self.one([self.day(0, 3), self.point(due, 0, 3)])}"
        opened = triggered or bool(found)
        share = 0.85 if kind == "achieve" else 0.5
        if self.maybe(share):
            found += self.one([f" by {self.point(due, 4)}", f" before {self.point(due, 4)}", f" until {self.point(due, 4)}",
                               f" within {self.length()}" if opened and kind in ("achieve", "forbid", "may") else f" until {self.day(4)}",
                               f" within {self.length()} after {self.one(['strike', 'd1', self.day(0, 5)])}" if kind == "achieve" else f" until {self.day(5)}",
                               f" for {self.one(['2 days', '1 week', '1 month'])}" if opened else f" until {self.day(4)}"])  # fmt: skip
        return found

    def gates(self, kind: str, p: str | None, i: str | None) -> str:
        found = ""
        if self.maybe(0.2):
            found += f" if {self.cond(p, i)}"
        if self.maybe(0.3):
            found += f" while {self.cond(p, i)}"
        if self.maybe(0.35):
            if kind == "achieve":
                extended = self.one(["extended", "not extended"])
                found += f" excused while {self.cond(p, i)}, time {extended}"
            else:
                found += f" unless {self.cond(p, i)}"
        return found

    # -------------------------------------------------------------- duties
    def holder(self) -> tuple[str, str | None]:
        """Who owes, and the variable for it if there is one."""
        return self.one([
            ("A", None), ("B", None), ("A", None), ("A, B", None), ("each of G", None), ("each p of G", "p"),
            ("any one of G", None), ("any one of Pair", None), ("Pair acting together", None), ("G acting together", None),
        ])  # fmt: skip

    def act(self, names: dict[str, str], kind: str, alone: bool = True) -> str:
        """A pattern of an act, and what goes with it."""
        args = []
        if "id" in names and self.maybe(0.8):
            args.append(f"id: {names['id']}")
        elif self.maybe(0.25):
            args.append(f'id: "{self.one("xy")}"')
        total = False
        if "surplus" in names and kind == "achieve":
            return f"load(q: at least surplus){' instalments add up' if alone and self.maybe(0.6) else ''}"
        if "n" in names and self.maybe(0.6):
            args.append(f"n: {self.one(['at least ', ''])}{names['n']}")
            total = args[-1].startswith("n: at least") and self.maybe()
        elif self.maybe(0.3):
            args.append(
                f"n: {self.one(['at least 2 EUR', 'at most 2 EUR', 'at least 3 EUR', 'more than 1 USD'])}"
            )
            total = args[-1].startswith("n: at least") and self.maybe()
        text = f"give({', '.join(args)})" if args else "give"
        if kind == "achieve" and total and alone:
            text += " instalments add up"
        return text

    def duty(
        self,
        names: dict[str, str],
        triggered: bool,
        depth: int = 0,
        who: tuple[str, str | None] | None = None,
    ) -> tuple[str, str]:
        """`(kind, text)` of one duty, with its remedies."""
        holder, p = who or self.holder()
        if "p" in names and self.maybe(0.7) and not who:
            holder, p = names["p"], names["p"]
        kind = self.one(["achieve", "achieve", "keep", "forbid"])
        if " acting together" in holder or "any one" in holder:
            kind = "achieve"
        i = names.get("id")
        due = names.get("due")
        if kind == "keep":
            what = self.cond(p, i, strict=True)
            text = f"{holder} must keep {what}"
            if self.maybe(0.3):
                text += f" grace of {self.one(['1 day', '2 days', '12 hours'])}"
        elif kind == "forbid":
            text = f"{holder} must not {self.act(names, kind)}"
            if self.maybe(0.3):
                text += f" cured by {self.one(['fix(id: as in the breach)', 'fix', 'give(by: as in the breach)'])}"
                if self.maybe():
                    text += f" cure within {self.one(['1 day', '2 days'])}"
        else:
            text = f"{holder} must {self.act(names, kind, 'together' not in holder)}"
            text += self.one(
                [
                    "",
                    "",
                    "",
                    " early performance does not count",
                    " performance at any earlier time counts",
                ]
            )
            text += self.one(["", "", "", " late performance does not cure", " cure within 2 days"])
        if (
            self.maybe(0.4)
            and " of " not in holder
            and "," not in holder
            and "together" not in holder
        ):
            other = self.one([c for c in PARTIES if c != holder])
            text += f" to {other}" if kind == "achieve" else f" towards {other}"
        text += self.window(kind, triggered, due)
        text += self.gates(kind, p, i)
        if self.maybe(0.4) and depth < 4:
            _, remedy = self.duty(
                names,
                True,
                depth + 1,
                who=(
                    self.one([holder.split(",")[0] if "," in holder else (p or holder), "A", "B"]),
                    p,
                )
                if " " not in holder.split(",")[0] or p
                else (self.one(["A", "B"]), p),
            )
            remedy = remedy.replace(" must ", f" must {self.one(['also', 'instead'])} ", 1)
            remedy = cut_every(remedy)
            text += f"\n{'  ' * (depth + 3)}on breach {remedy}"
        return kind, text

    def trigger(self) -> tuple[str, dict[str, str]]:
        gate = f" if {self.cond(None, 'i')}" if self.maybe(0.2) else ""
        return self.one([
            lambda: (f"when order(id: i){gate}:", {"id": "i"}),
            lambda: (f"when order(by: p, id: i, n: k){gate}:", {"id": "i", "p": "p", "n": "k"}),
            lambda: (f"when order(id: i, due: d){gate}:", {"id": "i", "due": "d"}),
            lambda: (f"when order(id: i) following give(id: i){gate}:", {"id": "i"}),
            lambda: (f"when risen(by: p, id: i){gate}:", {"id": "i", "p": "p"}),
            lambda: (f"when rung{gate}:", {}),
            lambda: (f"when strike{gate}:", {}),
            lambda: (f"whenever {self.cond(None, None)}:", {}),
            lambda: (f"whenever stock of {self.one(['A', 'B'])} exceeds {self.one(['3 kg', '2 crate'])} by surplus:", {"surplus": "surplus"}),
        ])()  # fmt: skip

    def clause(self, id_: str) -> list[str]:
        found = [f'clause {id_} "Clause {id_}"']
        if self.maybe(0.1):
            found.append(f"  survives the end{self.one(['', ' for 2 days', ' for 1 month'])}")
        if self.maybe(0.08):
            found += ["  once created", f"  {self.one(['A', 'each of G'])} may create {id_}"]
            self.powers.append((self.one(PARTIES), "creates", id_))
        if self.clauses and self.maybe(0.2):
            other = self.one(self.clauses)
            if self.kinds.get(other) == "duty":
                how = self.one(
                    [
                        "prevails over {} to the extent of the conflict",
                        "disapplies {} while it binds",
                    ]
                )
                found.append("  " + how.format(other))
        if self.maybe(0.12):
            self.kinds[id_] = "provision"
            found += self.provision()
        else:
            self.kinds[id_] = "duty"
            found += self.rules(id_)
            if self.maybe(0.2):
                found += self.permission()
            if self.maybe(0.3):
                found += self.power(id_)
            if self.maybe(0.3):
                self.reading(id_)
        self.clauses.append(id_)
        return found

    def rules(self, id_: str, indent: str = "  ") -> list[str]:
        if self.maybe(0.6):
            head, names = self.trigger()
            if "id" in names:
                self.keys[id_] = names["id"]
            _, text = self.duty(names, True)
            return [f"{indent}{head}", *(f"{indent}  {line}" for line in text.split("\n"))]
        _, text = self.duty({}, False)
        return [f"{indent}{line}" for line in text.split("\n")]

    def provision(self) -> list[str]:
        head, names = self.trigger() if self.maybe(0.3) else ("", {})
        text = "applies" + self.one(["", f" from {self.point(names.get('due'), 0, 3)}"])
        text += self.one(["", f" until {self.point(names.get('due'), 4)}"])
        text += self.gates("may", names.get("p"), names.get("id"))
        return [f"  {head}", f"    {text}"] if head else [f"  {text}"]

    def permission(self) -> list[str]:
        holder, p = self.one(
            [
                ("A", None),
                ("each of G", None),
                ("each p of G", "p"),
                ("any one of G", None),
                ("Pair acting together", None),
            ]
        )
        names: dict[str, str] = {}
        what = self.one(
            [
                self.act(names, "may"),
                self.act(names, "may"),
                f"determine {self.one(['grave', 'serious(B)'])}",
            ]
        )
        if what.startswith("determine"):
            holder, p = "Court", None
        text = f"{holder} may {what}{self.window('may', False)}{self.gates('may', p, None)}"
        return [f"  {text}"]

    def power(self, target: str) -> list[str]:
        holder = self.one(
            [
                "A",
                "B",
                "B",
                "each of G",
                "each of Pair",
                "any one of G",
                "Pair acting together",
                "G acting together",
            ]
        )
        verb = self.one(
            [
                "suspend",
                "suspend",
                "suspend",
                "waive",
                "release",
                "end",
                "end the agreement",
                "amend",
                "resume",
            ]
        )
        if verb == "amend":
            name = f"Newer{target.replace('.', '')}{self.one(['', 'b'])}"
            self.amendable.append((target, name))
            what = f"amend {target} to {name}"
            if not any(line.startswith(f"amendment {name} ") for line in self.rest):
                self.rest += [f'amendment {name} of {target} "newer"', *self.rules(target)]
        elif verb == "end the agreement":
            what = verb
        else:
            scope = self.one(["", "", " of A", " of B"]) if verb == "suspend" else ""
            what = f"{verb} {target}{scope}"
        said = {
            "suspend": "suspends",
            "waive": "waives",
            "release": "releases",
            "end": "ends",
            "resume": "resumes",
        }
        members = {
            "each of G": "ABC",
            "each of Pair": "AB",
            "any one of G": "ABC",
            "Pair acting together": "AB",
            "G acting together": "ABC",
        }
        for member in members.get(holder, holder):
            if verb == "amend":
                self.powers.append((member, f"amends {target} to {name}", ""))
            elif verb == "end the agreement":
                self.powers.append((member, "ends the agreement", ""))
            else:
                self.powers.append((member, said[verb], target))
        head = ""
        names: dict[str, str] = {}
        if self.maybe(0.25):
            head, names = self.trigger()
        window = self.window("may", bool(head), names.get("due")) if self.maybe(0.5) else ""
        text = f"{holder} may {what}{window}{self.gates('may', names.get('p'), names.get('id'))}"
        return [f"  {head}", f"    {text}"] if head else [f"  {text}"]

    def power_clause(self, id_: str) -> list[str]:
        found = [f'clause {id_} "Powers"']
        for target in self.some(self.clauses, 1, 1 + self.large):
            found += self.power(target)
        return found

    def reading(self, id_: str) -> None:
        point = f"R{id_}"
        self.readings[point] = ["a", "b", "c"]
        self.rest += [f'reading {point}.a of {id_} "one", reads the text as', *self.rules(id_)]
        needs = []
        if len(self.readings) > 1 and self.maybe(0.8):
            needs = [f"  needs {next(iter(self.readings))}.a"]
        if needs:
            self.rest += [
                f'reading {point}.b of {id_} "other", adds to the text',
                *needs,
                *self.rules(id_),
            ]
        else:
            self.rest += [
                f'reading {point}.b of {id_} "other", {self.one(["finds no obligation", "leaves the text as it is"])}'
            ]
        self.rest += [f'reading {point}.c of {id_} "more", adds to the text', *self.rules(id_)]

    # -------------------------------------------------------------- accounts
    def view(self) -> tuple[str, ...]:
        """What an account says beside whom it trusts."""
        found = []
        chosen = {point: self.one(options) for point, options in self.readings.items()}
        first = next(iter(self.readings), None)
        if any(option == "b" for point, option in chosen.items() if point != first):
            chosen[str(first)] = "a"
        found += [f"  reads {point} as {option}" for point, option in chosen.items()]
        if self.maybe(0.25):
            no = self.one(["", "not "])
            span = self.one(
                ["", f" from {self.day(1, 4)}", f" from {self.day(1, 3)} until {self.day(5, 8)}"]
            )
            last = self.one(["", ", whatever is determined"])
            found.append(
                f"  takes the position that {no}{self.one(['grave', 'serious(A)', 'serious(B)'])}{span}{last}"
            )
        return tuple(found)

    # -------------------------------------------------------------- the record
    def when(self) -> str:
        shape = self.rnd.randint(0, 9)
        if shape == 0:
            n = self.rnd.randint(0, SPAN - 3)
            return f"at some time in {self.days[n]}..{self.days[n + self.rnd.randint(1, 2)]} "
        if shape <= 6:
            return f"{self.day()} "
        return f"{self.day(1, 8)}T{self.one(['00:00', '12:00', '04:30', '23:59:59'])} "

    def fact(self) -> str:
        who, other = self.one(PARTIES[:2]), self.one(PARTIES)
        amount = self.one(["1 EUR", "2 EUR", "3 EUR", "4 USD"])
        shape = self.rnd.randint(0, 15)
        if shape <= 3:
            return f'{self.when()}{who} gives(to: {other}, id: "{self.one("xy")}", n: {amount})'
        if shape <= 6:
            due = f", due: {self.day()}" if self.maybe(0.7) else ""
            return f'{self.when()}{who} orders(id: "{self.one("xy")}", n: {amount}{due})'
        if shape == 7:
            return f"{self.when()}{self.one(['strike', 'truce'])}"
        if shape == 8:
            return f'{self.when()}fix(id: "{self.one("xy")}")'
        if shape == 9:
            return f"{self.when()}{who} loads({self.one(['1 kg', '2 kg', '2 crate'])})"
        if shape <= 12:
            what = self.one([f"stock of {who}", f"stock of {who}", f"ore of {who}"])
            unit = "kg" if what.startswith("stock") else "kg UF6"
            value = self.one([f"= {self.one([2, 4, 5, 7])} {unit}", f"= {self.one([4, 6])} {unit}" if self.settled else f"<= {self.one([4, 6])} {unit}",
                              f"between 3 {unit} and {self.one([5, 8])} {unit}", f"= 6 {unit}" if self.settled else "unknown", f"= 6 {unit}"])  # fmt: skip
            return f"{self.when()}{what} {value}"
        if shape == 13:
            span = self.rnd.randint(0, SPAN - 4)
            state = self.one(["war", f'pending("{self.one("xy")}")'])
            return (
                f"throughout {self.days[span]}..{self.days[span + self.rnd.randint(0, 3)]} {state}"
            )
        no = self.one(["", "not "])
        return (
            f"{self.when()}Court determines {no}{self.one(['grave', 'serious(A)', 'serious(B)'])}"
        )

    def use(self) -> str:
        who, verb, clause = self.one(self.powers)
        if verb == "suspends" and self.maybe(0.25):
            verb = "resumes"
        more = ""
        if verb in ("waives", "releases", "suspends") and self.maybe(0.2):
            more = f' ({self.keys[clause]}: "x")'.replace(" (", "(") if clause in self.keys else ""
        if verb == "suspends" and not more and self.maybe(0.2):
            more = f" of {self.one('AB')}"
        return f"{self.when()}{who} {verb} {clause}{more}".rstrip()

    def record(self) -> list[str]:
        """The pool; each entry's grade names its own body."""
        count = self.rnd.randint(2, 6) if self.settled else self.rnd.randint(24, 36)
        share = 0.35 if self.powers else 0
        found: list[str] = []
        ids: list[str] = []
        for n in range(count):
            line = self.use() if self.maybe(share) else self.fact()
            said = f"e{n}"
            grade = self.one(["declared", "declared", "verified", "estimated", "alleged"])
            attrs = f"{grade} by S{n}, id {said}"
            if ids and self.maybe(0.08):
                found.append(
                    f"{self.day(3)} withdraws {self.one(ids)} {grade.replace('alleged', 'declared')} by S{n}, id {said}"
                )
                continue
            if ids and self.maybe(0.08) and " withdraws " not in line:
                same = [
                    i
                    for i, text in zip(ids, found, strict=False)
                    if text.split(" ")[1:3] == line.split(" ")[1:3]
                ]
                if same:
                    attrs += f", corrects {self.one(same)}"
            if self.maybe(0.2):
                attrs += f", reported {later(line, self.rnd.randint(0, 3))}"
            found.append(f"{line} {attrs}")
            ids.append(said)
        return found

    def attested(self) -> list[str]:
        names = [*(e.name for e in EVENTS), "stock", "ore"]
        if self.settled:
            return [
                f"{self.days[0]} {m} declared by Registry"
                for p in PARTIES
                for m in (f"stock of {p} = 3 kg", f"ore of {p} = 3 kg U")
            ]
        if self.maybe(0.5):
            since = self.one(["", f" from {self.day(0, 3)}"])
            until = self.one(["", f" until {self.day(5)}"])
            return [
                f"Registry attests a full record of {', '.join(self.some(names, 1, 3))}{since}{until}"
            ]
        return []


def later(line: str, days: int) -> str:
    """A day no earlier than an entry's last one."""
    last = max(re.findall(r"\d{4}-\d\d-\d\d", line.partition("(")[0]))
    return (date.fromisoformat(last) + timedelta(days=days)).isoformat()


def cut_every(text: str) -> str:
    """Without a period: a remedy and a provision have none."""
    text = re.sub(r" every (day|week|month|quarter|year|\d+ \w+)", "", text)
    return re.sub(r" (within|no later than) \d \w+ after its (end|start)", "", text)
