"""Every table a run leaves, declared once: parquet schema, documentation and headings come from
here.
"""

from __future__ import annotations

from twin.results.enums import WITHOUT_FAULT, Cause, Reason
from twin.tables import Column, Table

_TIME = Column("time_s", "float", "s", "End of the period, in seconds since the scenario's start.")

COMPONENTS = Table(
    "components",
    "What stands where: one row a component, in build order.",
    (
        Column("id", "text", "", "Stable name, unique in the facility."),
        Column(
            "kind",
            "text",
            "",
            "Family: rack, transformer, ups, rpp, cdu, pump, chiller, switch and so on.",
        ),
        Column("type", "text", "", "Catalogue row."),
        Column("parent", "text", "", "The component or hall it belongs to; empty at the top."),
        Column("system", "text", "", "compute, power, cooling, fabric, storage or building."),
        Column("x_m", "float", "m", "Centre of the footprint, east of the site's origin."),
        Column("y_m", "float", "m", "Centre of the footprint, north of the site's origin."),
        Column("z_m", "float", "m", "Underside above the floor."),
        Column("width_m", "float", "m", "Extent along x."),
        Column("depth_m", "float", "m", "Extent along y."),
        Column("height_m", "float", "m", "Extent along z."),
        Column(
            "rating_w",
            "float",
            "W",
            "Rated power, or rated heat for cooling equipment; 0 where none is stated.",
        ),
        Column("gpus", "int", "", "GPUs inside."),
        Column("nodes", "int", "", "Compute nodes inside."),
    ),
)

EDGES = Table(
    "edges",
    "Who feeds whom: power, coolant and data connections.",
    (
        Column("source", "text", "", "The component that gives."),
        Column("target", "text", "", "The component that takes."),
        Column("system", "text", "", "power, cooling, fabric or storage."),
        Column(
            "role",
            "text",
            "",
            "share (loads split over live feeds), priority (first live feed), serves or link.",
        ),
    ),
)

HALLS = Table(
    "halls",
    "Rooms with racks, as the layout states them.",
    (
        Column("hall", "text", "", "Name of the hall; `parent` of what stands in it."),
        Column("x_m", "float", "m", "South-west corner, east of the site's origin."),
        Column("y_m", "float", "m", "South-west corner, north of the site's origin."),
        Column("z_m", "float", "m", "Floor above the site's ground."),
        Column("width_m", "float", "m", "Extent along x."),
        Column("depth_m", "float", "m", "Extent along y."),
        Column("height_m", "float", "m", "Floor to ceiling."),
        Column("containment", "text", "", "none, cold_aisle or hot_aisle."),
    ),
)

LOADING = Table(
    "loading",
    "How heavily the design loads each power component: every load at its peak, in service and "
    "after the worst loss of one other.",
    (
        Column("component", "text", "", "Component id."),
        Column("rating_w", "float", "W", "Rated output; empty without a limit."),
        Column("load_w", "float", "W", "Output with everything in service."),
        Column("load_frac", "float", "", "That over the rating."),
        Column("worst_lost", "text", "", "The loss that adds most; empty where none does."),
        Column("worst_load_w", "float", "W", "Output after that loss."),
        Column("worst_load_frac", "float", "", "That over the rating."),
    ),
)

SITE = Table(
    "site",
    "The whole site, one row a period; powers are means over the period.",
    (
        _TIME,
        Column("utility_power_w", "float", "W", "Drawn from the utility."),
        Column("generator_power_w", "float", "W", "Delivered by generators."),
        Column(
            "battery_power_w",
            "float",
            "W",
            "Delivered by UPS batteries; negative while they recharge.",
        ),
        Column("it_power_w", "float", "W", "Racks at their AC input."),
        Column("distribution_loss_w", "float", "W", "Lost in transformers, UPS and distribution."),
        Column(
            "cooling_power_w",
            "float",
            "W",
            "CDUs, air handlers, chillers, dry coolers and their pumps.",
        ),
        Column("dry_bulb_degc", "float", "degC", "Outdoor air at the end of the period."),
        Column("wet_bulb_degc", "float", "degC", "Outdoor wet bulb at the end of the period."),
        Column(
            "facility_water_degc",
            "float",
            "degC",
            "Warmest facility water loop at the end of the period.",
        ),
        Column("heat_rejected_w", "float", "W", "Heat given to the atmosphere by the plant."),
        Column(
            "water_kg", "float", "kg", "Water evaporated, drifted and blown down in the period."
        ),
        Column("tokens_inference", "float", "token", "Output tokens served in the period."),
        Column(
            "tokens_training",
            "float",
            "token",
            "Tokens trained in the period, rolled-back work taken off.",
        ),
        Column(
            "tokens_lost", "float", "token", "Tokens that faults and throttling cost in the period."
        ),
        Column("gpus_busy", "float", "", "GPUs with work, mean."),
        Column("gpus_throttled", "float", "", "GPUs below full clock, mean."),
        Column(
            "battery_energy_j", "float", "J", "Energy in UPS batteries at the end of the period."
        ),
    ),
)

RACKS = Table(
    "racks",
    "Every rack, one row a rack and period.",
    (
        _TIME,
        Column("rack", "text", "", "Component id."),
        Column("power_w", "float", "W", "AC input, mean."),
        Column("power_max_w", "float", "W", "AC input, highest value in the period."),
        Column(
            "inlet_air_degc", "float", "degC", "Air at the rack's inlet at the end of the period."
        ),
        Column(
            "coolant_degc",
            "float",
            "degC",
            "Coolant (liquid racks) or exhaust air (air racks) at the end.",
        ),
        Column("junction_degc", "float", "degC", "Hottest GPU at the end of the period."),
        Column(
            "junction_max_degc", "float", "degC", "Hottest GPU seen at any event in the period."
        ),
        Column("clock_frac", "float", "", "GPU clock over its full value, mean."),
        Column(
            "on_frac",
            "float",
            "",
            "Share of the period the rack was on; a booting one draws idle power.",
        ),
        Column(
            "tokens_lost",
            "float",
            "token",
            "Tokens lost by this rack's throttling and outages in the period.",
        ),
    ),
)

POWER = Table(
    "power",
    "Every power component, one row a component and period.",
    (
        _TIME,
        Column("component", "text", "", "Component id."),
        Column("power_in_w", "float", "W", "Input, mean."),
        Column("power_out_w", "float", "W", "Output, mean."),
        Column("load_max_frac", "float", "", "Highest output over rating in the period."),
        Column("energised_frac", "float", "", "Share of the period with voltage at its output."),
    ),
)

LOOPS = Table(
    "loops",
    "Coolant loops, rooms and facility water, one row a loop and period.",
    (
        _TIME,
        Column("loop", "text", "", "Loop, room or facility water id."),
        Column("kind", "text", "", "liquid, room or facility_water."),
        Column("temperature_degc", "float", "degC", "Supply temperature at the end of the period."),
        Column("heat_w", "float", "W", "Heat passed on towards the plant, mean."),
        Column("flow_frac", "float", "", "Flow over rated flow at the end of the period."),
    ),
)

SERVICES = Table(
    "services",
    "Inference services, one row a service and period.",
    (
        _TIME,
        Column("service", "text", "", "Workload name."),
        Column("requests", "float", "", "Requests that arrived."),
        Column("tokens_asked", "float", "token", "Output tokens those requests ask for."),
        Column("tokens_served", "float", "token", "Output tokens served."),
        Column(
            "tokens_waiting", "float", "token", "Output tokens queued at the end of the period."
        ),
        Column(
            "tokens_dropped",
            "float",
            "token",
            "Output tokens given up because they waited past the patience.",
        ),
        Column(
            "capacity_tokens_per_s", "float", "token/s", "What the live replicas can serve, mean."
        ),
        Column("utilisation_frac", "float", "", "Served over capacity, mean."),
        Column(
            "time_per_token_s",
            "float",
            "s",
            "Mean time between output tokens at the end of the period.",
        ),
    ),
)

JOBS = Table(
    "jobs",
    "Training and batch jobs, one row a job.",
    (
        Column("job", "text", "", "Name."),
        Column("kind", "text", "", "training or batch."),
        Column("nodes", "int", "", "Gang size."),
        Column("gpus", "int", "", "GPUs in the gang."),
        Column("submitted_s", "float", "s", "When it joined the queue."),
        Column("started_s", "float", "s", "First start; empty if it never ran."),
        Column("finished_s", "float", "s", "When it completed; empty if it did not."),
        Column(
            "state",
            "text",
            "",
            "awaited, queued, running, checkpointing, restarting, cut_off, completed or too_large.",
        ),
        Column(
            "progress_frac",
            "float",
            "",
            "Share of its work done and kept; empty where the work has no end.",
        ),
        Column("tokens", "float", "token", "Tokens trained and kept."),
        Column(
            "tokens_lost",
            "float",
            "token",
            "Tokens rolled back or not made because of faults and throttling.",
        ),
        Column("restarts", "int", "", "Times it went back to a checkpoint."),
        Column("checkpoints", "int", "", "Checkpoints written."),
        Column("gpu_hours", "float", "h", "GPU hours held."),
    ),
)

EVENTS = Table(
    "events",
    "What happened, in order.",
    (
        Column("time_s", "float", "s", "Seconds since the scenario's start."),
        Column("component", "text", "", "Component or job."),
        Column(
            "what",
            "text",
            "",
            "failed, repaired, tripped, on battery, throttled, full clock, shut down …",
        ),
        Column("detail", "text", "", "One sentence for people."),
    ),
)

LOSSES = Table(
    "losses",
    "What faults cost, by cause and rack.",
    (
        Column(
            "cause",
            "text",
            "",
            "throttled, power_lost, overheated, failed, fabric, rolled_back or restarting.",
        ),
        Column("rack", "text", "", "Rack that lost; empty where the loss belongs to a whole job."),
        Column("workload", "text", "", "Service or job that lost."),
        Column("tokens", "float", "token", "Tokens not made or thrown away."),
        Column(
            "gpu_hours",
            "float",
            "h",
            "GPU hours withheld: time, GPUs and the share of speed that was missing.",
        ),
        Column("usd", "float", "USD", "At the workload's token price."),
    ),
)

TOKEN_BALANCE = Table(
    "token_balance",
    "Where every token went: for each workload what was possible, what was made, and what was not "
    "made by cause. Possible is what requests asked for, or what a job would have made at full "
    "speed from its submission to the end of the run; made and the causes add up to it.",
    (
        Column("workload", "text", "", "Service or job."),
        Column(
            "entry",
            "text",
            "",
            "possible, made, a cause of the losses table, or a cause that is no fault.",
            ("possible", "made", *Cause),
        ),
        Column(
            "tokens", "float", "token", "Tokens of this entry; negative where a cause gained some."
        ),
    ),
)

COUNTERFACTUALS = Table(
    "counterfactuals",
    "What each fault of the time line and each drill cost: as booked, and against the same run "
    "without it, all later faults kept. Empty where those runs were not asked for.",
    (
        Column(
            "fault",
            "text",
            "",
            "The component, utility_outage for that drill, or all for the run without any of them.",
        ),
        Column("kind", "text", "", "fault, drill or all.", ("fault", "drill", "all")),
        Column("time_s", "float", "s", "When it begins; the run without it forks just before."),
        Column(
            "tokens_lost_attributed",
            "float",
            "token",
            "Booked as lost from then until the next fault or drill begins, or the run ends; faults "
            "that begin together share it.",
        ),
        Column(
            "tokens_lost_counterfactual",
            "float",
            "token",
            "Tokens that the run without it makes more; negative where fewer.",
        ),
        Column("difference_tokens", "float", "token", "Counterfactual less attributed."),
        Column(
            "reason",
            "text",
            "",
            "The largest part of the difference: a cause that is no fault, lost_anyway (other causes "
            "would have taken it), booked_later (after the next fault began), same, or not_run.",
            (*Reason, *WITHOUT_FAULT),
        ),
        Column("gpu_hours_busy", "float", "h", "GPU hours with work, more than without it."),
        Column("energy_j", "float", "J", "Energy that the facility used, more than without it."),
        Column("carbon_kg", "float", "kg", "Carbon, more than without it."),
        Column("cost_usd", "float", "USD", "Cost of running, more than without it."),
        Column("lost_usd", "float", "USD", "Its lost tokens at their workloads' prices."),
    ),
)

COUNTERFACTUAL_CAUSES = Table(
    "counterfactual_causes",
    "What each counterfactual loss consists of: the token balance of the run less that of the run "
    "without the fault. The rows of a fault add up to its tokens_lost_counterfactual.",
    (
        Column("fault", "text", "", "As in counterfactuals."),
        Column("kind", "text", "", "As in counterfactuals.", ("fault", "drill", "all")),
        Column("time_s", "float", "s", "When it begins."),
        Column("workload", "text", "", "Service or job."),
        Column("cause", "text", "", "As in token_balance.", tuple(Cause)),
        Column("tokens", "float", "token", "More of this cause than without it."),
    ),
)

ENERGY = Table(
    "energy",
    "Where the energy went over the whole run: the Sankey in numbers.",
    (
        Column("source", "text", "", "From: utility, generator, battery or a stage."),
        Column("target", "text", "", "To: a stage, IT, cooling or a loss."),
        Column("energy_j", "float", "J", "Energy passed."),
    ),
)

WITNESSES = Table(
    "witnesses",
    "Every number that is not arithmetic, with its source and status.",
    (
        Column("subject", "text", "", "Catalogue row or file key."),
        Column("parameter", "text", "", "Name of the number."),
        Column("value", "text", "", "Value as used."),
        Column("unit", "text", "", "Unit."),
        Column("status", "text", "", "measured, published, vendor, standard or assumed."),
        Column("source", "text", "", "Where it comes from."),
        Column("accessed", "text", "", "Date it was read."),
    ),
)

TABLES: tuple[Table, ...] = (
    COMPONENTS,
    EDGES,
    HALLS,
    LOADING,
    SITE,
    RACKS,
    POWER,
    LOOPS,
    SERVICES,
    JOBS,
    EVENTS,
    LOSSES,
    TOKEN_BALANCE,
    COUNTERFACTUALS,
    COUNTERFACTUAL_CAUSES,
    ENERGY,
    WITNESSES,
)
"""All of them, in the order a report prints them."""
