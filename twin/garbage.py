"""How often circles of garbage are looked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = (50_000, 20, 50)
"""Thresholds of Python's collector for work that ends soon and makes arrays, not circles: with its
own, each thousand objects, a first run in a process spends a tenth of its time on looking.
"""


def collect_rarely() -> None:
    """Look for circles rarely from now on, in a process of our own."""
    gc.set_threshold(*RARELY)


@contextmanager
def kept() -> Iterator[None]:
    """What is made within stays until the process ends, so circles are not looked for in it, then
    or later. For a process of our own.
    """
    gc.disable()
    try:
        yield
    finally:
        keep()
        gc.enable()


def keep() -> None:
    """Never look for circles in what is there now. At the end of a process of our own it is all:
    Python looks through it once more, a tenth of a second for what the system takes back anyway.
    """
    gc.freeze()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Within it, or in a function decorated with it, circles are looked for rarely; who looks more
    rarely still, or never, is left alone. The caller's own thresholds are restored afterwards.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], RARELY[0]) if before[0] else 0, *RARELY[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
