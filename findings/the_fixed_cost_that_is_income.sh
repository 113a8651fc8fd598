#!/usr/bin/env bash
# Question  As many sets of 2.5 MW as it takes (100 each, a whole number without an upper bound), at least 10 MW, what is missing at 1,000 a MW,
#           and 500 of fixed costs: written as an MPS file by one program and read by another, what does the best plan cost?
# Guess     900 by each reader of each file: four sets and the fixed costs.
# Seen      HiGHS (highspy 1.16.0), SCIP (PySCIPOpt 6.3.0) and GLPK (swiglpk 5.0.13) each say 900 of their own file. GLPK says -100 of HiGHS's, and HiGHS and
#           SCIP say -100 of GLPK's: a constant stands on the right-hand side of the cost row, with its sign turned for all but GLPK. PuLP 3.3.2 leaves
#           it out of its file: 400. And of PuLP's file GLPK buys one set and goes without 7.5 MW, at 7,600: "LO 0" after an integer marker means no
#           upper bound to HiGHS and SCIP, to GLPK it leaves the bound of 1 that the marker brings. Every answer is "optimal".
# Matters   MPS is how a plan is handed to a faster solver or kept beside a study. Fixed costs of 500 million become as much income, or nothing; sizes
#           that are counts end at one. The number of sets is right in most pairs, so the plan looks the same and its cost is off by twice the constant.
# Here      twin writes and reads no model files: its programmes go to the solver as arrays, and what does not depend on the plan stands outside of
#           them (twin/physics/scaled_milp.py, tests/validation/test_dispatch_of_a_year.py).
source "$(dirname "$0")/run_in.sh"
run_in highspy==1.16.0 PySCIPOpt==6.3.0 swiglpk==5.0.13 PuLP==3.3.2 numpy==2.4.6 <<'PYTHON'
import highspy
import pulp
import pyscipopt
import swiglpk as glpk

NO_MORE = None


def by_highs(path):
    model = highspy.Highs()
    model.silent()
    sets, unserved = model.addIntegral(name="sets"), model.addVariable(name="unserved")
    model.addConstr(2.5 * sets + unserved >= 10)
    model.setObjective(100 * sets + 1000 * unserved + 500)
    model.writeModel(path)


def by_scip(path):
    model = pyscipopt.Model()
    model.hideOutput()
    sets, unserved = model.addVar("sets", "I", 0, NO_MORE), model.addVar("unserved", "C", 0, NO_MORE)
    model.addCons(2.5 * sets + unserved >= 10, "need")
    model.setObjective(100 * sets + 1000 * unserved + 500)
    model.writeProblem(path, verbose=False)


def by_pulp(path):
    model = pulp.LpProblem("plant", pulp.LpMinimize)
    sets, unserved = pulp.LpVariable("sets", 0, NO_MORE, "Integer"), pulp.LpVariable("unserved", 0)
    model += 100 * sets + 1000 * unserved + 500
    model += 2.5 * sets + unserved >= 10, "need"
    model.writeMPS(path)


def by_glpk(path):
    model = glpk.glp_create_prob()
    glpk.glp_add_rows(model, 1)
    glpk.glp_set_row_bnds(model, 1, glpk.GLP_LO, 10, 0)
    glpk.glp_add_cols(model, 2)
    rows, columns, values = glpk.intArray(3), glpk.intArray(3), glpk.doubleArray(3)
    for place, (name, cost, gives) in enumerate([("sets", 100, 2.5), ("unserved", 1000, 1)], 1):
        glpk.glp_set_col_name(model, place, name)
        glpk.glp_set_col_bnds(model, place, glpk.GLP_LO, 0, 0)
        glpk.glp_set_obj_coef(model, place, cost)
        rows[place], columns[place], values[place] = 1, place, gives
    glpk.glp_set_col_kind(model, 1, glpk.GLP_IV)
    glpk.glp_set_obj_coef(model, 0, 500)
    glpk.glp_load_matrix(model, 2, rows, columns, values)
    glpk.glp_write_mps(model, glpk.GLP_MPS_FILE, None, path)


def read_by_highs(path):
    model = highspy.Highs()
    model.silent()
    model.readModel(path)
    model.run()
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return model.getInfo().objective_function_value, model.getSolution().col_value[0]


def read_by_scip(path):
    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(path)
    model.optimize()
    assert model.getStatus() == "optimal"
    return model.getObjVal(), model.getVal(model.getVars()[0])


def read_by_glpk(path):
    model, how = glpk.glp_create_prob(), glpk.glp_iocp()
    assert glpk.glp_read_mps(model, glpk.GLP_MPS_FILE, None, path) == 0
    glpk.glp_init_iocp(how)
    how.presolve = glpk.GLP_ON
    assert glpk.glp_intopt(model, how) == 0 and glpk.glp_mip_status(model) == glpk.GLP_OPT
    return glpk.glp_mip_obj_val(model), glpk.glp_mip_col_val(model, 1)


glpk.glp_term_out(glpk.GLP_OFF)
readers = {"HiGHS": read_by_highs, "SCIP": read_by_scip, "GLPK": read_by_glpk}
writers = {"HiGHS": (by_highs, readers), "SCIP": (by_scip, ["HiGHS", "SCIP"]), "GLPK": (by_glpk, readers), "PuLP": (by_pulp, readers)}
seen = {}
for writer, (write, read) in writers.items():
    write(f"{writer}.mps")
    for reader in read:
        cost, sets = readers[reader](f"{writer}.mps")
        seen[writer, reader] = (round(cost), round(sets))
        print(f"written by {writer}, read by {reader}: {round(cost):,}, sets: {round(sets)}")
stated = {("HiGHS", "GLPK"): (-100, 4), ("GLPK", "HiGHS"): (-100, 4), ("GLPK", "SCIP"): (-100, 4), ("PuLP", "GLPK"): (7600, 1)}
stated |= {("PuLP", "HiGHS"): (400, 4), ("PuLP", "SCIP"): (400, 4)}
raise SystemExit(any(seen[pair] != stated.get(pair, (900, 4)) for pair in seen))
PYTHON
