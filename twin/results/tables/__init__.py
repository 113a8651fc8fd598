"""Every table a run leaves, declared once: parquet schema, documentation and headings come from
here.
"""

from __future__ import annotations

from twin.results.tables.balances import ENERGY, WITNESSES
from twin.results.tables.design import BATTERIES, COMPONENTS, EDGES, ELECTRICAL, HALLS, LOADING
from twin.results.tables.economics import CARBON, CASH_FLOW, COST_FIGURES, COSTS, PRICES
from twin.results.tables.equipment import BESS, LOOPS, MOISTURE, POWER, RACKS, SITE
from twin.results.tables.incidents import (
    COUNTERFACTUAL_CAUSES,
    COUNTERFACTUALS,
    DEMAND_RESPONSE,
    DRILL_SHEET,
    EVENTS,
    LOAD_STEPS,
    LOCKOUTS,
    LOSSES,
    TOKEN_BALANCE,
)
from twin.results.tables.work import (
    CRITICAL_PATHS,
    GENERATIONS,
    JOBS,
    POWER_SWINGS,
    SERVICES,
    SHIFTS,
    STOPS,
)
from twin.tables import Table

__all__ = [
    "BATTERIES",
    "BESS",
    "CARBON",
    "CASH_FLOW",
    "COMPONENTS",
    "COSTS",
    "COST_FIGURES",
    "COUNTERFACTUALS",
    "COUNTERFACTUAL_CAUSES",
    "CRITICAL_PATHS",
    "DEMAND_RESPONSE",
    "DRILL_SHEET",
    "EDGES",
    "ELECTRICAL",
    "ENERGY",
    "EVENTS",
    "GENERATIONS",
    "HALLS",
    "JOBS",
    "LOADING",
    "LOAD_STEPS",
    "LOCKOUTS",
    "LOOPS",
    "LOSSES",
    "MOISTURE",
    "POWER",
    "POWER_SWINGS",
    "PRICES",
    "RACKS",
    "SERVICES",
    "SHIFTS",
    "SITE",
    "STOPS",
    "TABLES",
    "TOKEN_BALANCE",
    "WITNESSES",
]

TABLES: tuple[Table, ...] = (
    COMPONENTS,
    EDGES,
    HALLS,
    LOADING,
    ELECTRICAL,
    BATTERIES,
    SITE,
    RACKS,
    POWER,
    BESS,
    LOOPS,
    MOISTURE,
    SERVICES,
    JOBS,
    GENERATIONS,
    SHIFTS,
    STOPS,
    CRITICAL_PATHS,
    POWER_SWINGS,
    EVENTS,
    LOCKOUTS,
    LOAD_STEPS,
    DEMAND_RESPONSE,
    LOSSES,
    TOKEN_BALANCE,
    COUNTERFACTUALS,
    COUNTERFACTUAL_CAUSES,
    DRILL_SHEET,
    ENERGY,
    COSTS,
    COST_FIGURES,
    CASH_FLOW,
    PRICES,
    CARBON,
    WITNESSES,
)
"""All of them, in the order a report prints them."""
