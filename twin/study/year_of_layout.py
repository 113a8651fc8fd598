"""The year of a layout: its plants in their steady state, hour by hour as arrays, by the laws that
a run obeys.

Racks draw what is stated all year; coolant units run as at the design point, air handlers by the
air that racks want then; every plant carries the heat that reaches it, set as the building controls
of a run set it (`year_of_plants.py`); the power path carries racks and cooling, with its losses at
part load.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.climate.answer import OTHER, ClimateYear, Hours
from twin.arrays import Array
from twin.catalogue.equipment_kinds import is_source
from twin.facility import Facility
from twin.facility.power.loading import loading
from twin.quantities import percent
from twin.scenario.series import YearOfAir
from twin.study.year_of_moisture import Told, moisture
from twin.study.year_of_plants import plants
from twin.study.year_of_set_points import out_of_reach

LOSS_POINTS = 9
"""Hours, from little cooling to much, at which the power path is worked out; between them losses
follow in straight lines."""


def year_of_layout(facility: Facility, year: YearOfAir, load_frac: float | None) -> ClimateYear:
    """The year of a facility in some air.

    load_frac   of rated power that every rack draws all year; None for idle racks
    """
    racks = facility.racks
    rack_w = racks.idle_w if load_frac is None else racks.rated_w * load_frac
    work = plants(facility, rack_w, year)
    moist = moisture(facility, rack_w, work, year)
    if moist.plant_w.any():
        work = plants(facility, rack_w, year, moist.plant_w)
    unit_w = work.unit_w + moist.unit_w
    power = {"it": np.full(year.dry_bulb_degc.size, float(rack_w.sum()))}
    power |= _other_loads(facility, year)
    power |= _by_kind(facility, unit_w)
    power |= _losses(facility, rack_w, unit_w)
    share = work.compressed_w / np.maximum(work.heat_w, 1e-9)
    halls = moist.told
    water = {"plants": work.water_kg_s} | ({"humidifiers": moist.humidified_kg_s} if halls else {})
    hours = Hours(power, water, share, work.modes)
    inputs = {"load_frac": float(rack_w.sum() / max(racks.rated_w.sum(), 1e-9)),
              "it_w": float(rack_w.sum())}  # fmt: skip
    name = facility.scenario.plan.name
    notes = (*work.notes, *out_of_reach(facility, rack_w, work), *_of_moisture(halls))
    return ClimateYear(name, year, hours, inputs, notes, halls)


def _of_moisture(halls: dict[str, Told]) -> Iterator[str]:
    """What a planner must know of the moisture of halls."""
    for hall, told in halls.items():
        if told["condensing_hours"]:
            yield (
                f"{hall}: its dew point is above the water of its coils in "
                f"{told['condensing_hours']:,.0f} hours of the year, and they take out "
                f"{told['condensate_l']:,.0f} L"
            )
        if told["too_humid_hours"]:
            yield (
                f"{hall}: the air that handlers supply is above the relative humidity that class "
                f"A1 is allowed (80 %) in {told['too_humid_hours']:,.0f} hours of the year, up to "
                f"{percent(told['humidity_max_frac'], 0)}"
            )
        if told["too_dry_hours"]:
            yield (
                f"{hall}: the warmest air that its racks draw in is below the relative humidity "
                f"that class A1 is allowed (8 %) in {told['too_dry_hours']:,.0f} hours of the "
                f"year, down to {percent(told['humidity_min_frac'], 1)}"
            )
        for which in ("above", "below"):
            if told[f"{which}_allowed_hours"]:
                yield (
                    f"{hall}: its dew point is {which} what class A1 is allowed (-12 to 17 °C) in "
                    f"{told[f'{which}_allowed_hours']:,.0f} hours of the year"
                )


def _other_loads(facility: Facility, year: YearOfAir) -> dict[str, Array]:
    """What boards feed beside racks and cooling, all year; nothing where a layout states none."""
    drawn_w = facility.power.other_load_w
    return {OTHER: np.full(year.dry_bulb_degc.size, drawn_w.sum())} if drawn_w.size else {}


def _by_kind(facility: Facility, unit_w: Array) -> dict[str, Array]:
    """Power by kind of cooling unit."""
    kinds = np.array(facility.cooling.units.kind)
    return {
        f"{kind}s": unit_w[:, kinds == kind].sum(axis=1) for kind in dict.fromkeys(kinds.tolist())
    }


def _losses(facility: Facility, rack_w: Array, unit_w: Array) -> dict[str, Array]:
    """Losses of the power path by kind of equipment, by the cooling it carries beside the racks."""
    tree = facility.power
    total = unit_w.sum(axis=1)
    order = np.argsort(total, kind="stable")
    at = np.unique(order[np.linspace(0, total.size - 1, LOSS_POINTS).astype(int)])
    at = at[np.argsort(total[at], kind="stable")]
    kinds = np.array(tree.kind[: tree.equipment])
    lost = []
    for hour in at:
        flow = loading(facility, rack_w=rack_w, unit_w=unit_w[hour])
        lost.append((flow.input_w - flow.output_w)[: tree.equipment])
    table = np.array(lost)
    return {
        f"loss_{kind}": np.interp(total, total[at], table[:, kinds == kind].sum(axis=1))
        for kind in dict.fromkeys(kinds.tolist())
        if not is_source(kind)
    }
