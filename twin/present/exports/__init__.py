"""Designs as files of other electrical tools, written without any of them installed."""

from __future__ import annotations

from pathlib import Path

from twin.errors import InputError, Problem, did_you_mean
from twin.facility.model import Facility
from twin.facility.power.loading import peak_loads_w
from twin.present.exports.network import export_network
from twin.present.exports.opendss import opendss_text
from twin.present.exports.pandapower import pandapower_text
from twin.present.exports.power_grid_model import power_grid_model_text
from twin.quantities import power
from twin.results.folder import write_named, writing

TOOLS = {
    "pandapower": pandapower_text,
    "power-grid-model": power_grid_model_text,
    "opendss": opendss_text,
}
"""Tools by the name that people type."""


def write_export(facility: Facility, tool: str, out: Path) -> Path:
    """Write the electrical network of a design, every load at its peak; returns the file.

    Raises InputError for an unknown tool, and where the network cannot carry its load.
    """
    if tool not in TOOLS:
        allowed = ", ".join(TOOLS)
        hint = did_you_mean(tool, TOOLS)
        raise InputError([Problem("", repr(tool), allowed, hint, file="--to")])
    try:
        network = export_network(facility)
    except ArithmeticError:
        raise InputError([_too_much(facility)]) from None
    with writing("the network", out):
        write_named(out, TOOLS[tool](network).encode())
    return out


def _too_much(facility: Facility) -> Problem:
    load = power(peak_loads_w(facility).sum())
    hint = "shorten or double what feeds it, or feed less by it"
    return Problem(
        "power", f"{load} at full load, at which the voltage collapses", "what it carries", hint
    )
