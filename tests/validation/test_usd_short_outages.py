"""Outages of seconds in a day of hours stand in the scene: what failed and what it took down.

Every instant is held against the table `events` of the same run; who has no events of its own
(switchboards, transformers, switches, a coolant unit whose pumps are gone) against who fed it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import twin

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdUtils, UsdValidation

from twin.present.usd import export_result
from twin.present.usd.badges import STATE_RGB
from twin.present.usd.check_scene import check_scene
from twin.present.usd.colours import linear

ROOT = Path(__file__).parents[2]
DAY = """
version: 1
name: short
layout: gb200_su.yaml
start: 2026-07-15T00:00:00-04:00
horizon: 24 h
site: {climate: baltimore, grid: virginia}
workload:
  - {kind: training, name: pretrain, model: Llama-3.1-8B, nodes: 144, tensor_parallel: 1,
     global_batch_sequences: 1728, sequence_length: 8192, checkpoint_interval: 30 min}
faults:
  timeline:
    - {at: "09:02:07", component: rpp_1, repair_at: "09:02:27"}
    - {at: "09:02:07", component: rpp_2, repair_at: "09:02:27"}
    - {at: "09:02:07", component: rpp_3, repair_at: "09:02:27"}
    - {at: "09:02:07", component: rpp_4, repair_at: "09:02:27"}
    - {at: "14:02:07", component: cdu_2_pump_1, repair_at: "14:02:27"}
    - {at: "14:02:07", component: cdu_2_pump_2, repair_at: "14:02:27"}
    - {at: "20:07:00", component: utility, repair_at: "20:37:00"}
outputs: {period: 1 h}
"""
SECOND = 1 / 3600
PANELS = 8 + (2 * 60 + 7) * SECOND
PUMPS = 13 + (2 * 60 + 7) * SECOND
UTILITY = 19 + 7 * 60 * SECOND


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> twin.Result:
    folder = tmp_path_factory.mktemp("day")
    (folder / "gb200_su.yaml").write_bytes((ROOT / "layouts" / "gb200_su.yaml").read_bytes())
    (folder / "day.yaml").write_text(DAY)
    return twin.simulate(twin.build(twin.load(folder / "day.yaml")))


@pytest.fixture(scope="module")
def scene(run: twin.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_result(run, tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def prims(scene: Path) -> dict[str, Usd.Prim]:
    stage = Usd.Stage.Open(str(scene))
    named = {prim.GetAttribute("twin:id").Get(): prim for prim in stage.Traverse()}
    named["stage"] = stage
    return named


def spans(prim: Usd.Prim, state: str) -> list[tuple[float, float]]:
    """Time codes from which and until when a state holds."""
    told = prim.GetAttribute("twin:state")
    codes = told.GetTimeSamples()
    return [
        (first, last)
        for first, last in zip(codes, [*codes[1:], 24.0], strict=True)
        if told.Get(first) == state
    ]


def instants(events: pd.DataFrame, name: str, first: str, last: str) -> tuple[float, float]:
    """Time codes of the first two such events of a component."""
    own = events[events["component"] == name]
    return tuple(
        own.loc[own["what"] == what, "time_s"].iloc[0] / 3600 - 1 for what in (first, last)
    )


@pytest.mark.parametrize(
    ("name", "state", "first", "last"),
    [
        ("rpp_1", "failed", PANELS, PANELS + 20 * SECOND),
        ("leaf_su1_rail1", "off", PANELS, PANELS + 20 * SECOND),
        ("cdu_2_pump_1", "failed", PUMPS, PUMPS + 20 * SECOND),
        ("transformer_2", "off", UTILITY, UTILITY + 1800 * SECOND),
        ("switchboard_1", "off", UTILITY, UTILITY + 10 * SECOND),
        ("mechanical_2", "off", UTILITY, UTILITY + 10 * SECOND),
        ("ups_3", "on_battery", UTILITY, UTILITY + 10 * SECOND),
    ],
)
def test_an_outage_has_a_sample_at_its_start_and_at_its_end(
    prims: dict[str, Usd.Prim], name: str, state: str, first: float, last: float
) -> None:
    """And its frame, and the band on the component shows its colour in between and on no side."""
    assert pytest.approx((first, last), abs=1e-6) in spans(prims[name], state)
    frame = 1.0 + int(first)
    word = "on_battery" if state == "on_battery" else "interrupted"
    told = prims[name].GetAttribute("twin:state")
    assert [told.Get(frame - 0.2), told.Get(frame), told.Get(frame + 0.2)] == ["on", word, "on"]
    shown = prims[name].GetChild("State").GetAttribute("primvars:displayColor")
    middle = (first + last) / 2
    assert shown.Get(middle)[0] == pytest.approx(linear(STATE_RGB[state]).tolist(), abs=1e-6)
    for code in (first - 0.002, last + 1e-6, frame - 0.2, frame + 0.2):
        assert shown.Get(code)[0] == pytest.approx(linear(STATE_RGB["on"]).tolist(), abs=1e-3)
    assert shown.Get(frame)[0] == pytest.approx(linear(STATE_RGB[word]).tolist(), abs=1e-6)


def test_racks_are_dark_and_throttled_when_their_events_say_so(
    run: twin.Result, prims: dict[str, Usd.Prim]
) -> None:
    events = run.frame("events")
    racks = [name for name in prims if name and name.startswith("compute_r")]
    assert len(racks) == 8
    for name in racks:
        off = instants(events, name, "off", "on")
        assert spans(prims[name], "off") == [pytest.approx(off, abs=1e-9)]
        heat = prims[name].GetChild("Heat").GetAttribute("primvars:displayColor")
        black = pytest.approx(linear(STATE_RGB["off"]).tolist(), abs=1e-6)
        assert heat.Get(sum(off) / 2)[0] == black
        assert heat.Get(off[0] - 0.002)[0] != black != heat.Get(off[1] + 1e-6)[0]
    slowed = [name for name in racks if spans(prims[name], "throttled")]
    assert slowed == [f"compute_r{k}" for k in (5, 6, 7, 8)], "of the loop whose pumps stood still"
    for name in slowed:
        told = instants(events, name, "throttled", "full clock")
        assert spans(prims[name], "throttled")[0] == pytest.approx(told, abs=1e-9)


def test_a_coolant_unit_is_off_while_all_its_pumps_are(prims: dict[str, Usd.Prim]) -> None:
    pumps = [one for one in spans(prims["cdu_2"], "off") if one[0] > 10]
    assert pumps == [pytest.approx((PUMPS, PUMPS + 20 * SECOND), abs=1e-6)]
    assert not [one for one in spans(prims["cdu_1"], "off") if one[0] > 10]


def test_the_scene_is_still_valid(scene: Path, prims: dict[str, Usd.Prim]) -> None:
    registry = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert not UsdValidation.ValidationContext(registry).Validate(prims["stage"])
    assert not UsdUtils.ComputeAllDependencies(str(scene))[2]
    assert not list(check_scene(scene))
