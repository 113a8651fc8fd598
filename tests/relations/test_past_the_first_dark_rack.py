"""A pair of losses of which one is fatal by itself: what trips besides is in the static view too,
as it is in a run.
"""

from __future__ import annotations

import twin
from tests.planned import judged
from tests.power_layouts import facility, load, part, power_only


def two_boards() -> twin.Facility:
    """A row on both and a row on b alone; a hangs on a large and a small transformer."""
    parts = [
        part("utility", "utility_feed"),
        part("large", "transformer_2500", "utility", kw=720.0),
        part("small", "transformer_2500", "utility", kw=240.0),
        part("board_a", "switchboard_4000", "large", "small"),
        part("tx_b", "transformer_2500", "utility", kw=300.0),
        part("board_b", "switchboard_4000", "tx_b"),
    ]
    for name, kw in (("a", 900.0), ("b", 300.0)):
        empty = {"battery_energy": "8 kWh"}
        parts.append(part(f"ups_{name}", "ups_1250", f"board_{name}", kw=kw, overrides=empty))
        parts.append(part(f"bus_{name}", "switchboard_4000", f"ups_{name}"))
    return facility(
        power_only(parts, [load("both", 300.0, "bus_a", "bus_b"), load("one", 90.0, "bus_b")])
    )


def off(built: twin.Facility, *lost: str) -> set[str]:
    """Rows with a rack that is off at some time of a run that loses these."""
    run = twin.start(built)
    run.until(60.0)
    faults = [{"at": "61 s", "component": name, "repair_after": "3 h"} for name in lost]
    fork = run.fork(faults=faults)
    fork.until()
    racks = fork.result().frame("racks")
    return {name.partition("_")[0] for name in racks.rack[racks.on_frac < 1.0]}


def test_what_trips_beside_a_dark_rack_is_said() -> None:
    """Without b `one` is dark, and `both` hangs on a: 312 kW. Without the large transformer too
    they trip the small one at 1.30 of its rating, and every rack is dark.
    """
    built = two_boards()
    _, said = judged(built)
    rows = {lost: {rack.partition("_")[0] for rack in racks} for lost, racks in said.items()}
    assert rows[("board_b",)] == off(built, "board_b") == {"one"}
    assert rows[("large",)] == off(built, "large") == set()
    assert rows[("large", "board_b")] == off(built, "large", "board_b") == {"one", "both"}
