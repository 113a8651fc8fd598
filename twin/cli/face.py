"""What the commands call: the face of twin, and a few things beside it, each imported when it is
called, so that `twin --help` stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twin

if TYPE_CHECKING:
    from twin.facility import Facility
    from twin.present.background import Writing
    from twin.results import Result
    from twin.scenario import Scenario

Told = Callable[[float, str], None]
"""Takes the share done and what is being done."""


def load(
    path: Path, overrides: Mapping[str, str] | None = None, seed: int | None = None
) -> Scenario:
    """The scenario in a scenario or layout file."""
    return twin.load(path, overrides=overrides or {}, seed=seed)


def build(scenario: Scenario) -> Facility:
    """The facility that a scenario describes."""
    return twin.build(scenario)


def run(scenario: Scenario, out: Path, told: Told) -> Result:
    """The result of a scenario, saved in `out`."""

    def progress(done_frac: float, simulated_s: float) -> None:
        told(done_frac, f"hour {simulated_s / 3600:.1f}")

    return twin.run(scenario, out=out, progress=progress)


def result(folder: Path) -> Result:
    """The result saved in a folder."""
    return twin.Result.load(folder)


def check(scenario: Scenario) -> dict[str, Any]:
    """Counts, loads and findings of what a scenario describes."""
    return twin.check(scenario)


def redundancy(scenario: Scenario) -> dict[str, Any]:
    """What a design survives and what it does not."""
    return twin.redundancy(scenario).as_dict()


def compare(a: Path, b: Path) -> dict[str, Any]:
    """What differs between two saved results."""
    return twin.compare(a, b).as_dict()


def refuse_to_replace(scenario: Scenario, folder: Path) -> None:
    """Raise InputError where the folder holds the result of another question."""
    from twin.study.rerun import refuse_to_replace

    refuse_to_replace(scenario, folder)


def get_ready_to_report() -> bool:
    """Begin to load what a report needs in a process of its own; whether there is one."""
    from twin.present import background

    return background.get_ready()


def begin_report(folder: Path) -> Writing:
    """Begin to write the report of a saved result, in processes that got ready."""
    from twin.present import background

    return background.begin(folder)


def report(result: Result, folder: Path, told: Told | None = None) -> Path:
    """Write a result's report; the path of its page."""
    from twin.present.report import write

    return write(result, folder, told)


def can_draw_scenes() -> bool:
    """Whether usd-core is installed."""
    return find_spec("pxr") is not None


def scene(shown: Result | Scenario, folder: Path) -> Path:
    """Write a result, or a design at rest, as a USD scene; the path of its root layer."""
    return twin.scene(shown, folder)


def schema(which: str) -> dict[str, Any]:
    """The JSON schema of scenario or layout files."""
    from twin.scenario import schema_json

    return schema_json(which)


def starter(name: str, folder: Path) -> list[Path]:
    """Write a first scenario and layout of that name; the files written."""
    from twin.scenario.starter import write

    return list(write(name, folder))


def catalogue_kinds() -> list[str]:
    """The kinds of the catalogue."""
    from twin.catalogue import KINDS

    return list(KINDS)


def catalogue_rows(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind, as plain mappings."""
    from twin.catalogue import KINDS, rows

    return [row.model_dump(mode="json") for row in rows(KINDS[kind]).values()]


def catalogue_witnesses(kind: str, name: str) -> list[dict[str, str]]:
    """Where each number of a row comes from."""
    from twin.catalogue import KINDS, witnesses

    return witnesses(KINDS[kind], name)


def calibrate(device: str, quick: bool, out: Path, told: Told) -> dict[str, Any]:
    """Measure a device, fit and check its profile, and save it in `out`; the profile as a plain
    mapping.
    """
    from twin.calibration import fit, measure, save_profile, validate

    samples = measure(device=device, quick=quick, progress=told)
    profile = validate(device, fit(samples))
    save_profile(profile, out)
    return profile.model_dump(mode="json")
