"""One peer on one policy, as a whole process: python check.py PEER POLICY LOG ANSWER.

Runs in the peers' own environment, and writes the number of violated cases into ANSWER. A peer has
each policy in the form nearest to it that it can say, or not at all.
"""

from __future__ import annotations

import sys
import warnings
from contextlib import AbstractContextManager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

warnings.filterwarnings("ignore")
DAY = 86_400
CASES = {"delivery": "id", "approval": "id", "frozen": "account"}


def quiet() -> AbstractContextManager[object]:
    """Silence pm4py's banner on stderr."""
    return redirect_stderr(StringIO())


def frame(policy: str, log: str) -> pd.DataFrame:
    """The log for pm4py, sorted by case and time, because pm4py's answers depend on the order."""
    names = {CASES[policy]: "case:concept:name", "kind": "concept:name"}
    found = pd.read_parquet(log).rename(columns=names | {"happened": "time:timestamp"})
    found["time:timestamp"] = pd.to_datetime(found["time:timestamp"], utc=True)
    return found.sort_values(["case:concept:name", "time:timestamp"], ignore_index=True)


# ------------------------------------------------------------------ pm4py, LTL
FOLLOWS = {
    "delivery": (["order", "deliver"], 5 * DAY),
    "approval": (["approve", "publish"], 10 * DAY),
}


def pm4py_ltl(policy: str, log: str) -> int:
    """Cases in which B does not come within the bound after A. Nothing says `while`: not frozen."""
    with quiet():
        from pm4py.algo.filtering.pandas.ltl.ltl_checker import eventually_follows

    acts, bound = FOLLOWS[policy]
    asked = {"positive": False, "enable_timestamp": True}
    asked |= {"timestamp_diff_boundaries": [[0, bound]]}
    found = eventually_follows(frame(policy, log), acts, parameters=asked)
    return int(found["case:concept:name"].nunique())


# ------------------------------------------------------------------ pm4py, Declare
TEMPLATES = {
    "delivery": ("response", ("order", "deliver")),
    "approval": ("precedence", ("approve", "publish")),
}


def pm4py_declare(policy: str, log: str) -> int:
    """Declare without time: cases that do not fit the template. Nothing says `while` either."""
    with quiet():
        import pm4py

    template, pair = TEMPLATES[policy]
    model: dict[str, dict[Any, dict[str, int]]] = {
        template: {pair: {"support": 1, "confidence": 1}}
    }
    found = pm4py.conformance_declare(frame(policy, log), model)
    return sum(not case["is_fit"] for case in found)


# ------------------------------------------------------------------ Declare4Py
CONSTRAINTS = {
    "delivery": "activity order\nactivity deliver\nResponse[order, deliver] | | |0,120,h\n",
    "approval": "activity approve\nactivity publish\nPrecedence[approve, publish] | | |0,240,h\n",
    "frozen": "activity freeze\nactivity transfer\nNot Chain Response[freeze, transfer] | | |\n",
}


def declare4py(policy: str, log: str) -> int:
    """Declare with a bound in time: cases that violate the constraint."""
    with quiet():
        import pm4py
        from Declare4Py.D4PyEventLog import D4PyEventLog
        from Declare4Py.ProcessMiningTasks.ConformanceChecking.MPDeclareAnalyzer import (
            MPDeclareAnalyzer,
        )
        from Declare4Py.ProcessModels.DeclareModel import DeclareModel

    events = pm4py.convert_to_event_log(pm4py.format_dataframe(frame(policy, log)))
    events._properties["pm4py:param:timestamp_key"] = "time:timestamp"
    events._properties["pm4py:param:activity_key"] = "concept:name"
    model = DeclareModel().parse_from_string(CONSTRAINTS[policy])
    checked = MPDeclareAnalyzer(
        log=D4PyEventLog(log=events), declare_model=model, consider_vacuity=True
    )
    states = checked.run().get_metric(metric="state")
    return int((states.iloc[:, 0] == 0).sum())


PEERS = {"pm4py LTL": pm4py_ltl, "pm4py Declare": pm4py_declare, "Declare4Py": declare4py}


if __name__ == "__main__":
    peer, policy, log, answer = sys.argv[1:]
    violated = PEERS[peer](policy, log)
    Path(answer).write_text(str(violated))
