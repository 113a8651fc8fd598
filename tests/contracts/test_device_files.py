"""Device types as the published schema of the NetBox library allows them: ports of several rates,
supplies that plan in part, modules and blades, half depths and heights, weights in pounds.

The files are made here in that form (`devicetype.json` and `components.json` of the library).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from twin.cli import main

HEAD = "manufacturer: Nordwind\nmodel: {0}\nslug: nordwind-{1}\nu_height: 1\nis_full_depth: true\n"
SUPPLIES = (
    "power-ports:\n"
    "  - {name: PSU1, type: iec-60320-c14, maximum_draw: 650, allocated_draw: 180}\n"
    "  - {name: PSU2, type: iec-60320-c14, maximum_draw: 650, allocated_draw: 180}\n"
)
LEAF = HEAD.format("Leaf 48", "leaf-48") + SUPPLIES
NODE = HEAD.format("Node 1", "node-1") + SUPPLIES
IDLE = ("--set", "power_idle=100 W")


def ports(*some: tuple[int, str]) -> str:
    rows = [f"  - {{name: p{n}, type: {type_}}}\n" for count, type_ in some for n in range(count)]
    return "interfaces:\n" + "".join(rows)


def bring(folder: Path, text: str, *more: str) -> int:
    (folder / "device.yaml").write_text(text, encoding="utf-8")
    out = str(folder / "catalogue")
    return main(["catalogue", "import", str(folder / "device.yaml"), "--out", out, *more])


def made(folder: Path) -> dict[str, Any]:
    (file,) = (folder / "catalogue").glob("*.yaml")
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    row: dict[str, Any] = next(iter(rows.values()))[0]
    return row


@pytest.mark.parametrize(
    ("some", "count", "rate", "said"),
    [
        (
            [(48, "25gbase-x-sfp28"), (8, "100gbase-x-qsfp28")],
            80,
            "25 Gbit/s",
            "48 ports of 25 Gbit/s; 8 of 100 Gbit/s, each taken as 4",
        ),
        ([(64, "800gbase-x-osfp"), (2, "25gbase-x-sfp28")], 64, "800 Gbit/s", "25 Gbit/s left"),
        (
            [(48, "1000base-t"), (4, "100gbase-x-qsfp28")],
            80,
            "1 Gbit/s",
            "4 of 100 Gbit/s, each taken as 8",
        ),
        ([(24, "10gbase-x-sfpp"), (24, "40gbase-x-qsfpp")], 24, "40 Gbit/s", "10 Gbit/s left"),
        ([(32, "infiniband-ndr")], 32, "400 Gbit/s", ""),
        ([(8, "10gbase-x-sfpp"), (1, "5g"), (1, "10g-epon")], 9, "10 Gbit/s", ""),
    ],
)
def test_ports_of_several_rates_are_counted_as_those_of_most(
    some: list[tuple[int, str]], count: int, rate: str, said: str, tmp_path: Path, capsys: Any
) -> None:
    """A leaf of 48 x 25G and 8 x 100G carries 2,000 Gbit/s, and no more than 80 x 25; it was a
    switch of eight ports.
    """
    assert bring(tmp_path, LEAF + ports(*some)) == 0
    row = made(tmp_path)
    assert (row["ports"], row["port_bandwidth"]) == (count, rate)
    assert said in row["note"]
    assert ("Gbit/s" in row["note"]) == bool(said)
    assert f"ports: {count}" in capsys.readouterr().out


def test_pounds_half_units_and_half_depths(tmp_path: Path) -> None:
    text = NODE.replace("u_height: 1", "u_height: 0.5\nweight: 22.05\nweight_unit: lb")
    assert bring(tmp_path, text.replace("depth: true", "depth: false"), *IDLE) == 0
    row = made(tmp_path)
    assert row["mass"] == "10.0017 kg"
    assert row["height"] == "0.022225 m"
    assert row["depth"] == "0.45 m"
    assert row["power_rated"] == "360 W"


def test_a_chassis_says_that_its_parts_have_files_of_their_own(tmp_path: Path, capsys: Any) -> None:
    """Supplies and line cards of a modular switch are modules: neither draw nor ports are here."""
    bays = "module-bays:\n" + "".join(
        f"  - {{name: {name}, position: '{n}'}}\n"
        for n, name in enumerate(("Card 1", "Card 2", "PSU 1", "PSU 2"))
    )
    text = HEAD.format("Chassis 8", "chassis-8") + bays
    assert bring(tmp_path, text, "--as", "switch") == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all("4 bays (Card 1, Card 2, PSU 1, …) hold parts with files" in t for t in told)
    assert "no port with a rate" in told[1]
    sets = ("ports=128", "port_bandwidth=400 Gbit/s", "power_typical=5 kW", "power_max=9 kW")
    more = [word for pair in sets for word in ("--set", pair)]
    assert bring(tmp_path, text, "--as", "switch", *more) == 0
    assert made(tmp_path)["ports"] == 128


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("allocated_draw: 180}\n  - {name: PSU2", "allocated_draw: 900}\n  - {name: PSU2", ":7:"),
        ("u_height: 1", "u_height: 0.3", "multiple of 0.5"),
        ("u_height: 1", "u_height: 1\nweight: 30", "a weight with its weight_unit: kg, g, lb, oz"),
        ("u_height: 1", "u_height: 1\nis_powered: false", "one without is not simulated"),
        ("u_height: 1", "u_height: 0\nsubdevice_role: child", "it stands in a bay of its chassis"),
    ],
)
def test_what_the_form_forbids_is_told_at_its_line(
    old: str, new: str, said: str, tmp_path: Path, capsys: Any
) -> None:
    """Supplies that plan more than their nameplate, thirds of a unit, weights without a unit, what
    takes no power, blades, of which two rack units were made up.
    """
    assert bring(tmp_path, NODE.replace(old, new), *IDLE) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "catalogue").exists()


def test_a_supply_that_plans_nothing_leaves_the_load_open(tmp_path: Path, capsys: Any) -> None:
    """One share of two is not the load; it was taken for it."""
    half = NODE.replace(", allocated_draw: 180}\n  - {name: PSU2", "}\n  - {name: PSU2")
    assert bring(tmp_path, half, *IDLE) == 2
    assert (
        "2 supplies of 1,300 W together share the load; state the load" in capsys.readouterr().err
    )


def test_a_blade_with_its_height_is_a_row(tmp_path: Path) -> None:
    text = NODE.replace("u_height: 1", "u_height: 0\nsubdevice_role: child")
    assert bring(tmp_path, text, *IDLE, "--set", "height=0.04 m") == 0
    assert made(tmp_path)["height"] == "0.04 m"
