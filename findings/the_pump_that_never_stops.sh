#!/usr/bin/env bash
# Question  A redundant pair of pumps is a Markov chain by the hour (each fails 1e-5 an hour, repaired in ten; both down is the end). Which states does one not leave
#           again, and with what probability does the pair end in each?
# Guess     Only "none", with probability 1 from either other state, as for pumps that fail 1e-4 an hour.
# Seen      pydtmc 8.7.0: at 2e-5 an hour as guessed. At 5e-6 "both" is absorbing too, and the pair ends in it with a "probability" of 2,000,000,000, which is
#           a mean time in steps. A single pump of 1e-5 an hour is absorbing while it runs, and irreducible at once where it is repaired: a chance of staying is
#           compared with 1 by `np.isclose`, to 1e-5. Mean times to the end (2 thousand million hours at 5e-6) and steady states are right. No warning.
# Matters   Fleets are classified by such calls before they are solved. A pump that runs 100,000 h between failures in steps of an hour, or one of three years in steps of
#           a quarter of an hour, is said to run for ever, and finer steps make it so for any.
# Here      twin's own availability is in rates and not in steps: docs/physics/reliability.md, tests/validation/test_availability_closed_forms.py.
source "$(dirname "$0")/run_in.sh"
run_in PyDTMC==8.7.0 numpy==1.26.4 scipy==1.17.1 networkx==3.6.1 <<'PYTHON'
import pydtmc

REPAIRED = 0.1


def pair(fails):
    """States called absorbing, chances of the end from `both` and `one`, and the mean hours to it."""
    both = [1 - 2 * fails, 2 * fails, 0.0]
    one = [REPAIRED, 1 - REPAIRED - fails, fails]
    chain = pydtmc.MarkovChain([both, one, [0.0, 0.0, 1.0]], ["both", "one", "none"])
    chances = [[float(chance) for chance in row] for row in chain.absorption_probabilities()]
    return chain.absorbing_states, chances, float(chain.mean_absorption_times()[0])


def single(fails):
    chain = pydtmc.MarkovChain([[1 - fails, fails], [REPAIRED, 1 - REPAIRED]], ["up", "down"])
    down = float(chain.steady_states[0][1])
    return chain.is_absorbing_state("up"), chain.is_irreducible, round(down * (fails + REPAIRED) / fails, 6)


seen = {fails: pair(fails) for fails in (1e-4, 2e-5, 5e-6)}
for fails, (states, chances, hours) in seen.items():
    hand = (3 * fails + REPAIRED) / (2 * fails**2)
    print(f"{fails} an hour: absorbing {states}, chances {chances}; {hours:.4g} h to the end, by hand {hand:.4g}")
singles = {fails: single(fails) for fails in (1e-4, 1e-5)}
for fails, (absorbing, irreducible, right) in singles.items():
    print(f"a single one of {fails}: absorbing {absorbing}, irreducible {irreducible}, down {right} of what it is by hand")
states = [held for held, _, _ in seen.values()]
ends = [round(chances[0][0], 3) for _, chances, _ in list(seen.values())[:2]]
wild = seen[5e-6][1][0][0]
hours = all(abs(found / ((3 * fails + REPAIRED) / (2 * fails**2)) - 1) < 1e-3 for fails, (_, _, found) in seen.items())
stated = states == [["none"], ["none"], ["both", "none"]] and ends == [1.0, 1.0] and 1.99e9 < wild < 2.01e9
raise SystemExit(not (stated and hours and list(singles.values()) == [(False, True, 1.0), (True, True, 1.0)]))
PYTHON
