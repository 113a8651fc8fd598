"""What a run leaves: tables declared once, and the folder that holds them.

`tables`  every table's name, columns, units and words
`disk`    the files under it
`store`   Result: tables, summary, scenario and provenance, saved whole or not at all
"""

from twin.results.store import Result, empty
from twin.results.tables import TABLES

__all__ = ["TABLES", "Result", "empty"]
