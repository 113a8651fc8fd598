"""A report and a scene written by processes of their own, which load what they need while a
scenario is read and simulated.

Drawing a report takes longer than simulating a day, nearly all of it in matplotlib on one core. So
`get_ready` starts a helper that imports matplotlib and OpenUSD beside the command, and `begin` has
it fork one that writes the scene, and others that draw figures while it makes the page, draws too,
and writes it: each takes the next figure that nobody has. They read the result from its folder, as
`twin report` does, and give the same bytes.

They can only make it quicker: where they cannot start, or one of them does not deliver, the caller
writes report or scene itself and meets whatever went wrong there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.beside import cores, may_copy, settle
from twin.results import SCENE

if TYPE_CHECKING:
    from twin.present.figures import Drawing
    from twin.results import Result

Progress = Callable[[float, str], None]
"""Called with the share done and what is being done."""

_MOST = 4
"""Processes that draw; more would wait for the largest figure."""

_LOADED = ("twin.results.parquet", "twin.present.report", "matplotlib.backends.backend_svg")
"""What the helper imports before it is asked."""

_HOW = "fork" if sys.platform == "linux" else "spawn"
"""How the helper starts. A fork has what the command has loaded already; elsewhere than on Linux
system libraries may not be forked once they run.
"""


@dataclass(frozen=True)
class Writing:
    """A report on its way."""

    messages: Connection
    scenes: Connection

    def scene(self) -> Path | None:
        """Wait for the scene and return the file to open; None where it was not written."""
        with suppress(EOFError, OSError):
            return Path(self.scenes.recv())
        return None

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
    scenes: Connection

    def begin(self, folder: Path) -> Writing:
        """Begin to write the report of the result in that folder."""
        with suppress(OSError):
            self.asked.send(folder)
        return Writing(self.asked, self.scenes)


def get_ready() -> Helper | None:
    """Start loading, if that can pay: a helper that is not forked runs the main module of the
    process that asked for it.

    To be called while the process has one thread, once it has loaded what both need.
    """
    if not may_copy():
        return None
    ours, theirs = Pipe()
    scenes, drawn = Pipe(duplex=False)
    context: Any = get_context(_HOW)
    helper = context.Process(target=_help, args=(theirs, drawn, (ours, scenes)), daemon=True)
    helper.start()
    theirs.close()
    drawn.close()
    return Helper(ours, scenes)


def _help(sender: Connection, scenes: Connection, callers: Sequence[Connection]) -> None:
    """Load, wait to be asked, and write; end without a word where the caller ends before."""
    for connection in callers:
        connection.close()
    settle()
    with suppress(Exception):
        _load()
        folder = sender.recv()
        result = _loaded(folder)
        _draw_scene_aside(scenes, folder, result)
        _write(sender, folder, result)


def _load() -> None:
    for name in _LOADED:
        import_module(name)
    if find_spec("pxr") is not None:
        import_module("twin.present.usd")


def _draw_scene_aside(scenes: Connection, folder: Path, result: Result) -> None:
    """Have a process of its own write the scene and send its path, where OpenUSD is there."""
    if find_spec("pxr") is not None and os.fork() == 0:
        with suppress(Exception):
            from twin.present.usd import export_result

            scenes.send(str(export_result(result, folder / SCENE)))
        os._exit(0)
    scenes.close()


def _loaded(folder: Path) -> Result:
    """The result there, read once for all who draw it: reading starts no threads, so that a process
    may fork behind it.
    """
    from twin.results import Result

    return Result.load(folder)


def _write(sender: Connection, folder: Path, result: Result) -> None:
    """Make the page with figures that others draw too, and send its path."""
    from twin.present import report

    tell = lambda done_frac, what: sender.send((done_frac, what))  # noqa: E731
    sender.send(report.write(result, folder, tell, SharedDrawings(result)))


class SharedDrawings(Mapping[str, "Drawing"]):
    """The report's figures by name, drawn by several processes: others begin at once, this one
    when it is first asked for one. What others did not deliver is missing.
    """

    def __init__(self, result: Result) -> None:
        self._result = result
        self._left = _figures_left()
        self._others = [self._drawn_aside() for _ in range(min(cores(), _MOST) - 1)]
        self._drawn: dict[str, Drawing] | None = None

    def __getitem__(self, name: str) -> Drawing:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def _all(self) -> dict[str, Drawing]:
        if self._drawn is None:
            self._drawn = self._draw()
            for other in self._others:
                with suppress(EOFError, OSError):
                    self._drawn |= other.recv()
        return self._drawn

    def _drawn_aside(self) -> Connection:
        """Where the drawings of a process of their own come in."""
        receiver, sender = Pipe(duplex=False)
        if os.fork() == 0:
            receiver.close()
            with suppress(Exception):
                sender.send(self._draw())
            os._exit(0)
        sender.close()
        return receiver

    def _draw(self) -> dict[str, Drawing]:
        """Draw the next figure that nobody has, until none is left."""
        from twin.present.figures import FIGURES, drawing

        drawn = {}
        while taken := os.read(self._left, 1):
            named = FIGURES[taken[0]]
            drawn[named.name] = drawing(self._result, named)
        return drawn


def _figures_left() -> int:
    """A pipe that holds the number of every figure, a byte each: who reads one, has it."""
    from twin.present.figures import FIGURES

    left, filled = os.pipe()
    os.write(filled, bytes(range(len(FIGURES))))
    os.close(filled)
    return left
