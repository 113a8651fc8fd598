"""A planner's own rows: from a file they write to the number they read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import twin
from twin import InputError
from twin.catalogue import shipped
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack, Server
from twin.cli import main
from twin.facility.gpu_profiles import profiled
from twin.scenario import schema_json
from twin.scenario.equipment import rows_in
from twin.simulation.serving.gpu_cut import GpuCut
from twin.simulation.serving.replica import ReplicaSpeed

ROOM = """\
version: 1
name: own
halls:
  - name: room
    size: [12 m, 8 m, 3.5 m]
    containment: cold_aisle
    rows:
      - {name: pod, racks: 4 x nx8_h200_x2, at: [3 m, 3 m], facing: south, fed_by: panel}
      - {name: aux, racks: 1 x support_rack, at: [6.5 m, 3 m], facing: south, fed_by: panel}
power:
  - {name: grid, type: utility_feed}
  - {name: tx, type: transformer_2500, rating: 630 kW, fed_by: grid}
  - {name: diesel, type: genset_2000, rating: 630 kW}
  - {name: board, type: switchboard_4000, rating: 800 kW, mode: priority, fed_by: [tx, diesel]}
  - {name: ups, type: ups_500, rating: 300 kW, fed_by: board}
  - {name: panel, type: rpp_500, rating: 300 kW, fed_by: ups}
cooling:
  air:
    - {name: cooler, type: inrow_60, count: 4, hall: room, fed_by: board, plant: chw}
  plant:
    - {name: chw, type: chiller_air_430, fed_by: board, supply_temperature: 10 °C, volume: 3 m^3,
       pump_power: 4 kW}
fabric: {kind: rail_optimised, switch: qm9700, nodes_per_su: 8, fed_by: panel}
storage: {type: superpod_good}
"""
EQUIPMENT = """\
equipment:
  servers:
    - name: nx8_h200
      source: Nordwind NX8 data sheet, invented
      gpu: H200-SXM-141GB
      gpus: 8
      cpus: 2
      power_rated: 10.4 kW
      power_idle: 2.4 kW
      liquid_heat_frac: 0
      height: 0.356 m
      mass: 130 kg
      nics: 8
      nic_bandwidth: 400 Gbit/s
  racks:
    - {name: nx8_h200_x2, holds: 2 x nx8_h200}
"""
SERVE = """\
version: 1
name: serve
layout: room.yaml
site: {climate: {dry_bulb: 20 °C, wet_bulb: 15 °C}, grid: ireland}
horizon: 1 h
workload:
  - kind: inference
    name: assistant
    model: Llama-3.1-70B
    nodes: 8
    tensor_parallel: 4
    dtype: fp8
    requests: {rate: 2000 / s, diurnal_amplitude: 0, burstiness: 1}
outputs: {period: 10 min}
"""


def write(folder: Path, room: str = ROOM, equipment: str = EQUIPMENT) -> Path:
    """The room and its scenario in a folder; the scenario's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "room.yaml").write_text(room + equipment, encoding="utf-8")
    (folder / "serve.yaml").write_text(SERVE, encoding="utf-8")
    return folder / "serve.yaml"


def problems(path: Path) -> list[Any]:
    with pytest.raises(InputError) as caught:
        twin.build(twin.load(path))
    return list(caught.value.problems)


def peak_it_w(path: Path) -> float:
    return float(twin.build(twin.load(path)).racks.rated_w.sum())


def test_an_own_server_answers_as_its_data_sheet_says(tmp_path: Path, capsys: Any) -> None:
    """Two servers of 10.4 kW (idle 2.4 kW) a rack, four racks and one of 14 kW, of H200.

    Fitted rates of the H200 gave 3,183.37 tokens/s a replica and 50,933.9 for all 16; its kernels,
    as `twin predict inference` adds them up, give 2.4 % less by the tables, 6.6 % as measured.
    """
    path = write(tmp_path / "case")
    scenario = twin.load(path)
    rack = scenario.catalogue.get(Rack, "nx8_h200_x2")
    assert (rack.power_rated_w, rack.power_idle_w) == (20_800.0, 4_800.0)
    assert main(["check", str(path)]) == 0
    assert "97.2 kW" in capsys.readouterr().out
    (pool,) = scenario.workload[0].pools()
    replica = ReplicaSpeed(scenario, pool, GpuCut(profiled(scenario, rack.gpu)))
    assert replica.capacity_tokens_per_s == pytest.approx(2974.75, abs=0.01)
    result = twin.run(scenario)
    service = result.frame("services")
    capacity = service["capacity_tokens_per_s"].max()
    assert capacity == pytest.approx(47_596.0, abs=0.1)
    assert 16 * replica.capacity_tokens_per_s == pytest.approx(capacity)
    assert capacity == pytest.approx(50_911.7, rel=0.07), "the fitted rates"


def test_a_result_with_own_rows_runs_again_from_its_own_scenario(tmp_path: Path) -> None:
    """Rows of the layout and of a folder are in the resolved scenario, folders or not."""
    path = write(tmp_path / "case", equipment="")
    folder = tmp_path / "case" / "catalogue"
    folder.mkdir()
    (folder / "nx8.yaml").write_text(yaml.safe_dump(yaml.safe_load(EQUIPMENT)["equipment"]))
    first = twin.run(twin.load(path))
    alone = tmp_path / "elsewhere" / "deep"
    alone.mkdir(parents=True)
    (alone / "again.yaml").write_text(first.scenario_yaml, encoding="utf-8")
    again = twin.run(twin.load(alone / "again.yaml"))
    assert again.meta["catalogue_hash"] == first.meta["catalogue_hash"]
    assert first.meta["catalogue_hash"] != shipped().content_hash()
    assert again.frame("site").equals(first.frame("site"))
    (folder / "nx8.yaml").write_text("racks: [{name: other, holds: 1 x dgx_h100}]\n")
    (tmp_path / "case" / "again.yaml").write_text(first.scenario_yaml, encoding="utf-8")
    beside = twin.load(tmp_path / "case" / "again.yaml")
    assert beside.catalogue.content_hash() == first.meta["catalogue_hash"]


def test_rows_are_shown_as_theirs(tmp_path: Path) -> None:
    result = twin.run(twin.load(write(tmp_path / "case")))
    held = result.frame("witnesses").set_index(["subject", "parameter"])
    told = held.loc[("servers/nx8_h200", "power_rated_w")]
    assert (told["value"], told["status"]) == ("10400", "assumed")
    assert told["source"] == "Nordwind NX8 data sheet, invented"
    assert "rule of twin" in held.loc[("servers/nx8_h200", "boot_s")]["source"]
    assert "2 x nx8_h200" in held.loc[("racks/nx8_h200_x2", "power_rated_w")]["source"]
    assert result.meta["own_rows"] == {
        "servers/nx8_h200": "Nordwind NX8 data sheet, invented",
        "racks/nx8_h200_x2": "case/room.yaml",
    }


def test_a_csv_beside_the_layout_brings_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "case", equipment="")
    folder = tmp_path / "case" / "catalogue"
    folder.mkdir()
    (folder / "racks-site.csv").write_text("name,like,power_rated,power_idle_w\n"
                                           "nx8_h200_x2,dgx_h100_x4,20.8 kW,4800\n")  # fmt: skip
    assert peak_it_w(path) == pytest.approx(97_200)
    (folder / "rack.csv").write_text("name\nx\n")
    (folder / "racks-site.csv").write_text("name,like,power_rated\nnx8_h200_x2,dgx_h100_x4,20.8\n")
    told = problems(path)
    assert {(Path(p.file).name, p.line) for p in told} == {("rack.csv", 0), ("racks-site.csv", 2)}
    assert any("did you mean 'racks'?" in p.hint for p in told)
    assert any("has no unit" in p.allowed for p in told)


def test_words_of_a_csv_stay_words_where_they_look_like_numbers(tmp_path: Path) -> None:
    (tmp_path / "racks.csv").write_text("name,like,vendor,source,power_rated\n"
                                        "1E2,dgx_h100_x4,0x10,2026,20.8 kW\n"
                                        "null,dgx_h100_x4,3,true,1e4 W\n")  # fmt: skip
    rows = rows_in(tmp_path)["racks"]
    said = [(row.name, row.vendor, row.source, row.power_rated_w) for row in rows]
    assert said == [("1E2", "0x10", "2026", 20_800), ("null", "3", "true", 10_000)]


BAD = [
    ("- {name: a, like: ups_50, kind: ups}", "like", "did you mean 'ups_500'?"),
    ("- {name: ups_500, like: ups_1250}", "name", "replaces: true"),
    ("- {name: ups_501, like: ups_500, replaces: true}", "replaces", "did you mean 'ups_500'?"),
    ("- {name: a, like: ups_500, ratin: 3 kW}", "ratin", "did you mean 'rating'?"),
    ("- {name: a, like: ups_500, rating: 300}", "rating", "has no unit"),
    ("- {name: a, like: ups_500, rating: 300 kVA}", "rating", "apparent power"),
    ("- {name: a, like: ups_500, mtbf: 30 kg}", "mtbf", "cannot be expressed in h"),
    ("- {name: a, like: ups_500, mtbf: -3 h}", "mtbf", "greater than 0"),
    ("- {name: a, like: ups_500, kind: upps}", "kind", "did you mean 'ups'?"),
    ("- {name: a, like: ups_500, loss_square_frac: 1}", "", "loses more"),
    ("- {name: a, kind: rpp, rating: 5 kW}", "", "mtbf_h"),
    ("- {name: a, like: b}\n    - {name: b, like: a}", "like", "not like itself"),
    ("- {name: a, like: ups_500}\n    - {name: a, like: rpp_500}", "name", "not yet used"),
    ("- {name: a, like: rpp_500, rating: {current: 400 A, power_factor: 1}}", "rating", "together"),
]


@pytest.mark.parametrize(("rows", "key", "words"), BAD)
def test_a_bad_row_is_told_at_its_line(tmp_path: Path, rows: str, key: str, words: str) -> None:
    path = write(tmp_path / "case", equipment=f"{EQUIPMENT}  power:\n    {rows}\n")
    first = len((ROOM + EQUIPMENT).splitlines()) + 2
    told = [p for p in problems(path) if words in f"{p.allowed} {p.hint}"]
    assert told, problems(path)
    assert told[0].line in (first, first + 1)
    assert told[0].file.endswith("room.yaml")
    assert told[0].where.startswith("equipment.power")
    assert key in told[0].where


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ("2 x nx8_h20", "did you mean 'nx8_h200'?"),
        ("[1 x nx8_h200, 1 x dgx_h100]", "servers of one type"),
        ("6 x nx8_h200", "at most 42 units"),
        ("two nx8_h200", "a count and a name"),
        ("1 x qm9700", "servers of one type"),
    ],
)
def test_what_a_rack_cannot_hold_is_refused(tmp_path: Path, holds: str, words: str) -> None:
    own = EQUIPMENT.replace("holds: 2 x nx8_h200", f"holds: {holds}")
    told = problems(write(tmp_path / "case", equipment=own))
    assert any(words in f"{p.allowed} {p.hint}" for p in told), told


def test_a_rack_of_servers_and_switches_adds_up(tmp_path: Path) -> None:
    own = EQUIPMENT.replace("holds: 2 x nx8_h200", "holds: [2 x nx8_h200, 2 x sn2201]")
    known = twin.load(write(tmp_path / "case", equipment=own)).catalogue
    switch = known.find("sn2201")
    rack = known.get(Rack, "nx8_h200_x2")
    assert rack.power_rated_w == 20_800 + 2 * switch.power_max_w  # type: ignore[union-attr]
    assert rack.power_idle_w == 4_800 + 2 * switch.power_typical_w  # type: ignore[union-attr]


def test_shipped_racks_are_what_their_servers_add_up_to(tmp_path: Path) -> None:
    """The rules that complete a data sheet give the shipped DGX racks back."""
    own = (
        EQUIPMENT
        + "    - {name: four, holds: 4 x dgx_h100}\n    - {name: two, holds: 2 x dgx_b200}\n"
        + "    - {name: h200, holds: 4 x dgx_h200}\n"
    )
    known = twin.load(write(tmp_path / "case", equipment=own)).catalogue
    for made, rack in (("four", "dgx_h100_x4"), ("two", "dgx_b200_x2"), ("h200", "dgx_h200_x4")):
        mine = known.get(Rack, made).model_dump()
        theirs = known.get(Rack, rack).model_dump()
        same = set(mine) - {"name", "source", "status", "accessed", "note", "node_other_w"}
        for key in same - {"node_converter_efficiency_frac"}:
            assert mine[key] == (
                pytest.approx(theirs[key]) if isinstance(theirs[key], float) else theirs[key]
            ), key


def test_a_server_by_its_nameplate_alone_is_near_the_shipped_one() -> None:
    """GPU, count, power, height and mass give the flows and resistances of a DGX H100."""
    own = {
        "servers": [
            {"name": "bare", "gpu": "H100-SXM5-80GB", "gpus": 8, "power_rated": "10.2 kW",
             "power_idle": "2.45 kW", "height": "0.356 m", "mass": "130.45 kg"}
        ]
    }  # fmt: skip
    from twin.catalogue.own import Equipment, extended

    known, wrong = extended(shipped(), Equipment.model_validate(own))
    assert not wrong
    bare = known.get(Server, "bare")
    dgx = known.get(Server, "dgx_h100")
    assert bare.junction_to_coolant_k_w == pytest.approx(dgx.junction_to_coolant_k_w, rel=0.01)
    assert bare.air_flow_m3_s == pytest.approx(dgx.air_flow_m3_s, rel=0.25)
    assert bare.heat_capacity_j_k == pytest.approx(dgx.heat_capacity_j_k)
    assert bare.mtbf_h == pytest.approx(dgx.mtbf_h, rel=0.001)


def test_a_row_like_another_keeps_what_it_does_not_state(tmp_path: Path) -> None:
    own = EQUIPMENT + (
        "  power:\n"
        "    - {name: ours, like: ups_500, rating: 300 kW, mtbf: 20 year}\n"
        "    - {name: theirs, like: ours, price: 90000 USD}\n"
        "    - {name: rpp_500, like: rpp_500, replaces: true, mttr: 6 h}\n"
        "  cooling:\n"
        "    - {name: big_cdu, like: cdu_600, capacity: 700 kW, flow: 620 L/min}\n"
    )
    known = twin.load(write(tmp_path / "case", equipment=own)).catalogue
    base = shipped().get(PowerEquipment, "ups_500")
    theirs = known.get(PowerEquipment, "theirs")
    assert (theirs.rating_w, theirs.price_usd) == (300e3, 90e3)
    assert theirs.mtbf_h == pytest.approx(20 * 8766)
    assert theirs.loss_square_frac == base.loss_square_frac
    assert theirs.battery_energy_j == pytest.approx(0.6 * (base.battery_energy_j or 0))
    assert known.get(PowerEquipment, "rpp_500").mttr_h == 6
    assert known.get(CoolingEquipment, "big_cdu").flow_m3_s == pytest.approx(0.62 / 60)
    told = {w["parameter"]: w for w in known.witnesses(PowerEquipment, "theirs")}
    assert told["loss_square_frac"]["status"] == "published"
    assert told["loss_square_frac"]["source"].startswith("as ups_500: ")
    assert told["price_usd"]["source"] == "case/room.yaml"


def test_another_hash_for_other_rows(tmp_path: Path) -> None:
    plain = twin.load(write(tmp_path / "a")).catalogue.content_hash()
    other = twin.load(write(tmp_path / "a", equipment=EQUIPMENT.replace("10.4", "10.5")))
    assert other.catalogue.content_hash() != plain
    assert twin.load("scenarios/first_factory.yaml").catalogue is shipped()


def test_editors_know_the_keys_of_own_rows(tmp_path: Path) -> None:
    known = twin.load(write(tmp_path / "case")).catalogue
    checker = jsonschema.Draft202012Validator(schema_json("layout", known))
    layout = yaml.safe_load(ROOM + EQUIPMENT)
    assert checker.is_valid(layout)
    layout["equipment"]["power"] = [
        {"name": "a", "like": "ups_500", "rating_w": 3e5, "mtbf": "3 h"}
    ]
    assert checker.is_valid(layout)
    layout["equipment"]["power"] = [{"name": "a", "like": "ups_500", "ratin_w": 3e5}]
    assert not checker.is_valid(layout)


def test_an_own_gpu_takes_the_profile_it_names_scaled_by_its_data_sheet(tmp_path: Path) -> None:
    """A GPU with the H200's memory and 15 % of the H100's arithmetic, as export variants have."""
    gpus = (
        "  gpus:\n"
        "    - {name: cut, like: H100-SXM5-80GB, bf16: 148 TFLOP/s, fp8: 296 TFLOP/s, memory: "
        "141 GB,\n"
        "       memory_bandwidth: 4.8 TB/s}\n"
        "    - {name: same, like: H200-SXM-141GB}\n"
    )
    served = {}
    for name in ("same", "cut", "H200-SXM-141GB"):
        own = EQUIPMENT.replace("gpu: H200-SXM-141GB", f"gpu: {name}") + gpus
        scenario = twin.load(write(tmp_path / name, equipment=own))
        on = profiled(scenario, name)
        (pool,) = scenario.workload[0].pools()
        served[name] = ReplicaSpeed(scenario, pool, GpuCut(on)).capacity_tokens_per_s
        assert on.extrapolated == (name != "H200-SXM-141GB")
    assert served["same"] == served["H200-SXM-141GB"]
    assert 0.15 * served["same"] < served["cut"] < 0.6 * served["same"]


def test_slips_of_the_keyboard_in_own_rows_are_refused_by_their_range(tmp_path: Path) -> None:
    for key, value in (
        ("heat_capacity", "1e-300 J/K"),
        ("boot", "1e300 s"),
        ("air_flow", "1e6 m^3/s"),
        ("gpus", "100000000"),
        ("width", "1e-9 m"),
    ):
        own = EQUIPMENT.replace("      nics: 8\n", f"      {key}: {value}\n").replace(
            "      gpus: 8\n", "" if key == "gpus" else "      gpus: 8\n"
        )
        told = problems(write(tmp_path / key, equipment=own))
        assert [p.where.split(".")[-1] for p in told] == [key], told


def test_models_sites_and_plants_of_ones_own_run_through_to_the_report(tmp_path: Path) -> None:
    own = EQUIPMENT + (
        "  models:\n"
        "    - {name: ours-40, like: Llama-3.1-8B, layers: 40, parameters: 9.8e9}\n"
        "  requests:\n"
        "    - {name: our_chat, like: azure_2023_conv, input_mean: 900 token, input_median: 700 "
        "token}\n"
        "  grids:\n"
        "    - {name: our_tariff, price: 0.11 USD/kWh, carbon: 0.2 kg/kWh}\n"
        "  climates:\n"
        "    - {name: our_hill, like: denver, dry_bulb_mean: 4 °C, wet_bulb_mean: 1 °C}\n"
        "  switches:\n"
        "    - {name: our_leaf, like: qm9700, ports: 32}\n"
        "  storage:\n"
        "    - {name: our_store, like: superpod_good, write: 9 GB/s}\n"
        "  chillers:\n"
        "    - {name: our_curve, like: york_yt_1055}\n"
        "  cooling:\n"
        "    - {name: our_chiller, like: chiller_water_1055, curve: our_curve, capacity: 900 kW}\n"
    )
    room = (
        ROOM.replace("switch: qm9700, nodes_per_su: 8", "switch: our_leaf, nodes_per_su: 8")
        .replace("type: superpod_good", "type: our_store")
        .replace("type: chiller_air_430", "type: our_chiller")
    )
    path = write(tmp_path / "case", room=room, equipment=own)
    text = path.read_text(encoding="utf-8").replace("model: Llama-3.1-70B", "model: ours-40")
    text = text.replace("burstiness: 1}", "burstiness: 1, lengths: our_chat}")
    text = text.replace("climate: {dry_bulb: 20 °C, wet_bulb: 15 °C}", "climate: our_hill")
    path.write_text(text.replace("grid: ireland", "grid: our_tariff"), encoding="utf-8")
    result = twin.run(twin.load(path))
    subjects = set(result.frame("witnesses")["subject"])
    assert {
        "models/ours-40",
        "requests/our_chat",
        "grids/our_tariff",
        "climates/our_hill",
        "switches/our_leaf",
        "storage/our_store",
        "chillers/our_curve",
        "cooling/our_chiller",
    } <= subjects
    assert result.summary["tokens_total"] > 0
    bought_kwh = result.summary["energy_utility_j"] / 3.6e6
    water_usd = result.summary["wue_l_per_kwh"] * result.summary["energy_it_j"] / 3.6e9 * 2.0
    assert result.summary["cost_usd"] == pytest.approx(0.11 * bought_kwh + water_usd, rel=1e-3)
