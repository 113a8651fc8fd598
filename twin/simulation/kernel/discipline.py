"""What the loop asks of a discipline."""

from __future__ import annotations

from typing import Protocol

from twin.simulation.kernel.state import Array


class Watcher(Protocol):
    """Acts when a temperature leaves the range it enters."""

    def limits(self, upper: Array, lower: Array) -> None:
        """Tighten the temperatures (thermal node,) in degC above and below which it must act."""
