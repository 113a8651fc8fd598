"""Ten kinds of whole facility with the ranges of their inputs, as a published study has them.

Lei and Masanet, Climate- and technology-specific PUE and WUE estimations for US data centers using
a hybrid statistical and thermodynamics-based approach, Resources, Conservation and Recycling 182
(2022) 106323. Names are the study's, ranges those of its table B.1.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

_FILE = Path(__file__).parents[1] / "data" / "facility_types" / "inputs.csv"

Economiser = Literal["none", "air", "adiabatic", "water"]
Chiller = Literal["water", "air", "direct"]


@dataclass(frozen=True)
class StudyInput:
    """One number of a facility: its key, the study's name for it, unit and range."""

    key: str
    name: str
    unit: str
    low: float
    high: float

    @property
    def middle(self) -> float:
        """Middle of the published range."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class FacilityType:
    """One of the ten."""

    case: int
    key: str
    cooling_system: str
    size_class: str
    economiser: Economiser
    chiller: Chiller

    @property
    def name(self) -> str:
        """The study's name, with the size class that tells two of a kind apart."""
        return f"{self.size_class} {self.cooling_system}"

    @property
    def inputs(self) -> Mapping[str, StudyInput]:
        """Its inputs by key."""
        return _inputs()[self.case]


_AIR = "(airside economizer)"
_WATER = "(waterside economizer)"
_WATER_COOLED = "Water-cooled chiller"
_AIR_COOLED = "Air-cooled chiller"
TYPES: tuple[FacilityType, ...] = (
    FacilityType(
        1, "adiabatic_large", "Airside economizer& adiabatic cooling", "Large-scale", "adiabatic",
        "water",
    ),
    FacilityType(
        2, "waterside_large", f"{_WATER_COOLED} {_WATER}", "Large-scale", "water", "water"
    ),
    FacilityType(3, "airside_water_midsize", f"{_WATER_COOLED} {_AIR}", "Midsize", "air", "water"),
    FacilityType(4, "waterside_midsize", f"{_WATER_COOLED} {_WATER}", "Midsize", "water", "water"),
    FacilityType(5, "water_midsize", _WATER_COOLED, "Midsize", "none", "water"),
    FacilityType(6, "airside_air_midsize", f"{_AIR_COOLED} {_AIR}", "Midsize", "air", "air"),
    FacilityType(7, "air_midsize", _AIR_COOLED, "Midsize", "none", "air"),
    FacilityType(8, "water_small", _WATER_COOLED, "Small", "none", "water"),
    FacilityType(9, "air_small", _AIR_COOLED, "Small", "none", "air"),
    FacilityType(10, "direct_small", "Direct expansion system", "Small", "none", "direct"),
)  # fmt: skip


@cache
def _inputs() -> Mapping[int, Mapping[str, StudyInput]]:
    """By case, the inputs that it has."""
    found: dict[int, dict[str, StudyInput]] = {facility.case: {} for facility in TYPES}
    with _FILE.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            for case, inputs in found.items():
                if bounds := line[str(case)].split():
                    low, high = map(float, bounds)
                    key = line["key"]
                    inputs[key] = StudyInput(key, line["name"], line["unit"], low, high)
    return MappingProxyType({case: MappingProxyType(inputs) for case, inputs in found.items()})
