"""Availability of a facility as rows of a report: exact, simulated with its interval, and what it
is made of.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.facility.dependency.overloads import Overloads as Followed
from twin.physics.reliability.bdd import Exact, reached
from twin.physics.reliability.bounds import at_least, union_bounds
from twin.physics.reliability.gates import HOURS_PER_YEAR, Gates
from twin.physics.reliability.markov import SteadyState
from twin.physics.reliability.monte_carlo import Estimate

Row = dict[str, Any]

_LISTED = 20


def exact_row(solved: Exact | SteadyState | None) -> Row:
    """Shares of one, failures a year, hours and minutes; None each where there was no room."""
    names = (
        "unavailability",
        "availability",
        "frequency_per_year",
        "mean_down_h",
        "downtime_min_per_year",
    )
    if solved is None:
        return dict.fromkeys(names)
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


def bounds_row(
    gates: Gates, solved: Exact | None, cut_sets: list[tuple[int, ...]], unfollowed: float
) -> Row:
    """What the unavailability lies between, and why it is not known better.

    cut_sets    all minimal ones of up to two components, where there is no exact value
    unfollowed  probability of coincidences whose overloads were not followed
    """
    if solved is not None:
        why = "larger coincidences of overloads were not followed" if unfollowed > 0 else ""
        upper = min(1.0, solved.unavailability + unfollowed)
        return {"lower": solved.unavailability, "upper": upper, "why": why}
    lower, upper = union_bounds(cut_sets, gates.unavailability)
    feeding = reached(gates, gates.served).any(axis=1)
    larger = at_least(gates.unavailability[feeding].tolist(), 3)
    return {
        "lower": lower,
        "upper": min(1.0, upper + max(larger, unfollowed)),
        "why": "the decision diagram outgrew its room: minimal cut sets of up to two "
        "components, and above them "
        "any three that are down at once",
    }


def simulated_row(
    gates: Gates, simulated: Estimate | None, solved: Exact | SteadyState | None
) -> Row:
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
        "agrees_with_exact": None if solved is None else _agrees(simulated, solved),
    }


def _agrees(simulated: Estimate, solved: Exact | SteadyState) -> bool:
    return bool(simulated.wide[0] <= solved.unavailability <= simulated.wide[1])


def importance(gates: Gates, solved: Exact | None) -> list[Row]:
    """Components by their share of the unavailability, and what each would change.

    With U the unavailability, B Birnbaum's importance and q a component's own unavailability:
    the share is Fussell and Vesely's in its risk-reduction form, q B / U; the risk achievement
    worth is U with the component down over U, the risk reduction worth U over U with it up. A
    second one beside it, as good and independent, has both down with q^2.
    """
    if solved is None:
        return []
    total = solved.unavailability or 1.0
    q = gates.unavailability
    share = solved.birnbaum * q / total
    ranked = gates.components[np.argsort(-share[gates.components], kind="stable")][:_LISTED]
    return [
        {
            "component": gates.names[node],
            "birnbaum": float(solved.birnbaum[node]),
            "share_of_unavailability": float(share[node]),
            "risk_achievement_worth": float(1.0 + (1.0 - q[node]) * solved.birnbaum[node] / total),
            "risk_reduction_worth": _worth(float(share[node])),
            "second_saves_min_per_year": float(
                solved.birnbaum[node] * q[node] * (1.0 - q[node]) * HOURS_PER_YEAR * 60.0
            ),
        }
        for node in ranked
    ]


def _worth(share: float) -> float | None:
    """U over U without the component's failures; None where nothing would be left."""
    left = 1.0 - share
    return 1.0 / left if left > 0 else None


def component_rows(gates: Gates) -> list[Row]:
    """Of every component that can fail, what the arithmetic above it starts from."""
    return [
        {
            "component": gates.names[node],
            "mtbf_h": float(gates.mtbf_h[node]),
            "mttr_h": float(gates.mttr_h[node]),
            "unavailability": float(gates.unavailability[node]),
        }
        for node in gates.components.tolist()
    ]


def unfollowed(gates: Gates, followed: Followed | None) -> float:
    """Probability of coincidences of overloads that were not followed."""
    if followed is None or followed.order is None:
        return 0.0
    count = followed.order + 1
    return sum(
        at_least((gates.unavailability[gates.index[name]] for name in island), count)
        for island in followed.searched
    )


def followed_row(followed: Followed | None) -> Row:
    """Up to which order overloads were followed, and among how many components."""
    if followed is None or followed.order is None:
        return {"order": None, "components": 0}
    return {"order": followed.order, "components": len(set().union(*followed.searched))}
