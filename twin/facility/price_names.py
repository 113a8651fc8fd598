"""Prices that a scenario states must be prices of something."""

from __future__ import annotations

from collections.abc import Iterator

from twin.catalogue.prices import price_rows
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack, Switch
from twin.facility.ledger import Ledger
from twin.findings import Finding, FindingCode
from twin.scenario.schema.economics import Economics, Tax

BOUGHT = (Rack, Switch, PowerEquipment, CoolingEquipment)
"""Kinds of rows that have a price of their own."""
_CONSTRUCTION = "construction_"


def _without_effect(asked: Economics) -> Iterator[Finding]:
    """How things are written off where nothing is taxed."""
    if not asked.tax.rate and asked.tax != Tax():
        says = "how things are written off changes nothing without a rate"
        yield Finding(FindingCode.CHANGES_NOTHING, "tax", says, ("economics", "tax"))


def check(ledger: Ledger) -> None:
    """Note every price of the scenario that is of nothing, and a place that has no price."""
    asked = ledger.scenario.economics
    ledger.remarks += _without_effect(asked)
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
