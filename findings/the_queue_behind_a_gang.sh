#!/usr/bin/env bash
# Question  Eight GPUs, a stream of jobs of one GPU for 10 min every 1.3 min, and one gang that wants all eight. How long does the
#           gang wait? And if eight single jobs may start as the gang ends, how many do?
# Guess     First come, first served in both packages: the gang waits until the jobs before it end, 9 min. Eight start.
# Seen      simpy 4.1.2: 9 min, and eight. salabim 26.0.9: 508 min, until the stream has ended, for whoever fits is served, whatever
#           waits before it. That is its stated default. With honor_only_first=True the gang waits 9 min, but of the eight
#           that may start behind it one does: a release looks at the first of the queue once. From then on one GPU works and
#           seven stand idle: 16 jobs take 160 min instead of 20. Without the gang before them all eight start in both.
# Matters   The same queue of one-GPU and whole-node jobs starves the large job in one engine and, with the option that is there
#           to prevent it, loses seven eighths of the farm in silence: utilisation 0.125 beside a full queue.
# Here      A gang that waits holds back those behind it, and as it ends all start that fit: tests/validation/test_fifo_oracle.py,
#           tests/validation/test_schedulers.py.
source "$(dirname "$0")/run_in.sh"
run_in simpy==4.1.2 salabim==26.0.9 <<'PYTHON'
import salabim
import simpy

STREAM = [(1, 1.3 * i) for i in range(400)] + [(8, 20.5)]
BEHIND = [(8, 0.0)] + [(1, 1.0)] * 16
RUN_MIN = 10.0


def by_simpy(jobs):
    env = simpy.Environment()
    gpus = simpy.Container(env, capacity=8, init=8)
    began = {}

    def job(key, count, at):
        yield env.timeout(at)
        yield gpus.get(count)
        began[key] = env.now
        yield env.timeout(RUN_MIN)
        yield gpus.put(count)

    for key, (count, at) in enumerate(jobs):
        env.process(job(key, count, at))
    env.run()
    return began


def by_salabim(jobs, first_only):
    env = salabim.Environment(trace=False, yieldless=False)
    gpus = salabim.Resource("gpus", 8, honor_only_first=first_only)
    began = {}

    class Job(salabim.Component):
        def setup(self, key, count):
            self.key = key
            self.count = count

        def process(self):
            yield self.request((gpus, self.count))
            began[self.key] = self.env.now()
            yield self.hold(RUN_MIN)
            self.release(gpus)

    for key, (count, at) in enumerate(jobs):
        Job(key=key, count=count, at=at)
    env.run()
    return began


ways = {
    "simpy": by_simpy,
    "salabim": lambda jobs: by_salabim(jobs, False),
    "salabim, honor_only_first": lambda jobs: by_salabim(jobs, True),
}
seen = {}
for name, way in ways.items():
    waited = way(STREAM)[400] - 20.5
    began = list(way(BEHIND).values())
    last = max(began) + RUN_MIN - 10.0  # after the gang
    seen[name] = (round(waited, 1), began.count(10.0), last)
    print(f"{name}: the gang waits {waited:.1f} min; {began.count(10.0)} start as it ends, 16 jobs take {last:.0f} min")
alone = list(by_salabim(BEHIND[1:], True).values()).count(1.0)
print(f"salabim, honor_only_first, without the gang: {alone} start at once")
stated = {"simpy": (9.0, 8, 20.0), "salabim": (508.2, 8, 20.0), "salabim, honor_only_first": (9.0, 1, 160.0)}
raise SystemExit(not (seen == stated and alone == 8))
PYTHON
