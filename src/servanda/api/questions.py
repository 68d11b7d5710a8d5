"""What a question is about: whose account, as of when, as known when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct


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


def listed(names: Iterable[str]) -> str:
    """`a, b and c`; `none` for nothing."""
    *most, last = [*names] or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
