"""Fault trees in files of the Open-PSA Model Exchange Format, read and answered."""

from __future__ import annotations

from twin.analysis.fault_tree.answer import FaultTreeAnswer, fault_tree

__all__ = ["FaultTreeAnswer", "fault_tree"]
