"""One command's seconds by the clock, seconds of all processors, and peak memory in MB.

python timed.py COMMAND...: a small process of its own, as the kernel counts the peak of the one
that starts a command as the command's.
"""

from __future__ import annotations

import os
import sys
import time

begun = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
if status:
    sys.exit(1)
wall = time.perf_counter() - begun
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
