"""Sums down forests and along their ways by running totals, against matrices of their paths."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.forest import forest
from twin.physics.radial import radial_network

SIZE = 60
SHAPES = ("chain", "star", "bush", "roots", "two trees")


def hangs_on(shape: str) -> np.ndarray:
    """Who hangs on whom, numbers in no order of the trees."""
    draw = np.random.default_rng(7)
    above = {
        "chain": np.arange(-1, SIZE - 1),
        "star": np.where(np.arange(SIZE) > 0, 0, -1),
        "bush": np.array([-1, *(int(draw.integers(0, n)) for n in range(1, SIZE))]),
        "roots": np.full(SIZE, -1),
        "two trees": np.array([-1, -1, *(int(draw.integers(n - 2, n)) for n in range(2, SIZE))]),
    }[shape]
    names = draw.permutation(SIZE)
    named = np.empty(SIZE, dtype=np.int64)
    named[names] = np.where(above >= 0, names[above], -1)
    return named


def paths(supply: np.ndarray, taker: np.ndarray, share: np.ndarray, size: int) -> np.ndarray:
    """What part of what is drawn at the second passes through the first."""
    carried = np.zeros((size, size), dtype=complex)
    carried[supply, taker] = share
    return np.linalg.inv(np.eye(size) - carried)


def drawn(size: int) -> np.ndarray:
    draw = np.random.default_rng(8)
    return draw.normal(size=size) + 1j * draw.normal(size=size)


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_those_of_the_paths(shape: str) -> None:
    above = hangs_on(shape)
    taker = np.flatnonzero(above >= 0)
    path = paths(above[taker], taker, np.ones(taker.size), SIZE)
    found = forest(above)
    values = drawn(SIZE)
    assert np.allclose(found.below(values[found.order])[found.place], path @ values, atol=1e-12)
    assert np.allclose(found.along(values[found.order])[found.place], path.T @ values, atol=1e-12)


def test_rounding_is_that_of_the_whole() -> None:
    """A megawatt beside a milliwatt: the small one is right to 1e-16 of the large."""
    above = np.array([-1, 0, 0, 2])
    found = forest(above)
    through = found.below(np.array([0.0, 1e6, 0.0, 1e-3], dtype=complex)[found.order])[found.place]
    assert through[2] == pytest.approx(1e-3, abs=1e-9)
    assert found.below(np.zeros(4, dtype=complex)).tolist() == [0.0] * 4


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("unlike", [False, True], ids=["alike", "unlike"])
def test_takers_of_several_supplies_share_over_all_their_ways(seed: int, unlike: bool) -> None:
    """A random network in which two of five take from two or three, some below others."""
    draw = np.random.default_rng(seed)
    supply, taker, share = [], [], []
    for node in range(2, SIZE):
        count = int(draw.choice([1, 1, 1, 2, 3]))
        of = draw.choice(node, size=min(count, node), replace=False)
        parts = draw.uniform(0.2, 1.0, of.size) + 1j * unlike * draw.uniform(-0.2, 0.2, of.size)
        supply += of.tolist()
        taker += [node] * of.size
        share += (parts / parts.sum()).tolist()
    edges = (np.array(supply), np.array(taker), np.array(share))
    none = np.zeros(SIZE)
    held = none > 0
    ways = radial_network(edges, none + 0j, held, none + np.inf, (none, none, none)).ways
    path = paths(*edges, SIZE)
    values = drawn(SIZE)
    order, place = ways.forest.order, ways.forest.place
    assert np.allclose(ways.below(values[order])[place], path @ values, atol=1e-12)
    assert np.allclose(ways.along(values[order])[place], path.T @ values, atol=1e-12)
