"""Values as people read them, by the unit that their names end in: for the terminal."""

from __future__ import annotations

from twin.named_quantity import readable, spoken

__all__ = ["readable", "spoken"]
