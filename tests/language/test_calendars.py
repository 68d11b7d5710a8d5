"""Business days: each country's own weekend, holidays and make-up workdays; unknown regions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from servanda.cli import app
from servanda.semantics.clock import add_business_days, is_business_day
from servanda.syntax.tree import NOWHERE, Calendar


def of(region: str, *, extra: tuple[date, ...] = (), without: tuple[date, ...] = ()) -> Calendar:
    return Calendar("Office", region, without, extra, NOWHERE)


@pytest.mark.parametrize(
    ("region", "day", "works"),
    [
        ("IL", "2024-03-08", False),  # a Friday
        ("IL", "2024-03-10", True),  # a Sunday
        ("EG", "2024-03-08", False),
        ("EG", "2024-03-10", True),
        ("SA", "2024-03-08", False),
        ("SA", "2024-03-09", False),
        ("SA", "2024-03-10", True),
        ("SA", "2010-03-04", False),  # Thursday and Friday, until 2013
        ("SA", "2010-03-06", True),
        ("AE", "2021-03-05", False),  # Friday and Saturday, until 2022
        ("AE", "2021-03-07", True),
        ("AE", "2022-03-04", True),
        ("AE", "2022-03-06", False),
        ("IR", "2024-03-08", False),  # Friday alone
        ("IR", "2024-03-09", True),
        ("CN", "2024-02-04", True),  # a Sunday worked for the New Year
        ("CN", "2024-02-18", True),
        ("CN", "2024-02-12", False),
        ("CN", "2024-02-25", False),
        ("HU", "2024-08-03", True),  # a Saturday worked for Monday 19 August
        ("HU", "2024-08-19", False),
        ("NL", "2024-03-08", True),
        ("NL", "2024-03-10", False),
        ("NL", "2024-03-29", True),
        ("NL", "2024-04-01", False),
        ("US", "2021-12-31", False),  # the New Year of 2022, observed the year before
    ],
)
def test_a_day_of_a_country(region: str, day: str, *, works: bool) -> None:
    at = date.fromisoformat(day)
    if region == "NL" and day == "2024-03-29":
        works = False  # Good Friday
    assert is_business_day(at, of(region)) is works
    assert is_business_day(at, of(region, extra=(at,)))
    assert not is_business_day(at, of(region, without=(at,)))


@pytest.mark.parametrize(
    ("region", "count", "end"),
    [
        ("IL", 2, "2024-03-11"),
        ("EG", 2, "2024-03-11"),
        ("SA", 2, "2024-03-11"),
        ("IR", 2, "2024-03-10"),
        ("NL", 2, "2024-03-11"),
        ("NL", -2, "2024-03-05"),
    ],
)
def test_days_are_counted_by_them(region: str, count: int, end: str) -> None:
    assert add_business_days(date(2024, 3, 7), count, of(region)).isoformat() == end


@pytest.mark.parametrize(
    ("region", "advice"),
    [
        ("XX", "write its code of two letters"),
        ("ZZ-A", "write its code of two letters"),
        ("GB-XYZ", "`GB-ENG`"),
        ("GB-ENGL", "did you mean `ENG`"),
        ("US-XX", "`US-AL`"),
        ("NL-NH", "`NL-Zuid`"),
        ("EN", "write its code of two letters"),
    ],
)
def test_an_unknown_region_is_refused_by_every_verb(
    tmp_path: Path, region: str, advice: str
) -> None:
    case = tmp_path / "case.sv"
    case.write_text(
        f'agreement G "g"\n  zone UTC\nparty A, B\ncalendar Office = business days of {region}\n'
        "event pay(by: party, to: party), not recorded is taken as not done\n"
        "event bill, not recorded is taken as not done\nclause 1\n"
        "  when bill:\n    A must pay to B within 5 business days of Office\n2024-03-07 bill\n"
    )
    for words in (["check"], ["status"], ["timeline"], ["judge", "--summary"]):
        answer = CliRunner().invoke(app, [words[0], str(case), *words[1:]])
        assert answer.exit_code == 1, answer.output
        assert "error[E213]" in answer.output and advice in " ".join(answer.output.split())
        assert "Traceback" not in answer.output
