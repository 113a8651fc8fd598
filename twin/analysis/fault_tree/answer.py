"""The answer to a fault tree in a file: probability, number of minimal cut sets, and time taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from twin.analysis.fault_tree.model import FaultTreeModel
from twin.cards import Shown
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.reliability.fault_tree.solve import BEYOND, NODES_MAX, TreeAnswer, solve

MISSION_TIME_H = 8760.0


@dataclass(frozen=True, repr=False)
class FaultTreeAnswer(Shown):
    """What is known of one top event; `answer` holds the numbers."""

    top_event: str
    answer: TreeAnswer
    wall_s: float
    passed_over: tuple[str, ...] = ()
    """What the files hold that would change the answer and is not followed."""

    @property
    def probability(self) -> float | None:
        """Probability of the top event; None where only bounds are known."""
        return self.answer.low if self.is_exact else None

    @property
    def is_exact(self) -> bool:
        """Whether the probability is exact, and not between two bounds."""
        return self.answer.low == self.answer.high

    @property
    def notes(self) -> list[str]:
        """What is not told, and why."""
        bounds = f"{BEYOND}: the probability lies between the bounds"
        unknown = (self.answer.why_no_count, "" if self.is_exact else bounds)
        return [text for text in (*self.passed_over, *unknown) if text]

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        by_order = self.answer.by_order
        return {
            "probability": self.probability,
            "probability_bounds": [self.answer.low, self.answer.high],
            "minimal_cut_sets": self.answer.cut_sets_count,
            "minimal_cut_sets_by_order": by_order and {str(k): n for k, n in by_order.items()},
            "top_event": self.top_event,
            "notes": self.notes,
            "wall_s": self.wall_s,
        }


def fault_tree(
    path: str | Path | Sequence[str | Path],
    top: str | None = None,
    mission_time_h: float = MISSION_TIME_H,
    nodes_max: int = NODES_MAX,
) -> FaultTreeAnswer:
    """Exact probability and number of minimal cut sets of a fault tree in an Open-PSA file.

    path             an XML file of the Open-PSA Model Exchange Format, or the files of one model
    top              the gate to answer; needed where several gates are used by no other
    mission_time_h   what `system-mission-time` stands for
    nodes_max        size of a diagram above which the probability is bounded, about 350 B each
    Raises InputError with file, line and cure.
    """
    start = perf_counter()
    paths = [Path(one) for one in ([path] if isinstance(path, str | Path) else path)]
    model = FaultTreeModel(paths, mission_time_h)
    name = _top_name(model, top, ", ".join(map(str, paths)))
    answer = solve(model.graph, model.top(name), nodes_max)
    return FaultTreeAnswer(name, answer, perf_counter() - start, model.passed_over)


def _top_name(model: FaultTreeModel, asked: str | None, file: str) -> str:
    tops = model.top_names()
    if asked is not None and asked not in model.gates:
        hint = did_you_mean(asked, model.gates)
        raise InputError([Problem("--top", repr(asked), "a gate of the file", hint, file)])
    if asked is not None:
        return asked
    if not model.gates:
        allowed = "a fault tree; where its gates stand in another file, name both"
        raise InputError([Problem("", "no gate", allowed, file=file)])
    model.refuse_circles(tops)
    if len(tops) != 1:
        found = f"{len(tops)} top events: {', '.join(tops[:20])}"
        raise InputError([Problem("", found, "one; choose with --top NAME", file=file)])
    return tops[0]
