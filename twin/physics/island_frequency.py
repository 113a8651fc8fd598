"""Frequency of an island after a step of its load: the swing equation of the machines that carry
it, each with a governor of droop and lag, and with what its engine can give by then.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]

AGAIN_S = 20.0
"""A machine takes one step more of what it accepts in so long: "one in 15 to 20 s" (Martin Energy
Group, Island Mode), the longer of the two, in a straight line."""
BAND_FRAC = 0.01
"""Frequency is back where it stays this near to where it ends: half of the tolerance band of 2 %
of ISO 8528-5 for classes G2 and G3 (from memory)."""
LEAST_FRAC = -0.25
"""The furthest that a class of ISO 8528-5 lets the frequency of gas engines fall; beyond it nothing
is followed."""
FOLLOWED_S = 60.0
STEADY_S = FOLLOWED_S / 2.0
"""What is steady later is not told when: it may still move where it is no longer followed."""
_WAVES = 20
_SAMPLE_S = 0.002
_RTOL = 1e-8
_ATOL = 1e-10


class Governed(NamedTuple):
    """Machines with their governors, (machine,)."""

    rating_w: Array
    inertia_s: Array
    """Kinetic energy at nominal speed over the rating."""
    droop_frac: Array
    """Fall of speed over rise of power, of rated values."""
    lag_s: Array
    """From what the governor asks to what the engine gives."""
    step_w: Array
    """That each accepts at once, and once more every `AGAIN_S`."""


class Dip(NamedTuple):
    """What a step does to frequency."""

    nadir_frac: float
    """Lowest, less nominal, of nominal; no further than `LEAST_FRAC`."""
    recovery_s: float
    """Until it stays within `BAND_FRAC` of where it ends; inf where that is later than `STEADY_S`,
    or machines stall or trip."""
    opened_s: tuple[float, ...] = ()
    """When each relay opened its load; inf where it did not."""
    trip_s: float = np.inf
    """When machines tripped or stalled; inf where they did not."""


class Relay(NamedTuple):
    """What acts where frequency stays low."""

    below_frac: float
    """Less nominal, of nominal."""
    delay_s: float
    load_w: float
    """That it opens; inf for all, of machines."""


def dip(machines: Governed, given_w: Array, step_w: float, relays: tuple[Relay, ...] = ()) -> Dip:
    """Lowest frequency and recovery after a sudden rise of load.

    E (1 + w) dw/dt = sum p_i - P        E = sum 2 H_i S_i, w over nominal less one, P the load
    T_i dp_i/dt = u_i - p_i              u_i = min(g_i - w S_i / R_i, most_i(t)), no less than 0
    most_i(t) = min(max(S_i, g_i), g_i + a_i (1 + t / AGAIN_S))

    given_w   (machine,) g_i, what each gave before
    step_w    rise of their common load, which stays whatever frequency does: converters
    relays    each acts once, as soon as frequency has stayed below its level for its delay
    Exact but for the integration (relative 1e-8) and the search for the lowest (each 2 ms). Left
    out: voltage, oscillations between machines, the second control that takes droop back.
    Source: swing equation and droop as in Kundur, Power System Stability and Control, 1994, 3.9 and
    11.1 (from memory).
    """
    load_w = float(given_w.sum()) + step_w
    state = np.concatenate([[0.0], given_w])
    watch = _Watch(relays)
    seen: list[tuple[Array, Array]] = []
    began_s = 0.0
    while True:
        span_s = FOLLOWED_S - began_s
        path = _followed(machines, given_w, load_w, state, span_s, AGAIN_S, began_s)
        time_s = np.arange(began_s, path.t[-1], _SAMPLE_S)
        deviation = path.sol(time_s)[0]
        acts = watch.first(time_s, deviation)
        if acts is None:
            break
        who, began_s = acts
        state = path.sol(began_s)
        seen.append((time_s[time_s < began_s], deviation[time_s < began_s]))
        if not np.isfinite(relays[who].load_w):
            return _tripped(seen, state, watch, began_s)
        load_w = max(load_w - relays[who].load_w, 0.0)
    if path.status == 1:
        return Dip(LEAST_FRAC, np.inf, tuple(watch.acted_s), float(path.t[-1]))
    seen.append((time_s, deviation))
    found = _read(*map(np.concatenate, zip(*seen, strict=True)))
    return found._replace(opened_s=tuple(watch.acted_s))


class _Watch:
    """Relays that have not acted yet, and since when frequency is below the level of each."""

    def __init__(self, relays: tuple[Relay, ...]) -> None:
        self.relays = relays
        self.since_s = [np.inf] * len(relays)
        self.acted_s = [np.inf] * len(relays)

    def first(self, time_s: Array, deviation: Array) -> tuple[int, float] | None:
        """Which acts first on a stretch of a path, and when; None where none does."""
        waiting = [k for k, at_s in enumerate(self.acted_s) if not np.isfinite(at_s)]
        low = {k: self._low_since(k, time_s, deviation) for k in waiting}
        acts = {k: _ripe(time_s, since, self.relays[k].delay_s) for k, since in low.items()}
        who = min(acts, key=lambda k: acts[k], default=-1)
        if who < 0 or not np.isfinite(acts[who]):
            return None
        self.acted_s[who] = acts[who]
        place = int(np.searchsorted(time_s, acts[who]))
        for k, since in low.items():
            self.since_s[k] = float(since[min(place, since.size - 1)])
        return who, acts[who]

    def _low_since(self, k: int, time_s: Array, deviation: Array) -> Array:
        """(time,) since when frequency is below the level; inf where it is not."""
        low = deviation < self.relays[k].below_frac
        begins = low & ~np.concatenate([[False], low[:-1]])
        since = np.where(begins, time_s, -np.inf)
        if low.size and low[0] and np.isfinite(self.since_s[k]):
            since[0] = self.since_s[k]
        return np.where(low, np.maximum.accumulate(since), np.inf)


def _ripe(time_s: Array, since_s: Array, delay_s: float) -> float:
    """When something has lasted for so long; inf where it never has."""
    ripe = np.flatnonzero(time_s - since_s >= delay_s - _SAMPLE_S / 2.0)
    if not ripe.size:
        return float("inf")
    return max(float(since_s[ripe[0]]) + delay_s, float(time_s[0]))


def _tripped(seen: list[tuple[Array, Array]], state: Array, watch: _Watch, at_s: float) -> Dip:
    """Machines trip: nothing is followed beyond."""
    lowest = min(float(state[0]), *(float(part.min(initial=0.0)) for _, part in seen))
    return Dip(lowest, np.inf, tuple(watch.acted_s), at_s)


def wave_nadir_frac(
    machines: Governed, given_w: Array, step_w: float, period_s: float, duty_frac: float
) -> float:
    """Lowest frequency, less nominal, of nominal, under a rise of load that comes and goes: a wave
    of two levels, by the same equations.

    given_w              (machine,) what each gives at the lower level, from which it begins
    period_s, duty_frac  of the wave, and its share at the upper level
    No machine comes by more than the one step that it accepts. Followed over twenty waves, as many
    as begin within `FOLLOWED_S`, and at each level no longer than that: it is at rest by then.
    """
    low_w = float(given_w.sum())
    levels = ((low_w + step_w, duty_frac * period_s), (low_w, (1.0 - duty_frac) * period_s))
    state = np.concatenate([[0.0], given_w])
    lowest = 0.0
    for _ in range(min(_WAVES, max(1, round(FOLLOWED_S / period_s)))):
        for load_w, lasts_s in levels:
            span_s = min(max(lasts_s, _SAMPLE_S), FOLLOWED_S)
            path = _followed(machines, given_w, load_w, state, span_s, np.inf)
            if path.status == 1:
                return LEAST_FRAC
            time_s = np.arange(0.0, path.t[-1], _SAMPLE_S)
            state = path.y[:, -1]
            lowest = min(lowest, float(path.sol(time_s)[0].min()), float(state[0]))
    return lowest


def _followed(
    machines: Governed,
    given_w: Array,
    load_w: float,
    state: Array,
    lasts_s: float,
    again_s: float,
    began_s: float = 0.0,
) -> Any:
    """The path of frequency and powers (1 + machine,) from a state under one load; it ends where
    machines stall.
    """
    twice_j = float((2.0 * machines.inertia_s * machines.rating_w).sum())
    gain_w = machines.rating_w / machines.droop_frac
    most_w = np.maximum(machines.rating_w, given_w)

    def slope(t_s: float, now: Array) -> Array:
        allowed_w = np.minimum(most_w, given_w + machines.step_w * (1.0 + t_s / again_s))
        asked_w = np.clip(given_w - now[0] * gain_w, 0.0, allowed_w)
        swing = (now[1:].sum() - load_w) / (twice_j * (1.0 + now[0]))
        return np.concatenate([[swing], (asked_w - now[1:]) / machines.lag_s])

    def stalls(_: float, now: Array) -> float:
        return float(now[0] - LEAST_FRAC)

    stalls.terminal = True  # type: ignore[attr-defined]
    return scipy.integrate.solve_ivp(
        slope, (began_s, began_s + lasts_s), state, method="LSODA", rtol=_RTOL,
        atol=_ATOL * np.concatenate([[1.0], machines.rating_w]), events=stalls, dense_output=True,
    )  # fmt: skip


def _read(time_s: Array, deviation: Array) -> Dip:
    """Of a frequency that is followed to its end."""
    away = np.flatnonzero(np.abs(deviation - deviation[-1]) > BAND_FRAC)
    last_s = float(time_s[away[-1]]) if away.size else 0.0
    return Dip(float(deviation.min()), last_s if last_s < STEADY_S else np.inf)
