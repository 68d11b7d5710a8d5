"""How many generated cases a property tries.

By default a few that never change, shown as they come; with SERVANDA_LONG=400 so many new ones for
each construct, and a failing one is made small.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

LONG = int(os.environ.get("SERVANDA_LONG", "0"))


def budget(few: int) -> settings:
    return settings(
        max_examples=LONG or few,
        derandomize=not LONG,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if LONG else [])],
    )
