#!/usr/bin/env bash
# Question  Heat of racks is lifted to 50 °C by a heat pump of 10 kW (at 0 °C brine and 35 °C), on a winter day of 0 °C. How much heat does it give as the brine goes from 0 to 40 °C?
# Guess     2 to 3 % more for each kelvin, as a compressor takes in denser vapour: 10 kW become 20 or 25; and a better coefficient of performance.
# Seen      hplib 1.9, generic machines of 10 kW: regulated on brine (group 2) 6.4 kW at 0 °C, 6.9 at 10, 6.7 at 20 and 4.0 at 40; on and off on brine (5) 8.3, 10.0 at 20, 8.0 at 40;
#           on and off on water (6) 7.4, 10.5 at 30, 9.9 at 40. The coefficient rises by a straight line (3.2 to 7.1), power falls by another, and heat is their
#           product, a parabola whose top lies within what racks give. No warning.
# Matters   Warm water of racks is why one would buy such a machine: at 40 °C a plant has two to five times as many machines as it needs, and the colder loop, with its
#           worse coefficient, looks like the better buy. The lines were fitted to tests with brine of 0 to 10 °C.
# Here      twin gives heat away at its loop's temperature and has no heat pump: docs/physics/cooling.md.
source "$(dirname "$0")/run_in.sh"
run_in hplib==1.9 pandas==2.3.3 numpy==2.3.5 scipy==1.16.3 <<'PYTHON'
import hplib.hplib as hplib

SOURCES = (0, 10, 20, 30, 40)


def machine(group):
    pump = hplib.HeatPump(hplib.get_parameters("Generic", group_id=group, t_in=0, t_out=35, p_th=10_000))
    rows = [pump.simulate(t_in_primary=source, t_in_secondary=45, t_amb=0, mode=1) for source in SOURCES]
    return [round(float(row["P_th"]) / 1000, 1) for row in rows], [round(float(row["COP"]), 1) for row in rows]


seen = {group: machine(group) for group in (2, 5, 6)}
for group, (heat, cop) in seen.items():
    print(group, dict(zip(SOURCES, zip(heat, cop))))
stated = {2: [6.4, 6.9, 6.7, 5.7, 4.0], 5: [8.3, 9.6, 10.0, 9.4, 8.0], 6: [7.4, 9.3, 10.3, 10.5, 9.9]}
raise SystemExit({group: heat for group, (heat, _) in seen.items()} != stated)
PYTHON
