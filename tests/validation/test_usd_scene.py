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

import twin
from twin.errors import InputError
from twin.results.tables import COMPONENTS, EDGES, RACKS

pytest.importorskip("pxr", reason="usd-core is not installed")

from pxr import Sdf, Usd, UsdGeom, UsdSemantics, UsdShade, UsdUtils, UsdValidation

from twin.present.usd import SceneOptions, export_facility, export_result, write_scene
from twin.present.usd.plan import Item
from twin.present.usd.rack_variants import family

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
    """Prims by the ids of what stands there."""
    return {
        prim.GetAttribute("twin:id").Get(): prim
        for prim in stage.Traverse()
        if prim.GetAttribute("twin:id").Get()
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
    for asset in (scene.parent / "assets").glob("*/simready_usd/*.usda"):
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
    sampled = [layer for layer in stage.GetUsedLayers() if "/assets/" not in layer.realPath]
    assert {layer.timeCodesPerSecond for layer in sampled if not layer.anonymous} == {12.0}
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
        assert prim.GetChild("Model").IsInstance()
        assert Usd.ModelAPI(prim).GetKind() == "component"
        assert UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get() == [row.kind]


def test_every_component_fills_its_box_where_the_table_puts_it(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    stage = Usd.Stage.Open(str(scene))
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"], useExtentsHint=False)
    prims = by_id(stage)
    for row in small[0].itertuples():
        box = cache.ComputeWorldBound(prims[row.id].GetChild("Model")).ComputeAlignedRange()
        half = np.array([row.width_m / 2, row.depth_m / 2, 0.0])
        assert np.allclose(box.GetMin(), np.array([row.x_m, row.y_m, row.z_m]) - half, atol=1e-3)
        assert np.allclose(box.GetSize(), [row.width_m, row.depth_m, row.height_m], atol=1e-3)


def test_one_prototype_a_type(scene: Path, small: tuple[pd.DataFrame, ...]) -> None:
    types = small[0][["kind", "type"]].drop_duplicates()
    assert len(Usd.Stage.Open(str(scene)).GetPrototypes()) == len(types)
    names = {f"{row.kind}_{row.type}" for row in types.itertuples()}
    assert {file.name for file in (scene.parent / "assets").iterdir()} == names


def test_samples_equal_the_table(scene: Path, small: tuple[pd.DataFrame, ...]) -> None:
    stage = Usd.Stage.Open(str(scene))
    prims = by_id(stage)
    table = small[2].sort_values("time_s")
    names = {
        "twin:power_w": "power_w",
        "twin:temperature_degc": "inlet_air_degc",
        "twin:junctionTemperature_degc": "junction_degc",
    }
    for rack, rows in table.groupby("rack"):
        for attribute, column in names.items():
            sampled = prims[rack].GetAttribute(attribute)
            assert sampled.GetTimeSamples() == list(range(PERIODS))
            assert sampled.Get() is not None
            assert np.array_equal(
                [sampled.Get(k) for k in range(PERIODS)], rows[column].to_numpy(np.float32)
            )
        words = [prims[rack].GetAttribute("twin:state").Get(k) for k in range(PERIODS)]
        assert words == ["throttled" if clock < 1 - 1e-6 else "on" for clock in rows["clock_frac"]]


def test_hotter_racks_are_lighter_in_every_period(
    scene: Path, small: tuple[pd.DataFrame, ...]
) -> None:
    """To the step of the map, which has 64 colours; the panel is a child of its rack."""
    stage = Usd.Stage.Open(str(scene))
    prims = by_id(stage)
    low, high = stage.GetDefaultPrim().GetAttribute("twin:colourRange_degc").Get()
    for k, (_, rows) in enumerate(small[2].groupby("time_s")):
        heat = rows.set_index("rack")["inlet_air_degc"].sort_values()
        shown = [prims[rack].GetChild("Heat") for rack in heat.index]
        colours = [prim.GetAttribute("primvars:displayColor").Get(k)[0] for prim in shown]
        light = np.array(colours) @ [0.2126, 0.7152, 0.0722]
        apart = np.diff(heat.to_numpy()) > (high - low) / 60
        assert (np.diff(light)[apart] > 0).all()
        assert (np.diff(light) >= 0).all()


def test_what_is_coloured_has_a_material_that_reads_its_colour(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    for name in ("Heat", "State"):
        shown = [prim for prim in stage.Traverse() if prim.GetName() == name]
        assert shown
        for prim in shown:
            bound, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
            surface = bound.ComputeSurfaceSource()[0]
            reader = surface.GetInput("diffuseColor").GetConnectedSource()[0].GetPrim()
            assert reader.GetAttribute("inputs:varname").Get() == "displayColor"
            assert prim.GetAttribute("primvars:displayColor").Get() is not None


def walk(stage: Usd.Stage) -> tuple[list[tuple[str, ...]], dict[str, set[str]]]:
    """Every pair of every connection, and by component who feeds it."""

    def ends(prim: Usd.Prim, name: str) -> list[str]:
        targets = prim.GetRelationship(name).GetTargets()
        return [stage.GetPrimAtPath(one).GetAttribute("twin:id").Get() for one in targets]

    pairs = []
    above: dict[str, set[str]] = {}
    for prim in stage.GetDefaultPrim().GetChild("Connections").GetChildren():
        domain = prim.GetAttribute("twin:domain").Get()
        for source in ends(prim, "twin:source"):
            for target in ends(prim, "twin:target"):
                pairs.append((source, target, domain, prim.GetAttribute("twin:role").Get()))
                if domain == "electrical":
                    above.setdefault(target, set()).add(source)
    return pairs, above


def test_every_edge_stands_in_one_connection(scene: Path, small: tuple[pd.DataFrame, ...]) -> None:
    pairs, _ = walk(Usd.Stage.Open(str(scene)))
    told = small[1].replace({"system": {"power": "electrical"}})
    assert sorted(pairs) == sorted(told.itertuples(index=False, name=None))


def test_a_component_names_the_connections_that_feed_it(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    rack = by_id(stage)["row_0-0"]
    fed = [stage.GetPrimAtPath(one) for one in rack.GetRelationship("twin:fedBy").GetTargets()]
    assert {prim.GetAttribute("twin:domain").Get() for prim in fed} == {"electrical", "cooling"}
    for prim in fed:
        assert rack.GetPath() in prim.GetRelationship("twin:target").GetTargets()
        for point in prim.GetRelationship("twin:targetPort").GetTargets():
            assert "ConnectionPoints" in str(point)
            assert stage.GetPrimAtPath(point)


def test_every_line_is_a_prim_of_its_own_that_is_seen(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    drawn = stage.GetPrimAtPath("/Facility/Power/Lines").GetChildren()
    assert {prim.GetAttribute("twin:feeds").Get() for prim in drawn} == {
        "transformer_0",
        "transformer_1",
    }
    assert {prim.GetAttribute("twin:line").Get() for prim in drawn} == {"busway", "whips"}
    colours = {tuple(prim.GetAttribute("primvars:displayColor").Get()[0]) for prim in drawn}
    assert len(colours) == 2
    assert all(UsdGeom.Imageable(prim).ComputePurpose() == "default" for prim in drawn)


def test_one_s_own_opinions_outlive_an_export(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    path = write_scene(*small, tmp_path, title="First", hall_sizes=HALL)
    own = Sdf.Layer.FindOrOpen(str(tmp_path / "overrides.usda"))
    over = Sdf.CreatePrimInLayer(own, "/Facility/IT/hall/row_0_0")
    place = Sdf.AttributeSpec(over, "xformOp:translate", Sdf.ValueTypeNames.Double3)
    place.default = (1.0, 2.0, 3.0)
    own.Save()
    stale = tmp_path / "assets" / "old" / "simready_usd"
    stale.mkdir(parents=True)
    (stale / "old.usda").write_text("#usda 1.0")
    write_scene(*small, tmp_path, title="Second", hall_sizes=HALL)
    stage = Usd.Stage.Open(str(path))
    rack = by_id(stage)["row_0-0"]
    assert rack.GetAttribute("xformOp:translate").Get() == (1.0, 2.0, 3.0)
    assert not stale.exists()


def test_fronts_look_where_the_table_says(small: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    components = small[0].assign(facing_deg=np.where(small[0]["kind"] == "rack", 0.0, 90.0))
    path = write_scene(components, small[1], None, tmp_path, title="Turned", hall_sizes=HALL)
    stage = Usd.Stage.Open(str(path))
    prims = by_id(stage)
    for name, front in (("row_0-0", (0, 1, 0)), ("generator_0", (1, 0, 0))):
        matrix = UsdGeom.Xformable(prims[name]).ComputeLocalToWorldTransform(0)
        assert np.allclose(matrix.TransformDir((0, -1, 0)), front, atol=1e-9)


def test_the_design_is_a_variant_without_results(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    sets = stage.GetDefaultPrim().GetVariantSet("scenario")
    assert (sets.GetVariantNames(), sets.GetVariantSelection()) == (["design", "run"], "run")
    sets.SetVariantSelection("design")
    assert not by_id(stage)["row_0-0"].GetChild("Heat")
    assert not by_id(stage)["row_0-0"].GetAttribute("twin:state").Get()


def test_halls_are_payloads(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene), Usd.Stage.LoadNone)
    rack, utility = "/Facility/IT/hall/row_0_0", "/Facility/Power/Yard/utility_0"
    assert not stage.GetPrimAtPath(rack).IsDefined()
    stage.Load("/Facility/IT/hall")
    assert stage.GetPrimAtPath(rack).IsDefined()
    assert not stage.GetPrimAtPath(utility).GetChild("Model")


def test_every_attribute_of_the_scene_s_own_is_explained(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    for prim in by_id(stage).values():
        for one in prim.GetAttributes():
            name = one.GetName()
            if name.startswith("twin:"):
                assert one.GetDocumentation(), f"{prim.GetPath()}.{name}"
                if name.endswith(("_w", "_degc", "_kg", "_m")):
                    assert one.GetCustomDataByKey("unit"), name


def test_white_stays_below_white(scene: Path) -> None:
    stage = Usd.Stage.Open(str(scene))
    lights = {
        prim.GetName(): prim for prim in stage.GetPrimAtPath("/Facility/Lights").GetChildren()
    }
    sky, sun = (lights[name].GetAttribute("inputs:intensity").Get() for name in ("Sky", "Sun"))
    assert sky + sun / np.pi < 1.0


def test_a_lost_panel_and_a_lost_pump_change_colour_and_nobody_invents_a_junction(
    tmp_path: Path,
) -> None:
    stage = Usd.Stage.Open(str(export_result(synthetic(), tmp_path)))
    prims = by_id(stage)
    for name, instant in (("rpp_2", 71.0), ("pump_2", 167.0)):
        shown = prims[name].GetChild("State").GetAttribute("primvars:displayColor")
        assert shown.Get(instant - 0.01) != shown.Get(instant)
        assert shown.Get(instant - 0.01) == shown.Get(0)
        assert prims[name].GetAttribute("twin:state").Get(instant) == "failed"
    for name in ("rpp_2", "pump_2", "dry_cooler_1", "ups_1", "leaf_1", "rack_1", "cdu_1"):
        for attribute in ("twin:state", "twin:temperature_degc"):
            assert prims[name].GetAttribute(attribute).GetNumTimeSamples()
            assert prims[name].GetAttribute(attribute).Get() is not None
    assert prims["rack_1"].HasAttribute("twin:junctionTemperature_degc")
    assert not prims["leaf_1"].HasAttribute("twin:junctionTemperature_degc")
    assert errors(tmp_path / "facility.usda") == []


def test_the_scene_of_the_blueprint_s_names(
    small: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    components = small[0].assign(type=small[0]["type"].replace("nvl72", "gb200_nvl72"))
    path = write_scene(
        components,
        *small[1:],
        tmp_path,
        title="World",
        hall_sizes=HALL,
        options=SceneOptions(names="dsx"),
    )
    stage = Usd.Stage.Open(str(path))
    assert stage.GetDefaultPrim().GetPath() == "/World"
    cameras = stage.GetPrimAtPath("/World/interactive_cameras").GetChildren()
    assert {"camera_ext_default_04", "camera_int_datahall_01", "cfd_camera", "cdu_camera"} <= {
        prim.GetName() for prim in cameras
    }
    families = stage.GetDefaultPrim().GetVariantSet("rackVariant")
    racks = small[0][small[0]["gpus"] > 0]
    assert families.GetVariantNames() == ["GB200"]
    assert families.GetVariantSelection() == "GB200"
    paths = stage.GetDefaultPrim().GetRelationship("twin:racks").GetTargets()
    told = [stage.GetPrimAtPath(one).GetAttribute("twin:id").Get() for one in paths]
    assert sorted(told) == sorted(racks["id"])
    assert errors(path) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("gb300_nvl72", "GB300"),
        ("dgx_b200_x2", "B200"),
        ("hgx_h100", "H100"),
        ("own.rack", "own_rack"),
    ],
)
def test_families_of_racks_have_the_names_of_their_gpus(kind: str, name: str) -> None:
    size = (0.6, 1.2, 2.2)
    item = Item("r", "rack", kind, 1e5, size, (0.0, 0.0, 0.0), "IT", "hall", "r")
    assert family(item) == name


def test_the_web_scene_has_no_arcs(small: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    write_scene(*small, tmp_path, title="Web", hall_sizes=HALL, options=SceneOptions(web=True))
    layer = Sdf.Layer.FindOrOpen(str(tmp_path / "facility_web.usdc"))
    assert not layer.externalReferences
    assert str(tmp_path.parent).encode() not in (tmp_path / "facility_web.usdc").read_bytes()
    assert not layer.subLayerPaths
    stage = Usd.Stage.Open(layer)
    assert not stage.GetPrototypes()
    prims = by_id(stage)
    assert {*small[0]["id"]} <= set(prims)
    for row in small[0].itertuples():
        place = UsdGeom.Xformable(prims[row.id]).ComputeLocalToWorldTransform(0)
        assert np.allclose(place.ExtractTranslation(), (row.x_m, row.y_m, row.z_m), atol=1e-4)
    heat = prims["row_0-0"].GetChild("Heat").GetAttribute("primvars:displayColor")
    assert heat.GetNumTimeSamples() > 2


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
    assert not list(tmp_path.glob("**/results*"))
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
    assert [(path.parent / "results.usda").exists() for path in (ran, built)] == [True, False]


def test_the_air_of_a_hall_is_drawn_and_kept(tmp_path: Path) -> None:
    """Streamlines end in the room, and are coloured by temperatures of the field beside them."""
    layout = Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml"
    design = twin.load(layout)
    answer = twin.airflow(design, cells=8000, keep=False)
    path = twin.scene(design, tmp_path, air=[answer])
    stage = Usd.Stage.Open(str(path))
    (curves,) = stage.GetPrimAtPath("/Facility/Airflow").GetChildren()
    points = np.array(curves.GetAttribute("points").Get())
    size = [line[-1] for line in answer.air.lines]
    assert len(points) > 200
    assert (points >= -1e-6).all()
    assert (points <= np.array(size) + 1e-6).all()
    field = curves.GetAttribute("twin:field").Get()
    assert Path(field.resolvedPath).stat().st_size > 1e5
    degc = UsdGeom.PrimvarsAPI(curves).GetPrimvar("temperature_degc").ComputeFlattened()
    assert len(degc) == len(points)
    air = answer.temperature_degc[np.isfinite(answer.temperature_degc)]
    assert air.min() - 0.1 <= min(degc) <= max(degc) <= air.max() + 0.1
    assert errors(path) == []


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
    assert (first.parent / "payloads" / "results_run.usdc").stat().st_size < 3.5e6
    assert sum(map(len, scene_bytes(first.parent).values())) < 4.3e6
    assert scene_bytes(first.parent) == scene_bytes(second.parent)
