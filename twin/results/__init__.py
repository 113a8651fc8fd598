"""What a run leaves: tables declared once, and the folder that holds them.

`tables`  every table's name, columns, units and words
`enums`   what can happen and be lost, as codes
`columns` tables as plain columns, which a run leaves
`frames`  frames of them, held to their declaration
`store`   Result: tables, summary, scenario and provenance, saved whole or not at all
`disk`, `parquet`, `provenance`   its files, read back within bounds
`folder`, `exchange`, `locks`     files and folders that are whole or absent
"""

from twin.results.columns import Columns, repeated
from twin.results.frames import Frames, empty
from twin.results.store import (
    REPORT,
    REPORT_PDF,
    SCENE,
    SCENE_PARTS,
    Result,
    kept_in,
    refuse_beside_another,
    refuse_foreign,
)
from twin.results.tables import TABLES

__all__ = [
    "REPORT",
    "REPORT_PDF",
    "SCENE",
    "SCENE_PARTS",
    "TABLES",
    "Columns",
    "Frames",
    "Result",
    "empty",
    "kept_in",
    "refuse_beside_another",
    "refuse_foreign",
    "repeated",
]
