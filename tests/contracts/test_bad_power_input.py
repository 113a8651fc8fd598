"""What cannot be meant in a power system is found when a layout is loaded: at its line, with the
cure.

One case a line of the list of bad inputs that an electrical engineer would send back. Refused: exit
code 2 with the text. Remarked: a finding of the review, with file and line, on every check and run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.cli import main

EDGE = Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml"
UPS = "{name: ups, type: ups_500, rating: 300 kW, fed_by: switchboard}"
GENERATOR = "type: genset_2000, rating: 500 kW"
RACKS = "fed_by: rpp\n"
SUPPORT = ("power_rated: 12.5 kW", "power_idle: 6 kW")


def ats(keys: str) -> tuple[str, str]:
    """A transfer switch before the UPS."""
    behind = UPS.replace("fed_by: switchboard", "fed_by: sts")
    return (UPS, f"{{name: sts, type: sts_1000, {keys}}}\n  - {behind}")


def with_ups(numbers: str) -> tuple[str, str]:
    return (UPS, f"{UPS[:-1]}, overrides: {{{numbers}}}}}")


def generator(numbers: str) -> tuple[str, str]:
    return (GENERATOR, f"{GENERATOR}, overrides: {{{numbers}}}")


REFUSED = {
    "cycle without a switch": (
        ("fed_by: utility}", "fed_by: [utility, ups]}"),
        "a ring of feeds: transformer -> ups -> switchboard",
    ),
    "load without path": ((RACKS, "empty: []\n"), "racks of 'server' without fed_by"),
    "board without supply": ((", fed_by: switchboard}", "}"), "'ups' without fed_by"),
    "more supply asked than there is": (
        ("mode: priority", "minimum_supply: 2 MW"),
        "kW of its utilities or of its generators: either carry alone",
    ),
    "more supply asked than one entry has": (
        ("mode: priority", "mode: priority, minimum_supply: 2 MW"),
        "kW of one entry of fed_by: entries carry alone",
    ),
    "count below one": (("type: genset_2000,", "type: genset_2000, count: 0,"), "greater than 0"),
    "negative rating": (("rating: 300 kW", "rating: -5 kW"), "1 W to 100 GW"),
    "unit missing": (("rating: 300 kW", "rating: 300000"), "a number with its unit"),
    "repair longer than life": (with_ups("mtbf: 10 h, mttr: 20 h"), "must be below mtbf_h 10"),
    "probability above one": (generator("start_failure_probability: 1.5"), "1.0 or less"),
    "negative rate": (generator("run_failure_rate_per_h: -1"), "0.0 or more"),
    "rate that is no number": (generator("run_failure_rate_per_h: .nan"), "a finite number"),
    "duplicate name": (
        ("{name: rpp,", "{name: ups, type: ups_500, fed_by: switchboard}\n  - {name: rpp,"),
        "a second component named 'ups'",
    ),
    "efficiency as 96": (with_ups("battery_discharge_efficiency_frac: 96"), "1.0 or less"),
    "power factor as 96": (("300 kW, fed", "300 kVA, power_factor: 96, fed"), "1 or less"),
    "switch with one input": (
        ats("mode: priority, fed_by: switchboard"),
        "'switchboard' alone for 'sts', a transfer switch",
    ),
    "switch between equals": (
        ats("mode: priority, fed_by: [switchboard, switchboard]"),
        "'switchboard' again for the same taker",
    ),
    "switch that joins its inputs": (
        ats("fed_by: [switchboard, transformer]"),
        "mode share for 'sts', a transfer switch",
    ),
    "store without energy": (with_ups("battery_energy: 0 J"), "greater than 0.0"),
    "both cords at one panel": ((RACKS, "fed_by: [rpp, rpp]\n"), "'rpp' again for the same taker"),
    "load above rating": (("300 kW, fed", "100 kW, fed"), "ups rated 100 kW under a peak load"),
    "watts for kilowatts": (("300 kW, fed", "500 W, fed"), "ups rated 0.5 kW under a peak load"),
    "unknown key": (("mode: priority", "mood: priority"), "did you mean 'mode'?"),
    "battery shorter than a start": (
        with_ups("battery_energy: 0.2 kWh"),
        "no generator carries it before 10 s",
    ),
}

REMARKED = {
    "feeds_nothing": ("fed_by: [transformer, generator]}", "fed_by: transformer}"),
    "rack_power_odd": ("power_rated: 12.5 kW", "power_rated: 60 W"),
    "repair_long": with_ups("mtbf: 100 h, mttr: 20 h"),
    "battery_too_short": with_ups("battery_energy: 1 kWh"),
    "cords_on_one_path": (RACKS, "fed_by: [rpp, pdu]\n"),
}


def changed(folder: Path, change: tuple[str, str]) -> Path:
    """The shipped edge room with one piece of its text replaced."""
    text = EDGE.read_text(encoding="utf-8")
    assert change[0] in text
    path = folder / "edge.yaml"
    pdu = "\n  - {name: pdu, type: pdu_450, fed_by: rpp}\n\ncooling:" if "pdu]" in change[1] else ""
    text = text.replace(*change, 1)
    if "60 W" in change[1]:
        text = text.replace("power_idle: 6 kW", "power_idle: 20 W")
    path.write_text(text.replace("\n\ncooling:", pdu) if pdu else text, encoding="utf-8")
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_at_its_line_with_the_cure(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, told = REFUSED[case]
    path = changed(tmp_path, change)
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr().err
    (line, *_) = [line for line in said.splitlines() if told in line]
    assert "edge.yaml:" in line
    assert "allowed:" in line


@pytest.mark.parametrize("code", REMARKED)
def test_it_is_remarked_at_its_line_with_the_cure(code: str, tmp_path: Path) -> None:
    path = changed(tmp_path, REMARKED[code])
    found = [row for row in twin.check(path)["findings"] if row["code"] == code]
    assert found
    assert found[0]["file"].endswith("edge.yaml")
    assert found[0]["line"] > 0
    assert all(row["code"] != code for row in twin.check(EDGE)["findings"])


def test_a_battery_that_ends_before_the_start_may_be_meant(tmp_path: Path) -> None:
    path = changed(tmp_path, with_ups("battery_energy: 0.2 kWh"))
    scenario = twin.load(path).with_(allow=["battery_ends_before_start"], horizon="5 min")
    assert twin.run(scenario).summary
