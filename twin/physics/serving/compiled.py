"""Compiles a kernel of the request engine: one thread, no lock of the interpreter, kept on disk.

No sum is taken in another order than written, so that a run gives the same bytes wherever it is
stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """The same function, compiled at its first call; a division by 0 gives inf as in numpy."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
