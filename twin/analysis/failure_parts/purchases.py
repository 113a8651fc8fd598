"""What one more unit would buy: minutes of downtime a year, and for how much money."""

from __future__ import annotations

from typing import Any

from twin.analysis.redundancy_report import RedundancyReport
from twin.catalogue.rows import CoolingEquipment, PowerEquipment
from twin.facility.model import Facility

Row = dict[str, Any]


def purchases(facility: Facility, report: RedundancyReport) -> list[Row]:
    """Components with an importance and a price, most minutes a dollar first; alike ones once.

    A second unit beside a component, as good and independent, leaves both down with the square of
    its unavailability: the minutes are those of the importance. The price is that of the row, for
    the unit alone; nothing for the work, the room or the switchgear that it takes.
    """
    types = dict(zip(facility.components.id, facility.components.type, strict=True))
    rows: dict[tuple[str, float], Row] = {}
    for found in report.importance:
        type_ = types.get(found["component"], "")
        price_usd = _price_usd(facility, type_)
        saved = found["second_saves_min_per_year"]
        if price_usd is None or saved <= 0:
            continue
        row = rows.setdefault(
            (type_, round(saved, 9)),
            {
                "components": [],
                "type": type_,
                "price_usd": price_usd,
                "saves_min_per_year": saved,
                "usd_per_min": price_usd / saved,
            },
        )
        row["components"].append(found["component"])
    return sorted(rows.values(), key=lambda row: (row["usd_per_min"], row["components"]))


def _price_usd(facility: Facility, type_: str) -> float | None:
    """Of a unit of that type; None where its row states none, or it has no row of its own."""
    catalogue = facility.scenario.catalogue
    power = catalogue.rows(PowerEquipment).get(type_)
    if power is not None:
        return power.price_usd
    cooling = catalogue.rows(CoolingEquipment).get(type_)
    return None if cooling is None else cooling.price_usd
