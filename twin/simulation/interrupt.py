"""Ctrl-C between two events: a run that was stopped from the keyboard stands whole, and can go
on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held_back() -> Iterator[Callable[[], bool]]:
    """Hold Ctrl-C back while the block lasts; yields what tells whether it was pressed.

    Pressed again, it stops at once, wherever that is. Where the keyboard is somebody else's
    (another thread, a program with a handler of its own) it stays theirs.
    """
    if not _is_ours():
        yield lambda: False
        return
    pressed: list[int] = []

    def heard(number: int, frame: FrameType | None) -> None:
        if pressed:
            signal.default_int_handler(number, frame)
        pressed.append(number)

    signal.signal(signal.SIGINT, heard)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_ours() -> bool:
    alone = threading.current_thread() is threading.main_thread()
    return alone and signal.getsignal(signal.SIGINT) is signal.default_int_handler
