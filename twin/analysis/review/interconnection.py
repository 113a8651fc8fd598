"""What a reviewer remarks about the grid's rules for large loads: size, ramps and ride-through.

ERCOT: a site peak of 75 MW or more is a large load, and 25 MW or more supplies model data
(NPRR1234, PGRR115, NPRR1191); a large load of which at least half is computing has to ride through
events of voltage and frequency (NOGRR282, NPRR1308, by their summaries). 20 % of its rating within
a minute is a planning value for ramps, assumed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.controls import RampLimit
from twin.facility.model import Facility
from twin.facility.power.loading import loading
from twin.findings import Finding, FindingCode
from twin.quantities import percent

LARGE_LOAD_W = 75e6
MODEL_DATA_W = 25e6
COMPUTING_FRAC = 0.5
"""Share of a large load from which it counts as an electronic one."""
RAMP_FRAC_PER_MINUTE = 0.2
ERCOT_GRIDS = ("texas",)
"""Grid regions of the catalogue that stand in ERCOT."""
_GRID = ("site", "grid")


def findings(facility: Facility) -> Iterator[Finding]:
    """Which rules apply, then what stands against them."""
    utilities = np.flatnonzero(of_role(facility.power.kind, Role.SUPPLY))
    peak_w = float(loading(facility).input_w[utilities].sum())
    site = facility.scenario.site
    ercot = site.grid in ERCOT_GRIDS or bool(site.limits and site.limits.rules == "ercot")
    large = ercot and peak_w >= LARGE_LOAD_W
    if ercot and peak_w >= MODEL_DATA_W:
        yield _rules(facility, peak_w)
    if large and _computing_frac(facility, peak_w) >= COMPUTING_FRAC:
        yield from _leaves_the_grid(facility)
    yield from _ramps(facility, peak_w, large)


def _computing_frac(facility: Facility, peak_w: float) -> float:
    return float(facility.racks.rated_w.sum()) / peak_w


def _rules(facility: Facility, peak_w: float) -> Finding:
    size = f"the site draws up to {peak_w / 1e6:,.0f} MW"
    if peak_w < LARGE_LOAD_W:
        says = f"{size}: from 25 MW on ERCOT asks for model data (PGRR115)"
        return Finding(FindingCode.LARGE_LOAD, "site", says, _GRID)
    frac = _computing_frac(facility, peak_w)
    says = f"{size}: from 75 MW on it is a large load in ERCOT (NPRR1234, PGRR115)"
    if frac >= COMPUTING_FRAC:
        says += (
            f", and with {percent(frac, 0)} of it computing a large electronic load, which has to "
            "ride through events of voltage and frequency (NOGRR282, NPRR1308)"
        )
    return Finding(FindingCode.LARGE_LOAD, "site", says, _GRID)


def _leaves_the_grid(facility: Facility) -> Iterator[Finding]:
    """UPS that refuse the utility after a few sags, and racks that sags stop."""
    tree = facility.power
    counting = np.flatnonzero(np.isfinite(tree.ups.lockout_count))
    if counting.size:
        first = int(counting[0])
        load_w = float(loading(facility).input_w[counting].sum())
        says = (
            f"{counting.size} UPS refuse the utility after {tree.ups.lockout_count[first]:g} times "
            f"on battery within {tree.ups.lockout_window_s[first]:g} s: {load_w / 1e6:,.0f} MW "
            "then leave the grid until a person resets them, as 1,500 MW did on 10 July 2024 (NERC)"
        )
        at = facility.components.stated_at[tree.component[first]]
        yield Finding(FindingCode.LEAVES_THE_GRID, tree.id[first], says, at)


def _ramps(facility: Facility, peak_w: float, large: bool) -> Iterator[Finding]:
    """All racks at once from idle to rated, against what the grid accepts within a minute."""
    limits = facility.scenario.site.limits
    stated_w = limits.ramp_per_minute if limits else None
    limit_w = stated_w or (RAMP_FRAC_PER_MINUTE * peak_w if large else None)
    if limit_w is None:
        return
    step_w = float((facility.racks.rated_w - facility.racks.idle_w).sum())
    smoothed_w = _smoothing_w(facility)
    if step_w - smoothed_w > limit_w:
        whose = "the site's limit" if stated_w else "20 % of its peak, a planning value (assumed)"
        says = (
            f"its racks rise by {step_w / 1e6:,.3g} MW when all begin to work; {whose} allows "
            f"{limit_w / 1e6:,.3g} MW within a minute, and stores with a ramp_limit take "
            f"{smoothed_w / 1e6:,.3g} MW"
        )
        place = ("site", "limits", "ramp_per_minute") if stated_w else _GRID
        yield Finding(FindingCode.RAMP_BEYOND_LIMIT, "site", says, place)


def _smoothing_w(facility: Facility) -> float:
    """Power of the BESS that smooth ramps."""
    bess = facility.power.bess
    rules = facility.scenario.controls.storage
    smooths = np.array([*(isinstance(rule, RampLimit) for rule in rules), False])[bess.rule]
    return float(facility.power.rating_w[bess.node][smooths].sum())
