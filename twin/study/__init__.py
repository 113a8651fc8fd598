"""Studies: from a file to an answer in one call, and later many runs side by side."""

from __future__ import annotations

from twin.study.asked import check, compare, redundancy
from twin.study.single import run

__all__ = ["check", "compare", "redundancy", "run"]
