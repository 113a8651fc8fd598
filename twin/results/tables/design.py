"""What stands and how it is connected: the same in every run of a facility."""

from __future__ import annotations

from twin.tables import Column, Table

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
        Column(
            "facing_deg",
            "float",
            "deg",
            "Where its front looks, clockwise from north: 0, 90, 180 or 270. Racks draw their air "
            "there; air handlers blow there.",
        ),
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

ELECTRICAL = Table(
    "electrical",
    "What each power component is to alternating current: every load at its peak, everything in "
    "service, and a fault at its output; with where the numbers come from.",
    (
        Column("component", "text", "", "Component id."),
        Column("nominal_v", "float", "V", "Nominal voltage at its output, between lines."),
        Column(
            "voltage_status",
            "text",
            "",
            "stated, the status of its row, joined (that of what it is joined to) or assumed.",
        ),
        Column("voltage_frac", "float", "", "Voltage at its output, of nominal; 0 where dark."),
        Column("current_a", "float", "A", "In each phase, at nominal voltage."),
        Column("loading_frac", "float", "", "Apparent power over rating; empty without one."),
        Column("power_factor", "float", "", "At its output; empty where nothing flows."),
        Column("loss_w", "float", "W", "Lost in it."),
        Column(
            "impedance_status",
            "text",
            "",
            "Of what limits a fault through it: stated, the status of its row, or assumed; empty "
            "where it has no impedance.",
        ),
        Column(
            "fault_current_a",
            "float",
            "A",
            "Initial symmetrical current of a three-phase fault at its output, as usually fed.",
        ),
        Column("fault_current_standby_a", "float", "A", "The same on generators alone."),
        Column(
            "fault_current_inverters_a",
            "float",
            "A",
            "The same on UPS and stores alone, before generators run: what breakers see then.",
        ),
        Column(
            "short_circuit_rating_a", "float", "A", "What it may be exposed to; empty if unstated."
        ),
        Column("fault_rating_status", "text", "", "stated, or the status of its row; or empty."),
        Column(
            "selective",
            "text",
            "",
            "yes or no: it opens before what is above it; empty where that is not judged.",
        ),
        Column("opens_first", "text", "", "What above opens before it."),
        Column("opens_first_from_w", "float", "W", "From which load on."),
    ),
)

BATTERIES = Table(
    "batteries",
    "How long the battery of each UPS lasts, every load at its peak, and what a run left in it.",
    (
        Column("component", "text", "", "The UPS."),
        Column("energy_j", "float", "J", "Full, at its state of health."),
        Column("autonomy_rated_s", "float", "s", "How long it carries the rating."),
        Column("load_w", "float", "W", "Output with everything in service, at peak."),
        Column("autonomy_s", "float", "s", "How long it carries that; empty without a load."),
        Column("autonomy_end_of_life_s", "float", "s", "The same with 80 % of a new one's energy."),
        Column(
            "needed_s",
            "float",
            "s",
            "Twice what a generator takes to start and to be switched to; empty without one.",
        ),
        Column("autonomy_run_s", "float", "s", "How long it carries the run's highest output."),
        Column("left_least_frac", "float", "", "Least energy left in the run, over full."),
    ),
)
