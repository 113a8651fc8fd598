"""Locks on files and folders between processes; the system drops them when a process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ModuleNotFoundError:  # a system without them: nothing is locked, nothing counts as left over
    fcntl = None  # type: ignore[assignment]

Held = int | None
"""What `release` takes: an open handle, or None where nothing is held."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file or folder, waiting for others to be done; on disks without locks hold nothing."""
    held = _lock(path, wait=True)
    try:
        yield
    finally:
        release(held)


def taken(path: Path) -> Held:
    """Hold a file or folder if nobody else does; None where somebody does, or where locks are not
    known.
    """
    return _lock(path, wait=False)


def release(held: Held) -> None:
    """Let go."""
    if held is not None:
        os.close(held)


def _lock(path: Path, wait: bool) -> Held:
    if fcntl is None:
        return None
    handle = -1
    try:
        handle = os.open(path, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if handle >= 0:
            os.close(handle)
        return None
    return handle
