"""A report written by processes of their own, which load what they need while a run is simulated.

Drawing a report takes longer than simulating a day, nearly all of it in matplotlib on one core. So
`get_ready` starts a helper that imports matplotlib beside the simulation, and `begin` has it fork
others that draw a share of the figures while it draws the last and writes the page. They read the
result from its folder, as `twin report` does, and give the same bytes.

They can only make it quicker: where they cannot start, or one of them does not deliver, the caller
writes the report itself and meets whatever went wrong there.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.present.figures import Drawing
    from twin.results import Result

Progress = Callable[[float, str], None]
"""Called with the share done and what is being done."""

_MOST = 4
"""Processes that draw; more would wait for the largest figure."""

_LOADED = ("twin.present.report", "matplotlib.backends.backend_svg")
"""What the helper imports before it is asked."""

_HOW = "fork" if sys.platform == "linux" else "spawn"
"""How the helper starts. A fork has what the command has loaded already, which is half of what it
needs; elsewhere than on Linux system libraries may not be forked once they run.
"""


@dataclass(frozen=True)
class Writing:
    """A report on its way."""

    messages: Connection

    def finished(self, progress: Progress) -> Path | None:
        """Wait for the page and return its path; None where it was not written."""
        with suppress(EOFError, OSError):
            while True:
                message = self.messages.recv()
                if isinstance(message, Path):
                    return message
                progress(*message)
        return None


@dataclass(frozen=True)
class Helper:
    """A process that loads what a report needs, and waits for the folder of a result."""

    asked: Connection

    def begin(self, folder: Path) -> Writing:
        """Begin to write the report of the result in that folder."""
        with suppress(OSError):
            self.asked.send(folder)
        return Writing(self.asked)


def get_ready() -> Helper | None:
    """Start loading, if that can pay: two cores, a system that forks, and the command `twin`
    itself, for a helper that is not forked runs the main module of the process that asked for it.

    To be called while the process has one thread, once it has loaded what it needs itself.
    """
    if _cores() < 2 or not hasattr(os, "fork") or not _is_the_command():
        return None
    ours, theirs = Pipe()
    context: Any = get_context(_HOW)
    helper = context.Process(target=_help, args=(theirs, ours), daemon=True)
    helper.start()
    theirs.close()
    return Helper(ours)


def _help(sender: Connection, callers: Connection) -> None:
    """Load, wait to be asked, and write; end without a word where the caller ends before."""
    callers.close()
    _settle()
    with suppress(Exception):
        for name in _LOADED:
            import_module(name)
        folder = sender.recv()
        result = _loaded(folder)
        count = min(_cores(), _MOST)
        others = [_drawn_aside(result, slice(n, None, count)) for n in range(count - 1)]
        _write(sender, folder, result, slice(count - 1, None, count), others)


def _loaded(folder: Path) -> Result:
    """The result there, read once for all who draw it: reading starts no threads, so that a process
    may fork behind it.
    """
    from twin.results import Result

    return Result.load(folder)


def _drawn_aside(result: Result, share: slice) -> Connection:
    """Where the drawings of a process of their own come in."""
    receiver, sender = Pipe(duplex=False)
    if os.fork() == 0:
        receiver.close()
        with suppress(Exception):
            sender.send(_drawings(result, share))
        os._exit(0)
    sender.close()
    return receiver


def _write(
    sender: Connection, folder: Path, result: Result, share: slice, others: Sequence[Connection]
) -> None:
    """Draw the last share, collect the others, write the page, and send its path."""
    from twin.present import report

    drawings = _drawings(result, share)
    for other in others:
        with suppress(EOFError, OSError):
            drawings |= other.recv()
    tell = lambda done_frac, what: sender.send((done_frac, what))  # noqa: E731
    sender.send(report.write(result, folder, tell, drawings))


def _settle() -> None:
    """Leave the keyboard to the command, and garbage to the end, which is near."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _drawings(result: Result, share: slice) -> dict[str, Drawing]:
    """A share of its figures by name."""
    from twin.present.figures import FIGURES, drawing

    return {named.name: drawing(result, named) for named in FIGURES[share]}


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_the_command() -> bool:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    name = spec.name if spec else Path(getattr(main, "__file__", None) or "").stem
    return name in ("twin", "twin.__main__")
