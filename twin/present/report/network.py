"""Network chapter: what the fabric and storage are made of, and what they cost when they failed."""

from __future__ import annotations

import pandas as pd

from twin.present.blocks import Grid, Section, grid, words
from twin.quantities import count, counted, tokens
from twin.results import Result
from twin.results.enums import Cause

_SYSTEMS = ("fabric", "storage")


def section(result: Result) -> Section:
    """Equipment and links by type; losses that the fabric caused."""
    kit = _kit(result)
    links = result.frame("edges")["system"].isin(_SYSTEMS).sum()
    losses = result.frame("losses")
    lost = float(losses.loc[losses["cause"] == Cause.FABRIC, "tokens"].sum())
    if kit.empty and not links:
        return Section("Network", ["This run has no fabric or storage equipment."])
    cost = (
        f"Fabric faults cost {tokens(lost)} tokens."
        if lost > 0
        else "No tokens were lost to the fabric."
    )
    join = "joins" if links == 1 else "join"
    told = f"{counted(links, 'connection')} {join} fabric and storage to the racks."
    return Section("Network", [told, cost], [_grid(kit)])


def _kit(result: Result) -> pd.DataFrame:
    held = result.frame("components")
    held = held[held["system"].isin(_SYSTEMS)]
    edges = result.frame("edges")
    ends = pd.concat([edges["source"], edges["target"]])[lambda end: end.isin(held["id"])]
    held = held.assign(ports=held["id"].map(ends.value_counts()).fillna(0))
    by = held.groupby(["system", "kind", "type"], sort=False)
    return by.agg(count=("id", "size"), ports=("ports", "max")).reset_index()


def _grid(kit: pd.DataFrame) -> Grid:
    columns = {
        "System": ("system", words), "Kind": ("kind", words), "Type": ("type", words),
        "Count": ("count", count), "Most connections on one": ("ports", count),
    }  # fmt: skip
    return grid("Equipment", kit, columns, table="components")
