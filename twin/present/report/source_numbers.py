"""Numbers of sources in words: `price_usd` 1200000 is `price 1,200,000 USD`."""

from __future__ import annotations

from twin.named_quantity import spoken
from twin.quantities import short

_LONGEST = 160
"""Letters of a value that is no number."""
_FIGURES = 6
"""Shown at least, where a row states as many: conversions leave no others."""
_PREFIXED = frozenset({"W", "J", "B", "B/s", "flop/s", "FLOP/s", "Hz", "V", "Pa"})
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_TYPED = {
    "m3": "m³",
    "m2": "m²",
    "m3/s": "m³/s",
    "degC": "°C",
    "deg": "°",
    "token": "tokens",
    "1/h": "an hour",
}
"""Units as people write them."""
_SPOKEN = {
    "mtbf": "MTBF", "mttr": "MTTR", "gpu": "GPU", "gpus": "GPUs", "cpu": "CPU", "cpus": "CPUs",
    "nic": "NIC", "nics": "NICs", "kv": "KV", "cop": "COP", "l2": "L2",
}  # fmt: skip
_ENDS = ("_per_h", "_deg", " flop_s", " bytes_s")
"""Ends of names that say a unit and that no outcome has."""
_L_PER_H = 3.6e6


def stated(parameter: str, value: str, unit: str) -> str:
    """A parameter in words with its value in all figures that its row states, its unit on the same
    line: `fuel_idle_m3_s` 1.38889e-05 is `fuel idle 50 L/h`.

    value   one number, several with spaces between them, or words
    """
    name = _name(parameter)
    texts = value.split()
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        numbers = []
    if not numbers:
        held = {"True": "yes", "False": "no"}.get(value, short(value, _LONGEST))
        return f"{name} {_joined(held, _TYPED.get(unit, unit))}"
    factor, shown = _scale(parameter, unit, max(map(abs, numbers)))
    told = " ".join(map(_figures, [one * factor for one in numbers], texts))
    return f"{name} {_joined(told, shown)}"


def _name(parameter: str) -> str:
    """Without its unit and underscores, abbreviations in capitals."""
    bare = parameter
    for end in _ENDS:
        bare = bare.removesuffix(end)
    said = spoken(bare) if bare == parameter else bare.replace("_", " ")
    return " ".join(_SPOKEN.get(word, word) for word in said.split(" "))


def _scale(parameter: str, unit: str, largest: float) -> tuple[float, str]:
    """What a value is multiplied by, and the unit it then has."""
    if not unit and parameter.endswith("_frac"):
        return 100.0, "%"
    if unit == "m3/s" and parameter.startswith("fuel_"):
        return _L_PER_H, "L/h"
    if unit in _PREFIXED:
        for size, prefix in _PREFIXES:
            if largest >= size:
                return 1.0 / size, f"{prefix}{unit}"
    return 1.0, _TYPED.get(unit, unit)


def _figures(value: float, text: str) -> str:
    digits = sum(letter.isdigit() for letter in text.lower().partition("e")[0])
    return f"{value:,.{max(_FIGURES, digits)}g}"


def _joined(value: str, unit: str) -> str:
    return f"{value}\u00a0{unit}" if unit else value
