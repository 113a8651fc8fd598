"""What gangs leave one another of shared links, beside their flows from event to event.

A second engine lives through steps: every gang computes for a time of its own, then sends, and all
that send at once have max-min fair rates. Nothing in it is a mean. Long gangs of periods that do
not fit into one another meet at all phases, as the law supposes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from twin.physics.network import GangTraffic, gang_shares, maxmin
from twin.physics.training import Sending


@dataclass(frozen=True)
class Gang:
    computes_s: float
    sends_s: float
    """Alone on the links."""
    senders: np.ndarray
    """(place,)"""

    def traffic(self) -> GangTraffic:
        step_s = self.computes_s + self.sends_s
        sending = Sending(np.array([self.sends_s]), np.array([self.sends_s]), step_s)
        return GangTraffic(self.senders[None, :], sending.busy_frac)


def rates(capacity: np.ndarray, gangs: list[Gang], sending: list[int]) -> dict[int, float]:
    """Max-min fair rate of every gang that sends, each at most its own."""
    own = np.ones(len(sending))
    routes = [np.flatnonzero(gangs[g].senders) for g in sending]
    idx = np.concatenate([[capacity.size + k, *route] for k, route in enumerate(routes)])
    weights = [[1.0, *gangs[g].senders[r]] for g, r in zip(sending, routes, strict=True)]
    ptr = np.cumsum([0, *(len(one) for one in weights)])
    links = np.concatenate([capacity, own])
    found = maxmin(links, ptr, idx.astype(int), np.concatenate(weights))
    return dict(zip(sending, found.tolist(), strict=True))


def step_by_step(capacity: np.ndarray, gangs: list[Gang], until_s: float) -> np.ndarray:
    """(gang,) Mean seconds of a step, lived through."""
    left = np.array([gang.computes_s for gang in gangs])
    sends = np.zeros(len(gangs), dtype=bool)
    steps = np.zeros(len(gangs))
    last_s = np.zeros(len(gangs))
    now_s = 0.0
    while now_s < until_s:
        rate = np.ones(len(gangs))
        senders = np.flatnonzero(sends).tolist()
        for g, value in (rates(capacity, gangs, senders) if senders else {}).items():
            rate[g] = value
        span_s = float((left / rate).min())
        left -= rate * span_s
        now_s += span_s
        for g in np.flatnonzero(left <= 1e-12).tolist():
            steps[g] += sends[g]
            last_s[g] = now_s if sends[g] else last_s[g]
            sends[g] = not sends[g]
            left[g] = gangs[g].sends_s if sends[g] else gangs[g].computes_s
    return last_s / steps


def law_s(capacity: np.ndarray, gangs: list[Gang]) -> np.ndarray:
    shares = gang_shares(capacity, [gang.traffic() for gang in gangs])
    each = zip(gangs, shares, strict=True)
    return np.array([gang.computes_s + gang.sends_s / float(share[0]) for gang, share in each])


def drawn(rng: np.random.Generator, gangs: int, places: int) -> list[Gang]:
    """Gangs that each send from some places."""
    found = []
    for _ in range(gangs):
        senders = rng.integers(1, 7, places) * (rng.random(places) < 0.7)
        senders[rng.integers(places)] += 1
        found.append(Gang(rng.uniform(1, 3), rng.uniform(0.2, 1.5), senders.astype(float)))
    return found


@pytest.mark.parametrize(
    ("gangs", "places", "capacity"),
    [(2, 1, 6), (3, 1, 6), (5, 1, 8), (8, 1, 12), (3, 3, 6), (5, 3, 8), (8, 3, 10), (8, 3, 6)],
)
def test_mean_steps_are_those_of_flows(gangs: int, places: int, capacity: int):
    """Links filled up to four times over; steps up to twice as long as alone."""
    room = np.full(places, float(capacity))
    errors = []
    for seed in range(4):
        drawn_ones = drawn(np.random.default_rng(seed), gangs, places)
        lived_s = step_by_step(room, drawn_ones, 600.0)
        errors += (law_s(room, drawn_ones) / lived_s - 1).tolist()
    assert abs(np.mean(errors)) <= 0.03
    assert np.abs(errors).max() <= 0.15


def test_where_everything_fits_nobody_waits():
    rng = np.random.default_rng(5)
    gangs = drawn(rng, 6, 3)
    room = sum(gang.senders for gang in gangs)
    shares = gang_shares(room, [gang.traffic() for gang in gangs])
    assert all((share == 1.0).all() for share in shares)


def test_two_that_always_send_have_half_each():
    always = Gang(1e-9, 1.0, np.array([4.0]))
    shares = gang_shares(np.array([4.0]), [always.traffic(), always.traffic()])
    assert [float(share[0]) for share in shares] == pytest.approx([0.5, 0.5], rel=1e-6)


def test_one_that_is_beyond_its_links_alone_has_what_they_carry():
    wide = Gang(1.0, 1.0, np.array([12.0, 3.0]))
    [share] = gang_shares(np.array([4.0, 4.0]), [wide.traffic()])
    assert float(share[0]) == pytest.approx(1 / 3)
