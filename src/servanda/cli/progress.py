"""A progress bar on standard error, where a person looks on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servanda.judge.progress import Progress

REDRAWS_PER_SECOND = 5


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Draw the judge's progress, with its rate and the time left, until the judge has done."""
    from servanda.judge.progress import Progress

    watched = sys.stderr.isatty()
    progress = Progress(watched)
    if not watched:
        yield progress
        return
    over = Event()
    drawer = Thread(target=draw_bar, args=(progress, over), daemon=True)
    drawer.start()
    try:
        yield progress
    finally:
        over.set()
        drawer.join()


def draw_bar(progress: Progress, over: Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(progress.doing, total=1.0, rate="")
        while not over.wait(1 / REDRAWS_PER_SECOND):
            share = progress.share()
            rate = progress.events * share / max(bar.tasks[0].elapsed or 0.0, 0.001)
            said = f"{rate:,.0f} events/s" if rate else ""
            bar.update(task, completed=share, description=progress.doing, rate=said)
