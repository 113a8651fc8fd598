"""What the way from the utility to the racks loses, stage by stage, at part load."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.catalogue.equipment_kinds import is_source
from twin.facility.model import Facility
from twin.facility.power.loading import loading

Row = dict[str, Any]
LOADS_FRAC = (0.25, 0.5, 0.75, 1.0)


def losses_at_part_load(facility: Facility) -> list[Row]:
    """One row a share of the racks' rated power: W lost by kind of equipment, what cooling draws at
    its peak, and what both add to PUE.
    """
    return [_row(facility, share) for share in LOADS_FRAC]


def _row(facility: Facility, load_frac: float) -> Row:
    tree = facility.power
    rack_w = facility.racks.rated_w * load_frac
    flow = loading(facility, rack_w=rack_w)
    lost_w = (flow.input_w - flow.output_w)[: tree.equipment]
    kinds = np.array(tree.kind[: tree.equipment])
    it_w = float(rack_w.sum())
    cooling_w = float(facility.cooling.units.peak_w.sum())
    sources = [not is_source(kind) for kind in kinds.tolist()]
    stages = {kind: float(lost_w[kinds == kind].sum()) for kind in dict.fromkeys(kinds[sources])}
    total_w = sum(stages.values())
    return {
        "load_frac": load_frac,
        "it_w": it_w,
        "loss_w": {kind: watts for kind, watts in stages.items() if watts > 0},
        "loss_total_w": total_w,
        "cooling_w": cooling_w,
        "pue_of_losses": total_w / it_w if it_w else None,
        "pue_of_cooling_at_peak": cooling_w / it_w if it_w else None,
    }
