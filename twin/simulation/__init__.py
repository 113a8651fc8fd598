"""Simulate: a facility lives through its horizon, and leaves a Result."""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter

from twin.analysis.review import refuse, review
from twin.errors import RunError
from twin.facility.model import Facility
from twin.physics.linear_algebra import one_thread
from twin.results import Result
from twin.simulation.disciplines import Disciplines
from twin.simulation.loop.run import Progress, live, start
from twin.simulation.outcome import tables as outcome
from twin.simulation.outcome.recorder import Recorder

__all__ = ["simulate"]


@one_thread()
def simulate(facility: Facility, progress: Progress | None = None) -> Result:
    """Run a facility through its scenario.

    progress   called with the share done and the simulated seconds
    Raises InputError where a review refuses the design or a workload cannot run on its GPUs, and
    RunError where a run cannot go on; its `kept` is the Result up to that moment.
    """
    began = perf_counter()
    refuse(facility, review(facility))
    try:
        on, recorder = start(facility)
    except (ArithmeticError, ValueError, LookupError) as error:
        raise RunError(f"could not begin: {error}") from error
    try:
        live(on, recorder, progress)
    except (RunError, ArithmeticError, ValueError, LookupError) as error:
        recorder.record()
        why = f"stopped after {on.world.now_s:,.3f} s of {on.world.end_s:,.0f} s: {error}"
        raise RunError(why, _result(on, recorder, perf_counter() - began, why)) from error
    return _result(on, recorder, perf_counter() - began)


def _result(on: Disciplines, recorder: Recorder, wall_s: float, stopped: str = "") -> Result:
    facility = on.world.facility
    scenario = on.world.facility.scenario
    meta = {
        "name": scenario.name,
        "title": scenario.description or scenario.name,
        "start": scenario.start.isoformat(),
        "version": version("ai-factory-twin"),
        "seed": scenario.seed,
        "catalogue_hash": scenario.catalogue.content_hash(),
        "own_rows": scenario.catalogue.own_rows(),
        "wall_s": wall_s,
        "period_s": scenario.outputs.period,
        "stopped": stopped,
        "findings": [finding.as_dict() for finding in review(facility)],
        "warnings": outcome.warnings(on),
    }
    return Result(
        tables=outcome.tables(on, recorder),
        summary=outcome.summary(on, wall_s),
        scenario_yaml=scenario.as_yaml(),
        meta=meta,
        inputs=facility.inputs,
    )
