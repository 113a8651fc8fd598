"""What goes wrong during a run: faults at known moments, and random ones by rates."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from twin.stated import (
    SHARE,
    TEMPERATURE_DIFFERENCE,
    YEAR_S,
    Duration,
    Moment,
    Percent,
    Stated,
    VolumeFlow,
    WaterTemperature,
    Within,
)

FaultMode = Literal[
    "out", "leak", "air_lock", "valve_closed", "tile_closed", "door_open", "compromise", "spoofed"
]
"""How a component of a coolant loop with `hydraulics`, or a hall with `airflow: potential`, may
fail, besides being out; what has a controller may be commanded wrongly, or be lied to.
"""
ROOM_MODES = ("tile_closed", "door_open")
"""Those of halls."""
INTRUSIONS = ("compromise", "spoofed")
"""Those that somebody has to see before a crew comes."""
FALSE_BY = Within(-50.0, 50.0, "-50 to 50 K")
ReadingOffset = Annotated[float, *TEMPERATURE_DIFFERENCE, FALSE_BY]
MeterReading = Annotated[float, *SHARE, Within(0.1, 2.0, "10 to 200 %")]
SensorLimit = Annotated[float, *TEMPERATURE_DIFFERENCE, Within(1e-3, 50.0, "1 mK to 50 K")]
Leak = Annotated[VolumeFlow, Within(1e-9, 1.0, "0.06 mL/min to 1 m^3/s")]


class TimedFault(Stated):
    """One component fails at a moment and, perhaps, is back later."""

    at: Moment
    """When it fails."""
    component: Annotated[str, Field(max_length=100)]
    """Component name; `RACK/node_3` is one node of a rack, `RACK/node_3/gpu_2` one GPU of it. A
    hall for its tiles and doors. A plant, an air handler or a coolant unit for a `set_point` that
    an intruder writes, or a sensor that lies; a utility for a meter that does."""
    mode: FaultMode = "out"
    """out: it is gone. In a loop with `hydraulics` also leak: coolant runs out of its loop;
    air_lock: air narrows the way of a rack or unit; valve_closed: that way is shut. Of a hall with
    `airflow: potential`, tile_closed: a tile gives no air; door_open: its containment leaks.
    compromise: an intruder commands its controller, until that is seen and a crew has restored it;
    with `set_point` the water of a plant, the air of a handler or the coolant of a unit is held at
    that, with `pump_speed` the pumps of a coolant unit are, with neither the component is switched
    off. spoofed: the sensor that a plant, handler or coolant unit is controlled by reads otherwise
    than it is, by `offset` or `frozen`; the site's own meter at a utility feed, the pressure of a
    coolant unit's loop (`sensor: pressure`) or the humidity of a hall (`sensor: humidity`) reads a
    share of what there is, by `reads`, or stands still, by `frozen`."""
    tile: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Which of the hall's stated tiles is closed, counted from 1."""
    opening: Percent | None = None
    """Share of the containment's area that an open door leaves open."""
    flow: Leak | None = None
    """What a leak loses."""
    blocked: Percent | None = None
    """Share of its cross-section that an air lock takes."""
    set_point: WaterTemperature | None = None
    """What an intruder writes into the controller of a plant, of an air handler that has a
    `supply_temperature`, or of a coolant unit."""
    pump_speed: Percent | None = None
    """Speed at which an intruder holds the pumps of a coolant unit."""
    offset: ReadingOffset | None = None
    """By how much a sensor reads more than it is; controls cool to that much less."""
    sensor: Literal["temperature", "pressure", "humidity"] | None = None
    """Which sensor lies, where it is not that of temperature, or the meter of a utility. pressure:
    between the headers of a coolant unit's loop on `hydraulics`, that its pumps follow. humidity:
    of a hall that states its `moisture`, that humidifiers and dehumidifiers follow."""
    frozen: bool = False
    """Whether a sensor, or the meter of a utility feed, stays at what it read."""
    reads: MeterReading | None = None
    """What a meter or a sensor of pressure or humidity reads, over what there is. Of the site's own
    meter at a utility feed, storage rules and demand response follow it, bills do not. Of humidity,
    over that at the same temperature."""
    second_sensor_limit: SensorLimit | None = None
    """From which difference to a second sensor on controls trust that one, once it has lasted for
    `detected_after`; a smaller lie is never seen. Without a second sensor somebody sees it after
    `detected_after`, however small, and a crew comes."""
    detected_after: Duration | None = None
    """From a compromise, or a sensor's lie, until somebody sees it; 5 min for water and air, 30 s
    for coolant loops and UPS, 24 h for meters, 1 min for the rest of the power, where not stated
    (assumed)."""
    restore_time: Duration | None = None
    """What a crew then works on it; 30 min for water and air, 15 min for coolant loops, 4 h for
    UPS, 2 h for meters and the rest of the power, where not stated (assumed)."""
    repair_at: Moment | None = None
    """When it is back."""
    repair_after: Duration | None = None
    """Or how long it is out; without either a crew repairs it after the catalogue's repair time."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.repair_at is not None and self.repair_after is not None:
            raise ValueError("repair_at or repair_after, not both")
        if self.repair_at is not None and self.repair_at <= self.at:
            raise ValueError("repair_at after at")
        if (self.flow is not None) != (self.mode == "leak"):
            raise ValueError("flow for a leak, and for nothing else")
        if (self.blocked is not None) != (self.mode == "air_lock"):
            raise ValueError("blocked for an air_lock, and for nothing else")
        if (self.tile is not None) != (self.mode == "tile_closed"):
            raise ValueError("tile for a tile_closed, and for nothing else")
        if (self.opening is not None) != (self.mode == "door_open"):
            raise ValueError("opening for a door_open, and for nothing else")
        if self.mode in ROOM_MODES and self.repair_at is None and self.repair_after is None:
            raise ValueError("repair_at or repair_after: no crew is sent for a tile or a door")
        return self

    @model_validator(mode="after")
    def _seen_and_restored(self) -> Self:
        seen = (self.detected_after, self.restore_time)
        if self.mode not in INTRUSIONS and seen != (None, None):
            raise ValueError("detected_after, restore_time for a compromise or a spoofed sensor")
        if self.mode in INTRUSIONS and (self.repair_at, self.repair_after) != (None, None):
            ended = "a compromise" if self.mode == "compromise" else "a sensor's lie"
            raise ValueError(f"detected_after and restore_time end {ended}")
        return self

    @model_validator(mode="after")
    def _one_command(self) -> Self:
        written = (self.set_point, self.pump_speed)
        if self.mode != "compromise" and written != (None, None):
            raise ValueError("set_point and pump_speed for a compromise alone")
        if None not in written:
            raise ValueError("set_point or pump_speed, not both")
        return self

    @model_validator(mode="after")
    def _one_lie(self) -> Self:
        lies = (self.offset is not None) + self.frozen + (self.reads is not None)
        if self.mode == "spoofed" and lies != 1:
            raise ValueError(
                "offset or frozen: true for a spoofed sensor; reads or frozen: true for a meter, "
                "pressure or humidity; one"
            )
        if self.mode == "spoofed" and self.offset == 0:
            raise ValueError("an offset other than 0 K")
        if self.reads == 1:
            raise ValueError("reads other than 100 %: that tells the truth")
        lies += self.sensor is not None
        if self.mode != "spoofed" and (lies or self.second_sensor_limit is not None):
            lying = "sensor, offset, frozen, reads and second_sensor_limit"
            raise ValueError(f"{lying} for a spoofed sensor alone")
        if self.share_read and self.second_sensor_limit is not None:
            raise ValueError("no second_sensor_limit for a meter, pressure or humidity")
        if self.share_read and self.offset is not None:
            raise ValueError("reads or frozen: true for pressure and humidity, no offset")
        if self.sensor == "temperature" and self.reads is not None:
            raise ValueError("offset or frozen: true for temperature, no reads")
        if self.second_sensor_limit is not None and self.restore_time is not None:
            raise ValueError("no restore_time: controls go over to the second sensor at once")
        return self

    @property
    def share_read(self) -> bool:
        """Whether what lies reads a share of the truth, unless it stands still."""
        return self.reads is not None or self.sensor in ("pressure", "humidity")

    @property
    def written(self) -> float | None:
        """What an intruder wrote: degrees Celsius of a set-point, or a speed over full speed; None
        where its component is switched off.
        """
        return self.set_point if self.set_point is not None else self.pump_speed

    @property
    def takes_out(self) -> bool:
        """Whether its component is out, and not only otherwise than it should be."""
        return self.mode == "out" or (self.mode == "compromise" and self.written is None)

    @property
    def amount(self) -> float:
        """Flow of a leak, share that is blocked or open, number of a tile, 1 of a closed valve,
        what an intruder wrote, kelvin that a sensor reads too much, share that a meter reads.
        """
        room = self.blocked or self.tile or self.opening
        return float(self.flow or room or self.written or self.offset or self.reads or 1.0)


class Season(Stated):
    """Kinds of component whose rate of failure is not the same all year, such as feeds in a season
    of lightning.
    """

    kinds: tuple[Annotated[str, Field(max_length=100)], ...] = Field(min_length=1, max_length=100)
    """Which kinds."""
    months: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(min_length=12, max_length=12)
    """What their rate is multiplied by, from January to December; a mean of 1 leaves the year's
    failures as many as they are."""


Component = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Weight = Annotated[float, Field(gt=0, le=1e9)]
RepairTime = Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")]


class FaultRates(Stated):
    """Random faults by the catalogue's mean time between failures."""

    scale: float = Field(default=1.0, ge=1e-9, le=1e6)
    """Multiplies every rate: above 1 to see in a day what takes years."""
    kinds: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=100)
    """Kinds of component that may fail; empty for all."""
    seasons: tuple[Season, ...] = Field(default=(), max_length=100)
    """Rates by month."""
    nodes: bool = True
    """Whether compute nodes fail too."""
    node_causes: dict[Component, Weight] = Field(default={}, max_length=100)
    """What makes nodes fail, by component, each with its weight; the published causes of Llama 3's
    stops where none is stated. Names that begin with `gpu` are failures of one GPU."""


class GpuFailures(Stated):
    """What an operator does about a node of which one GPU has failed; its job stops in any case."""

    takes: Literal["drain", "gpu", "node"] = "drain"
    """What else the failure takes. drain: jobs on the node's other GPUs go on to their ends,
    nothing new starts there, and a crew comes when it is empty, as a health check does that drains
    in Slurm. gpu: the other GPUs stay open to jobs, as where a Kubernetes device plugin takes one
    unhealthy device out of service. node: all jobs of the node stop at once. A service never ends:
    its node is taken whole, but with gpu, where the replicas on other GPUs serve on."""
    swap: Literal["node", "in_place"] = "node"
    """Where the others stay open: whether a crew takes the whole node out of service while it works
    (jobs on it stop), or works beside them."""


class FaultPlan(Stated):
    """What goes wrong."""

    timeline: tuple[TimedFault, ...] = Field(default=(), max_length=100_000)
    """Faults at known moments."""
    rates: FaultRates | None = None
    """Random faults."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Of all that fails by chance; the scenario's where not stated. Stated, failures are held while
    the scenario's seed varies demand, or vary while that holds demand."""
    gpu_failures: GpuFailures = GpuFailures()
    """What follows the failure of one GPU of a node."""
    node_repairs: dict[Component, RepairTime] = Field(default={}, max_length=100)
    """Mean time that a crew works on a node, by the component that failed, named as in
    `rates.node_causes`; the catalogue's for the others. `gpu` holds for GPUs of the time line
    too."""
    crews: PositiveInt | None = Field(default=None, le=100_000)
    """Crews where the layout states none; further repairs and closings wait. Not stated, two work
    in a run, and redundancy asks of no queue."""
