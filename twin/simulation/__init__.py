"""Simulate: a facility lives through its horizon, and leaves a Result."""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter

from twin import catalogue
from twin.facility.model import Facility
from twin.results import Result
from twin.simulation import outcome
from twin.simulation.run import Progress, live

__all__ = ["simulate"]


def simulate(facility: Facility, progress: Progress | None = None) -> Result:
    """Run a facility through its scenario.

    progress   called with the share done and the simulated seconds
    Raises InputError where a workload cannot run on its GPUs, RunError where a run cannot go on.
    """
    began = perf_counter()
    on, recorder = live(facility, progress)
    tables = outcome.tables(on, recorder)
    summary = outcome.summary(on, perf_counter() - began)
    scenario = facility.scenario
    meta = {
        "name": scenario.name, "title": scenario.description or scenario.name, "start": scenario.start.isoformat(),
        "version": version("ai-factory-twin"), "seed": scenario.seed, "catalogue_hash": catalogue.content_hash(),
        "wall_s": summary["wall_s"], "period_s": scenario.outputs.period,
        "findings": [vars(f) for f in facility.findings],
        "hall_sizes": {k: list(v) for k, v in facility.hall_sizes.items()},
        "warnings": [f"{p}: chiller curve clipped at its limits" for p in sorted(on.cooling.clipped)],
    }
    return Result(tables=tables, summary=summary, scenario_yaml=scenario.as_yaml(), meta=meta)
