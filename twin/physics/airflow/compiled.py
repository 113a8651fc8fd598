"""Compiles a kernel of the airflow solver; its sums may be taken in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from twin.physics.compiling import compiled_kernel

F = TypeVar("F", bound=Callable[..., Any])

FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Sums may be taken in another order; infinities and NaN keep their meaning."""


def compiled(function: F) -> F:
    """The same function, compiled at its first call."""
    return cast(F, compiled_kernel(function, FAST))
