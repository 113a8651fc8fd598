"""Time tables: one row a period, from differences of integrals and from what held at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from twin.arrays import Array
from twin.facility.model import PowerTree
from twin.physics import humidity_control, moist_air
from twin.results import Columns, repeated, tables
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.serving.latency import LATENCIES
from twin.simulation.serving.service import SEEN
from twin.simulation.serving.shown import SHOWN, shown_to_users
from twin.simulation.state.record import SITE
from twin.tables import Table

Values = dict[str, Array]
Make = Callable[[], Columns]
TIMED = (
    tables.SITE,
    tables.RACKS,
    tables.POWER,
    tables.BESS,
    tables.LOOPS,
    tables.MOISTURE,
    tables.SERVICES,
)
"""Tables of a row a period."""


def time_tables(run: Disciplines, recorder: Recorder) -> Iterator[tuple[Table, Make]]:
    """Each of `TIMED` with what makes it."""
    facility = run.world.facility
    tree = facility.power
    cooling = facility.cooling
    loops = [*cooling.loop_id, *cooling.hall_id, *(p.id for p in cooling.plants)]
    sizes = {"liquid": cooling.loop_id, "room": cooling.hall_id, "facility_water": cooling.plants}
    kinds = [kind for kind, members in sizes.items() for _ in members]
    if recorder.own.samples < 2:
        yield from ((table, partial(Columns.of, table, {})) for table in TIMED)
        return
    time_s = recorder.held("time_s")[:, 0]
    span_s = np.diff(recorder.rows("time_s"), axis=0)
    services = [s.pool.name for s in run.serving.services]
    bess = [tree.id[p] for p in tree.bess.node]
    labels: tuple[dict[str, Sequence[str]], ...] = (
        {},
        {"rack": facility.racks.id},
        {"component": tree.id[: tree.equipment]},
        {"component": bess},
        {"loop": loops, "kind": kinds},
        {"hall": run.moisture.hall_names},
        {"service": services},
    )
    values: tuple[Callable[[], Values], ...] = (
        lambda: _site(run, recorder, time_s, span_s[:, 0]),
        lambda: _racks(run, recorder, span_s),
        lambda: _power(recorder, span_s),
        lambda: _bess(tree, recorder, span_s),
        lambda: _loops(run, recorder, span_s),
        lambda: _moist(run, recorder, span_s),
        lambda: _services(run, recorder, span_s),
    )
    for table, of, columns in zip(TIMED, labels, values, strict=True):
        yield table, partial(_table, table, time_s, of, columns)


def _table(
    table: Table, time_s: Array, labels: dict[str, Sequence[str]], values: Callable[[], Values]
) -> Columns:
    """Labels repeat within a period, time repeats over the labels."""
    each = len(next(iter(labels.values()))) if labels else 1
    if not each:
        return Columns.of(table, {})
    head = {"time_s": np.repeat(time_s, each)}
    head |= {key: repeated(names, len(time_s)) for key, names in labels.items()}
    return Columns.of(table, head | {name: column.ravel() for name, column in values().items()})


def _site(run: Disciplines, recorder: Recorder, time_s: Array, span_s: Array) -> Values:
    site = dict(zip(SITE, recorder.gained("site").T, strict=True))
    weather = run.world.facility.weather
    air = weather.table(time_s)
    water = recorder.held("temperature_degc")[:, run.heat.water]
    return {
        "utility_power_w": site["utility"] / span_s,
        "generator_power_w": site["generator"] / span_s,
        "battery_power_w": (site["battery_out"] - site["battery_in"]) / span_s,
        "solar_power_w": site["solar"] / span_s,
        "export_power_w": site["export"] / span_s,
        "it_power_w": site["it"] / span_s,
        "distribution_loss_w": site["loss"] / span_s,
        "cooling_power_w": site["cooling"] / span_s,
        "other_power_w": site["other"] / span_s,
        "dry_bulb_degc": air[:, 0],
        "wet_bulb_degc": air[:, 1],
        "facility_water_degc": water.max(axis=1),
        "heat_rejected_w": recorder.gained("plant_j").sum(axis=1) / span_s,
        "water_kg": site["water_kg"],
        "tokens_inference": recorder.gained("served"),
        "tokens_training": recorder.gained("trained"),
        "tokens_rolled_back": _taken_back(run, time_s),
        "tokens_lost": recorder.gained("lost"),
        "gpus_busy": site["gpus_busy"] / span_s,
        "gpus_throttled": site["gpus_throttled"] / span_s,
        "battery_energy_j": recorder.held("battery_j"),
    }


def _taken_back(run: Disciplines, time_s: Array) -> Array:
    """(period,) tokens of work that went back to a checkpoint in it; what goes back as it ends is
    of the next one, but at the end of the run.
    """
    jobs = run.world.state.jobs
    period = np.searchsorted(time_s, jobs.back_s, side="right")
    at_end = np.asarray(jobs.back_s) >= run.world.end_s
    period = np.where(at_end, len(time_s) - 1, period)
    tokens = np.zeros(len(time_s) + 1)
    np.add.at(tokens, period, jobs.back_tokens)
    return tokens[:-1]


def _racks(run: Disciplines, recorder: Recorder, span_s: Array) -> Values:
    racks = len(run.world.facility.racks.id)
    return {
        "power_w": recorder.gained("rack_j") / span_s,
        "power_max_w": recorder.held("rack_peak_w"),
        "inlet_air_degc": recorder.held("inlet_air_degc"),
        "coolant_degc": recorder.held("temperature_degc")[:, :racks],
        "junction_degc": recorder.held("junction_degc"),
        "junction_max_degc": recorder.held("junction_peak_degc"),
        "clock_frac": recorder.gained("rack_clock_s") / span_s,
        "on_frac": recorder.gained("rack_on_s") / span_s,
        "tokens_lost": recorder.gained("lost_by_rack"),
    }


def _power(recorder: Recorder, span_s: Array) -> Values:
    return {
        "power_in_w": recorder.gained("input_j") / span_s,
        "power_out_w": recorder.gained("output_j") / span_s,
        "load_max_frac": recorder.held("load_peak_frac"),
        "energised_frac": recorder.gained("live_s") / span_s,
        "battery_least_j": recorder.held("battery_least_j"),
    }


def _bess(tree: PowerTree, recorder: Recorder, span_s: Array) -> Values:
    if not tree.bess.node.size:
        return {}
    energy_j = recorder.held("bess_j")
    return {
        "power_in_w": recorder.gained("input_j")[:, tree.bess.node] / span_s,
        "power_out_w": recorder.gained("output_j")[:, tree.bess.node] / span_s,
        "loss_w": recorder.gained("bess_lost_j") / span_s,
        "energy_j": energy_j,
        "charge_frac": energy_j / tree.bess.energy_j,
    }


def _loops(run: Disciplines, recorder: Recorder, span_s: Array) -> Values:
    cooling = run.world.facility.cooling
    degc = recorder.held("temperature_degc")
    rooms = degc[:, cooling.air.zone_node] @ cooling.air.inlet_share.T
    parts = [degc[:, cooling.loop_node], rooms, degc[:, run.heat.water]]
    loop_j, hall_j, plant_j = (recorder.gained(f"{part}_j") for part in ("loop", "hall", "plant"))
    passed_j, doors_j = np.hsplit(hall_j, 2)
    none = (np.zeros_like(loop_j), np.zeros_like(plant_j))
    flows = [recorder.held(f"{part}_frac") for part in ("flow", "air", "water")]
    return {
        "temperature_degc": np.hstack(parts),
        "heat_w": np.hstack([loop_j, passed_j, plant_j]) / span_s,
        "doors_w": np.hstack([none[0], doors_j, none[1]]) / span_s,
        "flow_frac": np.hstack(flows),
    }


def _moist(run: Disciplines, recorder: Recorder, span_s: Array) -> Values:
    if not run.moisture.followed:
        return {}
    ratio = recorder.held("moist_ratio")
    gained = recorder.gained("moist_kg").reshape(len(ratio), 4, -1)
    outdoor, humidified, dehumidified, condensed = np.moveaxis(gained, 1, 0)
    pressure_pa = np.asarray(run.world.facility.cooling.pressure_pa)
    given = (humidified / span_s, dehumidified / span_s, run.moisture.halls.humidifier_j_kg)
    inlets = recorder.held("temperature_degc")
    return {
        "dew_point_degc": moist_air.dew_point_degc(ratio, pressure_pa),
        "humidity_max_frac": run.moisture.humidity_frac(ratio, inlets),
        "humidity_ratio": ratio,
        "outdoor_kg": outdoor,
        "humidifier_kg": humidified,
        "dehumidifier_kg": dehumidified,
        "condensate_kg": condensed,
        "latent_heat_w": humidity_control.latent_w(condensed / span_s),
        "humidity_power_w": humidity_control.power_w(*given),
    }


def _services(run: Disciplines, recorder: Recorder, span_s: Array) -> Values:
    count = len(run.serving.services)
    if not count:
        return {}
    totals = np.stack([recorder.gained(f"service {k}") for k in range(count)], axis=1)
    requests, asked, served, dropped, possible, energy_j = np.moveaxis(totals, 2, 0)
    capacity = possible / span_s
    with np.errstate(divide="ignore", invalid="ignore"):
        used = np.where(capacity > 0, served / span_s / capacity, 0.0)
    return {
        "requests": requests,
        "tokens_asked": asked,
        "tokens_served": served,
        "tokens_waiting": recorder.held("waiting"),
        "tokens_dropped": dropped,
        "capacity_tokens_per_s": capacity,
        "utilisation_frac": used,
        "time_per_token_s": recorder.held("token_s"),
        "nodes_awake": recorder.held("awake"),
        "reading_load_frac": _reading_load(run, recorder),
        "energy_j": energy_j,
        **_latencies(run, recorder),
    }


def _reading_load(run: Disciplines, recorder: Recorder) -> Array:
    """(period, service) load of the replicas that read prompts at the end of each period; 0 where
    they are none of their own.
    """
    own = np.array([s.readers is not None for s in run.serving.services])
    k = SEEN.index("reading_load")
    return np.asarray(np.stack([seen[:, k] for seen in _seen(run, recorder)], axis=1) * own)


def _latencies(run: Disciplines, recorder: Recorder) -> Values:
    """What users of each service saw, (period, service)."""
    time_s = recorder.rows("time_s")[:, 0]
    services = run.serving.services
    found = run.serving.latencies(time_s, _seen(run, recorder))
    tokens = [s.speed.asked.output_tokens for s in services]
    shown = shown_to_users([s.pool for s in services], tokens, found)
    columns = {name: np.stack([one[:, i] for one in found], 1) for i, name in enumerate(LATENCIES)}
    return columns | {name: shown[:, :, i].T for i, name in enumerate(SHOWN)}


def _seen(run: Disciplines, recorder: Recorder) -> list[Array]:
    """(period, `SEEN`) of every service."""
    return np.hsplit(recorder.held("seen"), len(run.serving.services))
