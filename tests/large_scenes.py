"""Tables of a hall as large as one likes, and of what its racks did, for tests of scenes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from twin.results.tables import COMPONENTS, EDGES, RACKS

RACKS_PER_ROW = 40
Row = tuple[Any, ...]


def large_hall(racks: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Components and edges: rows of 40 racks, each with two panels, a CDU and four switches."""
    rows: list[Row] = []
    edges: list[tuple[str, str, str, str]] = []
    for row in range(racks // RACKS_PER_ROW):
        _row(row, rows, edges)
    for side, y in (("a", 5.0), ("b", 9.0)):
        ups = (f"ups_{side}", "ups", "ups_1500", "", "power", -5.0, y, 0.0, 4.2, 0.9, 2.0, 1.5e6)
        rows.append((*ups, 0, 0, 180.0))
        edges.append(("utility", f"ups_{side}", "power", "share"))
    feed = (-15.0, 5.0, 0.0, 6.0, 4.0, 4.0)
    rows.append(("utility", "utility", "utility_feed", "", "power", *feed, 0.0, 0, 0, 180.0))
    plant = (-15.0, 25.0, 0.0, 2.2, 5.5, 2.4)
    kind = ("chiller", "chiller_air_430")
    rows.append(("chiller", *kind, "", "cooling", *plant, 430e3, 0, 0, 180.0))
    return (
        pd.DataFrame(rows, columns=list(COMPONENTS.names)),
        pd.DataFrame(edges, columns=list(EDGES.names)),
    )


def _row(row: int, rows: list[Row], edges: list[tuple[str, str, str, str]]) -> None:
    x = 26.0 * (row % 5)
    y = 2.0 + 3.0 * (row // 5)
    facing = 180.0 if row % 2 else 0.0
    racks = [f"row_{row}-{k}" for k in range(RACKS_PER_ROW)]
    for k, name in enumerate(racks):
        place = (x + 2.0 + 0.6 * k, y, 0.0, 0.6, 1.068, 2.236)
        rows.append((name, "rack", "gb200_nvl72", "hall", "compute", *place, 132e3, 72, 18, facing))
    for side, off in (("a", -0.5), ("b", 0.5)):
        panel = f"rpp_{side}_{row}"
        place = (x + 1.0, y + off, 0.0, 0.6, 0.9, 2.0)
        rows.append((panel, "rpp", "rpp_500", "hall", "power", *place, 5e5, 0, 0, 90.0))
        edges += [(panel, name, "power", "share") for name in racks]
        edges.append((f"ups_{side}", panel, "power", "share"))
    place = (x + 27.0, y, 0.0, 0.9, 1.2, 2.2)
    rows.append((f"cdu_{row}", "cdu", "cdu_xdu1350", "hall", "cooling", *place, 1.3e6, 0, 0, 180.0))
    edges += [(f"cdu_{row}", name, "cooling", "serves") for name in racks]
    edges.append(("chiller", f"cdu_{row}", "cooling", "serves"))
    for k in range(4):
        leaf = f"leaf_{row}_{k}"
        place = (x + 2.0, y, 0.3 + 0.2 * k, 0.44, 0.6, 0.178)
        rows.append((leaf, "switch", "q3400", racks[0], "fabric", *place, 4e3, 0, 0, 180.0))
        edges += [(name, leaf, "fabric", "link") for name in racks]


def random_racks(components: pd.DataFrame, periods: int) -> pd.DataFrame:
    """A table of racks whose numbers are random, so that none can be left out."""
    ids = components["id"][components["kind"] == "rack"].to_numpy()
    rng = np.random.default_rng(7)
    count = periods * len(ids)
    frame = pd.DataFrame({name: rng.uniform(0.5, 1.0, count) for name in RACKS.names})
    frame["time_s"] = np.repeat(900.0 * np.arange(1, periods + 1), len(ids))
    frame["rack"] = np.tile(ids, periods)
    frame["power_w"] = rng.uniform(3e4, 1.3e5, count)
    frame["inlet_air_degc"] = rng.uniform(20.0, 38.0, count)
    frame["junction_degc"] = rng.uniform(50.0, 95.0, count)
    frame["on_frac"] = 1.0
    return frame
