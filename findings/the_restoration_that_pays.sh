#!/usr/bin/env bash
# Question  A campus costs 1,000 M, gives 2,300 M after a year as its power is sold, and costs 1,320 M to restore after two. Owners ask for 15 %.
#           What is its internal rate of return, and is it built?
# Guess     10 %, the root nearest to nothing, in all libraries, or none with a word that there are two; and the same rate whether
#           the payments have numbers or dates.
# Seen      There are two, 10 % and 20 %. numpy-financial 1.0.0 says 10 %, pyxirr 0.10.8 says 20 % whatever it is given as a guess
#           (0, 5, 30 or 100 %), and its xirr 10 % for the same payments on 1 January of three years.
#           None says that there is another. At 15 % the campus earns 1.9 M, so that it is worth building, by the first it is not; at
#           9 % and at 21 % it loses money, and the second says that 20 is above what is asked for.
# Matters   Restoration, exchange of GPUs and buying out a lease are payments at the end: the verdict comes from the library.
# Here      twin looks for every rate and says where there are several: tests/unit/test_finance.py.
source "$(dirname "$0")/run_in.sh"
run_in numpy-financial==1.0.0 pyxirr==0.10.8 numpy==2.4.6 <<'PYTHON'
import datetime as dt

import numpy as np
import numpy_financial
import pyxirr

PAYMENTS = [-1000.0, 2300.0, -1320.0]
dates = [dt.date(2025 + year, 1, 1) for year in range(3)]
said = {
    "numpy-financial irr": numpy_financial.irr(PAYMENTS),
    "pyxirr irr": pyxirr.irr(PAYMENTS),
    "pyxirr xirr": pyxirr.xirr(dates, PAYMENTS),
}
guesses = [pyxirr.irr(PAYMENTS, guess=guess) for guess in (0.0, 0.05, 0.3, 1.0)]
worth = {rate: float(numpy_financial.npv(rate, PAYMENTS)) for rate in (0.09, 0.15, 0.21)}
print({way: f"{rate:.4f}" for way, rate in said.items()}, f"pyxirr with guesses {np.round(guesses, 4)}")
print("worth by rate, M: " + ", ".join(f"{rate:.0%} {value:+.2f}" for rate, value in worth.items()))
as_stated = (
    np.allclose(list(said.values()), [0.1, 0.2, 0.1], atol=1e-4)
    and np.allclose(guesses, 0.2)
    and [value > 0 for value in worth.values()] == [False, True, False]
)
raise SystemExit(not as_stated)
PYTHON
