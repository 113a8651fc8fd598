"""Numbers of a model: expressions, parameters and the probabilities of basic events."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from itertools import pairwise

from twin.analysis.fault_tree.xml_file import Element
from twin.errors import did_you_mean


def _glm(gamma: float, failure: float, repair: float, time: float) -> float:
    """Unavailability of a repaired component that fails on demand with probability gamma."""
    both = failure + repair
    return (failure - (failure - gamma * both) * math.exp(-both * time)) / both


def _weibull(scale: float, shape: float, start: float, time: float) -> float:
    return -math.expm1(-(((time - start) / scale) ** shape)) if time > start else 0.0


def _lognormal(first: float, second: float, level: float | None = None) -> float:
    """Mean, error factor and its level; or mean and deviation of the logarithm."""
    return math.exp(first + second**2 / 2.0) if level is None else first


def _tested(*numbers: float) -> float:
    """Unavailability of what is tested: repaired at once (four numbers), or at a rate (five)."""
    if len(numbers) == 5:
        return _tested_and_repaired(*numbers)
    rate, every, first, time = numbers
    since = time if time <= first else math.fmod(time - first, every) or every
    return -math.expm1(-rate * since)


def _tested_and_repaired(
    rate: float, repair: float, every: float, first: float, time: float
) -> float:
    """The same where what a test finds failed is in repair from then on, for a mean 1 / repair.

    After a test a component works or is in repair; failures until the next one are not seen. So
    the share that works at the tests is a geometric series. Source: Open-PSA MEF 2.0, stochastic
    layer, periodic-test with 5 arguments.
    """
    if time <= first:
        return -math.expm1(-rate * time)
    tests = math.ceil((time - first) / every) - 1
    mended = _mended(rate, repair, every)
    kept = math.exp(-rate * every) - mended
    settled = mended / (1.0 - kept)
    works = settled + kept**tests * (math.exp(-rate * first) - settled)
    since = time - first - tests * every
    back = _mended(rate, repair, since)
    return 1.0 - works * math.exp(-rate * since) - (1.0 - works) * back


def _mended(rate: float, repair: float, since: float) -> float:
    """Probability that what was in repair so long ago works: repaired, and not failed again."""
    apart = repair - rate
    if abs(apart) * since < 1e-9:
        return repair * since * math.exp(-rate * since)
    return -repair * math.exp(-rate * since) * math.expm1(-apart * since) / apart


def _histogram(start: float, *bins: float) -> float:
    """Mean of a value drawn from the bin in which a uniform number falls.

    bins  upper bound and value of each. Source: Open-PSA MEF 2.0, histograms.
    """
    bounds = (start, *bins[::2])
    widths = [high - low for low, high in pairwise(bounds)]
    if min(widths) <= 0:
        raise ValueError("bounds that do not rise")
    return math.fsum(w * v for w, v in zip(widths, bins[1::2], strict=True)) / (bounds[-1] - start)


def _switched(*cases: float) -> float:
    """The value of the first pair whose condition holds, else the last."""
    pairs = zip(cases[:-1:2], cases[1::2], strict=False)
    return next((value for holds, value in pairs if holds), cases[-1])


_ANY = range(1, 999)
_FUNCTIONS: dict[str, tuple[range, Callable[..., float]]] = {
    "neg": (range(1, 2), operator.neg),
    "add": (_ANY, lambda *a: math.fsum(a)),
    "sub": (_ANY, lambda a, *b: a - math.fsum(b)),
    "mul": (_ANY, lambda *a: math.prod(a)),
    "div": (range(2, 999), lambda a, *b: a / math.prod(b)),
    "min": (_ANY, lambda *a: min(a)),
    "max": (_ANY, lambda *a: max(a)),
    "mean": (_ANY, lambda *a: math.fsum(a) / len(a)),
    "abs": (range(1, 2), abs),
    "exp": (range(1, 2), math.exp),
    "log": (range(1, 2), math.log),
    "log10": (range(1, 2), math.log10),
    "sqrt": (range(1, 2), math.sqrt),
    "pow": (range(2, 3), math.pow),
    "pi": (range(1), lambda: math.pi),
    "mod": (range(2, 3), math.fmod),
    "ceil": (range(1, 2), math.ceil),
    "floor": (range(1, 2), math.floor),
    "not": (range(1, 2), lambda a: float(not a)),
    "and": (_ANY, lambda *a: float(all(a))),
    "or": (_ANY, lambda *a: float(any(a))),
    "eq": (range(2, 3), lambda a, b: float(a == b)),
    "df": (range(2, 3), lambda a, b: float(a != b)),
    "lt": (range(2, 3), lambda a, b: float(a < b)),
    "gt": (range(2, 3), lambda a, b: float(a > b)),
    "leq": (range(2, 3), lambda a, b: float(a <= b)),
    "geq": (range(2, 3), lambda a, b: float(a >= b)),
    "ite": (range(3, 4), lambda holds, then, other: then if holds else other),
    "switch": (range(1, 999, 2), _switched),
    "periodic-test": (range(4, 6), _tested),
    "exponential": (range(2, 3), lambda rate, time: -math.expm1(-rate * time)),
    "GLM": (range(4, 5), _glm),
    "Weibull": (range(4, 5), _weibull),
    "uniform-deviate": (range(2, 3), lambda low, high: (low + high) / 2.0),
    "histogram": (range(3, 999, 2), _histogram),
    "normal-deviate": (range(2, 3), lambda mean, _deviation: mean),
    "lognormal-deviate": (range(2, 4), _lognormal),
    "gamma-deviate": (range(2, 3), lambda shape, scale: shape * scale),
    "beta-deviate": (range(2, 3), lambda alpha, beta: alpha / (alpha + beta)),
}
_FUNCTIONS |= {
    name: (range(1, 2), getattr(math, name))
    for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
}
"""How many arguments each function of an expression takes, and what it gives; a deviate gives its
mean."""


class Values:
    """Evaluates expressions; parameters are looked up by name, once."""

    def __init__(self, parameters: dict[str, Element], mission_time_h: float) -> None:
        self.parameters = parameters
        self.mission_time_h = mission_time_h
        self._known: dict[str, float] = {}
        self._open: list[str] = []

    def of(self, element: Element) -> float:
        """The number an expression stands for. InputError where it is none."""
        tag = element.tag
        if tag in ("float", "int"):
            return self._number(element)
        if tag == "bool":
            return float(element.get("value") == "true")
        if tag == "parameter":
            return self._parameter(element)
        if tag == "system-mission-time":
            return self.mission_time_h
        if tag not in _FUNCTIONS:
            hint = did_you_mean(tag, [*_FUNCTIONS, "float", "parameter"])
            element.refuse(f"<{tag}>", "float, parameter or " + ", ".join(_FUNCTIONS), hint)
        return self._function(element)

    def one_inside(self, element: Element) -> float:
        """The number of an element that holds one expression."""
        inner = element.meant()
        if len(inner) != 1:
            element.refuse(f"{len(inner)} expressions", "one, such as <float value='0.01'/>")
        return self.of(inner[0])

    def probability(self, element: Element) -> float:
        """As `one_inside`, between 0 and 1."""
        value = self.one_inside(element)
        if not 0.0 <= value <= 1.0:
            element.refuse(f"probability {value:g}", "0 to 1")
        return value

    def _number(self, element: Element) -> float:
        text = element.get("value")
        try:
            value = float(text)
        except ValueError:
            element.refuse(repr(text), "a number")
        if not math.isfinite(value):
            element.refuse(repr(text), "a finite number")
        return value

    def _parameter(self, element: Element) -> float:
        name = element.get("name")
        if name in self._known:
            return self._known[name]
        if name not in self.parameters:
            hint = did_you_mean(name, self.parameters)
            element.refuse(f"unknown parameter {name!r}", "a name of define-parameter", hint)
        if name in self._open:
            element.refuse("a circle: " + " -> ".join([*self._open, name]), "no circle")
        self._open.append(name)
        self._known[name] = self.one_inside(self.parameters[name])
        self._open.pop()
        return self._known[name]

    def _function(self, element: Element) -> float:
        arguments: Sequence[float] = [self.of(inner) for inner in _arguments(element)]
        counts, function = _FUNCTIONS[element.tag]
        if len(arguments) not in counts:
            allowed = _numbers(counts)
            element.refuse(f"{len(arguments)} arguments of <{element.tag}>", allowed)
        try:
            value = function(*arguments)
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            element.refuse(f"<{element.tag}> of {arguments}: {error}", "a finite number")
        if isinstance(value, complex) or not math.isfinite(value):
            element.refuse(f"<{element.tag}> of {arguments}", "a finite number")
        return value


def _arguments(element: Element) -> list[Element]:
    """What a function is of; the cases of a switch, and bins of a histogram, are two in turn."""
    inner = element.meant()
    pairs = {"switch": "case", "histogram": "bin"}.get(element.tag)
    return [part for one in inner for part in (one.meant() if one.tag == pairs else [one])]


def _numbers(counts: range) -> str:
    if len(counts) < 3:
        return " or ".join(str(count) for count in counts)
    return f"{counts[0]} or more"
