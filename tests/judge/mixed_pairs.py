"""Both judges on mixed cases, taken the whole way from text: how many pairs, and which differ.

A pair is the record of a case as one account sees it on one day (as known on one), judged by both
judges and compared verdict by verdict in every field.

    python tests/judge/mixed_pairs.py --seeds 0:1000 --records 120     # count and compare
    python tests/judge/mixed_pairs.py --reduce SEED                    # the smallest text that differs
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from many_records import CannotLift, judge_all  # noqa: E402
from mixed import Case, Mixture  # noqa: E402
from telling import plain  # noqa: E402

from servanda.explain.check_report import recorded_parameters  # noqa: E402
from servanda.explain.judged_case import JudgedCase  # noqa: E402
from servanda.judge import judgement  # noqa: E402
from servanda.judge.reference import walk  # noqa: E402
from servanda.judge.verdict import JudgeError, Verdict  # noqa: E402
from servanda.record.facts import Facts  # noqa: E402
from servanda.semantics.checks.agreement import check  # noqa: E402
from servanda.semantics.norms import Norms  # noqa: E402
from servanda.syntax.layout import lay_out  # noqa: E402
from servanda.syntax.problems import Problems, ServandaError  # noqa: E402

Told = Counter[tuple[Any, ...]]


class Asked(NamedTuple):
    """One side of a pair: an account, the day asked, and what is known of on which day."""

    account: str
    lines: tuple[str, ...]
    on: str
    known: str | None


class Refused(Exception):
    """`check` has errors."""


class Difference(NamedTuple):
    seed: int
    asked: Asked
    reference: list[str]
    plan: list[str]


# ------------------------------------------------------------------ from text to facts
def read(text: str, checked: bool = True) -> JudgedCase:
    """The case, as `check` lets it through. Raises Refused."""
    problems = Problems()
    case = JudgedCase(Path("/none"), "mixed", (lay_out(text, "mixed.sv", problems),), problems)
    if checked and not problems.errors:
        recorded = recorded_parameters(case.agreement, case.record)
        problems, _ = check(case.agreement, [], problems.empty_copy(), recorded)
    errors = [each for each in problems if each.severity == "error"]
    if errors:
        raise Refused(f"{errors[0].code} {errors[0].message}")
    return case


def accounts(case: Case, records: int) -> Iterator[list[Asked]]:
    """Of each view so many accounts; those of a view are asked on one day."""
    rnd = Random(case.seed)
    for v, view in enumerate(case.views):
        on = rnd.choice(case.days)
        found = []
        for n in range(records):
            trusted = rnd.sample(
                case.bodies, min(len(case.bodies), rnd.randint(1, 12), rnd.randint(1, 12))
            )
            lines = [*view, f"  trusts only {', '.join(['Registry', *sorted(trusted)])}"]
            if rnd.random() < 0.3:
                lines.append("  accepts alleged")
            if trusted and rnd.random() < 0.15:
                lines.append(f"  for measurements prefers {trusted[0]}")
            known = rnd.choice(case.days) if rnd.random() < 0.15 else None
            name = f"a{v}_{n}"
            found.append(Asked(name, (f'account {name} "{name}"', *lines), on, known))
        yield found


# ------------------------------------------------------------------ judging
def key(verdict: Verdict) -> tuple[Any, ...]:
    """All that a verdict says, so that equal ones are equal."""
    told = {name: getattr(verdict, name) for name in verdict.__struct_fields__}
    told["instance"] = plain(verdict.instance)
    told["breaches"] = tuple(map(plain, verdict.breaches))
    return tuple(told.values())


def told(verdicts: Iterable[Verdict]) -> Told:
    return Counter(map(key, verdicts))


ERROR: Told = Counter({("an error",): 1})


def alone(judge: Callable[[Norms, Facts], tuple[Verdict, ...]], norms: Norms, facts: Facts) -> Told:
    try:
        return told(judge(norms, facts))
    except JudgeError:
        return ERROR


def planned(norms: Norms, facts: Sequence[Facts]) -> Iterator[Told]:
    """What the plan tells of each; a record that has no answer is found by halving."""
    if len(facts) == 1:
        yield alone(judgement.judge, norms, facts[0])
        return
    try:
        found = [told(each) for each in judge_all(norms, facts)]
    except (JudgeError, CannotLift):
        half = len(facts) // 2
        yield from planned(norms, facts[:half])
        yield from planned(norms, facts[half:])
        return
    yield from found


class Count:
    """What was judged, so far."""

    def __init__(self) -> None:
        self.pairs = self.cases = self.refused = self.verdicts = self.errors = 0
        self.statuses: Counter[str] = Counter()
        self.differences: list[Difference] = []
        self.began = time.monotonic()

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        return (
            f"{self.pairs:,} pairs of {self.cases:,} agreements ({self.refused:,} refused), {self.verdicts:,} spans, "
            f"{self.errors:,} without an answer, {len(self.differences):,} differ, {self.pairs / max(seconds, 0.001):.0f} pairs/s"
        )


def compare(case: Case, records: int, count: Count) -> None:
    """Judge every account of a case by both judges."""
    views = list(accounts(case, records))
    try:
        read(case.text(line for view in views for line in view[0].lines))
        lines = [line for view in views for asked in view for line in asked.lines]
        read_ = read(case.text(lines), checked=False)  # it takes each account by itself
    except Refused:
        count.refused += 1
        return
    count.cases += 1
    for view in views:
        try:
            norms = read_.norms(view[0].account)
        except ServandaError:  # the account's choice of readings
            count.refused += 1
            continue
        groups: dict[Any, list[tuple[Asked, Facts]]] = {}
        for asked in view:
            facts = read_.facts(read_.account(asked.account), norms, asked.on, asked.known)
            groups.setdefault(facts.complete, []).append((asked, facts))
        for group in groups.values():
            compare_group(case, norms, group, count)


def compare_group(case: Case, norms: Norms, group: list[tuple[Asked, Facts]], count: Count) -> None:
    references = [alone(walk.judge, norms, facts) for _, facts in group]
    plans = planned(norms, [facts for _, facts in group])
    for (asked, facts), slow, quick in zip(group, references, plans, strict=True):
        count.pairs += 1
        count.verdicts += sum(slow.values())
        count.errors += slow is ERROR
        for one in slow:
            count.statuses[str(one[5:6])] += 1
        if slow != quick:
            told_alone = alone(judgement.judge, norms, facts)
            assert slow != told_alone, f"lifting: seed {case.seed}, {asked.account}"
            count.differences.append(difference(case.seed, asked, slow, told_alone))


def difference(seed: int, asked: Asked, slow: Told, quick: Told) -> Difference:
    return Difference(
        seed,
        asked,
        sorted(map(str, (slow - quick).elements())),
        sorted(map(str, (quick - slow).elements())),
    )


# ------------------------------------------------------------------ making it small
def differs(lines: Sequence[str], asked: Asked) -> bool:
    try:
        case = read("\n".join(lines) + "\n")
        norms = case.norms(asked.account)
        facts = case.facts(case.account(asked.account), norms, asked.on, asked.known)
        return alone(walk.judge, norms, facts) != alone(judgement.judge, norms, facts)
    except (Refused, ServandaError):
        return False


def difference_of(lines: Sequence[str], asked: Asked) -> list[str]:
    """What each judge alone says of a text."""
    case = read("\n".join(lines) + "\n")
    norms = case.norms(asked.account)
    facts = case.facts(case.account(asked.account), norms, asked.on, asked.known)
    slow, quick = (alone(judge, norms, facts) for judge in (walk.judge, judgement.judge))
    found = difference(0, asked, slow, quick)
    return [*(f"# reference: {v}" for v in found.reference), *(f"# plan: {v}" for v in found.plan)]


def blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first and last line of every statement with what stands below it, widest first."""
    found = []
    for n, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        end = n + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > indent:
            end += 1
        found.append((n, end))
    yield from sorted(found, key=lambda pair: (pair[0] - pair[1], -pair[0]))


def smaller(lines: list[str]) -> Iterator[list[str]]:
    for size in (24, 12, 6, 3, 2):
        for start in range(0, len(lines), max(1, size // 2)):
            yield lines[:start] + lines[start + size :]
    for start, end in blocks(lines):
        yield lines[:start] + lines[end:]
    for n, line in enumerate(lines):
        words = line.split(" ")
        for size in (12, 8, 6, 5, 4, 3, 2, 1):
            for at in range(1, len(words) - size + 1):
                yield [*lines[:n], " ".join(words[:at] + words[at + size :]), *lines[n + 1 :]]
        for long, short in ((r"not \((.*)\)", r"\1"), (r"\((.*) (?:and|or) (.*)\)", r"\1"), (r"\((.*) (?:and|or) (.*)\)", r"\2"),
                            (r"each p? ?of G", "A"), (r"G acting together", "Pair acting together"), (r"Pair acting together|any one of \w+", "A")):  # fmt: skip
            changed = re.sub(long, short, line)
            if changed != line:
                yield [*lines[:n], changed, *lines[n + 1 :]]


def reduce(lines: list[str], asked: Asked, seconds: float = 120) -> list[str]:
    """A smaller text on which the judges still differ, as far as the time goes."""
    until = time.monotonic() + seconds
    at = 0
    while time.monotonic() < until:
        tried = 0
        for candidate in smaller(lines):
            tried += 1
            if tried <= at:
                continue
            if differs(candidate, asked):
                lines, at = candidate, max(0, tried - 4)
                break
            if time.monotonic() > until:
                break
        else:
            if at == 0:
                return lines
            at = 0
    return lines


def text_of(seed: int, asked: Asked) -> list[str]:
    """The case with the one account, and without what it does not trust."""
    case = Mixture(seed).case()
    trusted = re.findall(r"\bS\d+\b", " ".join(asked.lines))
    kept = [e for e in case.entries if not (m := re.search(r" by (S\d+)", e)) or m[1] in trusted]
    lines = [*case.agreement, *asked.lines, *kept]
    return lines if differs(lines, asked) else [*case.agreement, *asked.lines, *case.entries]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", default="0:50", help="from:to")
    options.add_argument("--records", type=int, default=100, help="accounts of each view")
    options.add_argument("--until", help="stop at this time of day, as 05:30")
    options.add_argument("--reduce", type=int, help="a seed: make its first difference small")
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--log", help="where counts go, besides the screen")
    given = options.parse_args()

    def say(text: str) -> None:
        print(text, flush=True)
        if given.log:
            with open(given.log, "a") as log:
                log.write(text + "\n")

    first, last = map(int, given.seeds.split(":"))
    if given.reduce is not None:
        first, last = given.reduce, given.reduce + 1
    count, seen = Count(), 0
    for seed in range(first, last):
        compare(Mixture(seed).case(), given.records, count)
        for found in count.differences[seen:]:
            say(
                f"differs: seed {seed} {found.asked.account} on {found.asked.on} known {found.asked.known}"
            )
        seen = len(count.differences)
        if seed % 5 == 4:
            say(f"{time.strftime('%H:%M:%S')} seeds {first}:{seed + 1}: {count}")
        if given.until and time.strftime("%H:%M") >= given.until:
            break
    say(f"{time.strftime('%H:%M:%S')} seeds {first}:{seed + 1}: {count}")
    if given.reduce is not None and count.differences:
        found = count.differences[0]
        small = reduce(text_of(found.seed, found.asked), found.asked, given.seconds)
        print(*small, *difference_of(small, found.asked), sep="\n")


if __name__ == "__main__":
    main()
