"""What UPS have beyond other power nodes, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

from twin.arrays import Array, Mask
from twin.physics.overload import OverloadSteps


@dataclass(frozen=True)
class UpsArrays:
    """Arrays are (power node,); nodes that are no UPS never act by them."""

    inverter: OverloadSteps
    """How long each inverter carries too much."""
    bypass: OverloadSteps
    """How long each static bypass does."""
    has_steps: Mask
    """Whose overload goes by these steps, and not by a trip curve."""
    has_bypass: Mask
    lockout_overloads: Array
    """Overloads within `overload_window_s` that keep it on its bypass; inf where none do."""
    overload_window_s: Array
    state_of_health_frac: Array
    """Share of a new battery's energy that is left of each; contained in `battery_j`."""
    peukert_exponent: Array
    """1 where the energy of a battery is the same at any rate."""
    battery_rated_w: Array
    """Power that empties a new battery in its rated discharge time; inf where none is stated."""
    walk_in_s: Array
    """Over which it takes its load back from its battery."""
    eco_gap_s: Array
    """Gap at a loss of input in eco mode; 0 for the others."""
    input_window_frac: Array
    """It leaves an input whose voltage is further than this from nominal."""
    lockout_count: Array
    """Times on battery within `lockout_window_s` that keep it off the utility; inf where none."""
    lockout_window_s: Array
    lockout_reset_s: Array
    """From a lock-out to the person who resets it; inf where only an action does."""
    bypass_loss_idle_frac: Array
    bypass_loss_square_frac: Array
