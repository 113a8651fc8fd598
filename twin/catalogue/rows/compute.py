"""GPUs and the racks they stand in."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import (
    AtLeastZero,
    CatalogueRow,
    Count,
    Efficiency,
    Positive,
    Reliability,
    Share,
    Size,
    Temperature,
    refuse,
    rises,
)


class Gpu(CatalogueRow):
    """One accelerator as the scheduler sees it."""

    vendor: str
    """Maker."""
    bf16_flop_s: Positive
    """Dense rate in bfloat16."""
    fp8_flop_s: Positive | None = None
    """Dense rate in 8-bit floating point."""
    fp4_flop_s: Positive | None = None
    """Dense rate in 4-bit floating point."""
    int8_flop_s: Positive | None = None
    """Dense rate in 8-bit integers."""
    reached_bf16_flop_s: Positive | None = None
    """That the best product in bfloat16 reaches at the board's power limit, where its maker
    measured it: what its kernels are carried over by, where it has none of its own."""
    reached_fp8_flop_s: Positive | None = None
    """The same in 8-bit floating point."""
    memory_bytes: Positive
    """Device memory as a driver reports it, or nominal where nobody has read it: GB on data sheets
    are GiB.
    """
    memory_bandwidth_b_s: Positive
    """Device memory, bytes a second."""
    l2_bytes: Positive | None = None
    """Last-level cache: what is kept in it is read faster than the device memory."""
    multiprocessors: Annotated[int, Field(ge=1)] | None = None
    """Streaming multiprocessors or compute units: tiles of a matrix product that run at once."""
    scaleup_bandwidth_b_s: AtLeastZero
    """Scale-up link of one GPU, one direction, bytes a second; 0 where there is none."""
    scaleup_domain_gpus: Annotated[int, Field(ge=1)]
    """GPUs that such links join."""
    power_idle_w: Positive
    """Board power without work."""
    power_held_w: Positive | None = None
    """Board power without work while a program holds the GPU, as the engine of a service does: its
    clock stays up. As without one where nobody has read it."""
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
    """GPU row whose published profile it takes, scaled by data sheets; its own where it has one."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "power_idle_w", "power_held_w", "power_max_w")
        rises(self, "slowdown_degc", "shutdown_degc")
        rises(self, "bf16_flop_s", "fp8_flop_s", "fp4_flop_s")
        rises(self, "reached_bf16_flop_s", "bf16_flop_s")
        rises(self, "reached_fp8_flop_s", "fp8_flop_s")
        rises(self, "clock_step_hz", "clock_max_hz")
        return self

    @property
    def held_activity(self) -> float:
        """What a GPU without work counts as busy while a program holds it."""
        held_w = self.power_idle_w if self.power_held_w is None else self.power_held_w
        span_w = self.power_max_w - self.power_idle_w
        return float((held_w - self.power_idle_w) / span_w) if span_w else 0.0

    @property
    def reached_flop_s(self) -> dict[str, float]:
        """Rates that the best products reach by number format, of those that were measured."""
        rates = {"bf16": self.reached_bf16_flop_s, "fp8": self.reached_fp8_flop_s}
        return {name: float(rate) for name, rate in rates.items() if rate}

    @property
    def peak_flop_s(self) -> dict[str, float]:
        """Dense rates by number format, of those that it has."""
        rates = {"bf16": self.bf16_flop_s, "fp8": self.fp8_flop_s, "fp4": self.fp4_flop_s}
        return {name: float(rate) for name, rate in rates.items() if rate}


class Rack(CatalogueRow, Size, Reliability):
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
    smoothing_storage_j: AtLeastZero | None = None
    """Energy in its power supplies that smooths the swings of a training step; None for none."""
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
        rises(self, "power_idle_w", "power_rated_w")
        rises(self, "cpu_idle_w", "cpu_max_w")
        refuse(
            bool(self.gpu) != bool(self.gpus_per_node), "a gpu needs gpus_per_node, and the reverse"
        )
        refuse(
            (self.power_idle_w is None) != (self.power_rated_w is None),
            "idle and rated go together",
        )
        refuse(
            bool(self.liquid_heat_frac) != bool(self.coolant_flow_m3_s),
            "liquid heat needs coolant flow",
        )
        refuse(self.liquid_heat_frac < 1 and not self.air_flow_m3_s, "heat to air needs air flow")
        return self
