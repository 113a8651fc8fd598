"""Studies: from a file to a Result in one call, and later many runs side by side."""

from __future__ import annotations

from twin.study.single import run

__all__ = ["run"]
