#!/usr/bin/env bash
# Question  Three halls a, b, c need 100, 10 and 10 MW. Each buys from the grid at 80 USD/MWh and has its own free supply: a 100, b and c none.
#           The table of supplies lists them as c, b, a. What does an hour cost, and what if the price of one hall is missing?
# Guess     1,600 USD: halls are matched by their names, as they are where numbers meet variables; and a missing price is refused.
# Seen      linopy 0.10.1 with HiGHS 1.16.0 says 8,800: two variables over as many halls are added place by place, so that b keeps its own,
#           and the free supply of a serves c. With the table in the order a, b, c it is 1,600. Numbers in any order are matched by
#           name, in sums, products and bounds. One that is missing is no error: with prices of b and c alone hall a buys for nothing
#           (800 instead of 8,800), where its need is missing it has none, and with prices of halls x, y and z an hour costs 0.
# Matters   An optimisation over halls, buses or hours is right or not by the order in which two tables were sorted.
# Here      twin asks no solver for a run; halls, racks and rows of tables are joined by their names.
source "$(dirname "$0")/run_in.sh"
run_in linopy==0.10.1 highspy==1.16.0 xarray==2026.9.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import linopy
import pandas as pd
import xarray as xr

NEED_MW = {"a": 100.0, "b": 10.0, "c": 10.0}
FREE_MW = {"a": 100.0, "b": 0.0, "c": 0.0}


def by_hall(values, order):
    return xr.DataArray([values[name] for name in order], coords={"hall": list(order)}, dims="hall")


def cost_usd(order, prices="abc", needs="abc"):
    """Cost of an hour, supplies being listed in an order, prices and needs in theirs."""
    model = linopy.Model()
    grid = model.add_variables(lower=0, coords=[pd.Index(list("abc"), name="hall")], name="grid")
    own = model.add_variables(lower=0, upper=by_hall(FREE_MW, order), name="own")
    model.add_constraints(grid + own >= by_hall(NEED_MW, needs), name="need")
    model.add_objective((by_hall(dict.fromkeys(prices, 80.0), prices) * grid).sum())
    model.solve("highs", output_flag=False)
    return round(model.objective.value, 2)


seen = {
    "supplies as a, b, c": cost_usd("abc"),
    "supplies as c, b, a": cost_usd("cba"),
    "numbers as c, b, a": cost_usd("abc", "cba", "cba"),
    "no price of a": cost_usd("cba", prices="bc"),
    "no need of a": cost_usd("cba", needs="bc"),
    "prices of x, y, z": cost_usd("cba", prices="xyz"),
}
print(seen)
raise SystemExit(list(seen.values()) != [1600, 8800, 1600, 800, 800, 0])
PYTHON
