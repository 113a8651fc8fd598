"""What is exported for pandapower leaves nothing that other readers of such networks pass over."""

from __future__ import annotations

import json
from pathlib import Path

from twin.cli import main

LAYOUT = Path(__file__).parents[2] / "layouts" / "gb200_su.yaml"


def test_loads_stand_at_their_own_power(tmp_path: Path) -> None:
    """No scaling, no part that goes with voltage, no shunt, nothing in parallel, no tap, no switch,
    nothing derated or out of service.
    """
    out = tmp_path / "net.json"
    assert main(["export", str(LAYOUT), str(out), "--to", "pandapower"]) == 0
    tables = {
        name: json.loads(table["_object"])
        for name, table in json.loads(out.read_text(encoding="utf-8"))["_object"].items()
        if isinstance(table, dict)
    }
    assert set(tables) == {"bus", "load", "ext_grid", "line", "trafo"}
    loads = [
        dict(zip(tables["load"]["columns"], row, strict=True)) for row in tables["load"]["data"]
    ]
    assert {load["scaling"] for load in loads} == {1.0}
    assert {value for load in loads for name, value in load.items() if "const" in name} == {0.0}
    for kind in ("line", "trafo"):
        at = tables[kind]["columns"].index("parallel")
        assert {row[at] for row in tables[kind]["data"]} == {1}
        most = tables[kind]["columns"].index("max_loading_percent")
        assert {row[most] for row in tables[kind]["data"]} == {100.0}
        derated = tables[kind]["columns"].index("df")
        assert {row[derated] for row in tables[kind]["data"]} == {1.0}
        assert not any("tap" in name for name in tables[kind]["columns"])
    for table in tables.values():
        at = table["columns"].index("in_service")
        assert all(row[at] is True for row in table["data"])
