"""Build: from a Scenario to frozen arrays and graphs."""

from __future__ import annotations

from twin.facility.build import build
from twin.facility.model import Facility

__all__ = ["Facility", "build"]
