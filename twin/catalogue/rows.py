"""What a catalogue row holds: one frozen model a kind, plain SI floats, refused where it cannot be
true.

Every field carries its unit in its name; a field that may be unknown is `None` in the row and an
empty cell in the CSV. Lookups live in `twin.catalogue`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import Stated

Positive = Annotated[float, Field(gt=0)]
"""A number above zero."""
AtLeastZero = Annotated[float, Field(ge=0)]
"""A number that is not negative."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A fraction of one."""
Efficiency = Annotated[float, Field(gt=0, le=1)]
"""Output over input: never above one, never zero."""
Count = Annotated[int, Field(ge=0)]
"""How many."""
Temperature = Annotated[float, Field(ge=-60, le=150)]
"""Degrees Celsius."""
Six = tuple[float, float, float, float, float, float]
"""Coefficients of 1, x, x², y, y², xy."""
Status = Literal["measured", "published", "vendor", "standard", "assumed"]
"""How far a number can be trusted."""


class Row(Stated):
    """One catalogue entry: its name, and where its numbers come from."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Unique within its kind."""
    source: Annotated[str, Field(min_length=3)]
    """Where the numbers were read; numbers from elsewhere have a line in `witnesses.csv`."""
    accessed: Annotated[str, Field(pattern=r"^20\d\d-[01]\d-[0-3]\d$")]
    """Date of reading."""
    status: Status
    """Of the row as a whole."""
    note: str = ""
    """Arithmetic behind derived numbers, and warnings."""


class Reliability(Stated):
    """How often a thing fails, and how long repair takes."""

    mtbf_h: Positive
    """Mean hours between failures of one unit."""
    mttr_h: Positive
    """Mean hours to repair it."""


class Size(Stated):
    """The box that a thing stands in."""

    width_m: Positive
    """Across its front."""
    depth_m: Positive
    """Front to back."""
    height_m: Positive
    """Floor to top."""


class Gpu(Row):
    """One accelerator as the scheduler sees it."""

    vendor: str
    """Maker."""
    bf16_flop_s: Positive
    """Dense rate in bfloat16."""
    fp8_flop_s: Positive | None = None
    """Dense rate in 8-bit floating point."""
    fp4_flop_s: Positive | None = None
    """Dense rate in 4-bit floating point."""
    memory_bytes: Positive
    """Device memory."""
    memory_bandwidth_b_s: Positive
    """Device memory, bytes a second."""
    scaleup_bandwidth_b_s: AtLeastZero
    """Scale-up link of one GPU, one direction, bytes a second; 0 where there is none."""
    scaleup_domain_gpus: Annotated[int, Field(ge=1)]
    """GPUs that such links join."""
    power_idle_w: Positive
    """Board power without work."""
    power_max_w: Positive
    """Board power limit."""
    clock_max_hz: Positive
    """Full clock."""
    clock_step_hz: Positive
    """Distance between steps of the clock ladder."""
    clock_floor_frac: Annotated[float, Field(gt=0, le=1)]
    """Lowest clock that throttling reaches, of the full clock."""
    slowdown_degc: Temperature
    """Junction temperature at which the clock is cut."""
    shutdown_degc: Temperature
    """Junction temperature at which the GPU turns itself off."""
    profile: str
    """Name of the measured or published performance profile; the row's own name."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "power_idle_w", "power_max_w")
        _rises(self, "slowdown_degc", "shutdown_degc")
        _rises(self, "bf16_flop_s", "fp8_flop_s", "fp4_flop_s")
        _rises(self, "clock_step_hz", "clock_max_hz")
        return self


class Rack(Row, Size, Reliability):
    """One rack: what is in it, how power reaches its chips and how heat leaves them."""

    vendor: str
    """Maker."""
    kind: Literal["gpu_rack", "server_rack", "support_rack"]
    """Rack-scale GPU system, rack of servers, or storage, network and management."""
    gpu: str = ""
    """GPU row; empty where the rack has none."""
    nodes_per_rack: Count
    """Schedulable nodes."""
    gpus_per_node: Count
    """GPUs in a node."""
    cpus_per_node: Count
    """CPUs in a node."""
    cpu_idle_w: AtLeastZero
    """One CPU without work."""
    cpu_max_w: AtLeastZero
    """One CPU at full work."""
    node_other_w: AtLeastZero
    """Memory, network cards, drives and fans of a node, whatever its work."""
    node_converter_constant_w: AtLeastZero
    """c of the node's DC converter: input = (output + c) / efficiency."""
    node_converter_efficiency_frac: Efficiency
    """Efficiency of the node's DC converter."""
    chassis_per_rack: Annotated[int, Field(ge=1)]
    """Groups of nodes that share rectifiers."""
    chassis_fixed_w: AtLeastZero
    """Switches and controllers of a chassis, on the DC side of its rectifiers."""
    rectifiers_per_chassis: Annotated[int, Field(ge=1)]
    """Rectifiers that share a chassis' load equally."""
    rectifier_constant_w: AtLeastZero
    """c of one rectifier: input = (output + c) / efficiency."""
    rectifier_efficiency_frac: Efficiency
    """Efficiency of a rectifier."""
    power_idle_w: AtLeastZero | None = None
    """Stated AC input without work; None where the components above are the truth."""
    power_rated_w: Positive | None = None
    """Stated AC input at full work; None where the components above are the truth."""
    liquid_heat_frac: Share
    """Share of heat that leaves in the coolant."""
    coolant_flow_m3_s: AtLeastZero
    """Rated coolant flow."""
    air_flow_m3_s: AtLeastZero
    """Rated air flow."""
    heat_capacity_j_k: Positive
    """What the junction-side lump stores: cold plates and coolant, or servers."""
    junction_to_coolant_k_w: AtLeastZero
    """GPU junction above the coolant or air that leaves the rack, for each watt of one GPU."""
    coolant_supply_max_degc: Temperature | None = None
    """Warmest coolant allowed in."""
    inlet_air_max_degc: Temperature
    """Warmest air allowed in."""
    mass_kg: Positive
    """Loaded."""
    nics_per_node: Count
    """Network ports of a node on the compute fabric."""
    nic_bandwidth_b_s: AtLeastZero
    """One port, one direction, bytes a second."""
    boot_s: AtLeastZero
    """From power to ready for work."""
    node_mtbf_h: Positive | None = None
    """Mean hours between faults that stop one node; `mtbf_h` is of the rack as a whole."""
    price_usd: Positive | None = None
    """For the rack."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "power_idle_w", "power_rated_w")
        _rises(self, "cpu_idle_w", "cpu_max_w")
        _refuse(
            bool(self.gpu) != bool(self.gpus_per_node), "a gpu needs gpus_per_node, and the reverse"
        )
        _refuse(
            (self.power_idle_w is None) != (self.power_rated_w is None),
            "idle and rated go together",
        )
        _refuse(
            bool(self.liquid_heat_frac) != bool(self.coolant_flow_m3_s),
            "liquid heat needs coolant flow",
        )
        _refuse(self.liquid_heat_frac < 1 and not self.air_flow_m3_s, "heat to air needs air flow")
        return self


class Power(Row, Size, Reliability):
    """One piece of the power tree; loss = rating * (idle + linear * x + square * x²), x = load /
    rating.
    """

    kind: Literal[
        "utility", "transformer", "switchboard", "generator", "ups", "rpp", "ats", "busway", "pdu"
    ]
    """Family."""
    rating_w: Positive | None = None
    """Rated output; None for no limit."""
    loss_idle_frac: Share
    """Loss without load, of rating."""
    loss_linear_frac: Share
    """Loss that grows with load, of rating at full load."""
    loss_square_frac: Share
    """Loss that grows with load squared, of rating at full load."""
    battery_energy_j: Positive | None = None
    """Stored energy when full and new."""
    battery_discharge_efficiency_frac: Efficiency | None = None
    """Load served over energy taken from the battery."""
    battery_charge_efficiency_frac: Efficiency | None = None
    """Energy stored over energy drawn to recharge."""
    recharge_frac: Share | None = None
    """Power drawn to recharge, of rating."""
    start_s: AtLeastZero | None = None
    """From the start signal to accepting load."""
    start_failure_probability: Share | None = None
    """On each demand."""
    transfer_s: AtLeastZero
    """Gap in supply when it changes source."""
    trip_pickup_frac: Positive | None = None
    """Load over rating above which the long-time trip counts; None where it has no trip."""
    trip_constant_s: Positive | None = None
    """k of the long-time trip: t = k / (x² - 1)."""
    instantaneous_trip_frac: Positive | None = None
    """Load over rating that trips at once."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _rises(self, "trip_pickup_frac", "instantaneous_trip_frac")
        battery = (
            self.battery_energy_j,
            self.battery_discharge_efficiency_frac,
            self.battery_charge_efficiency_frac,
            self.recharge_frac,
        )
        start = (self.start_s, self.start_failure_probability)
        trip = (self.trip_pickup_frac, self.trip_constant_s, self.instantaneous_trip_frac)
        for group, needed, words in (
            (battery, self.kind == "ups", "a UPS and nothing else has a battery"),
            (start, self.kind == "generator", "a generator and nothing else has to start"),
            (
                trip,
                any(v is not None for v in trip),
                "a trip needs pickup, constant and instantaneous level",
            ),
        ):
            _refuse(any((value is not None) != needed for value in group), words)
        lossy = self.loss_idle_frac + self.loss_linear_frac + self.loss_square_frac
        _refuse(lossy >= 1, "loses more than it is rated for")
        _refuse(self.rating_w is None and lossy > 0, "losses are of a rating, and there is none")
        return self


class Cooling(Row, Size, Reliability):
    """One piece of the cooling plant."""

    kind: Literal["cdu", "crah", "chiller", "dry_cooler", "water_pump"]
    """Family; a CDU joins liquid racks, a CRAH a room, to the facility water."""
    capacity_w: Positive
    """Rated heat."""
    approach_k: AtLeastZero
    """Served supply above its own cold side at rated heat and flow."""
    flow_m3_s: Positive
    """Rated flow on the served side: coolant for a CDU, air for a CRAH, water for a plant."""
    primary_flow_m3_s: AtLeastZero
    """Rated flow on the other side: facility water; 0 where that side is outdoor air."""
    fluid: Literal["pg25", "water", "air"]
    """What the served side carries."""
    pumps_per_unit: Annotated[int, Field(ge=1)]
    """Pumps or fan groups, all running."""
    flow_per_pump_frac: Annotated[float, Field(gt=0, le=1)]
    """Share of rated flow that one of them gives alone."""
    power_rated_w: AtLeastZero
    """Pumps and fans at rated flow; a chiller's compressor comes from its curve instead."""
    power_floor_frac: Share
    """Lowest share of that power while on: electronics and minimum speed."""
    cop_reference: Positive | None = None
    """Rated heat over compressor power; chillers only."""
    curve: str = ""
    """Row of `chillers`; chillers only."""
    restart_s: AtLeastZero
    """From power to rated cooling after an outage."""
    evaporative_effectiveness_frac: Share | None = None
    """Of wetted pads: (dry bulb - air off pad) / (dry bulb - wet bulb); None where dry."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        chiller = self.kind == "chiller"
        _refuse(chiller != bool(self.curve), "a chiller and nothing else has a curve")
        _refuse(chiller != (self.cop_reference is not None), "a chiller and nothing else has a COP")
        _refuse(
            self.pumps_per_unit * self.flow_per_pump_frac < 1,
            "all pumps together miss the rated flow",
        )
        _refuse(self.power_rated_w >= self.capacity_w, "draws more power than it moves heat")
        return self


class Chiller(Row):
    """Curves of one chiller, EnergyPlus electric EIR form; x leaving water, y condenser entering,
    in °C.

    power = capacity * capft(x, y) / cop * eirft(x, y) * eirplr(load over available capacity).
    """

    condenser: Literal["air", "water"]
    """What y is: outdoor dry bulb, or condenser water entering."""
    capacity_w: Positive
    """At reference conditions."""
    cop_reference: Positive
    """At reference conditions."""
    leaving_degc: Temperature
    """Chilled water leaving at reference conditions."""
    entering_degc: Temperature
    """y at reference conditions."""
    capft: Six
    """Available capacity over reference capacity."""
    eirft: Six
    """Power for each watt of heat over its reference value."""
    eirplr: tuple[float, float, float]
    """Power at part load over power at full load: coefficients of 1, p, p²."""
    x_min_degc: Temperature
    """Coldest leaving water that both curves hold for."""
    x_max_degc: Temperature
    """Warmest leaving water."""
    y_min_degc: Temperature
    """Coldest condenser entering."""
    y_max_degc: Temperature
    """Warmest condenser entering."""
    load_min_frac: Share
    """Least part load without cycling."""
    load_max_frac: Positive
    """Greatest part load of the curve."""
    fan_power_frac: AtLeastZero
    """Condenser fans over capacity, included in the curves where `cop_reference` counts them; else
    0."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "x_min_degc", "leaving_degc", "x_max_degc")
        _rises(self, "y_min_degc", "entering_degc", "y_max_degc")
        _rises(self, "load_min_frac", "load_max_frac")
        for curve in (self.capft, self.eirft):
            value = biquadratic(curve, self.leaving_degc, self.entering_degc)
            _refuse(
                not 0.8 < value < 1.3, f"a curve is {value:.3f} at reference conditions, far from 1"
            )
        _refuse(not 0.9 < sum(self.eirplr) < 1.1, "the part load curve is far from 1 at full load")
        return self


class Switch(Row, Reliability):
    """One network switch."""

    ports: Annotated[int, Field(ge=1)]
    """Ports at full rate."""
    port_bandwidth_b_s: Positive
    """One port, one direction, bytes a second."""
    power_typical_w: Positive
    """With passive cables."""
    power_max_w: Positive
    """With active modules in every port."""
    height_m: Positive
    """Rack height taken."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "power_typical_w", "power_max_w")
        return self


class Storage(Row):
    """One storage system for a scalable unit."""

    read_b_s: Positive
    """Sustained reads, bytes a second."""
    write_b_s: Positive
    """Sustained writes, bytes a second."""
    node_read_b_s: Positive
    """What one node's link and client read, bytes a second."""
    node_write_b_s: Positive
    """What one node's link and client write, bytes a second."""
    capacity_bytes: Positive
    """Usable."""


class Model(Row):
    """One dense transformer's shape."""

    layers: Annotated[int, Field(ge=1)]
    """Blocks."""
    hidden: Annotated[int, Field(ge=1)]
    """Width of the residual stream."""
    heads: Annotated[int, Field(ge=1)]
    """Query heads."""
    kv_heads: Annotated[int, Field(ge=1)]
    """Key and value heads."""
    head_dim: Annotated[int, Field(ge=1)]
    """Width of a head."""
    ffn: Annotated[int, Field(ge=1)]
    """Width of the feed-forward layer."""
    ffn_matrices: Annotated[int, Field(ge=2, le=3)]
    """Three where the feed-forward layer is gated, two where it is plain."""
    vocab: Annotated[int, Field(ge=1)]
    """Tokens known."""
    tied: bool
    """Whether input and output embeddings are one matrix."""
    parameters: Positive
    """All weights."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _rises(self, "kv_heads", "heads")
        _refuse(self.heads % self.kv_heads != 0, "heads must be a multiple of kv_heads")
        return self


class Climate(Row):
    """Outdoor air as a yearly and a daily cosine: mean + season*cos(year) + day*cos(day), both
    peaking as named.
    """

    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    """North positive."""
    pressure_pa: Positive
    """Mean station pressure."""
    dry_bulb_mean_degc: Temperature
    """Mean over the year."""
    dry_bulb_season_k: AtLeastZero
    """Half of summer minus winter."""
    dry_bulb_day_k: AtLeastZero
    """Half of afternoon minus night."""
    wet_bulb_mean_degc: Temperature
    """Mean over the year."""
    wet_bulb_season_k: AtLeastZero
    """Half of summer minus winter."""
    wet_bulb_day_k: AtLeastZero
    """Half of afternoon minus night."""
    wet_bulb_min_gap_k: AtLeastZero
    """Dry bulb stays at least this far above wet bulb."""
    hottest_day_of_year: Annotated[float, Field(ge=0, lt=366)]
    """Day 0 is the first of January."""
    hottest_hour: Annotated[float, Field(ge=0, lt=24)]
    """Local standard time."""
    dry_bulb_max_degc: Temperature
    """Hottest hour of the typical year that was fitted; the cosines do not reach it."""
    wet_bulb_max_degc: Temperature
    """Most humid hour of it."""
    dry_bulb_rms_k: AtLeastZero
    """Root mean square of what the cosines leave unexplained."""
    wet_bulb_rms_k: AtLeastZero
    """The same for the wet bulb."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "wet_bulb_mean_degc", "dry_bulb_mean_degc", "dry_bulb_max_degc")
        return self


class Grid(Row):
    """Electricity of a region."""

    price_usd_per_kwh: AtLeastZero
    """Industrial customers."""
    carbon_kg_per_kwh: AtLeastZero
    """Carbon dioxide equivalent of a delivered kilowatt hour."""


class Requests(Row):
    """Lengths of inference requests: means, medians and the lognormal that has both."""

    input_mean_tokens: Positive
    """Prompt."""
    input_median_tokens: Positive
    """Prompt."""
    input_log_sigma: AtLeastZero
    """sqrt(2 ln(mean / median)): the lognormal with this mean and median."""
    output_mean_tokens: Positive
    """Answer."""
    output_median_tokens: Positive
    """Answer."""
    output_log_sigma: AtLeastZero
    """sqrt(2 ln(mean / median))."""
    rate_mean_per_s: Positive
    """Arrivals in the trace."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _rises(self, "input_median_tokens", "input_mean_tokens")
        _rises(self, "output_median_tokens", "output_mean_tokens")
        return self


def biquadratic(c: Six, x: float, y: float) -> float:
    """c1 + c2 x + c3 x² + c4 y + c5 y² + c6 x y."""
    return c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y


def _refuse(wrong: bool, words: str) -> None:
    """ValueError with these words where something is wrong."""
    if wrong:
        raise ValueError(words)


def _rises(row: Stated, *fields: str) -> None:
    """Refuse a row whose stated fields do not rise in this order; slowdown must be truly below
    shutdown.
    """
    stated = [(field, getattr(row, field)) for field in fields if getattr(row, field) is not None]
    for (low, a), (high, b) in pairwise(stated):
        _refuse(
            a >= b if low == "slowdown_degc" else a > b, f"{low} {a:g} must be below {high} {b:g}"
        )
