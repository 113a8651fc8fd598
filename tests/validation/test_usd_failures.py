"""A scene shows what each loss takes down, as the redundancy study counts it.

The variants of `failure` stand on the same graph as `twin redundancy`: racks that lose their
supply there are those that a variant shows without it, and no variant hides one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic

import twin
from twin.analysis.loss_states import STATED, AfterLoss, loss_states

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdUtils, UsdValidation

from twin.present.usd import export_facility, export_result
from twin.present.usd.badges import STATE_RGB
from twin.present.usd.check_scene import check_scene
from twin.present.usd.colours import linear

FAULTS = """
version: 1
name: losses
layout: gb200_su.yaml
horizon: 1 h
site: {climate: baltimore, grid: virginia}
faults:
  timeline:
    - {at: 10 min, component: compute_r2, repair_after: 5 min}
    - {at: 20 min, component: ups_1, repair_after: 5 min}
"""


@pytest.fixture(scope="module")
def facility(tmp_path_factory: pytest.TempPathFactory) -> twin.Facility:
    folder = tmp_path_factory.mktemp("losses")
    (folder / "gb200_su.yaml").write_text(Path("layouts/gb200_su.yaml").read_text())
    (folder / "faults.yaml").write_text(FAULTS)
    return twin.build(twin.load(folder / "faults.yaml"))


@pytest.fixture(scope="module")
def cases(facility: twin.Facility) -> tuple[AfterLoss, ...]:
    return loss_states(facility)


@pytest.fixture(scope="module")
def scene(
    facility: twin.Facility, cases: tuple[AfterLoss, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return export_facility(facility, tmp_path_factory.mktemp("usd") / "scene", losses=cases)


def shown(stage: Usd.Stage, variant: str) -> dict[str, str]:
    """State by component with a variant chosen, where the band has the colour of it."""
    stage.GetDefaultPrim().GetVariantSet("failure").SetVariantSelection(variant)
    out = {}
    for prim in stage.Traverse():
        state = prim.GetAttribute("twin:state").Get()
        if state:
            band = prim.GetChild("State")
            if band:
                colour = band.GetAttribute("primvars:displayColor").Get()[0]
                assert np.allclose(colour, linear(STATE_RGB[state]))
            out[prim.GetAttribute("twin:id").Get()] = state
    return out


def related(stage: Usd.Stage, name: str) -> set[str]:
    targets = stage.GetDefaultPrim().GetRelationship(f"twin:{name}").GetTargets()
    return {stage.GetPrimAtPath(one).GetAttribute("twin:id").Get() for one in targets}


def test_losses_are_those_of_the_redundancy_study(
    facility: twin.Facility, cases: tuple[AfterLoss, ...]
) -> None:
    points = twin.redundancy(facility).single_points_of_failure
    told = {row["component"]: (row["racks"], row["gpus"], row["load_w"]) for row in points}
    racks = set(facility.racks.id)
    mine = {
        case.name: (case.racks_down, case.gpus_down, case.load_down_w)
        for case in cases
        if case.racks_down and case.name != STATED and case.name not in racks
    }
    assert mine
    assert mine == {name: row for name, row in told.items() if name in mine}
    ids = set(facility.tables()["components"]["id"])
    assert {name for name in told if name in ids} <= {*mine, *racks}


def test_every_feeding_component_has_a_variant_and_stated_faults_have_too(
    scene: Path, facility: twin.Facility
) -> None:
    stage = Usd.Stage.Open(str(scene))
    names = stage.GetDefaultPrim().GetVariantSet("failure").GetVariantNames()
    assert {"nominal", "lost_compute_r2", "lost_ups_1", STATED} <= set(names)
    tables = facility.tables()
    supplies = tables["components"]["id"][tables["components"]["system"] == "power"]
    assert {f"lost_{name}" for name in supplies} <= set(names)


def test_a_variant_shows_what_is_lost_and_what_goes_down(
    scene: Path, cases: tuple[AfterLoss, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))
    nominal = shown(stage, "nominal")
    assert set(nominal.values()) == {"on", "ready"}
    worst = max(cases, key=lambda case: (len(case.lost) == 1) * len(case.left_frac))
    for case in (worst, cases[0], cases[-1]):
        name = f"lost_{case.name}" if len(case.lost) == 1 else case.name
        now = shown(stage, name)
        changed = {one for one in now if now[one] != nominal[one]}
        assert (
            {one for one in now if now[one] == "failed"} == set(case.lost) == related(stage, "lost")
        )
        assert {*case.lost, *case.left_frac} <= changed
        assert related(stage, "down") == {one for one, left in case.left_frac.items() if not left}
        assert stage.GetDefaultPrim().GetAttribute("twin:racksDown").Get() == case.racks_down
    assert shown(stage, "nominal") == nominal


def test_the_scene_is_sound_in_every_state(scene: Path, cases: tuple[AfterLoss, ...]) -> None:
    assert check_scene(scene) == ()
    stage = Usd.Stage.Open(str(scene))
    for name in ("nominal", f"lost_{cases[0].name}"):
        stage.GetDefaultPrim().GetVariantSet("failure").SetVariantSelection(name)
        registry = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
        found = UsdValidation.ValidationContext(registry).Validate(stage)
        assert [one.GetErrorAsString() for one in found] == []


def test_a_loss_is_seen_over_the_samples_of_a_run(tmp_path: Path) -> None:
    case = AfterLoss("rpp_1", ("rpp_1",), {"rack_1": 0.0, "rack_2": 0.5}, {"rpp_2": 1.2}, 2, 8, 1e5)
    path = export_result(synthetic(), tmp_path / "run", losses=[case])
    stage = Usd.Stage.Open(str(path))
    choice = stage.GetDefaultPrim().GetVariantSet("failure")
    by_id = {prim.GetAttribute("twin:id").Get(): prim.GetPath() for prim in stage.Traverse()}
    assert choice.GetVariantSelection() == "nominal"
    before = stage.GetPrimAtPath(by_id["rack_1"]).GetAttribute("twin:state").GetNumTimeSamples()
    choice.SetVariantSelection("lost_rpp_1")
    want = {"rpp_1": "failed", "rack_1": "off", "rack_2": "derated", "rpp_2": "overloaded"}
    for name, state in want.items():
        prim = stage.GetPrimAtPath(by_id[name])
        for code in (0, 50, 100):
            assert prim.GetAttribute("twin:state").Get(code) == state
            band = prim.GetChild("State").GetAttribute("primvars:displayColor")
            assert np.allclose(band.Get(code)[0], linear(STATE_RGB[state]))
    heat = stage.GetPrimAtPath(by_id["rack_1"]).GetChild("Heat")
    dark = heat.GetAttribute("primvars:displayColor").Get(50)
    assert np.allclose(dark[0], linear(STATE_RGB["off"]))
    choice.SetVariantSelection("nominal")
    prim = stage.GetPrimAtPath(by_id["rack_1"])
    assert prim.GetAttribute("twin:state").GetNumTimeSamples() == before > 0
    assert check_scene(path) == ()


def test_the_same_losses_give_the_same_bytes(
    scene: Path, facility: twin.Facility, tmp_path: Path
) -> None:
    again = export_facility(facility, tmp_path / "again", losses=loss_states(facility))
    for part in ("failures.usdc", "payloads/failures.usdc"):
        assert (scene.parent / part).read_bytes() == (again.parent / part).read_bytes()
    assert not UsdUtils.ComputeAllDependencies(str(again))[2]
