"""Work beside the command, in forked copies of it, where a second core stands idle.

A copy has all that the command holds, so nothing is sent there, and only what it finds comes back.
It can only make things quicker: where no copy is made, or one does not deliver, the caller does the
same work itself and meets there whatever went wrong.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

_THREADS = Path("/proc/self/task")
_ALLOCATORS = "jemalloc_bg_thd"
"""Of the memory of pyarrow; it stops when the process is copied (jemalloc's `pthread_atfork`)."""

_LOOK_S = 1.0
_NUMBER = 2
"""Bytes of a number of a piece; a pipe holds 32,000 of them."""


class Copied(Generic[T]):
    """Work that a copy of this process does."""

    def __init__(self, receiver: Connection, process: int) -> None:
        self._receiver = receiver
        self._process = process

    def is_over(self) -> bool:
        """Whether it has found something, or has ended."""
        return self._receiver.poll()

    def outcome(self) -> T | None:
        """Wait for what it found; None where it did not deliver. To be asked once."""
        found: T | None = None
        with suppress(Exception):
            found = self._receiver.recv()
        self._receiver.close()
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)
        return found


class Shared(Generic[T]):
    """Pieces of work, by number, of which this process and a copy of it take the next in turn."""

    def __init__(self, work: Callable[[int], T], pieces: int) -> None:
        self._work = work
        self._owner = os.getpid()
        self._left, filled = os.pipe()
        os.write(filled, b"".join(n.to_bytes(_NUMBER) for n in range(pieces)))
        os.close(filled)
        self._copied = begun(self._take)
        if self._copied is None:
            os.close(self._left)

    def outcome(self) -> dict[int, T]:
        """What was found of each piece, those that are left done here; without those that a copy
        took and did not deliver, and without any in a copy. To be asked once.
        """
        if self._copied is None or os.getpid() != self._owner:
            return {}
        found = self._take()
        os.close(self._left)
        return found | (self._copied.outcome() or {})

    def _take(self) -> dict[int, T]:
        """Do the next piece that nobody has, until none is left."""
        found = {}
        while number := os.read(self._left, _NUMBER):
            n = int.from_bytes(number)
            found[n] = self._work(n)
        return found


def begun(work: Callable[[], T]) -> Copied[T] | None:
    """Let a copy of this process work; None where that is not wise.

    work   must find something that is not None and can be pickled; it says nothing, and writes
           nothing that others read
    """
    if not (may_copy() and has_one_thread()):
        return None
    receiver, sender = Pipe(duplex=False)
    asking = os.getpid()
    process = os.fork()
    if process == 0:
        receiver.close()
        _deliver(work, sender, asking)
    sender.close()
    return Copied(receiver, process)


def may_copy() -> bool:
    """Whether copies can pay: two cores, a system that forks, and the command `twin` itself, for
    another program's state is not ours to copy.
    """
    return cores() > 1 and hasattr(os, "fork") and is_the_command()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_the_command() -> bool:
    """Whether this process runs the command `twin`."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    name = spec.name if spec else Path(getattr(main, "__file__", None) or "").stem
    return name in ("twin", "twin.__main__")


def has_one_thread() -> bool:
    """Whether nothing else runs in this process, whose copy would hold locks that nobody frees;
    False where the system does not tell. The thread of an allocator does not count that makes
    itself ready for copies.
    """
    try:
        names = [(thread / "comm").read_text().strip() for thread in _THREADS.iterdir()]
    except OSError:  # no such folder, or a thread that ended meanwhile
        return False
    return sum(name != _ALLOCATORS for name in names) == 1


def settle() -> None:
    """Leave the keyboard to the command, and garbage to the end, which is near."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _deliver(work: Callable[[], T], sender: Connection, asking: int) -> NoReturn:
    """Work and send, without a word about errors, and end without what a process does at its
    end: that is the command's.
    """
    with suppress(BaseException):
        settle()
        _end_with(asking)
        sender.send(work())
    os._exit(0)


def _end_with(process: int) -> None:
    """Look once a second whether the process that asked still lives; end where it does not."""
    told = ends_with(process)
    signal.signal(signal.SIGALRM, told)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_S, _LOOK_S)


def ends_with(process: int) -> Callable[..., None]:
    """For progress of a copy: nobody hears it, but it ends with the process that asked."""

    def told(*_: object) -> None:
        if os.getppid() != process:
            os._exit(1)

    return told
