"""A manufacturer's own asset stands in a scene where the layout names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from twin.cli import main

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Sdf, Usd, UsdGeom

LAYOUT = Path("layouts/gb200_su.yaml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "scenarios").mkdir()
    shutil.copy(LAYOUT, tmp_path / "layouts" / "pod.yaml")
    return tmp_path


def vendor(folder: Path, *, metres: float, up: str, box: tuple[float, float, float]) -> Path:
    """An asset with a texture-less body, in its own units, with one connection point."""
    folder.mkdir(parents=True)
    part = Usd.Stage.CreateNew(str(folder / "parts.usda"))
    body = UsdGeom.Cube.Define(part, "/Body")
    body.CreateSizeAttr(1.0)
    body.CreateExtentAttr([(-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)])
    part.SetDefaultPrim(body.GetPrim())
    part.GetRootLayer().Save()
    stage = Usd.Stage.CreateNew(str(folder / "Rack.usda"))
    UsdGeom.SetStageMetersPerUnit(stage, metres)
    UsdGeom.SetStageUpAxis(stage, up)
    root = UsdGeom.Xform.Define(stage, "/Rack").GetPrim()
    stage.SetDefaultPrim(root)
    shell = UsdGeom.Xform.Define(stage, "/Rack/Shell")
    width, depth, height = (length / metres for length in box)
    size = (width, height, depth) if up == "Y" else (width, depth, height)
    middle = (0, height / 2, 0) if up == "Y" else (0, 0, height / 2)
    shell.AddTranslateOp().Set(middle)
    shell.AddScaleOp().Set(size)
    stage.DefinePrim("/Rack/Shell/Body").GetReferences().AddReference("./parts.usda")
    point = UsdGeom.Xform.Define(stage, "/Rack/ConnectionPoints/acme_feed").GetPrim()
    for key, text in (("domain", "electrical"), ("direction", "input"), ("system", "power")):
        name = f"simready:connectionPoint:{key}"
        point.CreateAttribute(name, Sdf.ValueTypeNames.Token).Set(text)
    stage.GetRootLayer().Save()
    return folder / "Rack.usda"


def named(project: Path, path: str, row: str = "gb200_nvl72") -> str:
    layout = project / "layouts" / "pod.yaml"
    layout.write_text(layout.read_text() + f"\nassets: {{{row}: {path}}}\n")
    return str(layout)


def racks(scene: Path) -> list[Usd.Prim]:
    stage = Usd.Stage.Open(str(scene / "facility.usda"))
    racks.stage = stage  # type: ignore[attr-defined]
    found = [p for p in stage.Traverse() if p.GetAttribute("twin:type").Get() == "gb200_nvl72"]
    return [prim for prim in found if prim.GetAttribute("twin:id").Get()]


@pytest.mark.parametrize(("metres", "up"), [(0.01, "Y"), (0.01, "Z"), (1.0, "Y"), (1.0, "Z")])
def test_an_asset_in_any_units_stands_upright_at_its_size(project, metres, up, capfd) -> None:
    box = (0.6, 1.068, 2.236)
    vendor(project / "vendor" / "acme", metres=metres, up=up, box=box)
    layout = named(project, "../vendor/acme/Rack.usda")
    scene = project / "scene"
    assert main(["usd", "export", layout, "--out", str(scene)]) == 0
    said = capfd.readouterr().err
    assert ("turned and scaled" in said) == ((metres, up) != (1.0, "Z"))
    found = racks(scene)
    assert len(found) == 8
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    for prim in found:
        size = cache.ComputeWorldBound(prim).ComputeAlignedRange().GetSize()
        assert np.allclose(np.array(size), box, atol=1e-3)
        assert cache.ComputeWorldBound(prim).ComputeAlignedRange().GetMin()[2] == pytest.approx(
            0, abs=1e-6
        )
    assert main(["usd", "check", str(scene)]) == 0


def test_an_asset_whose_root_is_its_body_is_drawn(project) -> None:
    """A typed prim over a reference to geometry hides it, so ours takes the type of theirs."""
    box = (0.6, 1.068, 2.236)
    (project / "vendor").mkdir()
    stage = Usd.Stage.CreateNew(str(project / "vendor" / "Block.usda"))
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdGeom.SetStageUpAxis(stage, "Z")
    body = UsdGeom.Cube.Define(stage, "/Block")
    body.CreateSizeAttr(1.0)
    body.CreateExtentAttr([(-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)])
    body.AddTranslateOp().Set((0, 0, box[2] / 2))
    body.AddScaleOp().Set(box)
    stage.SetDefaultPrim(body.GetPrim())
    stage.GetRootLayer().Save()
    layout = named(project, "../vendor/Block.usda")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 0
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    for prim in racks(project / "scene"):
        size = cache.ComputeWorldBound(prim).ComputeAlignedRange().GetSize()
        assert np.allclose(np.array(size), box, atol=1e-3)


def test_edges_lead_to_its_connection_points_and_the_folder_can_be_moved(project) -> None:
    vendor(project / "vendor" / "acme", metres=0.01, up="Y", box=(0.6, 1.068, 2.236))
    layout = named(project, "../vendor/acme/Rack.usda")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 0
    shutil.rmtree(project / "vendor")
    (project / "scene").rename(project / "elsewhere")
    stage = Usd.Stage.Open(str(project / "elsewhere" / "facility.usda"))
    ends = {
        str(path)
        for prim in stage.GetPrimAtPath("/Facility/Connections").GetChildren()
        for path in prim.GetRelationship("twin:targetPort").GetTargets()
        if "acme_feed" in str(path)
    }
    assert len(ends) == 8
    assert all(stage.GetPrimAtPath(path) for path in ends)


def test_another_size_than_the_catalogues_is_told(project, capfd) -> None:
    vendor(project / "vendor" / "acme", metres=1.0, up="Z", box=(0.8, 1.2, 2.3))
    layout = named(project, "../vendor/acme/Rack.usda")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 0
    assert "0.80 x 1.20 x 2.30 m" in capfd.readouterr().err


def test_paths_outside_the_project_and_rows_of_nothing_are_refused(project, capfd) -> None:
    outside = project.parent / "outside"
    shutil.rmtree(outside, ignore_errors=True)
    vendor(outside, metres=1.0, up="Z", box=(0.6, 1.068, 2.236))
    layout = named(project, "../../outside/Rack.usda")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 2
    assert "pod.yaml" in capfd.readouterr().err
    shutil.copy(LAYOUT, layout)
    vendor(project / "vendor", metres=1.0, up="Z", box=(0.6, 1.068, 2.236))
    named(project, "../vendor/Rack.usda", "gb200_nvl73")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 2
    assert "did you mean 'gb200_nvl72'?" in capfd.readouterr().err


def test_an_asset_that_reaches_out_of_its_folder_or_is_no_usd_is_refused(project, capfd) -> None:
    file = vendor(project / "vendor" / "acme", metres=1.0, up="Z", box=(0.6, 1.068, 2.236))
    shutil.move(file.parent / "parts.usda", project / "vendor" / "parts.usda")
    text = file.read_text()
    file.write_text(text.replace("./parts.usda", "../parts.usda"))
    layout = named(project, "../vendor/acme/Rack.usda")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 2
    assert "outside the asset's folder" in capfd.readouterr().err
    file.write_text(text)
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 2
    assert "no such file" in capfd.readouterr().err
    file.write_text("a rack")
    assert main(["usd", "export", layout, "--out", str(project / "scene")]) == 2
    assert "an OpenUSD file" in capfd.readouterr().err
    assert not (project / "scene").exists()
