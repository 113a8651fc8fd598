"""Every shipped piece of equipment is an asset that the official validators pass.

AIF-Entity 0.1.0 and 0.2.0 by simready-validate 2026.8.0 with tier-aif 2026.8.0; the rule
categories Basic, Geometry, Layout and Material by omniverse-asset-validator 1.18.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pint
import pytest

import twin
from tests.sources import table
from twin.scenario import Scenario

pytest.importorskip("pxr", reason="usd-core is not installed")

from asset_defects import defect
from pxr import Sdf, Usd, UsdGeom, UsdValidation

from twin.present.usd.simready import AssetPaths, AssetSubject, equipment_of, write_asset
from twin.present.usd.simready.attributes import CORE, SPECS
from twin.present.usd.simready.ports import bore_m
from twin.present.usd.simready.units import UNITS, from_si

LAYOUTS = sorted(Path("layouts").glob("*.yaml"))
VERSIONS = ("0.1.0", "0.2.0")
CLASSES = {"cdu": "cdu", "crah": "crah", "ups": "ups", "rack": "compute-rack"}
POINT = "simready:connectionPoint"


def equipment_in(scenario: Scenario) -> dict[str, AssetSubject]:
    """One piece of equipment a model of a layout, by asset name."""
    found = {}
    for row in twin.build(scenario).tables()["components"].itertuples():
        stated = scenario.catalogue.find(row.type)
        own = stated is not None and hasattr(stated, "width_m") and row.kind != "pump"
        of = stated if own else row
        name = f"{row.kind}_{row.type}".lower()
        found[name] = equipment_of(
            name,
            row.kind,
            row.type,
            (of.width_m, of.depth_m, of.height_m),
            scenario.catalogue,
            rating_w=row.rating_w,
            gpus=row.gpus,
        )
    return found


@pytest.fixture(scope="module")
def equipment() -> dict[str, AssetSubject]:
    found: dict[str, AssetSubject] = {}
    for path in LAYOUTS:
        found |= equipment_in(twin.load(path))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("assets")


@pytest.fixture(scope="module")
def written(equipment: dict[str, AssetSubject], folder: Path) -> dict[str, AssetPaths]:
    return {name: write_asset(one, folder) for name, one in equipment.items()}


@pytest.fixture(scope="module")
def profile():
    """The codes that a root file fails in one version of the profile."""
    api = pytest.importorskip(
        "simready.validate", reason="the simready extra is not installed", exc_type=ImportError
    )
    api.initialize(rules_and_requirements_paths=[], features_paths=[], profiles_paths=[])

    def codes(root: Path, version: str) -> tuple[set[str], bool]:
        config = api.AssetValidationConfig(
            asset_path=str(root), profile_id="AIF-Entity", profile_version=version
        )
        done = api.validate_asset(config)
        found = {issue.requirement.code.removeprefix("com.nvidia.") for issue in done.issues}
        return found, api.api.features_summary_passed(done.features_summary)

    return codes


def test_every_shipped_asset_of_a_profile_class_passes_both_versions_without_an_issue(
    equipment, written, folder, profile
) -> None:
    in_profile = [name for name, one in equipment.items() if one.in_profile]
    assert len(in_profile) >= 15
    for name in in_profile:
        for version in VERSIONS:
            assert profile(folder / written[name].root, version) == (set(), True), name


def test_kinds_without_a_class_fail_the_profile_by_their_class_and_nothing_else(
    equipment, written, folder, profile
) -> None:
    others = [name for name, one in equipment.items() if not one.in_profile]
    assert len(others) >= 15
    for name in others:
        found, passed = profile(folder / written[name].root, "0.2.0")
        assert found == {"simready.AM.007"}, name
        assert not passed


def test_no_validator_of_openusd_or_of_the_vendor_fails_an_asset(written, folder) -> None:
    vendor = pytest.importorskip(
        "omni.asset_validator", reason="the simready extra is not installed", exc_type=ImportError
    )
    engine = vendor.ValidationEngine(init_rules=False)
    for category in ("Basic", "Geometry", "Layout", "Material"):
        for rule in vendor.CategoryRuleRegistry().get_rules(category):
            engine.enable_rule(rule)
    plain = UsdValidation.ValidationContext(
        UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    )
    for paths in written.values():
        root = str(folder / paths.root)
        stage = Usd.Stage.Open(root)
        errors = [error.GetMessage() for error in plain.Validate(stage)]
        assert not errors, (paths.name, errors)
        serious = [
            issue.message
            for issue in engine.validate(root).issues()
            if issue.severity.name in ("FAILURE", "ERROR")
        ]
        assert not serious, (paths.name, serious)


def test_the_same_equipment_gives_the_same_bytes(equipment, written, folder, tmp_path) -> None:
    for name in sorted(equipment)[::4]:
        write_asset(equipment[name], tmp_path)
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        assert len(files) == 5
        for path in files:
            again = folder / path.relative_to(tmp_path)
            assert path.read_bytes() == again.read_bytes(), path.name


def matrix() -> list[dict[str, str]]:
    return table("simready/aif_validator_failure_matrix.csv")


OURS = {
    "Twin_CDU": "cdu_cdu_600",
    "Twin_CRAH": "crah_crah_100",
    "Twin_UPS": "ups_ups_500",
    "Twin_GB200_NVL72_Rack": "rack_gb200_nvl72",
}


@pytest.mark.parametrize("name", sorted({row["defect"] for row in matrix()}))
def test_each_defect_put_into_an_exported_asset_is_caught_with_its_codes(
    name, written, folder, profile, tmp_path
) -> None:
    rows = [row for row in matrix() if row["defect"] == name]
    asset = OURS[rows[0]["asset"]]
    shutil.copytree(folder / asset, tmp_path / asset)
    root = tmp_path / written[asset].root
    defect(name)(root)
    for row in rows:
        found, passed = profile(root, row["profile_version"])
        wanted = {code for code in row["requirement_codes"].split(";") if code}
        assert passed == (row["verdict"] == "PASS"), (row["profile_version"], found)
        assert passed or found == wanted, row["profile_version"]


def test_the_attribute_tables_are_the_profiles_own() -> None:
    theirs: dict[str, dict[str, str]] = {}
    for row in table("simready/aif_attributes.csv"):
        kind = row["usd_type"].replace("_array", "[]")
        theirs.setdefault(row["asset_class"], {})[row["attribute"]] = kind
    assert {a.name: a.type for a in CORE} == theirs["all"]
    for kind, token in CLASSES.items():
        assert {a.name: a.type for a in SPECS[kind]} == theirs[token]


def test_every_point_states_every_property_of_its_domain(written, folder) -> None:
    vocabulary: dict[str, dict[str, str]] = {}
    for row in table("simready/connection_point_vocabulary.csv"):
        vocabulary.setdefault(row["domain"], {})[row["property"]] = row["usd_type"]
    for paths in written.values():
        stage = Usd.Stage.Open(str(folder / paths.root))
        for port in paths.ports:
            prim = stage.GetPrimAtPath(f"/{paths.name}/{port.path}")
            assert UsdGeom.Imageable(prim).GetPurposeAttr().Get() == "guide"
            stated = {
                a.GetName(): str(a.GetTypeName())
                for a in prim.GetAttributes()
                if a.GetName().startswith(POINT) and a.HasAuthoredValue()
            }
            assert stated == vocabulary["base"] | vocabulary[port.domain], (paths.name, port.name)


PINT = {
    "mm": "mm", "L": "liter", "L/s": "liter/second", "LPM": "liter/minute",
    "GPM": "gallon/minute", "CFM": "foot**3/minute", "FPM": "foot/minute", "kPa": "kPa",
    "ft of water": "foot_H2O", "kW": "kW", "hp": "hp", "%": "percent",
}  # fmt: skip
SI = {
    "mm": "m", "L": "m**3", "L/s": "m**3/s", "LPM": "m**3/s", "GPM": "m**3/s", "CFM": "m**3/s",
    "FPM": "m/s", "kPa": "Pa", "ft of water": "Pa", "kW": "W", "hp": "W", "%": "dimensionless",
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_of_the_profile_is_converted_as_pint_does(unit: str) -> None:
    if unit == "K":
        assert from_si(25.0, unit) == pytest.approx(298.15)
    elif unit in PINT:
        registry = pint.UnitRegistry()
        wanted = registry.Quantity(3.7, SI[unit]).to(PINT[unit]).magnitude
        assert from_si(3.7, unit) == pytest.approx(wanted, rel=2e-4)
    else:
        assert from_si(3.7, unit) == 3.7


def attribute(folder: Path, paths: AssetPaths, name: str) -> object:
    layer = Sdf.Layer.FindOrOpen(str(folder / paths.root))
    stage = Usd.Stage.Open(layer)
    return stage.GetDefaultPrim().GetAttribute(name).Get()


@pytest.mark.parametrize(
    ("asset", "name", "expected"),
    [
        ("rack_gb200_nvl72", "aif:core:weight", 1360.0),
        ("rack_gb200_nvl72", "aif:core:width", 600.0),
        ("rack_gb200_nvl72", "aif:core:overallGeometryDimensions", (600.0, 1068.0, 2236.0)),
        ("rack_gb200_nvl72", "aif:spec:namePlatePower", 132000),
        ("rack_gb200_nvl72", "aif:spec:numGPUs", 72),
        ("rack_gb200_nvl72", "aif:spec:liquidCooling", 115.0),
        ("rack_gb200_nvl72", "aif:spec:heatCaptureRatio", 87.12),
        ("rack_gb200_nvl72", "aif:spec:requiredLiquidFlowRate", [(45.0, 2.0, 120.0)]),
        ("cdu_cdu_xdu1350", "aif:spec:nominalCoolingCapacity", 1368.0),
        ("cdu_cdu_xdu1350", "aif:spec:referenceTechnologyCoolantFlowRate", 1200.0),
        ("cdu_cdu_xdu1350", "aif:spec:numberOfPumps", 3),
        ("crah_crah_100", "aif:spec:nominalAirVolume", 14824.3),
        ("crah_crah_100", "aif:spec:flowRate", 63.198),
        ("crah_crah_100", "aif:spec:maximumHp", 3.3525),
        ("ups_ups_1500", "aif:spec:upsRating", 1500.0),
        ("ups_ups_1500", "aif:spec:electricalCurrent", 2086.8),
    ],
)
def test_figures_come_from_the_catalogue(written, folder, asset, name, expected) -> None:
    stated = attribute(folder, written[asset], name)
    assert np.allclose(np.array(stated), np.array(expected), rtol=2e-4)


def test_what_nobody_states_is_declared_and_has_no_value(written, folder) -> None:
    stage = Usd.Stage.Open(str(folder / written["crah_crah_100"].root))
    face = stage.GetDefaultPrim().GetAttribute("aif:spec:faceVelocity")
    assert face.IsAuthored()
    assert face.Get() is None
    assert "FPM" in face.GetDocumentation()


def test_a_cdu_pump_curve_runs_from_shut_off_to_its_rated_head(written, folder) -> None:
    curve = np.array(attribute(folder, written["cdu_cdu_xdu1350"], "aif:spec:pumpFlowCurve"))
    assert curve.shape == (5, 2)
    assert curve[0] == pytest.approx([0.0, 476.457])
    assert curve[-1] == pytest.approx([0.02, 244.0])
    assert (np.diff(curve[:, 1]) < 0).all()


def test_a_pipe_is_the_next_nominal_bore_for_two_metres_a_second() -> None:
    assert bore_m(0.02) == 0.125
    assert bore_m(0.0) == 0.0
    assert bore_m(2.0) == pytest.approx(1.2)


def test_points_are_found_by_domain_and_direction(written) -> None:
    cdu = written["cdu_cdu_600"]
    assert cdu.points("thermal", "supply") == (
        "ConnectionPoints/twin_fws_supply_main",
        "ConnectionPoints/twin_tcs_supply_main",
    )
    assert len(cdu.points("electrical")) == 2
    assert written["rack_dgx_b200_x2"].points("thermal") == ()
    assert written["rack_gb200_nvl72"].points("network") == ("NetworkPorts/twin_network_ports",)


def test_points_lie_in_or_on_the_box(equipment, written) -> None:
    for name, paths in written.items():
        half = np.array(equipment[name].size) / 2
        for port in paths.ports:
            away = np.abs(np.array(port.at) - [0, 0, half[2]])
            assert (away <= half + 1e-9).all(), (name, port.name)
