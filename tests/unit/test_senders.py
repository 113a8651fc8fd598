"""Nodes that send out of their place, beside a count of every pair."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.network import exchange_senders, ring_senders
from twin.physics.training import Layout, senders


def counted_ring(place, places, block, stride):
    found = np.zeros(places)
    for n in range(len(place)):
        members = list(range(n // block * block, min((n // block + 1) * block, len(place))))
        after = members[(members.index(n) + stride) % len(members)]
        found[place[n]] += place[after] != place[n]
    return found


def counted_exchange(place, places, block, joined):
    """Every node sends as much to each of its block beyond its own scale-up domain."""
    found = np.zeros(places)
    for n in range(len(place)):
        block_of = [m for m in range(len(place)) if m // block == n // block]
        beyond = [m for m in block_of if m // joined != n // joined]
        away = [m for m in beyond if place[m] != place[n]]
        found[place[n]] += len(away) / max(len(beyond), 1)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_rings_and_exchanges_are_counted(seed):
    rng = np.random.default_rng(seed)
    place = np.sort(rng.integers(0, 4, 24)) if seed % 2 else rng.integers(0, 4, 24)
    for block, stride in ((24, 1), (24, 3), (8, 1), (6, 2), (5, 1)):
        expected = counted_ring(place, 4, block, stride)
        assert ring_senders(place, 4, block, stride).tolist() == expected.tolist()
    for block in (24, 8, 6):
        expected = counted_exchange(place, 4, block, 1)
        assert exchange_senders(place, 4, block, 1) == pytest.approx(expected)


def test_domains_that_stand_in_one_place_send_all_their_traffic_beyond():
    """Four nodes a domain, two domains a block, each domain in a place of its own."""
    place = np.repeat([0, 1, 2, 3], 4)
    expected = counted_exchange(place, 4, 8, 4)
    assert exchange_senders(place, 4, 8, 4) == pytest.approx(expected)
    assert expected.tolist() == [4, 4, 4, 4]


def test_a_ring_through_whole_units_leaves_each_once():
    place = np.repeat([0, 1, 2, 3], 8)
    layout = Layout(tensor=8, pipeline=1, data=32, global_batch=32)
    layers, messages, gradients = senders(layout, 8, 8, place, 4)
    assert gradients.tolist() == [1, 1, 1, 1]
    assert not layers.any()
    assert not messages.any()


def test_stages_that_stand_apart_send_from_every_node():
    place = np.repeat([0, 1], 4)
    layout = Layout(tensor=8, pipeline=2, data=4, global_batch=8)
    _, messages, gradients = senders(layout, 8, 8, place, 2)
    assert messages.tolist() == [4, 4]
    assert not gradients.any()


def test_experts_beyond_a_domain_send_what_goes_to_other_places():
    place = np.repeat([0, 1], 4)
    layout = Layout(tensor=1, pipeline=1, data=64, global_batch=64, expert=64)
    layers = senders(layout, 8, 8, place, 2)[0]
    assert layers == pytest.approx([4 * 4 / 7] * 2)
