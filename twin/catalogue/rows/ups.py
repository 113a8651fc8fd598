"""How long a UPS carries too much: its inverter first, then its static bypass."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import AtLeastZero, CatalogueRow, Efficiency, Positive, Share, refuse
from twin.stated import Stated

Levels = Annotated[tuple[Positive, ...], Field(max_length=8)]
"""Loads over rating, rising."""
Times = Annotated[tuple[AtLeastZero, ...], Field(max_length=8)]
"""Seconds, one for each level."""


class OverloadCurve(CatalogueRow):
    """Steps of load over rating, each with the seconds for which it is carried.

    A load above `..._load_frac[i]`, up to the next level, is carried for `..._time_s[i]`.
    """

    inverter_load_frac: Levels
    """Levels of the inverter; below the first it carries a load for good."""
    inverter_time_s: Times
    """How long the inverter carries a load above each."""
    inverter_then: Literal["bypass", "open"]
    """What follows on mains: over to the static bypass, or open. On battery it always opens."""
    bypass_load_frac: Levels = ()
    """Levels of the static bypass; below the first it carries a load for good."""
    bypass_time_s: Times = ()
    """How long the bypass carries a load above each, before it opens."""
    lockout_overloads: Annotated[int, Field(ge=1, le=100)] | None = None
    """So many overloads within `lockout_window_s` keep it on the bypass until a person acts; None
    where it always returns."""
    lockout_window_s: Positive | None = None
    """The time within which they count."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        refuse(not self.inverter_load_frac, "an inverter has a first level of overload")
        for path in ("inverter", "bypass"):
            levels = getattr(self, f"{path}_load_frac")
            times = getattr(self, f"{path}_time_s")
            refuse(len(levels) != len(times), f"{path} levels and times are not as many")
            refuse(any(a >= b for a, b in pairwise(levels)), f"{path} levels do not rise")
            refuse(any(a < b for a, b in pairwise(times)), f"{path} times do not fall")
        bypassed = self.inverter_then == "bypass"
        refuse(bypassed != bool(self.bypass_load_frac), "a bypass, and nothing else, has levels")
        both = (self.lockout_overloads is None) == (self.lockout_window_s is None)
        refuse(not both, "a lock-out needs its count and its window")
        return self


class UpsNumbers(Stated):
    """What a UPS has beyond other power equipment; None for the rest."""

    overload_curve: str = ""
    """Row of `overload_curves`; UPS only, instead of trip numbers."""
    bypass_loss_idle_frac: Share | None = None
    """Loss on the static bypass without load, of rating; that of the converters where not given."""
    bypass_loss_square_frac: Share | None = None
    """Loss on the static bypass that grows with load squared, of rating at full load."""
    input_window_frac: Share | None = None
    """It leaves an input whose voltage is further than this share from nominal; 0.1 where not
    given."""
    lockout_count: Annotated[int, Field(ge=1, le=100)] | None = None
    """So many times on battery within `lockout_window_s` keep it off the utility until a person
    resets it; None where it always returns."""
    lockout_window_s: Positive | None = None
    """The time within which they count."""
    lockout_reset_s: Positive | None = None
    """From a lock-out to the person who resets it; None where only an action does."""
    eco_gap_s: AtLeastZero | None = None
    """Gap at a loss of input in eco mode."""
    walk_in_s: AtLeastZero | None = None
    """Time over which it takes its load back from the battery; at once where not given."""
    peukert_exponent: Annotated[float, Field(ge=1, le=1.5)] | None = None
    """How much faster than in proportion a battery empties at more load; 1 where not given."""
    battery_rated_s: Positive | None = None
    """Discharge time for which the stored energy is stated."""
    state_of_health_frac: Efficiency | None = None
    """Share of the energy of a new battery that is left of it; 1 where not given."""
