"""Which faults of the time line can happen to what."""

from __future__ import annotations

import re

from twin.facility.compromise import refuse_uncommanded
from twin.facility.cooling.altered_room import refuse_unsolved_rooms
from twin.facility.cooling.pipe_faults import refuse_without_pipes
from twin.facility.ledger import Ledger, Loc
from twin.scenario.schema.faults import INTRUSIONS, ROOM_MODES

_NODE = re.compile(r"node_([1-9][0-9]{0,5})(?:/gpu_([1-9][0-9]{0,2}))?")


def check_faults(ledger: Ledger) -> None:
    """Faults on nothing, or on what cannot have them."""
    for i, fault in enumerate(ledger.scenario.faults.timeline):
        loc = ("faults", "timeline", i)
        if fault.mode not in (*INTRUSIONS, *ROOM_MODES):
            check_target(ledger, (*loc, "component"), fault.component)
        refuse_uncommanded(ledger, (*loc, "component"), fault)
        refuse_unsolved_rooms(ledger, loc, fault)
        refuse_without_pipes(ledger, (*loc, "mode"), fault)


def check_target(ledger: Ledger, loc: Loc, name: str) -> None:
    """A name that is no component of the layout, nor a node of its racks or a GPU of one."""
    rack, slash, node = name.partition("/")
    row = ledger.row.get(rack)
    if row is None:
        ledger.unknown_component(loc, name)
        return
    nodes = ledger.entries[row].nodes
    gpus = ledger.entries[row].gpus // max(nodes, 1)
    number = _NODE.fullmatch(node)
    if slash and (
        number is None or int(number[1]) > nodes or (number[2] and int(number[2]) > gpus)
    ):
        ledger.complain(loc, repr(name), _nodes_of(rack, nodes, gpus))


def _nodes_of(rack: str, nodes: int, gpus: int) -> str:
    """What of a rack may fail, in words."""
    if not nodes:
        return f"{rack}, without nodes"
    of_each = f", and /gpu_1 to /gpu_{gpus} of each" if gpus else ", without GPUs"
    return f"{rack}/node_1 to {rack}/node_{nodes}{of_each}"
