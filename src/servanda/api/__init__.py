"""The public API: a case folder opened, checked, judged and asked. See docs/python.md.

import servanda

case = servanda.open("cases/jcpoa")
for duty in case.status(on="2019-07-01", account="E3"):
    print(duty.clause, duty.debtor, duty.status)
"""

from servanda.api.case import Case, new, open
from servanda.judge.verdict import JudgeError
from servanda.record.tables.registry import allow_folder

__all__ = ["Case", "JudgeError", "allow_folder", "new", "open"]
