"""A written scene is valid OpenUSD and says what the tables say.

Claims V3, V7, V9, V12 and V14 of the scene contract: no errors from any validator of OpenUSD's own
`UsdValidation` (Pixar, OpenUSD 26.11), one prototype a type, samples equal to the tables to
float32, a folder that can be moved, the same bytes for the same tables.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from synthetic import synthetic

from twin.errors import InputError
from twin.results.tables import COMPONENTS, EDGES, RACKS

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Sdf, Usd, UsdGeom, UsdUtils, UsdValidation

from twin.present.usd import export_facility, export_result, write_scene

HALL = {"hall": (14.0, 10.0, 4.0)}
YARD = (
    ("utility", 4.0, 1.5, 6.0),
    ("transformer", 3.2, 2.2, 2.6),
    ("generator", 8.0, 2.6, 3.6),
    ("dry_cooler", 2.4, 6.0, 2.5),
    ("chiller", 4.5, 1.6, 2.2),
)
PERIODS = 12


def components_of(rows: int, racks_per_row: int) -> pd.DataFrame:
    """Rows of racks in a hall and two of each kind in the yard."""
    out = [
        (
            f"row_{r}-{k}",
            "rack",
            "nvl72",
            "hall",
            "compute",
            2.0 + 0.6 * k,
            2.0 + 3.0 * r,
            0.0,
            0.6,
            1.2,
            2.3,
            132e3,
            72,
            18,
            180.0,
        )
        for r in range(rows)
        for k in range(racks_per_row)
    ]
    for line, (kind, *size) in enumerate(YARD):
        system = "cooling" if kind in ("dry_cooler", "chiller") else "power"
        out += [
            (
                f"{kind}_{n}",
                kind,
                f"{kind}_a",
                "",
                system,
                -12.0 * (n + 1),
                7.0 * line,
                0.0,
                *size,
                2e6,
                0,
                0,
                180.0,
            )
            for n in range(2)
        ]
    return pd.DataFrame(out, columns=list(COMPONENTS.names))


def edges_of(components: pd.DataFrame) -> pd.DataFrame:
    racks = components["id"][components["kind"] == "rack"]
    out = [(f"transformer_{n}", rack, "power", "share") for rack in racks for n in range(2)]
    out += [("chiller_0", rack, "cooling", "serves") for rack in racks]
    return pd.DataFrame(out, columns=list(EDGES.names))


def racks_of(components: pd.DataFrame, periods: int) -> pd.DataFrame:
    ids = components["id"][components["kind"] == "rack"].to_numpy()
    rng = np.random.default_rng(7)
    shape = periods * len(ids)
    frame = pd.DataFrame({name: rng.uniform(0.5, 1.0, shape) for name in RACKS.names})
    frame["time_s"] = np.repeat(900.0 * np.arange(1, periods + 1), len(ids))
    frame["rack"] = np.tile(ids, periods)
    frame["power_w"] = rng.uniform(3e4, 1.3e5, shape)
    frame["inlet_air_degc"] = rng.uniform(20.0, 38.0, shape)
    frame["junction_degc"] = rng.uniform(50.0, 95.0, shape)
    frame["on_frac"] = 1.0
    return frame


def errors(path: Path) -> list[str]:
    """What every registered validator says of a stage, and what does not resolve."""
    context = UsdValidation.ValidationContext(
        UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    )
    _, _, missing = UsdUtils.ComputeAllDependencies(Sdf.AssetPath(str(path)))
    return [
        error.GetErrorAsString() for error in context.Validate(Usd.Stage.Open(str(path)))
    ] + list(missing)


def by_id(stage: Usd.Stage) -> dict[str, Usd.Prim]:
    return {
        prim.GetAttribute("twin:id").Get(): prim
        for prim in stage.Traverse()
        if prim.HasAttribute("twin:id")
    }


def scene_bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def small() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    components = components_of(2, 4)
    return components, edges_of(components), racks_of(components, PERIODS)


@pytest.fixture(scope="module")
def scene(small: tuple[pd.DataFrame, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usd") / "scene"
    return write_scene(
        *small, folder, title="Small", start="2026-07-15T00:00:00-04:00", hall_sizes=HALL
    )


def test_no_validator_finds_an_error(scene: Path) -> None:
    assert errors(scene) == []
    for asset in (scene.parent / "assets").iterdir():
        assert errors(asset) == []


def test_the_validators_would_notice(scene: Path, tmp_path: Path) -> None:
    stage = Usd.Stage.CreateNew(str(tmp_path / "broken.usda"))
    stage.OverridePrim("/X").GetReferences().AddReference("./absent.usda")
    stage.Save()
    assert errors(tmp_path / "broken.usda")


def test_the_stage_states_metres_z_up_and_its_clock(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    root = stage.GetDefaultPrim()
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1.0, "Z")
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0.0, PERIODS - 1)
    assert {layer.timeCodesPerSecond for layer in stage.GetUsedLayers() if not layer.anonymous} == {
        12.0
    }
    assert root.GetPath() == "/Facility"
    assert Usd.ModelAPI(root).GetKind() == "assembly"
    assert list(root.GetAttribute("twin:time_s").Get()) == [900.0 * (k + 1) for k in range(PERIODS)]
    assert root.GetAttribute("twin:start").Get() == "2026-07-15T00:00:00-04:00"


def test_every_component_has_one_prim_with_its_facts(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))
    prims = by_id(stage)
    assert set(prims) == {*small[0]["id"], "hall"}
    for row in small[0].itertuples():
        prim = prims[row.id]
        assert (prim.GetAttribute("twin:kind").Get(), prim.GetAttribute("twin:type").Get()) == (
            row.kind,
            row.type,
        )
        assert prim.GetAttribute("twin:rating_w").Get() == row.rating_w
        assert prim.IsInstance()
        assert Usd.ModelAPI(prim).GetKind() == "component"


def test_every_component_fills_its_box_where_the_table_puts_it(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"], useExtentsHint=False)
    prims = by_id(stage)
    for row in small[0].itertuples():
        box = cache.ComputeWorldBound(prims[row.id]).ComputeAlignedRange()
        half = np.array([row.width_m / 2, row.depth_m / 2, 0.0])
        assert np.allclose(box.GetMin(), np.array([row.x_m, row.y_m, row.z_m]) - half, atol=1e-3)
        assert np.allclose(box.GetSize(), [row.width_m, row.depth_m, row.height_m], atol=1e-3)


def test_one_prototype_a_type(scene: Path, small: tuple[pd.DataFrame, ...]) -> None:
    types = small[0][["kind", "type"]].drop_duplicates()
    assert len(Usd.Stage.Open(str(scene)).GetPrototypes()) == len(types)
    names = {f"{row.kind}_{row.type}.usda" for row in types.itertuples()}
    assert {file.name for file in (scene.parent / "assets").iterdir()} == names


def test_samples_equal_the_table(scene: Path, small: tuple[pd.DataFrame, ...]) -> None:
    stage = Usd.Stage.Open(str(scene))
    prims = by_id(stage)
    table = small[2].sort_values("time_s")
    names = {
        "twin:power_w": "power_w",
        "twin:inletTemperature_degc": "inlet_air_degc",
        "twin:junctionTemperature_degc": "junction_degc",
    }
    for rack, rows in table.groupby("rack"):
        for attribute, column in names.items():
            sampled = prims[rack].GetAttribute(attribute)
            assert sampled.GetTimeSamples() == list(range(PERIODS))
            assert np.array_equal(
                [sampled.Get(k) for k in range(PERIODS)], rows[column].to_numpy(np.float32)
            )
        words = [prims[rack].GetAttribute("twin:state").Get(k) for k in range(PERIODS)]
        assert words == ["throttled" if clock < 1 - 1e-6 else "on" for clock in rows["clock_frac"]]


def test_hotter_racks_are_lighter_in_every_period(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))
    for name, column in (("InletAir", "inlet_air_degc"), ("Junction", "junction_degc")):
        panels = stage.GetPrimAtPath(f"/Facility/Results/{name}")
        colour = UsdGeom.PrimvarsAPI(panels).GetPrimvar("displayColor")
        ids = list(panels.GetAttribute("twin:ids").Get())
        for k, (_, rows) in enumerate(small[2].groupby("time_s")):
            flat = np.array(colour.ComputeFlattened(k)).reshape(len(ids), -1, 3)
            assert (flat == flat[:, :1]).all()
            heat = rows.set_index("rack")[column].loc[ids].to_numpy()
            assert np.array_equal(
                np.argsort(flat[:, 0] @ [0.2126, 0.7152, 0.0722]), np.argsort(heat)
            )


def test_every_edge_is_a_prim_whose_ends_are_the_components(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))

    def end(prim: Usd.Prim, name: str) -> str:
        (target,) = prim.GetRelationship(name).GetTargets()
        return stage.GetPrimAtPath(target).GetAttribute("twin:id").Get()

    drawn = [
        (
            end(prim, "twin:source"),
            end(prim, "twin:target"),
            prim.GetAttribute("twin:domain").Get(),
            prim.GetAttribute("twin:role").Get(),
        )
        for prim in stage.GetPrimAtPath("/Facility/Connections").GetChildren()
        if prim.GetTypeName() == "Scope"
    ]
    assert drawn == list(small[1].itertuples(index=False, name=None))
    curves = UsdGeom.BasisCurves(stage.GetPrimAtPath("/Facility/Connections/Lines_power"))
    assert len(curves.GetCurveVertexCountsAttr().Get()) == (small[1]["system"] == "power").sum()
    assert curves.GetPurposeAttr().Get() == "guide"


def test_the_same_tables_give_the_same_bytes_and_leave_other_files(
    scene: Path, small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    for _ in range(2):
        write_scene(
            *small, tmp_path, title="Small", start="2026-07-15T00:00:00-04:00", hall_sizes=HALL
        )
    assert scene_bytes(tmp_path) == {**scene_bytes(scene.parent), "mine.txt": b"keep"}
    assert not list(tmp_path.parent.glob(".*partial*"))


def test_a_moved_folder_resolves_and_names_no_absolute_path(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    before = write_scene(*small, tmp_path / "here", title="Small", hall_sizes=HALL)
    after = tmp_path / "there" / "deeper"
    after.parent.mkdir()
    before.parent.rename(after)
    assert errors(after / "facility.usda") == []
    assert len(by_id(Usd.Stage.Open(str(after / "facility.usda")))) == len(small[0]) + 1
    assert not any(str(tmp_path).encode() in content for content in scene_bytes(after).values())


def test_a_period_that_was_not_recorded_has_no_value(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    components, edges, racks = small
    gap = racks.drop(index=racks.index[racks["rack"] == "row_0-0"][3])
    path = write_scene(components, edges, gap, tmp_path / "gap", title="Gap", hall_sizes=HALL)
    stage = Usd.Stage.Open(str(path))
    power = by_id(stage)["row_0-0"].GetAttribute("twin:power_w")
    assert [power.Get(k) is None for k in range(5)] == [False, False, False, True, False]
    assert errors(path) == []


def test_nasty_ids_stay_apart(tmp_path: Path) -> None:
    ids = ["A-1", "A_1", "1x", "ü", "ö", "a b/c", "Geometry", 'quo"te']
    components = components_of(2, 4).head(8).assign(id=ids)
    edges = edges_of(components.head(0))
    racks = racks_of(components, 2)
    path = write_scene(components, edges, racks, tmp_path / "nasty", title='A "b" ü')
    stage = Usd.Stage.Open(str(path))
    prims = by_id(stage)
    assert {*ids} <= set(prims)
    assert len({prims[name].GetPath() for name in ids}) == len(ids)
    assert all(len(prims[name].GetAttribute("twin:power_w").GetTimeSamples()) == 2 for name in ids)
    assert errors(path) == []


def test_what_has_no_body_still_has_a_prim(small: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    components = small[0].assign(
        height_m=np.where(small[0]["id"] == "utility_0", 0.0, small[0]["height_m"])
    )
    path = write_scene(components, small[1], None, tmp_path / "s", title="Bodiless")
    stage = Usd.Stage.Open(str(path))
    prim = by_id(stage)["utility_0"]
    assert not prim.IsInstance()
    assert not prim.GetChildren()
    assert errors(path) == []


def test_an_empty_facility_is_a_valid_scene(tmp_path: Path) -> None:
    nothing = (pd.DataFrame(columns=list(table.names)) for table in (COMPONENTS, EDGES))
    assert errors(write_scene(*nothing, None, tmp_path / "empty", title="Empty")) == []


def test_nothing_is_written_where_the_tables_are_wrong(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    strange = small[1].assign(target="nobody")
    with pytest.raises(InputError, match="nobody"):
        write_scene(small[0], strange, small[2], tmp_path / "bad", title="Bad")
    assert not list(tmp_path.iterdir())


def test_a_scene_without_results_takes_the_old_results_away(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    write_scene(*small, tmp_path, title="First", hall_sizes=HALL)
    path = write_scene(small[0], small[1], None, tmp_path, title="Second", hall_sizes=HALL)
    assert not (tmp_path / "results.usdc").exists()
    assert errors(path) == []


def test_a_result_and_a_facility_can_be_exported(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    halls = synthetic().frame("halls")
    tables = dict(zip(("components", "edges", "racks"), small, strict=True)) | {"halls": halls}
    result = SimpleNamespace(
        tables=tables, summary={}, fingerprint="f00", meta={"title": "Run", "start": "2026-01-01"}
    )
    facility = SimpleNamespace(tables=lambda: tables, scenario=SimpleNamespace(name="site"))
    ran = export_result(result, tmp_path / "run")
    built = export_facility(facility, tmp_path / "site")
    stages = [Usd.Stage.Open(str(path)) for path in (ran, built)]
    assert [stage.GetDefaultPrim().GetAttribute("twin:title").Get() for stage in stages] == [
        "Run",
        "site",
    ]
    assert (ran.name, built.name) == ("facility.usda", "facility.usda")
    assert [(path.parent / "results.usdc").exists() for path in (ran, built)] == [True, False]


def test_a_thousand_racks_and_a_day_of_quarters(tmp_path: Path) -> None:
    components = components_of(25, 40)
    edges = edges_of(components)
    racks = racks_of(components, 96)
    first, second = (
        write_scene(components, edges, racks, tmp_path / name, title="Big") for name in "ab"
    )
    stage = Usd.Stage.Open(str(first))
    assert errors(first) == []
    assert len(stage.GetPrototypes()) == 1 + len(YARD)
    assert sum(prim.IsInstance() for prim in stage.Traverse()) == len(components)
    assert (first.parent / "results.usdc").stat().st_size < 8e6
    assert scene_bytes(first.parent) == scene_bytes(second.parent)
