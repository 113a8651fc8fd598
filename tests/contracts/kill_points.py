"""Processes that die at their n-th step on the disk.

Steps are what Python audits (opening, renaming, linking, removing, making folders), the flushes
between them and the exchange of two names, all below one folder. A process dies before the step is
done; dying after it is dying before the next.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

_EVENTS = {
    "open",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "twin.exchange",
}


class Steps:
    """Counts steps below a folder, and dies at one of them."""

    def __init__(self, below: str) -> None:
        self.below = below
        self.done = 0
        self.last = 0
        self.active = False
        sys.addaudithook(self._heard)
        fsync = os.fsync

        def flushed(handle: int) -> None:
            self._step()
            fsync(handle)

        os.fsync = flushed

    def run(self, last: int, work: Callable[[], Any]) -> int:
        """Work, and die at step `last`; the number of steps where it is never reached."""
        self.done = 0
        self.last = last
        self.active = True
        work()
        self.active = False
        return self.done

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event in _EVENTS and self._is_below(arguments):
            self._step()

    def _is_below(self, arguments: tuple[Any, ...]) -> bool:
        paths = [os.fsdecode(a) for a in arguments if isinstance(a, str | bytes | os.PathLike)]
        return any(path.startswith(self.below) for path in paths)

    def _step(self) -> None:
        if self.active:
            self.done += 1
            if self.done == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def killed_at(steps: Steps, last: int, work: Callable[[], Any]) -> bool:
    """Work in a forked copy that dies at step `last`; whether it died."""
    child = os.fork()
    if child == 0:
        try:
            steps.run(last, work)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])
