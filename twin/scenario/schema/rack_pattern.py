"""The little pattern language of layouts: `4 x 8 x gb200_nvl72` is four rows of eight racks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"(?:(\d{1,9})\s*[x×*]\s*)?(\d{1,9})\s*[x×*]\s*([A-Za-z][A-Za-z0-9._-]*)")


@dataclass(frozen=True)
class Pattern:
    """Rows of racks of one type."""

    rows: int
    racks_per_row: int
    type: str

    @property
    def count(self) -> int:
        """All positions of the block."""
        return self.rows * self.racks_per_row

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read `N x type` or `R x N x type`; raises ValueError with what is allowed."""
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError("a pattern such as '8 x gb200_nvl72' or '4 x 8 x gb200_nvl72'")
        rows = int(match[1] or 1)
        racks = int(match[2])
        if not rows or not racks:
            raise ValueError("counts of at least 1")
        return cls(rows, racks, match[3])
