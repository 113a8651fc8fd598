"""Which cuts a model takes on a GPU, and how many GPUs hold it: what a refusal names.

`holds` says of a replica whether a request fits beside its weights; `domain` is the number of GPUs
that share each layer at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from twin.physics.kernels import ServingReplica, replica_problems

Holds = Callable[[ServingReplica], bool]


def working(replica: ServingReplica, domain: int, holds: Holds) -> str:
    """Cuts of one stage that hold a request; where none does, those that the model takes."""
    able = list(_stages(replica, domain))
    holding = [_name(cut) for cut in able if holds(cut)]
    if holding:
        return f"it is held by {', '.join(holding)}"
    return f"{', '.join(map(_name, able))} cut it, and none holds it"


def held_by(replica: ServingReplica, domain: int, holds: Holds) -> str:
    """How many GPUs hold a request: in one domain where it can be, else in the fewest stages, and
    on the fewest GPUs of all; nothing where none do.
    """
    cuts = _stages(replica, domain)
    staged = [found for cut in cuts if (found := _staged(cut, holds)) is not None]
    if not staged:
        return ""
    fewest = min(staged, key=lambda cut: (cut.gpus, cut.pipeline))
    usual = min(staged, key=lambda cut: (cut.pipeline, cut.gpus))
    said = f"{usual.gpus} GPU{'s' if usual.gpus > 1 else ''} hold it as --parallelism"
    if fewest.gpus == usual.gpus:
        return f"{said} {_name(usual)}"
    return f"{said} {_name(usual)}, no fewer than {fewest.gpus} ({_name(fewest)})"


def _stages(replica: ServingReplica, domain: int) -> Iterator[ServingReplica]:
    """The model cut each way that it takes within a domain: TP, then DEP, fewest GPUs first."""
    ways = [(many, 1) for many in range(1, domain + 1)]
    ways += [(1, many) for many in range(2, domain + 1)]
    for tensor, data in ways:
        cut = replace(replica, tensor=tensor, data=data, pipeline=1)
        if not replica_problems(cut):
            yield cut


def _staged(cut: ServingReplica, holds: Holds) -> ServingReplica | None:
    """The same in the fewest stages that hold a request."""
    stages = range(1, cut.model.layers + 1)
    return next(filter(holds, (replace(cut, pipeline=many) for many in stages)), None)


def _name(cut: ServingReplica) -> str:
    """As `--parallelism` takes it."""
    plain = f"DEP{cut.data}" if cut.data > 1 else f"TP{cut.tensor}"
    return plain if cut.pipeline == 1 else f"{plain}PP{cut.pipeline}"
