#!/usr/bin/env bash
# Question  A layer of results holds power at 0, 3,600 and 7,200 with timeCodesPerSecond 1. It becomes a sublayer of a
#           scene that leaves timeCodesPerSecond at 24. What is the power at time code 3,600?
# Guess     3,600: a sample stands at the time code that it was written at.
# Seen      usd-core 26.11: 150. Layers with other clocks are scaled as they are composed, and the sample of 3,600 now
#           stands at 86,400. Nothing in either file says so, and opened alone the layer still answers 3,600.
# Matters   A scene that merges a building with a run's results shows the first minutes of the day stretched over all of
#           it; every value is plausible, and the fault of the afternoon is never reached.
# Here      A result's scene and its layer of samples state one and the same clock: tests/validation/test_usd_scene.py.
source "$(dirname "$0")/run_in.sh"
run_in usd-core==26.11 <<'PYTHON'
from pxr import Sdf, Usd

results = Sdf.Layer.CreateAnonymous(".usda")
alone = Usd.Stage.Open(results)
alone.SetTimeCodesPerSecond(1)
power = alone.DefinePrim("/rack").CreateAttribute("power", Sdf.ValueTypeNames.Double)
for time in (0.0, 3600.0, 7200.0):
    power.Set(time, time)

scene = Sdf.Layer.CreateAnonymous(".usda")
scene.timeCodesPerSecond = 24
scene.subLayerPaths.append(results.identifier)
stage = Usd.Stage.Open(scene)
merged = stage.GetPrimAtPath("/rack").GetAttribute("power")
print(f"alone {power.Get(3600)} at 3600; merged {merged.Get(3600)} at 3600, samples at {merged.GetTimeSamples()}")
raise SystemExit(not (power.Get(3600) == 3600 and merged.Get(3600) == 150 and merged.GetTimeSamples()[1] == 86_400))
PYTHON
