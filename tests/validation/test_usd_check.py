"""`twin usd check` finds what is wrong with a scene, whoever wrote it, and names whom it concerns.

The scene is authored here by the published contract: components with `twin:id` and `twin:kind`,
feeds under `/Facility/Connections` with `twin:domain`, `twin:source` and `twin:target`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import small_layout

from twin.catalogue import shipped
from twin.cli import main

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Gf, Sdf, Usd, UsdGeom, Vt

from twin.present.usd.simready import equipment_of, write_asset

ASSETS = {
    "utility": ("utility", "utility_feed", (6.0, 4.0, 4.0)),
    "transformer": ("transformer", "transformer_2500", (2.2, 2.0, 2.4)),
    "ups": ("ups", "ups_500", (1.8, 0.9, 2.0)),
    "rpp": ("rpp", "rpp_500", (1.2, 0.9, 2.0)),
    "cdu": ("cdu", "cdu_600", (0.6, 1.2, 2.2)),
    "rack": ("rack", "gb200_nvl72", (0.6, 1.068, 2.236)),
}
FEEDS = (
    ("electrical", ["utility"], ["transformer"]),
    ("electrical", ["transformer"], ["ups_a", "ups_b"]),
    ("electrical", ["ups_a"], ["rpp_a"]),
    ("electrical", ["ups_b"], ["rpp_b"]),
    ("electrical", ["rpp_a", "rpp_b"], ["rack_1", "rack_2", "rack_3"]),
    ("electrical", ["rpp_a"], ["cdu"]),
    ("cooling", ["cdu"], ["rack_1", "rack_2", "rack_3"]),
)
NAMES = ("utility", "transformer", "ups_a", "ups_b", "rpp_a", "rpp_b", "cdu", "rack_1", "rack_2")
GROUPS = {"rack": "IT", "cdu": "Cooling"}
Change = Callable[[Usd.Stage, Path], None]


def path_of(name: str) -> str:
    return f"/Facility/{GROUPS.get(name.split('_')[0], 'Power')}/{name}"


def feed_path(index: int) -> str:
    return f"/Facility/Connections/feed_{index}"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    for stem, (kind, row, size) in ASSETS.items():
        write_asset(equipment_of(stem, kind, row, size, shipped()), folder / "assets")
    stage = Usd.Stage.CreateNew(str(folder / "facility.usda"))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    root = UsdGeom.Xform.Define(stage, "/Facility").GetPrim()
    stage.SetDefaultPrim(root)
    for k, name in enumerate((*NAMES, "rack_3")):
        _component(stage, name, k)
    for k, (domain, sources, targets) in enumerate(FEEDS):
        prim = stage.DefinePrim(feed_path(k), "Scope")
        prim.CreateAttribute("twin:domain", Sdf.ValueTypeNames.Token).Set(domain)
        prim.CreateRelationship("twin:source").SetTargets([path_of(one) for one in sources])
        prim.CreateRelationship("twin:target").SetTargets([path_of(one) for one in targets])
        prim.CreateAttribute("twin:edges", Sdf.ValueTypeNames.Int).Set(len(sources) * len(targets))
    _samples(stage)
    stage.GetRootLayer().Save()
    return folder


def _component(stage: Usd.Stage, name: str, place: int) -> None:
    stem = name.split("_")[0]
    prim = UsdGeom.Xform.Define(stage, path_of(name))
    prim.AddTranslateOp().Set(Gf.Vec3d(10.0 * place, 0, 0))
    prim = prim.GetPrim()
    body = prim
    if stem == "rack":
        body = UsdGeom.Xform.Define(stage, f"{path_of(name)}/Model").GetPrim()
    body.GetReferences().AddReference(f"./assets/{stem}/simready_usd/{stem}.usda")
    body.SetInstanceable(True)
    kind, row, _ = ASSETS[stem]
    prim.CreateAttribute("twin:id", Sdf.ValueTypeNames.String).Set(name)
    prim.CreateAttribute("twin:kind", Sdf.ValueTypeNames.Token).Set(kind)
    prim.CreateAttribute("twin:type", Sdf.ValueTypeNames.String).Set(row)
    feeds = [feed_path(k) for k, (_, _, targets) in enumerate(FEEDS) if name in targets]
    prim.CreateRelationship("twin:fedBy").SetTargets(feeds)


def _samples(stage: Usd.Stage) -> None:
    stage.SetStartTimeCode(0)
    stage.SetEndTimeCode(2)
    root = stage.GetDefaultPrim()
    root.CreateAttribute("twin:time_s", Sdf.ValueTypeNames.DoubleArray).Set(
        Vt.DoubleArray([60.0, 120.0, 180.0])
    )
    power = stage.GetPrimAtPath(path_of("rack_1")).CreateAttribute(
        "twin:power_w", Sdf.ValueTypeNames.Float
    )
    for code in range(3):
        power.Set(1e5, code)


def check(folder: Path) -> int:
    return main(["usd", "check", str(folder)])


def test_a_sound_scene_has_nothing_wrong(sound: Path, capfd) -> None:
    assert check(sound) == 0
    assert check(sound / "facility.usda") == 0
    assert "nothing wrong" in capfd.readouterr().out


def without(index: int, end: str, name: str) -> Change:
    def change(stage: Usd.Stage, folder: Path) -> None:
        relation = stage.GetPrimAtPath(feed_path(index)).GetRelationship(f"twin:{end}")
        relation.SetTargets([p for p in relation.GetTargets() if str(p) != path_of(name)])

    return change


def removed(index: int) -> Change:
    return lambda stage, folder: stage.RemovePrim(feed_path(index)) and None


def stranger(stage: Usd.Stage, folder: Path) -> None:
    relation = stage.GetPrimAtPath(feed_path(4)).GetRelationship("twin:target")
    relation.AddTarget("/Facility/IT/rack_9")


def unknown_domain(stage: Usd.Stage, folder: Path) -> None:
    stage.GetPrimAtPath(feed_path(6)).GetAttribute("twin:domain").Set("water")


def at(name: str, key: str, value: Any) -> Change:
    return lambda stage, folder: stage.GetPrimAtPath(path_of(name)).GetAttribute(key).Set(value)


def mirrored(stage: Usd.Stage, folder: Path) -> None:
    prim = UsdGeom.Xformable(stage.GetPrimAtPath(path_of("rack_2")))
    prim.AddScaleOp().Set(Gf.Vec3f(1, -1, 1))


def times(*seconds: float) -> Change:
    def change(stage: Usd.Stage, folder: Path) -> None:
        stage.GetDefaultPrim().GetAttribute("twin:time_s").Set(Vt.DoubleArray(seconds))

    return change


def bad_sample(stage: Usd.Stage, folder: Path) -> None:
    power = stage.GetPrimAtPath(path_of("rack_1")).GetAttribute("twin:power_w")
    power.Set(float("nan"), 1)


def late_sample(stage: Usd.Stage, folder: Path) -> None:
    stage.GetPrimAtPath(path_of("rack_1")).GetAttribute("twin:power_w").Set(1.0, 9)


def point_of(asset: str, name: str, key: str, value: Any) -> Change:
    def change(stage: Usd.Stage, folder: Path) -> None:
        home = folder / "assets" / asset / "simready_usd" / "layers"
        layer = Sdf.Layer.FindOrOpen(str(home / f"{asset}_ConnectionPoints.usda"))
        path = f"/{asset}/ConnectionPoints/{name}.simready:connectionPoint:{key}"
        layer.GetAttributeAtPath(path).default = value
        layer.Save()

    return change


def outside(stage: Usd.Stage, folder: Path) -> None:
    shutil.copytree(folder / "assets" / "rack", folder.parent / "rack")
    prim = stage.GetPrimAtPath(path_of("rack_1") + "/Model")
    prim.GetReferences().SetReferences([Sdf.Reference("../rack/simready_usd/rack.usda")])


def absolute(stage: Usd.Stage, folder: Path) -> None:
    prim = stage.GetPrimAtPath(path_of("rack_1") + "/Model")
    file = folder / "assets" / "rack" / "simready_usd" / "rack.usda"
    prim.GetReferences().SetReferences([Sdf.Reference(str(file))])


def gone(stage: Usd.Stage, folder: Path) -> None:
    (folder / "assets" / "cdu" / "simready_usd" / "cdu.usda").unlink()


def centimetres(stage: Usd.Stage, folder: Path) -> None:
    layer = Sdf.Layer.FindOrOpen(str(folder / "assets" / "cdu" / "simready_usd" / "cdu.usda"))
    layer.pseudoRoot.SetInfo("metersPerUnit", 0.01)
    layer.pseudoRoot.SetInfo("upAxis", "Y")
    layer.Save()


def twice(stage: Usd.Stage, folder: Path) -> None:
    stage.GetPrimAtPath(path_of("rack_2")).GetAttribute("twin:id").Set("rack_1")


def below(stage: Usd.Stage, folder: Path) -> None:
    path = Sdf.Path(path_of("rack_2")).AppendPath("Model/Mine")
    Sdf.CreatePrimInLayer(stage.GetRootLayer(), path)


def crowd(stage: Usd.Stage, folder: Path) -> None:
    found = UsdGeom.PointInstancer.Define(stage, "/Facility/Crowd")
    found.CreatePositionsAttr().Set([(0, 0, 0), (1, 0, 0)])
    found.CreateProtoIndicesAttr().Set([0])


def colourless(stage: Usd.Stage, folder: Path) -> None:
    mesh = UsdGeom.Mesh.Define(stage, "/Facility/Panel")
    mesh.CreateDisplayColorAttr().Set([(float("nan"), 0, 0)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without(4, "target", "rack_2"), ["rack_2", "no electrical source upstream"]),
        (without(4, "source", "rpp_b"), ["rack_1", "rack_3", "1 sources in feed_4"]),
        (removed(3), ["rpp_b", "no longer fed by feed_3", "behind it: rack_1, rack_2, rack_3"]),
        (without(6, "target", "rack_3"), ["rack_3", "no longer fed by feed_6"]),
        (removed(6), ["rack_1", "rack_2", "rack_3", "no longer fed by feed_6"]),
        (removed(1), ["rack_1", "rack_2", "rack_3", "no electrical source upstream"]),
        (stranger, ["feed_4.twin:target", "/Facility/IT/rack_9"]),
        (unknown_domain, ["feed_6.twin:domain", "'water'", "electrical, cooling, network"]),
        (without(0, "source", "utility"), ["feed_0.twin:source", "no target"]),
        (
            at("rack_2", "xformOp:translate", Gf.Vec3d(float("inf"), 0, 0)),
            ["rack_2", "a position that is not finite"],
        ),
        (mirrored, ["rack_2", "mirrored"]),
        (times(60.0, 60.0, 180.0), ["twin:time_s", "do not increase"]),
        (times(60.0, 120.0), ["twin:time_s", "2 times", "3"]),
        (bad_sample, ["rack_1", "twin:power_w", "not finite"]),
        (late_sample, ["rack_1", "time codes 0 to 2"]),
        (outside, ["outside the folder", "rack.usda"]),
        (absolute, ["absolute path"]),
        (gone, ["cdu.usda", "no such file"]),
        (centimetres, ["cdu.usda", "0.01 m a unit, Y up"]),
        (twice, ["rack_1", "2 prims"]),
        (below, ["rack_2", "below an instance"]),
        (crowd, ["2 positions for 1 instances"]),
        (colourless, ["a colour that is no number"]),
    ],
)
def test_each_fault_is_found_and_named(sound: Path, tmp_path: Path, change, words, capfd) -> None:
    folder = tmp_path / "scene"
    shutil.copytree(sound, folder)
    stage = Usd.Stage.Open(str(folder / "facility.usda"))
    change(stage, folder)
    stage.GetRootLayer().Save()
    del stage
    done = check(folder)
    said = capfd.readouterr().err
    assert done == 1
    assert [word for word in words if word not in said] == []


def test_all_points_of_another_fluid_or_voltage_are_told_once_a_pair_of_types(
    sound: Path, tmp_path: Path, capfd
) -> None:
    folder = tmp_path / "scene"
    shutil.copytree(sound, folder)
    for name in ("supply", "return"):
        point_of("rack", f"twin_tcs_{name}_main", "thermal:fluidType", "dielectric")(None, folder)
    for name in ("in_a", "in_b"):
        port = f"twin_electrical_nominal_voltage_{name}"
        point_of("rack", port, "electrical:nominalVoltage", 240.0)(None, folder)
    assert check(folder) == 1
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "240 V fed with 415 V" in lines[0]
    assert "6 feeds alike" in lines[0]
    assert "dielectric fed with glycol_water_25 in TCS" in lines[1]


def test_what_is_no_scene_is_told(tmp_path: Path, capfd) -> None:
    assert check(tmp_path) == 2
    (tmp_path / "facility.usda").write_text("#usda 1.0\n(")
    assert check(tmp_path) == 2
    said = capfd.readouterr().err
    assert "no such file" in said
    assert "an OpenUSD scene" in said


@pytest.mark.parametrize("layout", ["edge_200kw", "gb200_su", "rise_pod2", "superpod_b200"])
def test_exported_layouts_have_nothing_wrong(layout: str, tmp_path: Path, capfd) -> None:
    assert main(["usd", "export", f"layouts/{layout}.yaml", "--out", str(tmp_path / "pod")]) == 0
    assert check(tmp_path / "pod") == 0, capfd.readouterr().err


def test_a_rack_that_is_meant_to_have_no_ups_is_in_order(tmp_path: Path, capfd) -> None:
    layout = small_layout()
    rows = layout["halls"][0]["rows"]
    bare = {**rows[0], "name": "bare", "racks": "1 x gb200_nvl72", "at": ["8 m", "2 m"]}
    rows.append(bare | {"fed_by": "board"})
    layout["cooling"]["loops"][0]["serves"] = ["liquid", "bare"]
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(layout))
    assert main(["usd", "export", str(path), "--out", str(tmp_path / "pod")]) == 0
    assert check(tmp_path / "pod") == 0, capfd.readouterr().err


def targets_of(feed: Any) -> list[Any]:
    return list(feed.relationships["twin:target"].targetPathList.explicitItems)


@pytest.mark.parametrize("end", ["target", "source", "prim"])
def test_a_feed_removed_from_an_exported_scene_names_the_rack(end, tmp_path, capfd) -> None:
    assert main(["usd", "export", "layouts/gb200_su.yaml", "--out", str(tmp_path / "pod")]) == 0
    layer = Sdf.Layer.FindOrOpen(str(tmp_path / "pod" / "power.usdc"))
    scope = layer.GetPrimAtPath("/Facility/Connections")
    feed = next(one for one in scope.nameChildren if "compute_r3" in str(targets_of(one)))
    if end == "prim":
        del scope.nameChildren[feed.name]
    else:
        held = feed.relationships[f"twin:{end}"].targetPathList
        kept = [p for p in held.explicitItems if end == "target" and "compute_r3" not in str(p)]
        held.explicitItems = kept or list(held.explicitItems)[1:]
    layer.Save()
    del layer, scope, feed
    assert check(tmp_path / "pod") == 1
    assert "compute_r3" in capfd.readouterr().err
