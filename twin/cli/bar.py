"""How far a command has come: a bar on stderr, drawn when it is told, by no thread of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from twin.cli.face import Told

PIPED_WIDTH = 160
REDRAWN_S = 0.05
"""At most so often."""


def console_on(stderr: bool) -> Console:
    """A console on the stream of this moment: as wide as its window or as `COLUMNS` asks; wide
    where nothing limits it.
    """
    stream = sys.stderr if stderr else sys.stdout
    asked = os.environ.get("COLUMNS", "")
    free = not stream.isatty() and not (asked.isdigit() and int(asked))
    return Console(file=stream, width=PIPED_WIDTH if free else None, highlight=False)


@contextmanager
def progress(what: str, after_s: float = 0.0) -> Iterator[Told]:
    """A bar on stderr while the block runs; yields what takes the share done and a word about
    it. A thread that redraws it would keep the process from being copied (`twin.beside`).

    after_s   nothing is shown of what takes less time
    """
    began = perf_counter()
    bar = _bar()
    task = bar.add_task(what, total=1.0)
    drawn_s = began

    def told(done_frac: float, word: str) -> None:
        nonlocal drawn_s
        now_s = perf_counter()
        if not bar.live.is_started and now_s - began >= after_s:
            bar.start()
        if now_s - drawn_s >= REDRAWN_S or not done_frac:
            drawn_s = now_s
            said = escape(f"{what}: {word}")
            bar.update(task, completed=done_frac, description=said, refresh=True)

    try:
        told(0.0, "begins")
        yield told
    finally:
        bar.stop()


def _bar() -> Progress:
    console = console_on(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not console.is_terminal,
    )
