"""A design's network as buses and what hangs between and on them, for other electrical tools.

Supplies that feed a node together are joined at one bus, as they are at a board. A UPS is a load
where it is fed and a source of nominal voltage where it gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Mask
from twin.facility.model import Facility
from twin.facility.power.electrical import ElectricalNetwork, electrical_network, solved

LEAST_REACTANCE_FRAC = 1e-6
"""Of a transformer that states none: of 0 OpenDSS makes 700 %, and pandapower divides by it."""


@dataclass(frozen=True)
class Bus:
    """A point of one voltage."""

    name: str
    nominal_v: float


@dataclass(frozen=True)
class Branch:
    """A series impedance between two buses; a transformer where their voltages differ or its kind
    is one.
    """

    name: str
    upper: int
    lower: int
    rating_va: float
    resistance_frac: float
    """Per unit of the rating."""
    reactance_frac: float
    idle_w: float
    """No-load loss of a transformer."""
    is_transformer: bool


@dataclass(frozen=True)
class Load:
    """Constant power drawn at a bus."""

    name: str
    bus: int
    power_w: float
    reactive_var: float


@dataclass
class ExportNetwork:
    """Everything, numbered from 0."""

    name: str
    buses: list[Bus] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)
    """Names, and buses that are held at nominal voltage."""
    bus_of: dict[str, int] = field(default_factory=dict)
    """Bus at the output of each power component."""


def export_network(facility: Facility) -> ExportNetwork:
    """The network with every load at its peak and everything in service."""
    return _Builder(facility).build()


class _Builder:
    """Joins, numbers and fills one network."""

    def __init__(self, facility: Facility) -> None:
        self.tree = facility.power
        self.network: ElectricalNetwork = electrical_network(facility)
        self.found = solved(self.network)
        self.joined = list(range(2 * len(self.tree.id)))
        """Inputs and outputs of nodes, each with one that it is joined to."""
        self.out = ExportNetwork(facility.scenario.plan.name)
        self.is_load = np.zeros(len(self.tree.id), dtype=bool)
        self.is_load[self.tree.loads] = True
        self.is_back = self._ways_back(facility)
        self.number: dict[int, int] = {}

    def build(self) -> ExportNetwork:
        """Buses, then what hangs on them."""
        for supply, taker, _ in self._edges():
            if not self.is_load[taker] and not self.network.regulated[taker]:
                self._join(self._output(supply), self._input(taker))
        for node in self._carrying():
            is_bar = self.network.impedance_per_va[node] == 0 and not self._is_transformer(node)
            if is_bar and not self.network.regulated[node]:
                self._join(self._input(node), self._output(node))
        for node in self._carrying():
            self._place(node)
        for supply, taker, share in self._edges():
            if self.is_load[taker] or self.network.regulated[taker]:
                self._load(supply, taker, share)
        return self.out

    def _ways_back(self, facility: Facility) -> Mask:
        """(power node,) sections of open rings as fed from their other end, where nothing carries
        power now: the section itself is there already.
        """
        parent = facility.components.parent
        ids = set(self.tree.id)
        is_part = [parent[component] in ids for component in self.tree.component.tolist()]
        carries = np.abs(self.found.through_va) > 0
        return np.array(is_part, dtype=bool) & ~carries & ~self.is_load

    def _edges(self) -> Iterator[tuple[int, int, float]]:
        network = self.network
        share = network.share.real.tolist()
        yield from zip(network.supply.tolist(), network.taker.tolist(), share, strict=True)

    def _carrying(self) -> list[int]:
        feeds = np.zeros(len(self.tree.id), dtype=bool)
        feeds[self.network.supply] = True
        fed = np.zeros(len(self.tree.id), dtype=bool)
        fed[self.network.taker] = True
        return np.flatnonzero(
            self.network.live & (feeds | fed) & ~self.is_load & ~self.is_back
        ).tolist()

    def _input(self, node: int) -> int:
        return node

    def _output(self, node: int) -> int:
        return len(self.tree.id) + node

    def _join(self, one: int, other: int) -> None:
        self.joined[self._root(one)] = self._root(other)

    def _root(self, end: int) -> int:
        while self.joined[end] != end:
            end = self.joined[end]
        return end

    def _bus(self, end: int, name: str, nominal_v: float) -> int:
        root = self._root(end)
        if root not in self.number:
            self.number[root] = len(self.out.buses)
            self.out.buses.append(Bus(name, nominal_v))
        return self.number[root]

    def _place(self, node: int) -> None:
        """The bus at a node's output, and the branch or source that leads to it."""
        tree = self.tree
        name = tree.id[node]
        nominal_v = float(self.network.voltage_v[node])
        if self.network.regulated[node]:
            bus = self._bus(self._output(node), name, nominal_v)
            self.out.bus_of[name] = bus
            if bus not in {held for _, held in self.out.sources}:
                self.out.sources.append((name, bus))
            return
        z = complex(self.network.impedance_per_va[node])
        is_transformer = self._is_transformer(node)
        upper = self._bus(self._input(node), f"{name}_in", self._above_v(node))
        lower = self._bus(self._output(node), name, nominal_v)
        self.out.bus_of[name] = lower
        idle_w = float(self.found.loss_w[node] - abs(self.found.current_va[node]) ** 2 * z.real)
        rating_va = float(tree.rating_w[node]) if np.isfinite(tree.rating_w[node]) else 1e6
        if upper != lower:
            r = z.real * rating_va
            x = max(z.imag * rating_va, LEAST_REACTANCE_FRAC if is_transformer else 0.0)
            idle = idle_w if is_transformer else 0.0
            self.out.branches.append(
                Branch(name, upper, lower, rating_va, r, x, idle, is_transformer)
            )
        if not is_transformer and idle_w > 1e-6:
            self.out.loads.append(Load(f"{name}_loss", lower, idle_w, 0.0))

    def _is_transformer(self, node: int) -> bool:
        """One by its kind, or a floor PDU that steps down."""
        steps = bool(self._above_v(node) != self.network.voltage_v[node])
        return self.tree.kind[node] == "transformer" or steps

    def _above_v(self, node: int) -> float:
        above = self.network.supply[self.network.taker == node]
        return float(self.network.voltage_v[above[0] if above.size else node])

    def _load(self, supply: int, taker: int, share: float) -> None:
        """What a taker draws over one of its cords; of a UPS what it gives and loses."""
        drawn = complex(self.network.load_va[taker])
        if self.network.regulated[taker]:
            drawn = self.found.through_va[taker].real + self.found.loss_w[taker] + 0j
        if drawn == 0:
            return
        drawn = complex(drawn) * share
        bus = self.number[self._root(self._output(supply))]
        name = f"{self.tree.id[taker]}_at_{self.tree.id[supply]}"
        self.out.loads.append(Load(name, bus, drawn.real, drawn.imag))
