#!/usr/bin/env bash
# Question  A search without preference chooses 1 to 8 GPUs, and multiples of 4 between 1 and 8. How often does it propose each?
# Guess     Each count an eighth of the time, and 4 and 8 as often, by whomever.
# Seen      1 and 8 GPUs 7 % each and the others 14 %, by hyperopt 0.3.0 (`uniformint`), nevergrad 1.0.12 (random search, Hammersley and Latin hypercube) and scikit-optimize 0.10.2 beside its Gaussian process (beside
#           a forest it is even); 12.5 % each by optuna 5.0.0 and ConfigSpace 1.2.2. Of 1, 2 and 3 the one in the middle comes twice as often. Multiples of 4: hyperopt proposes 0 GPUs in 15 % of
#           all trials, 4 in 57 and 8 in 28; optuna 1 and 5, for its steps begin at the lower end. A real number is drawn between the ends and rounded, so the ends have half an interval each.
# Matters   Best counts of GPUs, stages or replicas often are the largest that is allowed: a search tries it half as often as it should, a share of trials has no GPU at all, and a mean over trials is that of another law.
# Here      Whole numbers of a study are as likely each, and as even as real ones: docs/studies.md, tests/contracts/test_study_line.py.
source "$(dirname "$0")/run_in.sh"
run_in hyperopt==0.3.0 nevergrad==1.0.12 scikit-optimize==0.10.2 scikit-learn==1.7.2 ConfigSpace==1.2.2 optuna==5.0.0 numpy==2.4.6 <<'PYTHON'
from collections import Counter

import nevergrad
import numpy as np
import optuna
import skopt
from ConfigSpace import ConfigurationSpace, Integer
from hyperopt import hp
from hyperopt.pyll.stochastic import sample

optuna.logging.set_verbosity(optuna.logging.ERROR)
COUNT = 4096


def by_hyperopt(space):
    draws = np.random.default_rng(0)
    return [sample(space, rng=draws) for _ in range(COUNT)]


def by_nevergrad(name):
    space = nevergrad.p.Scalar(lower=1, upper=8).set_integer_casting()
    search = getattr(nevergrad.optimizers, name)(space, budget=COUNT)
    search.parametrization.random_state.seed(0)
    return [search.ask().value for _ in range(COUNT)]


def by_skopt():
    search = skopt.Optimizer([skopt.space.Integer(1, 8)], base_estimator="GP", random_state=0)
    return [point[0] for point in search.space.rvs(COUNT, random_state=0)]


def by_configspace():
    space = ConfigurationSpace(seed=0)
    space.add(Integer("gpus", (1, 8)))
    return [one["gpus"] for one in space.sample_configuration(COUNT)]


def by_optuna(**step):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [study.ask().suggest_int("gpus", 1, 8, **step) for _ in range(COUNT // 4)]


def shares(values):
    return {int(value): round(100 * many / len(values)) for value, many in sorted(Counter(values).items())}


whole = {
    "hyperopt": by_hyperopt(hp.uniformint("gpus", 1, 8)),
    **{f"nevergrad {name}": by_nevergrad(name) for name in ("RandomSearch", "ScrHammersleySearch", "LHSSearch")},
    "scikit-optimize": by_skopt(),
    "ConfigSpace": by_configspace(),
    "optuna": by_optuna(),
}
fours = {"hyperopt": shares(by_hyperopt(hp.quniform("gpus", 1, 8, 4))), "optuna": shares(by_optuna(step=4))}
for name, values in whole.items():
    print(f"{name}: {shares(values)} per cent of trials with so many GPUs")
print(f"by fours: {fours}")
ends = {name: sum(value in (1, 8) for value in values) / len(values) for name, values in whole.items()}
half = all(0.12 < ends.pop(name) < 0.17 for name in list(ends)[:5])
raise SystemExit(not (half and all(0.22 < share < 0.28 for share in ends.values()) and 13 <= fours["hyperopt"][0] <= 17 and set(fours["optuna"]) == {1, 5}))
PYTHON
