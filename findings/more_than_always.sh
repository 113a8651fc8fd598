#!/usr/bin/env bash
# Question  A board hangs on two feeds behind a static switch that takes 4 ms to go over; feeds fail every 50,000 h and are
#           mended in 8 h. What share of the time is it dark after a year, and after ten, by the matrix exponential of its
#           chain?
# Guess     2.56e-8, to twelve digits: four states, and the method of the textbook.
# Seen      scipy 1.17.1: expm(Q t) puts 2.561e-8 into the two dark states, which is exact to six digits (as mpmath 1.4.1
#           has it in 50), but the shares do not add up to 1: they are off by 6e-9 after a year and by 7e-7 after ten. So the same
#           darkness read as 1 - (share of the time with power) is 3.2e-8 after a year and -6e-7 after ten: the board
#           is up more than always. Nothing warns. (Last digits hang on the linear algebra below; their size does not.)
# Matters   Availability is usually read from the states that work. With a transfer in milliseconds beside mending in hours
#           five nines are safe and seven are noise, and the noise grows with the horizon.
# Here      twin sums the shares of dark states, and solves them from the state where all work, so that what hardly ever is
#           keeps its digits: tests/unit/test_stiff_chain.py holds this very chain against fractions, to 1e-13.
source "$(dirname "$0")/run_in.sh"
run_in scipy==1.17.1 numpy==2.4.6 mpmath==1.4.1 <<'PYTHON'
import mpmath
import numpy as np
from scipy.linalg import expm

FAIL_PER_H, MEND_PER_H, OVER_PER_H = 1 / 50_000, 1 / 8, 3600 / 0.004
DARK = [1, 3]  # going over, and no feed left; 0 and 2 have power
YEAR_H = 8760

rates = np.zeros((4, 4))
rates[0, 1] = rates[0, 2] = FAIL_PER_H  # the feed that is used, or the other
rates[1, 2], rates[1, 3] = OVER_PER_H, FAIL_PER_H
rates[2, 0], rates[2, 3] = MEND_PER_H, FAIL_PER_H
rates[3, 2] = 2 * MEND_PER_H
rates -= np.diag(rates.sum(axis=1))

mpmath.mp.dps = 50
exact_row = mpmath.expm(mpmath.matrix((rates * YEAR_H).tolist()))
exact = float(exact_row[0, 1] + exact_row[0, 3])
ok = []
for years, off in ((1, 1e-9), (10, 2e-8)):
    share = expm(rates * YEAR_H * years)[0]
    dark, complement = share[DARK].sum(), 1.0 - share[0] - share[2]
    print(f"{years:2} years: dark {dark:.6e}, 1 - up {complement:.3e}, all shares add up to 1 {share.sum() - 1:+.1e}")
    ok += [abs(dark / exact - 1) < 1e-5, abs(complement - exact) > off]
print(f"in 50 digits: {exact:.6e}")
raise SystemExit(not all(ok))
PYTHON
