"""Laws that every row of the catalogue obeys, whatever its source says."""

from __future__ import annotations

import numpy as np
import pytest

from twin import catalogue
from twin.catalogue.rows import (
    Chiller,
    Climate,
    CoolingEquipment,
    Gpu,
    GridRegion,
    Model,
    PowerEquipment,
    Rack,
    RequestLengths,
    StorageSystem,
    Switch,
)
from twin.physics import power
from twin.physics.coolant import rated_effectiveness, stream_w_k


def every(kind: type, *of: str) -> list[object]:
    return [row for row in catalogue.rows(kind).values() if not of or row.kind in of]


def named(row: object) -> str:
    return str(getattr(row, "name", row))


def loss_w(row: PowerEquipment, load: np.ndarray) -> np.ndarray:
    n = len(load)
    rating = np.full(n, row.rating_w)
    parts = (row.loss_idle_frac, row.loss_linear_frac, row.loss_square_frac)
    return power.loss_w(load * row.rating_w, rating, *(np.full(n, part) for part in parts))


STAGES = [
    row for row in every(PowerEquipment) if row.rating_w is not None and row.kind != "generator"
]


@pytest.mark.parametrize("row", STAGES, ids=named)
def test_a_stage_loses_little_and_more_with_its_load(row: PowerEquipment) -> None:
    load = np.linspace(0.0, 1.0, 21)
    lost = loss_w(row, load)
    assert (np.diff(lost) >= 0).all()
    assert lost[-1] < 0.06 * row.rating_w
    at_half = lost[10] / (0.5 * row.rating_w)
    assert at_half < 0.06, "at least 94 % at half load"


@pytest.mark.parametrize("row", every(PowerEquipment, "ups"), ids=named)
def test_a_ups_carries_its_rating_for_minutes(row: PowerEquipment) -> None:
    lasts_s = row.battery_energy_j * row.battery_discharge_efficiency_frac / row.rating_w
    assert 120 < lasts_s < 3600
    assert 0.8 < row.battery_discharge_efficiency_frac <= 1.0


@pytest.mark.parametrize("row", every(PowerEquipment, "generator"), ids=named)
def test_a_generator_starts_within_the_ups(row: PowerEquipment) -> None:
    assert 0 < row.start_s <= 15
    assert 0 < row.start_failure_probability < 0.05


REPAIRED = [row for kind in (PowerEquipment, CoolingEquipment, Switch, Rack) for row in every(kind)]


@pytest.mark.parametrize("row", REPAIRED, ids=named)
def test_parts_are_up_most_of_the_time(row: PowerEquipment) -> None:
    assert row.mtbf_h > row.mttr_h > 0
    assert row.mttr_h / (row.mtbf_h + row.mttr_h) < 0.05


GPUS = every(Gpu)


@pytest.mark.parametrize("row", GPUS, ids=named)
def test_a_gpu_is_faster_in_smaller_formats_and_stops_hotter_than_it_slows(row: Gpu) -> None:
    rates = [rate for rate in (row.bf16_flop_s, row.fp8_flop_s, row.fp4_flop_s) if rate]
    assert rates == sorted(rates)
    assert row.power_idle_w < row.power_max_w
    assert row.slowdown_degc < row.shutdown_degc
    ridge = row.bf16_flop_s / row.memory_bandwidth_b_s
    assert 50 < ridge < 1000, "operations a byte before memory is the limit"


@pytest.mark.parametrize("row", [row for row in GPUS if row.fp8_flop_s], ids=named)
def test_peaks_are_dense_in_every_format(row: Gpu) -> None:
    """A peak with sparsity, or without tensor cores, is 2 or 1/4 of the dense one, and bf16 and
    8 bits would stand 1, 4 or 8 to one (findings/the_board_used_to_160_per_cent.sh).
    """
    assert row.fp8_flop_s is not None
    assert row.fp8_flop_s / row.bf16_flop_s == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("row", every(Rack), ids=named)
def test_a_rack_idles_below_its_rating_and_splits_its_heat(row: Rack) -> None:
    if row.power_rated_w is not None and row.power_idle_w is not None:
        assert 0 < row.power_idle_w < row.power_rated_w
    assert 0 <= row.liquid_heat_frac <= 1
    if row.liquid_heat_frac > 0:
        rise_k = (
            row.liquid_heat_frac
            * (row.power_rated_w or 300e3)
            / float(stream_w_k(row.coolant_flow_m3_s, "pg25"))
        )
        assert 5 < rise_k < 35
    if row.gpus_per_node:
        assert row.node_mtbf_h > 1000
    assert row.width_m < 2.5
    assert row.height_m < 3.5


EXCHANGERS = [row for row in every(CoolingEquipment, "cdu") if row.approach_k]


@pytest.mark.parametrize("row", EXCHANGERS, ids=named)
def test_a_coolant_unit_can_carry_what_it_states(row: CoolingEquipment) -> None:
    hot = float(stream_w_k(row.flow_m3_s, "pg25"))
    cold = float(stream_w_k(row.primary_flow_m3_s, "water"))
    share = rated_effectiveness(row.capacity_w, row.approach_k, hot, cold)
    assert 0.4 < share < 1.0
    assert row.capacity_w / hot < 30, "kelvins that the coolant warms"
    assert row.power_rated_w < 0.02 * row.capacity_w


@pytest.mark.parametrize("row", every(CoolingEquipment, "crah"), ids=named)
def test_an_air_handler_moves_its_heat_with_a_rise_that_racks_give(row: CoolingEquipment) -> None:
    rise_k = row.capacity_w / float(stream_w_k(row.flow_m3_s, "air"))
    assert 8 < rise_k < 20
    assert 0.03 < row.power_rated_w / row.capacity_w < 0.1


@pytest.mark.parametrize("row", every(Chiller), ids=named)
def test_a_chiller_is_its_reference_at_its_reference(row: Chiller) -> None:
    def curve(c: tuple[float, ...], x: float, y: float) -> float:
        return c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y

    at = (row.leaving_degc, row.entering_degc)
    assert curve(row.capft, *at) == pytest.approx(1.0, abs=0.03)
    assert curve(row.eirft, *at) == pytest.approx(1.0, abs=0.03)
    assert sum(row.eirplr) == pytest.approx(1.0, abs=0.03)
    assert 2 < row.cop_reference < 8


@pytest.mark.parametrize("row", every(Climate), ids=named)
def test_no_hour_of_a_year_is_wetter_than_dry(row: Climate) -> None:
    hour = np.arange(8760)
    year = np.cos(2 * np.pi * (hour / 24 - row.hottest_day_of_year) / 365)
    day = np.cos(2 * np.pi * (hour - row.hottest_hour) / 24)
    dry = row.dry_bulb_mean_degc + row.dry_bulb_season_k * year + row.dry_bulb_day_k * day
    wet = row.wet_bulb_mean_degc + row.wet_bulb_season_k * year + row.wet_bulb_day_k * day
    assert (np.minimum(wet, dry - row.wet_bulb_min_gap_k) <= dry).all()
    assert dry.max() <= row.dry_bulb_max_degc
    assert row.wet_bulb_mean_degc < row.dry_bulb_mean_degc
    assert 150 < row.hottest_day_of_year < 260
    assert 11 < row.hottest_hour < 18


@pytest.mark.parametrize("row", every(GridRegion), ids=named)
def test_a_grid_costs_and_emits_what_grids_do(row: GridRegion) -> None:
    assert 0.02 < row.price_usd_per_kwh < 0.5
    assert 0.0 < row.carbon_kg_per_kwh < 1.2


@pytest.mark.parametrize("row", every(Model), ids=named)
def test_a_model_shares_its_heads(row: Model) -> None:
    assert row.heads % row.kv_heads == 0
    assert row.parameters > 12 * row.layers * row.hidden**2 * 0.5
    assert row.vocab > 10_000


@pytest.mark.parametrize("row", every(RequestLengths), ids=named)
def test_long_requests_pull_the_mean_above_the_median(row: RequestLengths) -> None:
    for side in ("input", "output"):
        assert getattr(row, f"{side}_mean_tokens") > getattr(row, f"{side}_median_tokens")


def test_storage_grades_rise() -> None:
    grades = [
        catalogue.rows(StorageSystem)[f"superpod_{grade}"] for grade in ("good", "better", "best")
    ]
    for column in ("read_b_s", "write_b_s", "node_read_b_s", "node_write_b_s"):
        values = [getattr(grade, column) for grade in grades]
        assert values == sorted(values)
        assert values[0] > 0


@pytest.mark.parametrize("row", every(Switch), ids=named)
def test_a_switch_draws_less_than_its_most(row: Switch) -> None:
    assert 0 < row.power_typical_w <= row.power_max_w
    assert row.ports >= 32
