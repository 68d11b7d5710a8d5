"""What a question is about: whose account, as of when, as known when; and how days are given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from servanda.syntax.problems import Problem, ServandaError

Moment = str | date | datetime
"""A day or an instant: text as in the record (`2019-07-01`, `2018-08-07T00:01Z`), a `date`, or a
`datetime`. A naive `datetime` is in the agreement's zone. A day means its end."""


class Question(Struct, frozen=True):
    """What an answer is about.

    `accounts` has one name unless `several`; `on` and `known` are ISO texts (`known` None: with
    all that the record holds); `zone` is the agreement's.
    """

    case: str
    accounts: tuple[str, ...]
    on: str
    known: str | None
    zone: str
    several: bool = False

    @property
    def account(self) -> str:
        """The account, or the first of several."""
        return self.accounts[0]

    def to_dict(self) -> dict[str, Any]:
        """The beginning of every document of docs/json.md."""
        if self.several:
            about: dict[str, Any] = {"case": self.case, "on": self.on, "known": self.known}
            return about | {"accounts": list(self.accounts)}
        about = {"case": self.case, "account": self.account}
        return about | {"on": self.on, "known": self.known}

    def __str__(self) -> str:
        many = "accounts" if len(self.accounts) > 1 else "account"
        known = f", as known on {self.known}" if self.known else ""
        return f"{self.case}, in the {many} of {', '.join(self.accounts)}, as of {self.on}{known}"


def moment_text(moment: Moment | None) -> str | None:
    """A moment as the text that the record would have. Raises ServandaError for anything else."""
    if moment is None or isinstance(moment, str):
        return moment
    if isinstance(moment, date):  # a datetime is one too
        return moment.isoformat()
    raise refused(
        f"`{moment!r}` is neither a day nor an instant",
        "give a text such as 2019-07-01, a `date`, or a `datetime`",
    )


def refused(message: str, help_: str | None = None) -> ServandaError:
    """The error of a question that cannot be answered as it is asked: no place in a file."""
    return ServandaError([Problem(file="", line=0, column=0, message=message, help=help_ or None)])


def listed(names: Iterable[str]) -> str:
    """`a, b and c`; `none` for nothing."""
    *most, last = [*names] or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
