"""A plant's heat as a rising function of its water temperature, in straight segments.

Nothing below the set-point, proportional within the control band, and all it can give beyond; where
dry coolers help chillers that fall short, from warmer water on. Each segment is a conductance
towards a reference temperature, so the thermal network stays linear between events; the segments
meet without a jump.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.cooling.outdoors import entering_degc, wetted_degc
from twin.facility.model import CommonPipe, FreeCooling, Plant
from twin.physics.chiller import available_w
from twin.physics.coolant import control_slope_w_k
from twin.physics.tower import leaving_degc

TOUCH_K = 1e-6
"""A boundary between segments counts as reached this close to it."""

FROST_MARGIN_K = 2.0
"""Water this near its freezing point is told of, and stops compressors of itself; usual for frost
guards, assumed."""
FROST_BAND_K = 1.0
"""Over which these come back; assumed."""


class Segment(NamedTuple):
    """Heat a plant takes while its water stays between two temperatures: g (T - reference) +
    constant.
    """

    conductance_w_k: float
    reference_degc: float
    constant_w: float
    lower_degc: float
    upper_degc: float

    def heat_w(self, temperature_degc: float) -> float:
        """Heat taken at a water temperature inside the segment."""
        return self.conductance_w_k * (temperature_degc - self.reference_degc) + self.constant_w


IDLE = Segment(0.0, 0.0, 0.0, -np.inf, np.inf)
UPPER = Segment._fields.index("upper_degc")
PIECES = 4
"""Segments of a plant; the last begins at infinity where nothing else helps."""


def segment_rows(
    plant: Plant,
    running: float,
    supply_degc: Array | float,
    dry_bulb_degc: Array | float,
    wet_bulb_degc: Array | float,
    free_running: int = 0,
    store_w: float = 0.0,
    common: CommonPipe | None = None,
) -> Array:
    """(..., PIECES, field of Segment) the same for weather and set-points of any shape (...,):
    off, regulated, beyond, and beyond with coolers that begin to help in warmer water.

    running   those that are still coming up to their capacity count by their share
    store_w   what a tank of cold water takes beside chillers
    common    water on both sides of the common pipe; rated flow, nothing mixed, where not given

    A dry cooler's middle one has no width in air warmer than the set-point. Free coolers whose
    chillers all stand are dry coolers.
    """
    common = common or CommonPipe(plant.water_w_k, plant.water_w_k)
    rows = np.empty((*np.shape(dry_bulb_degc), PIECES, len(Segment._fields)))
    entering = entering_degc(plant, dry_bulb_degc, wet_bulb_degc)
    if not running and not free_running and not store_w:
        rows[:] = IDLE
    elif free_running and not running and not store_w:
        assert plant.free is not None
        air = np.asarray(dry_bulb_degc)
        _enter_dry_cooler(rows, (free_running, plant.free, plant.band_k), supply_degc, air)
    elif free_running:
        numbers = (running, free_running, store_w)
        air = np.asarray(dry_bulb_degc)
        _enter_relieved(rows, plant, numbers, supply_degc, air, entering, common.chillers_w_k)
    elif role(plant.kind) is Role.DRY_COOLER:
        air = wetted_degc(plant, dry_bulb_degc, wet_bulb_degc)
        _enter_dry_cooler(rows, (running, plant, plant.band_k), supply_degc, air)
    else:
        _enter_chiller(rows, plant, (running, store_w), supply_degc, entering)
        if running and not store_w and common.chillers_w_k > 0:
            _enter_exchanged(rows, plant, running, wet_bulb_degc, common.chillers_w_k)
    return behind_decoupler(rows, common.mixed_k_w) if common.mixed_k_w else rows


def behind_decoupler(rows: Array, mixed_k_w: float) -> Array:
    """Segments (..., field) by the water that the house gets, from those by the water behind the
    chillers, which is colder by `mixed_k_w` for a watt.

    Q = g (T - k Q - reference) + c is Q = (g (T - reference) + c) / (1 + k g).
    """
    conductance, reference, constant, lower, upper = np.moveaxis(rows, -1, 0)
    out = rows.copy()
    for field, edge in ((3, lower), (4, upper)):
        finite = np.where(np.isfinite(edge), edge, reference)
        heat = conductance * (finite - reference) + constant
        out[..., field] = np.where(np.isfinite(edge), edge + mixed_k_w * heat, edge)
    softer = 1.0 + mixed_k_w * conductance
    out[..., 0] = conductance / softer
    out[..., 2] = constant / softer
    return out


def frozen_rows(plant: Plant, rows: Array, reading_degc: float) -> Array:
    """(..., PIECES, field) segments of a plant whose controls see one temperature whatever it is,
    from those of the honest sensor.

    Fans of dry coolers stay at the speed that would carry the heat asked for at that reading;
    compressors stay at that heat, until their own frost guard stops them.
    """
    row = np.take_along_axis(rows, chosen(rows, reading_degc)[..., None, None], axis=-2)[..., 0, :]
    asked = np.maximum(taken_w(row, reading_degc), 0.0)
    out = np.zeros_like(rows)
    out[..., 0, 3] = -np.inf
    out[..., 2:, UPPER] = np.inf
    if role(plant.kind) is Role.DRY_COOLER:
        air = rows[..., -1, 1]
        warmer = reading_degc - air
        held = np.where(warmer > 0, asked / np.where(warmer > 0, warmer, 1.0), 0.0)
        _enter_from(out, air, held, np.inf)
        return out
    guard = plant.freezes_degc + FROST_MARGIN_K
    _enter_from(out, guard, asked / FROST_BAND_K, guard + FROST_BAND_K)
    out[..., 2:, 2] = asked[..., None]
    return out


def _enter_from(rows: Array, start: Array | float, slope: Array, end: float) -> None:
    """Nothing below a start, in proportion above it up to an end."""
    rows[..., 0, UPPER] = start
    rows[..., 1, 0] = slope
    rows[..., 1, 1] = start
    rows[..., 1, 3] = start
    rows[..., 1, UPPER] = end
    rows[..., 2, 3] = end
    rows[..., 3, 3] = np.inf


def _enter_chiller(
    rows: Array,
    plant: Plant,
    gives: tuple[float, float],
    supply_degc: Array | float,
    entering: Array | float,
) -> None:
    """Off below the set-point, regulated above it, all they can give beyond the band; `gives` are
    the chillers that run and what a tank takes.
    """
    assert plant.curve is not None
    running, store_w = gives
    most = running * available_w(plant.curve, supply_degc, entering)
    slope = control_slope_w_k(running, plant.curve.capacity_w, plant.band_k)
    if store_w:
        most = most + store_w
        slope += store_w / plant.band_k
    full = supply_degc + most / slope
    _enter_regulated(rows, slope, supply_degc)
    rows[..., 1, UPPER] = full
    rows[..., 2:, :] = (0.0, 0.0, 0.0, 0.0, np.inf)
    rows[..., 2:, 2] = np.asarray(most)[..., None]
    rows[..., 2, 3] = full
    rows[..., 3, 3] = np.inf


def _enter_regulated(rows: Array, slope: Array | float, supply_degc: Array | float) -> None:
    """Nothing below the set-point, in proportion above it."""
    rows[..., 0, :] = (0.0, 0.0, 0.0, -np.inf, np.inf)
    rows[..., 0, UPPER] = supply_degc
    rows[..., 1, :] = (0.0, 0.0, 0.0, 0.0, np.inf)
    rows[..., 1, 0] = slope
    rows[..., 1, 1] = supply_degc
    rows[..., 1, 3] = supply_degc


def _enter_relieved(
    rows: Array,
    plant: Plant,
    running: tuple[float, int, float],
    supply_degc: Array | float,
    air: Array,
    entering: Array | float,
    stream_w_k: float,
) -> None:
    """Chillers with dry coolers beside them; running are those of each, and what a tank takes.

    Off below the set-point, regulated above it, and beyond the band what the chillers can, and what
    the coolers give once the water that they meet is warmer than the air: at once, or where it has
    risen so far. Ahead of the chillers they meet water that is warmer by what the chillers take,
    which counts as so much more of theirs.
    """
    assert plant.curve is not None
    free = plant.free
    assert free is not None
    full = running[1] * free.conductance_w_k
    slope = max(
        control_slope_w_k(running[0], plant.curve.capacity_w, plant.band_k),
        control_slope_w_k(running[1], free.capacity_w, plant.band_k, free.conductance_w_k),
    )
    ahead_w_k = stream_w_k if free.in_series and stream_w_k > 0 else np.inf
    alone = running[0] * available_w(plant.curve, supply_degc, entering)
    begin = air - alone / ahead_w_k
    if running[2]:
        alone = alone + running[2]
        slope += running[2] / plant.band_k
    _enter_helped(rows, (slope, supply_degc), alone, full, begin)


def _enter_exchanged(
    rows: Array, plant: Plant, running: float, wet_bulb: Array | float, stream_w_k: float
) -> None:
    """An exchanger to the towers, if any, ahead of chillers (whose rows are given) that fall short:
    it cools the return to what towers make, and leaves chillers what they can take.

    T + Q_c / C = T_tower(Q) + exchanger; towers by a chord from the chillers' heat to twice that.
    """
    if plant.tower is None or plant.free is None or not plant.free.in_series:
        return
    slope, supply, alone = (rows[..., k, n].copy() for k, n in ((1, 0), (1, 1), (2, 2)))
    once, twice = (leaving_degc(plant.tower, n * alone / running, wet_bulb) for n in (1.0, 2.0))
    steep = np.minimum(alone / np.maximum(twice - once, 1e-9), slope / 1.5)
    begin = once + plant.free.exchanger_k - alone / stream_w_k
    _enter_helped(rows, (slope, supply), alone, steep, begin)


def _enter_helped(
    rows: Array,
    control: tuple[Array | float, Array | float],
    alone_w: Array,
    help_w_k: Array | float,
    begin_degc: Array,
) -> None:
    """Regulated (slope, set-point) up to what chillers can alone, and help for every kelvin over
    where it begins, at once or in warmer water.
    """
    slope, supply_degc = control
    short = supply_degc + alone_w / slope
    meet = (slope * supply_degc + alone_w - help_w_k * begin_degc) / (slope - help_w_k)
    bend = np.where(begin_degc > short, short, meet)
    _enter_regulated(rows, slope, supply_degc)
    rows[..., 1, UPPER] = bend
    rows[..., 2, :] = (0.0, 0.0, 0.0, 0.0, np.inf)
    rows[..., 2, 2] = alone_w
    rows[..., 2, 3] = bend
    rows[..., 2, UPPER] = np.maximum(begin_degc, bend)
    rows[..., 3, 0] = help_w_k
    rows[..., 3, 1] = begin_degc
    rows[..., 3, 2] = alone_w
    rows[..., 3, 3] = np.maximum(begin_degc, bend)
    rows[..., 3, UPPER] = np.inf


def _enter_dry_cooler(
    rows: Array,
    coolers: tuple[float, Plant | FreeCooling, float],
    supply_degc: Array | float,
    air: Array,
) -> None:
    """Fans off below the set-point, regulated above it, flat out where the air limits; `coolers`
    are how many run, what they are, and the control band.
    """
    running, cooler, band_k = coolers
    full = running * cooler.conductance_w_k
    slope = control_slope_w_k(running, cooler.capacity_w, band_k, cooler.conductance_w_k)
    start = np.maximum(supply_degc, air)
    meet = (slope * supply_degc - full * air) / (slope - full)
    bend = np.where(air >= supply_degc, start, meet)
    rows[..., 0, :] = (0.0, 0.0, 0.0, -np.inf, np.inf)
    rows[..., 0, UPPER] = start
    rows[..., 1, :] = (slope, 0.0, 0.0, 0.0, np.inf)
    rows[..., 1, 1] = supply_degc
    rows[..., 1, 3] = start
    rows[..., 1, UPPER] = bend
    rows[..., 2:, :] = (full, 0.0, 0.0, 0.0, np.inf)
    rows[..., 2:, 1] = air[..., None]
    rows[..., 2, 3] = bend
    rows[..., 3, 3] = np.inf


def taken_w(segment: Array, water_degc: Array | float) -> Array:
    """(...,) heat that plants take from their water, by the segments (..., field) they are on."""
    return np.asarray(segment[..., 0] * (water_degc - segment[..., 1]) + segment[..., 2])


def chosen(rows: Array, water_degc: Array | float) -> Index:
    """(...,) which of the segments (..., PIECES, field) water of a temperature (...,) lies in."""
    fits = np.asarray(water_degc)[..., None] < rows[..., UPPER] - TOUCH_K
    fits[..., -1] = True
    return np.asarray(fits.argmax(axis=-1))
