"""Claim: whatever the catalogue lists can be put into a layout, runs, and balances.

Each row stands in for its like in the small hall; the layout is otherwise the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, batch, chat, job, number, per_rack, site
from twin import InputError, Result, catalogue
from twin.catalogue.rows import (
    Climate,
    CoolingEquipment,
    GridRegion,
    Model,
    PowerEquipment,
    Rack,
    RequestLengths,
    StorageSystem,
    Switch,
)

SHORT = {"horizon": "20 min", "outputs": {"period": "10 min"}}


def names(kind: Any, *of: str) -> list[str]:
    """Rows of a type, of these kinds where any are given."""
    return [name for name, row in catalogue.rows(kind).items() if not of or row.kind in of]


def assert_sound(run: Result) -> None:
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-9
    assert abs(number(run, "heat_balance_residual_frac")) < 1e-9
    assert number(run, "energy_it_j") > 0
    assert 1.0 <= number(run, "pue") < 10.0, "a hall with one support rack is mostly its plant"


def hall_of(rack: str) -> dict[str, Any]:
    """One rack of a type with room, power and cooling to spare."""
    row = catalogue.rows(Rack)[rack]
    layout = small_layout(0, 0)
    layout["halls"][0]["size"] = ["16 m", "12 m", "5 m"]
    layout["halls"][0]["rows"] = [
        {"name": "row", "racks": f"1 x {rack}", "at": ["3 m", "3 m"], "fed_by": "panel"}
    ]
    layout["cooling"]["air"][0] |= {"count": 3}
    if row.liquid_heat_frac > 0:
        layout["cooling"]["loops"] = [
            {
                "name": "cdu",
                "type": "cdu_xdu1350",
                "serves": "row",
                "fed_by": "panel",
                "plant": "warm",
                "volume": "0.5 m^3",
            }
        ]
    return layout


@pytest.mark.parametrize("rack", names(Rack))
def test_every_rack(rack: str) -> None:
    row = catalogue.rows(Rack)[rack]
    supply = row.coolant_supply_max_degc
    layout = hall_of(rack)
    if supply is not None and layout["cooling"]["loops"]:
        layout["cooling"]["plant"][0]["supply_temperature"] = f"{supply - 5.0} °C"
    work = [batch(count=4, nodes_max=1, nodes_median=1.0)] if row.gpus_per_node else []
    run = answer(layout, workload=work, site=site(15.0), **SHORT)
    assert_sound(run)
    assert per_rack(run, "power_w").to_numpy().min() > 0


@pytest.mark.parametrize("unit", names(PowerEquipment, "ups"))
@pytest.mark.parametrize("count", [1, 2])
def test_every_ups(unit: str, count: int) -> None:
    layout = small_layout(2, 0)
    layout["power"][3] |= {"type": unit, "count": count}
    assert_sound(answer(layout, **SHORT))


@pytest.mark.parametrize("unit", names(PowerEquipment, "rpp", "pdu", "busway"))
def test_every_panel(unit: str) -> None:
    layout = small_layout(2, 0)
    layout["power"][4]["type"] = unit
    assert_sound(answer(layout, **SHORT))


@pytest.mark.parametrize("unit", names(PowerEquipment, "transformer", "ats", "switchboard"))
def test_every_stage_above_the_board(unit: str) -> None:
    layout = small_layout(2, 0)
    layout["power"].insert(
        1, {"name": "stage", "type": unit, "mode": "priority", "fed_by": ["utility", "genset"]}
    )
    layout["power"][3]["fed_by"] = ["stage", "genset"]
    run = answer(layout, **SHORT)
    assert_sound(run)
    power = run.frame("power").query("component == 'stage'")
    assert (power.power_in_w >= power.power_out_w).all()
    assert power.power_out_w.min() > 0


@pytest.mark.parametrize("unit", names(PowerEquipment, "generator"))
def test_every_generator(unit: str) -> None:
    layout = small_layout(2, 0)
    layout["power"][1]["type"] = unit
    drill = {"kind": "utility_outage", "at": "5 min", "duration": "10 min"}
    run = answer(layout, drills=[drill], **SHORT)
    assert_sound(run)
    assert number(run, "energy_generator_j") > 0
    assert run.frame("racks").on_frac.min() == 1.0


@pytest.mark.parametrize("unit", names(CoolingEquipment, "cdu"))
def test_every_coolant_unit(unit: str) -> None:
    row = catalogue.rows(CoolingEquipment)[unit]
    layout = small_layout(2, 0)
    layout["cooling"]["loops"][0] |= {"type": unit, "count": 2 if row.capacity_w < 300e3 else 1}
    if row.capacity_w < 132e3:
        layout["halls"][0]["rows"][0]["power_rated"] = "100 kW"
    assert_sound(answer(layout, workload=[job(nodes=18)], **SHORT))


@pytest.mark.parametrize("unit", names(CoolingEquipment, "crah"))
def test_every_air_handler(unit: str) -> None:
    row = catalogue.rows(CoolingEquipment)[unit]
    layout = small_layout(0, 2)
    layout["cooling"]["air"][0] |= {
        "type": unit,
        "count": max(2, int(2 * 57.2e3 / row.capacity_w) + 1),
    }
    run = answer(layout, **SHORT)
    assert_sound(run)
    assert 5 < per_rack(run, "inlet_air_degc").iloc[-1].max() < 35


@pytest.mark.parametrize("unit", names(CoolingEquipment, "chiller"))
@pytest.mark.parametrize("dry_bulb", [10.0, 35.0])
def test_every_chiller(unit: str, dry_bulb: float) -> None:
    layout = small_layout(0, 3)
    count = 1 + int(90e3 / catalogue.rows(CoolingEquipment)[unit].capacity_w)
    layout["cooling"]["plant"][1] |= {"type": unit, "count": count}
    run = answer(layout, site=site(dry_bulb), **SHORT)
    assert_sound(run)
    used = run.frame("energy").query("target == 'chiller'").energy_j.sum()
    assert used > 0
    heat_j = run.frame("site").heat_rejected_w.mean() * 1200
    assert heat_j / used > 1.5, "it moves more heat than it draws"


@pytest.mark.parametrize("unit", names(CoolingEquipment, "dry_cooler"))
def test_every_dry_cooler(unit: str) -> None:
    layout = small_layout(2, 0)
    layout["cooling"]["plant"][0]["type"] = unit
    assert_sound(answer(layout, workload=[job()], **SHORT))


@pytest.mark.parametrize("switch", names(Switch))
def test_every_switch(switch: str) -> None:
    layout = small_layout(2, 1) | {
        "fabric": {"kind": "rail_optimised", "switch": switch, "nodes_per_su": 8}
    }
    run = answer(layout, workload=[job(nodes=18)], **SHORT)
    assert_sound(run)
    kinds = run.frame("components").query("system == 'fabric'").type.unique()
    assert list(kinds) == [switch]


@pytest.mark.parametrize("storage", names(StorageSystem))
def test_every_storage(storage: str) -> None:
    layout = small_layout(2, 0) | {"storage": {"type": storage}}
    run = answer(layout, workload=[job(checkpoint_interval="5 min")], **SHORT)
    assert_sound(run)
    assert run.frame("jobs").checkpoints.iloc[0] >= 3


@pytest.mark.parametrize("climate", names(Climate))
@pytest.mark.parametrize("season", ["01-15", "07-15"])
def test_every_climate(climate: str, season: str) -> None:
    place = {"climate": climate, "grid": "us_mean"}
    run = answer(small_layout(2, 0), site=place, start=f"2026-{season}T12:00:00-05:00", **SHORT)
    assert_sound(run)
    air = run.frame("site")
    assert (air.wet_bulb_degc <= air.dry_bulb_degc + 1e-9).all()
    assert air.dry_bulb_degc.between(-45, 50).all()


@pytest.mark.parametrize("grid", names(GridRegion))
def test_every_grid(grid: str) -> None:
    row = catalogue.rows(GridRegion)[grid]
    run = answer(small_layout(2, 0), site=site(grid=grid), **SHORT)
    energy_kwh = number(run, "energy_utility_j") / 3.6e6
    assert number(run, "carbon_kg") == pytest.approx(energy_kwh * row.carbon_kg_per_kwh, rel=1e-9)
    assert number(run, "cost_usd") == pytest.approx(energy_kwh * row.price_usd_per_kwh, rel=1e-6)


def shape(model: str) -> dict[str, Any]:
    """Nodes and cuts that hold a model on GPUs of 186 GB."""
    parameters = catalogue.rows(Model)[model].parameters
    cuts = ((4e10, 1), (1e11, 4), (9e11, 8))
    most = next((cut for size, cut in cuts if parameters < size), 16)
    return {"tensor_parallel": most, "nodes": 36}


def training_cut(model: str) -> dict[str, Any]:
    """Stages that divide the layers, and weights sharded where there are experts."""
    row = catalogue.rows(Model)[model]
    stages = 6 if row.parameters > 1e11 else 1
    if not row.experts:
        return {"pipeline_parallel": stages}
    fitting = next(cut for cut in (6, 3, 2, 1) if cut <= stages and row.layers % cut == 0)
    return {"pipeline_parallel": fitting, "zero_stage": 3}


def training_work(model: str) -> dict[str, Any]:
    cut = shape(model) | training_cut(model)
    cut["tensor_parallel"] = min(cut["tensor_parallel"], 8)
    return job(model=model, sequence_length=2048, **cut)


TRAINED_ELSEWHERE = [
    name for name, row in catalogue.rows(Model).items() if row.parameters > 9e11 and not row.experts
]
"""Their state alone passes the memory of 144 GPUs; that of experts is sharded."""


@pytest.mark.parametrize("model", [name for name in names(Model) if name not in TRAINED_ELSEWHERE])
def test_every_model_trains(model: str) -> None:
    run = answer(small_layout(2, 0), workload=[training_work(model)], **SHORT)
    assert_sound(run)
    assert number(run, "tokens_training") > 0


@pytest.mark.parametrize("model", TRAINED_ELSEWHERE)
def test_a_model_that_fits_no_cut_is_refused(model: str) -> None:
    with pytest.raises(InputError, match="GB a GPU of"):
        answer(small_layout(2, 0), workload=[training_work(model)], **SHORT)


@pytest.mark.parametrize("model", names(Model))
@pytest.mark.parametrize("dtype", ["bf16", "fp8", "fp4"])
def test_every_model_serves_in_every_format(model: str, dtype: str) -> None:
    work = chat(rate=5.0, model=model, dtype=dtype, **shape(model))
    run = answer(small_layout(2, 0), workload=[work], **SHORT)
    assert_sound(run)
    services = run.frame("services")
    assert services.tokens_served.sum() == pytest.approx(services.tokens_asked.sum(), rel=0.05)


@pytest.mark.parametrize("lengths", names(RequestLengths))
def test_every_mix_of_lengths(lengths: str) -> None:
    work = chat(rate=50.0)
    work["requests"]["lengths"] = lengths
    run = answer(small_layout(2, 0), workload=[work], **SHORT)
    services = run.frame("services")
    mean = services.tokens_asked.sum() / services.requests.sum()
    assert mean == pytest.approx(
        catalogue.rows(RequestLengths)[lengths].output_mean_tokens, rel=0.05
    )


def test_a_smaller_format_never_serves_fewer() -> None:
    capacity = [
        answer(small_layout(2, 0), workload=[chat(rate=5.0, dtype=dtype)], **SHORT)
        .frame("services").capacity_tokens_per_s.iloc[0]
        for dtype in ("bf16", "fp8", "fp4")
    ]  # fmt: skip
    assert capacity == sorted(capacity)


@pytest.mark.parametrize("family", ["Llama-3.1-", "Qwen3-"])
def test_a_larger_model_of_a_family_never_serves_more(family: str) -> None:
    rows = catalogue.rows(Model)
    dense = [name for name in names(Model) if name.startswith(family) and not rows[name].experts]
    capacity = [
        answer(
            small_layout(2, 0),
            workload=[chat(rate=1.0, nodes=36, model=name, tensor_parallel=8)],
            **SHORT,
        )
        .frame("services")
        .capacity_tokens_per_s.iloc[0]
        for name in sorted(dense, key=lambda name: rows[name].parameters)
    ]
    assert len(capacity) >= 3
    assert capacity == sorted(capacity, reverse=True)
