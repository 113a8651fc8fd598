"""Claim: of layouts that hold much at once, racks go dark in a run by just those single losses and
pairs that the static view calls fatal for them.

Drawn with random numbers and short of capacity here and there: utilities or engines with an array
and perhaps a utility behind, an open ring, plain feeders or a tie, unlike transformers in parallel,
sets, stores, parallel UPS modules, a swing unit, a catcher behind static switches, panels, two
halls. By night, and with crews that come too late to close anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planned import Draw, Lost, dark_in_the_end, judged
from tests.planner import asked, loaded, site
from tests.power_layouts import load, part, power_only

Part = dict[str, Any]
GEAR = "mv_switchgear_30mw"
STARTS = {"start_failure_probability": 1e-9, "run_failure_first_hour_probability": 1e-12}
SMALL = {"battery_energy": "8 kWh"}
"""Empty long before a run ends."""


def kw_of(draw: Draw, *sizes: float) -> float:
    return float(draw.choice(sizes))


def sources(draw: Draw, parts: list[Part]) -> list[str]:
    """Of what the two feeders take."""
    kind = draw.choice(["two", "one", "engines", "behind"])
    if kind in ("one", "two"):
        names = ["u0", "u1"] if kind == "two" else ["u0"]
        parts += [part(name, "utility_feed") for name in names]
        return names
    count = int(draw.integers(2, 5))
    parts.append(part("eng", "gas_engine_2500", kw=kw_of(draw, 400, 600, 900), count=count))
    behind = kind == "behind"
    parts += [part("u0", "utility_feed")] if behind else []
    mode = {"mode": "priority"} if behind else {}
    parts.append(part("gb", GEAR, "eng", *(["u0"] if behind else []), **mode))
    array = {"dc_rating": "400 kW", "tilt_deg": 10, "azimuth_deg": 180}
    parts.append(part("pv", "pv_1000", "gb", kw=300.0, solar=array))
    return ["gb"]


def medium_voltage(draw: Draw, parts: list[Part], above: list[str], count: int) -> list[str]:
    """What each block hangs on."""
    parts += [part("fa", GEAR, above[0]), part("fb", GEAR, above[-1])]
    how = draw.choice(["ring", "plain", "tie"])
    if how == "ring":
        names = [f"m{k}" for k in range(count)]
        parts += [part(name, GEAR) for name in names]
        ring = {"ends": ["fa", "fb"], "boards": names, "open": int(draw.integers(1, count + 2))}
        parts.append(
            part("ring", GEAR, kw=kw_of(draw, 900, 1500, 4000), count=count + 1, ring=ring)
        )
        return names
    if how == "tie":
        parts.append(tie("mtie", "fa", "fb", kw_of(draw, 900, 2000, 4000)))
    return ["fa" if k % 2 == 0 else "fb" for k in range(count)]


def tie(name: str, one: str, other: str, rating_kw: float) -> Part:
    return {**part(name, "ats_4000", kw=rating_kw), "tie": [one, other]}


def block(draw: Draw, parts: list[Part], k: int, above: str) -> float:
    """Transformers, sets, a board, perhaps a store, UPS modules; returns its kilowatts."""
    kw = float(draw.integers(3, 8) * 100)
    feeds = [f"ta{k}"]
    if draw.random() < 0.5:
        for name, sizes, stiff in (("ta", (0.6, 0.8, 1.2), 0.04), ("tb", (0.4, 0.6, 0.8), 0.07)):
            own = {"impedance_frac": stiff}
            size_kw = kw * kw_of(draw, *sizes)
            parts.append(part(f"{name}{k}", "transformer_2500", above, kw=size_kw, overrides=own))
        feeds.append(f"tb{k}")
    else:
        size_kw = kw * kw_of(draw, 1.0, 1.2, 2.0)
        parts.append(part(f"ta{k}", "transformer_2500", above, kw=size_kw))
    if draw.random() < 0.35:
        sets: Part = {"count": int(draw.integers(1, 3)), "overrides": STARTS}
        parts.append(part(f"gen{k}", "genset_2000", kw=kw_of(draw, 300, 500, 900), **sets))
        feeds.append(f"gen{k}")
    parts.append(part(f"b{k}", "switchboard_4000", *feeds))
    if draw.random() < 0.3:
        rating_kw = kw_of(draw, 100, 300, 800)
        parts.append(part(f"s{k}", "bess_1000_2h", f"b{k}", kw=rating_kw, overrides=SMALL))
    count = int(draw.integers(1, 4))
    each_kw = kw / count * kw_of(draw, 1.0, 1.2, 1.5)
    modules: Part = {"kw": each_kw, "count": count, "overrides": SMALL}
    parts.append(part(f"ups{k}", "ups_1250", f"b{k}", **modules))
    return kw


def outputs(draw: Draw, parts: list[Part], blocks: list[float]) -> None:
    """Buses of the UPS, two of them perhaps with a swing unit behind; perhaps a tie above."""
    swing = draw.random() < 0.4
    first: Part = {"mode": "priority"}
    if swing:
        parts.append(part("swb", "ats_4000", "b0", "b1", kw=2000.0, **first))
        parts.append(part("swu", "ups_1250", "swb", kw=kw_of(draw, 200, 400, 800), overrides=SMALL))
    for k, kw in enumerate(blocks):
        helped = swing and k < 2
        feeds = [f"ups{k}", *(["swu"] if helped else [])]
        parts.append(
            part(f"d{k}", "switchboard_4000", *feeds, kw=2 * kw, **first if helped else {})
        )
    if draw.random() < 0.35:
        parts.append(tie("ltie", "b0", "b1", kw_of(draw, 300, 600, 2000)))


def catcher(draw: Draw, parts: list[Part], above: str) -> bool:
    """A block in reserve, or none."""
    if draw.random() >= 0.45:
        return False
    kw = float(draw.integers(2, 7) * 100)
    parts.append(part("tr", "transformer_2500", above, kw=1.5 * kw))
    parts.append(part("br", "switchboard_4000", "tr"))
    parts.append(part("ur", "ups_1250", "br", kw=kw, overrides=SMALL))
    parts.append(part("dr", "switchboard_4000", "ur"))
    return True


def rows(draw: Draw, parts: list[Part], blocks: list[float], caught: bool) -> list[Part]:
    """A row a block: one cord or two, behind a static switch to the catcher, or behind panels."""
    made = []
    for k, kw in enumerate(blocks):
        used_kw = kw * kw_of(draw, 0.3, 0.4, 0.5, 0.6)
        here = f"d{k}"
        other = f"d{(k + 1) % len(blocks)}"
        how = draw.choice(["switch", "dual", "single", "panels"])
        if how == "panels":
            size_kw = used_kw * kw_of(draw, 0.6, 0.9, 1.1)
            parts.append(part(f"p{k}", "rpp_500", here, kw=size_kw, count=2))
            feeds = [f"p{k}_1", str(draw.choice([f"p{k}_2", other]))]
        else:
            feeds = [here, other] if how == "dual" else [here]
        if how == "switch" and caught:
            parts.append(part(f"x{k}", "sts_1000", here, "dr", mode="priority", kw=1000.0))
            feeds = [f"x{k}"]
        made.append(load(f"l{k}", used_kw, *feeds))
    return made


def drawn(draw: Draw) -> Part:
    """The layout, its rows in two halls."""
    parts: list[Part] = []
    count = int(draw.integers(2, 5))
    above = medium_voltage(draw, parts, sources(draw, parts), count)
    blocks = [block(draw, parts, k, above[k]) for k in range(count)]
    outputs(draw, parts, blocks)
    made = power_only(parts, rows(draw, parts, blocks, catcher(draw, parts, above[-1])))
    hall = made["halls"][0]
    first, *rest = hall["rows"]
    moved = [row | {"at": ["2 m", f"{2 + 3 * n} m"]} for n, row in enumerate(rest)]
    far = {"name": "far", "at": ["0 m", "80 m"], "rows": moved}
    made["halls"] = [hall | {"rows": [first]}, hall | far]
    handlers = made["cooling"]["air"]
    handlers.append(handlers[0] | {"name": "crah_far", "hall": "far"})
    return made


def cases(built: twin.Facility, draw: Draw) -> list[tuple[Lost, set[str]]]:
    """One of each group lost, four survivable pairs, and two that are fatal together only."""
    singles, said = judged(built)
    firsts = {name.rpartition("_")[0] or name: (name,) for (name,) in reversed(singles)}
    pairs = [case for case in said if len(case) == 2 and not any(said[(c,)] for c in case)]
    chosen = list(firsts.values())
    for fatal, most in ((False, 4), (True, 2)):
        kind = [case for case in pairs if bool(said[case]) is fatal]
        chosen += [kind[n] for n in draw.permutation(len(kind))[:most].tolist()]
    return [(c, said[c]) for c in chosen if not any(name.endswith("_back") for name in c)]


@pytest.mark.parametrize("seed", [0, 3, 12])
def test_what_the_static_view_says_of_a_loss_is_where_a_run_ends(seed: int) -> None:
    draw = np.random.default_rng([seed, 40, 2026])
    late = {"crews": [{"name": "late", "count": 1, "close": "10 h"}]}
    night = "2026-06-21T00:00:00-05:00"
    made = asked(drawn(draw) | late, horizon="70 min", site=site(15.0), start=night)
    built = twin.build(loaded(made))
    run = twin.start(built)
    run.until(60.0)
    for lost, racks in cases(built, draw):
        assert dark_in_the_end(run, lost) == racks, lost
