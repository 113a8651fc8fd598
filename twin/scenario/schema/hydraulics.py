"""Pipes, pumps and valves of a coolant loop."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import Duration, Length, Percent, Pressure, Stated, Volume, Within

Bore = Annotated[Length, Within(5e-3, 2.0, "5 mm to 2 m", "from a hose to a main")]
PipeLength = Annotated[Length, Within(0.0, 5e3, "0 to 5 km")]
Roughness = Annotated[Length, Within(0.0, 5e-3, "0 to 5 mm", "up to old cast iron")]
Heads = Annotated[float, Field(ge=0, le=1000)]
Drop = Annotated[Pressure, Within(100.0, 2e6, "100 Pa to 2 MPa", "what a rack or a loop loses")]
Reserve = Annotated[Volume, Within(1e-4, 100.0, "0.1 L to 100 m^3")]
CoastDown = Annotated[Duration, Within(0.0, 600.0, "0 to 10 min")]


class PipeSpec(Stated):
    """A pipe with its fittings."""

    length: PipeLength
    """Of a main, one way; of a rack's branch, both ways together."""
    diameter: Bore
    """Bore."""
    fittings: Heads = 0.0
    """Velocity heads that bends, couplings and valves lose: 0.3 to 1 each for a bend."""


class HydraulicsSpec(Stated):
    """Pipes, pumps and valves of a coolant loop: racks then share its flow by what their ways lose,
    and pumps follow their curves.
    """

    main: PipeSpec
    """From each unit to the headers; the way back is as long."""
    header: Bore
    """Bore of the supply and the return header along the racks."""
    spacing: PipeLength | None = None
    """Header between two racks, and before the first; the width of a rack where not stated."""
    branch: PipeSpec
    """Hoses of each rack."""
    rack_drop: Drop
    """What a rack loses at its rated flow, by its data sheet."""
    roughness: Roughness = 4.5e-5
    """Of all pipes; 0.045 mm is commercial steel (Moody)."""
    return_header: Literal["direct", "reverse"] = "direct"
    """direct: the rack nearest to the units has the shortest way; reverse: all ways are as long."""
    balanced: bool = True
    """Balancing valves give every rack its rated flow while all are open; false: none are there."""
    control: Literal["pressure", "speed"] = "pressure"
    """pressure: pumps turn as fast as holds the pressure between the headers; speed: at `speed`."""
    pressure: Drop | None = None
    """Held between the headers; what gives every rack its rated flow where not stated."""
    speed: Percent = 1.0
    """Of the pumps, or the fastest that they turn to hold the pressure."""
    coast_down: CoastDown = 2.0
    """Time in which a pump that lost power falls to half its speed; 1 to 3 s are usual for canned
    pumps, assumed."""
    static_pressure: Pressure = 150e3
    """Over atmosphere where the vessel joins the return; assumed."""
    npsh_required: Pressure | None = None
    """What its pumps need at the suction above the pressure of vapour."""
    reserve: Reserve = 0.05
    """Coolant in the vessel: a leak takes it, an alarm comes at half, and pumps stop when it is
    gone; assumed."""

    @model_validator(mode="after")
    def _one_control(self) -> Self:
        if self.control == "speed" and self.pressure is not None:
            raise ValueError("a pressure to hold only with control: pressure")
        return self
