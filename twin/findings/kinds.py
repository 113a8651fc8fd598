"""Codes of findings, and what a code means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Allowed = Literal[
    "air_too_warm", "battery_ends_before_start", "coolant_too_warm", "never_starts", "run_too_large"
]
"""Codes of errors that a scenario may accept."""


class Severity(StrEnum):
    """How much a finding weighs; each has one consequence, the same in every command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FindingCode(StrEnum):
    """What was found."""

    OVERLOAD_AFTER_LOSS = "overload_after_loss"
    DARK_AFTER_LOSS = "dark_after_loss"
    FEEDS_NOTHING = "feeds_nothing"
    RACKS_WITHOUT_UPS = "racks_without_ups"
    COOLANT_WITHOUT_UPS = "coolant_without_ups"
    BATTERY_ENDS_BEFORE_START = "battery_ends_before_start"
    BATTERY_TOO_SHORT = "battery_too_short"
    NO_GENERATOR = "no_generator"
    NO_FLOOR_DISTRIBUTION = "no_floor_distribution"
    CORDS_ON_ONE_PATH = "cords_on_one_path"
    VOLTAGE_OUTSIDE_WINDOW = "voltage_outside_window"
    VOLTAGE_STEP = "voltage_step_without_transformer"
    SHORT_CIRCUIT_ABOVE_RATING = "short_circuit_above_rating"
    NOT_SELECTIVE = "not_selective"
    INVERTER_GIVES_UP_FIRST = "inverter_gives_up_first"
    PHASE_IMBALANCE = "phase_imbalance"
    SOLAR_ABOVE_RATING = "solar_above_rating"
    LARGE_LOAD = "large_load"
    LEAVES_THE_GRID = "leaves_the_grid"
    RAMP_BEYOND_LIMIT = "ramp_beyond_limit"
    LOAD_STEP_BEYOND_MACHINES = "load_step_beyond_machines"
    RACK_POWER_ODD = "rack_power_odd"
    REPAIR_LONG = "repair_long"
    COOLANT_TOO_WARM = "coolant_too_warm"
    COOLANT_WARM_AT_PEAK = "coolant_warm_at_peak"
    COOLANT_WARM_IN_HEAT = "coolant_warm_in_heat"
    WATER_WARM_IN_HEAT = "water_warm_in_heat"
    CHILLERS_SHORT_IN_HEAT = "chillers_short_in_heat"
    AIR_TOO_WARM = "air_too_warm"
    AIR_WARM_AT_PEAK = "air_warm_at_peak"
    LOOP_SHORT_OF_FLOW = "loop_short_of_flow"
    RACK_SHORT_OF_COOLANT = "rack_short_of_coolant"
    PUMP_MAY_CAVITATE = "pump_may_cavitate"
    NO_SPARE_COOLANT_UNIT = "no_spare_coolant_unit"
    NO_SPARE_PLANT_UNIT = "no_spare_plant_unit"
    NO_SPARE_AIR_HANDLER = "no_spare_air_handler"
    DECOUPLER_REVERSED = "decoupler_reversed"
    COOLS_NOTHING = "cools_nothing"
    DOOR_SHORT_OF_AIR = "door_short_of_air"
    SUPPLY_OUT_OF_REACH = "supply_out_of_reach"
    AIR_TOO_COLD = "air_too_cold"
    AIR_COLD = "air_cold"
    CHILLER_OUTSIDE_CURVE = "chiller_outside_curve"
    WATER_MAY_FREEZE = "water_may_freeze"
    CONDENSATION = "condensation"
    COILS_CONDENSE = "coils_condense"
    HALL_MOISTURE = "hall_moisture"
    CONTAINS_NO_AISLE = "contains_no_aisle"
    POTENTIAL_FLOW_TURNS_BACK = "potential_flow_turns_back"
    LONG_ROW = "long_row"
    NARROW_AISLE = "narrow_aisle"
    NARROW_COLD_AISLE = "narrow_cold_aisle"
    OVERLAP = "overlap"
    THROUGH_A_WALL = "through_a_wall"
    NEVER_STARTS = "never_starts"
    LAYOUT_DOES_NOT_FIT = "layout_does_not_fit"
    NEVER_COMES = "never_comes"
    SOME_NEVER_START = "some_never_start"
    POOL_FINDS_NO_ROOM = "pool_finds_no_room"
    REQUESTS_TOO_LONG = "requests_too_long"
    SOME_REQUESTS_TOO_LONG = "some_requests_too_long"
    SEQUENCES_STRETCHED = "sequences_stretched"
    OLDER_SCHEDULER = "older_scheduler"
    NEVER_HAPPENS = "never_happens"
    RESERVED_LATER = "reserved_later"
    NO_TIME_LIMIT = "no_time_limit"
    COUNTS_FROM_THE_START = "counts_from_the_start"
    FILLED_IN = "filled_in"
    HOURS_LEFT_OUT = "hours_left_out"
    DESIGN_CONDITIONS = "design_conditions"
    CHANGES_NOTHING = "changes_nothing"
    RUN_TAKES_LONG = "run_takes_long"
    RUN_TOO_LARGE = "run_too_large"
    MANY_INSTANTS = "many_instants"


@dataclass(frozen=True)
class Meaning:
    """How a code weighs, what follows where nobody acts on it, and what to do about it."""

    severity: Severity
    consequence: str
    cure: str
