"""Readers that share no code with the writer find the same racks, places, colours and samples.

tinyusdz 0.9.4 (Apache-2.0), its own parser, on the flattened export; OpenUSD's and NVIDIA's
validators on the composed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdGeom, UsdValidation

from twin.present.usd import export_facility, export_result
from twin.present.usd.options import SceneOptions

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
PLACE_M = 1e-3


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A run of an hour, and its scene with the flattened copy beside it."""
    result = twin.run(twin.load("scenarios/first_factory.yaml", {"horizon": "1 h"}))
    root = export_result(result, tmp_path_factory.mktemp("readers"), SceneOptions(web=True))
    return result, root.parent


def numbers(value: Any) -> np.ndarray:
    return np.array([float(x) for x in NUMBER.findall(value.to_string())])


def with_paths(prim: Any, above: str, at: np.ndarray) -> Iterator[tuple[str, Any, np.ndarray]]:
    """Every prim below one with its path and where its origin is, by adding up translations."""
    path = f"{above}/{prim.name}"
    try:
        names = prim.property_names()
    except Exception:  # cameras and lights, see below
        names = []
    moved = prim.get_attribute("xformOp:translate") if "xformOp:translate" in names else None
    if moved is not None:
        at = at + numbers(moved.value)[:3]
    yield path, prim, at
    for child in prim.children():
        yield from with_paths(child, path, at)


@pytest.fixture(scope="module")
def tiny(scene: tuple[Any, Path]) -> dict[str, tuple[Any, np.ndarray]]:
    """Prims as tinyusdz reads them, by path, with their places."""
    reader = pytest.importorskip("tinyusdz", reason="tinyusdz is not installed")
    stage = reader.load(str(scene[1] / "facility_web.usdc"))
    assert stage.get_default_prim() == "Facility"
    assert stage.get_metadata("upAxis") == "Z"
    found = (one for root in stage.root_prims() for one in with_paths(root, "", np.zeros(3)))
    return {path: (prim, at) for path, prim, at in found}


def racks_of(tiny: dict[str, tuple[Any, np.ndarray]]) -> dict[str, tuple[str, Any, np.ndarray]]:
    out = {}
    for path, (prim, at) in tiny.items():
        known = prim.type_name == "Xform" and "twin:kind" in prim.property_names()
        if known and prim.get_attribute("twin:kind").value.as_scalar() == "rack":
            out[prim.get_attribute("twin:id").value.as_scalar()] = (path, prim, at)
    return out


def test_tinyusdz_finds_the_racks_of_the_tables_where_they_stand(scene, tiny) -> None:
    table = scene[0].frame("components").set_index("id")
    table = table[table["kind"] == "rack"]
    found = racks_of(tiny)
    assert set(found) == set(table.index)
    for name, (_, _, at) in found.items():
        stands = table.loc[name, ["x_m", "y_m", "z_m"]].to_numpy(float)
        assert np.abs(at - stands).max() <= PLACE_M, name


def test_tinyusdz_reads_the_samples_of_the_tables(scene, tiny) -> None:
    rows = scene[0].frame("racks")
    for name, (_, prim, _) in racks_of(tiny).items():
        wanted = rows[rows["rack"] == name].sort_values("time_s")["power_w"].to_numpy(float)
        samples = prim.get_attribute_timesamples("twin:power_w")
        assert [time for time, _ in samples] == list(range(len(wanted)))
        read = [float(numbers(value)[0]) for _, value in samples]
        assert np.allclose(read, wanted, rtol=1e-5), name


def test_tinyusdz_and_openusd_read_the_same_colours(scene, tiny) -> None:
    stage = Usd.Stage.Open(str(scene[1] / "facility_web.usdc"))
    compared = 0
    for path, prim, _ in racks_of(tiny).values():
        for below in (p for p in tiny if p.startswith(f"{path}/")):
            mesh = tiny[below][0]
            if mesh.type_name == "Mesh" and "primvars:displayColor" in mesh.property_names():
                read = numbers(mesh.get_attribute("primvars:displayColor").value)
                same = stage.GetPrimAtPath(below).GetAttribute("primvars:displayColor").Get()
                assert np.allclose(read, np.array(same).ravel(), atol=1e-6), below
                compared += 1
        assert prim.type_name == "Xform"
    assert compared >= len(racks_of(tiny))


def test_what_tinyusdz_cannot_read_is_what_the_page_says(scene) -> None:
    """Properties of cameras and lights; and it composes neither sublayers nor references."""
    reader = pytest.importorskip("tinyusdz", reason="tinyusdz is not installed")
    stage = reader.load(str(scene[1] / "facility_web.usdc"))
    found = [p for root in stage.root_prims() for p in with_paths(root, "", np.zeros(3))]
    mute = set()
    for _, prim, _ in found:
        try:
            prim.property_names()
        except Exception:
            mute.add(prim.type_name)
    assert mute <= {"Camera", "DomeLight", "DistantLight", "RectLight"}
    asset = next((scene[1] / "assets").glob("rack_*/simready_usd/*.usda"))
    assert [len(list(root.children())) for root in reader.load(str(asset)).root_prims()] == [0]
    assert UsdGeom.Xform(Usd.Stage.Open(str(asset)).GetDefaultPrim()).GetPrim().GetChildren()


@pytest.mark.parametrize("layout", ["edge_200kw", "gb200_su", "rise_pod2", "superpod_b200"])
def test_no_validator_finds_anything_in_an_exported_layout(layout: str, tmp_path: Path) -> None:
    vendor = pytest.importorskip(
        "omni.asset_validator", reason="the simready extra is not installed", exc_type=ImportError
    )
    root = export_facility(twin.build(twin.load(f"layouts/{layout}.yaml")), tmp_path / "scene")
    plain = UsdValidation.ValidationContext(
        UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    )
    assert [one.GetMessage() for one in plain.Validate(Usd.Stage.Open(str(root)))] == []
    engine = vendor.ValidationEngine(init_rules=False)
    for category in ("Basic", "Geometry", "Layout", "Material"):
        for rule in vendor.CategoryRuleRegistry().get_rules(category):
            engine.enable_rule(rule)
    found = [f"{one.severity.name} {one.message}" for one in engine.validate(str(root)).issues()]
    assert [words for words in found if not words.startswith("WARNING")] == []
