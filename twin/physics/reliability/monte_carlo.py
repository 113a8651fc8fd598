"""Simulated availability with an interval that is meant: the estimator is chosen by what it can
see.

Facility-years drawn component by component for large systems, and for those that are hardly ever
whole. Plain regenerative cycles wherever a budget of a second or two holds failures enough.
Balanced failure biasing only for small systems that hardly ever fail, where its relative error
stays bounded, and only if its likelihood ratios and its effective number of failures bear it out.
Otherwise plain cycles again, with the wide interval that few failures give.
Sources: P. Shahabuddin, Management Science 40 (1994); M. P. Fay and E. J. Feuer, Confidence
intervals for directly standardized rates, Statistics in Medicine 16 (1997), for the interval of a
weighted count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from twin.physics.reliability.cycles import Cycles, simulate
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates
from twin.physics.reliability.years import Drawn, simulate_years

_LEVELS = (0.05, 0.001)
"""Shares outside of the interval, and of the wide one."""
_Z999 = 3.29
_PILOT_CYCLES = 20_000
_FAILURES_BUDGET = 1_000_000
"""Component failures that plain cycles may hold: about a second for a thousand components."""
_EVENTS_WANTED = 1000
"""System failures aimed at: a 95 % half-width of 6 % if outages are alike."""
_EVENTS_ENOUGH = 500
"""Small systems stay with plain cycles where the budget holds so many: half-width 9 %."""
_YEARS_EVENTS_WANTED = 10_000
"""System failures aimed at in facility-years, which hold thousands in a tenth of a second."""
_PILOT_YEARS_FRAC = 1 / 64
"""Share of the budget that tells how many facility-years those take."""
_EVENTS_LEAST = 100
"""A biased estimate must be worth so many equal failures."""
_BIASED_CYCLES = 200_000
_BIASED_COMPONENTS_MAX = 64
"""Above, equal shares of probability find the few pairs that matter too seldom: the interval is too
narrow."""
_EMPTY_FRAC_LEAST = 0.05
"""Where everything is up more rarely, cycles hold dozens of failures and regenerate too seldom:
facility-years instead."""
_CYCLE_COMPONENTS_MAX = 1000
"""Larger systems are judged many instants at once, and not step by step."""
_LARGEST_SHARE = 0.05
"""A biased estimate that leans on one cycle by more than this is not believed."""


@dataclass(frozen=True)
class Estimate:
    """A simulated unavailability with its 95 % interval."""

    method: str
    unavailability: float
    low: float
    high: float
    wide: tuple[float, float]
    """The 99.9 % interval."""
    standard_error: float
    """Of the unavailability; NaN where no failure was seen."""
    frequency_per_year: float
    events: int
    """System failures seen, unweighted."""
    effective_events: float
    """Equally long, equally weighted failures that would tell as much."""
    largest_share: float
    """Part of the estimate that comes from one cycle."""
    cycles: int
    simulated_h: float
    """Time of the cycles simulated without bias."""
    likelihood: float = 1.0
    """Mean likelihood ratio of completed biased cycles, 1 in expectation; 1 without bias."""
    likelihood_standard_error: float = 0.0

    @property
    def likelihood_is_one(self) -> bool:
        """Whether 1 lies in the 99.9 % interval of the mean likelihood ratio."""
        return abs(self.likelihood - 1.0) <= _Z999 * self.likelihood_standard_error + 1e-9

    @property
    def sound(self) -> bool:
        """Whether a biased estimate may be believed: ratios of mean 1, and weight spread over many
        failures.
        """
        spread = self.effective_events >= _EVENTS_LEAST and self.largest_share <= _LARGEST_SHARE
        return self.likelihood_is_one and spread


def sampled(gates: Gates, rng: np.random.Generator) -> Estimate | None:
    """The estimate of the method that suits the system; None where no component can fail.

    A pilot, not used again, tells how many plain cycles the wanted failures take. The work is
    bounded by component failures, not by a clock: one seed, one answer.
    """
    empty_frac = float(np.prod(1.0 - gates.unavailability))
    if gates.components.size == 0:
        return None
    if gates.components.size > _CYCLE_COMPONENTS_MAX or empty_frac < _EMPTY_FRAC_LEAST:
        return _many_years(gates, rng)
    most = int(_FAILURES_BUDGET * empty_frac)
    pilot = direct(gates, rng, min(_PILOT_CYCLES, most))
    expected = pilot.events / pilot.cycles * most
    if expected < _EVENTS_ENOUGH and gates.components.size <= _BIASED_COMPONENTS_MAX:
        tilted = biased(gates, rng, _BIASED_CYCLES)
        if tilted.sound:
            return tilted
    wanted = math.ceil(_EVENTS_WANTED / max(expected, 1.0) * most)
    return direct(gates, rng, min(most, max(_PILOT_CYCLES, wanted)))


def _many_years(gates: Gates, rng: np.random.Generator) -> Estimate:
    """Facility-years for the failures wanted, told by a pilot; at most what the budget holds."""
    most = _FAILURES_BUDGET / failures_per_year(gates)
    pilot = yearly(gates, rng, most * _PILOT_YEARS_FRAC)
    expected = max(pilot.events, 1) / _PILOT_YEARS_FRAC
    return yearly(gates, rng, most * min(1.0, _YEARS_EVENTS_WANTED / expected))


def direct(gates: Gates, rng: np.random.Generator, cycles: int) -> Estimate:
    """Plain simulation of `cycles` regenerative cycles.

    The interval is that of a weighted Poisson count; with no failure seen its upper end is 3 / T
    failures an hour, each as long as the longest repair.
    """
    _positive(gates, cycles)
    seen = simulate(gates, rng, cycles, biased=False)
    return _estimate(gates, "direct", seen, seen.time_h)


def biased(gates: Gates, rng: np.random.Generator, cycles: int) -> Estimate:
    """Balanced failure biasing: U = E[L down time] / E[cycle time], the latter from plain
    cycles.
    """
    _positive(gates, cycles)
    seen = simulate(gates, rng, cycles, biased=True)
    time_h = simulate(gates, rng, cycles, biased=False, watched=False).time_h
    return _estimate(gates, "balanced failure biasing", seen, time_h)


def yearly(
    gates: Gates, rng: np.random.Generator, years: float, drawn: Drawn | None = None
) -> Estimate:
    """So many facility-years, every failure drawn; the interval is that of `direct`.

    drawn  as of `twin.physics.reliability.years.simulate_years`
    """
    _positive(gates, 2)
    seen = simulate_years(gates, rng, years, drawn)
    return _estimate(gates, "facility-years", seen, seen.time_h)


def failures_per_year(gates: Gates) -> float:
    """Failures of all components a year of 8,760 h."""
    parts = gates.components
    per_h = 1.0 / (gates.mtbf_h[parts] + gates.mttr_h[parts])
    return HOURS_PER_YEAR * float(per_h.sum())


def weighted_interval(
    total: float, squares: float, largest: float, outside: float
) -> tuple[float, float]:
    """Interval of the expected sum of weights that arrive as a Poisson process.

    total, squares, largest  of the weights seen: their sum, the sum of squares, and the largest,
    all above 0
    outside                  the share left out, half at each end
    Source: Fay and Feuer 1997, gamma interval; exact for equal weights, conservative otherwise.
    """
    above = total + largest
    spread = squares + largest**2
    low = squares / (2 * total) * chi_square_quantile(outside / 2, 2 * total**2 / squares)
    high = spread / (2 * above) * chi_square_quantile(1 - outside / 2, 2 * above**2 / spread)
    return low, high


def chi_square_quantile(share: float, freedom: float) -> float:
    """The value below which that share of a chi-square distribution lies.

    By the incomplete gamma function, as scipy.stats does it, whose import alone takes a tenth of a
    short run.
    """
    return 2.0 * float(scipy.special.gammaincinv(freedom / 2, share))


def _positive(gates: Gates, cycles: int) -> None:
    if cycles < 2 or gates.components.size == 0:
        raise ValueError(
            f"found {cycles} cycles and {gates.components.size} components; allowed: from 2 and 1"
        )


def _relative_error(sample: Floats) -> float:
    return float(sample.std(ddof=1) / sample.mean() / math.sqrt(sample.size))


def _estimate(gates: Gates, method: str, seen: Cycles, time_h: Floats) -> Estimate:
    """The ratio of weighted hours down to hours simulated, and its interval."""
    cycles = time_h.size
    simulated_h = float(time_h.sum())
    if seen.events == 0:
        return _nothing_seen(gates, method, cycles, simulated_h)
    total_h = float(seen.down_h.sum())
    largest_h = float(seen.down_h.max())
    separate = time_h is not seen.time_h
    time_error = _relative_error(time_h) if separate else 0.0
    squares = float(np.square(seen.down_h).sum()) + (total_h * time_error) ** 2
    relative = (
        math.hypot(_relative_error(seen.down_h), time_error)
        if separate
        else math.sqrt(squares) / total_h
    )
    (low, high), wide = (
        weighted_interval(total_h, squares, largest_h, outside) for outside in _LEVELS
    )
    return Estimate(
        method=method,
        unavailability=total_h / simulated_h,
        low=low / simulated_h,
        high=min(1.0, high / simulated_h),
        wide=(wide[0] / simulated_h, min(1.0, wide[1] / simulated_h)),
        standard_error=total_h / simulated_h * relative,
        frequency_per_year=float(seen.failures.sum()) / simulated_h * HOURS_PER_YEAR,
        events=seen.events,
        effective_events=total_h**2 / squares,
        largest_share=largest_h / total_h,
        cycles=cycles,
        simulated_h=simulated_h,
        likelihood=float(seen.likelihood.mean()),
        likelihood_standard_error=float(seen.likelihood.std() / math.sqrt(cycles)),
    )


def _nothing_seen(gates: Gates, method: str, cycles: int, simulated_h: float) -> Estimate:
    """No event in T: the rate is below -ln(share left out) / T."""
    longest_h = float(np.nanmax(gates.mttr_h))
    high, wide = (min(1.0, -math.log(outside) / simulated_h * longest_h) for outside in _LEVELS)
    return Estimate(
        method, 0.0, 0.0, high, (0.0, wide), math.nan, 0.0, 0, 0.0, 0.0, cycles, simulated_h
    )
