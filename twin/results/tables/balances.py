"""Where the energy went, and what the numbers stand on."""

from __future__ import annotations

from twin.tables import Column, Table

ENERGY = Table(
    "energy",
    "Where the energy went over the whole run: the Sankey in numbers.",
    (
        Column("source", "text", "", "From: utility, generator, battery or a stage."),
        Column("target", "text", "", "To: a stage, IT, cooling or a loss."),
        Column("energy_j", "float", "J", "Energy passed."),
    ),
)

WITNESSES = Table(
    "witnesses",
    "Every number that is not arithmetic, with its source and status.",
    (
        Column("subject", "text", "", "Catalogue row or file key."),
        Column("parameter", "text", "", "Name of the number."),
        Column("value", "text", "", "Value as used."),
        Column("unit", "text", "", "Unit."),
        Column("status", "text", "", "measured, published, vendor, standard or assumed."),
        Column("source", "text", "", "Where it comes from."),
        Column("accessed", "text", "", "Date it was read."),
    ),
)
