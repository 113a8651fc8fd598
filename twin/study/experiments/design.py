"""Where a study looks: the points of a design in the space of what varies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Literal

import numpy as np

from twin.seeds import stream
from twin.study.experiments.distributions import Spread

Method = Literal["grid", "latin_hypercube", "sobol", "monte_carlo", "list"]
Point = Mapping[str, Any]
"""A value for every varied name."""


def grid(levels: Mapping[str, Sequence[Any]]) -> list[Point]:
    """Every combination; the last name varies fastest."""
    return [dict(zip(levels, point, strict=True)) for point in product(*levels.values())]


def sampled(spreads: Mapping[str, Spread], method: Method, samples: int, seed: int) -> list[Point]:
    """Points drawn from the distributions; the same for the same seed.

    A Sobol sequence is scrambled, and balanced where `samples` is a power of two. Adding a name
    changes the draws of a Latin hypercube or a Sobol sequence; in Monte Carlo each name has a
    stream of its own.
    """
    shares = _shares(list(spreads), method, samples, seed)
    columns = [spread.at(shares[:, n]) for n, spread in enumerate(spreads.values())]
    return [
        {name: column[row] for name, column in zip(spreads, columns, strict=True)}
        for row in range(samples)
    ]


def _shares(names: list[str], method: Method, samples: int, seed: int) -> np.ndarray:
    """Numbers between 0 and 1: one row a sample, one column a name."""
    if not names:
        return np.empty((samples, 0))
    if method == "monte_carlo":
        return np.column_stack([stream(seed, "study", name).random(samples) for name in names])
    from scipy.stats import qmc

    rng = stream(seed, "study", method)
    if method == "sobol":
        return np.asarray(qmc.Sobol(len(names), rng=rng).random(samples))
    return np.asarray(qmc.LatinHypercube(len(names), rng=rng).random(samples))


def replicated(point: int, replications: int, seed: int, method: Method) -> Iterator[int]:
    """Seeds of a point's runs: the study's seed and those after it.

    All points and arms meet the same seeds, so their differences are of the design and not of
    chance; in Monte Carlo every point has seeds of its own, which its arms share.
    """
    first = seed + point * replications if method == "monte_carlo" else seed
    yield from range(first, first + replications)
