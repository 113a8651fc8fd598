"""Water on both sides of a plant's common pipe."""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.decoupler import resistance_k_w


@dataclass(frozen=True)
class CommonPipe:
    """Streams on both sides of a plant's common pipe, and of a tank in it, in W/K. Where no
    decoupler parts them the chillers have the rated flow of the house.
    """

    chillers_w_k: float
    """Through chillers, and coolers beside or ahead of them."""
    house_w_k: float
    tank_w_k: float = 0.0
    """Cold water that a tank gives for what the chillers' pumps move too little."""

    @property
    def mixed_k_w(self) -> float:
        """Water of the house above that behind the chillers, for a watt that they and the tank
        take; nothing where nothing cold flows.
        """
        cold = self.chillers_w_k + self.tank_w_k
        if cold <= 0 or cold >= self.house_w_k:
            return 0.0
        return float(resistance_k_w(cold, self.house_w_k))

    @property
    def tank_frac(self) -> float:
        """Share of the heat that goes into the tank."""
        return self.tank_w_k / max(self.chillers_w_k + self.tank_w_k, 1e-12)

    @property
    def surplus_w_k(self) -> float:
        """What goes back to the chillers, and fills a tank."""
        return max(self.chillers_w_k - self.house_w_k, 0.0)
