"""A rating as nameplates and breakers state it, turned into watts that may be drawn for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, PlainSerializer, model_validator

from twin.physics.power import circuit_power_va
from twin.stated import ApparentPower, Current, Percent, Rating, Stated, Voltage


class ElectricalRating(Stated):
    """A rating by current and voltage, by apparent power, or by power; with what may be used of it.

    current x voltage (x sqrt 3) x power factor x continuous share.
    """

    current: Current | None = None
    """Of the breaker, busway or cable; with `voltage`."""
    voltage: Voltage | None = None
    """Between lines where there are three phases, else to neutral."""
    phases: Literal[1, 3] = 3
    """Phases that carry the current."""
    apparent_power: ApparentPower | None = None
    """Or the nameplate's kVA."""
    power: Rating | None = None
    """Or the nameplate's kW; without a power factor."""
    power_factor: Percent | None = None
    """Watts over volt-amperes of the load; needed with a current or an apparent power."""
    continuous: Percent = 1.0
    """Share that may be drawn for three hours and more: 80 % under the rule for breakers that are
    not listed for 100 % (NEC 210.20, 215.3)."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.current, self.apparent_power, self.power]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("one of current with voltage, apparent_power, or power")
        if (self.current is None) != (self.voltage is None):
            raise ValueError("current and voltage together")
        if (self.power is None) == (self.power_factor is None):
            raise ValueError("a power_factor with volts, amperes or kVA, and none with watts")
        return self

    @property
    def apparent_va(self) -> float:
        """Apparent power before the power factor and the continuous share."""
        if self.current is not None and self.voltage is not None:
            return circuit_power_va(self.current, self.voltage, self.phases)
        return self.apparent_power or self.power or 0.0

    @property
    def power_w(self) -> float:
        """Watts that may be drawn for good."""
        return self.apparent_va * (self.power_factor or 1.0) * self.continuous

    @property
    def derivation(self) -> str:
        """How the watts follow, in one line."""
        parts = [self._start()]
        if self.power_factor is not None:
            parts.append(f"power factor {self.power_factor:g}")
        if self.continuous < 1:
            parts.append(f"{100 * self.continuous:g} % continuous")
        return f"{' x '.join(parts)} = {self.power_w / 1e3:,.1f} kW"

    def _start(self) -> str:
        if self.current is not None and self.voltage is not None:
            root = "sqrt 3 x " if self.phases == 3 else ""
            return f"{root}{self.voltage:g} V x {self.current:g} A"
        if self.apparent_power is not None:
            return f"{self.apparent_power / 1e3:g} kVA"
        return f"{(self.power or 0.0) / 1e3:g} kW"


def electrical(value: Any) -> Any:
    """A mapping as an `ElectricalRating`; everything else as it is."""
    return ElectricalRating.model_validate(value) if isinstance(value, Mapping) else value


def _written(value: float | ElectricalRating | None) -> Any:
    """What reads back as the same rating."""
    if isinstance(value, ElectricalRating):
        return value.model_dump(mode="json", exclude_none=True)
    return None if value is None else f"{value!r} W"


AS_WRITTEN = (
    BeforeValidator(electrical),
    PlainSerializer(_written, return_type=Any, when_used="json"),
)
"""Reader and writer of a rating that is watts or a mapping."""

StatedRating = Annotated[Rating | ElectricalRating, *AS_WRITTEN]
"""Watts, or a mapping that says how they follow."""


def rating_w(rating: float | ElectricalRating | None) -> float | None:
    """The watts of a rating, however it is stated; None where there is none."""
    return rating.power_w if isinstance(rating, ElectricalRating) else rating


def with_power_factor(data: Any) -> Any:
    """A mapping in which `rating: 500 kVA` and `power_factor: 0.95` beside it are one rating."""
    if not isinstance(data, Mapping) or "power_factor" not in data:
        return data
    rating = data.get("rating")
    rest = {key: value for key, value in data.items() if key != "power_factor"}
    key = "apparent_power" if isinstance(rating, str) else "power_factor"
    if key == "apparent_power":
        return {**rest, "rating": {key: rating, "power_factor": data["power_factor"]}}
    if isinstance(rating, Mapping):
        return {**rest, "rating": {"power_factor": data["power_factor"], **rating}}
    return data
