"""The rows of what a scenario shows of itself: what is asked, in a screenful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from textwrap import wrap

from twin.cards import counted, first
from twin.catalogue import Catalogue
from twin.catalogue.rows import Rack
from twin.controls import Controls, Drill
from twin.quantities import clock, duration, figures
from twin.scenario.schema.climate import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.faults import FaultPlan, TimedFault
from twin.scenario.schema.layout import Layout
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.site import Site
from twin.workload import Workload

_MOST = 4
"""Lines for one kind of thing."""


def wrapped(text: str) -> list[str]:
    """The first two lines of a longer text."""
    return wrap(text, 78, max_lines=2, placeholder=" …")


def layout_rows(
    layout: Layout | str, catalogue: Catalogue
) -> Iterator[tuple[str, str | list[str]]]:
    """What stands there; of a layout that was not loaded, its path."""
    if isinstance(layout, str):
        yield "layout", layout
        return
    layout = layout.flat()
    racks: dict[str, int] = {}
    for row in (row for hall in layout.halls for row in hall.rows):
        pattern = Pattern.parse(row.racks)
        racks[pattern.type] = racks.get(pattern.type, 0) + pattern.count - len(row.empty)
    told = ", ".join(f"{count} × {name}" for name, count in racks.items())
    halls = f"{len(layout.halls)} hall{'s' if len(layout.halls) > 1 else ''}"
    yield "layout", f"{layout.name}: {halls}, {told}; {_gpus(racks, catalogue):,} GPUs"
    power = ", ".join(f"{group.count} × {group.name}" for group in layout.power)
    yield "power", wrapped(power)


def _gpus(racks: Mapping[str, int], catalogue: Catalogue) -> int:
    known = catalogue.rows(Rack)
    each = {
        name: known[name].nodes_per_rack * known[name].gpus_per_node
        for name in racks
        if name in known
    }
    return sum(each.get(name, 0) * count for name, count in racks.items())


def site_row(site: Site) -> str:
    """Climate, grid, price of water."""
    climate = _climate(site.climate)
    grid = site.grid if isinstance(site.grid, str) else getattr(site.grid, "file", "as stated")
    return f"{climate}; grid {grid}; water {site.water_price:g} USD/m³"


def _climate(air: str | SteadyWeather | WeatherFile | CatalogueClimate) -> str:
    if isinstance(air, str):
        return f"climate {air}"
    if isinstance(air, SteadyWeather):
        return f"steady air of {air.dry_bulb:g} °C, {air.wet_bulb:g} °C wet bulb"
    name = f"weather of {air.file}" if isinstance(air, WeatherFile) else f"climate {air.name}"
    if air.design_day:
        name += f", day {air.design_day}"
    if air.change:
        name += ", later climate"
    if air.heat_wave:
        name += f", heat wave of {air.heat_wave.days} days"
    return name


def time_row(start: datetime, horizon_s: float, period_s: float, seed: int) -> str:
    """When, how long, in what steps, by which seed."""
    end = start + timedelta(seconds=horizon_s)
    return (
        f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} (UTC{start:%z}), {duration(horizon_s)} "
        f"in periods of {duration(period_s)}; seed {seed}"
    )


def work_rows(workload: Iterable[Workload]) -> list[str]:
    """One line a workload: its name and kind, and whatever it states of model, nodes and number."""
    return first((_work(work) for work in workload), _MOST) or ["none: the factory stands idle"]


def _work(work: Workload) -> str:
    stated = {key: getattr(work, key, None) for key in ("model", "dtype", "nodes", "count")}
    words = [f"{value} {key}" for key, value in stated.items() if isinstance(value, int)]
    words[:0] = [str(value) for value in stated.values() if isinstance(value, str)]
    return f"{work.name}: {getattr(work, 'kind', '')}, {', '.join(words)}".replace("count", "jobs")


def fault_rows(faults: FaultPlan) -> list[str]:
    """What goes wrong at stated moments, and at random."""
    told = first(map(_fault, sorted(faults.timeline, key=lambda fault: fault.at)), _MOST)
    if faults.rates is not None:
        told.append(f"at random, {figures(faults.rates.scale)} × the catalogue's rates")
    return told


def _fault(fault: TimedFault) -> str:
    back = "until a crew has repaired it"
    if fault.mode == "compromise":
        back = "by an intruder, until it is seen and a crew has restored it"
    if fault.mode == "spoofed":
        back = "by a sensor that lies, until that is seen"
    if fault.repair_at is not None:
        back = f"until {clock(fault.repair_at)}"
    if fault.repair_after is not None:
        back = f"for {duration(fault.repair_after)}"
    return f"{clock(fault.at)} {fault.component} {back}"


def control_rows(controls: Controls, drills: Iterable[Drill]) -> list[str]:
    """Operator actions and drills, by kind."""
    done = counted(action.kind.replace("_", " ") for action in controls.actions)
    drilled = counted(drill.kind.replace("_", " ") for drill in drills)
    return [f"placement {controls.placement}", done, drilled and f"drills: {drilled}"]
