#!/usr/bin/env bash
# Question  Fans fail early (Weibull of 1,000,000 h and shape 0.5) and wear out (60,000 h, shape 4). 20,000 lives are drawn from that model of two risks for a simulation.
#           How long are they, and when has one in a hundred failed?
# Guess     46,422 h on average, give or take 21,500, as the model's own mean says; 101 h for the first per cent.
# Seen      reliability 0.9.0, Competing_Risks_Model: the mean is right, and each of the 20,000 lives is 1e-14 h. Lives are drawn from a grid of times with the density at
#           each as its weight, whatever lies between them, and early failures have an infinite density at 0. With a shape of 0.7 more than half of them
#           are nothing (mean 23,000 of 50,200 h); from 0.9 on they are right. The standard deviation is 43,638,000 h, and the first per cent
#           233 h instead of 101. A Mixture_Model with 5 % of weak fans draws 1e-16 h for all. Its CDF is right everywhere. No warning.
# Matters   Both models are there for early failures. A simulation of a fleet by these lives has every fan fail at its start and again after each repair; with 0.7 its
#           mean life is half, and twice the spares are bought.
# Here      twin draws exponential lives straight from a generator, and years so drawn are held against exact availability (docs/physics/reliability.md). No module of it uses the package.
source "$(dirname "$0")/run_in.sh"
run_in reliability==0.9.0 numpy==2.4.6 scipy==1.17.1 pandas==2.3.3 matplotlib==3.10.8 <<'PYTHON'
import matplotlib

matplotlib.use("Agg")

import numpy as np
from reliability.Distributions import Competing_Risks_Model, Mixture_Model, Weibull_Distribution

COUNT = 20_000
WEAR = (60_000.0, 4.0)
RANKS = np.random.default_rng(1).random((2, COUNT))


def by_hand(early):
    """Lives, the shorter of two by inverted distribution functions."""
    return np.minimum(*(scale * (-np.log(ranks)) ** (1 / shape) for (scale, shape), ranks in zip((early, WEAR), RANKS, strict=True)))


def parts(early):
    return [Weibull_Distribution(alpha=scale, beta=shape) for scale, shape in (early, WEAR)]


def told(model):
    lives = model.random_samples(COUNT, seed=1)
    return [float(one) for one in (model.mean, model.standard_deviation, model.quantile(0.01), lives.mean(), np.median(lives), lives.max())]


def near(found, stated):
    return abs(found / stated - 1) < 0.02


seen = {}
for shape in (0.9, 0.7, 0.5):
    early = (1e6, shape)
    hand = by_hand(early)
    seen[shape] = told(Competing_Risks_Model(parts(early)))
    mean, spread, first, *drawn = seen[shape]
    print(f"early shape {shape}: mean {mean:,.0f}, standard deviation {spread:,.0f}, first per cent {first:,.0f}; drawn mean, median, longest {drawn}")
    print(f"    by hand {hand.mean():,.0f}, {hand.std():,.0f}; median {np.median(hand):,.0f}, longest {hand.max():,.0f}")
model = Competing_Risks_Model(parts((1e6, 0.5)))
hours = np.array([101.0, 8760.0])
cdf = model.CDF(xvals=hours, show_plot=False)
exact = 1 - np.exp(-((hours / 1e6) ** 0.5) - (hours / 60_000) ** 4)
weak = told(Mixture_Model(parts((1e4, 0.5)), proportions=[0.05, 0.95]))
print(f"failed by {hours} h: {cdf}, by hand {exact}; with weak ones: mean {weak[0]:,.0f}, longest drawn {weak[5]}")
lives = near(seen[0.9][3], 52_215) and near(seen[0.7][3], 23_003) and seen[0.7][4] < 1 and seen[0.5][5] < 1e-9 and weak[5] < 1e-9
rest = near(seen[0.5][0], 46_422) and near(seen[0.5][1], 43_637_607) and near(seen[0.5][2], 233) and near(weak[0], 52_665)
raise SystemExit(not (lives and rest and np.allclose(cdf, exact, rtol=1e-6)))
PYTHON
