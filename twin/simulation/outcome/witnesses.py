"""Which stated numbers a run stood on, each with its source and status."""

from __future__ import annotations

from collections.abc import Iterator

from twin import catalogue
from twin.catalogue.rows import Cooling
from twin.facility.model import Facility
from twin.simulation.step_times import profiled
from twin.workload import Batch, Inference

Witness = dict[str, str]


def witnesses(facility: Facility) -> list[Witness]:
    """Every number of every catalogue row and profile in use, in order of first use."""
    out: list[Witness] = []
    for kind, name in dict.fromkeys(_rows(facility)):
        out += catalogue.witnesses(kind, name)
    for gpu in dict.fromkeys(g for g in facility.racks.gpu_type if g):
        out += _profile(facility, gpu)
    return out


def _rows(facility: Facility) -> Iterator[tuple[str, str]]:
    plan = facility.scenario.plan
    scenario = facility.scenario
    components = facility.components
    yield from (
        ("racks", t) for k, t in zip(components.kind, components.type, strict=True) if k == "rack"
    )
    yield from (("gpus", g) for g in facility.racks.gpu_type if g)
    yield from (("power", group.type) for group in plan.power)
    types = [
        [s.type for s in plan.cooling.loops],
        [s.type for s in plan.cooling.air],
        [s.type for s in plan.cooling.plant],
    ]
    for name in (name for group in types for name in group):
        yield "cooling", name
        row = catalogue.get("cooling", name)
        if isinstance(row, Cooling) and row.curve:
            yield "chillers", row.curve
    if facility.fabric.switches:
        yield "switches", plan.fabric.switch
    yield "storage", plan.storage.type
    for work in scenario.workload:
        if not isinstance(work, Batch):
            yield "models", work.model
        if isinstance(work, Inference):
            yield "requests", work.requests.lengths
    if isinstance(scenario.site.climate, str):
        yield "climates", scenario.site.climate
    if isinstance(scenario.site.grid, str):
        yield "grids", scenario.site.grid


def _profile(facility: Facility, gpu: str) -> Iterator[Witness]:
    """Rates of a GPU's profile; carried-over ones are marked."""
    found = profiled(facility.scenario, gpu)
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
