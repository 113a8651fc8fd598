"""A coil that holds the air behind it at a set-point, in straight pieces.

Its valve is shut while the air behind the fan is no warmer than the set-point, or the water no
colder than the air; it throttles to hold the set-point, and is open where even all of the water
does not bring the air down to it. Each piece is linear in the temperatures of the air drawn in and
of the water, and they meet without a jump.
Arrays are (coil,) or broadcast against it; temperatures in degC, streams and conductances in W/K.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

OPEN = 0
HOLDS = 1
SHUT = 2
SATURATED_K = 0.5
"""Air behind an open coil that is warmer than the set-point by more is told of; assumed."""
TOUCH_K = 1e-6
"""A piece is left this close to its end; it is taken up again three times as far inside."""


class ControlledCoils(NamedTuple):
    """What coils are at fans' present speed."""

    open_w_k: Array
    """Conductance between the air drawn in and the water, valve open."""
    stream_w_k: Array
    """Air."""
    fan_w: Array
    """Heat of the fan, behind the coil."""
    set_degc: Array
    """Air behind the fan; nan where the valve is always open."""

    def behind_degc(self, drawn_degc: Array, water_degc: Array) -> Array:
        """Air behind the fan with the valve open."""
        stream = np.where(self.stream_w_k > 0, self.stream_w_k, 1.0)
        taken = self.open_w_k * (drawn_degc - water_degc)
        return np.asarray(drawn_degc + (self.fan_w - taken) / stream)

    def _uncooled_degc(self, drawn_degc: Array) -> Array:
        """Air behind the fan with the valve shut."""
        stream = np.where(self.stream_w_k > 0, self.stream_w_k, 1.0)
        return np.asarray(drawn_degc + self.fan_w / stream)

    def opening_frac(self, piece: Index, drawn_degc: Array, water_degc: Array) -> Array:
        """Share of its conductance that each valve lets pass on its piece."""
        most = self.open_w_k * (drawn_degc - water_degc)
        taken = self.stream_w_k * (drawn_degc - self.set_degc) + self.fan_w
        throttled = np.clip(taken / np.where(most > 0, most, 1.0), 0.0, 1.0)
        shares = [np.ones_like(most), np.where(most > 0, throttled, 0.0)]
        return np.select([piece == OPEN, piece == HOLDS], shares, 0.0)

    def piece(self, before: Index, drawn_degc: Array, water_degc: Array) -> Index:
        """Which piece each is on, given the one it was on."""
        behind = self.behind_degc(drawn_degc, water_degc)
        uncooled = self._uncooled_degc(drawn_degc)
        limit = np.where(before == OPEN, -3 * TOUCH_K, -TOUCH_K)
        open_ = behind - self.set_degc >= limit
        inside = np.where(before == SHUT, -TOUCH_K, -3 * TOUCH_K)
        shut = np.minimum(uncooled - self.set_degc, drawn_degc - water_degc) < inside
        piece = np.where(shut, SHUT, np.where(open_, OPEN, HOLDS))
        governed = np.isfinite(self.set_degc) & (self.stream_w_k > 0)
        return np.where(governed, piece, OPEN).astype(np.int64)

    def terms(self, piece: Index) -> tuple[Array, Array, Array]:
        """Heat to the water as g_air T_drawn - g_water T_water + constant: the three of them."""
        holds = piece == HOLDS
        opened = np.where(piece == OPEN, self.open_w_k, 0.0)
        of_air = np.where(holds, self.stream_w_k, opened)
        constant = np.where(holds, self.fan_w - self.stream_w_k * self.set_degc, 0.0)
        return of_air, opened, constant

    def ends_degc(self, piece: Index, water_degc: Array) -> tuple[Array, Array]:
        """Air drawn in at which a coil leaves its piece, downwards and upwards, its water as it
        is.

        What is taken is the less of what holds the set-point and of what an open valve lets pass.
        Where that is steeper than the other (`open_w_k` above `stream_w_k`, of large exchangers
        behind valves), a valve is open below the air at which both meet, and holds above it.
        """
        stream = np.where(self.stream_w_k > 0, self.stream_w_k, 1.0)
        fan_k = self.fan_w / stream
        passed = 1.0 - self.open_w_k / stream
        steep = passed < 0
        passed = np.where(steep, -1.0, 1.0) * np.maximum(np.abs(passed), 1e-9)
        meet = (self.set_degc - fan_k - (1.0 - passed) * water_degc) / passed
        shuts = np.maximum(self.set_degc - fan_k, water_degc)
        opens = np.where(self.open_w_k > 0, np.maximum(meet, shuts), shuts)
        inside = shuts - 4 * TOUCH_K
        holds_from = np.where(steep & (meet > shuts), meet, inside)
        lower = np.where(piece == OPEN, opens - 4 * TOUCH_K / np.abs(passed), -np.inf)
        lower = np.where((piece == OPEN) & steep, inside, lower)
        lower = np.where(piece == HOLDS, holds_from, lower)
        upper = np.where((piece == HOLDS) & ~steep, opens, np.inf)
        upper = np.where((piece == OPEN) & steep, meet - 4 * TOUCH_K / passed, upper)
        upper = np.where(piece == SHUT, shuts, upper)
        governed = np.isfinite(self.set_degc) & (self.stream_w_k > 0)
        return np.where(governed, lower, -np.inf), np.where(governed, upper, np.inf)
