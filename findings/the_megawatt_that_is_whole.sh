#!/usr/bin/env bash
# Question  A battery of 2.5 MW and 5 MWh stands beside a site of 6.4 MW for six hours of prices. What is the least cost, by five solvers of one package, in MW, kW and W?
#           And who feeds a site of 15 MW, the grid at 60 $/MWh without a limit, or generators at 190?
# Guess     2,400 $ by each in each unit, a linear programme; the grid, all of it.
# Seen      OR-tools 9.15: GLOP, CBC, SCIP and HiGHS say so. SAT says OPTIMAL too, at 2,560 $ in MW: the battery does nothing. It makes every variable a whole number
#           of the unit that was chosen, though each was declared as a real one; in kW and W it is right. In W the site of 15 MW takes 10 MW from the grid and
#           5 MW from generators, OPTIMAL at 1,550 $/h instead of 900: what has no limit is cut at 1e7. One of 25 MW, whose generators may give 50, is
#           INFEASIBLE. The same by pywraplp and by model_builder; no warning, and solution values are floats.
# Matters   SAT is the name in the Python example of the package's own guide to mixed problems, and a generator that is on or off makes one. MW are too coarse, W too fine:
#           a plan is right in kW between 1 kW and 10 GW.
# Here      twin solves its dispatch by HiGHS in units of the store, and holds it to the same answer in any unit: tests/validation/test_dispatch.py.
source "$(dirname "$0")/run_in.sh"
run_in ortools==9.15.6755 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import math

from ortools.linear_solver import pywraplp
from ortools.linear_solver.python import model_builder

PRICES = [40, 60, 80, 100, 70, 50]
HOURS = range(len(PRICES))


class Wrapped:
    """One face for both ways in."""

    def __init__(self, name):
        self.solver = pywraplp.Solver.CreateSolver(name)
        self.variable, self.hold, self.minimise = self.solver.NumVar, self.solver.Add, self.solver.Minimize

    def said(self, *variables):
        optimal = self.solver.Solve() == pywraplp.Solver.OPTIMAL
        return [self.solver.Objective().Value(), *(each.solution_value() for each in variables)] if optimal else "no"


class Built:
    def __init__(self, name):
        self.name, self.model = name.lower(), model_builder.Model()
        self.variable, self.hold, self.minimise = self.model.new_num_var, self.model.add, self.model.minimize

    def said(self, *variables):
        solver = model_builder.Solver(self.name)
        optimal = solver.solve(self.model) == model_builder.SolveStatus.OPTIMAL
        return [solver.objective_value, *map(solver.value, variables)] if optimal else "no"


def battery(program, per_mw):
    def row(name, most_mw):
        return [program.variable(0, most_mw * per_mw, f"{name}{hour}") for hour in HOURS]

    grid, charged, given, stored = row("grid", math.inf), row("charged", 2.5), row("given", 2.5), row("stored", 5)
    for hour in HOURS:
        before = stored[hour - 1] if hour else 0
        program.hold(grid[hour] + given[hour] - charged[hour] == 6.4 * per_mw)
        program.hold(stored[hour] == before + 0.9 * charged[hour] - given[hour])
    program.minimise(sum(price * power for price, power in zip(PRICES, grid)))
    said = program.said()
    return said if said == "no" else round(said[0] / per_mw)


def site(program, site_mw):
    watts = 1e6 * site_mw
    grid, generators = program.variable(0, math.inf, "grid"), program.variable(0, 2 * watts, "generators")
    program.hold(grid + generators >= watts)
    program.minimise(60e-6 * grid + 190e-6 * generators)
    said = program.said(grid, generators)
    return said if said == "no" else (round(said[0]), round(said[1] / 1e6, 3), round(said[2] / 1e6, 3))


seen = {}
for way, names in ((Wrapped, ("GLOP", "CBC", "SCIP", "HIGHS", "SAT")), (Built, ("SCIP", "HIGHS", "SAT"))):
    for name in names:
        costs = tuple(battery(way(name), per_mw) for per_mw in (1.0, 1e3, 1e6))
        seen[way.__name__, name] = (costs, site(way(name), 15), site(way(name), 25))
for who, (costs, small, large) in seen.items():
    print(f"{who[0]:8}{who[1]:6} $ in MW, kW, W: {costs}; $/h, MW of grid, of generators: {small} of 15, {large} of 25")
right = ((2400, 2400, 2400), (900, 15.0, 0.0), (1500, 25.0, 0.0))
sat = ((2560, 2400, 2400), (1550, 10.0, 5.0), "no")
raise SystemExit(any(said != (sat if who[1] == "SAT" else right) for who, said in seen.items()))
PYTHON
