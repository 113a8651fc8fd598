#!/usr/bin/env bash
# Question  A process waits for 5 litres of fuel or one minute, whichever comes first, and gives up. Who gets the fuel
#           that is delivered later?
# Guess     Nobody: the wait is over, so its request is too, and 10 delivered litres stay in the tank.
# Seen      The request stays in the queue after its process has gone on. Of 10 litres delivered later, 5 vanish into a
#           request that nobody holds any more: the level is 5. Cancelling the request by hand keeps all 10.
# Matters   Fuel, spare parts and repair crews with patience leak a little at every timeout, without an error: the site
#           runs dry hours early. Only a balance of what came in and what was used shows it.
# Here      Waiting with patience is no queue of the event kernel in twin: requests wait in fluids of their own, and
#           what was asked = served + dropped + waiting is tested (tests/validation/test_conservation.py).
source "$(dirname "$0")/run_in.sh"
run_in simpy==4.1.2 <<'PYTHON'
import simpy


def level(cancel):
    env = simpy.Environment()
    tank = simpy.Container(env, capacity=100, init=0)

    def impatient():
        wish = tank.get(5)
        outcome = yield wish | env.timeout(1)
        if wish not in outcome and cancel:
            wish.cancel()

    def delivery():
        yield env.timeout(2)
        yield tank.put(10)

    env.process(impatient())
    env.process(delivery())
    env.run()
    return tank.level


left, cancelled = level(cancel=False), level(cancel=True)
print(f"10 litres delivered after the only taker gave up: {left} in the tank, {cancelled} where it cancelled")
raise SystemExit(not (left == 5 and cancelled == 10))
PYTHON
