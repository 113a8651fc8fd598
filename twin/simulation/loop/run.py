"""The coupled loop: jobs -> power -> heat -> cooling -> throttling -> tokens, from event to
event.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.errors import RunError
from twin.facility.model import Facility
from twin.simulation import activity
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.outcome.recorder import Recorder

Progress = Callable[[float, float], None]
"""Called with the share done and the simulated seconds."""

ROUNDS_MAX = 200
"""Rounds in which one instant must settle; more means two disciplines undo each other."""
STILL_S = 1e-5
"""Events closer than this bring a run no further."""
STILL_MAX = 10_000
"""Such events on end before the run is given up as stuck."""


def start(facility: Facility) -> tuple[Disciplines, Recorder]:
    """A facility at its first instant, and the recorder that watches it."""
    on = wire(facility)
    begin(on)
    return on, Recorder(on)


def live(on: Disciplines, recorder: Recorder, progress: Progress | None = None) -> None:
    """Let a facility live through its horizon; what is due exactly at its end belongs to the next
    run.

    Raises RunError, naming the instant, where the disciplines cannot agree.
    """
    still = 0
    while on.world.now_s < on.world.end_s:
        instant = next_instant(on)
        still = still + 1 if instant - on.world.now_s < STILL_S else 0
        if still > STILL_MAX:
            raise RunError(f"no progress at {on.world.now_s:.6f} s after {STILL_MAX} events on end")
        advance(on, instant)
        if instant < on.world.end_s:
            act(on)
        else:
            on.jobs.act()
        on.world.events += on.world.stale or on.plants.scan_due
        if on.world.stale:
            settle(on)
        elif on.plants.scan_due:
            flows(on)
        if recorder.due:
            recorder.record()
        if progress is not None:
            progress(min(instant / on.world.end_s, 1.0), instant)
    recorder.record()


def begin(on: Disciplines) -> None:
    """Start in the steady state of what is asked at the first instant."""
    plants = on.world.facility.cooling.plants
    on.heat.warm(np.array([p.supply_degc + 0.5 * p.band_k for p in plants]))
    on.world.clock.fire(0.0)
    settle(on)
    on.heat.start_steady()
    on.world.stale = True
    on.plants.rescan()
    settle(on)


def next_instant(on: Disciplines) -> float:
    """The next moment at which anything changes; what was foreseen, rather than waited for, makes
    the world stale.
    """
    world = on.world
    now = on.world.now_s
    foreseen = now + min(
        d.next_s() for d in (on.supply, on.protection, on.compute, on.coolant, on.jobs, on.traffic)
    )
    waited = min(world.clock.peek_s(), world.end_s)
    soonest = min(foreseen, waited)
    crossing = on.heat.next_crossing(soonest - now) if soonest > now else None
    world.stale = crossing is not None or foreseen <= waited
    return now + crossing.time_s if crossing is not None else soonest


def advance(on: Disciplines, instant_s: float) -> None:
    """Move everything on to an instant, exactly."""
    span = instant_s - on.world.now_s
    if span > 0:
        on.accounts.advance(span)
        for discipline in (
            on.supply,
            on.protection,
            on.heat,
            on.jobs,
            on.traffic,
            on.losses,
            on.inlet_air,
        ):
            discipline.advance(span)
    on.world.now_s = instant_s


def act(on: Disciplines) -> None:
    """Let what is due happen, in the order of stages."""
    on.accounts.reached()
    on.world.clock.fire(on.world.now_s)
    on.protection.act()
    on.jobs.act()
    on.inlet_air.act()


def settle(on: Disciplines) -> None:
    """Bring power, plant, throttling, jobs and traffic into agreement at this instant."""
    for _ in range(ROUNDS_MAX):
        changed = on.supply.topology()
        if on.coolant.running():
            on.plants.rescan()
            changed = True
        changed |= on.compute.presence()
        changed |= on.jobs.settle()
        on.traffic.settle()
        activity.settle(on.world, on.jobs, on.traffic)
        on.compute.activity()
        changed |= on.throttling.settle()
        if not changed:
            break
    else:
        raise RunError(f"power, cooling and jobs do not agree at {on.world.now_s:.3f} s")
    flows(on)


def flows(on: Disciplines) -> None:
    """Set what holds until the next event: powers, heat, and what is being lost."""
    on.plants.choose_segments()
    on.compute.settle()
    on.plants.settle()
    on.supply.settle()
    on.heat.settle()
    on.losses.clear_rates()
    on.jobs.lose()
    on.traffic.lose()
    on.accounts.settle()
    on.world.stale = False
