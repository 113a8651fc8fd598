"""Which stated numbers a run stood on, each with its source and status."""

from __future__ import annotations

from collections.abc import Iterator

from twin.analysis import layout_numbers, site_numbers
from twin.catalogue import KINDS
from twin.catalogue.rows import (
    CatalogueRow,
    Chiller,
    Climate,
    CoolingEquipment,
    Gpu,
    GpuInstance,
    GridRegion,
    OverloadCurve,
    PowerEquipment,
    Rack,
    StorageSystem,
    Switch,
)
from twin.facility.gpu_profiles import profiled
from twin.facility.model import Facility
from twin.scenario.schema import CatalogueClimate

Witness = dict[str, str]


def witnesses(facility: Facility) -> list[Witness]:
    """Every number of every catalogue row and profile in use, in order of first use."""
    out: list[Witness] = []
    for kind, name in dict.fromkeys(_rows(facility)):
        out += facility.scenario.catalogue.witnesses(kind, name)
    for gpu in dict.fromkeys(g for g in facility.racks.gpu_type if g):
        out += _profile(facility, gpu)
    out += layout_numbers.witnesses(facility)
    out += site_numbers.witnesses(facility)
    return out


def _rows(facility: Facility) -> Iterator[tuple[type[CatalogueRow], str]]:
    plan = facility.scenario.plan
    scenario = facility.scenario
    components = facility.components
    yield from (
        (Rack, t) for k, t in zip(components.kind, components.type, strict=True) if k == "rack"
    )
    for name in dict.fromkeys(components.type):
        yield from scenario.catalogue.made_of.get(name, ())
    yield from ((Gpu, g) for g in facility.racks.gpu_type if g)
    for group in plan.power:
        yield PowerEquipment, group.type
        curve = scenario.catalogue.get(PowerEquipment, group.type).overload_curve
        if curve:
            yield OverloadCurve, curve
    types = [
        [s.type for s in plan.cooling.loops],
        [s.type for s in plan.cooling.air],
        [s.type for s in plan.cooling.plant_groups],
    ]
    for name in (name for group in types for name in group):
        yield CoolingEquipment, name
        row = scenario.catalogue.get(CoolingEquipment, name)
        if row.curve:
            yield Chiller, row.curve
    if facility.fabric.switches:
        yield Switch, plan.fabric.switch
    yield StorageSystem, plan.storage.type
    for work in scenario.workload:
        yield from ((KINDS[need.kind], need.name) for need in work.needs())
        profiles = {pool.mig for pool in work.pools() if pool.mig}
        yield from ((GpuInstance, name) for name in _instances(facility, profiles))
    climate = scenario.site.climate
    if isinstance(climate, str | CatalogueClimate):
        yield Climate, climate if isinstance(climate, str) else climate.name
    if isinstance(scenario.site.grid, str):
        yield GridRegion, scenario.site.grid


def _instances(facility: Facility, profiles: set[str]) -> list[str]:
    """Rows of these profiles on the GPUs that stand here."""
    rows = facility.scenario.catalogue.rows(GpuInstance)
    here = set(facility.racks.gpu_type)
    return [name for name, row in rows.items() if row.gpu in here and row.profile in profiles]


def _profile(facility: Facility, gpu: str) -> Iterator[Witness]:
    """Rates of a GPU's profile; carried-over ones are marked."""
    found = profiled(facility.scenario, gpu, facility.profiles)
    measured = found.measured_for()
    if measured is not None:
        whose = "" if found.measured else "dense models: "
        yield {
            "subject": f"profile {gpu}",
            "parameter": "kernels and power",
            "value": f"{whose}{len(measured.samples)} samples",
            "unit": "",
            "status": "measured",
            "source": f"{measured.device.name}, by twin calibrate",
            "accessed": measured.date_utc[:10],
        }
    for rate in found.profile.rates:
        for parameter, value, unit in (
            ("flop_s", rate.flop_s, "FLOP/s"),
            ("bytes_s", rate.bytes_s, "B/s"),
        ):
            status = "assumed" if found.extrapolated else rate.status
            yield {
                "subject": f"profile {gpu}",
                "parameter": f"{rate.use} {rate.dtype} {parameter}",
                "value": f"{value:.6g}",
                "unit": unit,
                "status": status,
                "source": rate.source,
                "accessed": found.profile.date_utc[:10],
            }
