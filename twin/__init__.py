"""twin: a digital twin for AI factories, from the utility feed to the token, with failures in it.

scenario file --load--> Scenario --build--> Facility --simulate--> Result

twin.load(path)            a checked Scenario, or every problem at its line
twin.build(scenario)       a Facility: frozen arrays and graphs
twin.simulate(facility)    a Result: tables, summary, metadata
twin.run(path_or_scenario) all three
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.errors import InputError, RunError, TwinError
    from twin.facility import Facility
    from twin.facility.build import build
    from twin.results import Result
    from twin.scenario import Scenario, load
    from twin.simulation import simulate
    from twin.study import run

__version__ = "0.1.0"

_HOME = {
    "load": "scenario",
    "Scenario": "scenario",
    "build": "facility",
    "Facility": "facility",
    "simulate": "simulation",
    "run": "study",
    "Result": "results",
    "TwinError": "errors",
    "InputError": "errors",
    "RunError": "errors",
}

__all__ = [
    "Facility",
    "InputError",
    "Result",
    "RunError",
    "Scenario",
    "TwinError",
    "build",
    "load",
    "run",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Load a station of the journey when it is first asked for, so that `import twin` stays
    light.
    """
    if name not in _HOME:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    return getattr(import_module(f"twin.{_HOME[name]}"), name)
