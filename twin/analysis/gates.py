"""Gates: what a change may do to the figures of a result, judged on two of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.analysis.differences import is_number, relative
from twin.analysis.leaves import flat
from twin.errors import InputError, Problem, did_you_mean

_FORM = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(<=|>=)\s*([-+]?[0-9.eE+-]+)\s*(%?)\s*")
_ALLOWED = "figure>=-2% or figure<=100: the change in percent, or the new value"


@dataclass(frozen=True)
class Gate:
    """A limit on one figure: on its change in percent of the old value, or on its new value."""

    figure: str
    sign: str
    limit: float
    of_change: bool

    def __str__(self) -> str:
        return f"{self.figure}{self.sign}{self.limit:g}{'%' if self.of_change else ''}"


def read_gate(text: str) -> Gate:
    """`tokens_total>=-2%` or `pue_mean<=1.3`. InputError where it is neither."""
    found = _FORM.fullmatch(text)
    try:
        limit = float(found[3]) if found else math.nan
    except ValueError:
        limit = math.nan
    if found is None or not math.isfinite(limit):
        raise InputError([Problem("", repr(text), _ALLOWED, file="--gate")])
    return Gate(found[1], found[2], limit, found[4] == "%")


def failed(gates: list[Gate], a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """What each failing gate found, in their order; a, b are summaries of two results.

    InputError for a figure that no result of the two has, or that is no number.
    """
    old, new = flat(a), flat(b)
    _known(gates, old, new)
    out = []
    for gate in gates:
        value = _value(gate, old[gate.figure], new[gate.figure])
        holds = value <= gate.limit if gate.sign == "<=" else value >= gate.limit
        if not holds:
            unit = " %" if gate.of_change else ""
            out.append(f"{gate} failed: {value:.6g}{unit}")
    return out


def _value(gate: Gate, old: float, new: float) -> float:
    if not gate.of_change:
        return float(new)
    share = relative(old, new)
    if share is None:
        return 0.0 if new == old else math.copysign(math.inf, new - old)
    return 100.0 * share


def _known(gates: list[Gate], old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    numbers = [key for key in old if key in new and is_number(old[key]) and is_number(new[key])]
    problems = [
        Problem(
            str(gate),
            repr(gate.figure),
            "a figure of the summary of both results",
            did_you_mean(gate.figure, numbers),
            "--gate",
        )
        for gate in gates
        if gate.figure not in numbers
    ]
    if problems:
        raise InputError(problems)
