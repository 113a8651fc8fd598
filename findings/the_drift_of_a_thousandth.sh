#!/usr/bin/env bash
# Question  2,000 answers whose first token takes 0.85 s on average, then as many that take twice as long. After how many of them is the drift found, in seconds and in milliseconds?
# Guess     The same by each detector: it is the same stream.
# Seen      river 0.26.1: by the Page-Hinkley test after 52 answers in seconds; in milliseconds after 9, but there 66 drifts were found before, one every 30 answers of a stream that stands still. Times
#           between tokens of 21 ms that become 42: never in 2,000 answers in seconds, and 37 false ones in milliseconds. ADWIN finds the first after 15 in either unit, the
#           second after 399 in seconds and 15 in milliseconds. KSWIN, which goes by ranks, has no unit: 208, after three false ones. Page-Hinkley sums what exceeds the mean by 0.005 and compares it with 50,
#           ADWIN's bound has a part of a value's whole range, taken as 1.
# Matters   A drift starts a retraining. By the unit of a dashboard a farm retrains 66 times without need, or never though answers have become twice as slow.
# Here      twin's retraining by drift takes a stated rate of change a day and an index over bins, which has no unit: docs/software_life.md says so.
source "$(dirname "$0")/run_in.sh"
run_in river==0.26.1 numpy==2.4.6 <<'PYTHON'
import random

from river import drift

BEFORE = 2000
DETECTORS = {"Page-Hinkley": drift.PageHinkley, "ADWIN": drift.ADWIN, "KSWIN": lambda: drift.KSWIN(seed=1)}


def found(make, seconds, unit):
    """Drifts before there is one, and answers until it is found."""
    draws, detector, early = random.Random(1), make(), 0
    for answer in range(2 * BEFORE):
        slow = 2 if answer >= BEFORE else 1
        detector.update(draws.lognormvariate(0, 0.3) * seconds * slow * unit)
        if detector.drift_detected and answer >= BEFORE:
            return early, answer - BEFORE
        early += detector.drift_detected
    return early, None


seen = {}
for what, seconds in (("first token", 0.8), ("between tokens", 0.02)):
    for name, make in DETECTORS.items():
        seen[what, name] = [found(make, seconds, unit) for unit in (1, 1000)]
        print(f"{what}, {name}: early drifts and answers until it is found {seen[what, name]} in s and in ms")
ranks = {(3, 208)} == {one for (_, name), both in seen.items() if name == "KSWIN" for one in both}
sums = [seen[what, "Page-Hinkley"] for what in ("first token", "between tokens")] == [[(0, 52), (66, 9)], [(0, None), (37, 2)]]
windows = [seen[what, "ADWIN"] for what in ("first token", "between tokens")] == [[(0, 15), (0, 15)], [(0, 399), (0, 15)]]
raise SystemExit(not (ranks and sums and windows))
PYTHON
