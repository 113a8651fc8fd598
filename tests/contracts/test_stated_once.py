"""A number that a layout states is the number that a run has, and stands in one place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contracts.test_bring_your_own import ROOM
from twin.cli import main

PLAIN = ROOM.replace("nx8_h200_x2", "dgx_h100_x4").replace("rating: 300 kW", "rating: 500 kW")
DIESEL = "  - {name: diesel, type: genset_2000, rating: 630 kW}\n"
UPS = "type: ups_500, rating: 500 kW"


def layout(folder: Path, old: str, new: str, more: str = "") -> str:
    assert old in PLAIN, old
    path = folder / "room.yaml"
    path.write_text(PLAIN.replace(old, new) + more, encoding="utf-8")
    return str(path)


def test_a_stated_battery_is_not_scaled_by_the_rating_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """30 kWh behind 300 kW: seconds by hand, 30 kWh x 0.966 over what the panel draws."""
    stated = "type: ups_500, rating: 300 kW, overrides: {battery_energy: 30 kWh}"
    path = Path(layout(tmp_path, UPS, stated))
    alone = path.read_text(encoding="utf-8").replace("[tx, diesel]", "tx")
    path.write_text(alone.replace(DIESEL, ""), encoding="utf-8")
    assert main(["check", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    load_w = next(row["load_w"] for row in told["power"] if row["component"] == "ups")
    by_hand_s = 30 * 3.6e6 * 0.966 / load_w
    says = [one["says"] for one in told["findings"] if one["code"] == "no_generator"]
    assert says == [f"no generator behind its battery, which lasts {by_hand_s:.0f} s at peak load"]


@pytest.mark.parametrize(
    ("old", "new", "more", "words"),
    [
        (UPS, "type: ups_500, rating: 500 kW, overrides: {rating: 300 kW}", "",
         "rating stated twice; allowed: one of them: rating, or overrides.rating"),
        ("4 x dgx_h100_x4", "4 x dgx_h100_x4, power_rated: 40 kW, overrides: {power_rated: 30 kW}",
         "", "power_rated stated twice"),
        ("type: rpp_500, rating: 500 kW",
         "type: busway_800a, length: 9 m, overrides: {length: 90 m}", "", "length stated twice"),
        (UPS, UPS, "overrides: {pod_r1: {rating: 40 kW, power_rated: 30 kW}}\n",
         "power_rated beside rating"),
    ],
)  # fmt: skip
def test_a_number_stated_in_two_places_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, more: str, words: str
) -> None:
    assert main(["check", layout(tmp_path, old, new, more)]) == 2
    assert words in capsys.readouterr().err
