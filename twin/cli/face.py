"""What the commands call, imported when it is called, so that `twin --help` stays quick.

The one place of the program where imports are deferred; everything else here is a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Told = Callable[[float, str], None]
"""Takes the share done and what is being done."""


def _take(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def load(path: Path, overrides: Mapping[str, str] | None = None, seed: int | None = None) -> Any:
    """The scenario in a scenario or layout file."""
    return _take("twin", "load")(path, overrides=overrides or {}, seed=seed)


def build(scenario: Any) -> Any:
    """The facility that a scenario describes."""
    return _take("twin", "build")(scenario)


def run(scenario: Any, out: Path, told: Told) -> Any:
    """The result of a scenario, saved in `out`."""

    def progress(done_frac: float, simulated_s: float) -> None:
        told(done_frac, f"hour {simulated_s / 3600:.1f}")

    return _take("twin", "run")(scenario, out=out, progress=progress)


def result(folder: Path) -> Any:
    """The result saved in a folder."""
    return _take("twin", "Result").load(folder)


def check(facility: Any) -> dict[str, Any]:
    """Counts, loads and findings of a facility."""
    found: dict[str, Any] = _take("twin.analysis.check", "check")(facility)
    return found


def redundancy(facility: Any, seed: int) -> dict[str, Any]:
    """What a facility survives and what it does not."""
    gates = _take("twin.facility.dependency", "dependency")(facility)
    rng = _take("twin.seeds", "stream")(seed, "redundancy")
    found: dict[str, Any] = _take("twin.analysis.redundancy", "redundancy")(
        gates, rng=rng
    ).as_dict()
    return found


def compare(a: Any, b: Any) -> dict[str, Any]:
    """What differs between two results."""
    found: dict[str, Any] = _take("twin.analysis.compare", "compare")(a, b).as_dict()
    return found


def report(result: Any, folder: Path) -> Path:
    """Write a result's report; the path of its page."""
    return Path(_take("twin.present.report", "write")(result, folder))


def can_draw_scenes() -> bool:
    """Whether usd-core is installed."""
    return find_spec("pxr") is not None


def scene_of_result(result: Any, folder: Path) -> Path:
    """Write a result as a USD scene; the path of its root layer."""
    return Path(_take("twin.present.usd", "export_result")(result, folder))


def scene_of_facility(facility: Any, folder: Path) -> Path:
    """Write a facility at rest as a USD scene; the path of its root layer."""
    return Path(_take("twin.present.usd", "export_facility")(facility, folder))


def schema(which: str) -> dict[str, Any]:
    """The JSON schema of scenario or layout files."""
    found: dict[str, Any] = _take("twin.scenario", "schema_json")(which)
    return found


def starter(name: str, folder: Path) -> list[Path]:
    """Write a first scenario and layout of that name; the files written."""
    return list(_take("twin.scenario.starter", "write")(name, folder))


def catalogue_kinds() -> list[str]:
    """The kinds of the catalogue."""
    return list(_take("twin.catalogue", "KINDS"))


def catalogue_rows(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind, as plain mappings."""
    model = _take("twin.catalogue", "KINDS")[kind]
    return [row.model_dump(mode="json") for row in _take("twin.catalogue", "rows")(model).values()]


def catalogue_witnesses(kind: str, name: str) -> list[dict[str, str]]:
    """Where each number of a row comes from."""
    model = _take("twin.catalogue", "KINDS")[kind]
    return list(_take("twin.catalogue", "witnesses")(model, name))


def calibrate(device: str, quick: bool, out: Path, told: Told) -> dict[str, Any]:
    """Measure a device, fit and check its profile, and save it in `out`; the profile as a plain
    mapping.
    """
    room = "twin.calibration"
    samples = _take(room, "measure")(device=device, quick=quick, progress=told)
    profile = _take(room, "validate")(device, _take(room, "fit")(samples))
    _take(room, "save_profile")(profile, out)
    plain: dict[str, Any] = profile.model_dump(mode="json")
    return plain
