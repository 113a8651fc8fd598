"""Prices that a scenario states must be prices of something."""

from __future__ import annotations

from twin.catalogue.prices import price_rows
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack, Switch
from twin.facility.ledger import Ledger

BOUGHT = (Rack, Switch, PowerEquipment, CoolingEquipment)
"""Kinds of rows that have a price of their own."""
_CONSTRUCTION = "construction_"


def check(ledger: Ledger) -> None:
    """Note every price of the scenario that is of nothing, and a place that has no price."""
    asked = ledger.scenario.economics
    shipped = price_rows()
    places = [name for name in shipped if name.startswith(_CONSTRUCTION)]
    if asked.construction not in places:
        at = ("economics", "construction")
        ledger.unknown(at, asked.construction, places, "one of the places with a price")
    if not asked.prices:
        return
    rows = [name for kind in BOUGHT for name in ledger.scenario.catalogue.rows(kind)]
    known = dict.fromkeys([*shipped, *rows])
    for name in asked.prices:
        if name not in known:
            where = ("economics", "prices", name)
            ledger.unknown(
                where, name, known, "a price of `twin cost --prices`, or a catalogue row"
            )
