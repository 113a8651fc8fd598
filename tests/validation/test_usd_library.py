"""The shipped asset library by itself: every row of the catalogue that stands somewhere, sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.catalogue import shipped
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack
from twin.cli import main

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Usd, UsdGeom, UsdUtils, UsdValidation


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets") / "library"
    assert main(["usd", "assets", "--out", str(folder)]) == 0
    return folder


def test_every_row_with_a_body_has_an_asset_of_its_size(library: Path) -> None:
    stage = Usd.Stage.Open(str(library / "library.usda"))
    rows = {
        name: row
        for sort in (Rack, PowerEquipment, CoolingEquipment)
        for name, row in shipped().rows(sort).items()
    }
    shown = {prim.GetName(): prim for prim in stage.GetDefaultPrim().GetChildren()}
    assert len(shown) == len(rows) == len(list((library / "assets").iterdir()))
    cache = UsdGeom.BBoxCache(0, ["default"])
    for name, row in rows.items():
        kind = "rack" if isinstance(row, Rack) else row.kind
        box = cache.ComputeUntransformedBound(shown[f"{kind}_{name}".lower()])
        size = box.ComputeAlignedRange().GetSize()
        assert np.allclose(size, [row.width_m, row.depth_m, row.height_m], atol=1e-3), name


def test_nothing_stands_in_anything_else(library: Path) -> None:
    stage = Usd.Stage.Open(str(library / "library.usda"))
    cache = UsdGeom.BBoxCache(0, ["default"])
    boxes = [
        cache.ComputeWorldBound(prim).ComputeAlignedRange()
        for prim in stage.GetDefaultPrim().GetChildren()
    ]
    low = np.array([box.GetMin() for box in boxes])
    high = np.array([box.GetMax() for box in boxes])
    meet = (low[:, None] < high[None]).all(axis=2) & (low[None] < high[:, None]).all(axis=2)
    assert meet.sum() == len(boxes)


def test_no_validator_finds_an_error_and_all_files_are_there(library: Path) -> None:
    path = library / "library.usda"
    registry = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    found = UsdValidation.ValidationContext(registry).Validate(Usd.Stage.Open(str(path)))
    assert [one.GetErrorAsString() for one in found] == []
    assert not UsdUtils.ComputeAllDependencies(str(path))[2]


def test_files_of_others_stay_and_old_assets_go(library: Path) -> None:
    (library / "notes.txt").write_text("mine")
    (library / "assets" / "old").mkdir()
    before = (library / "library.usda").read_bytes()
    assert main(["usd", "assets", "--out", str(library)]) == 0
    assert (library / "notes.txt").read_text() == "mine"
    assert not (library / "assets" / "old").exists()
    assert (library / "library.usda").read_bytes() == before
