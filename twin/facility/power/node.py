"""One node of the power tree while it is built."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.catalogue.rows import PowerEquipment


@dataclass
class PowerNode:
    """One node of the tree while it is built."""

    id: str
    kind: str
    row: PowerEquipment | None
    rating_w: float
    priority: bool = False
    minimum_supply_w: float = 0.0
    supplies: list[str] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    """Of each supply: the entry of `fed_by` where it takes one at a time; 0 where not given."""
    weights: list[complex] = field(default_factory=list)
    """Of each supply: its part where several share; 1 where not given."""
    over: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each supply of a tie or a section of a ring gives by way of: boards and sections."""
    in_ring: bool = False
    """A board of a ring."""
    clears_half: bool = False
    """A section or board of a ring whose whole half opens at a fault in it."""
    draws_w: float = 0.0
    """What an other load of a board draws."""
    eco: bool = False
    """A UPS in eco mode."""

    def feeds(self) -> list[tuple[str, int, complex]]:
        """Supplies with rank and weight."""
        ranks = self.ranks or [0] * len(self.supplies)
        weights = self.weights or [1.0 + 0j] * len(self.supplies)
        return list(zip(self.supplies, ranks, weights, strict=True))
