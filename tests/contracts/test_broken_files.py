"""Whatever stands in a file, the answer is an InputError that names the thing, soon.

Strangers write these files: no input may end in another exception, hang, or be taken for something
else. Each case changes one thing in a project that is sound (which is tested too) and states what
the message must name.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
import yaml

from twin import build, load
from twin.errors import InputError

SECONDS = 20.0
"""No file may keep a reader waiting for longer."""
LONGEST_MESSAGE = 2000
"""A message that repeats the file is no message."""

SCENARIO = """\
version: 1
name: probe
layout: ../layouts/probe.yaml
site:
  climate: {dry_bulb: 20 °C, wet_bulb: 15 °C}
  grid: {price: 0.08 USD/kWh, carbon: 380 g/kWh}
start: "2026-07-15T00:00:00-04:00"
horizon: 2 h
seed: 1
workload:
  - {kind: training, name: job, model: Llama-3.1-8B, nodes: 4}
faults:
  timeline:
    - {at: "00:30", component: compute_r1/node_2, repair_after: 10 min}
drills:
  - {kind: isolate, at: "01:00", duration: 10 min, component: ups}
controls:
  actions:
    - {kind: facility_water_supply, plant: warm_water, temperature: 32 °C}
"""

LAYOUT = """\
version: 1
name: probe
halls:
  - name: hall
    size: [10 m, 9 m, 4 m]
    rows:
      - {name: compute, racks: 2 x gb200_nvl72, at: [3 m, 3 m], fed_by: rpp}
      - {name: support, racks: 2 x support_rack, at: [3 m, 6 m], fed_by: rpp}
power:
  - {name: utility, type: utility_feed}
  - {name: transformer, type: transformer_2500, fed_by: utility}
  - {name: ups, type: ups_500, fed_by: transformer}
  - {name: rpp, type: rpp_500, fed_by: ups}
cooling:
  loops:
    - {name: cdu, type: cdu_600, serves: compute, fed_by: rpp, plant: warm_water}
  air:
    - {name: crah, type: crah_100, hall: hall, fed_by: rpp, plant: chilled_water}
  plant:
    - {name: warm_water, type: dry_cooler_1000, fed_by: transformer, supply_temperature: 36 °C}
    - {name: chilled_water, type: chiller_air_430, fed_by: transformer, supply_temperature: 10 °C}
fabric: {kind: rail_optimised, switch: q3400, nodes_per_su: 36, fed_by: rpp}
storage: {type: superpod_better}
overrides: {support_r1: {recirculation: 0.1}}
"""

FEEDS_WEB = "".join(
    f"  - {{name: web{k}, type: rpp_500, count: 2000, fed_by: {f'web{k - 1}' if k else 'ups'}}}\n"
    for k in range(3)
)
CROWD = "".join(
    f"      - {{name: crowd{k}, racks: 20000 x support_rack, fed_by: rpp}}\n" for k in range(50)
)
ROW = "{name: compute, racks: 2 x gb200_nvl72, at: [3 m, 3 m], fed_by: rpp}"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

IN_SCENARIO = {
    "misspelt key": ("horizon: 2 h", "horizn: 2 h", "horizn"),
    "misspelt key, deep": ("nodes: 4}", "node: 4}", "node"),
    "wrong unit": ("horizon: 2 h", "horizon: 2 kW", "horizon"),
    "unknown unit": ("horizon: 2 h", "horizon: 2 fortnightss", "horizon"),
    "number without unit": ("horizon: 2 h", "horizon: 7200", "horizon"),
    "arithmetic": ("horizon: 2 h", "horizon: 9**9**9 s", "horizon"),
    "arithmetic in a unit": ("horizon: 2 h", "horizon: 5 s^3^3^3^3", "horizon"),
    "unit of nothing but strokes": ("horizon: 2 h", "horizon: 5 ////", "horizon"),
    "zero horizon": ("horizon: 2 h", "horizon: 0 s", "horizon"),
    "negative horizon": ("horizon: 2 h", "horizon: -2 h", "horizon"),
    "horizon of a thousand years": ("horizon: 2 h", "horizon: 365000 day", "horizon"),
    "endless horizon": ("horizon: 2 h", "horizon: .inf", "finite"),
    "horizon past every float": ("horizon: 2 h", "horizon: 1e999 s", "horizon"),
    "horizon that is a list": ("horizon: 2 h", "horizon: [2 h]", "horizon"),
    "nan": ("seed: 1", "seed: .nan", "finite"),
    "negative seed": ("seed: 1", "seed: -1", "seed"),
    "fractional seed": ("seed: 1", "seed: 1.5", "seed"),
    "seed that is true": ("seed: 1", "seed: true", "seed"),
    "seed beyond 63 bits": ("seed: 1", "seed: 9223372036854775808", "seed"),
    "seed of a million digits": ("seed: 1", "seed: " + "9" * 1_000_000, "number"),
    "newer version": ("version: 1", "version: 2", "version"),
    "version zero": ("version: 1", "version: 0", "version"),
    "version in words": ("version: 1", "version: one", "version"),
    "start without offset": ('"2026-07-15T00:00:00-04:00"', '"2026-07-15T00:00:00"', "offset"),
    "start in words": ('"2026-07-15T00:00:00-04:00"', "yesterday", "start"),
    "day that does not exist": ("2026-07-15T", "2026-02-30T", "start"),
    "no name": ("name: probe\n", "", "name"),
    "name with capitals": ("name: probe", "name: Probe", "name"),
    "name of a hundred thousand letters": ("name: probe", "name: " + "a" * 100_000, "name"),
    "no layout": ("layout: ../layouts/probe.yaml\n", "", "layout"),
    "layout that is a number": ("layout: ../layouts/probe.yaml", "layout: 5", "layout"),
    "layout that is a list": ("layout: ../layouts/probe.yaml", "layout: [a]", "layout"),
    "layout that is this file": ("../layouts/probe.yaml", "probe.yaml", "halls"),
    "layout missing": ("../layouts/probe.yaml", "../layouts/probes.yaml", "probe.yaml"),
    "layout that is a folder": ("../layouts/probe.yaml", "../layouts", "folder"),
    "layout outside": ("../layouts/probe.yaml", "../../outside.yaml", "out of the project"),
    "layout by absolute path": ("../layouts/probe.yaml", "/etc/passwd", "absolute"),
    "layout by drive": ("../layouts/probe.yaml", "'C:\\probe.yaml'", "absolute"),
    "layout in somebody's home": ("../layouts/probe.yaml", "~/probe.yaml", "absolute"),
    "layout by URL": ("../layouts/probe.yaml", "https://example.org/probe.yaml", "address"),
    "layout by link out": ("../layouts/probe.yaml", "../layouts/out.yaml", "out of the project"),
    "layout by link to itself": ("../layouts/probe.yaml", "../layouts/ring.yaml", "ring.yaml"),
    "layout with a name too long": ("../layouts/probe.yaml", "x" * 5000, "layout"),
    "layout with a zero byte": ("../layouts/probe.yaml", '"a\\0b"', "layout"),
    "unknown climate": ("{dry_bulb: 20 °C, wet_bulb: 15 °C}", "atlantis", "atlantis"),
    "unknown grid": ("{price: 0.08 USD/kWh, carbon: 380 g/kWh}", "mars", "mars"),
    "price in another unit": ("0.08 USD/kWh", "0.08 USD/kg", "price"),
    "price without unit": ("0.08 USD/kWh", "0.08", "price"),
    "wet bulb above dry bulb": ("wet_bulb: 15 °C", "wet_bulb: 25 °C", "wet_bulb"),
    "air below absolute zero": ("dry_bulb: 20 °C", "dry_bulb: -400 °C", "dry_bulb"),
    "unknown workload kind": ("kind: training", "kind: trainig", "trainig"),
    "workload without kind": ("kind: training, ", "", "kind"),
    "unknown model": ("Llama-3.1-8B", "Llama-9", "Llama-9"),
    "workload on no nodes": ("nodes: 4", "nodes: 0", "nodes"),
    "two workloads of one name": (
        "workload:\n",
        "workload:\n  - {kind: batch, name: job, count: 5}\n",
        "workload",
    ),
    "unknown request lengths": (
        "workload:\n",
        "workload:\n  - {kind: inference, name: chat, model: Llama-3.1-8B, nodes: 1, "
        "requests: {rate: 5 / s, lengths: none_such}}\n",
        "none_such",
    ),
    "fault on nothing": ("compute_r1/node_2", "compute_r9", "compute_r9"),
    "fault on a node out of range": ("node_2", "node_99", "node_99"),
    "fault on node zero": ("node_2", "node_0", "node_0"),
    "fault on a raised node": ("node_2", "node_²", "node_²"),
    "fault on a node of 5,000 digits": ("node_2", "node_" + "9" * 5000, "component"),
    "fault on a node of a transformer": (
        "compute_r1/node_2",
        "transformer/node_1",
        "transformer/node_1",
    ),
    "repair before failure": ("repair_after: 10 min", 'repair_at: "00:10"', "repair_at"),
    "two repairs": (
        "repair_after: 10 min",
        'repair_after: 10 min, repair_at: "01:10"',
        "repair_at",
    ),
    "negative repair": ("repair_after: 10 min", "repair_after: -10 min", "repair_after"),
    "unknown drill": ("kind: isolate", "kind: isolated", "isolated"),
    "drill on nothing": ("component: ups", "component: upss", "upss"),
    "drill of no length": ("duration: 10 min, component", "duration: 0 s, component", "duration"),
    "action on an unknown plant": ("plant: warm_water", "plant: hot_water", "hot_water"),
    "profile of an unknown GPU": ("seed: 1", "seed: 1\nprofiles: {B100: probe.yaml}", "B100"),
    "crews that are true": ("drills:\n", "  crews: true\ndrills:\n", "crews"),
    "nodes that are true": ("nodes: 4", "nodes: true", "nodes"),
    "missing profile": ("seed: 1", "seed: 1\nprofiles: {GB200-NVL72-GPU: none.json}", "none.json"),
    "profile outside": (
        "seed: 1",
        "seed: 1\nprofiles: {L40S: ../../outside.yaml}",
        "out of the project",
    ),
    "duplicate key": ("seed: 1", "seed: 1\nseed: 2", "seed"),
    "python tag": ("seed: 1", "seed: !!python/object/apply:os.system [ls]", "tag"),
    "plain tag": ("seed: 1", "seed: !!int 1", "tag"),
    "merge key": ("seed: 1", "x: &x {seed: 1}\n<<: *x", "merge"),
    "unknown anchor": ("seed: 1", "seed: *nowhere", "nowhere"),
    "bomb": ("seed: 1", BOMB + "seed: 1", "expands"),
    "ring of aliases": ("seed: 1", "seed: &s [*s]", "*s"),
    "tab": ("  timeline:", "\ttimeline:", "tab"),
    "two documents": ("seed: 1", "seed: 1\n---\nseed: 2", "second document"),
    "open quote": ("name: probe", 'name: "probe', "broken YAML"),
    "open bracket": ("grid: {price", "grid: {{price", "plain text"),
    "control character": ("name: probe", "name: pro\x07be", "unprintable"),
    "a thousand brackets": ("seed: 1", "seed: " + "[" * 1000 + "]" * 1000, "nesting"),
    "a hundred thousand brackets": ("seed: 1", "seed: " + "[" * 100_000, "nest"),
    "number as a key": ("seed: 1", "1: 1", "1"),
    "list as a key": ("seed: 1", "? [a]\n: 1", "key"),
}
"""What is replaced, by what, and what the message must name; every problem stands at a line."""

IN_LAYOUT = {
    "misspelt key": (
        "fed_by: rpp}\n      - {name: support",
        "feed_by: rpp}\n      - {name: support",
        "feed_by",
    ),
    "wrong unit": ("size: [10 m,", "size: [10 kg,", "size"),
    "number without unit": ("size: [10 m,", "size: [10,", "size"),
    "negative length": ("size: [10 m,", "size: [-10 m,", "size"),
    "two sizes": ("size: [10 m, 9 m, 4 m]", "size: [10 m, 9 m]", "size"),
    "newer version": ("version: 1", "version: 9", "version"),
    "no halls": (LAYOUT[LAYOUT.index("halls:") : LAYOUT.index("power:")], "halls: []\n", "halls"),
    "halls that are a number": (
        LAYOUT[LAYOUT.index("halls:") : LAYOUT.index("power:")],
        "halls: 5\n",
        "halls",
    ),
    "no power": (LAYOUT[LAYOUT.index("power:") : LAYOUT.index("cooling:")], "", "power"),
    "unknown rack": ("gb200_nvl72", "gb200_nvl27", "did you mean 'gb200_nvl72'"),
    "pattern without a cross": ("2 x gb200_nvl72", "2 gb200_nvl72", "racks"),
    "no racks": ("2 x gb200_nvl72", "0 x gb200_nvl72", "racks"),
    "minus two racks": ("2 x gb200_nvl72", "-2 x gb200_nvl72", "racks"),
    "ten million racks": ("2 x gb200_nvl72", "10000000 x gb200_nvl72", "racks"),
    "ten million racks in rows": ("2 x gb200_nvl72", "10000 x 1000 x gb200_nvl72", "racks"),
    "a million racks in fifty rows": ("    rows:\n", "    rows:\n" + CROWD, "racks"),
    "a pattern of a megabyte": ("2 x gb200_nvl72", "2 x " + "a" * 1_000_000, "racks"),
    "every position empty": (
        LAYOUT[LAYOUT.index("      - {name: comp") : LAYOUT.index("power:")],
        "      - {name: compute, racks: 1 x support_rack, empty: [1], fed_by: rpp}\n",
        "compute",
    ),
    "empty position that is not there": (
        "at: [3 m, 3 m]",
        "at: [3 m, 3 m], empty: [3]",
        "position 3",
    ),
    "empty position zero": ("at: [3 m, 3 m]", "at: [3 m, 3 m], empty: [0]", "empty"),
    "rack through a wall": ("at: [3 m, 3 m]", "at: [9 m, 3 m]", "compute_r2"),
    "rack through the ceiling": ("9 m, 4 m]", "9 m, 2 m]", "height"),
    "racks that overlap": ("at: [3 m, 6 m]", "at: [3.3 m, 3 m]", "same place"),
    "rows that overlap": (
        "2 x gb200_nvl72, at: [3 m, 3 m]",
        "2 x 1 x gb200_nvl72, row_pitch: 0.5 m",
        "same place",
    ),
    "facing east": ("at: [3 m, 3 m]", "at: [3 m, 3 m], facing: east", "facing"),
    "rack without feed": ("at: [3 m, 3 m], fed_by: rpp", "at: [3 m, 3 m]", "compute"),
    "unknown feed": ("at: [3 m, 3 m], fed_by: rpp", "at: [3 m, 3 m], fed_by: rrp", "rrp"),
    "racks fed by a coolant unit": (
        "at: [3 m, 3 m], fed_by: rpp",
        "at: [3 m, 3 m], fed_by: cdu",
        "cdu",
    ),
    "coolant unit fed by racks": (
        "serves: compute, fed_by: rpp",
        "serves: compute, fed_by: support",
        "support",
    ),
    "coolant unit fed by a room": (
        "serves: compute, fed_by: rpp",
        "serves: compute, fed_by: hall",
        "hall",
    ),
    "racks and coolant unit feed each other": (
        f"{ROW}\n",
        "{name: compute, racks: 2 x gb200_nvl72, at: [3 m, 3 m], fed_by: cdu}\n",
        "cdu",
    ),
    "air handler fed by a plant": (
        "hall: hall, fed_by: rpp",
        "hall: hall, fed_by: warm_water",
        "warm_water",
    ),
    "unit fed by an empty row": (
        "hall: hall, fed_by: rpp",
        "hall: hall, fed_by: {source: void, pairing: spread}",
        "void",
    ),
    "ring of feeds": (
        "transformer_2500, fed_by: utility",
        "transformer_2500, fed_by: [utility, rpp]",
        "ring",
    ),
    "fed by itself": ("ups_500, fed_by: transformer", "ups_500, fed_by: ups", "ring"),
    "UPS without feed": ("ups_500, fed_by: transformer", "ups_500", "ups"),
    "panel smaller than its load": (
        "rpp_500, fed_by: ups",
        "rpp_500, rating: 100 kW, fed_by: ups",
        "rated 100 kW",
    ),
    "panel rated zero": ("rpp_500, fed_by: ups", "rpp_500, rating: 0 W, fed_by: ups", "rating"),
    "spare panel rated zero": (
        "fed_by: ups}\n",
        "fed_by: ups}\n  - {name: odd, type: rpp_500, rating: 0 W, fed_by: ups}\n",
        "power[4].rating",
    ),
    "panel rated beyond every float": (
        "rpp_500, fed_by: ups",
        "rpp_500, rating: 1e308 MW, fed_by: ups",
        "rating",
    ),
    "panel rated in temperature": (
        "rpp_500, fed_by: ups",
        "rpp_500, rating: 20 °C, fed_by: ups",
        "rating",
    ),
    "unknown power type": ("rpp_500", "rpp_5000", "rpp_5000"),
    "power type that is a rack": ("rpp_500", "gb200_nvl72", "gb200_nvl72"),
    "none of a group": ("rpp_500, fed_by: ups", "rpp_500, count: 0, fed_by: ups", "count"),
    "true of a group": ("rpp_500, fed_by: ups", "rpp_500, count: true, fed_by: ups", "count"),
    "a hall for a UPS": (
        "ups_500, fed_by: transformer",
        "ups_500, hall: hall, fed_by: transformer",
        "ups",
    ),
    "a hall that is not there": (
        "rpp_500, fed_by: ups",
        "rpp_500, hall: hull, fed_by: ups",
        "hull",
    ),
    "panel rated a hair above zero": (
        "rpp_500, fed_by: ups",
        "rpp_500, rating: 1e-300 W, fed_by: ups",
        "rating",
    ),
    "a hundred thousand components": (
        "cooling:\n",
        "".join(
            f"  - {{name: spare{k}, type: rpp_500, count: 2000, fed_by: ups}}\n" for k in range(50)
        )
        + "cooling:\n",
        "power",
    ),
    "a billion of a group": (
        "rpp_500, fed_by: ups",
        "rpp_500, count: 1000000000, fed_by: ups",
        "count",
    ),
    "half of a group": ("rpp_500, fed_by: ups", "rpp_500, count: 1.5, fed_by: ups", "count"),
    "a web of twelve million feeds": ("cooling:\n", FEEDS_WEB + "cooling:\n", "web"),
    "feeds that do not match": (
        "rpp_500, fed_by: ups",
        "rpp_500, count: 3, fed_by: {source: ups, pairing: matched}",
        "matched",
    ),
    "unknown pairing": ("fed_by: ups}", "fed_by: {source: ups, pairing: random}}", "pairing"),
    "unknown mode": ("rpp_500, fed_by: ups", "rpp_500, mode: first, fed_by: ups", "mode"),
    "two groups of one name": ("name: ups,", "name: rpp,", "rpp"),
    "a member's name taken": (
        "{name: rpp, type: rpp_500, fed_by: ups}",
        "{name: rpp, type: rpp_500, count: 2, fed_by: ups}\n  - {name: rpp_1, type: rpp_500, "
        "fed_by: ups}",
        "rpp_1",
    ),
    "two rows of one name": ("name: support", "name: compute", "compute"),
    "a row with a group's name": ("name: support", "name: rpp", "rpp"),
    "a row with its hall's name": ("name: support", "name: hall", "hall"),
    "two halls in one place": (
        "power:\n",
        "  - {name: other, at: [9 m, 8 m], rows: [{name: more, racks: 1 x support_rack, fed_by: "
        "rpp}]}\n"
        "power:\n",
        "'other'",
    ),
    "two halls of one name": (
        "power:\n",
        "  - {name: hall, at: [50 m, 0 m], rows: [{name: more, racks: 1 x support_rack, fed_by: "
        "rpp}]}\n"
        "power:\n",
        "hall",
    ),
    "liquid rack without loop": (
        "  loops:\n    - {name: cdu, type: cdu_600, serves: compute, fed_by: rpp, plant: "
        "warm_water}\n",
        "",
        "compute_r1",
    ),
    "loop that serves no liquid": (
        "serves: compute",
        "serves: support",
        "without a liquid-cooled rack",
    ),
    "loop that serves nobody": ("serves: compute", "serves: computer", "computer"),
    "loop on an unknown plant": ("plant: warm_water}", "plant: hot_water}", "hot_water"),
    "loop of chillers": ("type: cdu_600", "type: chiller_air_430", "chiller_air_430"),
    "loop without feed": ("serves: compute, fed_by: rpp", "serves: compute", "cdu"),
    "loop of no water": ("serves: compute,", "serves: compute, volume: 0 L,", "volume"),
    "more heat than a loop": ("type: cdu_600", "type: cdu_121", "121 kW"),
    "too few loops": ("serves: compute,", "serves: compute, racks_per_unit: 1,", "loops"),
    "more heat than the air handlers": ("type: crah_100", "type: inrow_60", "62 kW"),
    "more heat than a plant": (
        "serves: compute, fed_by: rpp, plant: warm_water",
        "serves: compute, fed_by: rpp, plant: chilled_water",
        "chilled_water",
    ),
    "no air handlers": (LAYOUT[LAYOUT.index("  air:") : LAYOUT.index("  plant:")], "", "hall"),
    "air handlers of an unknown hall": ("hall: hall,", "hall: hull,", "hull"),
    "air handlers on two plants": (
        "  plant:\n",
        "    - {name: more, type: crah_100, hall: hall, fed_by: rpp, plant: warm_water}\n  "
        "plant:\n",
        "plant",
    ),
    "no plant": (LAYOUT[LAYOUT.index("  plant:") : LAYOUT.index("fabric:")], "", "plant"),
    "plant of air handlers": ("type: dry_cooler_1000", "type: crah_100", "crah_100"),
    "plant without set-point": (", supply_temperature: 36 °C", "", "supply_temperature"),
    "plant hotter than steam": (
        "supply_temperature: 36 °C",
        "supply_temperature: 200 °C",
        "supply_temperature",
    ),
    "too many nodes under a leaf": ("nodes_per_su: 36", "nodes_per_su: 73", "73 nodes"),
    "unknown switch": ("switch: q3400", "switch: q3401", "q3401"),
    "unknown fabric": ("kind: rail_optimised", "kind: torus", "torus"),
    "more ports than a fabric has": (
        "nodes_per_su: 36",
        "nodes_per_su: 1, planes: 1000000",
        "fabric",
    ),
    "groups that do not divide": (
        "kind: rail_optimised",
        "kind: groups, switches_per_group: 7",
        "switches",
    ),
    "groups of a hundred million switches": (
        "kind: rail_optimised",
        "kind: groups, switches_per_group: 100000000",
        "fabric",
    ),
    "unknown storage": ("superpod_better", "superpod_bettr", "superpod_bettr"),
    "override of nothing": ("{support_r1: {rec", "{support_r7: {rec", "support_r7"),
    "override of a panel's place": ("{support_r1: {rec", "{rpp: {rec", "recirculation of a rpp"),
    "override of a coolant unit": (
        "{support_r1: {recirculation: 0.1",
        "{cdu: {rating: 5 kW",
        "rating of a cdu",
    ),
    "recirculation of liquid": (
        "{support_r1: {rec",
        "{compute_r1: {rec",
        "recirculation of a liquid-cooled rack",
    ),
    "override below idle": ("{recirculation: 0.1}", "{rating: 1 kW}", "idle"),
    "override with an unknown rack": ("{recirculation: 0.1}", "{type: gb400}", "gb400"),
    "recirculation above one": ("recirculation: 0.1", "recirculation: 1.1", "recirculation"),
    "override through a wall": ("{recirculation: 0.1}", "{position: [9.9 m, 3 m]}", "support_r1"),
    "idle above rated": (
        "at: [3 m, 3 m],",
        "at: [3 m, 3 m], power_rated: 10 kW, power_idle: 50 kW,",
        "idle",
    ),
    "python tag": ("name: hall\n", "name: !!python/name:os.system hall\n", "tag"),
    "duplicate key": ("storage:", "storage: {type: superpod_good}\nstorage:", "storage"),
    "empty": (LAYOUT, "", "empty"),
    "list at top": (LAYOUT, "[1, 2]\n", "mapping"),
}

ALSO_CHANGED = {
    "racks and coolant unit feed each other": (
        ("serves: compute, fed_by: rpp", "serves: compute, fed_by: compute"),
    ),
    "unit fed by an empty row": (
        (
            "    rows:\n",
            "    rows:\n      - {name: void, racks: 1 x support_rack, empty: [1], fed_by: rpp}\n",
        ),
    ),
    "override below idle": (
        ("at: [3 m, 6 m],", "at: [3 m, 6 m], power_rated: 9 kW, power_idle: 5 kW,"),
    ),
    "more heat than a plant": (("at: [3 m, 3 m],", "at: [3 m, 3 m], power_rated: 240 kW,"),),
}
"""Cases that take more than one change."""

FILES = {
    "empty": (b"", "empty"),
    "nothing but a comment": (b"# later\n", "empty"),
    "list at top": (b"- a\n- b\n", "list of 2"),
    "word at top": (b"scenario\n", "'scenario'"),
    "binary": (bytes(range(256)) * 40, "byte"),
    "zero bytes": (b"\0" * 1000, "unprintable"),
    "UTF-16": ("name: probe\n".encode("utf-16"), "UTF-8"),
    "Latin-1": ("name: probe\ndescription: 20 °C\n".encode("latin-1"), "0xb0"),
    "a list of a million": (b"name: [" + b"1," * 1_000_000 + b"]", "values"),
    "eleven megabytes": (b"# " + b"x" * 11_000_000, "10 MB"),
    "a million keys": (b"".join(b"k%d: 1\n" % k for k in range(200_000)), "k0"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "byte"),
}

WEATHER = {
    "gap": ("0,20,15\n3600,,15\n7200,20,15\n", "nothing under dry_bulb_degc"),
    "backwards": ("0,20,15\n7200,20,15\n3600,20,15\n", "3600"),
    "twice the same hour": ("0,20,15\n0,21,15\n", "times that rise"),
    "words": ("0,warm,15\n", "warm"),
    "nan": ("0,nan,15\n", "nan"),
    "infinite": ("0,inf,15\n", "inf"),
    "wet bulb above dry bulb": ("0,15,20\n", "wet bulb"),
    "hotter than the sun": ("0,6000,20\n", "6000"),
    "short row": ("0,20\n", "wet_bulb_degc"),
    "no rows": ("", "no rows"),
}

OVERRIDES = {
    "unknown key": ({"horizn": "2 h"}, "horizn"),
    "through a scalar": ({"name.first": "x"}, "name.first"),
    "beyond a list": ({"workload.9.nodes": "4"}, "workload.9.nodes"),
    "word for an index": ({"workload.first.nodes": "4"}, "workload.first.nodes"),
    "empty key": ({"": "4"}, ""),
    "value of the wrong kind": ({"seed": "many"}, "seed"),
    "not a number": ({"seed": "nan"}, "seed"),
    "unit missing": ({"horizon": "7200"}, "horizon"),
    "unknown climate": ({"site.climate": "mars"}, "mars"),
}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """TimeoutError in the block after so long, where the system has such alarms."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {seconds:g} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load once what is slow to import, so that the limit is spent on the file."""
    build(load(project(tmp_path_factory.mktemp("warm"))))


def project(folder: Path, scenario: str = SCENARIO, layout: str = LAYOUT) -> Path:
    """A project in `folder`, with a file outside it and links to it; the path of its scenario."""
    (folder / "outside.yaml").write_text(LAYOUT, encoding="utf-8")
    inside = folder / "project"
    for name in ("scenarios", "layouts"):
        (inside / name).mkdir(parents=True)
    (inside / "layouts" / "out.yaml").symlink_to(folder / "outside.yaml")
    (inside / "layouts" / "ring.yaml").symlink_to("ring.yaml")
    (inside / "layouts" / "probe.yaml").write_text(layout, encoding="utf-8")
    path = inside / "scenarios" / "probe.yaml"
    path.write_text(scenario, encoding="utf-8")
    return path


def changed(text: str, old: str, new: str) -> str:
    """The text with one thing replaced, which must be there."""
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def refusal(path: Path, overrides: dict[str, str] | None = None) -> InputError:
    """The InputError that loading and building ends in; anything else fails the test."""
    with within(SECONDS), pytest.raises(InputError) as caught:
        build(load(path, overrides))
    assert caught.value.problems
    assert all(len(str(problem)) <= LONGEST_MESSAGE for problem in caught.value.problems)
    return caught.value


def assert_named(error: InputError, fragment: str, file: str) -> None:
    """One of the problems names the thing and stands at a line of the file it is in."""
    naming = [problem for problem in error.problems if fragment in str(problem)]
    assert naming, f"{fragment!r} is not in: {error}"
    assert all(problem.line > 0 and problem.file.endswith(file) for problem in naming), str(error)


def test_the_unchanged_project_is_sound(tmp_path: Path) -> None:
    facility = build(load(project(tmp_path)))
    assert len(facility.racks.id) == 4


@pytest.mark.parametrize("case", IN_SCENARIO)
def test_broken_scenario(tmp_path: Path, case: str) -> None:
    old, new, fragment = IN_SCENARIO[case]
    error = refusal(project(tmp_path, scenario=changed(SCENARIO, old, new)))
    assert_named(
        error,
        fragment,
        "probe.yaml" if case == "layout that is this file" else "scenarios/probe.yaml",
    )


@pytest.mark.parametrize("case", IN_LAYOUT)
def test_broken_layout(tmp_path: Path, case: str) -> None:
    old, new, fragment = IN_LAYOUT[case]
    text = changed(LAYOUT, old, new)
    for also in ALSO_CHANGED.get(case, ()):
        text = changed(text, *also)
    error = refusal(project(tmp_path, layout=text))
    if case == "empty":
        assert "empty" in str(error)
    else:
        assert_named(error, fragment, "layouts/probe.yaml")


@pytest.mark.parametrize("case", FILES)
def test_broken_file(tmp_path: Path, case: str) -> None:
    content, fragment = FILES[case]
    path = project(tmp_path)
    path.write_bytes(content)
    error = refusal(path)
    assert fragment in str(error)
    assert all(problem.file == str(path) for problem in error.problems)


@pytest.mark.parametrize("name", ["none.yaml", "", "probe.yaml/deeper.yaml", "n" * 5000])
def test_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    """A missing file, a folder, a file taken for a folder, a name that no disk takes."""
    error = refusal(project(tmp_path).parent / name)
    assert name[:10] in str(error)


def test_a_missing_file_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert "did you mean 'probe.yaml'" in str(refusal(project(tmp_path).parent / "prob.yaml"))


@pytest.mark.parametrize("case", WEATHER)
def test_broken_weather(tmp_path: Path, case: str) -> None:
    rows, fragment = WEATHER[case]
    path = _with_weather(tmp_path, "weather.csv")
    path.with_name("weather.csv").write_text(
        "time_s,dry_bulb_degc,wet_bulb_degc\n" + rows, encoding="utf-8"
    )
    error = refusal(path)
    assert fragment in str(error)
    assert all(problem.file.endswith("weather.csv") for problem in error.problems)
    assert case == "no rows" or all(problem.line >= 2 for problem in error.problems)


@pytest.mark.parametrize(
    "content", [b"time,dry,wet\n0,20,15\n", b"\xff\xfe\x00", bytes(range(256)), b'"' * 300_000]
)
def test_weather_that_is_no_table(tmp_path: Path, content: bytes) -> None:
    path = _with_weather(tmp_path, "weather.csv")
    path.with_name("weather.csv").write_bytes(content)
    assert "weather.csv" in str(refusal(path))


@pytest.mark.parametrize(
    "file", ["none.csv", ".", "../../outside.yaml", "/etc/passwd", "https://example.org/w.csv"]
)
def test_weather_from_elsewhere(tmp_path: Path, file: str) -> None:
    error = refusal(_with_weather(tmp_path, file))
    assert_named(error, "site.climate.file", "scenarios/probe.yaml")


def _with_weather(folder: Path, file: str) -> Path:
    climate = "{dry_bulb: 20 °C, wet_bulb: 15 °C}"
    return project(folder, scenario=changed(SCENARIO, climate, f"{{file: {file}}}"))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff", b'{"schema": "other"}', b"[" * 100_000]
)
def test_a_profile_that_is_none_is_told_before_a_run(tmp_path: Path, content: bytes) -> None:
    path = project(
        tmp_path,
        scenario=changed(SCENARIO, "seed: 1", "seed: 1\nprofiles: {GB200-NVL72-GPU: p.json}"),
    )
    path.with_name("p.json").write_bytes(content)
    assert any(problem.file.endswith("p.json") for problem in refusal(path).problems)


@pytest.mark.parametrize("case", OVERRIDES)
def test_broken_override(tmp_path: Path, case: str) -> None:
    overrides, fragment = OVERRIDES[case]
    assert fragment in str(refusal(project(tmp_path), overrides))


def test_overrides_of_a_bare_layout_are_checked_too(tmp_path: Path) -> None:
    layout = project(tmp_path).parents[1] / "layouts" / "probe.yaml"
    assert "horizn" in str(refusal(layout, {"horizn": "2 h"}))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """One slip in each file, and two more in the layout: all three come back together, in order of
    their lines.
    """
    layout = changed(
        changed(LAYOUT, "size: [10 m,", "size: [10 kg,"),
        "rpp_500, fed_by",
        "rpp_500, moode: 1, fed_by",
    )
    error = refusal(project(tmp_path, changed(SCENARIO, "seed: 1", "seed: -1"), layout))
    assert {"size", "moode", "seed"} <= {
        word for p in error.problems for word in ("size", "moode", "seed") if word in p.where
    }


def test_a_layout_inside_a_scenario_is_not_told_to_be_a_path(tmp_path: Path) -> None:
    """It may be a path too: who wrote it out has one slip in it, and reads of that one alone."""
    inside = yaml.safe_load(LAYOUT) | {"colling": 1}
    path = project(tmp_path)
    path.write_text(yaml.safe_dump(yaml.safe_load(SCENARIO) | {"layout": inside}))
    assert [problem.where for problem in refusal(path).problems] == ["layout.colling"]
