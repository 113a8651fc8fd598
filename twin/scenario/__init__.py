"""What is asked: schema, layout grammar, and the way from YAML files to a checked Scenario.

The models of files take a third of a second to load: who only reads YAML, as a report does, loads
none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.scenario.loading import load
    from twin.scenario.schema import Layout, Scenario
    from twin.scenario.schema.json_schema import schema_json

__all__ = ["Layout", "Scenario", "load", "schema_json"]

_HOME = {
    "Layout": "schema",
    "Scenario": "schema",
    "load": "loading",
    "schema_json": "schema.json_schema",
}


def __getattr__(name: str) -> Any:
    """Load a room when a name of it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'twin.scenario' has no attribute {name!r}")
    return getattr(import_module(f"twin.scenario.{_HOME[name]}"), name)
