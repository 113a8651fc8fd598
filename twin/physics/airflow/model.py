"""What the turbulent solver is told: air, closure, outer walls, effort, and what it reports."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from twin.physics.airflow.grid import Arrays

CLOSURES = ("zero-equation", "k-epsilon", "laminar")


class OuterWall(NamedTuple):
    """An outer wall that moves along itself, has a temperature or no friction; others stand still,
    adiabatic and rough as the closure has it.
    """

    axis: int
    upper: bool
    slide_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    temperature_degc: float = float("nan")
    slip: bool = False
    """Without friction: a plane of symmetry, or the side of a flat problem."""


class SolverRound(NamedTuple):
    """Where the solver stands: told after each round of flow and temperature."""

    grid: tuple[int, int, int]
    round: int
    steps: int
    change_k: float
    """Largest change of an inlet's temperature in that round."""


Listener = Callable[[SolverRound], None]


@dataclass(frozen=True)
class FlowOptions:
    """Air and effort of a solve; the defaults are air at 25 °C in a room."""

    closure: str = "zero-equation"
    viscosity_m2_s: float = 1.56e-5
    prandtl: float = 0.71
    prandtl_turbulent: float = 0.9
    expansion_per_k: float = 1.0 / 298.15
    gravity_m_s2: float = 9.81
    walls: tuple[OuterWall, ...] = ()
    force_m_s2: Arrays | None = None
    """Body force on the faces, in the shapes of the room's face arrays."""
    inlet_intensity: float = 0.06
    """Speed of eddies that outlets bring, over their mean speed."""
    inlet_scale_m: float = 0.1
    """Size of those eddies."""
    grids: int = 3
    """Grids in turn, each of half the spacing of the one before."""
    rounds: tuple[int, ...] = (20, 12, 12)
    """Most rounds on each grid, coarsest first."""
    steps: tuple[int, ...] = (80, 50, 30)
    """Time steps of flow in each round."""
    change_max_k: float = 0.1
    """A solve is done when no inlet moved more in each of two rounds."""
    courant: float = 0.6
    step_max_s: float = 0.2
    """Longest step of still air, which may be about to move."""

    def __post_init__(self) -> None:
        if self.closure not in CLOSURES:
            raise ValueError(f"closure {self.closure!r}: allowed {', '.join(CLOSURES)}")


def has_warm_walls(options: FlowOptions) -> bool:
    """Whether an outer wall has a temperature."""
    return any(not math.isnan(wall.temperature_degc) for wall in options.walls)
