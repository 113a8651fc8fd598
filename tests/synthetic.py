"""A made-up but self-consistent day of a small AI factory, for tests of whatever reads a Result.

Eight liquid racks, two sides of power, two coolant loops. At 06:00 a power panel is lost for four
hours; at 14:00 a coolant pump trips for ninety minutes and four racks throttle. Energy closes by
construction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from twin.results import TABLES, Result, empty

PERIOD_S = 300.0
PERIODS = 288
TIME_S = PERIOD_S * np.arange(1, PERIODS + 1)
HOUR = TIME_S / 3600
RACKS = [f"rack_{n}" for n in range(1, 9)]
PANELS = [f"rpp_{n}" for n in range(1, 5)]
PANEL_OF_RACK = np.arange(8) // 2
LOOP_OF_RACK = np.arange(8) // 4
GPUS = 72
SCENARIO = """name: synthetic day
seed: 7
layout:
  halls:
  - name: hall_1
    at: [0.0 m, 0.0 m]
"""


_SHIFT = ("night_1", "carbon", 75600.0, 79200.0, 86400.0, 1, 0.0, 0.12, 0.03, 0.12)
"""A job moved by an hour."""


_DEMAND_EVENT = (
    "evening", 64800.0, 8e5, 0.25, 2.1e5, 0.2625, 870.0, 1e7, 0.0, 1e6, 2e6, 4e6, 0.0, 63.0,
)  # fmt: skip
"""Three hours of a quarter less."""


def synthetic() -> Result:
    """The day, with every table filled."""
    day = _day()
    tables = {
        "components": _components(),
        "edges": _edges(),
        "halls": _halls(),
        "loading": _loading(),
        "electrical": _electrical(),
        "batteries": _batteries(),
        "site": day["site"],
        "racks": day["racks"],
        "power": day["power"],
        "bess": _bess(),
        "loops": day["loops"],
        "moisture": _moisture(),
        "services": day["services"],
        "jobs": _jobs(),
        "generations": _generations(),
        "critical_paths": _critical_paths(),
        "stops": _frame("stops", [("pretrain", "gpu_memory", 2, 1.0, 1800.0, 6.1e8)]),
        "shifts": _frame("shifts", [_SHIFT]),
        "power_swings": _power_swings(),
        "events": _events(),
        "load_steps": _frame("load_steps", [_LOAD_STEP]),
        "lockouts": _frame("lockouts", [(50400.0, "ups_2", 3, 32.8, 6.0e5, 6.0e5)]),
        "demand_response": _frame("demand_response", [_DEMAND_EVENT]),
        "losses": _losses(day["racks"]),
        "token_balance": _token_balance(),
        "counterfactuals": _counterfactuals(),
        "counterfactual_causes": _counterfactual_causes(),
        "drill_sheet": _drill_sheet(),
        "energy": day["energy"],
        "costs": _costs(),
        "cost_figures": _cost_figures(),
        "cash_flow": _cash_flow(),
        "prices": _frame("prices", [("ups", "USD/W", 0.25, 0.3, 0.45, "2026-11", "assumed", "x")]),
        "carbon": _carbon(day["site"]),
        "witnesses": _witnesses(),
    }
    return Result(tables, _summary(tables), SCENARIO, _meta())


def bare() -> Result:
    """A run that recorded nothing: every table empty, every number missing."""
    summary = {key: float("nan") for key in synthetic().summary}
    return Result({table.name: empty(table) for table in TABLES}, summary, "name: nothing\n", {})


def with_tables(result: Result, **tables: pd.DataFrame) -> Result:
    """The same result with some tables replaced."""
    return replace(result, tables={**result.tables, **tables})


def _frame(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = next(table for table in TABLES if table.name == name)
    return pd.DataFrame(rows, columns=list(table.names))


def _costs() -> pd.DataFrame:
    none = (np.nan,) * 4
    rows = [
        ("racks made_up", "it", 8.0, "racks", 2.4e7, 2e7, 3e7, 5.0, 4e6, 3.5e6, 5e6, "made_up"),
        ("ups ups_500", "plant", 1e6, "W", *none, np.nan, np.nan, np.nan, "no price of ups_500"),
        ("energy", "running", 365.0, "of the run", *none, 9e5, 9e5, 9e5, "the run"),
        ("financing", "financing", 0.08, "a year", *none, 2e6, 1e6, 3e6, "wacc"),
    ]
    return _frame("costs", [(*row, "a source", "assumed") for row in rows])


def _cost_figures() -> pd.DataFrame:
    rows = [
        ("capex_usd", 2.4e7, 2e7, 3e7, "USD", "everything bought at the start"),
        ("annual_usd", 6.9e6, 6e6, 8e6, "USD", "capital and running costs of a year"),
        ("usd_per_gpu_h", 1.4, 1.2, 1.7, "USD/h", "over the GPU hours with work"),
    ]
    return _frame("cost_figures", rows)


def _cash_flow() -> pd.DataFrame:
    """A start and two years: earnings 9, running 2.25, and 24 MUSD bought; nothing borrowed."""
    paid = (-9e5, 0.0, 0.0, 0.0, -4e5, -7e5, -2.5e5)
    none = (np.nan,) * 8
    rows = [
        (0, *[0.0] * 8, -2.4e7, 0.0, 0.0, -2.4e7, -2.4e7, -2.4e7, -2.4e7, *[0.0] * 4, *none),
        (1, 9e6, *paid, 0.0, 0.0, -4e5, 6.35e6, 5.88e6, -1.765e7, -1.812e7, 5.15e6, 0.0, 0.0,
         1.6e6, *none),
        (2, 9e6, *paid, 0.0, 1.1e7, -4e5, 1.735e7, 1.487e7, -3e5, -3.25e6, 5.15e6, 0.0, 0.0,
         1.6e6, *none),
    ]  # fmt: skip
    return _frame("cash_flow", rows)


def _carbon(site: pd.DataFrame) -> pd.DataFrame:
    hourly = site.groupby(np.ceil(site["time_s"] / 3600.0).astype(int))
    energy_j = hourly["utility_power_w"].sum().to_numpy() * PERIOD_S
    kg = energy_j * 1e-7
    rows = [
        (3600.0 * (n + 1), e, c, c, 0.0, 26.0)
        for n, (e, c) in enumerate(zip(energy_j, kg, strict=True))
    ]
    return _frame("carbon", rows)


def _components() -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = [
        (
            "utility",
            "utility",
            "utility_feed",
            "",
            "power",
            -6.0,
            5.0,
            0.0,
            2.0,
            2.0,
            2.5,
            2e6,
            0,
            0,
        )
    ]
    for n in (1, 2):
        y = 2.5 + 5.0 * (n - 1)
        rows += [
            (
                f"tx_{n}",
                "transformer",
                "dry_1500",
                "",
                "power",
                -3.0,
                y,
                0.0,
                1.8,
                1.4,
                2.2,
                1.5e6,
                0,
                0,
            ),
            (
                f"ups_{n}",
                "ups",
                "ups_1250",
                "hall_1",
                "power",
                1.2,
                y,
                0.0,
                1.2,
                3.0,
                2.0,
                1.25e6,
                0,
                0,
            ),
            (
                f"cdu_{n}",
                "cdu",
                "cdu_600",
                "hall_1",
                "cooling",
                14.6,
                y,
                0.0,
                1.2,
                1.2,
                2.2,
                6e5,
                0,
                0,
            ),
            (
                f"pump_{n}",
                "pump",
                "pump_15",
                f"cdu_{n}",
                "cooling",
                14.6,
                y,
                0.3,
                0.5,
                0.5,
                0.5,
                1.5e4,
                0,
                0,
            ),
            (
                f"dry_cooler_{n}",
                "dry_cooler",
                "dc_800",
                "",
                "cooling",
                20.0,
                y,
                0.0,
                2.4,
                4.0,
                2.5,
                8e5,
                0,
                0,
            ),
        ]
    for n, panel in enumerate(PANELS):
        place = (3.2 if n % 2 == 0 else 12.8, 3.0 + 4.0 * (n // 2), 0.0, 0.6, 0.9, 2.0)
        rows.append((panel, "rpp", "rpp_400", "hall_1", "power", *place, 3.2e5, 0, 0))
    for n, rack in enumerate(RACKS):
        place = (6.0 + 1.2 * (n % 4), 3.0 + 4.0 * (n // 4), 0.0, 0.6, 1.2, 2.3)
        rows.append((rack, "rack", "nvl72", "hall_1", "compute", *place, 1.32e5, GPUS, 18))
    rows.append(
        ("leaf_1", "switch", "leaf", "hall_1", "fabric", 10.8, 3.0, 0.0, 0.6, 1.0, 2.2, 4e3, 0, 0)
    )
    return _frame("components", [(*row, 180.0) for row in rows])


def _halls() -> pd.DataFrame:
    return _frame("halls", [("hall_1", 0.0, 0.0, 0.0, 16.0, 10.0, 4.5, "hot_aisle")])


def _loading() -> pd.DataFrame:
    """The lost UPS puts all on the other; everything else carries half of its rating."""
    held = _components()
    gear = held[held["system"] == "power"]
    frame = pd.DataFrame(
        {
            "component": gear["id"],
            "rating_w": gear["rating_w"].replace(0.0, float("nan")),
            "load_w": gear["rating_w"] / 2,
            "load_frac": gear["rating_w"].replace(0.0, float("nan")) * 0 + 0.5,
            "worst_lost": "",
            "worst_load_w": gear["rating_w"] / 2,
            "worst_load_frac": gear["rating_w"].replace(0.0, float("nan")) * 0 + 0.5,
        }
    )
    worst = frame["component"] == "ups_1"
    frame.loc[worst, ["worst_lost", "worst_load_frac"]] = ["ups_2", 1.04]
    return frame.reset_index(drop=True)


def _electrical() -> pd.DataFrame:
    """Everything at half load; transformers are rated for less than a fault there, UPS are not."""
    names = _loading()["component"]
    carried = (415.0, "joined", 0.985, 1300.0, 0.5, 0.98, 4e3, "assumed", 62e3, 40e3, 2e3)
    rows = []
    for name in names:
        rated = (50e3, "stated") if name.startswith("tx_") else (np.nan, "")
        opens = ("no", "utility", 3.2e6) if name == "ups_2" else ("yes", "", np.nan)
        rows.append((name, *carried, *rated, *opens))
    return _frame("electrical", rows)


def _batteries() -> pd.DataFrame:
    """Both last twice as long at half their rating; the second was half emptied."""
    lasts = (300.0, 625000.0, 600.0, 480.0, 20.2, 580.0)
    rows = [(f"ups_{n}", 3.88e8, *lasts, left) for n, left in ((1, 1.0), (2, 0.5))]
    return _frame("batteries", rows)


def _edges() -> pd.DataFrame:
    rows = [("utility", f"tx_{n}", "power", "share") for n in (1, 2)]
    rows += [(f"tx_{n}", f"ups_{n}", "power", "share") for n in (1, 2)]
    rows += [(f"tx_{n}", f"dry_cooler_{n}", "power", "share") for n in (1, 2)]
    rows += [(f"ups_{n}", f"cdu_{n}", "power", "share") for n in (1, 2)]
    rows += [(f"ups_{n // 2 + 1}", panel, "power", "share") for n, panel in enumerate(PANELS)]
    rows += [(PANELS[PANEL_OF_RACK[n]], rack, "power", "share") for n, rack in enumerate(RACKS)]
    rows += [(f"dry_cooler_{n}", f"cdu_{n}", "cooling", "serves") for n in (1, 2)]
    rows += [
        (f"cdu_{LOOP_OF_RACK[n] + 1}", rack, "cooling", "serves") for n, rack in enumerate(RACKS)
    ]
    rows += [("leaf_1", rack, "fabric", "link") for rack in RACKS]
    return _frame("edges", rows)


def _day() -> dict[str, pd.DataFrame]:
    panel_lost = (HOUR > 6) & (HOUR <= 10)
    tripped = (HOUR > 14) & (HOUR <= 15.5)
    rng = np.random.default_rng(7)
    on = np.ones((PERIODS, 8))
    on[np.ix_(panel_lost, PANEL_OF_RACK == 1)] = 0.0
    dry_bulb = 24 + 7 * np.sin((HOUR - 9) * np.pi / 12)
    water = np.maximum(dry_bulb + 5, 22) + 0.2 * rng.standard_normal(PERIODS)
    rise = np.where(tripped, 16 * (1 - np.exp(-(HOUR - 14) / 0.25)), 0.0)
    rise += np.where(HOUR > 15.5, 16 * np.exp(-(HOUR - 15.5).clip(0) / 0.3), 0.0)
    coolant = water[:, None] + 6 + rise[:, None] * np.array([0.0, 1.0])
    demand = 0.78 + 0.2 * np.sin((HOUR - 10) * np.pi / 12)
    clock = np.ones((PERIODS, 8))
    clock[:, 4:] = (1 - 0.035 * (rise - 4).clip(0))[:, None]
    full_w = 3.5e4 + 9.2e4 * np.where(np.arange(8) < 4, demand[:, None], 1.0)
    rack_w = full_w * on * (0.35 + 0.65 * clock**1.8)
    junction = np.where(
        on > 0, coolant[:, LOOP_OF_RACK] + 14 + rack_w / 5600, coolant[:, LOOP_OF_RACK]
    )
    inlet = 20.5 + 0.6 * np.arange(8) % 2.4 + 0.18 * (dry_bulb - 24)[:, None] + 0.3 * rise[:, None]
    rate = np.where(np.arange(8) < 4, 3.1e4 * demand[:, None], 5.5e4)
    lost = rate * (1 - on * clock) * PERIOD_S
    made = rate * on * clock * PERIOD_S
    racks = pd.DataFrame(
        {
            "time_s": np.repeat(TIME_S, 8),
            "rack": np.tile(RACKS, PERIODS),
            "power_w": rack_w.ravel(),
            "power_max_w": rack_w.ravel() * 1.06,
            "inlet_air_degc": inlet.ravel(),
            "coolant_degc": coolant[:, LOOP_OF_RACK].ravel() + 8 * on.ravel(),
            "junction_degc": junction.ravel(),
            "junction_max_degc": junction.ravel() + 1.5,
            "clock_frac": clock.ravel(),
            "on_frac": on.ravel(),
            "tokens_lost": lost.ravel(),
        }
    )
    power, energy, site = _power(rack_w, water, panel_lost, tripped)
    site = site.assign(
        dry_bulb_degc=dry_bulb,
        wet_bulb_degc=dry_bulb - 6,
        facility_water_degc=water,
        tokens_inference=made[:, :4].sum(axis=1),
        tokens_training=made[:, 4:].sum(axis=1),
        tokens_rolled_back=0.0,
        tokens_lost=lost.sum(axis=1),
        gpus_busy=GPUS * on.sum(axis=1),
        gpus_throttled=GPUS * ((clock < 0.999) & (on > 0)).sum(axis=1),
    )
    names = [column for table in TABLES if table.name == "site" for column in table.names]
    loops = _loops(water, coolant, rack_w, tripped)
    services = _services(rate, made, lost)
    return {
        "racks": racks,
        "power": power,
        "energy": energy,
        "site": site[names],
        "loops": loops,
        "services": services,
    }


def _power(
    rack_w: np.ndarray, water: np.ndarray, panel_lost: np.ndarray, tripped: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    out: dict[str, np.ndarray] = {}
    into: dict[str, np.ndarray] = {}
    live = {"rpp_2": ~panel_lost}
    cdu_w = np.stack([np.full(PERIODS, 1.2e4), np.where(tripped, 2e3, 1.2e4)], axis=1)
    cooler_w = 1.4e4 + 2.6e4 * ((water - 20) / 16).clip(0, 1.2)
    for n, panel in enumerate(PANELS):
        out[panel] = rack_w[:, n == PANEL_OF_RACK].sum(axis=1)
        into[panel] = out[panel] * 1.004
    for side in (0, 1):
        ups = f"ups_{side + 1}"
        tx = f"tx_{side + 1}"
        out[ups] = into[PANELS[2 * side]] + into[PANELS[2 * side + 1]] + cdu_w[:, side]
        into[ups] = out[ups] + 1.25e6 * (0.008 + 0.03 * (out[ups] / 1.25e6) ** 2)
        out[tx] = into[ups] + cooler_w
        into[tx] = out[tx] + 1.5e6 * (0.002 + 0.009 * (out[tx] / 1.5e6) ** 2)
    out["utility"] = into["tx_1"] + into["tx_2"]
    into["utility"] = out["utility"]
    rating = {"rpp": 3.2e5, "ups": 1.25e6, "tx": 1.5e6, "utility": 2e6}
    frames = [
        pd.DataFrame(
            {
                "time_s": TIME_S,
                "component": name,
                "power_in_w": into[name],
                "power_out_w": out[name],
                "load_max_frac": out[name] * 1.06 / rating[name.split("_")[0]],
                "energised_frac": live.get(name, np.ones(PERIODS, bool)).astype(float),
                "battery_least_j": 2.4e8 if name.startswith("ups") else 0.0,
            }
        )
        for name in out
    ]
    cooling = cdu_w.sum(axis=1) + 2 * cooler_w
    site = pd.DataFrame(
        {
            "time_s": TIME_S,
            "utility_power_w": out["utility"],
            "generator_power_w": 0.0,
            "solar_power_w": 0.0,
            "export_power_w": 0.0,
            "battery_power_w": 0.0,
            "it_power_w": rack_w.sum(axis=1),
            "distribution_loss_w": out["utility"] - rack_w.sum(axis=1) - cooling,
            "cooling_power_w": cooling,
            "other_power_w": 0.0,
            "heat_rejected_w": rack_w.sum(axis=1) + 0.8 * cooling,
            "water_kg": 9.0 * (water - 30).clip(0),
            "battery_energy_j": 1.5e9,
        }
    )

    def joules(values: np.ndarray) -> float:
        return float(values.sum() * PERIOD_S)

    gone = {
        name: joules(sum(into[k] - out[k] for k in into if k.startswith(name)))
        for name in ("tx", "ups", "rpp")
    }
    flows = [
        ("utility", "site", joules(into["utility"])),
        ("site", "racks", joules(rack_w)),
        ("site", "dry_cooler", joules(2 * cooler_w)),
        ("site", "cdu", joules(cdu_w)),
        ("site", "loss: transformer", gone["tx"]),
        ("site", "loss: ups", gone["ups"]),
        ("site", "loss: rpp", gone["rpp"]),
    ]
    return pd.concat(frames, ignore_index=True), _frame("energy", flows), site


def _loops(
    water: np.ndarray, coolant: np.ndarray, rack_w: np.ndarray, tripped: np.ndarray
) -> pd.DataFrame:
    frames = []
    for n in (0, 1):
        heat = rack_w[:, n == LOOP_OF_RACK].sum(axis=1)
        flow = np.where(tripped & (n == 1), 0.35, 1.0)
        for loop, kind, degc in (
            (f"cdu_{n + 1}", "liquid", coolant[:, n]),
            (f"facility_water_{n + 1}", "facility_water", water + 0.3 * n),
        ):
            frames.append(
                pd.DataFrame(
                    {
                        "time_s": TIME_S,
                        "loop": loop,
                        "kind": kind,
                        "temperature_degc": degc,
                        "heat_w": heat,
                        "doors_w": 0.0,
                        "flow_frac": flow if kind == "liquid" else 1.0,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _services(rate: np.ndarray, made: np.ndarray, lost: np.ndarray) -> pd.DataFrame:
    asked = (rate * PERIOD_S)[:, :4].sum(axis=1)
    return pd.DataFrame(
        {
            "time_s": TIME_S,
            "service": "chat",
            "requests": asked / 420,
            "tokens_asked": asked,
            "tokens_served": made[:, :4].sum(axis=1),
            "tokens_waiting": 0.02 * lost[:, :4].sum(axis=1),
            "tokens_dropped": 0.9 * lost[:, :4].sum(axis=1),
            "capacity_tokens_per_s": 4 * 3.3e4,
            "utilisation_frac": made[:, :4].sum(axis=1) / (4 * 3.3e4 * PERIOD_S),
            "time_per_token_s": 0.021 + 0.004 * (asked / asked.max()),
            "nodes_awake": 4.0,
            "reading_load_frac": 0.0,
            "energy_j": 4 * 9e4 * PERIOD_S,
            "ttft_p50_s": 0.09,
            "ttft_p95_s": 0.25 + 0.1 * (asked / asked.max()),
            "ttft_p99_s": 0.42 + 0.2 * (asked / asked.max()),
            "shown_p50_s": 0.09,
            "shown_p95_s": 0.25 + 0.1 * (asked / asked.max()),
            "shown_p99_s": 0.42 + 0.2 * (asked / asked.max()),
            "tpot_p50_s": 0.020 + 0.004 * (asked / asked.max()),
            "tpot_p95_s": 0.026 + 0.005 * (asked / asked.max()),
            "tpot_p99_s": 0.031 + 0.006 * (asked / asked.max()),
            "slo_met_frac": 1.0,
        }
    )


def _jobs() -> pd.DataFrame:
    nan = float("nan")
    ran = (0.0, 0.0, 0.0, nan, 0.0, nan, 86400.0, nan, "running", 0.42, 1.39e10, 6.1e8, 0, 0, 23)
    spent = (5184.0, 1.9e10)
    done = (7200.0, 7200.0, 7260.0, 61200.0, 60.0, 1.001, 53940.0, 1.001, "completed", 1.0, 2.9e9)
    more = (0.0, 0, 0, 7)
    waits = (68400.0, 68400.0, nan, nan, nan, nan, 0.0, nan, "queued", 0.0, 0.0, 0.0, 0, 0, 0)
    return _frame(
        "jobs",
        [
            ("pretrain", "training", "", 54, 216, *ran, *spent),
            ("finetune", "training", "", 18, 72, *done, *more, 1078.8, 4.1e9),
            ("evals", "batch", "", 4, 16, *waits, 0.0, 0.0),
        ],
    )


def _critical_paths() -> pd.DataFrame:
    first = ("evals", 1, "finetune", "", 7200.0, 0.0, 60.0, 53940.0, 61200.0)
    then = ("evals", 2, "evals", "finetune", 61260.0, 60.0, 300.0, 3600.0, 65160.0)
    return _frame("critical_paths", [first, then])


def _events() -> pd.DataFrame:
    off = [(21600.0, rack, "off", "no power") for rack in ("rack_3", "rack_4")]
    back = [(36240.0, rack, "on", "after its restart") for rack in ("rack_3", "rack_4")]
    hot = [
        (51300.0 + 20 * n, RACKS[n], "throttled", "hottest GPU at its slowdown limit")
        for n in range(4, 8)
    ]
    cool = [
        (58800.0, RACKS[n], "full clock", "room below the slowdown limit again")
        for n in range(4, 8)
    ]
    return _frame(
        "events",
        [
            (21600.0, "rpp_2", "failed", "back after 240 min"),
            *off,
            (36000.0, "rpp_2", "repaired", "in order again"),
            *back,
            (50400.0, "pump_2", "failed", "back after 90 min"),
            *hot,
            (55800.0, "pump_2", "repaired", "in order again"),
            *cool,
        ],
    )


def _losses(racks: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for rack, lost in racks.groupby("rack")["tokens_lost"].sum().items():
        served = rack < "rack_5"
        if lost > 0:
            cause, workload = ("power_lost", "chat") if served else ("throttled", "pretrain")
            hours = 288.0 if served else 72 * 2.2
            rows.append((cause, rack, workload, lost, hours, lost * (2.0e-6 if served else 1.1e-6)))
    rows.append(("restarting", "", "chat", 1.5e6, 4.8, 3.0))
    return _frame("losses", rows)


def _token_balance() -> pd.DataFrame:
    rows = [
        ("chat", "possible", 9.0e9),
        ("chat", "made", 8.5e9),
        ("chat", "power_lost", 5.0e8),
        ("pretrain", "possible", 1.46e10),
        ("pretrain", "made", 1.39e10),
        ("pretrain", "throttled", 6.1e8),
        ("pretrain", "checkpointing", 9.0e7),
    ]
    return _frame("token_balance", rows)


def _counterfactuals() -> pd.DataFrame:
    rows = [
        (
            "all",
            "all",
            21600.0,
            1.11e9,
            1.10e9,
            -1.0e7,
            "checkpointing",
            -90.0,
            -2.0e10,
            -2.1e3,
            -440.0,
            1.1e3,
        ),
        (
            "rpp_2",
            "fault",
            21600.0,
            5.0e8,
            5.0e8,
            0.0,
            "same",
            -288.0,
            -1.6e10,
            -1.7e3,
            -355.0,
            1.0e3,
        ),
        (
            "pump_2",
            "fault",
            50400.0,
            6.1e8,
            6.0e8,
            -1.0e7,
            "checkpointing",
            0.0,
            -4.0e9,
            -4.0e2,
            -85.0,
            60.0,
        ),
    ]
    return _frame("counterfactuals", rows)


def _generations() -> pd.DataFrame:
    plan = (2.0e5, 5.0e5, 1.1e10, 1.6e13, 1.954, 2.01e5)
    return _frame("generations", [("wheel", 1, *plan, 61200.0, 576.0, 1.9e9)])


def _moisture() -> pd.DataFrame:
    rows = [(t, "hall_1", 9.0, 0.48, 0.0071, 0.1, 0.0, 0.0, 0.1, 833.0, 0.0) for t in TIME_S]
    return _frame("moisture", rows)


def _bess() -> pd.DataFrame:
    """A store that gives 50 kW over the second half of the day."""
    giving = HOUR > 12
    given_w = np.where(giving, 5e4, 0.0)
    energy_j = 3.6e9 - np.cumsum(given_w) / 0.9772 * PERIOD_S
    rows = pd.DataFrame({"time_s": TIME_S, "component": "bess"})
    rows["power_in_w"] = 2500.0
    rows["power_out_w"] = given_w
    rows["loss_w"] = 2500.0 + given_w * (1 / 0.9772 - 1)
    rows["energy_j"] = energy_j
    rows["charge_frac"] = energy_j / 3.6e9
    return rows


_LOAD_STEP = (50400.0, "engine_1", 3, 4.0e5, 3.6e5, 51.3, 7.2, "fail", 1.1e5, 2.4)


def _power_swings() -> pd.DataFrame:
    wave = ("pretrain", 288, 1.2, 0.9, 3.0e5, 0.0, 3.0e5, 9.0e4, 4.0e5, 0.0, 0.0)
    wave += (np.nan, np.nan, np.nan)
    return _frame("power_swings", [(*wave, "fail", "swing 300 kW of 200 kW")])


def _drill_sheet() -> pd.DataFrame:
    rows = [
        ("black start", 72000.0, 600.0, "racks_off", 0.0, 0.0, "", "pass"),
        ("black start", 72000.0, 600.0, "recovery", np.inf, 900.0, "s", "fail"),
    ]
    return _frame("drill_sheet", rows)


def _counterfactual_causes() -> pd.DataFrame:
    rows = [
        ("all", "all", 21600.0, "chat", "power_lost", 5.0e8),
        ("all", "all", 21600.0, "pretrain", "throttled", 6.1e8),
        ("all", "all", 21600.0, "pretrain", "checkpointing", -1.0e7),
        ("rpp_2", "fault", 21600.0, "chat", "power_lost", 5.0e8),
        ("pump_2", "fault", 50400.0, "pretrain", "throttled", 6.1e8),
        ("pump_2", "fault", 50400.0, "pretrain", "checkpointing", -1.0e7),
    ]
    return _frame("counterfactual_causes", rows)


def _witnesses() -> pd.DataFrame:
    return _frame(
        "witnesses",
        [
            ("rack nvl72", "peak_power", "132000", "W", "vendor", "rack data sheet", "2026-02-03"),
            (
                "power/ups_1250",
                "loss_square_frac",
                "0.03",
                "",
                "assumed",
                "fit to two catalogue points",
                "2026-02-03",
            ),
            (
                "dry_1500",
                "loss_no_load_frac",
                "0.002",
                "",
                "standard",
                "10 CFR 431.196, table",
                "2026-01-20",
            ),
            (
                "cooling/cdu_600",
                "approach_k",
                "4",
                "K",
                "assumed",
                "middle of vendors' range",
                "2026-02-11",
            ),
            (
                "gpus/made_up",
                "slowdown_degc",
                "89",
                "degC",
                "assumed",
                "GPU temperature limits, table",
                "2026-01-12",
            ),
            (
                "workloads[0]",
                "usd_per_token",
                "2e-06",
                "USD",
                "assumed",
                "scenario file",
                "2026-02-11",
            ),
            (
                "grid",
                "carbon_intensity",
                "0.38",
                "kg/kWh",
                "published",
                "national inventory",
                "2026-01-15",
            ),
        ],
    )


def _summary(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    site = tables["site"]
    losses = tables["losses"]
    utility_j = float(site["utility_power_w"].sum() * PERIOD_S)
    it_j = float(site["it_power_w"].sum() * PERIOD_S)
    tokens = float(site["tokens_inference"].sum() + site["tokens_training"].sum())
    return {
        "tokens_total": tokens,
        "tokens_per_s_mean": tokens / 86400,
        "energy_utility_j": utility_j,
        "energy_it_j": it_j,
        "pue": utility_j / it_j,
        "wue_l_per_kwh": float(site["water_kg"].sum()) / (it_j / 3.6e6),
        "joules_per_token_facility": utility_j / tokens,
        "jobs_completed": 1,
        "gpu_hours_throttled": float(site["gpus_throttled"].sum() * PERIOD_S / 3600),
        "tokens_lost_by_fault": float(losses["tokens"].sum()),
        "cost_usd": utility_j / 3.6e6 * 0.08,
        "carbon_kg": utility_j / 3.6e6 * 0.38,
        "events": len(tables["events"]),
        "simulated_s": 86400.0,
        "wall_s": 1.9,
        "energy_balance_residual_frac": 3.1e-16,
    }


def _meta() -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "seed": 7,
        "title": "Eight racks, one panel lost, one pump lost.",
        "start": "2026-07-15T00:00:00-04:00",
        "period_s": PERIOD_S,
        "catalogue_hash": "5f0c1d2e" * 8,
        "wall_s": 1.9,
        "findings": [
            {
                "code": "dark_after_loss",
                "severity": "note",
                "component": "rpp_2",
                "says": "without it 2 of 8 racks lose power",
                "consequence": "those racks stop",
            },
            {
                "code": "overload_after_loss",
                "severity": "warning",
                "component": "ups_2",
                "says": "without it ups_1 carries 1,300 kW",
                "consequence": "its breaker trips",
            },
        ],
        "warnings": ["facility_water: chiller curve clipped at its limits"],
        "redundancy": _redundancy(),
        "year": _year(),
    }


def _year() -> dict[str, Any]:
    """The year of a site that sees frost and wet pads."""
    hours = [744, 672, 744, 720, 744, 720, 744, 744, 720, 744, 720, 744]
    warm = [0, 0, 0, 20, 200, 500, 744, 744, 300, 40, 0, 0]
    cool = [all_ - some for all_, some in zip(hours, warm, strict=True)]
    months = [
        {"month": m + 1, "dry_bulb_degc": 20.0 * some / 744, "it_kwh": 1e3 * all_,
         "facility_kwh": (1200.0 + some / 10) * all_, "pue": 1.2 + some / 1e4,
         "water_l": 50.0 * some, "wue_l_per_kwh": 0.05 * some / all_,
         "peak_w": 1.25e6 + 200 * some, "peak_hour": 24 * 30 * m + 15,
         "peak_dry_bulb_degc": 5.0 + 30 * some / 744}
        for m, (all_, some) in enumerate(zip(hours, warm, strict=True))
    ]  # fmt: skip
    rated = {
        "weather": "chicago", "pue": 1.23, "wue_l_per_kwh": 0.02, "compressor_hours": 8760.0,
        "energy_kwh": {"it": 8.76e6, "chillers": 1.2e6}, "water_l": {"plants": 1.8e5},
        "peak": {"power_w": 1.4e6, "power_over_it": 1.4, "hour": 4791, "dry_bulb_degc": 35.0},
        "ashrae_90_4": {"mlc_annual": 0.14}, "inputs": {"load_frac": 1.0}, "months": months,
        "modes": {"warm": {"free": cool, "wetted": warm}, "cold": {"mixed": cool,
                  "mechanical": warm}}, "notes": [],
    }  # fmt: skip
    as_run = {**rated, "pue": 1.31, "inputs": {"load_frac": 0.62}}
    air = {"what": "air of chicago", "value": "8,760 h", "status": "published", "source": "TMY3"}
    return {"rated": rated, "as_run": as_run, "witnesses": [air]}


def _lost(names: list[str], racks: list[str], load_w: float) -> dict[str, Any]:
    """A contingency as `twin.analysis.redundancy` writes it."""
    return {
        "lost": names,
        "loads": racks,
        "loads_count": len(racks),
        "racks": len(racks),
        "gpus": GPUS * len(racks),
        "load_w": load_w,
        "overloads": [],
    }


def _redundancy() -> dict[str, Any]:
    points = [("utility", RACKS, 1.0e6), ("tx_1", RACKS[:4], 5.2e5), ("ups_2", RACKS[4:], 5.2e5),
              ("rpp_2", RACKS[2:4], 2.5e5)]  # fmt: skip
    singles = [
        {"component": name, **_lost([name], racks, load_w)} for name, racks, load_w in points
    ]
    text = (
        "does not meet the criterion in this model: without utility, 8 loads (8 racks, "
        "1000 kW) are not served"
    )
    verdict = {"verdict": False, "text": text, "counter_example": _lost(["utility"], RACKS, 1.0e6)}
    return {
        "components": 14,
        "loads": 8,
        "load_w": 1.0e6,
        "single_points_of_failure": singles,
        "n_minus_1": {"cases": 14, "failing": 4},
        "n_minus_2": {
            "cases": 91,
            "failing": 47,
            "without_single_points": 1,
            "worst": [_lost(["pump_1", "pump_2"], RACKS, 1.0e6)],
        },
        "overloads": [{"lost": ["ups_2"], "component": "ups_1", "load_frac": 1.04}],
        "overloads_count": 1,
        "cut_sets": [["utility"], ["rpp_2"], ["tx_1"], ["ups_2"], ["pump_1", "pump_2"]],
        "cut_set_counts": {"1": 4, "2": 1},
        "shortest_failing": _lost(["utility"], RACKS, 1.0e6),
        "concurrently_maintainable": verdict,
        "fault_tolerant": {**verdict, "not_judged": ["transfer gaps"]},
        "availability_exact": {
            "unavailability": 4.21e-4,
            "availability": 1 - 4.21e-4,
            "frequency_per_year": 2.2289,
            "mean_down_h": 1.65,
            "downtime_min_per_year": 221.3,
        },
        "availability_monte_carlo": {
            "unavailability": 4.36e-4,
            "events": 870,
            "method": "direct",
            "cycles": 20000,
            "simulated_h": 1e7,
            "frequency_per_year": 2.3,
            "mean_likelihood": 1.0,
            "agrees_with_exact": True,
        },
        "interval": [3.9e-4, 4.8e-4],
        "importance": [{"component": "utility", "birnbaum": 0.99, "share_of_unavailability": 0.4}],
    }
