"""Long runs that survive: a checkpoint every so often, and going on from the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import merge
from itertools import count
from pathlib import Path
from typing import NoReturn

import numpy as np

from twin.errors import InputError, Problem, RunError
from twin.facility import Facility
from twin.quantities import duration
from twin.results import Result
from twin.scenario import Scenario
from twin.simulation import Progress, Run, Stored, continued, read, start, store

HOUR_S = 3600.0


def checkpoint_of(out: Path) -> Path:
    """The file beside a result-to-be that holds the last checkpoint of its run."""
    return out.parent / f".{out.name}.checkpoint"


def standing(out: Path) -> Stored | None:
    """The checkpoint beside a result-to-be; None where none stands.

    Raises InputError where one stands that this version cannot read.
    """
    file = checkpoint_of(out)
    return read(file) if file.exists() else None


def simulate_with_checkpoints(
    facility: Facility,
    file: Path,
    every_s: float = 0.0,
    go_on: bool = False,
    progress: Progress | None = None,
    visits: Sequence[float] = (),
    visit: Callable[[Run, float], None] | None = None,
) -> Result:
    """Run a facility through its scenario, with a checkpoint in `file` every `every_s` of it.

    every_s   simulated seconds between checkpoints; at 0 as often as the run that is gone on with
              wrote them, and only where it is stopped from the keyboard where that wrote none
    go_on     begin where `file` stands instead of at the start
    visits    moments, in order, at which `visit` is called with the run, just before what is due
    A run that was killed and goes on gives the same bytes as one that never stopped. Raises
    InputError where there is nothing to go on with, or it answers another question, and
    KeyboardInterrupt with a word about where the run stands.
    """
    stored = _of_the_same_question(facility, file) if go_on else None
    run = continued(stored, facility) if stored else start(facility, ahead=True)
    step_s = every_s or (stored.every_s if stored else 0.0) or np.inf
    kept_s = stored.now_s if stored else -1.0
    steps = ((n * step_s, False) for n in count(int(run.now_s / step_s) + 1))
    moments = merge(((moment_s, True) for moment_s in visits), steps)
    try:
        while True:
            moment_s, visited = next(moments)
            if run.until(moment_s, progress).done:
                break
            if visited and visit is not None:
                visit(run, moment_s)
            elif run.now_s > kept_s:
                store(run, file, step_s if step_s < np.inf else 0.0)
                kept_s = run.now_s
    except KeyboardInterrupt:
        _stopped(run, file, step_s if step_s < np.inf else 0.0)
    except RunError as error:
        raise RunError(f"{error}{_left(run, file)}", error.kept) from error
    return run.result()


def _stopped(run: Run, file: Path, every_s: float) -> NoReturn:
    """Keep a run that was stopped from the keyboard, and say where it stands."""
    horizon_h = run.facility.scenario.horizon / HOUR_S
    try:
        store(run, file, every_s)
    except (RunError, OSError) as error:
        reason = (
            f"stopped after {run.now_s / HOUR_S:.2f} h of {horizon_h:g} h, and not kept: {error}"
        )
        raise KeyboardInterrupt(f"{reason}{_left(run, file)}") from error
    raise KeyboardInterrupt(
        f"stopped after {run.now_s / HOUR_S:.2f} h of {horizon_h:g} h; kept in {file}: the same "
        "command with --resume goes on from there"
    )


def _left(run: Run, file: Path) -> str:
    """For the end of a message: which checkpoint of this run stays, if one does."""
    try:
        stored = read(file)
    except InputError:
        return ""
    if stored.question != run.facility.question:
        return ""
    return f"; its last checkpoint, of {stored.now_s / HOUR_S:.2f} h, stays in {file}"


def forget(facility: Facility, out: Path) -> None:
    """Remove the checkpoint beside a result that is saved, if it is of the same question."""
    try:
        stored = standing(out)
    except InputError:
        return
    if stored and stored.question == facility.question:
        stored.path.unlink(missing_ok=True)


def where_it_stands(scenario: Scenario, out: Path, every_s: float, go_on: bool) -> str:
    """What a planner should know of the checkpoint beside a result-to-be before a run begins; empty
    where none of this question stands there.
    """
    try:
        stored = standing(out)
    except InputError:
        return ""
    if stored is None or stored.question != scenario.question():
        return ""
    stands = f"{stored.now_s / HOUR_S:.2f} h"
    if not go_on:
        return f"a checkpoint of this run stands at {stands}; with --resume it goes on from there"
    step_s = every_s or stored.every_s
    more = f"a checkpoint every {duration(step_s)}" if step_s else "no further checkpoints"
    hint = "" if step_s else " (--checkpoint-every asks for them)"
    return f"goes on from {stands}, with {more}{hint}"


def refuse_to_lose(scenario: Scenario, out: Path) -> None:
    """Raise InputError where the last checkpoint of another run stands beside a result-to-be."""
    cure = "--resume with that run's scenario, --overwrite, or another --out"
    file = checkpoint_of(out)
    try:
        stored = standing(out)
    except InputError as error:
        found = error.problems[0].found
        raise InputError([Problem("", found, cure, file=str(file))]) from error
    if stored and stored.question != scenario.question():
        found = f"the checkpoint of another run, which stands at {stored.now_s / HOUR_S:.2f} h"
        raise InputError([Problem("", found, cure, file=str(file))])


def _of_the_same_question(facility: Facility, file: Path) -> Stored:
    if not file.exists():
        allowed = "a run that left a checkpoint: start it with --checkpoint-every, without --resume"
        raise InputError([Problem("--resume", "no checkpoint", allowed, file=str(file))])
    stored = read(file)
    if stored.question != facility.question:
        found = "a checkpoint of another scenario, seed, file or catalogue"
        allowed = "the scenario as it was; or run anew, without --resume"
        raise InputError([Problem("--resume", found, allowed, file=str(file))])
    return stored
