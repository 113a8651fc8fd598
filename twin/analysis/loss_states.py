"""What each loss leaves of everything else: for pictures of a design with something broken.

Steady state after the loss, by the dependency graph and by the flow in the power tree: transfer
gaps and temperatures are a run's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from twin.facility.dependency import dependency
from twin.facility.model import Facility
from twin.facility.power.loading import single_losses
from twin.physics.reliability.gates import Floats, Gates
from twin.physics.reliability.service import served_frac

STATED = "stated_faults"
"""Name of the case in which every fault that the scenario states stands at once."""


@dataclass(frozen=True)
class AfterLoss:
    """What is left once some components are lost."""

    name: str
    """The lost component's, or `STATED`."""
    lost: tuple[str, ...]
    left_frac: Mapping[str, float]
    """Share of its demand that each other component can still be given, where it is below 1."""
    load_frac: Mapping[str, float]
    """Load over rating of what the loss of one component overloads."""
    racks_down: int
    """Racks that cannot be given all that they ask for."""
    gpus_down: int
    load_down_w: float
    """Their rated input in watts."""


def loss_states(facility: Facility) -> tuple[AfterLoss, ...]:
    """One case for every component that others depend on, in the order of the graph, then one for
    each component that the scenario's faults name, then all of these at once.

    Faults of nodes, tiles and doors are no component's loss and make no case.
    """
    gates = dependency(facility)
    known = set(map(str, facility.tables()["components"]["id"]))
    stated = _stated(facility, known & set(gates.names))
    loads = set(gates.loads.tolist())
    feeding = [gates.names[k] for k in gates.components.tolist() if k not in loads]
    singles = dict.fromkeys([*(name for name in feeding if name in known), *stated])
    cases: dict[str, tuple[str, ...]] = {name: (name,) for name in singles}
    if len(stated) > 1:
        cases[STATED] = tuple(stated)
    return tuple(_states(gates, cases, known, _overloads(facility)))


def _stated(facility: Facility, known: Iterable[str]) -> list[str]:
    """Components that the scenario's faults take out, in order of time."""
    named = set(known)
    timeline = facility.scenario.faults.timeline
    held = [one.component for one in sorted(timeline, key=lambda one: one.at) if one.takes_out]
    return list(dict.fromkeys(name for name in held if name in named))


def _overloads(facility: Facility) -> dict[str, dict[str, float]]:
    """Load over rating by lost component, then by component."""
    names = facility.power.id
    out: dict[str, dict[str, float]] = {}
    for one in single_losses(facility).overloads:
        out.setdefault(names[one.lost], {})[names[one.node]] = float(one.load_frac)
    return out


def _states(
    gates: Gates,
    cases: Mapping[str, Sequence[str]],
    known: set[str],
    overloads: Mapping[str, Mapping[str, float]],
) -> Iterator[AfterLoss]:
    shown = [k for k, name in enumerate(gates.names) if name in known]
    left = served_frac(gates, [[gates.index[one] for one in lost] for lost in cases.values()])
    for case, (name, lost) in enumerate(cases.items()):
        share = left[:, case]
        down = gates.loads[share[gates.loads] < 1.0]
        less = {gates.names[k]: float(share[k]) for k in shown if share[k] < 1.0}
        yield AfterLoss(
            name=name,
            lost=tuple(lost),
            left_frac={one: frac for one, frac in less.items() if one not in lost},
            load_frac=overloads.get(name, {}) if len(lost) == 1 else {},
            racks_down=int(gates.racks[down].sum()),
            gpus_down=int(gates.gpus[down].sum()),
            load_down_w=_sum(gates.load_w[down]),
        )


def _sum(values: Floats) -> float:
    return float(values.sum())
