"""Does the catalogue read its files, refuse what cannot be true, and say where its numbers come
from?
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from twin import catalogue
from twin.catalogue import files, library
from twin.catalogue.rows import (
    CatalogueRow,
    Chiller,
    CoolingEquipment,
    Gpu,
    GridRegion,
    PowerEquipment,
    Rack,
    Status,
    Switch,
    biquadratic,
)
from twin.errors import InputError

EVERY = [(kind, name) for kind in catalogue.KINDS for name in catalogue.rows(catalogue.KINDS[kind])]
NAMED = {
    "gpus": {
        "H100-SXM5-80GB",
        "H200-SXM-141GB",
        "B200-SXM-180GB",
        "GB200-NVL72-GPU",
        "GB300-NVL72-GPU",
        "MI250X",
        "L40S",
    },
    "racks": {
        "gb200_nvl72",
        "gb300_nvl72",
        "dgx_b200_x2",
        "dgx_h100_x4",
        "hgx_l40s_edge",
        "frontier_ex4000",
        "support_rack",
        "support_rack_gb200_su",
        "cpu_rack_generic",
        "storage_rack_generic",
    },
    "power": {
        "utility_feed",
        "transformer_2500",
        "transformer_4000",
        "switchboard_4000",
        "genset_2000",
        "genset_2500",
        "ups_500",
        "ups_1250",
        "ups_1500",
        "rpp_500",
        "pdu_450",
        "busway_800a",
        "ats_4000",
        "sts_1000",
        "mv_switchgear_30mw",
    },
    "cooling": {
        "cdu_xdu1350",
        "cdu_600",
        "cdu_2300",
        "cdu_frontier",
        "crah_100",
        "fanwall_500",
        "inrow_60",
        "dry_cooler_1000",
        "dry_cooler_2500",
        "chiller_air_1500",
        "chiller_water_3500",
    },
    "switches": {"qm9700", "q3400", "sn5600", "sn2201", "slingshot"},
    "climates": {"baltimore", "phoenix", "chicago", "seattle", "denver"},
}


@pytest.mark.parametrize("kind", catalogue.KINDS)
def test_every_kind_has_rows_of_its_model(kind: str) -> None:
    found = catalogue.rows(catalogue.KINDS[kind])
    assert found
    assert all(
        type(row) is catalogue.KINDS[kind] and row.name == name for name, row in found.items()
    )
    assert NAMED.get(kind, set()) <= set(found)


def test_rows_are_cached_and_read_only() -> None:
    assert catalogue.rows(Gpu) is catalogue.rows(Gpu)
    with pytest.raises(TypeError):
        catalogue.rows(Gpu)["new"] = None  # type: ignore[index]
    with pytest.raises(ValidationError, match="frozen"):
        catalogue.get(Gpu, "L40S").name = "other"


def test_a_name_stands_in_one_kind_only() -> None:
    names = [name for _, name in EVERY]
    assert len(names) == len(set(names))


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'gb200_nvl72'"):
        catalogue.get(Rack, "gb200_nvl27")
    assert catalogue.find("no such thing") is None
    found = catalogue.find("ups_1250")
    assert isinstance(found, PowerEquipment)
    assert found.rating_w == 1.25e6


def test_links_between_kinds_hold() -> None:
    for rack in catalogue.rows(Rack).values():
        assert not rack.gpu or rack.gpu in catalogue.rows(Gpu)
    for unit in catalogue.rows(CoolingEquipment).values():
        if unit.curve:
            curve = catalogue.get(Chiller, unit.curve)
            assert unit.cop_reference == curve.cop_reference
    for gpu in catalogue.rows(Gpu).values():
        assert gpu.profile == gpu.name


@pytest.mark.parametrize("name", ["gb200_nvl72", "gb300_nvl72", "dgx_b200_x2", "dgx_h100_x4"])
def test_components_meet_the_stated_idle_and_stay_below_the_rating(name: str) -> None:
    rack = _rack(name)
    assert rack.power_idle_w
    assert rack.power_rated_w
    assert _components_w(rack, busy=False) == pytest.approx(rack.power_idle_w, rel=0.01)
    assert _components_w(rack, busy=True) < rack.power_rated_w


@pytest.mark.parametrize("name", ["gb200_nvl72", "gb300_nvl72"])
def test_liquid_racks_bear_their_warmest_coolant(name: str) -> None:
    """At rated power and the warmest allowed supply the GPU stays below slowdown."""
    rack = _rack(name)
    gpu = _gpu(rack.gpu)
    assert rack.power_rated_w
    assert rack.coolant_supply_max_degc
    rise_k = rack.liquid_heat_frac * rack.power_rated_w / (rack.coolant_flow_m3_s * 4.008e6)
    junction = (
        rack.coolant_supply_max_degc + rise_k + rack.junction_to_coolant_k_w * gpu.power_max_w
    )
    assert gpu.slowdown_degc - 6 < junction < gpu.slowdown_degc


@pytest.mark.parametrize("name", ["dgx_b200_x2", "dgx_h100_x4"])
def test_air_racks_sit_5_k_below_slowdown_at_25_degc(name: str) -> None:
    rack = _rack(name)
    gpu = _gpu(rack.gpu)
    assert rack.power_rated_w
    exhaust = 25 + rack.power_rated_w / (rack.air_flow_m3_s * 1.184 * 1006)
    assert exhaust + rack.junction_to_coolant_k_w * gpu.power_max_w == pytest.approx(84, abs=0.1)


def test_a_ups_battery_carries_its_rating_for_its_rated_time() -> None:
    for row in catalogue.rows(PowerEquipment).values():
        if row.kind == "ups":
            assert row.battery_energy_j
            assert row.battery_discharge_efficiency_frac
            assert row.rating_w
            held_s = row.battery_energy_j * row.battery_discharge_efficiency_frac / row.rating_w
            assert held_s == pytest.approx(row.battery_rated_s, rel=1e-6)


BAD: list[tuple[type[CatalogueRow], str, str, dict[str, Any], str]] = [
    (Gpu, "gpus", "L40S", {"slowdown_degc": 92}, "slowdown_degc 92 must be below shutdown_degc 92"),
    (Gpu, "gpus", "L40S", {"power_idle_w": 400}, "power_idle_w 400 must be below power_max_w 350"),
    (Gpu, "gpus", "L40S", {"memory_bytes": 0}, "greater than 0"),
    (Switch, "switches", "qm9700", {"power_typical_w": 2000}, "power_typical_w 2000 must be below"),
    (
        Rack,
        "racks",
        "dgx_b200_x2",
        {"node_converter_efficiency_frac": 1.01},
        "less than or equal to 1",
    ),
    (Rack, "racks", "dgx_b200_x2", {"power_rated_w": 5000}, "power_idle_w 5940 must be below"),
    (Rack, "racks", "dgx_b200_x2", {"power_rated_w": None}, "idle and rated go together"),
    (Rack, "racks", "dgx_b200_x2", {"gpus_per_node": 0}, "a gpu needs gpus_per_node"),
    (Rack, "racks", "gb200_nvl72", {"coolant_flow_m3_s": 0}, "liquid heat needs coolant flow"),
    (Rack, "racks", "gb200_nvl72", {"air_flow_m3_s": 0}, "heat to air needs air flow"),
    (
        PowerEquipment,
        "power",
        "ups_500",
        {"battery_energy_j": None},
        "a UPS or BESS and nothing else has a battery",
    ),
    (PowerEquipment, "power", "genset_2000", {"start_s": None}, "has to start"),
    (PowerEquipment, "power", "rpp_500", {"trip_constant_s": None}, "a trip needs"),
    (PowerEquipment, "power", "rpp_500", {"rating_w": None}, "losses are of a rating"),
    (PowerEquipment, "power", "rpp_500", {"loss_linear_frac": 0.999}, "loses more than"),
    (PowerEquipment, "power", "rpp_500", {"mtbf_h": 0}, "greater than 0"),
    (
        CoolingEquipment,
        "cooling",
        "cdu_600",
        {"flow_per_pump_frac": 0.4},
        "all pumps together miss",
    ),
    (
        CoolingEquipment,
        "cooling",
        "cdu_600",
        {"curve": "york_yt_1055"},
        "a chiller and nothing else has a curve",
    ),
    (
        CoolingEquipment,
        "cooling",
        "cdu_600",
        {"power_rated_w": 6e5},
        "draws more power than it moves heat",
    ),
    (
        Chiller,
        "chillers",
        "york_yt_1055",
        {"y_min_degc": 30},
        "y_min_degc 30 must be below entering_degc",
    ),
    (Chiller, "chillers", "york_yt_1055", {"capft": (2, 0, 0, 0, 0, 0)}, "far from 1"),
    (Chiller, "chillers", "york_yt_1055", {"eirplr": (0, 0.5, 0)}, "part load curve"),
    (Gpu, "gpus", "L40S", {"status": "guessed"}, "status"),
    (Gpu, "gpus", "L40S", {"accessed": "November"}, "accessed"),
    (Gpu, "gpus", "L40S", {"weight_kg": 1}, "Extra inputs"),
]


@pytest.mark.parametrize(("model", "kind", "name", "change", "words"), BAD)
def test_rows_that_cannot_be_true_are_refused(
    model: type[CatalogueRow], kind: str, name: str, change: dict[str, Any], words: str
) -> None:
    good = catalogue.get(catalogue.KINDS[kind], name).model_dump()
    assert model.model_validate(good).name == name
    with pytest.raises(ValidationError, match=words):
        model.model_validate({**good, **change})


def test_a_bad_file_gives_every_problem_with_its_line(tmp_path: Path) -> None:
    head = "name,price_usd_per_kwh,carbon_kg_per_kwh,status,accessed,source,note\n"
    good = "fine,1,1,vendor,2026-11-24,a page,\n"
    path = tmp_path / "grids.csv"
    path.write_text(
        head
        + good
        + "low,-1,1,vendor,2026-11-24,a page,\n"
        + good
        + "none,1,,vendor,2026-11-24,a,\n"
    )
    with pytest.raises(InputError) as caught:
        files.read_rows(path, GridRegion)
    found = {(problem.line, problem.where) for problem in caught.value.problems}
    assert found == {
        (3, "low.price_usd_per_kwh"),
        (4, "fine.name"),
        (5, "none.carbon_kg_per_kwh"),
        (5, "none.source"),
    }


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_number_has_a_witness(kind: str, name: str) -> None:
    found = catalogue.witnesses(catalogue.KINDS[kind], name)
    row = catalogue.get(catalogue.KINDS[kind], name)
    stated = {
        field for field in type(row).model_fields if not isinstance(getattr(row, field), str | None)
    }
    assert {w["parameter"] for w in found} == stated
    for w in found:
        assert set(w) == {"subject", "parameter", "value", "unit", "status", "source", "accessed"}
        assert w["status"] in get_args(Status)
        assert len(w["source"]) > 2


def test_every_quantity_has_a_unit() -> None:
    plain = {
        w["parameter"]
        for kind, name in EVERY
        for w in catalogue.witnesses(catalogue.KINDS[kind], name)
        if not w["unit"]
    }
    counts = {
        "cop_reference",
        "capft",
        "eirft",
        "eirplr",
        "start_failure_probability",
        "run_failure_first_hour_probability",
        "ports",
        "pumps_per_unit",
        "instances",
        "memory_slices",
        "nodes_per_rack",
        "gpus_per_node",
        "cpus_per_node",
        "chassis_per_rack",
        "rectifiers_per_chassis",
        "nics_per_node",
        "nics",
        "gpus",
        "cpus",
        "scaleup_domain_gpus",
        "layers",
        "hidden",
        "heads",
        "kv_heads",
        "head_dim",
        "ffn",
        "ffn_matrices",
        "vocab",
        "tied",
        "parameters",
        "active_parameters",
        "experts",
        "experts_per_token",
        "shared_experts",
        "ffn_expert",
        "dense_layers",
        "latent_rank",
        "latent_query_rank",
        "latent_rope",
        "window_layers",
        "window_chunks",
        "multiprocessors",
        "input_log_sigma",
        "output_log_sigma",
        "hottest_day_of_year",
        "hottest_hour",
        "lockout_overloads",
        "lockout_count",
        "peukert_exponent",
        "head_exponent",
        "max_sequences",
        "max_sequences_small",
        "token_budget",
        "token_budget_small",
        "cuda_graphs",
        "prefix_cache",
    }
    assert {field for field in plain if not field.endswith("_frac")} <= counts


def test_exceptions_name_rows_and_fields_that_exist() -> None:
    with (library.DATA / "witnesses.csv").open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            assert line["row"] == "*" or line["row"] in catalogue.rows(
                catalogue.KINDS[line["kind"]]
            ), line
            assert set(line["parameters"].split()) <= set(
                catalogue.KINDS[line["kind"]].model_fields
            ), line


def test_a_witness_follows_row_then_kind_then_the_row_itself() -> None:
    said = {w["parameter"]: w for w in catalogue.witnesses(Rack, "gb200_nvl72")}
    assert said["heat_capacity_j_k"]["source"].startswith("25 L of PG25")
    assert said["boot_s"]["status"] == "assumed"
    assert said["power_rated_w"]["status"] == "vendor"
    assert (said["power_rated_w"]["value"], said["power_rated_w"]["unit"]) == ("132000", "W")
    assert said["junction_to_coolant_k_w"]["unit"] == "K/W"


def test_the_hash_names_this_catalogue() -> None:
    assert len(catalogue.content_hash()) == 64
    assert catalogue.content_hash() == catalogue.content_hash()


def test_the_hash_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n")
    first = files.files_hash(tmp_path)
    (tmp_path / "a.csv").write_text("y\n")
    assert files.files_hash(tmp_path) != first


def test_the_catalogue_is_light_to_import() -> None:
    code = (
        "import sys, twin.catalogue as c; c.shipped(); print({'pandas','scipy','pint'} & "
        "set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_biquadratic_terms() -> None:
    assert biquadratic((1, 0, 0, 0, 0, 0), 2, 3) == 1
    assert biquadratic((0, 1, 10, 100, 1000, 10000), 2, 3) == 2 + 40 + 300 + 9000 + 60000


def _rack(name: str) -> Rack:
    return catalogue.get(Rack, name)


def _gpu(name: str) -> Gpu:
    return catalogue.get(Gpu, name)


def _components_w(rack: Rack, *, busy: bool) -> float:
    gpu = _gpu(rack.gpu)
    chips = rack.gpus_per_node * (gpu.power_max_w if busy else gpu.power_idle_w)
    chips += rack.cpus_per_node * (rack.cpu_max_w if busy else rack.cpu_idle_w)
    node = (
        chips + rack.node_other_w + rack.node_converter_constant_w
    ) / rack.node_converter_efficiency_frac
    chassis = rack.nodes_per_rack / rack.chassis_per_rack * node + rack.chassis_fixed_w
    fixed = rack.rectifiers_per_chassis * rack.rectifier_constant_w
    return rack.chassis_per_rack * (chassis + fixed) / rack.rectifier_efficiency_frac
