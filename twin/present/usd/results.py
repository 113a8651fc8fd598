"""What happened, as time samples on every component's prim and as colours of what is seen.

    results.usda                a variant set `scenario` on the root prim: `design`, and the run
    payloads/results_run.usdc   the samples, loaded with the variant of the run

Sample k is recorded period k, counted from 0, at time code k; an event has the code of its own
instant. Numbers are interpolated and states held; a period without a record is blocked, never
invented. Beside every row of samples stands its first one as the default.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Sdf, Vt

from twin.present.ramp import RAMP
from twin.present.usd.attributes import JUNCTION, LOAD, POWER, STATE, TEMPERATURE, SceneAttribute
from twin.present.usd.author import Spec, Types, facility, new_layer, value, vectors
from twin.present.usd.badges import STATE_RGB
from twin.present.usd.colours import colour_range, heat, linear
from twin.present.usd.component_states import OFF, Steps, from_zero
from twin.present.usd.shown_types import BADGE, HEAT, ShownTypes, is_rack
from twin.present.usd.tracks import Grid, Tracks

VARIANT_SET = "scenario"
DESIGN = "design"
"""The variant without results."""
LEVELS = 64
"""Colours of the map that racks are shown in: few enough to be kept once each."""
JUST_BEFORE = 1e-3
"""Time codes between the two samples on the sides of a step."""

Mask = NDArray[np.bool_]
Codes = NDArray[np.intp]


def results_layer(root_name: str, runs: Mapping[str, str], shown: str) -> Spec:
    """The layer with the variant set; `runs` gives the payload of each run by its variant."""
    layer = new_layer(
        "usda", "Variants of the root prim: the design, or what a run found.", root_name
    )
    with Sdf.ChangeBlock():
        root = facility(layer, root_name)
        root.variantSetNameList.prependedItems.append(VARIANT_SET)
        variants = Sdf.VariantSetSpec(root, VARIANT_SET)
        for name in (DESIGN, *runs):
            variant = Sdf.VariantSpec(variants, name)
            if name in runs:
                variant.primSpec.payloadList.prependedItems.append(Sdf.Payload(f"./{runs[name]}"))
        root.variantSelections[VARIANT_SET] = shown
    return layer


def samples_layer(root_name: str, tracks: Tracks) -> Spec:
    """The payload: samples of every component under overs, and what shows them."""
    layer = new_layer("usdc", "Samples of one run.", root_name)
    limits = colour_range(tracks.inlet_range_degc)
    racks = [is_rack(item) for item in tracks.items]
    levels = _levels(tracks.temperature_degc, *limits)
    scale = _scale()
    power = _Numbers.of(POWER, tracks.power_w)
    load = _Numbers.of(LOAD, tracks.load_frac)
    temperature = _Numbers.of(TEMPERATURE, tracks.temperature_degc)
    junction = _Numbers.of(JUNCTION, tracks.junction_degc)
    with Sdf.ChangeBlock():
        _root(layer, root_name, tracks, limits)
        types = ShownTypes(layer)
        for k, item in enumerate(tracks.items):
            prim = Sdf.CreatePrimInLayer(layer, item.path)
            prim.referenceList.prependedItems.append(types.of(item))
            steps = from_zero(tracks.state[k])
            rack = racks[k]
            power.write(layer, prim, k, thin=not rack)
            if not rack:
                load.write(layer, prim, k, thin=True)
            temperature.write(layer, prim, k, thin=not rack)
            junction.write(layer, prim, k, thin=False)
            _state(layer, prim, steps)
            if item.bodied:
                _badge(layer, prim, steps)
            if racks[k] and item.bodied:
                _heat(layer, prim, levels[:, k], scale, steps)
    return layer


def _root(layer: Spec, root_name: str, tracks: Tracks, limits: tuple[float, float]) -> None:
    root = Sdf.CreatePrimInLayer(layer, f"/{root_name}")
    ends_s = Vt.DoubleArray.FromNumpy(tracks.time_s)
    clock = value(root, "twin:time_s", Types.DoubleArray, ends_s, custom=True, uniform=True)
    clock.SetInfo("documentation", "End of period k, at time code k, in seconds from the start.")
    clock.SetInfo("customData", {"unit": "s"})
    value(root, "twin:colourMap", Types.Token, RAMP, custom=True, uniform=True)
    span = value(
        root, "twin:colourRange_degc", Types.Float2, Gf.Vec2f(*limits), custom=True, uniform=True
    )
    span.SetInfo("documentation", "Inlet air at the dark and at the light end of the colour map.")
    span.SetInfo("customData", {"unit": "degC"})


@dataclass(frozen=True)
class _Numbers:
    """One quantity of every item, arrays (item, period)."""

    attribute: SceneAttribute
    rows: Grid
    known: Mask
    whole: Mask
    """(item,) whether every period is known."""
    some: Mask
    """(item,) whether any is."""

    @classmethod
    def of(cls, attribute: SceneAttribute, grid: Grid) -> _Numbers:
        """From (period, item)."""
        rows = np.ascontiguousarray(grid.T)
        known = np.isfinite(rows)
        whole = np.asarray(known.all(axis=1))
        return cls(attribute, rows, known, whole, np.asarray(known.any(axis=1)))

    def write(self, layer: Spec, prim: Spec, k: int, thin: bool) -> None:
        """The samples of item k, `thin` without those that stand on the line between others."""
        if not self.some[k]:
            return
        row = self.rows[k]
        first = float(row[np.argmax(self.known[k])])
        spec = value(prim, self.attribute.name, self.attribute.type_name, first, custom=True)
        codes = _kept(row) if thin else np.arange(len(row))
        numbers = (row[codes] if thin else row).tolist()
        if not self.whole[k]:
            numbers = [one if one == one else Sdf.ValueBlock() for one in numbers]
        _sampled(layer, spec, codes.astype(float).tolist(), numbers)


def _kept(column: Grid) -> Codes:
    """Codes of samples without which the straight lines between the others would differ."""
    same = np.zeros(len(column), dtype=bool)
    if len(column) > 2:
        middle = column[1:-1]
        same[1:-1] = (middle == column[:-2]) & (middle == column[2:])
    return np.flatnonzero(~same)


def _state(layer: Spec, prim: Spec, steps: Steps) -> None:
    spec = value(prim, STATE.name, STATE.type_name, steps[0][1], custom=True)
    _pairs(layer, spec, steps)


def _badge(layer: Spec, prim: Spec, steps: Steps) -> None:
    over = Sdf.CreatePrimInLayer(layer, prim.path.AppendChild(BADGE))
    colours = [(code, _badge_colour(word)) for code, word in steps]
    spec = value(over, "primvars:displayColor", Types.Color3fArray, colours[0][1])
    _pairs(layer, spec, _stepped(colours))


@cache
def _badge_colour(word: str) -> Spec:
    return vectors([linear(STATE_RGB[word])])


def _stepped(values: Sequence[tuple[float, Spec]]) -> Iterable[tuple[float, Spec]]:
    """Samples on both sides of every step, so that nothing fades from one to the next."""
    for k, (code, one) in enumerate(values):
        if k:
            before = values[k - 1][0]
            yield max(code - JUST_BEFORE, (before + code) / 2), values[k - 1][1]
        yield code, one


def _heat(layer: Spec, prim: Spec, levels: Codes, scale: Sequence[Spec], steps: Steps) -> None:
    """Inlet air as colour; dark while the rack is off."""
    over = Sdf.CreatePrimInLayer(layer, prim.path.AppendChild(HEAT))
    shown = _turning(levels, _dark(steps), len(scale) - 1)
    spec = value(over, "primvars:displayColor", Types.Color3fArray, scale[shown[0][1]])
    _sampled(layer, spec, [code for code, _ in shown], [scale[level] for _, level in shown])


def _dark(steps: Steps) -> list[tuple[float, float]]:
    """Time codes from which and until when a rack is off."""
    if all(state != OFF for _, state in steps):
        return []
    ends = [*(code for code, _ in steps[1:]), np.inf]
    spans = zip(steps, ends, strict=True)
    return [(code, end) for (code, state), end in spans if state == OFF]


def _turning(
    levels: Codes, dark: Sequence[tuple[float, float]], black: int
) -> list[tuple[float, int]]:
    """(time code, colour) of the frames that lines between others would not meet, and of both sides
    of every turn to black and back.
    """
    last = len(levels) - 1
    off = np.zeros(len(levels), dtype=bool)
    turns: dict[float, int] = {}
    for first, end in dark:
        off[max(int(np.ceil(first)), 0) : int(min(np.ceil(end), last + 1))] = True
        if first > 0:
            turns |= {first - JUST_BEFORE: int(levels[int(first)]), first: black}
        if end <= last:
            turns |= {end - JUST_BEFORE / 2: black, end: int(levels[int(np.ceil(end))])}
    shown = np.where(off, black, levels)
    same = np.zeros(len(shown), dtype=bool)
    if len(shown) > 2:
        same[1:-1] = (shown[1:-1] == shown[:-2]) & (shown[1:-1] == shown[2:])
    codes = np.flatnonzero(~same)
    frames = dict(zip(codes.astype(float).tolist(), shown[codes].tolist(), strict=True))
    return sorted({**turns, **frames}.items())


def _scale() -> list[Spec]:
    """One colour a level of the map, then grey for what is unknown and dark for what is off."""
    whole = heat(np.append(np.linspace(0.0, 1.0, LEVELS), np.nan), 0.0, 1.0)
    rows = [*whole.tolist(), linear(STATE_RGB["off"]).tolist()]
    return [Vt.Vec3fArray([tuple(row)]) for row in rows]


def _levels(temperature_degc: Grid, low: float, high: float) -> Codes:
    """(period, item) level of the map that each temperature has."""
    share = np.clip((temperature_degc - low) / (high - low), 0.0, 1.0)
    known = np.isfinite(share)
    return np.where(known, np.round(np.where(known, share, 0.0) * (LEVELS - 1)), LEVELS).astype(
        np.intp
    )


def _pairs(layer: Spec, spec: Spec, samples: Iterable[tuple[float, object]]) -> None:
    held = list(samples)
    _sampled(layer, spec, [code for code, _ in held], [one for _, one in held])


def _sampled(layer: Spec, spec: Spec, codes: Sequence[float], values: Sequence[object]) -> None:
    """Write samples: the library takes one a call, so the loop is the queue's and not Python's."""
    deque(map(layer.SetTimeSample, repeat(spec.path), codes, values), maxlen=0)
