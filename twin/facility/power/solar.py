"""Solar arrays of the power tree: what daylight gives each over a run, and what they may not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, Role, role
from twin.catalogue.rows import Climate
from twin.errors import InputError
from twin.facility.ledger import Ledger
from twin.facility.model import Weather
from twin.facility.model.bess import SolarArrays
from twin.facility.power.node import PowerNode
from twin.facility.space.stated_places import members
from twin.findings import Finding, FindingCode
from twin.physics.solar import SolarArray, ac_power_w, clear_sky, sun
from twin.quantities import percent
from twin.scenario.schema import CatalogueClimate, WeatherFile
from twin.scenario.schema.power_group import PowerGroup
from twin.scenario.schema.solar import SkySpec, SolarSpec
from twin.scenario.series import read_content
from twin.scenario.series.csv_rows import Quantity, read_rows
from twin.scenario.series.daylight import Daylight, read_daylight
from twin.scenario.series.epw import is_epw

STEP_S = 900.0
"""Of a clear sky, which nobody measured by the hour."""
SOMEWHERE_DEG = 35.0
"""North, where neither the weather nor `site.sky` says: between most sites; assumed."""
WIND_M_S = 1.0
"""Where no file says otherwise; pvlib's default."""
_POWER = Quantity("power_w", 0.0, 1e10, "W")


def check_solar(ledger: Ledger, nodes: Sequence[PowerNode]) -> None:
    """Solar arrays have modules and nothing else has; no UPS lies between them and the grid."""
    by_name = {node.id: node for node in nodes}
    for i, group in enumerate(ledger.scenario.plan.power):
        mine = [by_name[m] for m in members(group.name, group.count) if m in by_name]
        if not mine:
            continue
        loc = ("layout", "power", i)
        solar = role(mine[0].kind) is Role.SOLAR
        if solar != (group.solar is not None):
            found = "a solar array without `solar`" if solar else f"`solar` of {group.name!r}"
            ledger.complain(loc, found, "`solar: {dc_rating: 1 MW}` for solar arrays alone")
        if not solar:
            continue
        if find_spec("pvlib") is None and group.solar and group.solar.file is None:
            cure = 'pip install "ai-factory-twin[solar]"'
            ledger.complain(loc, "a solar array, and pvlib is not installed", cure)
        behind = {name for node in mine for name in _stores_above(node, by_name)}
        if behind:
            found = f"{group.name!r} behind {', '.join(sorted(behind)[:3])}"
            allowed = "a board that no UPS feeds: a UPS passes nothing back"
            ledger.complain((*loc, "fed_by"), found, allowed)


def _stores_above(node: PowerNode, by_name: dict[str, PowerNode]) -> Iterator[str]:
    for name in node.supplies:
        above = by_name.get(name)
        if above is None:
            continue
        if role(above.kind) is Role.STORE:
            yield name
        yield from _stores_above(above, by_name)


def solar_arrays(
    ledger: Ledger, nodes: Sequence[PowerNode], row: dict[str, int], air: Weather
) -> SolarArrays:
    """The arrays of every solar array among the nodes; what a sky is taken for is remarked.

    row  power node by name
    """
    mine = [node for node in nodes if node.row and role(node.kind) is Role.SOLAR]
    groups = {
        name: group
        for group in ledger.scenario.plan.power
        for name in members(group.name, group.count)
    }
    stated = [(groups[node.id], node) for node in mine]
    series = _series(ledger, stated, air) if mine else []
    time_s = np.unique(np.concatenate([[0.0], *(times for times, _ in series)]))
    available = np.stack(
        [_held(times, values, time_s) for times, values in series] or [np.zeros(time_s.size)],
        axis=1,
    )
    return SolarArrays(
        node=np.array([row[node.id] for node in mine], dtype=np.int64),
        board=np.array([row[next(iter(node.supplies))] for node in mine], dtype=np.int64),
        time_s=time_s if mine else np.zeros(0),
        available_w=available[:, : len(mine)],
    )


def _held(times: Array, values: Array, at_s: Array) -> Array:
    """Steps that hold until the next; nothing before the first."""
    place = np.searchsorted(times, at_s, side="right") - 1
    return np.where(place >= 0, values[np.maximum(place, 0)], 0.0)


def _series(
    ledger: Ledger, stated: Sequence[tuple[PowerGroup, PowerNode]], air: Weather
) -> list[tuple[Array, Array]]:
    """(begin of steps, power) of every array."""
    found = []
    light: Daylight | None = None
    for group, node in stated:
        assert group.solar is not None
        if group.solar.file is not None:
            found.append(_of_file(ledger, group.solar.file, node.rating_w))
            continue
        light = light or _daylight(ledger, air)
        found.append((light.begin_s, _power_w(ledger.scenario.start, light, group.solar, node)))
    return [(np.maximum(times, 0.0), values) for times, values in found]


def _of_file(ledger: Ledger, name: str, most_w: float) -> tuple[Array, Array]:
    path = Path(name)
    try:
        rows = read_rows(read_content(path), path, ledger.scenario.start, (_POWER,))
    except InputError as error:
        ledger.problems += error.problems
        return np.zeros(1), np.zeros(1)
    during = np.searchsorted(rows.time_s, 0.0, side="right") - 1
    kept = slice(max(int(during), 0), None)
    return rows.time_s[kept], np.minimum(rows.columns["power_w"][kept], most_w)


def _power_w(start: datetime, light: Daylight, spec: SolarSpec, node: PowerNode) -> Array:
    middle_s = (light.begin_s + light.end_s) / 2
    at = sun(start, middle_s, light.latitude_deg, light.longitude_deg, light.dry_bulb_degc)
    array = SolarArray(
        spec.dc_rating, node.rating_w, spec.tilt_deg, spec.azimuth_deg, spec.losses,
        spec.inverter_efficiency, spec.temperature_coefficient, spec.albedo,
    )  # fmt: skip
    seen = (light.global_w_m2, light.direct_w_m2, light.diffuse_w_m2)
    return ac_power_w(array, at, seen, light.dry_bulb_degc, light.wind_m_s)


def _daylight(ledger: Ledger, air: Weather) -> Daylight:
    """Of the weather file where it has any, else of a sky of stated clearness."""
    scenario = ledger.scenario
    climate = scenario.site.climate
    if isinstance(climate, WeatherFile):
        path = Path(climate.file)
        content = read_content(path)
        light = None
        if is_epw(content):
            light = read_daylight(content, path, scenario.start, scenario.horizon)
        if light is not None and np.isfinite([light.latitude_deg, light.longitude_deg]).all():
            return light
    return _clear(ledger, air)


def _clear(ledger: Ledger, air: Weather) -> Daylight:
    scenario = ledger.scenario
    sky = scenario.site.sky or SkySpec()
    zone_h = (scenario.start.utcoffset() or timedelta(0)).total_seconds() / 3600.0
    latitude = _latitude(ledger) if sky.latitude_deg is None else sky.latitude_deg
    if latitude is None:
        latitude = SOMEWHERE_DEG
        says = f"the sun stands as at {latitude:g}° north, for the weather has no place"
        ledger.remarks += (Finding(FindingCode.FILLED_IN, "sky", says, ("site", "climate")),)
    longitude = 15.0 * zone_h if sky.longitude_deg is None else sky.longitude_deg
    begin_s = np.arange(0.0, scenario.horizon, STEP_S)
    middle_s = begin_s + STEP_S / 2
    dry = np.interp(middle_s, air.time_s, air.dry_bulb_degc)
    at = sun(scenario.start, middle_s, latitude, longitude, dry)
    ghi, dni, dhi = clear_sky(at, sky.clearness)
    word = EQUIPMENT_KINDS["pv"].words
    says = (
        f"{word} see {percent(sky.clearness, 0)} of a clear sky, for the weather has no irradiance"
    )
    where = ("site", "sky") if scenario.site.sky else ("site", "climate")
    if scenario.site.sky is None:
        ledger.remarks += (Finding(FindingCode.FILLED_IN, "sky", says, where),)
    wind = np.full(middle_s.size, WIND_M_S)
    ends = begin_s + STEP_S
    return Daylight(begin_s, ends, ghi, dni, dhi, dry, wind, float(latitude), float(longitude))


def _latitude(ledger: Ledger) -> float | None:
    """That of the site's climate in the catalogue."""
    climate = ledger.scenario.site.climate
    name = climate.name if isinstance(climate, CatalogueClimate) else climate
    row = ledger.scenario.catalogue.rows(Climate).get(name) if isinstance(name, str) else None
    return None if row is None else row.latitude_deg
