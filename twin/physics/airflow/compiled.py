"""Compiles a kernel with numba: one thread, no lock of the interpreter, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])

FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Sums may be taken in another order; infinities and NaN keep their meaning."""


def compiled(function: F) -> F:
    """The same function, compiled at its first call; a division by 0 gives inf as in numpy."""
    return cast(F, njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")(function))
