"""What the loop asks of a discipline, and of whoever watches a temperature.

A discipline owns one block of the state, reads the others', and answers the verbs of
`kernel.order` that it has something to say to.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from twin.arrays import Array
from twin.simulation.kernel.stretch import Stretch


class Discipline:
    """Answers every verb with nothing; a discipline says more where it has more to say."""

    def settle(self) -> bool:
        """Agree with the others at this instant; True where they must look again."""
        return False

    def hold(self) -> None:
        """Set what holds until the next event."""

    def advance(self, span_s: float) -> None:
        """Move on over a span in which everything held, exactly."""

    def next_s(self) -> float:
        """Seconds until it must act, as far as it can foresee."""
        return np.inf

    def act(self) -> None:
        """Do what is due now."""

    def at_rest(self) -> bool:
        """Whether nothing of its own moves, nor would at a look around, as long as nobody acts."""
        return True

    def apart(self) -> bool:
        """Whether work may move in a quiet stretch: nothing of its own but power and heat would
        follow it.
        """
        return True

    def foretell(self, stretch: Stretch) -> None:
        """Work out what a quiet stretch brings, and cut it where something would happen."""

    def live_through(self, stretch: Stretch) -> None:
        """Enter what a quiet stretch has changed."""


class TemperatureWatcher(Protocol):
    """Acts when a temperature leaves the range that it enters."""

    def limits(self, upper: Array, lower: Array) -> None:
        """Tighten the temperatures (thermal node,) in degC above and below which it must act."""
