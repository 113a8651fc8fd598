"""What interrupts racks although another supply takes over, as a table and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from twin.present.blocks import Block, Columns, Grid, grid, words
from twin.quantities import count, duration, figures, number


def continuity(study: Mapping[str, Any]) -> list[Block]:
    """Single points for continuity; nothing where the study does not tell of any."""
    held = study.get("continuity")
    if not isinstance(held, Mapping) or not held:
        return []
    frame = pd.DataFrame(list(held.get("single_points") or [])).reindex(
        columns=[
            "component", "losses_per_year", "interruptions_per_year",
            "racks_at_loss", "racks_at_return", "gap_s",
        ]
    )  # fmt: skip
    columns: Columns = {
        "Component": ("component", words),
        "Lost in a year": ("losses_per_year", figures),
        "Interruptions in a year": ("interruptions_per_year", figures),
        "Racks at the loss": ("racks_at_loss", count),
        "Racks on the way back": ("racks_at_return", count),
        "Without power for": ("gap_s", duration),
    }
    made = grid("Single points for continuity: supply goes on, racks restart", frame, columns)
    return [Grid(made.title, made.headings, made.rows, made.right, _note(held, frame.empty))]


def _note(held: Mapping[str, Any], none: bool) -> str:
    times = number(held.get("rack_restarts_per_year"))
    often = f"up to {figures(times)} times in a year"
    restarts = f"A rack restarts {often} by losses of power, outages counted."
    if times == 0:
        restarts = "No loss of power restarts a rack."
    if none:
        return f"None: where another supply takes over, no rack notices. {restarts}"
    return restarts
