"""Flows and pressures of a network of pipes, pumps and valves: the global gradient method.

Todini and Pilati (1988): Newton's method on the flows of links and the pressures of nodes at once.
Each round solves one symmetric system for the pressures; flows follow link by link.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.physics.hydraulics.liquid import Liquid
from twin.physics.hydraulics.pipe import Pipes

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

ROUNDS_MAX = 100
CLOSE_FRAC = 1e-9
"""Change of the flows in the last round over their size."""
CLOSE_M3_S = 1e-9
"""The same where next to nothing flows."""
SLOPE_MIN = 1e2
"""Pa / (m3/s): keeps a link without flow from dividing; a rack's is some 1e8."""
SHUT_SLOPE = 1e13
"""The same of what does not let through: a closed valve, a check valve held shut."""
STILL_M3_S = 1e-7
"""Less is no flow: what a shut valve of the model leaks."""


class NoFlowFound(ArithmeticError):
    """The rounds did not close in."""


@dataclass(frozen=True)
class Links:
    """What joins nodes; arrays are (link,), zero where a link has nothing of the kind.

    A link's pressure loss is that of its pipe, of fittings and valves (loss * q^2), of equipment by
    a power law, less what its pump adds.
    """

    start: Index
    end: Index
    length_m: Array
    diameter_m: Array
    """1 where there is no pipe."""
    roughness_m: Array
    loss_pa_s2_m6: Array
    equipment: Array
    """Pressure over flow^power."""
    equipment_power: Array
    shutoff_pa: Array
    pump_loss: Array
    pump_power: Array
    checked: Mask
    """Lets nothing back: pumps, and check valves without one."""

    @property
    def size(self) -> int:
        """Links."""
        return int(self.start.size)


@dataclass(frozen=True)
class PipeNetwork:
    """Nodes and links; some nodes are held at a pressure, such as that of the expansion vessel."""

    nodes: int
    links: Links
    fixed: Index
    fixed_pa: Array
    liquid: Liquid
    guess_m3_s: Array = field(default_factory=lambda: np.zeros(0))
    """(link,) where the rounds begin; a millilitre a second where not given."""
    piped: Index = field(init=False)
    pumped: Index = field(init=False)
    equipped: Index = field(init=False)
    free: Index = field(init=False)
    pipes: Pipes = field(init=False)
    take: Array = field(init=False)
    """(link, node) 1 at its start, -1 at its end."""

    def __post_init__(self) -> None:
        """Note which links have which parts, once."""
        links = self.links
        p = np.flatnonzero(links.length_m > 0)
        measures = (links.length_m[p], links.diameter_m[p], links.roughness_m[p])
        found = {
            "piped": p,
            "pumped": np.flatnonzero(links.shutoff_pa > 0),
            "equipped": np.flatnonzero(links.equipment > 0),
            "free": np.setdiff1d(np.arange(self.nodes), self.fixed),
            "pipes": Pipes(*measures, self.liquid),
            "take": _incidence(links, self.nodes),
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class NetworkFlow:
    """What flows."""

    flow_m3_s: Array
    """(link,) from its start to its end."""
    pressure_pa: Array
    """(node,) over what the held nodes refer to."""
    rounds: int


def solve_network(
    network: PipeNetwork,
    speed_frac: Array | float = 1.0,
    open_frac: Array | float = 1.0,
    demand_m3_s: Array | float = 0.0,
    guess_m3_s: Array | None = None,
) -> NetworkFlow:
    """Flows and pressures at given pump speeds and openings.

    speed_frac    (link,) speed of its pump; a pump that stands is a check valve held shut
    open_frac     (link,) area left open: what it loses is divided by its square; 0 is shut
    demand_m3_s   (node,) what leaves the network there, below 0 what enters; not at held nodes
    guess_m3_s    (link,) flows of a like state, from which the rounds are fewer
    Raises NoFlowFound where the rounds do not close in.
    """
    laws = _Laws(network, speed_frac, open_frac)
    take = network.take
    pressure = np.zeros(network.nodes)
    pressure[network.fixed] = network.fixed_pa
    asked = np.broadcast_to(np.asarray(demand_m3_s, dtype=float), (network.nodes,))
    flow = _first(network, guess_m3_s)
    step = 1.0
    last = np.inf
    for n in range(1, ROUNDS_MAX + 1):
        drop, slope = laws.drop_pa(flow)
        pressure[network.free] = _pressures(network, asked, flow - drop / slope, slope)
        wanted = flow + (take @ pressure - drop) / slope
        moved = float(np.abs(wanted - flow).max())
        step = 1.0 if moved < last else max(0.5 * step, 0.1)
        last = moved
        flow = flow + step * (wanted - flow)
        if moved <= max(CLOSE_FRAC * float(np.abs(flow).max()), CLOSE_M3_S):
            kept = np.where(np.abs(wanted) < STILL_M3_S, 0.0, wanted)
            return NetworkFlow(kept, pressure, n)
    raise NoFlowFound(f"{ROUNDS_MAX} rounds left flows moving by {moved:.3g} m3/s")


def _first(network: PipeNetwork, guess_m3_s: Array | None) -> Array:
    if guess_m3_s is not None:
        return guess_m3_s
    return network.guess_m3_s if network.guess_m3_s.size else np.full(network.links.size, 1e-3)


def _incidence(links: Links, nodes: int) -> Array:
    """(link, node) 1 at its start, -1 at its end."""
    take = np.zeros((links.size, nodes))
    each = np.arange(links.size)
    take[each, links.start] = 1.0
    take[each, links.end] -= 1.0
    return take


def _pressures(network: PipeNetwork, asked: Array, straight: Array, slope: Array) -> Array:
    """(free node,) pressures at which the straightened links balance at every node."""
    free = network.free
    gives = network.take.T
    matrix = gives @ (network.take / slope[:, None])
    right = -(gives @ straight) - asked - matrix[:, network.fixed] @ network.fixed_pa
    return np.asarray(np.linalg.solve(matrix[np.ix_(free, free)], right[free]))


class _Laws:
    """Pressure lost by each link and its slope, at given speeds and openings."""

    def __init__(
        self, network: PipeNetwork, speed_frac: Array | float, open_frac: Array | float
    ) -> None:
        links = network.links
        size = (links.size,)
        self.network = network
        self.speed = np.broadcast_to(np.asarray(speed_frac, dtype=float), size)[network.pumped]
        opening = np.broadcast_to(np.asarray(open_frac, dtype=float), size)
        self.shut = opening <= 0
        self.narrower = 1.0 / np.where(self.shut, 1.0, opening) ** 2
        p = network.pumped
        turning = np.where(self.speed > 0, self.speed, 1.0)
        self.pump_loss = links.pump_loss[p] * turning ** (2.0 - links.pump_power[p])
        self.lift = links.shutoff_pa[p] * self.speed**2
        self.standing = np.zeros(size, dtype=bool)
        self.standing[p] = self.speed <= 0
        self.lift_of = np.zeros(links.size)
        self.lift_of[p] = self.lift

    def drop_pa(self, flow: Array) -> tuple[Array, Array]:
        """(link,) loss and slope; steep where nothing passes."""
        links = self.network.links
        size = np.abs(flow)
        drop = links.loss_pa_s2_m6 * self.narrower * size * flow
        slope = 2.0 * links.loss_pa_s2_m6 * self.narrower * size
        self._pipes(flow, drop, slope)
        self._equipment(flow, drop, slope)
        self._pumps(flow, drop, slope)
        blocked = self.shut | (links.checked & (flow < 0)) | self.standing
        drop = np.where(blocked, SHUT_SLOPE * flow - np.where(self.shut, 0.0, self.lift_of), drop)
        return drop, np.where(blocked, SHUT_SLOPE, np.maximum(slope, SLOPE_MIN))

    def _pipes(self, flow: Array, drop: Array, slope: Array) -> None:
        p = self.network.piped
        lost, steep = self.network.pipes.drop_pa(flow[p])
        drop[p] += lost * self.narrower[p]
        slope[p] += steep * self.narrower[p]

    def _equipment(self, flow: Array, drop: Array, slope: Array) -> None:
        e = self.network.equipped
        power = self.network.links.equipment_power[e]
        rate = self.network.links.equipment[e] * self.narrower[e]
        size = np.abs(flow[e])
        steep = rate * np.maximum(size, 1e-12) ** (power - 1.0)
        drop[e] += steep * flow[e]
        slope[e] += power * steep

    def _pumps(self, flow: Array, drop: Array, slope: Array) -> None:
        p = self.network.pumped
        power = self.network.links.pump_power[p]
        ahead = np.maximum(flow[p], 0.0)
        steep = self.pump_loss * np.maximum(ahead, 1e-12) ** (power - 1.0)
        drop[p] += steep * ahead - self.lift
        slope[p] += power * steep
