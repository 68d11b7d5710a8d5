"""Servanda keeps the record of an agreement: who promised what, what happened and who says so,
and who kept it, by whose account.

    import servanda

    case = servanda.open("cases/jcpoa")
    case.status(on="2019-07-01", account="E3")

docs/python.md has every method with examples.
"""

from servanda.api import Case, JudgeError, allow_folder, new, open
from servanda.syntax.problems import Problem, ServandaError

__all__ = ["Case", "JudgeError", "Problem", "ServandaError", "allow_folder", "new", "open"]
