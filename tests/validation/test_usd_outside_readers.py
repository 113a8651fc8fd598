"""Programs of their own that read a scene: Blender, and three's USDLoader in node.

Neither is installed beside the suite: Blender's module pins its own numpy and weighs 350 MB, three
is a package of node. Where they are at hand, name them and these tests run:

    TWIN_BLENDER_PYTHON   an interpreter that has bpy (seen: 5.0.1)
    TWIN_THREE            a folder where `npm install three@0.187.0` was run
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdGeom

from twin.present.usd import SceneOptions, export_result

READERS = Path("tests/readers")
CODES = (0, 70, 72)
"""Before and after the panel rpp_2 is lost, at 71."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usd") / "scene"
    return export_result(synthetic(), folder, SceneOptions(web=True))


def components(stage: Usd.Stage) -> dict[str, Usd.Prim]:
    found = {prim.GetAttribute("twin:id").Get(): prim for prim in stage.Traverse()}
    return {name: prim for name, prim in found.items() if name}


def test_blender_finds_places_colours_and_samples(scene: Path) -> None:
    python = os.environ.get("TWIN_BLENDER_PYTHON", "")
    if not python:
        pytest.skip("no Blender: TWIN_BLENDER_PYTHON names no interpreter that has bpy")
    command = [python, str(READERS / "bpy_scene.py"), str(scene), ",".join(map(str, CODES))]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    found = json.loads(said.splitlines()[-1])["components"]
    stage = Usd.Stage.Open(str(scene))
    prims = components(stage)
    assert set(found) == set(prims)
    cache = UsdGeom.XformCache()
    for name, prim in prims.items():
        place = cache.GetLocalToWorldTransform(prim).ExtractTranslation()
        assert np.allclose(found[name]["at"], place, atol=1e-3), name
        band = prim.GetChild("State")
        for code in CODES if band else ():
            colour = band.GetAttribute("primvars:displayColor").Get(code)[0]
            assert np.allclose(found[name]["colours"][str(code)], colour, atol=1e-4), (name, code)
    lost = found["rpp_2"]["colours"]
    assert lost["70"] != lost["72"]


def test_three_finds_every_mesh_and_place_of_the_flat_copy(scene: Path, tmp_path: Path) -> None:
    folder = os.environ.get("TWIN_THREE", "")
    if not (folder and shutil.which("node")):
        pytest.skip("no three: TWIN_THREE names no folder with it, or node is not installed")
    script = Path(folder) / "three_usd_loader.mjs"
    shutil.copy(READERS / "three_usd_loader.mjs", script)
    flat = scene.parent / "facility_web.usdc"
    racks = [f"rack_{k}" for k in (1, 2)]
    command = ["node", str(script), str(flat), ",".join(racks)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    found = json.loads(said.splitlines()[-1])
    stage = Usd.Stage.Open(str(flat))
    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert found["meshes"] == len(meshes)
    cache = UsdGeom.BBoxCache(0, ["default", "render"])
    for name in racks:
        box = cache.ComputeWorldBound(components(stage)[name]).ComputeAlignedRange()
        assert np.allclose(found["components"][name], box.GetMidpoint(), atol=1e-3)
