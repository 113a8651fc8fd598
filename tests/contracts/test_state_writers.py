"""Each block of the state has one writer: the module or room that `twin.simulation.state` names
beside it. The source is read for every way of writing, and a run is watched while it writes.
"""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from conftest import ROOT, failing, small, small_layout, training
from state_scan import UNKNOWN, Classes, Write, writes
from watched_state import watched

import twin
from twin.simulation.loop.run import Loop
from twin.simulation.state import WRITERS, State
from twin.simulation.state.work import ServiceState

FOLDER = ROOT / "twin" / "simulation"
MODULES = {
    ".".join(path.relative_to(FOLDER).with_suffix("").parts): path
    for path in sorted(FOLDER.rglob("*.py"))
    if path.parent.name != "state"
}
"""All but those that make the first state."""
PARTS = {ServiceState: "serving"}
"""Classes that a block holds in a list."""
BLOCKS = {**{hint: name for name, hint in get_type_hints(State).items()}, **PARTS}


def all_classes() -> Classes:
    found = Classes({cls.__name__: block for cls, block in BLOCKS.items()}, frozenset(WRITERS))
    found.read(ast.parse(path.read_text()) for path in MODULES.values())
    return found


CLASSES = all_classes()


def may_write(module: str, block: str) -> bool:
    """Whether a module is the writer of a block, or stands in the room that is."""
    writer = WRITERS.get(block, "")
    return bool(writer) and (module == writer or module.startswith(f"{writer}."))


def written_by(path: Path) -> set[Write]:
    return writes(ast.parse(path.read_text()), CLASSES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_writes_only_its_own_block(module: str) -> None:
    foreign = {w for w in written_by(MODULES[module]) if not may_write(module, w.block)}
    assert foreign == set()


def test_every_writer_is_there_and_writes_its_block() -> None:
    for block, writer in WRITERS.items():
        mine = [module for module in MODULES if may_write(module, block)]
        assert mine, f"{writer}, the writer of {block}, is no module and no room"
        written = {w.block for module in mine for w in written_by(MODULES[module])}
        assert block in written


def test_every_column_is_written_after_the_first_instant() -> None:
    """What nobody writes is no state, and belongs to the facility."""
    written = {w for path in MODULES.values() for w in written_by(path)}
    columns = {Write(b, f.name) for cls, b in BLOCKS.items() for f in dataclasses.fields(cls)}
    assert columns - written == set()


SEEN = """
class Supplies:
    own: SupplyState

class Jobs:
    def __init__(self, world, flows: Flows, supplies: Supplies):
        self.own = world.state.jobs
        self.flows = flows
        self.supplies = supplies

    def f(self, world, other):
        world.state.faults.a = 1
        self.own.b[3] = 1
        own = self.own
        own.c += 1
        own.d, e = 1, 2
        x, s = 1, world.state
        s.heat.e[1:] = 0
        np.add.at(own.f, 1, 2)
        np.maximum(1, 2, out=own.g)
        np.divmod(1, 2, out=(e, own.h))
        own.i.fill(0)
        setattr(own, "j", 1)
        queue = self.own.k
        queue.append(1)
        part = own.l.reshape(2, 2)[0]
        part[1] = 2
        rate = own.m
        rate += 1
        for row in own.n:
            row[:] = 0
        for _, row2 in zip(x, own.o, strict=True):
            row2 *= 2
        self.flows.own.p = 1
        self.supplies.own.q = 1
        draw = own.r["name"]
        draw.exponential(1.0)
        del own.s["name"]
        own.t["name"].u = 3
        other.own.v = 1
        state = self.world.state
        state.racks = None

class Flows:
    def __init__(self, world):
        self.own = world.state.flows

def free(own: JobState, state: State) -> None:
    own.w = 1
    state.units.x[...] = 0
"""
NOT_SEEN = """
class Jobs:
    def __init__(self, world):
        self.own = world.state.jobs
        self.work = []

    def f(self):
        a = self.own.x.copy()
        a[0] = 1
        b = self.own.x + 1
        b += 1
        c = np.where(self.own.x, 1, 0)
        c[0] = 1
        d = [self.own.x]
        d.append(1)
        self.work.append(self.own.x)
        self.world.note("x", self.own.x)
"""


def scanned(source: str) -> set[Write]:
    tree = ast.parse(source)
    classes = Classes(CLASSES.block_of_class, CLASSES.blocks)
    classes.read([tree])
    return writes(tree, classes)


def test_the_scan_sees_every_way_of_writing() -> None:
    found = scanned(SEEN)
    assert {w.column for w in found if w.block == "jobs"} == set("bcdfghijklmnorstuw")
    others = {
        ("faults", "a"), ("heat", "e"), ("flows", "p"), ("supply", "q"), (UNKNOWN, "v"),
        ("racks", "?"), ("units", "x"),
    }  # fmt: skip
    assert {tuple(w) for w in found if w.block != "jobs"} == others


def test_the_scan_does_not_take_copies_for_the_state() -> None:
    assert scanned(NOT_SEEN) == set()


FABRIC = {"kind": "rail_optimised", "switch": "q3400", "nodes_per_su": 36, "fed_by": ["panel"]}
WIRED = small_layout() | {"fabric": FABRIC}
WIRED["cooling"]["air"][0]["supply_temperature"] = "20 °C"
WIRED["cooling"]["loops"][0]["supply_temperature"] = "46 °C"
WIRED["halls"][0]["server_fans"] = {"begin": "10 °C", "end": "22 °C", "most": 1.4, "power": "4 %"}
WIRED["halls"][0]["chip_leakage"] = {"share": "25 %"}
WIRED["halls"][0]["moisture"] = {}
WIRED["power"].append(
    {"name": "roof", "type": "pv_250", "fed_by": "board", "solar": {"dc_rating": "300 kW"}}
)
WIRED["power"].append({"name": "bess", "type": "bess_250_1h", "fed_by": "board"})
BUSY = {
    "site": {
        "climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"},
        "grid": "virginia",
        "sky": {"latitude_deg": 40},
    },
    "workload": [
        training("liquid", 68, checkpoint_interval="300 s"),
        {
            "kind": "inference",
            "name": "chat",
            "model": "Llama-3.1-70B",
            "nodes": 4,
            "tensor_parallel": 4,
            "dtype": "fp4",
            "requests": {"rate": "40 / s"},
        },
    ],
    "faults": failing(
        (605.0, "cdu_pump_1", 700.0), (1000.0, "panel_1", 300.0), (1500.0, "leaf_su1_rail1", 200.0)
    )
    | {"rates": {"kinds": ["crah"], "scale": 1e6}},
    "drills": [{"kind": "utility_outage", "at": "2000 s", "duration": "200 s"}],
    "controls": {
        "load_shedding": {"order": ["crah_1"]},
        "demand_response": {"events": [{"at": "1500 s", "duration": "60 s", "ramp": "0 s"}]},
        "storage": [{"kind": "ramp_limit", "bess": "bess", "per_minute": "50 kW"}],
        "actions": [
            {"kind": "clock_ceiling", "at": "100 s", "clock": 0.9},
            {"kind": "gpu_power_cap", "at": "150 s", "duration": "60 s", "share": "60 %"},
        ],
    },
}
"""An hour in which every discipline has something to do."""


def test_a_run_writes_every_block_from_the_module_that_owns_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen from inside: whoever sets a column, or changes an array in place, is asked for its
    module.
    """
    run, seen = watched(twin.build(small(WIRED, **BUSY)), monkeypatch)
    loop = Loop(run)
    loop.begin()
    while not loop.done:
        loop.step()
    assert {(block, module) for block, module in seen if not may_write(module, block)} == set()
    assert {block for block, _ in seen} == set(WRITERS)


def test_the_watch_sees_what_the_scan_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = watched(twin.build(small(small_layout())), monkeypatch)
    state = run.world.state
    seen.clear()
    for change in (
        lambda: state.heat.temperature_degc.__setitem__(0, 1.0),
        lambda: np.add.at(state.racks.rack_w, 0, 1.0),
        lambda: np.maximum(1.0, 2.0, out=state.units.unit_w),
        lambda: np.copyto(state.supply.battery_j, 0.0),
        lambda: state.flows.flow_frac[:1].fill(0.0),
        lambda: setattr(state.inlet, "rack_hours", 1.0),
    ):
        change()
    assert {block for block, _ in seen} == {"heat", "racks", "units", "supply", "flows", "inlet"}
    assert {module for _, module in seen} == {""}
