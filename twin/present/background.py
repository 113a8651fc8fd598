"""A report written by processes of their own, which load what they need while a run is simulated.

Drawing a report takes longer than simulating a day, nearly all of it in matplotlib on one core. So
`get_ready` starts a server process that imports matplotlib beside the simulation, and `begin` forks
from it one process that writes the page and others that draw a share of its figures. They read the
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
from multiprocessing import forkserver, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.present.figures import Drawing
    from twin.results import Result

Progress = Callable[[float, str], None]
"""Called with the share done and what is being done."""

_MOST = 4
"""Processes that draw; more would wait for the largest figure."""

_LOADED = ["twin.present.report", "matplotlib.backends.backend_svg", "twin.cli"]
"""What the server imports before it is forked."""


def get_ready() -> bool:
    """Start loading, if that can pay: two cores, a system that forks, and the command `twin`
    itself, for a worker runs the main module of the process that asked for it.
    """
    possible = _cores() > 1 and "forkserver" in get_all_start_methods() and _is_the_command()
    if possible:
        forkserver.set_forkserver_preload(_LOADED)
        forkserver.ensure_running()
    return possible


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


def begin(folder: Path) -> Writing:
    """Begin to write the report of the result in that folder. Only after `get_ready` said yes.

    Figures of another result, which may have taken the folder meanwhile, are left out.
    """
    context = get_context("forkserver")
    count = min(_cores(), _MOST)
    drawn = [_start(context, _draw, folder, slice(n, None, count)) for n in range(count - 1)]
    return Writing(_start(context, _write, folder, slice(count - 1, None, count), drawn))


def _start(context: ForkServerContext, work: Any, *arguments: Any) -> Connection:
    """A process that does the work and sends what it has to say through the connection."""
    receiver, sender = context.Pipe(duplex=False)
    context.Process(target=work, args=(sender, *arguments), daemon=True).start()
    sender.close()
    return receiver


def _draw(sender: Connection, folder: Path, share: slice) -> None:
    """Draw a share of the figures and send them."""
    from twin.results import Result

    _settle()
    with suppress(Exception):
        result = Result.load(folder)
        sender.send((result.fingerprint, _drawings(result, share)))


def _write(sender: Connection, folder: Path, share: slice, others: Sequence[Connection]) -> None:
    """Draw the last share, collect the others, write the page, and send its path."""
    from twin.present import report
    from twin.results import Result

    _settle()
    with suppress(Exception):
        result = Result.load(folder)
        drawings = _drawings(result, share)
        for other in others:
            with suppress(EOFError, OSError):
                fingerprint, drawn = other.recv()
                drawings |= drawn if fingerprint == result.fingerprint else {}
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
