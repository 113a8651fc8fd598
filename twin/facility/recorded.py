"""How large the time tables of a run will be, known before it starts."""

from __future__ import annotations

from twin.facility.ledger import Ledger
from twin.facility.model import Facility

VALUES_MAX = 250_000_000
"""Numbers in the time tables of one run: 2 GB of memory."""
RACK_COLUMNS = 9
POWER_COLUMNS = 4
LOOP_COLUMNS = 3


def refuse_too_many(ledger: Ledger, facility: Facility) -> None:
    """Note a problem where the recording period is too short for so many components."""
    scenario = facility.scenario
    cooling = facility.cooling
    loops = len(cooling.loop_id) + len(cooling.hall_id) + len(cooling.plants)
    a_period = (
        RACK_COLUMNS * len(facility.racks.id)
        + POWER_COLUMNS * facility.power.equipment
        + LOOP_COLUMNS * loops
    )
    values = scenario.horizon / scenario.outputs.period * a_period
    if values > VALUES_MAX:
        shortest_s = scenario.horizon * a_period / VALUES_MAX
        ledger.complain(
            ("outputs", "period"),
            f"{scenario.outputs.period:g} s, which makes tables of {values:,.0f} numbers",
            f"at least {shortest_s:,.0f} s for so many components over {scenario.horizon:g} s",
        )
