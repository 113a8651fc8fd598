"""The equipment that designs are made of, and how full it may be; each choice beside its reason."""

from __future__ import annotations

import math
from functools import cache

from twin.catalogue import rack_power, shipped
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack

SUPPORT_RACK = "support_rack"
SUPPORT_SHARE = 0.12
"""Support power over compute power: a published scalable unit has 132 of 1,056 kW (assumed)."""
PANEL = "rpp_500"
PANELS_SHARED = 4
"""Panels and UPS blocks of an N+1 path, of which three carry the load."""
FILLED = 0.9
"""Share of a rating that a design fills at most, before losses (assumed)."""
FILLINGS = (0.9, 0.8, 0.7)
"""Shares of a board's rating that are tried, the fullest first."""
UPS_INPUT = 1.05
"""Input of a UPS over its load, panels behind it included (assumed)."""
UPS_TYPES = ("ups_500", "ups_1250", "ups_1500")
BOARD = "switchboard_4000"
TRANSFORMER = "transformer_2500"
GENERATOR = "genset_2500"
CDU_TYPES = ("cdu_600", "cdu_xdu1350", "cdu_2300")
HANDLER_TYPES = ("crah_100", "fanwall_500")
HANDLERS_SMALL = 8
"""Small air handlers that a hall takes; above that they are fan walls."""
CHILLER_TYPES = ("chiller_air_710", "chiller_air_994", "chiller_air_warm_1300")
"""Those that leave water of 15 °C within their curves."""
DRY_COOLER = "dry_cooler_1000"
ADIABATIC = "dry_cooler_adiabatic_1000"
CHILLED_DEGC = 15.0
"""Water of the plants that cool the air."""
COP = 3.0
"""Of a chiller whose row states none (assumed)."""
BOARDS_MOST = 24
"""Boards of a hall on one side; a hall that needs more is too large."""
LINES_A_HALL = 4
RACKS_A_LINE = 16
LIQUID_MARGIN_K = 2.0
"""Between the warmest coolant a rack takes and what its loop gives at peak."""
OUTDOOR_MARGIN_K = 1.0
"""Above the hottest hour of the typical year."""
COOLEST_LOOP_DEGC = 27.0
"""Warm-water loops run no colder than this: above the dew point of most halls (assumed)."""


@cache
def support_w() -> float:
    """Rated power of a support rack."""
    return rack_power.rated_w(shipped().get(Rack, SUPPORT_RACK), None)


def smallest(types: tuple[str, ...], load_w: float) -> str:
    """The smallest power gear that a load fills no more than `FILLED`; the largest where none."""
    for name in types:
        if load_w <= FILLED * rating_w(name):
            return name
    return types[-1]


def rating_w(name: str) -> float:
    """The rating of power gear by catalogue name."""
    return shipped().get(PowerEquipment, name).rating_w or math.inf


def row(name: str) -> CoolingEquipment:
    """Cooling gear by catalogue name."""
    return shipped().get(CoolingEquipment, name)
