"""What a design costs and earns: finance as pure functions, cost blocks, the figures of a run."""

from __future__ import annotations

from twin.analysis.economics.figures import figures

__all__ = ["figures"]
