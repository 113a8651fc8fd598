"""One run, whole: load, build, simulate, and the redundancy of what was built."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from twin.beside import Copied, begun
from twin.errors import InputError, Problem, RunError
from twin.facility import Facility
from twin.results import Result, refuse_foreign
from twin.results.parts import kept_and_drawn, refuse_incomplete, with_part
from twin.scenario import Scenario
from twin.simulation.loop.run import Progress
from twin.study.asked import built, redundancy
from twin.study.checkpoints import checkpoint_of, forget, simulate_with_checkpoints
from twin.study.counterfactuals import Forks, add_counterfactuals
from twin.study.kept_reviews import keep_reviews, reviews_beside
from twin.study.year_of_run import year_of_run

_LOADED_BY_BOTH = ("scipy.linalg", "scipy.special", "scipy.sparse.linalg")


def run(
    scenario: str | Path | Scenario,
    out: str | Path | None = None,
    progress: Progress | None = None,
    checkpoint_every_s: float | None = None,
    resume: bool = False,
) -> Result:
    """Load (where a path is given), build, simulate and examine; save to `out` where it is given.

    checkpoint_every_s   simulated seconds between checkpoints, which stand beside `out` until the
                         result is saved; a run that goes on keeps the interval it was begun with
    resume               go on from the last checkpoint of a run that was killed or stopped
    Raises InputError for what cannot be built, and RunError for a run that cannot go on, or whose
    redundancy, year or counterfactuals cannot be worked out, after what was computed has been
    saved. Stopped from the keyboard, a run with an `out` leaves a checkpoint beside it, or its
    result where it is over.
    """
    _refuse_without_place(out, checkpoint_every_s, resume)
    facility = built(scenario)
    said = reviews_beside(facility.scenario)
    place = None if out is None else Path(out)
    aside = None if place is None else _redundancy_aside(facility)
    forks = Forks(facility, progress, copies=place is not None)
    try:
        lived = _lived(forks, place, checkpoint_every_s, resume)
    except RunError as error:
        if place is not None and isinstance(error.kept, Result):
            error.kept.save(place)
            refuse_incomplete(error.kept, place)
        raise
    try:
        costed = partial(add_counterfactuals, facility) if resume else forks.added_to
        result = costed(examined(facility, lived, aside))
    except KeyboardInterrupt as stop:
        _keep(facility, lived, place, said)
        word = f"stopped before its parts were all worked out{kept_and_drawn(place)}"
        raise KeyboardInterrupt(word) from stop
    _keep(facility, result, place, said)
    refuse_incomplete(result, place)
    return result


def _keep(facility: Facility, result: Result, place: Path | None, said: bytes) -> None:
    """Save a result with its reviews where it has a place, and drop its checkpoint."""
    if place is not None:
        result.save(place)
        keep_reviews(said, place)
        forget(facility, place)


def _lived(forks: Forks, out: Path | None, every_s: float | None, resume: bool) -> Result:
    """The run itself, with checkpoints where they are asked for; forks part from it on its way, but
    not from one that goes on.
    """
    if out is None:
        return forks.simulated()
    file = checkpoint_of(out)
    if resume:
        return simulate_with_checkpoints(
            forks.facility, file, every_s or 0.0, resume, forks.progress
        )
    return simulate_with_checkpoints(
        forks.facility,
        file,
        every_s or 0.0,
        progress=forks.tell,
        visits=forks.moments,
        visit=forks.visit,
    )


def _refuse_without_place(out: str | Path | None, every_s: float | None, resume: bool) -> None:
    """Raise InputError where checkpoints are asked for and have no place, or no interval, and where
    the result would have none once it is there.
    """
    problems = []
    if out is None:
        allowed = "with out=FOLDER, beside which a run keeps its checkpoints"
        asked = {"checkpoint_every_s": every_s is not None, "resume": resume}
        problems += [Problem(key, "no out", allowed) for key, wanted in asked.items() if wanted]
    if every_s is not None and not 0 < every_s < math.inf:
        allowed = "simulated seconds above zero"
        problems.append(Problem("checkpoint_every_s", repr(every_s), allowed))
    if problems:
        raise InputError(problems)
    if out is not None:
        refuse_foreign(Path(out))


def _redundancy_aside(facility: Facility) -> Copied[dict[str, Any]] | None:
    """A copy of the process that works out the redundancy. The run loads most of scipy too, which
    takes a tenth of a second, so this is done once for both.
    """
    for name in _LOADED_BY_BOTH:
        import_module(name)
    return begun(partial(_redundancy, facility))


def _redundancy(facility: Facility) -> dict[str, Any]:
    return redundancy(facility).as_dict()


def examined(
    facility: Facility, result: Result, aside: Copied[dict[str, Any]] | None = None
) -> Result:
    """The result with the redundancy of its facility and the year in its site's weather in the
    metadata, for the report, and what was set from outside the files: a run goes on from a
    checkpoint without knowing that. What cannot be worked out is left out, and told.

    aside   a copy of the process that works out the redundancy meanwhile
    """
    told = with_part(
        result,
        "the redundancy of its design",
        lambda it: _with(it, "redundancy", (aside and aside.outcome()) or _redundancy(facility)),
    )
    told = with_part(
        told,
        "the year in its site's weather",
        lambda it: _with(it, "year", year_of_run(facility, it)),
    )
    return _with(told, "changed", facility.scenario.changed())


def _with(result: Result, key: str, value: Any) -> Result:
    return replace(result, meta={**result.meta, key: value})
