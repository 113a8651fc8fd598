"""What findings on cooling mean."""

from __future__ import annotations

from twin.findings.kinds import FindingCode, Meaning, Severity

COOLING: dict[FindingCode, Meaning] = {
    FindingCode.COOLANT_TOO_WARM: Meaning(
        Severity.ERROR,
        "the racks are outside their maker's limits from the first second, at any load",
        "a supply temperature below the racks' limit",
    ),
    FindingCode.COOLANT_WARM_AT_PEAK: Meaning(
        Severity.WARNING,
        "at full load the racks leave their maker's limits and may throttle",
        "a lower supply temperature, a narrower control band, or more coolant units",
    ),
    FindingCode.COOLANT_WARM_IN_HEAT: Meaning(
        Severity.WARNING,
        "on such a day the racks leave their maker's limits at full load and may throttle",
        "more or larger coolers, wetted pads, or chillers for the hottest hours",
    ),
    FindingCode.WATER_WARM_IN_HEAT: Meaning(
        Severity.NOTE,
        "the set-point is out of reach then, and fans turn in full for it",
        "a set-point that outdoor air allows, more coolers, or wetted pads",
    ),
    FindingCode.CHILLERS_SHORT_IN_HEAT: Meaning(
        Severity.WARNING,
        "on such a day its water warms beyond the control band at full load",
        "one more chiller, warmer water, or a cold store",
    ),
    FindingCode.AIR_TOO_WARM: Meaning(
        Severity.ERROR,
        "inlets are above their maker's limit from the first second, at any load",
        "a supply temperature below the racks' inlet limit",
    ),
    FindingCode.AIR_WARM_AT_PEAK: Meaning(
        Severity.WARNING,
        "at full load inlets pass their maker's limit; 15 K above it servers turn themselves off",
        "a lower supply temperature, more air handlers, or containment",
    ),
    FindingCode.RACK_SHORT_OF_COOLANT: Meaning(
        Severity.WARNING,
        "its chips are warmer than rated and throttle earlier",
        "wider pipes, balancing valves, a reverse return, or pumps with more pressure",
    ),
    FindingCode.PUMP_MAY_CAVITATE: Meaning(
        Severity.WARNING,
        "they may cavitate: flow and bearings suffer",
        "more static pressure, wider or shorter mains, or colder coolant",
    ),
    FindingCode.LOOP_SHORT_OF_FLOW: Meaning(
        Severity.WARNING,
        "its racks run hotter than their rated flow lets them, and throttle earlier",
        "more coolant units, or fewer racks on the loop",
    ),
    FindingCode.NO_SPARE_COOLANT_UNIT: Meaning(
        Severity.NOTE,
        "its racks throttle or stop when the unit fails or is taken out for work",
        "one more unit on a common header",
    ),
    FindingCode.NO_SPARE_PLANT_UNIT: Meaning(
        Severity.NOTE,
        "all that its water cools warms, and throttles or stops on hot or busy days, when the unit "
        "fails or is taken out for work",
        "one more unit on the same water, or larger ones",
    ),
    FindingCode.NO_SPARE_AIR_HANDLER: Meaning(
        Severity.NOTE,
        "the hall's inlets warm when the unit fails or is taken out for work",
        "one more air handler in the hall, or larger ones",
    ),
    FindingCode.DECOUPLER_REVERSED: Meaning(
        Severity.WARNING,
        "its return goes through the common pipe into its supply: coils and racks have water "
        "warmer than the chillers make, and another chiller is called for flow, not for heat",
        "more primary flow, one more chiller, or coils that draw less at a larger rise",
    ),
    FindingCode.COOLS_NOTHING: Meaning(
        Severity.WARNING,
        "it is bought, fed and maintained, and takes no heat",
        "serve something with it, or leave it out",
    ),
    FindingCode.SUPPLY_OUT_OF_REACH: Meaning(
        Severity.WARNING,
        "its valve stands open, inlets or coolant are warmer than the layout states, and a run "
        "notes `coil saturated` or `exchanger saturated`",
        "a supply_temperature that its water gives, colder facility water, more or larger units, "
        "or less heat on them",
    ),
    FindingCode.DOOR_SHORT_OF_AIR: Meaning(
        Severity.WARNING,
        "its films are extrapolated beyond their rating, and servers blow against more pressure "
        "than its maker states: less air passes than counted here",
        "a door for more air, or its rated `flow` from the maker's sheet in `overrides`",
    ),
    FindingCode.AIR_TOO_COLD: Meaning(
        Severity.WARNING,
        "servers start cold, and drives and power supplies leave their maker's range",
        "warmer facility water, a supply air temperature for the handlers, or less air",
    ),
    FindingCode.AIR_COLD: Meaning(
        Severity.NOTE,
        "cooling costs more than it must: each kelvin warmer saves chillers 2 to 3 %",
        "warmer facility water, or a supply air temperature for the handlers",
    ),
    FindingCode.CHILLER_OUTSIDE_CURVE: Meaning(
        Severity.NOTE,
        "energy, PUE and cost of the year may be off by what is told; its capacity stays that of "
        "the nearest point, but for hotter air",
        "a machine whose curves reach there, or a supply temperature within them",
    ),
    FindingCode.WATER_MAY_FREEZE: Meaning(
        Severity.WARNING,
        "a coil that stands still in frost bursts within minutes, a basin is lost for the winter",
        "antifreeze in the loop for the coldest day, or coils that drain; basin_heater_w_k",
    ),
    FindingCode.CONDENSATION: Meaning(
        Severity.WARNING,
        "where humid air reaches pipes and cold plates water condenses on them",
        "a supply temperature at least 2 K above the dew point, or dry halls",
    ),
    FindingCode.COILS_CONDENSE: Meaning(
        Severity.WARNING,
        "water drips from the coils: it needs trays and drains, and takes cooling power",
        "warmer facility water, a tighter hall, or dehumidified outdoor air",
    ),
    FindingCode.HALL_MOISTURE: Meaning(
        Severity.WARNING,
        "below, static charges build up; above, dust and boards corrode",
        "humidifiers or dehumidifiers, or a tighter hall",
    ),
    FindingCode.CONTAINS_NO_AISLE: Meaning(
        Severity.WARNING,
        "a run counts as little recirculation as contained aisles have, and there is nothing to "
        "contain: inlets are warmer than it says",
        "the other containment, `facing` the other way, or `containment: none`",
    ),
    FindingCode.POTENTIAL_FLOW_TURNS_BACK: Meaning(
        Severity.WARNING,
        "racks run hot, throttle and stop in a run, where jets and buoyancy would carry their "
        "exhaust away",
        "`airflow: by_distance`, containment, or tiles and handlers before the racks' fronts",
    ),
}
