"""What the commands call: the face of twin, and a few things beside it, each imported when it is
called, so that `twin --help` stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import twin
from twin.cli.process import loading
from twin.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from twin.analysis.airflow.answer import AirflowAnswer
    from twin.analysis.redundancy import RedundancyReport
    from twin.catalogue import Catalogue
    from twin.catalogue.rows import CatalogueRow
    from twin.facility import Facility
    from twin.present.background import Helper
    from twin.present.blocks import Block
    from twin.results import Result
    from twin.scenario import Scenario

Told = Callable[[float, str], None]
"""Takes the share done and what is being done."""


def load(
    path: Path, overrides: Mapping[str, str] | None = None, seed: int | None = None
) -> Scenario:
    """The scenario in a scenario or layout file."""
    with loading():
        return twin.load(path, overrides=overrides or {}, seed=seed)


def build(scenario: Scenario) -> Facility:
    """The facility that a scenario describes."""
    with loading():
        return twin.build(scenario)


def run(
    scenario: Scenario,
    out: Path,
    told: Told,
    checkpoint_every_s: float | None = None,
    resume: bool = False,
) -> Result:
    """The result of a scenario, saved in `out`."""

    def progress(done_frac: float, simulated_s: float) -> None:
        told(done_frac, f"hour {simulated_s / 3600:.1f}")

    return twin.run(scenario, out, progress, checkpoint_every_s, resume)


def result(folder: Path) -> Result:
    """The result saved in a folder."""
    return twin.Result.load(folder)


def check(facility: Facility) -> dict[str, Any]:
    """Counts, loads and findings of a facility."""
    with loading():
        return twin.check(facility)


def refused(facility: Facility) -> list[Problem]:
    """The problems for which a run of this facility is refused, before it or at its start."""
    from twin.study.refusals import refused

    return refused(facility)


def redundancy(facility: Facility, top: str, order: int) -> RedundancyReport:
    """What a design survives and what it does not."""
    return twin.redundancy(facility, top, order)


def redundancy_blocks(
    found: RedundancyReport, facility: Facility, most_cut_sets: int
) -> tuple[list[str], list[Block]]:
    """The same for people: opening sentences, then tables."""
    from twin.present.redundancy_tables import blocks, sentences

    study = found.as_dict()
    components = facility.tables()["components"]
    return sentences(study), blocks(study, components, most_cut_sets)


def write_redundancy(found: RedundancyReport, folder: Path) -> list[Path]:
    """Write the same as files into a folder; their paths."""
    from twin.study.redundancy_files import write

    return write(found, folder)


def airflow(
    scenario: Scenario,
    hall: str | None,
    lose: list[str],
    model: str,
    device: str,
    cells: int | None,
    supply_degc: float | None,
    told: Told,
) -> AirflowAnswer:
    """The solved air of a hall."""
    return twin.airflow(scenario, hall, lose, model, device, cells, supply_degc, progress=told)


def write_airflow(answer: AirflowAnswer, folder: Path) -> list[Path]:
    """Write tables, matrix, field and figures into a folder; their paths."""
    from twin.present.airflow import write

    return write(answer, folder)


def replay_air(
    scenario: Scenario, folder: Path, model: str, cells: int | None, fit: bool, told: Told
) -> dict[str, Any]:
    """A measured room against its model."""
    from twin.study.airflow.replay import replay

    return replay(scenario, folder, model, cells, fit, told).as_dict()


def refuse_to_replace(scenario: Scenario, folder: Path) -> None:
    """Raise InputError where the folder holds the result of another question."""
    from twin.study.rerun import refuse_to_replace

    refuse_to_replace(scenario, folder)


def refuse_to_lose(scenario: Scenario, folder: Path) -> None:
    """Raise InputError where another run's last checkpoint stands beside the folder."""
    from twin.study.checkpoints import refuse_to_lose

    refuse_to_lose(scenario, folder)


def where_it_stands(scenario: Scenario, folder: Path, every_s: float | None, go_on: bool) -> str:
    """A word about this run's checkpoint beside the folder; empty where there is none."""
    from twin.study.checkpoints import where_it_stands

    return where_it_stands(scenario, folder, every_s or 0.0, go_on)


def get_ready_to_report() -> Helper | None:
    """Begin to load what report and scene need in a process of its own, which shares what both it
    and a run need; None where there is none.
    """
    from twin import catalogue as _catalogue  # noqa: F401
    from twin import results as _results  # noqa: F401
    from twin.present import background

    return background.get_ready()


def report(result: Result, folder: Path, told: Told | None = None, paper: bool = False) -> Path:
    """Write a result's report, on paper also where asked; the path of its page."""
    from twin.present.report import write

    if paper:
        from twin.present.report.pdf import write as write_pdf

        write_pdf(result, folder)
    return write(result, folder, told)


def can_draw_scenes() -> bool:
    """Whether usd-core is installed."""
    return find_spec("pxr") is not None


def scene(shown: Result | Scenario, folder: Path, **how: Any) -> Path:
    """Write a result, or a design at rest, as a USD scene; the path of its root layer."""
    return twin.scene(shown, folder, **how)


def schema(which: str, of: Path | None = None) -> dict[str, Any]:
    """The JSON schema of one kind of file, with the names of rows that `of` may use."""
    from twin.study.schemas import file_schema

    return file_schema(which, load(of).catalogue if of else None)


def starter(name: str, folder: Path, sector: str | None = None) -> list[Path]:
    """Write a first scenario and layout of that name; the files written."""
    from twin.scenario.starter import write

    return list(write(name, folder, sector))


def catalogue_kinds() -> list[str]:
    """The kinds of the catalogue."""
    from twin.catalogue import KINDS

    return list(KINDS)


def catalogue_rows(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind, as plain mappings."""
    from twin.catalogue import KINDS, rows

    return [row.model_dump(mode="json") for row in rows(KINDS[kind]).values()]


def catalogue_list(
    within: Path | None, kinds: Iterable[str], only: Mapping[str, list[str]] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Rows by kind with the figures one compares, status, source and note.

    within   a scenario or layout whose own rows are listed too
    only     names that are listed, by kind; all where not given
    """
    from twin.catalogue import KINDS
    from twin.catalogue.figures import figures

    known = _catalogue(within)
    return {
        kind: [
            {"name": row.name, **figures(known, row), **_provenance(row)}
            for row in known.rows(KINDS[kind]).values()
            if only is None or row.name in only[kind]
        ]
        for kind in kinds
    }


def _provenance(row: CatalogueRow) -> dict[str, str]:
    return {"status": row.status, "source": row.source, "note": row.note}


def catalogue_find(within: Path | None, word: str) -> dict[str, Any] | list[tuple[str, str]]:
    """The row that a word names, with where its numbers come from; or kind and name of each row of
    a family. InputError with the nearest rows where it names neither.
    """
    from twin.catalogue import KINDS, search

    known = _catalogue(within)
    place = search.exactly(known, word)
    if place is None:
        return search.family(known, word) or _no_row(word, search.near(known, word))
    kind, name = place
    row = known.get(KINDS[kind], name).model_dump(mode="json")
    return {"kind": kind, "row": row, "numbers": known.witnesses(KINDS[kind], name)}


def _no_row(word: str, near: list[tuple[str, str]]) -> NoReturn:
    allowed = "a row of `twin catalogue list`, in any kind"
    if len(near) > 1:
        allowed = "one row: " + ", ".join(f"{name} ({kind})" for kind, name in near)
    hint = f"did you mean {near[0][1]!r}?" if near else ""
    raise InputError([Problem("name", repr(word), allowed, hint, file="catalogue")])


def _catalogue(within: Path | None) -> Catalogue:
    from twin import load
    from twin.catalogue import shipped

    return shipped() if within is None else load(within).catalogue


def import_device_type(
    file: Path, out: Path, kind: str, stated: Mapping[str, str], per_rack: int
) -> tuple[Path, Mapping[str, Any]]:
    """Write the rows that a device-type file stands for; the file written and the rows."""
    from typing import get_args

    from twin.catalogue.netbox import Target
    from twin.scenario.device_types import import_device_type as write

    if kind and kind not in get_args(Target):
        hint = did_you_mean(kind, get_args(Target))
        raise InputError([Problem("--as", repr(kind), ", ".join(get_args(Target)), hint)])
    return write(file, out, kind or None, stated, per_rack)  # type: ignore[arg-type]


def calibrate(device: str, quick: bool, out: Path, told: Told) -> dict[str, Any]:
    """Measure a device, fit and check its profile, and save it in `out`; the profile as a plain
    mapping. A measurement that was killed goes on from the journal beside `out`.
    """
    from twin.calibration import fit, measure, save_profile

    journal = out.with_name(f"{out.name}.journal.jsonl")
    profile = fit(measure(device=device, quick=quick, progress=told, journal=journal))
    save_profile(profile, out)
    journal.unlink(missing_ok=True)
    return profile.model_dump(mode="json")


def export(facility: Facility, tool: str, out: Path) -> Path:
    """Write a design's electrical network as a file of another tool; its path."""
    from twin.present.exports import write_export

    return write_export(facility, tool, out)
