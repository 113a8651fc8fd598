"""twin: a digital twin for AI factories, from the utility feed to the token, with failures in it.

scenario file --load--> Scenario --build--> Facility --simulate--> Result

twin.load(path)                a checked Scenario, or every problem at its line
twin.build(scenario)           a Facility: frozen arrays and graphs
twin.simulate(facility)        a Result: tables, summary, metadata
twin.run(path_or_scenario)     all three, and the redundancy of what was built

twin.start(facility)           a Run that stops, is looked at, saved, forked, and goes on
twin.resume(path)              the Run that run.save(path) wrote

twin.check(design)             counts, loads against ratings, findings, without a run
twin.redundancy(design)        what single and double failures leave, cut sets, availability
twin.failure_report(design)    twelve parts on what fails, how often and at what cost
twin.ride_through(design, lost) which racks throttle and stop after a loss, and when
twin.counterfactuals(design)   a run, and what each of its faults cost against the run without it
twin.fault_tree(path)           exact probability and cut-set count of an Open-PSA fault tree
twin.adequacy(units, load)     loss-of-load expectation of generating units against a load
twin.climate(design, weather)  PUE, WUE, energy and water of a year, hour by hour
twin.predict_inference(model, gpu, 1000, 500) tokens, times, power of a replica, no building
twin.predict_training(model, gpu, 1024) a training step: time, where it goes, power, no building
twin.predictive(design)        water set-points that look ahead, beside fixed ones
twin.cooling_environment(design) a gymnasium environment for controllers (needs gymnasium)
twin.co_simulate(design, plant, fmu, inputs, outputs) a run beside a plant that is an FMU
twin.export_fmu(design, path)  a design as an FMU for co-simulation (needs pythonfmu)
twin.design(target)            layouts that give tokens within power, money and availability
twin.airflow(design)           what air every rack of a hall gets, solved in three dimensions
twin.study(asked, vary={...})  one table of many runs: a grid, a sample, or named alternatives
twin.cost(design)              what a design costs: blocks, figures with intervals, failures
twin.deploy(path)              where to run: owning, colocation, cloud, bursts; each with its cost
twin.sensitivity(asked, vary, outcomes) what moves an outcome: Sobol, Morris, delta, a tornado
twin.compare_designs(asked, arms, outcome) arms under the same seeds, stopped once decided
twin.sample_size(asked, arms, outcome, delta) pairs of runs that see a difference, from a pilot
twin.optimise(asked, vary, goals) the best of what varies within limits, as a Pareto front
twin.study_page(found)         the report of any of these four but the third, for twin.report
twin.compare(a, b)             what was asked differently in two results, and what came out
twin.report(result, folder)    an HTML report that reads offline; of failures PDF and JSON too
twin.scene(result, folder)     an OpenUSD scene (needs usd-core)

result.plot.timeline()         a figure; dir(result.plot) lists them all
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twin import plugins
from twin.garbage import rarely_collected

if TYPE_CHECKING:
    from twin.analysis.adequacy import adequacy
    from twin.analysis.fault_tree import fault_tree
    from twin.analysis.prediction import predict_inference
    from twin.analysis.training_prediction import predict_training
    from twin.errors import InputError, RunError, TwinError
    from twin.facility import Facility
    from twin.facility.build import build
    from twin.present.write import report, scene
    from twin.results import Result
    from twin.scenario import Scenario, load
    from twin.simulation import Run, resume, simulate, start
    from twin.study.airflow import airflow
    from twin.study.asked import check, compare, redundancy
    from twin.study.asked_of_runs import counterfactuals, failure_report, ride_through
    from twin.study.climate import climate
    from twin.study.cooling_environment import cooling_environment
    from twin.study.cost.report import cost
    from twin.study.deploy import deploy
    from twin.study.design_search import design
    from twin.study.experiments.compare_designs import compare_designs
    from twin.study.experiments.optimise import optimise
    from twin.study.experiments.sample_size import sample_size
    from twin.study.experiments.sensitivity import sensitivity
    from twin.study.experiments.study import study
    from twin.study.experiments.study_pages import study_page
    from twin.study.fmu.export import export_fmu
    from twin.study.fmu.plant import co_simulate
    from twin.study.predictive import predictive
    from twin.study.single import run

__version__ = "0.1.0"

_HOME = {
    "Facility": "facility",
    "InputError": "errors",
    "Result": "results",
    "Run": "simulation",
    "RunError": "errors",
    "Scenario": "scenario",
    "TwinError": "errors",
    "adequacy": "analysis.adequacy",
    "airflow": "study.airflow",
    "build": "facility",
    "check": "study.asked",
    "climate": "study.climate",
    "co_simulate": "study.fmu.plant",
    "compare": "study.asked",
    "compare_designs": "study.experiments.compare_designs",
    "cooling_environment": "study.cooling_environment",
    "cost": "study.cost.report",
    "counterfactuals": "study.asked_of_runs",
    "deploy": "study.deploy",
    "design": "study.design_search",
    "export_fmu": "study.fmu.export",
    "failure_report": "study.asked_of_runs",
    "fault_tree": "analysis.fault_tree",
    "load": "scenario",
    "optimise": "study.experiments.optimise",
    "predict_inference": "analysis.prediction",
    "predict_training": "analysis.training_prediction",
    "predictive": "study.predictive",
    "redundancy": "study.asked",
    "report": "present.write",
    "resume": "simulation",
    "ride_through": "study.asked_of_runs",
    "run": "study.single",
    "sample_size": "study.experiments.sample_size",
    "scene": "present.write",
    "sensitivity": "study.experiments.sensitivity",
    "simulate": "simulation",
    "start": "simulation",
    "study": "study.experiments.study",
    "study_page": "study.experiments.study_pages",
}
"""Where each name of the face lives; a new one is a line here and one above for type checkers."""

__all__ = [
    "Facility",
    "InputError",
    "Result",
    "Run",
    "RunError",
    "Scenario",
    "TwinError",
    "adequacy",
    "airflow",
    "build",
    "check",
    "climate",
    "co_simulate",
    "compare",
    "compare_designs",
    "cooling_environment",
    "cost",
    "counterfactuals",
    "deploy",
    "design",
    "export_fmu",
    "failure_report",
    "fault_tree",
    "load",
    "optimise",
    "predict_inference",
    "predict_training",
    "predictive",
    "redundancy",
    "report",
    "resume",
    "ride_through",
    "run",
    "sample_size",
    "scene",
    "sensitivity",
    "simulate",
    "start",
    "study",
    "study_page",
]

plugins.offer("figures", "twin.present.figures")


def __getattr__(name: str) -> Any:
    """Load a station of the journey when it is first asked for, so that `import twin` stays
    light. Modules are no garbage: looking for circles in them was an eighth of the loading.
    """
    if name not in _HOME:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    with rarely_collected():
        return getattr(import_module(f"twin.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """What the face offers: `dir(twin)` and completion show names before they are loaded."""
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
