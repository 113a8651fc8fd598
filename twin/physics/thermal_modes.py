"""A network of heat in modal coordinates, symmetric or not, all in real arithmetic.

    C dT/dt = q - K T        rate, shape: of inv(C) K

Heat that streams of air carry goes one way, so K need not be symmetric and rates come in conjugate
pairs. Modal coordinates are kept *packed*: those of real rates, then the real and then the
imaginary parts of one of each pair; so a network of n nodes has n of them, and shapes are real
matrices. Source: any text on linear systems; LAPACK dsyevd and dgeev.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Complex = NDArray[np.complex128]

_SERIES_BELOW = 1e-3
"""Below this lambda*t the closed forms cancel; the series is exact to rounding there."""
_CONDITION_MAX = 1e7
"""Shapes worse conditioned than this lose too many digits."""
_CONDITION_WORST = 1e12
"""And worse than this, so many that no answer is left."""
_APART_FRAC = (0.0, 1e-11, 1e-10, 1e-9, 1e-7, 1e-5)
"""By which share rates are told apart, tried in turn."""
_KNOWN_MAX = 512
"""Times of which phi and psi are kept."""


@dataclass(frozen=True)
class Crowds:
    """Which nodes move together: each node's place in the smaller network, and its own rate."""

    place: Index
    """(node,) the lump it belongs to; a node alone is a lump of its own."""
    size: Array
    """(lump,) how many nodes it holds."""
    rate_per_s: Array
    """(node,) at which its distance from the lump's mean fades; 0 for a node alone."""


@dataclass(frozen=True)
class Factor:
    """What multiplies each mode, packed: by `same` itself, and by `other` the other part of its
    pair.
    """

    same: Array
    other: Array | None
    pairs: int

    def times(self, packed: Array) -> Array:
        """(..., mode) each mode of (..., mode) times its factor."""
        out = packed * self.same
        if self.other is not None:
            out += swapped(packed, self.pairs) * self.other
        return np.asarray(out)


def together(factors: list[Factor], order: Index | None = None) -> Factor:
    """(factor, mode) several at once, or one a member of `order`."""
    same = np.stack([factor.same for factor in factors])
    others = [factor.other for factor in factors if factor.other is not None]
    other = np.stack(others) if others else None
    if order is not None:
        same = same[order]
        other = None if other is None else other[order]
    return Factor(same, other, factors[0].pairs)


def swapped(packed: Array, pairs: int) -> Array:
    """(..., mode) with real and imaginary parts of the pairs in each other's place."""
    return packed.take(_partners(packed.shape[-1], pairs), axis=-1)


@cache
def _partners(modes: int, pairs: int) -> Index:
    """(mode,) the other part of the pair that each packed mode belongs to; itself where it is
    alone.
    """
    place = np.arange(modes)
    alone = modes - 2 * pairs
    return np.concatenate([place[:alone], place[alone + pairs :], place[alone : alone + pairs]])


@dataclass(frozen=True)
class Modes:
    """A network in packed modal coordinates; with crowds, nodes are the lumps."""

    rate_per_s: Array | Complex
    """(real rate and one of each pair,) in 1/s."""
    shape: Array
    """(node, mode) temperatures of each mode."""
    left: Array
    """(mode, node) modal coordinates of each node's temperature."""
    capacity_j_k: Array
    """(node,) J/K."""
    pairs: int = 0
    crowds: Crowds | None = None
    known: dict[tuple[str, float], Factor] = field(default_factory=dict, repr=False, compare=False)
    """Factors at the times that were asked for."""
    phis: dict[float, Array] = field(default_factory=dict, repr=False, compare=False)
    """Phi of every rate at those times, of which psi is made."""

    def full(self, time_s: float) -> Factor:
        """Phi of every rate."""
        return self._factor("phi", time_s)

    def area(self, time_s: float) -> Factor:
        """Psi of every rate."""
        return self._factor("psi", time_s)

    def fading(self, time_s: float) -> Factor:
        """The share of each mode that is left after a time."""
        return self._factor("exp", time_s)

    def decay(self) -> Factor:
        """How fast each mode fades, per kelvin of it."""
        return self._factor("rate", 0.0)

    def _factor(self, name: str, time_s: float) -> Factor:
        found = self.known.get((name, time_s))
        if found is None:
            if len(self.known) >= _KNOWN_MAX:
                self.known.clear()
                self.phis.clear()
            found = self.pack(self._values(name, time_s))
            self.known[name, time_s] = found
        return found

    def _values(self, name: str, time_s: float) -> Array | Complex:
        """(rate,) what `_factor` packs."""
        if name == "exp":
            return np.asarray(np.exp(-self.rate_per_s * time_s))
        if name == "rate":
            return self.rate_per_s
        full = self.phis.get(time_s)
        if full is None:
            full = phi(self.rate_per_s, time_s)
            self.phis[time_s] = full
        return full if name == "phi" else psi(self.rate_per_s, time_s, full)

    def pack(self, values: Array | Complex) -> Factor:
        """A factor from its value at every rate."""
        if not self.pairs:
            return Factor(np.asarray(values.real, dtype=float), None, 0)
        alone = len(values) - self.pairs
        pair = values[alone:]
        same = np.concatenate([values[:alone].real, pair.real, pair.real])
        other = np.concatenate([np.zeros(alone), -pair.imag, pair.imag])
        return Factor(same, other, self.pairs)

    def drive(self, slope_k_s: Array) -> Array:
        """(..., mode) what moves each mode, from how fast every node (..., node) moves."""
        return np.asarray(slope_k_s @ self.left.T)

    def unpacked(self, row: Array, drive: Array) -> Array | Complex:
        """(rate,) contribution of each rate to the node whose row of `shape` is given."""
        if not self.pairs:
            return np.asarray(row * drive)
        alone = row.size - 2 * self.pairs
        first = slice(alone, alone + self.pairs)
        last = slice(alone + self.pairs, None)
        shape = row[first] - 1j * row[last]
        pair = shape * (drive[first] + 1j * drive[last])
        return np.concatenate([row[:alone] * drive[:alone] + 0j, pair])


def phi(rate_per_s: Array | Complex, time_s: float) -> Array:
    """(1 - exp(-lambda t)) / lambda, and t where lambda vanishes."""
    decay = rate_per_s * time_s
    moves = np.abs(decay) > 1e-12
    if moves.all():
        return np.asarray(-np.expm1(-decay) / rate_per_s)
    safe = np.where(moves, rate_per_s, 1.0)
    return np.where(moves, -np.expm1(-decay) / safe, time_s * (1.0 - 0.5 * decay))


def psi(rate_per_s: Array | Complex, time_s: float, full: Array | None = None) -> Array:
    """The integral of phi from 0 to t: (t - phi) / lambda, and t^2/2 where lambda vanishes.

    full   phi at that time, where it is known
    """
    decay = rate_per_s * time_s
    fast = np.abs(decay) > _SERIES_BELOW
    if full is None:
        full = phi(rate_per_s, time_s)
    if fast.all():
        return np.asarray((time_s - full) / rate_per_s)
    series = time_s**2 * (0.5 - decay / 6.0 + decay**2 / 24.0 - decay**3 / 120.0)
    safe = np.where(fast, rate_per_s, 1.0)
    return np.where(fast, (time_s - full) / safe, series)


def modes(capacity_j_k: Array, conductance_w_k: Array) -> Modes:
    """Decompose a network.

    capacity_j_k      (node,)       J/K, > 0
    conductance_w_k   (node, node)  W/K; off its diagonal nothing above 0, as streams and links make
                                    it, and no row that sums to less than 0
    Raises numpy.linalg.LinAlgError where K is not finite.
    """
    scale = 1.0 / np.sqrt(capacity_j_k)
    scaled = conductance_w_k * np.outer(scale, scale)
    if np.array_equal(scaled, scaled.T):
        rate, vectors = scipy.linalg.eigh(scaled, check_finite=False, driver="evd")
        shape = vectors * scale[:, None]
        return Modes(np.maximum(rate, 0.0), shape, shape.T * capacity_j_k, capacity_j_k)
    return _one_way(capacity_j_k, scaled, scale)


def _one_way(capacity_j_k: Array, scaled: Array, scale: Array) -> Modes:
    """The modes of a network whose streams go one way.

    Where shapes coincide, as along a stream through equal lumps, no basis of them exists; rates are
    then told apart, by as little as serves. Raises numpy.linalg.LinAlgError where nothing does.
    """
    best: tuple[float, Array | Complex, Array, Array, int] | None = None
    for apart in _APART_FRAC:
        found = _packed_shapes(scaled * (1.0 + apart * _spread(len(scaled)))[:, None])
        if best is None or found[0] < best[0]:
            best = found
        if best[0] < _CONDITION_MAX:
            break
    assert best is not None
    if best[0] > _CONDITION_WORST:
        raise np.linalg.LinAlgError("streams of air through lumps too alike to be told apart")
    _, rates, packed, inverse, pairs = best
    steady = np.where(rates.real < 0, rates - rates.real, rates)
    return Modes(steady, packed * scale[:, None], inverse / scale, capacity_j_k, pairs)


def _spread(nodes: int) -> Array:
    """(node,) numbers within 0.5 of 0, no two alike: multiples of the golden ratio."""
    return np.asarray(np.arange(1, nodes + 1) * 0.6180339887498949 % 1.0 - 0.5)


def _packed_shapes(scaled: Array) -> tuple[float, Array | Complex, Array, Array, int]:
    """Condition of the shapes, rates, shapes and their inverse, and how many pairs."""
    rate, vectors = scipy.linalg.eig(scaled, check_finite=False)
    alone = np.flatnonzero(rate.imag == 0)
    pair = np.flatnonzero(rate.imag > 0)
    kept = np.concatenate([alone, pair])
    columns = [vectors[:, alone].real, vectors[:, pair].real, -vectors[:, pair].imag]
    packed = np.concatenate(columns, axis=1)
    rates = rate[kept] if pair.size else rate[kept].real
    try:
        inverse = np.linalg.inv(packed)
    except np.linalg.LinAlgError:
        return np.inf, rates, packed, packed.T, pair.size
    condition = float(np.linalg.norm(packed) * np.linalg.norm(inverse))
    return condition, rates, packed, inverse, pair.size
