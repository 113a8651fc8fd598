"""A first scenario and layout, commented, to copy and change."""

from __future__ import annotations

import re
from pathlib import Path

from twin.errors import InputError, Problem
from twin.scenario import sectors

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""The form of the names of scenarios and layouts."""

SCENARIO = """\
# yaml-language-server: $schema=scenario.schema.json
# (for completion in an editor: twin schema scenario > scenarios/scenario.schema.json)
#
#   twin check scenarios/{name}.yaml     build it and list what looks wrong
#   twin run scenarios/{name}.yaml       simulate it; the result goes to reports/{name}
version: 1
name: {name}
description: A day of one pod of four NVL72 racks. A panel is lost in the morning.
layout: ../layouts/{name}.yaml

site:
  climate: baltimore            # twin catalogue list climates; or {file: site.epw}
  grid: virginia                # twin catalogue list grids; or {file: prices.csv}
start: 2026-07-15T00:00:00-04:00
horizon: 24 h
seed: 1                         # the same seed gives the same run

workload:
  - kind: inference             # half of the 72 nodes answer requests
    name: chat
    model: Llama-3.1-70B        # twin catalogue list models
    nodes: 36
    tensor_parallel: 4
    dtype: fp8
    requests:
      rate: 600 / s             # mean over the day
      diurnal_amplitude: 0.4
      peak_hour: 15
    token_price: 0.40 USD/Mtok
  - kind: training              # the other half trains until the horizon
    name: pretrain
    model: Llama-3.1-8B
    nodes: 36
    global_batch_sequences: 1152
    checkpoint_interval: 30 min
    token_price: 0.10 USD/Mtok

faults:
  timeline:                     # a component: its group's name, with a number if there are several
    - {at: "09:00", component: rpp_2, repair_after: 3 h}
  # rates: {scale: 100}         # random faults, a hundred times as often as the catalogue says

# drills:
#   - {kind: utility_outage, at: "20:00", duration: 15 min}

outputs:
  period: 5 min
"""

LAYOUT = """\
# yaml-language-server: $schema=layout.schema.json
# (for completion in an editor: twin schema layout > layouts/layout.schema.json)
#
# Everything is named by group: the three panels called rpp are rpp_1 to rpp_3. Types are catalogue
# rows;
# `twin catalogue list` shows them, `twin catalogue show NAME` says where their numbers come from.
version: 1
name: {name}
description: One pod of four NVL72 racks. Any one component may fail and every rack is still served.

halls:
  - name: hall
    size: [12 m, 10 m, 4.5 m]   # east-west, north-south, height
    containment: hot_aisle
    rows:
      - name: compute           # racks compute_r1 to compute_r4
        racks: 4 x gb200_nvl72
        at: [3.5 m, 3 m]        # south-west corner of the first rack
        fed_by: rpp             # every rack hangs on all panels
      - name: support           # network, storage, management
        racks: 2 x support_rack
        at: [6.5 m, 3 m]
        power_rated: 12 kW
        power_idle: 6 kW
        fed_by: rpp

power:                          # from the utility down; fed_by names a group or one component
  - {name: utility, type: utility_feed}
  - {name: transformer, type: transformer_2500, count: 2, rating: 1250 kW, fed_by: utility}
  - {name: generator, type: genset_2000, count: 2, rating: 1250 kW}
  - name: switchboard
    type: switchboard_4000
    count: 2
    mode: priority              # takes the first live supply
    fed_by:
      - {source: transformer, pairing: matched}
      - {source: generator, pairing: matched}
  - name: ups                   # three blocks, of which two carry the load
    type: ups_500
    count: 3
    mode: priority
    fed_by:
      - {source: switchboard, pairing: spread}
      - {source: switchboard, pairing: all}
  - {name: rpp, type: rpp_500, count: 3, fed_by: {source: ups, pairing: matched}}
  - {name: mechanical, type: switchboard_4000, count: 2, fed_by: switchboard}

cooling:
  loops:
    - name: cdu                 # two units on one header, of which one carries the heat
      type: cdu_600
      count: 2
      header: common
      serves: compute
      fed_by: rpp               # on UPS power, for liquid-cooled racks throttle within seconds
      plant: warm_water
      volume: 0.4 m^3
  air:
    - name: crah
      type: crah_100
      count: 2
      hall: hall
      fed_by: mechanical
      plant: chilled_water
      supply_temperature: 20 °C   # valves hold it; 18 to 27 °C are recommended at the inlets
  plant:
    - name: warm_water
      type: dry_cooler_1000
      count: 2
      fed_by: mechanical
      supply_temperature: 36 °C
      volume: 5 m^3
      pump_power: 8 kW
    - name: chilled_water
      type: chiller_air_710     # its curves reach water of 15.56 °C
      count: 2
      fed_by: mechanical
      supply_temperature: 15 °C
      volume: 3 m^3
      pump_power: 4 kW

fabric: {kind: rail_optimised, switch: q3400, nodes_per_su: 72, fed_by: rpp}
storage: {type: superpod_better}
"""


def write(name: str, folder: Path, sector: str | None = None) -> list[Path]:
    """Write scenarios/<name>.yaml and layouts/<name>.yaml below `folder`; their paths, the scenario
    first. Those of a sector come with deployments/<name>.yaml and a page on what decides there.

    Raises InputError where the sector is unknown, the name is not of the allowed form or one of the
    files exists; nothing is written then.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            [
                Problem(
                    "name", repr(name), "a small letter, then up to 39 small letters, digits or _"
                )
            ]
        )
    plain = {f"scenarios/{name}.yaml": SCENARIO, f"layouts/{name}.yaml": LAYOUT}
    chosen = plain if sector is None else sectors.texts(sector, name)
    texts = {folder / place: text for place, text in chosen.items()}
    standing = [path for path in texts if path.exists() or path.is_symlink()]
    if standing:
        raise InputError(
            [
                Problem(
                    "", "a file that exists", "a new name; nothing is overwritten", file=str(path)
                )
                for path in standing
            ]
        )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("{name}", name))
    return list(texts)
