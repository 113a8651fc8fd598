"""What a design costs, and what a change of it buys."""

from __future__ import annotations

from twin.study.cost.change import CostChange, cost_change
from twin.study.cost.report import CostReport, cost

__all__ = ["CostChange", "CostReport", "cost", "cost_change"]
