"""What a design costs and earns: finance as pure functions, cost blocks, the figures of a run."""

from __future__ import annotations

from twin.analysis.economics.frames import cost_tables
from twin.analysis.economics.named import figures

__all__ = ["cost_tables", "figures"]
