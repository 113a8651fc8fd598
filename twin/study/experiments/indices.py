"""Designs and indices of sensitivity, by SALib, on shares between 0 and 1.

SALib 1.6.0 answers 0 with a confidence of 0 for every Sobol index where one output is not finite;
what stands here is therefore only asked of values that `usable` let through.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.study.experiments.installed import need_study

Columns = dict[str, np.ndarray]
_LEVELS = 4
_RESAMPLES = 25


@dataclass(frozen=True)
class IndexDesign:
    """One kind of index: its points, its analysis, and what ranks its parameters."""

    strength: str
    words: str
    block: Callable[[int], int]
    """Points that belong together, by the number of parameters: failed ones go with their block."""
    refuses: Callable[[int], str]
    """What is allowed in place of a number of samples; empty where it is."""
    sample: Callable[[dict[str, Any], int, int], np.ndarray]
    analyse: Callable[[np.ndarray, np.ndarray, int], Columns]


def shares_of(index: str, count: int, samples: int, seed: int) -> np.ndarray:
    """Points of the unit cube for so many parameters, one row a point."""
    need_study("SALib", f"sensitivity: {index}")
    return np.asarray(DESIGNS[index].sample(_problem(count), samples, seed % 2**32), dtype=float)


def _problem(count: int) -> dict[str, Any]:
    names = [f"x{n}" for n in range(count)]
    return {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}


def _power_of_two(samples: int) -> str:
    if samples >= 2 and samples & (samples - 1) == 0:
        return ""
    near = 2 ** max(1, round(np.log2(max(samples, 2))))
    return f"a power of two for a Sobol sequence, such as {near}"


def _at_least(least: int) -> Callable[[int], str]:
    return lambda samples: "" if samples >= least else f"{least} or more"


def _sobol_sample(problem: dict[str, Any], samples: int, seed: int) -> np.ndarray:
    from SALib.sample import sobol

    found = sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    return np.asarray(found)


def _morris_sample(problem: dict[str, Any], samples: int, seed: int) -> np.ndarray:
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, samples, num_levels=_LEVELS, seed=seed))


def _latin_sample(problem: dict[str, Any], samples: int, seed: int) -> np.ndarray:
    from SALib.sample import latin

    return np.asarray(latin.sample(problem, samples, seed=seed))


def _sobol(shares: np.ndarray, values: np.ndarray, seed: int) -> Columns:
    from SALib.analyze import sobol

    found = _asked(
        lambda: sobol.analyze(
            _problem(shares.shape[1]), values, calc_second_order=False, seed=seed % 2**32
        ),
        values,
    )
    named = {"first_order": "S1", "total": "ST"}
    return _named(found, named, shares.shape[1], conf="{}_conf")


def _morris(shares: np.ndarray, values: np.ndarray, seed: int) -> Columns:
    from SALib.analyze import morris

    problem = _problem(shares.shape[1])
    found = _asked(
        lambda: morris.analyze(problem, shares, values, num_levels=_LEVELS, seed=seed % 2**32),
        values,
    )
    named = {"mean_absolute_effect": "mu_star", "mean_effect": "mu", "spread_of_effects": "sigma"}
    return _named(found, named, shares.shape[1], conf="{}_conf")


def _delta(shares: np.ndarray, values: np.ndarray, seed: int) -> Columns:
    from SALib.analyze import delta

    problem = _problem(shares.shape[1])
    found = _asked(
        lambda: delta.analyze(problem, shares, values, num_resamples=_RESAMPLES, seed=seed % 2**32),
        values,
    )
    named = {"delta": "delta_balanced", "first_order": "S1"}
    return _named(found, named, shares.shape[1], conf="{}_conf")


def _asked(analyse: Callable[[], Any], values: np.ndarray) -> Any:
    """The answer of SALib; None where nothing moves the outcome, which has no indices."""
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return analyse()


def _named(found: Any, named: dict[str, str], count: int, conf: str) -> Columns:
    """Indices under plain names, each with its reach where SALib gives one."""
    columns: Columns = {}
    for name, theirs in named.items():
        columns[name] = _column(found, theirs, count)
        if found is None or conf.format(theirs) in found:
            columns[f"{name}_reach"] = _column(found, conf.format(theirs), count)
    return columns


def _column(found: Any, name: str, count: int) -> np.ndarray:
    if found is None:
        return np.full(count, np.nan)
    return np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan)


def _never(*_: Any) -> Any:
    raise AssertionError("a tornado is no index of SALib")


DESIGNS: dict[str, IndexDesign] = {
    "sobol": IndexDesign(
        "total", "total index", lambda n: n + 2, _power_of_two, _sobol_sample, _sobol
    ),
    "morris": IndexDesign(
        "mean_absolute_effect",
        "mean effect over the range",
        lambda n: n + 1,
        _at_least(2),
        _morris_sample,
        _morris,
    ),
    "delta": IndexDesign("delta", "delta", lambda _: 1, _at_least(64), _latin_sample, _delta),
    "tornado": IndexDesign("span", "span", lambda _: 1, lambda _: "", _never, _never),
}
"""What may be asked, by name."""
