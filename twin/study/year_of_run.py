"""The year that a run's report shows beside its days: at rated load, and at the load of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.analysis.climate.answer import ClimateYear
from twin.catalogue.rows import Chiller, Climate, CoolingEquipment
from twin.facility import Facility
from twin.results import Result
from twin.scenario.schema import CatalogueClimate
from twin.scenario.series import YearOfAir
from twin.study.climate import climate
from twin.study.year_of_site import NoYear, year_of_site

Document = dict[str, Any]


def year_of_run(facility: Facility, result: Result) -> Document:
    """Plain values for the result's metadata: `rated` and `as_run`, each as `twin climate --json`
    has it, and `witnesses`; or `none`, why there is no year.
    """
    air = year_of_site(facility)
    if isinstance(air, NoYear):
        return {"none": air.says}
    rated_w = float(facility.racks.rated_w.sum())
    lived_s = float(result.summary.get("simulated_s") or 0.0)
    energy_j = float(result.summary.get("energy_it_j") or 0.0)
    if not (rated_w > 0 and lived_s > 0 and energy_j > 0):
        return {"none": "No rack drew power: there is nothing to hold a year against."}
    rated = climate(facility, air)
    as_run = climate(facility, air, load_frac=min(energy_j / lived_s / rated_w, 1.0))
    return {
        "rated": rated.as_dict(),
        "as_run": as_run.as_dict(),
        "witnesses": list(_witnesses(facility, air, rated)),
    }


def _witnesses(facility: Facility, air: YearOfAir, rated: ClimateYear) -> Iterator[Document]:
    """What a year stands on: its air, its load, and the laws of its plants."""
    dry = air.dry_bulb_degc
    of_air = f"8,760 h, {dry.min():.1f} to {dry.max():.1f} °C, wet bulb to"
    value = f"{of_air} {air.wet_bulb_degc.max():.1f} °C"
    yield {"what": f"air of {air.name}", "value": value, **_air_source(facility, air)}
    if air.design_says:
        yield {
            "what": "design days",
            "value": air.design_says,
            "status": "published" if air.design is not None else "assumed",
            "source": f"the header of {air.name}",
        }
    it_w = rated.hours.power_w["it"][0]
    yield {
        "what": "load of racks",
        "value": f"{it_w / 1e3:,.0f} kW all year",
        "status": "assumed",
        "source": "every rack at its rating, and at the mean of this run",
    }
    yield from _of_plants(facility)


def _air_source(facility: Facility, air: YearOfAir) -> dict[str, str]:
    asked = facility.scenario.site.climate
    name = asked if isinstance(asked, str) else getattr(asked, "name", "")
    if not name:
        return {"status": "assumed", "source": f"the file {air.name} that the scenario names"}
    held = facility.scenario.catalogue.witnesses(Climate, name)
    hottest = next(row for row in held if row["parameter"] == "dry_bulb_max_degc")
    changed = isinstance(asked, CatalogueClimate) and asked.change is not None
    status = "assumed" if changed else hottest["status"]
    return {"status": status, "source": hottest["source"]}


def _of_plants(facility: Facility) -> Iterator[Document]:
    """The catalogue row of every group of units, and the curve of its chillers."""
    known = facility.scenario.catalogue
    for group in facility.scenario.plan.cooling.plant_groups:
        row = known.get(CoolingEquipment, group.type)
        yield {"what": group.name, "value": f"{group.count} × {group.type}", **_source(row)}
        if row.curve:
            yield {"what": f"curve of {group.name}", "value": row.curve,
                   **_source(known.get(Chiller, row.curve))}  # fmt: skip


def _source(row: Chiller | CoolingEquipment) -> dict[str, str]:
    return {"status": row.status, "source": row.source}
