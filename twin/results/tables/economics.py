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

CASH_FLOW = Table(
    "cash_flow",
    "Cash year by year at planning values, from which worth, rate of return and paybacks are made: "
    "what comes in is above zero, what is paid below it, each at the end of its year, or within it "
    "where economics.discounting says so.",
    (
        Column("year", "int", "", "0 is the start."),
        Column("revenue_usd", "float", "USD", "Tokens and priced GPU hours."),
        Column("energy_usd", "float", "USD", "Energy of the utility and fuel."),
        Column("demand_charge_usd", "float", "USD", "For the highest power of each month."),
        Column("grid_income_usd", "float", "USD", "Energy sold, demand responses."),
        Column("water_usd", "float", "USD", "Water."),
        Column("staff_usd", "float", "USD", "People on duty, and those who see to the racks."),
        Column("maintenance_usd", "float", "USD", "Of racks and of plant."),
        Column("insurance_usd", "float", "USD", "Insurance, and tax on property."),
        Column("bought_usd", "float", "USD", "Things bought, at the start and anew."),
        Column("sold_usd", "float", "USD", "Things sold at the end of their life or of the years."),
        Column("tax_usd", "float", "USD", "Tax on income, as if nothing were borrowed."),
        Column("net_usd", "float", "USD", "Sum of all these: the project's cash of the year."),
        Column("discounted_usd", "float", "USD", "That at the cost of capital; adds up to worth."),
        Column("cumulative_usd", "float", "USD", "net_usd of all years so far."),
        Column("cumulative_discounted_usd", "float", "USD", "discounted_usd of all years so far."),
        Column("depreciation_usd", "float", "USD", "Written off in the tax books; no cash."),
        Column("sale_gain_usd", "float", "USD", "What is sold above its book, or below it."),
        Column("loss_carried_usd", "float", "USD", "Losses of earlier years that are set off."),
        Column("taxable_usd", "float", "USD", "What is taxed; below zero a loss carried on."),
        Column("loan_usd", "float", "USD", "Borrowed, and paid back. Empty without a loan."),
        Column("interest_usd", "float", "USD", "Paid on what was owed through the year."),
        Column("owners_taxable_usd", "float", "USD", "The same after interest."),
        Column("owners_tax_usd", "float", "USD", "Tax where interest is deductible."),
        Column("owners_net_usd", "float", "USD", "The owners' cash: after loan, interest and tax."),
        Column("owners_discounted_usd", "float", "USD", "That at the cost of equity."),
        Column("owners_cumulative_usd", "float", "USD", "owners_net_usd of all years so far."),
        Column("debt_cover", "float", "", "Debt service cover ratio; empty where none is owed."),
    ),
    since="2026-11-30",
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
