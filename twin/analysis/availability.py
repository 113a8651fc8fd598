"""Availability of a facility as rows of a report: exact, simulated with its interval, and what it
is made of.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.physics.reliability.bdd import HOURS_PER_YEAR, Exact
from twin.physics.reliability.gates import Gates
from twin.physics.reliability.monte_carlo import Estimate

Row = dict[str, Any]

_LISTED = 20


def exact_row(solved: Exact) -> dict[str, float]:
    """Shares of one, failures a year, hours and minutes."""
    return {
        "unavailability": solved.unavailability,
        "availability": 1.0 - solved.unavailability,
        "frequency_per_year": solved.frequency_per_year,
        "mean_down_h": solved.mean_down_h,
        "downtime_min_per_year": solved.unavailability * HOURS_PER_YEAR * 60.0,
    }


def interval(gates: Gates, simulated: Estimate | None) -> list[float]:
    """The 95 % interval; where nothing was simulated, all that may fail is open."""
    if simulated is None:
        return [0.0, 1.0 if gates.components.size else 0.0]
    return [simulated.low, simulated.high]


def simulated_row(gates: Gates, simulated: Estimate | None, solved: Exact) -> Row:
    """What was simulated and how, and whether the exact value lies in the 99.9 % interval."""
    if simulated is None:
        idle = gates.components.size == 0
        why = "no component can fail" if idle else "everything is up too rarely for cycles to end"
        return {
            "unavailability": 0.0 if idle else None,
            "events": 0,
            "method": f"none: {why}",
            "agrees_with_exact": True if idle else None,
        }
    return {
        "unavailability": simulated.unavailability,
        "events": simulated.events,
        "effective_events": simulated.effective_events,
        "method": simulated.method,
        "cycles": simulated.cycles,
        "simulated_h": simulated.simulated_h,
        "frequency_per_year": simulated.frequency_per_year,
        "mean_likelihood": simulated.likelihood,
        "mean_likelihood_standard_error": simulated.likelihood_standard_error,
        "mean_likelihood_is_one": simulated.likelihood_is_one,
        "agrees_with_exact": simulated.wide[0] <= solved.unavailability <= simulated.wide[1],
    }


def importance(gates: Gates, solved: Exact) -> list[Row]:
    """Components by their share of the unavailability: Birnbaum importance times own unavailability
    over U.
    """
    total = solved.unavailability or 1.0
    share = solved.birnbaum * gates.unavailability / total
    ranked = gates.components[np.argsort(-share[gates.components], kind="stable")][:_LISTED]
    return [
        {
            "component": gates.names[node],
            "birnbaum": float(solved.birnbaum[node]),
            "share_of_unavailability": float(share[node]),
        }
        for node in ranked
    ]
