"""Every shipped layout's scene passes NVIDIA's rules and OpenUSD's own, and holds no hidden bodies.

`usd-validation-nvidia` with its categories Basic, Geometry, Layout, Material and Layer, which
include the geometry rules of `simready-foundation-tier-core` and the rule on text layers.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import twin

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdGeom, UsdShade, UsdValidation

LAYOUTS = Path(__file__).parents[2] / "layouts"
SHIPPED = sorted(path.stem for path in LAYOUTS.glob("*.yaml"))
CATEGORIES = ("Basic", "Geometry", "Layout", "Material", "Layer")


@pytest.fixture(scope="module", params=SHIPPED)
def shipped_scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenes") / request.param
    return twin.scene(LAYOUTS / f"{request.param}.yaml", folder)


def test_openusd_s_own_validators_find_nothing(shipped_scene: Path) -> None:
    known = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    found = UsdValidation.ValidationContext(known).Validate(Usd.Stage.Open(str(shipped_scene)))
    assert [error.GetErrorAsString() for error in found] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_nvidia_s_rules_find_nothing(name: str, tmp_path: Path) -> None:
    """`frontier` takes a minute of CPU, `campus_20mw` 20 s."""
    pytest.importorskip("usd_validation_nvidia", reason="usd-validation-nvidia is not installed")
    path = twin.scene(LAYOUTS / f"{name}.yaml", tmp_path)
    chosen = [word for category in CATEGORIES for word in ("-c", category)]
    command = [sys.executable, "-m", "usd_validation_nvidia", "--no-init-rules", *chosen]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    assert "No issues found" in done.stdout + done.stderr, done.stderr[-2000:]


def opaque_boxes(stage: Usd.Stage, prim: Usd.Prim) -> Iterator[np.ndarray]:
    """(2, xyz) world boxes of the opaque meshes of a component's model."""
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
    for one in Usd.PrimRange(prim.GetChild("Model"), Usd.TraverseInstanceProxies()):
        if one.IsA(UsdGeom.Mesh):
            bound, _ = UsdShade.MaterialBindingAPI(one).ComputeBoundMaterial()
            opacity = bound.ComputeSurfaceSource()[0].GetInput("opacity").Get()
            if opacity == 1.0 and not merged(one):
                box = cache.ComputeWorldBound(one).ComputeAlignedRange()
                yield np.array([box.GetMin(), box.GetMax()])


def merged(prim: Usd.Prim) -> bool:
    """Whether a mesh is several bodies, whose common box says nothing."""
    return len(UsdGeom.Mesh(prim).GetPointsAttr().Get()) > 8


def test_nothing_stands_inside_an_opaque_body(shipped_scene: Path) -> None:
    stage = Usd.Stage.Open(str(shipped_scene))
    found = {prim.GetAttribute("twin:id").Get(): prim for prim in stage.Traverse()}
    named = {name: prim for name, prim in found.items() if name}
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
    inside = [
        (prim, named[prim.GetAttribute("twin:parent").Get()])
        for prim in named.values()
        if prim.GetAttribute("twin:parent").Get() in named
    ]
    for prim, holder in inside[:40]:
        box = cache.ComputeWorldBound(prim.GetChild("Model")).ComputeAlignedRange()
        for low, high in opaque_boxes(stage, holder):
            hidden = (low <= np.array(box.GetMin())).all() and (
                high >= np.array(box.GetMax())
            ).all()
            assert not hidden, f"{prim.GetPath()} in {holder.GetPath()}"


def test_fronts_look_at_each_other_across_cold_aisles() -> None:
    """Racks of the pod draw their air from the aisle between them, and handlers blow inwards."""
    tables = twin.build(twin.load(LAYOUTS / "superpod_b200.yaml")).tables()
    gear = tables["components"].set_index("id")
    handlers = gear[gear["kind"] == "crah"]
    middle = float(tables["halls"]["width_m"][0]) / 2
    inward = np.where(handlers["x_m"] < middle, 90.0, 270.0)
    assert (handlers["facing_deg"] == inward).all()
    racks = gear[gear["kind"] == "rack"].sort_values("y_m")
    south, north = racks.iloc[0], racks.iloc[-1]
    assert (south["facing_deg"], north["facing_deg"]) == (0.0, 180.0)
