"""The dependency graph over power, cooling and fabric.

graph      nodes and gates, from the facility's arrays
supplies   what feeds each taker of power: one supply, or a gate over a set of them
"""

from __future__ import annotations

from twin.facility.dependency.graph import dependency

__all__ = ["dependency"]
