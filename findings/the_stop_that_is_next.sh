#!/usr/bin/env bash
# Question  A co-simulation lets an event kernel run until 10 s and asks when its next event is, to know how far the
#           other side may go. The only event that waits is due at 60 s.
# Guess     peek() answers 60.
# Seen      peek() answers 10: the event that stopped run(until=10) is put back at the head of the queue. A loop that
#           always steps to the smaller of its own next moment and peek() stands still for one round at every stop.
#           One step() takes it off and fires nothing; peek() then answers 60.
# Matters   Two coupled simulators wait for each other, or settle everything twice at every meeting point: a day of
#           exchanges each second doubles its work, and a rule "no progress, give up" stops a healthy run.
# Here      The clock takes the stop off before anybody asks (twin/simulation/kernel/clock.py); a queue taken out and put
#           back fires the same things at the same instants (tests/unit/test_clock.py).
source "$(dirname "$0")/run_in.sh"
run_in simpy==4.1.2 <<'PYTHON'
import simpy

fired = []
env = simpy.Environment()
env.timeout(60).callbacks.append(lambda event: fired.append(env.now))
env.run(until=10)
stopped = env.peek()
env.step()
taken_off = env.peek()
print(f"after run(until=10): peek {stopped}; after one step, which fired {fired}: peek {taken_off}")
raise SystemExit(not (stopped == 10 and taken_off == 60 and not fired))
PYTHON
