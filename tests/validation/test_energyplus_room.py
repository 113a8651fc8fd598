"""Claim: a room of air-cooled servers is that of EnergyPlus' `ElectricEquipment:ITE:AirCooled`:
what servers draw in and give out, what is cooled, and how fast the room warms without cooling.

Two racks of 28.6 kW and 1.464 m³/s in 432 m³, 20 °C of supply, as much of it as servers want, no
structure and next to no mass in servers. EnergyPlus returns a share f of the room's mixed air to
the servers' inlets, the program a share r of the racks' own exhaust: the same where r = f/(1 + f).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests import energyplus
from tests.energyplus_room import Servers, run
from tests.planner import answer, busy

pytestmark = pytest.mark.skipif(energyplus.home() is None, reason="EnergyPlus is not installed")
RETURNED = 0.15
ROOM = Servers((12.0, 9.0, 4.0), 57.2e3, 2.928, 2.928, 20.0, RETURNED)
STOPS_S = 7200.0
BEFORE = -7
"""The last minutes of EnergyPlus' day: five behind the stop, and the one that it falls into."""


def layout() -> dict[str, Any]:
    out = small_layout(0, 2)
    light = {"heat_capacity": "1 kJ/K", "junction_to_coolant_k_w": 0.01, "inlet_air_max": "60 °C"}
    row = {"name": "light", "like": "dgx_b200_x2", "source": "invented: no mass, no limit"}
    out["equipment"] = {"racks": [row | light]}
    out["halls"][0]["rows"][0]["racks"] = "2 x light"
    bare = {"structure_heat_capacity": 1e4, "structure_conductance": 1.0, "containment": "none"}
    out["halls"][0] |= bare
    out["cooling"]["air"][0] |= {"supply_temperature": "20 °C", "count": 1}
    out["cooling"]["plant"] = [out["cooling"]["plant"].pop() | {"supply_temperature": "10 °C"}]
    own = {"recirculation": RETURNED / (1 + RETURNED)}
    return out | {"overrides": {f"air_r{k}": own for k in (1, 2)}}


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return run(ROOM, tmp_path_factory.mktemp("room"))


@pytest.fixture(scope="module")
def ours() -> Any:
    lost = [{"at": "2 h", "component": "crah", "repair_after": "1 h"}]
    asks = {"workload": [busy(nodes=4)], "horizon": "7500 s", "outputs": {"period": "10 s"}}
    racks = answer(layout(), faults={"timeline": lost}, **asks).frame("racks")
    return racks[racks["rack"] == "air_r1"].set_index("time_s")


def test_servers_draw_in_and_give_out_the_same_air(theirs: Any, ours: Any) -> None:
    """EnergyPlus moves the stated cubic metres at 1.204 kg/m³ and 1,021 J/(kg K), moist air of
    20 °C; the program at 1.184 and 1,006, dry air of 25 °C: 3 % less heat for a kelvin, 0.5 K of
    rise. Its inlets lie 0.08 K nearer to the supply, its exhaust 0.24 K.
    """
    rest = ours.loc[STOPS_S]
    rise_k = ROOM.power_w / (2.928 * 1.184 * 1006.0)
    assert rest.inlet_air_degc == pytest.approx(20.0 + RETURNED * rise_k, abs=0.01)
    assert theirs["zone_degc"][BEFORE] - 20.0 == pytest.approx(rise_k, rel=0.035)
    assert theirs["inlet_degc"][BEFORE] == pytest.approx(rest.inlet_air_degc, abs=0.1)
    assert theirs["outlet_degc"][BEFORE] == pytest.approx(rest.coolant_degc, abs=0.35)
    assert theirs["cooled_w"][BEFORE] == pytest.approx(ROOM.power_w, rel=1e-4)


def test_without_cooling_the_room_warms_at_the_same_pace(theirs: Any, ours: Any) -> None:
    """From the third minute on, within 2 %: 6.65 K a minute. Till then they differ in kind: a well
    mixed room is as warm as its return from the start, the program's inlets stand in colder air,
    and EnergyPlus gives servers the supply of the step before, so its inlets do not move for a
    minute. After five minutes its room is at 65.4 °C, the mean of inlet and exhaust here 67.3 °C.
    """
    theirs_k = np.diff(theirs["zone_degc"][-3:])
    minutes = ours.loc[STOPS_S + 180.0 : STOPS_S + 300.0 : 6].inlet_air_degc.to_numpy()
    assert theirs_k == pytest.approx(np.diff(minutes), rel=0.02)
    assert theirs["inlet_degc"][-5] == theirs["inlet_degc"][BEFORE]
    last = ours.loc[STOPS_S + 300.0]
    mean_degc = (last.inlet_air_degc + last.coolant_degc) / 2
    assert theirs["zone_degc"][-1] == pytest.approx(mean_degc, abs=2.5)
