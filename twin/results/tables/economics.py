"""What a run costs and earns, and the carbon that it stands for."""

from __future__ import annotations

from twin.results.tables.common import TIME
from twin.tables import Column, Table

COSTS = Table(
    "costs",
    "What is bought and what is paid each year, one row a block; a price that nobody knows is "
    "empty, and named.",
    (
        Column("block", "text", "", "What it is."),
        Column(
            "group",
            "text",
            "",
            "it, plant, building and land are bought; running and financing are paid each year.",
            ("it", "plant", "building", "land", "running", "financing"),
        ),
        Column("quantity", "float", "", "How much of it."),
        Column("unit", "text", "", "Unit of the quantity."),
        Column("capex_usd", "float", "USD", "What it costs to buy."),
        Column("capex_low_usd", "float", "USD", "5 % of the draws of its price lie below."),
        Column("capex_high_usd", "float", "USD", "5 % lie above."),
        Column(
            "life_years", "float", "year", "How long it lives; empty for land and what is paid."
        ),
        Column(
            "annual_usd",
            "float",
            "USD",
            "A year's cost: of what was bought its even loss of value, interest apart.",
        ),
        Column("annual_low_usd", "float", "USD", "5 % of the draws lie below."),
        Column("annual_high_usd", "float", "USD", "5 % lie above."),
        Column("price", "text", "", "Row of the table prices, or why there is no price."),
        Column("source", "text", "", "Where the price comes from."),
        Column("status", "text", "", "measured, published, vendor, standard or assumed."),
    ),
)

PRICES = Table(
    "prices",
    "Every price, rate and life that the costs stand on.",
    (
        Column("name", "text", "", "As the key economics.prices takes it."),
        Column("unit", "text", "", "Of the values."),
        Column("low", "float", "", "Hardly less."),
        Column("mid", "float", "", "The planning value."),
        Column("high", "float", "", "Hardly more."),
        Column("as_of", "text", "", "Date of the price."),
        Column("status", "text", "", "measured, published, vendor, standard or assumed."),
        Column("source", "text", "", "Where it comes from."),
    ),
)

COST_FIGURES = Table(
    "cost_figures",
    "What the costs come to: one figure a row, with the interval in which nine draws of ten lie.",
    (
        Column("name", "text", "", "Name, its unit included."),
        Column("value", "float", "", "At planning values."),
        Column("low", "float", "", "5 % of the draws lie below."),
        Column("high", "float", "", "5 % lie above."),
        Column("unit", "text", "", "Unit."),
        Column("how", "text", "", "How it is made."),
    ),
)

CARBON = Table(
    "carbon",
    "Carbon by the hour, kg CO2e.",
    (
        TIME,
        Column("energy_j", "float", "J", "Drawn from the utility in the hour."),
        Column("location_kg", "float", "kg", "Of that energy, by the grid where the site stands."),
        Column(
            "market_kg", "float", "kg", "Of that energy, by the contracts that it is bought on."
        ),
        Column("fuel_kg", "float", "kg", "Of fuel burnt in generators."),
        Column("embodied_kg", "float", "kg", "Of making what stands there, over its life."),
    ),
)
