"""Queues with closed forms, which simulations of them must meet.

Poisson arrivals, first come first served. Source: Kleinrock (1975), Queueing Systems I, 5.7.
"""

from __future__ import annotations


def mean_wait_mg1_s(arrivals_per_s: float, service_s: float, squared_variation: float) -> float:
    """Mean time in the queue of M/G/1 (Pollaczek and Khinchine); infinite at and above full load.

    squared_variation   variance of the service time over its squared mean: 0 for M/D/1, 1 for M/M/1
    """
    load = arrivals_per_s * service_s
    if load >= 1:
        return float("inf")
    return load * service_s * (1.0 + squared_variation) / (2.0 * (1.0 - load))
