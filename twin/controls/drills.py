"""Drills: what is taken out or switched on purpose, and when that is passed.

A kind is one class and one line.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import YEAR_S, Duration, Fraction, Moment, OutdoorTemperature, Stated, Within

OutageDuration = Annotated[Duration, Within(1e-3, 30 * YEAR_S, "1 ms to 30 years")]
Gap = Annotated[Duration, Within(1e-3, 60.0, "1 ms to 1 min")]


class Expectation(Stated):
    """What a drill may cost at most, from its beginning until the next one begins or the run ends;
    what is left out is not judged.
    """

    racks_off: int | None = Field(default=None, ge=0, le=1_000_000)
    """Racks that went off, at any time."""
    restarts: int | None = Field(default=None, ge=0, le=1_000_000)
    """Times that a training job was taken back to its last checkpoint."""
    failed_starts: int | None = Field(default=None, ge=0, le=1_000_000)
    """Attempts at starting a generator that failed."""
    trips: int | None = Field(default=None, ge=0, le=1_000_000)
    """Devices that their own protection opened."""
    tokens_lost: Fraction | None = None
    """Share of the tokens made or lost meanwhile."""
    load: float | None = Field(default=None, gt=0, le=100)
    """Highest load of any power component over its rating."""
    battery_left: Fraction | None = None
    """Share of its energy that the battery of every UPS must keep at least."""
    inlet_temperature: OutdoorTemperature | None = None
    """Warmest air at the inlet of a rack."""
    on_battery: int | None = Field(default=None, ge=0, le=1_000_000)
    """Times that a UPS went on battery."""
    on_generators: Duration | None = None
    """Of a planned transfer: from its beginning until every board of it stands on generators."""
    back_on_utility: Duration | None = None
    """Of a planned transfer: from its end until every board of it is back on the utility."""
    recovery: Duration | None = None
    """From the end of the drill until every rack is on and at full clock, no UPS is on battery, and
    what tripped is closed."""


class UtilityOutage(Stated):
    """Drill: every utility feed is away for a while."""

    kind: Literal["utility_outage"]
    name: Annotated[str, Field(max_length=100)] = ""
    """What the sheet calls it; its kind if left out."""
    at: Moment
    """When it begins."""
    duration: OutageDuration
    """How long it lasts."""
    expect: Expectation | None = None
    """When it is passed; not judged if left out."""


class Isolate(Stated):
    """Drill: one component is taken out on purpose and put back."""

    kind: Literal["isolate"]
    name: Annotated[str, Field(max_length=100)] = ""
    """What the sheet calls it; the component if left out."""
    at: Moment
    """When it is taken out."""
    duration: OutageDuration
    """How long it is out."""
    component: Annotated[str, Field(max_length=100)]
    """Which one."""
    drain: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] | None = None
    """Of a node, or of a rack of nodes: how long its jobs may go on at most, while it takes no new
    one; it is taken out as soon as the last has ended. At once where not stated."""
    expect: Expectation | None = None
    """When it is passed; not judged if left out."""


class Sag(Stated):
    """Drill: the voltage at one component sags, once or several times.

    Everything below sees it: UPS whose input leaves their window go on battery, equipment without
    one rides through by the ITI curve.
    """

    kind: Literal["sag"]
    name: Annotated[str, Field(max_length=100)] = ""
    """What the sheet calls it; the component if left out."""
    at: Moment
    """When the first one begins."""
    duration: OutageDuration
    """How long each lasts."""
    target: Annotated[str, Field(max_length=100)]
    """Utility, board or other power component at which the voltage sags."""
    remaining_voltage: Fraction
    """Voltage that is left, over nominal."""
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many."""
    spacing: OutageDuration | None = None
    """From the beginning of one to that of the next; several need it."""
    expect: Expectation | None = None
    """When it is passed; not judged if left out."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.count > 1 and (self.spacing is None or self.spacing <= self.duration):
            raise ValueError("a spacing above the duration, where there are several sags")
        return self


class PlannedTransfer(Stated):
    """Drill: boards go from a utility that is there to their generators and, at its end, back.

    Generators are called at its beginning, and each board goes over once they carry it.
    """

    kind: Literal["planned_transfer"]
    name: Annotated[str, Field(max_length=100)] = ""
    """What the sheet calls it; its kind if left out."""
    at: Moment
    """When the generators are called."""
    duration: OutageDuration
    """From that until the boards are sent back."""
    boards: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=1000)
    """What chooses between utility and generators, by component or group; all where left out."""
    gap: Gap | None = None
    """How long a board is open at each transfer, there and back; none where left out: it is closed
    onto the new supply before it leaves the old one (bumpless)."""
    expect: Expectation | None = None
    """When it is passed; not judged if left out."""


AnyDrill = UtilityOutage | Isolate | Sag | PlannedTransfer
Drill = Annotated[AnyDrill, Field(discriminator="kind")]
"""Any drill, told apart by `kind`."""


def ends_s(drill: AnyDrill) -> float:
    """When a drill is over, in seconds after the start; at the latest where something drains."""
    if isinstance(drill, Sag):
        return drill.at + (drill.count - 1) * (drill.spacing or 0.0) + drill.duration
    drained_s = (drill.drain or 0.0) if isinstance(drill, Isolate) else 0.0
    return drill.at + drained_s + drill.duration


def drilled(drill: AnyDrill) -> str:
    """What a drill is about: its component, or its kind where that is every utility."""
    if isinstance(drill, Sag):
        return drill.target
    return drill.component if isinstance(drill, Isolate) else str(drill.kind)
