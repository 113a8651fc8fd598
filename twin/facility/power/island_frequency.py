"""Frequency of islands that machines carry: how low a step of load takes it, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.load_steps import IslandStep, accepted_w
from twin.physics.island_frequency import (
    LEAST_FRAC,
    STEADY_S,
    Dip,
    Governed,
    Relay,
    dip,
    wave_nadir_frac,
)

_Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class FrequencyDip:
    """What a step of load does to the frequency of an island."""

    nadir_hz: float
    """Lowest; not followed below three quarters of nominal."""
    recovery_s: float
    """Until it stays near where it ends; inf where that takes longer than `STEADY_S`."""
    stalls: bool
    """Whether it falls further than is followed."""
    opened_s: tuple[float, ...] = ()
    """When each relay opened its load; inf where it did not."""
    trip_s: float = np.inf
    """When machines trip or stall; inf where they do not."""

    @property
    def words(self) -> str:
        """Both, as people read them."""
        falls = f"frequency falls to {self.nadir_hz:.1f} Hz"
        if self.stalls:
            return f"{falls} and below, and machines stall"
        if np.isfinite(self.trip_s):
            return f"{falls}, and machines trip after {self.trip_s:.2f} s"
        if not np.isfinite(self.recovery_s):
            return f"{falls} and is not steady within {STEADY_S:.0f} s"
        back = f" and is steady within 1 % after {self.recovery_s:.1f} s" if self.recovery_s else ""
        return f"{falls}{back}"


def frequency_dip(
    facility: Facility, step: IslandStep, relays: tuple[Relay, ...] = ()
) -> FrequencyDip | None:
    """Of a step on the machines of an island, with what relays do about it; None where a row of one
    states no governor.
    """
    held = _held(facility, step)
    if held is None:
        return None
    found = _dip(held, step.step_w, relays)
    nadir_hz = facility.scenario.site.frequency_hz * (1.0 + found.nadir_frac)
    stalls = found.nadir_frac <= LEAST_FRAC
    return FrequencyDip(nadir_hz, found.recovery_s, stalls, found.opened_s, found.trip_s)


def swing_nadir_hz(
    facility: Facility, step: IslandStep, period_s: float, duty_frac: float
) -> float:
    """Lowest frequency under a step that comes and goes; NaN where a row states no governor."""
    held = _held(facility, step)
    if held is None:
        return float("nan")
    nadir_frac = _wave(held, step.step_w, period_s, duty_frac)
    return float(facility.scenario.site.frequency_hz * (1.0 + nadir_frac))


def _held(facility: Facility, step: IslandStep) -> _Numbers | None:
    """Numbers of the machines, and what each gave before."""
    tree = facility.power
    who = step.machines
    numbers = (
        tree.rating_w[who],
        tree.governor.inertia_s[who],
        tree.governor.droop_frac[who],
        tree.governor.lag_s[who],
        accepted_w(facility)[who],
        step.given_w,
    )
    if not all(np.isfinite(one).all() for one in numbers):
        return None
    return tuple(tuple(one.tolist()) for one in numbers)


@lru_cache(maxsize=256)
def _dip(held: _Numbers, step_w: float, relays: tuple[Relay, ...]) -> Dip:
    *machines, given_w = map(np.array, held)
    return dip(Governed(*machines), given_w, step_w, relays)


@lru_cache(maxsize=256)
def _wave(held: _Numbers, step_w: float, period_s: float, duty_frac: float) -> float:
    *machines, given_w = map(np.array, held)
    return wave_nadir_frac(Governed(*machines), given_w, step_w, period_s, duty_frac)
