"""What is moved in a viewer comes back into the layout, through the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import twin
from twin.cli import main

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Gf, Sdf, Usd, UsdGeom

LAYOUT = Path("layouts/gb200_su.yaml")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pulled")
    shutil.copy(LAYOUT, folder / "pod.yaml")
    assert main(["usd", "export", str(folder / "pod.yaml"), "--out", str(folder / "scene")]) == 0
    return folder


@pytest.fixture
def pod(exported: Path, tmp_path: Path) -> Path:
    shutil.copytree(exported, tmp_path / "pod")
    return tmp_path / "pod"


def root(pod: Path) -> Path:
    return next((pod / "scene").glob("facility.usd*"))


def edit(pod: Path, *names: str, change: Callable[[Usd.Prim], None]) -> None:
    """Change some components with a layer of a user's own on top of the scene's."""
    layer = Sdf.Layer.CreateNew(str(pod / "scene" / "mine.usda"))
    top = Sdf.Layer.FindOrOpen(str(root(pod)))
    top.subLayerPaths.insert(0, "./mine.usda")
    top.Save()
    stage = Usd.Stage.Open(top)
    stage.SetEditTarget(layer)
    for prim in stage.Traverse():
        name = prim.GetAttribute("twin:id")
        if name and name.Get() in names:
            change(prim)
    layer.Save()


def by(x: float, y: float, z: float = 0.0) -> Callable[[Usd.Prim], None]:
    def move(prim: Usd.Prim) -> None:
        place = prim.GetAttribute("xformOp:translate")
        place.Set(place.Get() + Gf.Vec3d(x, y, z))

    return move


def step(before: tuple[float, float], after: tuple[float, float]) -> np.ndarray:
    return np.subtract(after, before)


def pull(pod: Path, *more: str) -> int:
    return main(["usd", "pull", str(pod / "scene"), str(pod / "pod.yaml"), *more])


def placed(pod: Path) -> dict[str, tuple[float, float]]:
    table = twin.build(twin.load(pod / "pod.yaml")).tables()["components"]
    return {row.id: (row.x_m, row.y_m) for row in table.itertuples()}


@pytest.mark.parametrize(
    "layout", sorted(Path("layouts").glob("[ers]*.yaml")), ids=lambda p: p.stem
)
def test_a_fresh_scene_has_nothing_to_pull(layout: Path, tmp_path: Path, capfd) -> None:
    shutil.copy(layout, tmp_path / "pod.yaml")
    assert (
        main(["usd", "export", str(tmp_path / "pod.yaml"), "--out", str(tmp_path / "scene")]) == 0
    )
    assert pull(tmp_path) == 0
    assert "nothing has moved" in capfd.readouterr().out


def test_one_moved_rack_becomes_its_position_and_comments_stay(pod: Path, capfd) -> None:
    before = placed(pod)
    text = (pod / "pod.yaml").read_text()
    edit(pod, "compute_r1", change=by(-0.7, 0.1))
    assert pull(pod) == 1
    assert (pod / "pod.yaml").read_text() == text
    said = capfd.readouterr()
    assert "compute_r1" in said.out
    assert "--yes" in said.err
    assert pull(pod, "--yes") == 0
    after = placed(pod)
    moved = {name for name in after if not np.allclose(after[name], before[name], atol=1e-9)}
    assert np.allclose(step(before["compute_r1"], after["compute_r1"]), [-0.7, 0.1], atol=1e-3)
    assert {name for name in moved if "_r" in name and "leaf" not in name} == {"compute_r1"}
    kept = (pod / "pod.yaml").read_text().splitlines()
    assert [line for line in text.splitlines() if line not in kept] == []
    assert pull(pod, "--yes") == 0
    assert "nothing has moved" in capfd.readouterr().out


def test_a_row_that_moves_as_one_changes_its_corner_alone(pod: Path) -> None:
    text = (pod / "pod.yaml").read_text()
    row = [name for name in placed(pod) if name.startswith("support_r")]
    edit(pod, *row, change=by(0.0, 0.25))
    assert pull(pod, "--yes") == 0
    kept = (pod / "pod.yaml").read_text()
    changed = [line for line in kept.splitlines() if line not in text.splitlines()]
    assert changed == ["        at: [4.1 m, 6.15 m]"]


def test_a_place_moved_with_all_that_hangs_below_it_is_read_too(pod: Path) -> None:
    before = placed(pod)
    layer = Sdf.Layer.FindOrOpen(str(root(pod)))
    stage = Usd.Stage.Open(layer)
    rack = next(p for p in stage.Traverse() if p.GetAttribute("twin:id").Get() == "compute_r2")
    UsdGeom.Xformable(rack.GetParent()).AddTranslateOp().Set(Gf.Vec3d(0.0, 0.002, 0.0))
    layer.Save()
    assert pull(pod, "--yes") == 0
    after = placed(pod)
    assert after["compute_r2"][1] - before["compute_r2"][1] == pytest.approx(0.002, abs=1e-6)


def test_a_single_power_component_gets_a_place_of_its_own(pod: Path) -> None:
    edit(pod, "utility", change=by(5.0, -2.0))
    before = placed(pod)["utility"]
    assert pull(pod, "--yes") == 0
    assert np.allclose(step(before, placed(pod)["utility"]), [5.0, -2.0], atol=1e-3)


def mirrored(prim: Usd.Prim) -> None:
    UsdGeom.Xformable(prim).AddScaleOp().Set(Gf.Vec3f(-1, 1, 1))


def turned(prim: Usd.Prim) -> None:
    UsdGeom.Xformable(prim).AddRotateZOp(opSuffix="mine").Set(30.0)


def not_a_number(prim: Usd.Prim) -> None:
    prim.GetAttribute("xformOp:translate").Set(Gf.Vec3d(float("nan"), 0, 0))


@pytest.mark.parametrize(
    ("change", "names", "words"),
    [
        (by(0.3, 0.0), ("compute_r1",), "in the same place"),
        (by(200.0, 0.0), ("compute_r1",), "inside the hall"),
        (by(-200.0, 0.0), ("compute_r1",), "position"),
        (by(0.0, 0.0, 0.5), ("compute_r1",), "+0.500 m up"),
        (mirrored, ("compute_r1",), "mirrored"),
        (turned, ("compute_r1",), "turned"),
        (not_a_number, ("compute_r1",), "not finite"),
        (by(0.5, 0.0), ("crah_1",), "places"),
    ],
)
def test_what_a_layout_refuses_or_cannot_say_is_told_and_nothing_is_written(
    pod: Path, change, names, words, capfd
) -> None:
    text = (pod / "pod.yaml").read_text()
    edit(pod, *names, change=change)
    assert pull(pod, "--yes") == 2
    said = capfd.readouterr().err
    assert words in said
    assert names[0] in said
    assert (pod / "pod.yaml").read_text() == text


def test_a_copy_made_in_a_viewer_is_no_move(pod: Path, capfd) -> None:
    """A duplicated rack carries the same id, and the layout's rack went where the copy stands."""

    def copied(prim: Usd.Prim) -> None:
        twin_prim = prim.GetStage().DefinePrim(prim.GetPath().ReplaceName("Copy"), "Xform")
        twin_prim.GetReferences().AddInternalReference(prim.GetPath())
        by(0.6, 0.0)(twin_prim)

    text = (pod / "pod.yaml").read_text()
    edit(pod, "compute_r8", change=copied)
    assert pull(pod, "--yes") == 2
    assert "compute_r8: found 2 prims with this twin:id" in capfd.readouterr().err
    assert (pod / "pod.yaml").read_text() == text


def test_a_scene_of_another_layout_is_told(pod: Path, capfd) -> None:
    shutil.copy("layouts/superpod_b200.yaml", pod / "pod.yaml")
    assert pull(pod, "--yes") == 2
    assert "a component of the layout" in capfd.readouterr().err


def test_what_is_no_layout_or_no_scene_is_told(pod: Path, capfd) -> None:
    scenario = str(Path("scenarios/first_factory.yaml"))
    assert main(["usd", "pull", str(pod / "scene"), scenario]) == 2
    assert "a file with `halls`" in capfd.readouterr().err
    assert main(["usd", "pull", str(pod / "nowhere"), str(pod / "pod.yaml")]) == 2
    assert "facility.usda" in capfd.readouterr().err
