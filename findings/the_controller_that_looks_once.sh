#!/usr/bin/env bash
# Question  A cooling loop gets 1 K warmer every 10 s. A controller is called each time with the step stated, dt=10 in seconds; then in
#           hours, with its integral gain by the hour. Does the valve open alike?
# Guess     Yes, to the last bit: with dt stated the clock of the computer plays no part.
# Seen      simple-pid 2.0.1: in seconds 2.1, 4.3, 6.6, 9.0, 11.5 %. In hours 2.1 % for good, five times: 10 s are 0.0028 h, less than
#           sample_time, which is 0.01 unless stated and is held against dt too. With sample_time=None both agree.
# Matters   Studies of a day or a year count in hours. Steps of up to 36 s freeze the valve at its first position; nothing is said.
# Here      No module of twin uses this controller.
source "$(dirname "$0")/run_in.sh"
run_in simple-pid==2.0.1 numpy==2.4.6 <<'PYTHON'
import numpy as np
from simple_pid import PID


def opening(step, integral, **stated):
    pid = PID(-2, integral, 0, setpoint=30, output_limits=(0, 100), **stated)
    return [pid(31 + count, dt=step) for count in range(5)]


seconds = opening(10.0, -0.01)
hours = opening(10 / 3600, -36.0)
unsampled = opening(10 / 3600, -36.0, sample_time=None)
print("in seconds:", np.round(seconds, 3), "in hours:", np.round(hours, 3), "no sample_time:", np.round(unsampled, 3))
as_stated = np.allclose(hours, 2.1) and np.allclose(seconds, [2.1, 4.3, 6.6, 9.0, 11.5])
raise SystemExit(not (as_stated and np.allclose(unsampled, seconds)))
PYTHON
