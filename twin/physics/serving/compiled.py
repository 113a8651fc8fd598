"""Compiles a kernel of the request engine.

No sum is taken in another order than written, so that a run gives the same bytes wherever it is
stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from twin.physics.compiling import compiled_kernel

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """The same function, compiled at its first call."""
    return cast(F, compiled_kernel(function))
