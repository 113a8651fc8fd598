"""The dependency graph over power, cooling and fabric.

graph      nodes and gates, from the facility's arrays
power      power equipment: own failures, and outputs that a protection may open
supplies   what feeds each taker of power, and the gates of a protection
overloads  which coincident failures make which protection act, asked of the flow
shared_causes  failures that several components have in common
top_events  what counts as down
islands    which power nodes share their loads, and which failures look alike
"""

from __future__ import annotations

from twin.facility.dependency.graph import dependency
from twin.facility.dependency.power import power_overloads

__all__ = ["dependency", "power_overloads"]
