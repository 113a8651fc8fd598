"""How air moves in a hall: places of air handlers, tiles, obstacles, panels, sensors. Keys that are
left out change nothing but what `twin airflow` draws its room from.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from twin.scenario.schema.names import RACKS_MAX, Name
from twin.stated import (
    Fraction,
    Length,
    OutdoorTemperature,
    Percent,
    Stated,
    SupplyAirTemperature,
    WaterTemperature,
    Within,
)

Height = Annotated[Length, Within(0.0, 100.0, "0 to 100 m")]
OpeningSize = Annotated[
    Length, Within(0.02, 100.0, "2 cm to 100 m", "smaller openings are leaks: state a leakage")
]
FloorHeight = Annotated[
    Length, Within(0.1, 3.0, "0.1 to 3 m", "raised floors are 0.15 to 1.5 m high (ASHRAE TC 9.9)")
]
Point = tuple[Length, Length, Length]
"""East and north of the hall's south-west corner, and above the floor."""
Side = Literal["north", "south", "east", "west"]
SupplyFace = Literal["front", "low", "high", "underfloor"]
ReturnFace = Literal["top", "front", "back", "ceiling"]


class Band(Stated):
    """A stretch of height of a face through which air passes."""

    low: Height
    """Lower edge above the floor that the unit stands on."""
    high: Height
    """Upper edge."""
    width: OpeningSize | None = None
    """Width, centred; the whole face where not given."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.high < self.low + 0.02:
            raise ValueError("an upper edge at least 2 cm above the lower one")
        return self


class UnitPlace(Stated):
    """Where one air handler stands: at a point of its hall, or in a free position of a row."""

    at: tuple[Length, Length] | None = None
    """South-west corner of its footprint in the hall."""
    blows: Side | None = None
    """Where its supply air goes; its back looks the other way. With `at` alone."""
    row: Name | None = None
    """Row in whose free position it stands: it blows where the racks beside it draw their air."""
    slot: Annotated[int, Field(gt=0, le=RACKS_MAX)] | None = None
    """That position, counted from 1 through the row's block; the row's `empty` holds it too."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        free = self.at is not None and self.blows is not None
        in_row = self.row is not None and self.slot is not None
        stated = [one for one in (self.at, self.blows, self.row, self.slot) if one is not None]
        if free == in_row or len(stated) != 2:
            raise ValueError("`at` and `blows`, or `row` and `slot`")
        return self


class TileSpec(Stated):
    """Perforated tiles of a raised floor, one or a field of equal ones."""

    at: tuple[Length, Length]
    """South-west corner of the first tile in the hall."""
    size: tuple[OpeningSize, OpeningSize] = (0.6, 0.6)
    """East-west and north-south size of one tile."""
    count: tuple[Annotated[PositiveInt, Field(le=1000)], Annotated[PositiveInt, Field(le=1000)]] = (
        1,
        1,
    )
    """Tiles eastward and northward, edge to edge."""
    open: Percent = 0.25
    """Open share of a tile: 25 % perforated plates, 40 to 60 % grates (makers' sheets)."""


class ObstacleSpec(Stated):
    """A box that air goes around: a column, a beam, a cable tray, a cupboard."""

    name: Name = "obstacle"
    """What messages call it."""
    at: Point
    """South-west corner of its underside."""
    size: tuple[OpeningSize, OpeningSize, OpeningSize]
    """East-west, north-south and height."""


class PanelSpec(Stated):
    """A thin upright or lying panel: containment, a curtain, a partition."""

    name: Name = "panel"
    """What messages call it."""
    at: Point
    """South-west corner of its lower edge."""
    size: Point
    """East-west, north-south and height, one of them 0."""
    leakage: Fraction = 0.0
    """Open share of its area: strip curtains 5 to 15 %, doors with brushes 1 to 5 % (assumed)."""

    @model_validator(mode="after")
    def _thin(self) -> Self:
        if sum(side == 0 for side in self.size) != 1:
            raise ValueError("exactly one size of 0 m: a panel has no thickness")
        return self


class ServerFansSpec(Stated):
    """Fans of the hall's servers that turn faster in warm air, as their maker states it."""

    begin: SupplyAirTemperature
    """Inlet air up to which they move their rated flow."""
    end: SupplyAirTemperature
    """Inlet air from which they move their most."""
    most: Annotated[float, Field(gt=1, le=4)]
    """That flow over the rated one."""
    power: Annotated[Percent, Field(le=0.4)]
    """Share of a rack's rating that its fans draw at rated flow, within the rating; they draw
    more by the cube of their speed, beyond it."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.end < self.begin + 3.0:
            raise ValueError("an `end` at least 3 K above `begin`")
        return self


class ChipLeakageSpec(Stated):
    """Power of GPUs by their temperature: leakage grows by some 0.9 % a kelvin (Liao, He and Lepak
    2005).
    """

    share: Annotated[Fraction, Within(0.0, 0.5, "0 to 50 %")] = 0.2
    """Leakage as a share of a GPU's rated power at `at`; no maker states it: assumed. 20 % make
    some 0.2 % of the power a kelvin."""
    at: Annotated[WaterTemperature, Within(20.0, 70.0, "20 to 70 °C")] = 60.0
    """GPU temperature for which idle and rated power hold; assumed."""


class MoistureSpec(Stated):
    """Moisture of a hall's air, in a run and over a year."""

    leakage: Annotated[float, Field(gt=0, le=20)] = 0.2
    """Outdoor air that leaks in or is let in, in changes of the hall's air an hour; assumed."""
    dew_point_low: Annotated[OutdoorTemperature, Within(-30.0, 20.0, "-30 to 20 °C")] = -9.0
    """Dew point that humidifiers hold from below; recommended by ASHRAE TC 9.9."""
    dew_point_high: Annotated[OutdoorTemperature, Within(-10.0, 30.0, "-10 to 30 °C")] = 15.0
    """Dew point that dehumidifiers hold from above; recommended by ASHRAE TC 9.9."""
    humidifier: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Water that its humidifiers can give, kg/h."""
    humidifier_type: Literal["steam", "evaporative", "ultrasonic"] = "steam"
    """steam: electrode boilers, which warm the air; evaporative (sprays, wetted media) and
    ultrasonic: water evaporates in the air and cools it."""
    dehumidifier: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Water that its dehumidifiers can take out, kg/h."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.dew_point_high <= self.dew_point_low:
            raise ValueError("dew_point_high above dew_point_low")
        return self


class SensorSpec(Stated):
    """A temperature sensor in the room's air, by the name that its measurements have."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    """Name of its column, without the unit."""
    at: Point
    """Where it hangs."""
