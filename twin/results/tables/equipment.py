"""How the site and its equipment were, one row a period."""

from __future__ import annotations

from twin.results.tables.common import TIME
from twin.tables import Column, Table

SITE = Table(
    "site",
    "The whole site, one row a period; powers are means over the period.",
    (
        TIME,
        Column("utility_power_w", "float", "W", "Drawn from the utility."),
        Column("generator_power_w", "float", "W", "Delivered by generators."),
        Column(
            "battery_power_w",
            "float",
            "W",
            "Delivered by UPS batteries; negative while they recharge.",
        ),
        Column("solar_power_w", "float", "W", "Given by solar arrays, AC."),
        Column("export_power_w", "float", "W", "Given to the utility."),
        Column("it_power_w", "float", "W", "Racks at their AC input."),
        Column("distribution_loss_w", "float", "W", "Lost in transformers, UPS and distribution."),
        Column(
            "cooling_power_w",
            "float",
            "W",
            "CDUs, air handlers, chillers, dry coolers and their pumps.",
        ),
        Column(
            "other_power_w",
            "float",
            "W",
            "Other loads of boards: lights, offices, lifts.",
            since="2026-11-30",
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
            "Tokens trained in the period less tokens_rolled_back; below zero where more was taken "
            "back than was trained in it.",
        ),
        Column(
            "tokens_rolled_back",
            "float",
            "token",
            "Work that went back to its last checkpoint in the period, by a fault or to make way; "
            "trained since that checkpoint, in this period or in earlier ones.",
            since="2026-11-29",
        ),
        Column(
            "tokens_lost", "float", "token", "Tokens that faults and throttling cost in the period."
        ),
        Column("gpus_busy", "float", "", "GPUs with work, mean."),
        Column("gpus_throttled", "float", "", "GPUs below full clock, mean."),
        Column("battery_energy_j", "float", "J", "Energy in batteries at the end of the period."),
    ),
)

RACKS = Table(
    "racks",
    "Every rack, one row a rack and period.",
    (
        TIME,
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
        Column("clock_frac", "float", "", "GPU clock over what its power limit leaves, mean."),
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
        TIME,
        Column("component", "text", "", "Component id."),
        Column("power_in_w", "float", "W", "Input, mean."),
        Column("power_out_w", "float", "W", "Output, mean."),
        Column("load_max_frac", "float", "", "Highest output over rating in the period."),
        Column("energised_frac", "float", "", "Share of the period with voltage at its output."),
        Column(
            "battery_least_j",
            "float",
            "J",
            "Lowest energy in its battery in the period; 0 where it has none.",
        ),
    ),
)

BESS = Table(
    "bess",
    "Battery stores at boards over time, one row a BESS and period.",
    (
        TIME,
        Column("component", "text", "", "The BESS."),
        Column("power_in_w", "float", "W", "Taken from its board, its standby included; mean."),
        Column("power_out_w", "float", "W", "Given to its board; mean."),
        Column("loss_w", "float", "W", "Lost in conversion and standby, mean."),
        Column("energy_j", "float", "J", "Held at the end of the period."),
        Column("charge_frac", "float", "", "The same over what it holds when full."),
    ),
)

LOOPS = Table(
    "loops",
    "Coolant loops, rooms and facility water, one row a loop and period.",
    (
        TIME,
        Column("loop", "text", "", "Loop, room or facility water id."),
        Column("kind", "text", "", "liquid, room or facility_water."),
        Column("temperature_degc", "float", "degC", "Supply temperature at the end of the period."),
        Column("heat_w", "float", "W", "Heat passed on towards the plant, mean."),
        Column(
            "doors_w",
            "float",
            "W",
            "Heat that rear doors took of the exhaust before this room had it, mean.",
            since="2026-11-30",
        ),
        Column("flow_frac", "float", "", "Flow over rated flow at the end of the period."),
    ),
)

MOISTURE = Table(
    "moisture",
    "Moisture of the halls that state it, one row a hall and period.",
    (
        TIME,
        Column("hall", "text", "", "Hall."),
        Column("dew_point_degc", "float", "degC", "Of its air at the end of the period."),
        Column(
            "humidity_max_frac",
            "float",
            "",
            "Relative humidity of the coldest air that racks draw in, at the end.",
            since="2026-11-29",
        ),
        Column("humidity_ratio", "float", "", "Water over dry air, by mass, at the end."),
        Column(
            "outdoor_kg",
            "float",
            "kg",
            "Water that outdoor air brought; below zero where it carried some away.",
        ),
        Column("humidifier_kg", "float", "kg", "Water that humidifiers gave."),
        Column("dehumidifier_kg", "float", "kg", "Water that dehumidifiers took."),
        Column("condensate_kg", "float", "kg", "Water that coils took out."),
        Column("latent_heat_w", "float", "W", "Heat of condensing in coils, mean."),
        Column(
            "humidity_power_w",
            "float",
            "W",
            "Drawn by humidifiers and dehumidifiers, mean; within the power of air handlers.",
        ),
    ),
    since="2026-11-29",
)
