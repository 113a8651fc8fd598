"""Whether the nodes that stand here can be cut and counted as the rule of the queue says."""

from __future__ import annotations

from collections.abc import Iterable

from twin.controls.queueing import NO_GPU
from twin.errors import did_you_mean
from twin.facility.ledger import Ledger
from twin.facility.space.rack import Position

SLICED = ("A100", "H100", "H200", "B200", "B300", "GB200", "GB300", "GH200", "H800", "H20")
"""How names of GPUs begin that have instances of 1, 2, 3, 4 and 7 of 7 slices (MIG user guide)."""


def check_parts(ledger: Ledger, places: Iterable[Position]) -> None:
    """Refuse instances of GPUs that have none, and resources of nodes that are not there."""
    asked = ledger.scenario.controls.scheduler
    loc = ("controls", "scheduler")
    here = {p.gpu.name if p.gpu else NO_GPU for p in places if p.type.nodes_per_rack}
    whole = sorted(name for name in here - {NO_GPU} if not name.startswith(SLICED))
    if asked.gpu_shares == "mig" and whole:
        allowed = f"GPUs with instances of sevenths ({', '.join(SLICED)}), time slices, or any"
        ledger.complain((*loc, "gpu_shares"), f"mig, and GPUs {', '.join(whole)}", allowed)
    stated = [one.gpu for one in asked.node_resources]
    for i, gpu in enumerate(stated):
        at = (*loc, "node_resources", i, "gpu")
        if gpu is not None and gpu not in here:
            hint = did_you_mean(gpu, sorted(here))
            ledger.complain(at, repr(gpu), f"GPUs of nodes here: {', '.join(sorted(here))}", hint)
        if gpu in stated[:i]:
            ledger.complain(at[:-1], "the same nodes a second time", "each kind of node once")
