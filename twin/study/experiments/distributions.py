"""Distributions of what varies, as functions of a share between 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

Array = np.ndarray
Distribution = Literal["uniform", "log_uniform", "normal", "triangular", "choice", "integer"]


class Spread(Protocol):
    """A distribution, by its quantiles."""

    def at(self, shares: Array) -> list[Any]:
        """The values below which these shares of it lie."""
        ...


@dataclass(frozen=True)
class Continuous:
    """A distribution of real numbers.

    low, high   bounds; of a normal distribution those it is cut at
    centre      mode of a triangular, mean of a normal distribution
    deviation   standard deviation of a normal distribution before it is cut
    """

    kind: Distribution
    low: float
    high: float
    centre: float = 0.0
    deviation: float = 0.0

    def at(self, shares: Array) -> list[Any]:
        """The values below which these shares of it lie."""
        return [float(value) for value in getattr(self, f"_{self.kind}")(shares)]

    def _uniform(self, shares: Array) -> Array:
        return self.low + shares * (self.high - self.low)

    def _log_uniform(self, shares: Array) -> Array:
        return np.asarray(self.low * (self.high / self.low) ** shares)

    def _triangular(self, shares: Array) -> Array:
        width = self.high - self.low
        rising = self.low + np.sqrt(shares * width * (self.centre - self.low))
        falling = self.high - np.sqrt((1.0 - shares) * width * (self.high - self.centre))
        return np.where(shares * width < self.centre - self.low, rising, falling)

    def _normal(self, shares: Array) -> Array:
        from scipy.special import ndtr, ndtri

        bounds = (np.array([self.low, self.high]) - self.centre) / self.deviation
        below, up_to = ndtr(bounds)
        within = self.centre + self.deviation * ndtri(below + shares * (up_to - below))
        return np.asarray(np.clip(within, self.low, self.high))


@dataclass(frozen=True)
class OneOf:
    """One of some values, each as likely."""

    values: Sequence[Any]

    def at(self, shares: Array) -> list[Any]:
        """The values below which these shares of it lie."""
        last = len(self.values) - 1
        return [self.values[min(int(share * (last + 1)), last)] for share in shares]
