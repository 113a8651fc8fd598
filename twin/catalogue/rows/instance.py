"""Instances of a GPU (MIG)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import CatalogueRow, Positive, refuse

MEMORY_SLICES = 8
"""Of a GPU that has instances, each with its part of the cache and of the way to memory."""


class GpuInstance(CatalogueRow):
    """A profile of instances (MIG) that a GPU can be cut into."""

    gpu: str
    """GPU row."""
    profile: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+_-]*$")]
    """Its name on that GPU, such as 3g.40gb."""
    multiprocessors: Annotated[int, Field(ge=1)]
    """Streaming multiprocessors of one."""
    memory_slices: Annotated[int, Field(ge=1, le=MEMORY_SLICES)]
    """Eighths of the bandwidth and the last-level cache of one."""
    memory_bytes: Positive
    """Device memory of one, as a driver reports it."""
    instances: Annotated[int, Field(ge=1, le=64)]
    """That stand on one GPU side by side."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        taken = self.instances * self.memory_slices
        words = f"{self.instances} instances of {self.memory_slices} memory_slices: only 8 there"
        refuse(taken > MEMORY_SLICES, words)
        return self
