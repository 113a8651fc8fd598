"""How a scene is written: file format, names, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

FORMATS = ("usda", "usdc")
"""Of the file to open: text or binary."""
NAMES = ("twin", "dsx")
"""Whose names the root prim and the cameras have."""


@dataclass(frozen=True)
class SceneOptions:
    """All there is to choose."""

    format: str = "usda"
    """Of the file to open; layers below it are binary wherever they are large."""
    names: str = "twin"
    """`dsx` for the root prim and the cameras of the DSX Blueprint."""
    own_assets: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    """By catalogue row: a manufacturer's asset that stands in for ours."""
    web: bool = False
    """Whether a flattened copy for readers without composition is written beside it."""

    @property
    def root(self) -> str:
        """Name of the root prim."""
        return "World" if self.names == "dsx" else "Facility"

    @property
    def file(self) -> str:
        """Name of the file to open."""
        return f"facility.{self.format}"
