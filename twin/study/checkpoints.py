"""Long runs that survive: a checkpoint every so often, and going on from the last one."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from twin.errors import InputError, Problem
from twin.facility import Facility
from twin.results import Result
from twin.simulation import Progress, Run, resume, start


def checkpoint_of(out: Path) -> Path:
    """The file beside a result-to-be that holds the last checkpoint of its run."""
    return out.parent / f".{out.name}.checkpoint.npz"


def simulate_with_checkpoints(
    facility: Facility, file: Path, every_s: float, go_on: bool, progress: Progress | None = None
) -> Result:
    """Run a facility through its scenario, with a checkpoint in `file` every `every_s` of it.

    go_on   begin where `file` stands instead of at the start
    A run that was killed and goes on gives the same bytes as one that never stopped. Raises
    InputError where there is nothing to go on with, or it answers another question.
    """
    run = _resumed(facility, file) if go_on else start(facility)
    moments_s = (n * every_s for n in count(int(run.now_s / every_s) + 1))
    while not run.until(next(moments_s), progress).done:
        run.save(file)
    return run.result()


def _resumed(facility: Facility, file: Path) -> Run:
    if not file.exists():
        allowed = "a run that left a checkpoint: start it with --checkpoint-every, without --resume"
        raise InputError([Problem("--resume", "no checkpoint", allowed, file=str(file))])
    run = resume(file)
    if not _same_question(run.facility, facility):
        found = "a checkpoint of another scenario, seed, file or catalogue"
        allowed = "the scenario as it was; or run anew, without --resume"
        raise InputError([Problem("--resume", found, allowed, file=str(file))])
    return run


def _same_question(a: Facility, b: Facility) -> bool:
    same_files = dict(a.inputs) == dict(b.inputs)
    same_rows = a.scenario.catalogue.content_hash() == b.scenario.catalogue.content_hash()
    return same_files and same_rows and a.scenario.as_yaml() == b.scenario.as_yaml()
