"""Build: a scenario made concrete, or every reason why it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin.calibration import Profile, load_profile
from twin.calibration.profile_files import NO_PROFILE
from twin.calibration.trust import distrust
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, StorageSystem
from twin.errors import InputError, Problem
from twin.facility import checks, recorded, tariff, timeline, workload_size
from twin.facility.air import pressure, weather
from twin.facility.cooling import arrays, doors, loops
from twin.facility.fabric import racking
from twin.facility.ledger import Ledger
from twin.facility.model import Facility
from twin.facility.power import tree
from twin.facility.space import halls, racks, siting
from twin.facility.stated_numbers import for_group
from twin.facility.storage import Storage
from twin.findings import Finding
from twin.garbage import rarely_collected
from twin.scenario.schema import Scenario


@rarely_collected()
def build(scenario: Scenario) -> Facility:
    """The facility of a scenario.

    Raises InputError with everything a design review would refuse: unknown types, racks through
    walls or without feeds, rings of feeds, overloaded breakers, more heat than the loops can carry,
    too few ports.
    """
    ledger = Ledger(scenario, siting.places(scenario.plan, scenario.catalogue))
    nodes = tree.equipment(ledger)
    places = racks.positions(ledger)
    draft = doors.hung(loops.draft(ledger, places))
    loads = tree.rack_loads(ledger, places)
    checks.layout(ledger, places)
    inputs = scenario.inputs()
    profiles = _profiles(ledger)
    air = weather.weather(ledger)
    prices = tariff.tariff(ledger)
    ledger.remarks += timeline.findings(scenario)
    ledger.raise_problems()
    assert air is not None
    power = tree.freeze(ledger, nodes, loads, loops.power_nodes(draft), air)
    cooling, zone, air_node, stream = arrays.freeze(draft, pressure.station_pa(scenario, air))
    fabric, switches = racking.fabric(ledger, places, {load.id: load.supplies for load in loads})
    storage = _storage(ledger)
    checks.targets(ledger)
    ledger.raise_problems()
    assert prices is not None
    remarks = (*ledger.remarks, *workload_size.many_instants(ledger))
    facility = Facility(
        scenario=scenario,
        components=ledger.freeze(),
        halls=halls.freeze(scenario.plan.halls),
        edges=tuple(ledger.edges),
        racks=racks.freeze(ledger, places, zone, air_node, stream),
        power=power,
        cooling=cooling,
        fabric=fabric,
        switch_component=switches,
        storage=storage,
        weather=air,
        tariff=prices,
        remarks=remarks,
        notices=tuple(_notice(scenario, remark) for remark in remarks),
        inputs=inputs,
        profiles=profiles,
    )
    return _refuse_unbearable(ledger, facility)


def _refuse_unbearable(ledger: Ledger, facility: Facility) -> Facility:
    """The facility, where its run can be recorded and its equipment carries its load."""
    recorded.refuse_too_many(ledger, facility)
    checks.carries(ledger, facility)
    return facility


def _notice(scenario: Scenario, remark: Finding) -> str:
    """A remark in a line, with the file and line that state what it is about."""
    place = scenario.problem(remark.stated_at, "", "")
    line = f"{Path(place.file).name}:{place.line}: " if place.line else ""
    return f"{line}{place.where}: {remark.says}"


def _profiles(ledger: Ledger) -> dict[str, Profile | None]:
    """Measured profiles are read now, so that what is wrong in them is told before a run, and a
    file that changes later changes nothing.
    """
    found: dict[str, Profile | None] = {}
    known = ledger.scenario.catalogue.rows(Gpu)
    for gpu, path in ledger.scenario.profiles.items():
        if gpu not in known:
            ledger.unknown(("profiles", gpu), gpu, known, "a GPU of the catalogue")
            continue
        if path == NO_PROFILE:
            found[gpu] = None
            continue
        try:
            profile = load_profile(path)
        except InputError as error:
            ledger.problems += error.problems
            continue
        found[gpu] = profile
        ledger.problems += _doubts(ledger, known[gpu], profile, str(path))
    return found


def _doubts(ledger: Ledger, gpu: Gpu, profile: Profile, file: str) -> list[Problem]:
    """Why a profile may not speak for a GPU, at its file."""
    marked = ledger.scenario.accept_marked_profiles
    own = gpu.name not in shipped().rows(Gpu)
    lender = [gpu.profile] if own and gpu.profile else []
    return [
        replace(doubt, file=file)
        for doubt in distrust(profile, gpu.name, gpu.peak_flop_s, marked, lender)
    ]


def _storage(ledger: Ledger) -> Storage:
    known = ledger.scenario.catalogue.rows(StorageSystem)
    name = ledger.scenario.plan.storage.type
    if name not in known:
        ledger.unknown(("layout", "storage", "type"), name, known, "a storage of the catalogue")
        ledger.raise_problems()
    spec = ledger.scenario.plan.storage
    row = for_group(ledger, ("layout", "storage"), known[name], spec.overrides)
    together = (row.read_b_s * spec.count, row.write_b_s * spec.count)
    return Storage(*together, row.node_read_b_s, row.node_write_b_s)
