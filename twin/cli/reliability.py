"""`twin fault-tree` and `twin adequacy`: reliability from files of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import failures, say
from twin.cli.options import Json

Tree = Annotated[
    list[Path],
    Argument(metavar="FILE.xml...", help="A fault tree in Open-PSA MEF; several files, one model."),
]
Top = Annotated[str | None, Option("--top", metavar="NAME", help="The gate to answer.")]
Mission = Annotated[
    float, Option("--mission-time-h", min=0.0, help="What system-mission-time stands for, hours.")
]
NodesMax = Annotated[
    int, Option("--nodes-max", min=100, help="Diagram size above which bounds are given.")
]
Units = Annotated[
    Path, Argument(metavar="UNITS.csv", help="Columns capacity_mw, count, forced_outage_rate.")
]
Load = Annotated[Path, Argument(metavar="LOAD.csv", help="Column load_mw, a row an hour.")]


def fault_tree(
    files: Tree,
    top: Top = None,
    mission_time_h: Mission = 8760.0,
    nodes_max: NodesMax = 1_500_000,
    json: Json = False,
) -> None:
    """Tell how likely a fault tree is, and count its cut sets."""
    found = failures.fault_tree(files, top, mission_time_h, nodes_max)
    if json:
        say.document(found.as_dict())
        return
    for key, value in found.as_dict().items():
        say.line(f"{key}: {value}")


def adequacy(units: Units, load: Load, json: Json = False) -> None:
    """Tell how often units fall short of a load."""
    found = failures.adequacy(units, load).as_dict()
    if json:
        say.document(found)
        return
    for key, value in found.items():
        say.line(f"{key}: {value:.10g}")
