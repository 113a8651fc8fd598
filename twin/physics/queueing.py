"""Queues with closed forms, which simulations of them must meet.

Poisson arrivals, first come first served. Sources: Kleinrock (1975), Queueing Systems I, 3.5 and
5.7; Erlang (1917).
"""

from __future__ import annotations


def erlang_b(offered: float, servers: int) -> float:
    """Share of arrivals turned away where nobody can wait; `offered` is arrival over service
    rate.
    """
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """Share of arrivals that must wait in M/M/c; 1 where the offered load reaches the servers."""
    if offered >= servers:
        return 1.0
    blocked = erlang_b(offered, servers)
    return servers * blocked / (servers - offered * (1.0 - blocked))


def mean_wait_mmc_s(arrivals_per_s: float, served_per_s: float, servers: int) -> float:
    """Mean time in the queue of M/M/c, service left out; infinite at and above full load."""
    spare = servers * served_per_s - arrivals_per_s
    if spare <= 0:
        return float("inf")
    return erlang_c(arrivals_per_s / served_per_s, servers) / spare


def mean_wait_mg1_s(arrivals_per_s: float, service_s: float, squared_variation: float) -> float:
    """Mean time in the queue of M/G/1 (Pollaczek and Khinchine); infinite at and above full load.

    squared_variation   variance of the service time over its squared mean: 0 for M/D/1, 1 for M/M/1
    """
    load = arrivals_per_s * service_s
    if load >= 1:
        return float("inf")
    return load * service_s * (1.0 + squared_variation) / (2.0 * (1.0 - load))
