"""How a scene is written: file format, names, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

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
