#!/usr/bin/env bash
# Question  A generator makes power at 80 USD/MWh, and a hall needs 100 MW. What is the price of one more MW, as the dual value that modelling
#           libraries give for the hall's balance?
# Guess     80 in every library, written as an equality or as a least supply, least cost or greatest worth.
# Seen      cvxpy 1.9.3: 80 for supply >= 100, and -80 for supply == 100, the same optimum; -80 for 100 == supply and for supply - 100 == 0, 80
#           for 100 - supply == 0. scipy 1.17.1: 80 for the equality, -80 for the least supply, which it takes as -supply <= -100.
#           linopy 0.10.1: 80 for both, and -80 where -80 of worth is maximised; pyomo 6.10.1 as well. Each is as documented or as its
#           Lagrangian has it.
# Matters   The price at a bus, what a MW of another feed is worth, changes its sign when an equality is turned round or replaced.
# Here      twin's prices are data, and what a change is worth is the difference of two runs: docs/economics.md.
source "$(dirname "$0")/run_in.sh"
run_in cvxpy==1.9.3 linopy==0.10.1 pyomo==6.10.1 highspy==1.16.0 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6 <<'PYTHON'
import cvxpy
import linopy
import pyomo.environ as pyo
from scipy.optimize import linprog


def by_cvxpy(written):
    supply = cvxpy.Variable()
    balance = written(supply)
    cvxpy.Problem(cvxpy.Minimize(80 * supply), [balance, supply <= 500]).solve(solver=cvxpy.CLARABEL)
    return round(float(balance.dual_value), 2)


def by_linopy(equal, sense):
    model = linopy.Model()
    supply = model.add_variables(lower=0, upper=500, name="supply")
    model.add_constraints(supply == 100 if equal else supply >= 100, name="balance")
    model.add_objective((80 if sense == "min" else -80) * supply, sense=sense)
    model.solve("highs", output_flag=False)
    return float(model.dual["balance"])


def by_pyomo(sense):
    model = pyo.ConcreteModel()
    model.supply = pyo.Var(bounds=(0, 500))
    model.balance = pyo.Constraint(expr=model.supply >= 100)
    model.cost = pyo.Objective(expr=(80 if sense == pyo.minimize else -80) * model.supply, sense=sense)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    pyo.SolverFactory("appsi_highs").solve(model)
    return float(model.dual[model.balance])


equality = linprog([80], A_eq=[[1]], b_eq=[100], bounds=[(0, 500)])
least = linprog([80], A_ub=[[-1]], b_ub=[-100], bounds=[(0, 500)])
seen = {
    "cvxpy supply >= 100": by_cvxpy(lambda supply: supply >= 100),
    "cvxpy supply == 100": by_cvxpy(lambda supply: supply == 100),
    "cvxpy supply - 100 == 0": by_cvxpy(lambda supply: supply - 100 == 0),
    "cvxpy 100 - supply == 0": by_cvxpy(lambda supply: 100 - supply == 0),
    "scipy equality": float(equality.eqlin.marginals[0]),
    "scipy least supply": float(least.ineqlin.marginals[0]),
    "linopy least supply": by_linopy(False, "min"),
    "linopy equality": by_linopy(True, "min"),
    "linopy, worth": by_linopy(False, "max"),
    "pyomo": by_pyomo(pyo.minimize),
    "pyomo, worth": by_pyomo(pyo.maximize),
}
for name, usd in seen.items():
    print(f"{name:26} {usd:+.0f} USD/MWh")
raise SystemExit([round(usd) for usd in seen.values()] != [80, -80, -80, 80, 80, -80, 80, 80, -80, 80, -80])
PYTHON
