"""`twin catalogue`: what it lists, how it finds a row, and device types that become rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import twin
from tests.contracts.test_bring_your_own import EQUIPMENT, ROOM, SERVE
from twin.catalogue import search, shipped
from twin.catalogue.rows import PowerEquipment, Rack, Server, Switch
from twin.cli import main

DEVICE = """\
---
manufacturer: Nordwind
model: NX8-H200
slug: nordwind-nx8-h200
u_height: 8
is_full_depth: true
weight: 130
weight_unit: kg
airflow: front-to-rear
comments: 'invented server: 8 x H200, 10.4 kW at most, 2.4 kW idle'
console-ports: [{name: serial, type: rj-45}]
power-ports:
  - {name: PSU1, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1734}
  - {name: PSU2, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1734}
  - {name: PSU3, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1733}
  - {name: PSU4, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1733}
  - {name: PSU5, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1733}
  - {name: PSU6, type: iec-60320-c20, maximum_draw: 2600, allocated_draw: 1733}
"""
STATED = ("gpu=H200-SXM-141GB", "gpus=8", "power_idle=2.4 kW", "nics=8", "nic_bandwidth=400 Gbit/s")
PDU = """\
manufacturer: Nordwind
model: 12
slug: nordwind-12
u_height: 1
is_full_depth: false
power-ports: [{name: in, type: nema-l6-30p, maximum_draw: 4900}]
power-outlets:
  - {name: "1", type: iec-60320-c13, power_port: in}
  - {name: "2", type: iec-60320-c13, power_port: in}
"""
SWITCH = """\
manufacturer: Nordwind
model: NS 64
slug: nordwind-ns-64
u_height: 2
is_full_depth: true
power-ports:
  - {name: a, type: iec-60320-c14, maximum_draw: 2000, allocated_draw: 600}
  - {name: b, type: iec-60320-c14, maximum_draw: 2000, allocated_draw: 600}
interfaces:
"""
FRAME = """\
manufacturer: Nordwind
model: Frame 48
slug: nordwind-frame-48
form_factor: 4-post-cabinet
width: 19
u_height: 48
starting_unit: 1
outer_width: 800
outer_depth: 1200
outer_height: 2300
outer_unit: mm
"""


def run(*words: str) -> int:
    return main(["catalogue", *words])


def sets(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


def bring(tmp_path: Path, text: str, *more: str) -> int:
    (tmp_path / "device.yaml").write_text(text, encoding="utf-8")
    out = str(tmp_path / "catalogue")
    return run("import", str(tmp_path / "device.yaml"), "--out", out, *more)


def test_a_list_shows_what_one_compares(capsys: Any) -> None:
    assert run("list", "racks", "--json") == 0
    racks = {row["name"]: row for row in json.loads(capsys.readouterr().out)["racks"]}
    assert racks["gb200_nvl72"]["power_rated_w"] == 132_000
    assert racks["gb200_nvl72"]["gpus"] == 72
    assert racks["gb200_nvl72"]["price_usd"] == 3e6
    assert racks["frontier_ex4000"]["power_rated_w"] == pytest.approx(378_600, rel=0.05)
    assert run("list", "power") == 0
    told = capsys.readouterr().out
    assert "500 kW" in told
    assert "$150,000" in told


@pytest.mark.parametrize("word", ["GB200_NVL72", "gb200-nvl72", "racks/gb200_nvl72"])
def test_a_row_is_found_in_any_spelling(capsys: Any, word: str) -> None:
    assert run("show", word, "--json") == 0
    assert json.loads(capsys.readouterr().out)["row"]["name"] == "gb200_nvl72"


def test_a_part_of_a_name_suggests_gpus_first(capsys: Any) -> None:
    assert run("show", "h100") == 2
    told = capsys.readouterr().err
    assert "did you mean 'H100-SXM5-80GB'?" in told
    assert "dgx_h100_x4 (racks)" in told
    assert "crah" not in told


@pytest.mark.parametrize(("word", "row"), [("ups", "ups_1250"), ("chiller", "chiller_air_430"),
                                           ("grids", "ireland")])  # fmt: skip
def test_a_family_or_kind_is_listed(capsys: Any, word: str, row: str) -> None:
    assert run("show", word) == 0
    assert row in capsys.readouterr().out


def test_a_device_file_becomes_a_server_that_answers_as_its_data_sheet(
    tmp_path: Path, capsys: Any
) -> None:
    """Loads are the planned shares (10.4 kW), not the nameplates of six supplies (15.6 kW)."""
    assert bring(tmp_path, DEVICE, "--rack", "2", *sets(*STATED)) == 0
    written = tmp_path / "catalogue" / "nordwind_nx8_h200.yaml"
    assert str(written) in capsys.readouterr().out
    room = ROOM.replace("nx8_h200_x2", "nordwind_nx8_h200_x2")
    (tmp_path / "room.yaml").write_text(room, encoding="utf-8")
    (tmp_path / "serve.yaml").write_text(SERVE, encoding="utf-8")
    scenario = twin.load(tmp_path / "serve.yaml")
    server = scenario.catalogue.get(Server, "nordwind_nx8_h200")
    assert (server.power_rated_w, server.height_m, server.mass_kg) == (10_400, 0.3556, 130)
    assert scenario.catalogue.get(Rack, "nordwind_nx8_h200_x2").power_rated_w == 20_800
    facility = twin.build(scenario)
    assert facility.racks.rated_w.sum() == pytest.approx(97_200)
    assert facility.racks.idle_w[:4].tolist() == [4_800.0] * 4
    result = twin.run(scenario)
    capacity = result.frame("services")["capacity_tokens_per_s"].max()
    assert capacity == pytest.approx(16 * 2_974.75, abs=0.1)
    assert run("show", "nordwind_nx8_h200", "--for", str(tmp_path / "serve.yaml")) == 0
    assert "vendor" in capsys.readouterr().out


def test_what_a_device_file_lacks_is_asked_for(tmp_path: Path, capsys: Any) -> None:
    assert bring(tmp_path, DEVICE) == 2
    assert "--set power_idle='2.4 kW'" in capsys.readouterr().err
    unplanned = DEVICE.replace(", allocated_draw: 1734", "").replace(", allocated_draw: 1733", "")
    assert bring(tmp_path, unplanned, *sets(*STATED)) == 2
    told = capsys.readouterr().err
    assert "6 supplies of 15,600 W together share the load" in told
    assert not (tmp_path / "catalogue").exists()
    assert bring(tmp_path, unplanned, *sets(*STATED, "power_rated=10.4 kW")) == 0
    assert bring(tmp_path, DEVICE, *sets(*STATED)) == 2
    assert "a file that exists" in capsys.readouterr().err


def test_a_server_with_many_ports_and_the_draws_of_another_product(
    tmp_path: Path, capsys: Any
) -> None:
    """The library's file of the DGX A100 (November 2026) has the supplies and ports of a switch: it
    was a switch of 1,172 W, where its own prose says 6.5 kW.
    """
    ports = "".join(f"  - {{name: p{n}, type: 400gbase-x-qsfpdd}}\n" for n in range(8))
    said = "8 GPUs. Power Consumption: 6.5kW at full load"
    text = SWITCH.replace("u_height: 2", f"u_height: 6\ncomments: '{said}'") + ports
    text = text.replace("allocated_draw: 600", "allocated_draw: 586")
    assert bring(tmp_path, text) == 2
    told = capsys.readouterr().err
    assert "1,172 W of its supplies, 6,500 W in its own words" in told
    assert "--set power_rated='6.5 kW'" in told
    assert bring(tmp_path, text, *sets(*STATED, "power_rated=6.5 kW")) == 0
    made = capsys.readouterr().out
    assert "servers:" in made
    assert "power_rated: 6.5 kW" in made
    as_switch = ("--as", "switch", *sets("power_typical=1.2 kW", "power_max=2 kW"))
    other = text.replace("slug: nordwind-ns-64", "slug: nordwind-ns-65")
    assert bring(tmp_path, other, *as_switch) == 0


def test_a_port_for_the_fabrics_own_management_is_none_of_a_switch(
    tmp_path: Path, capsys: Any
) -> None:
    """The library's Q3400-RA states 144 ports for jobs and one for its manager, at one rate."""
    ports = "".join(f"  - {{name: p{n}, type: infiniband-xdr}}\n" for n in range(144))
    ports += "  - {name: fnm1, type: infiniband-xdr, description: In-band node Management}\n"
    assert bring(tmp_path, SWITCH + ports) == 0
    assert "ports: 144\n  port_bandwidth: 800 Gbit/s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DEVICE.replace("maximum_draw: 2600", "maximum_draw: lots"), "power-ports[0].maximum_draw"),
        (DEVICE.replace("u_height: 8", "u_height: -1"), "device.yaml:5:"),
        (DEVICE.replace("slug: nordwind-nx8-h200\n", ""), "slug: found nothing"),
        (DEVICE.replace("weight_unit: kg", "weight_unit: stone"), "'kg', 'g', 'lb', 'oz'"),
    ],
)
def test_a_bad_device_file_is_told_at_its_line(
    tmp_path: Path, capsys: Any, text: str, words: str
) -> None:
    assert bring(tmp_path, text, *sets(*STATED)) == 2
    assert words in capsys.readouterr().err


def test_pdus_switches_and_frames_become_rows(tmp_path: Path, capsys: Any) -> None:
    ports = "".join(f"  - {{name: p{n}, type: 400gbase-x-osfp}}\n" for n in range(64))
    ports += "  - {name: mgmt, type: 1000base-t, mgmt_only: true}\n"
    assert bring(tmp_path, PDU) == 0
    assert bring(tmp_path, SWITCH + ports) == 0
    assert bring(tmp_path, DEVICE, *sets(*STATED)) == 0
    assert bring(tmp_path, FRAME) == 2
    assert "holds='2 x my_server'" in capsys.readouterr().err
    assert bring(tmp_path, FRAME, *sets("holds=3 x nordwind_nx8_h200")) == 0
    (tmp_path / "room.yaml").write_text(ROOM.replace("nx8_h200_x2", "dgx_h200_x4"))
    (tmp_path / "room.yaml").write_text(ROOM.replace("nx8_h200_x2", "nordwind_frame_48"))
    known = twin.load(tmp_path / "room.yaml").catalogue
    pdu = known.get(PowerEquipment, "nordwind_12")
    assert (pdu.kind, pdu.rating_w, pdu.price_usd) == ("pdu", 4_900, None)
    switch = known.get(Switch, "nordwind_ns_64")
    assert (switch.ports, switch.port_bandwidth_b_s, switch.power_max_w) == (64, 5e10, 1_200)
    rack = known.get(Rack, "nordwind_frame_48")
    assert (rack.width_m, rack.height_m, rack.power_rated_w) == (0.8, 2.3, 31_200)


def test_a_ups_file_needs_its_rating(tmp_path: Path, capsys: Any) -> None:
    ups = PDU.replace("model: 12", "model: 12 UPS").replace(", maximum_draw: 4900", "")
    assert bring(tmp_path, ups, *sets("rating=3 kVA")) == 2
    assert "apparent power" in capsys.readouterr().err
    assert bring(tmp_path, ups, *sets("rating=3 kVA", "power_factor=0.9")) == 0
    made = yaml.safe_load((tmp_path / "catalogue" / "nordwind_12.yaml").read_text())
    assert made["power"][0]["like"] == "ups_500"
    (tmp_path / "room.yaml").write_text(ROOM.replace("nx8_h200_x2", "dgx_h100_x4"))
    known = twin.load(tmp_path / "room.yaml").catalogue
    unit = known.get(PowerEquipment, "nordwind_12")
    assert unit.rating_w == pytest.approx(2_700)
    assert unit.battery_energy_j == pytest.approx(2_700 * 300 / 0.966)


@pytest.mark.parametrize(
    ("text", "lender", "cure"),
    [
        (PDU, "pdu_450", "rating=17.3 kW"),
        (PDU.replace("model: 12", "model: 12 UPS"), "ups_500", "rating=1 kW"),
        (SWITCH + "  - {name: p, type: 400gbase-x-osfp}\n" * 8, "qm9700", "power_max=0.6 kW"),
    ],
)
def test_no_load_or_rating_is_that_of_another_product(
    tmp_path: Path, capsys: Any, text: str, lender: str, cure: str
) -> None:
    """Files of the library often state no draw: a rack PDU of 17.3 kW is none of 450 kW."""
    bare = re.sub(r", (maximum|allocated)_draw: \d+", "", text)
    assert bring(tmp_path, bare) == 2
    told = capsys.readouterr().err
    assert f"would be those of {lender}" in told
    assert not (tmp_path / "catalogue").exists()
    more = ["power_typical=0.4 kW"] if lender == "qm9700" else []
    assert bring(tmp_path, bare, *sets(cure, *more)) == 0


def test_the_schema_knows_the_own_rows_of_a_file(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "room.yaml").write_text(ROOM + EQUIPMENT, encoding="utf-8")
    for within, known in (([], False), (["--for", str(tmp_path / "room.yaml")], True)):
        assert main(["schema", "layout", *within]) == 0
        racks = json.loads(capsys.readouterr().out)["$defs"]["RowSpec"]["properties"]["racks"]
        assert ("nx8_h200_x2" in racks["pattern"]) is known


def test_every_name_of_the_reference_is_found() -> None:
    page = Path("docs/reference/catalogue.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    kinds = re.findall(r"^## (\w+)$", page, re.MULTILINE)
    assert len(names) > 80
    assert [name for name in names if search.exactly(shipped(), name) is None] == []
    assert [kind for kind in kinds if not search.family(shipped(), kind)] == []


def test_a_product_is_taken_for_what_one_says(tmp_path: Path, capsys: Any) -> None:
    assert bring(tmp_path, DEVICE, "--as", "rack") == 2
    assert "server, switch, pdu, ups" in capsys.readouterr().err
    assert bring(tmp_path, PDU, "--as", "ups") == 0
    made = yaml.safe_load((tmp_path / "catalogue" / "nordwind_12.yaml").read_text())
    assert made["power"][0]["like"] == "ups_500"
