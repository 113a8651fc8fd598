"""Failure states in one scene: a variant set `failure` on the root prim, a variant a loss.

    failures.usdc            the variant set; `nominal` is chosen
    payloads/failures.usdc   what each variant changes, loaded with it

A variant says what is lost, what that takes down, derates and overloads, and changes state and
colour of these components alone. Where a run is shown, its samples stand below these opinions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pxr import Sdf

from twin.present.usd.attributes import GPUS_DOWN, LEFT, LOAD, LOAD_DOWN, RACKS_DOWN, STATE
from twin.present.usd.author import Spec, Types, facility, new_layer, relate, value, vectors
from twin.present.usd.badges import STATE_RGB
from twin.present.usd.colours import linear
from twin.present.usd.component_states import idle_of
from twin.present.usd.names import prim_names
from twin.present.usd.plan import Item
from twin.present.usd.shown_types import BADGE, HEAT, ShownTypes, is_rack

if TYPE_CHECKING:
    from twin.analysis.loss_states import AfterLoss

VARIANT_SET = "failure"
NOMINAL = "nominal"
"""The variant in which nothing is lost."""
PAYLOAD = "payloads/failures.usdc"
LAYER = "failures.usdc"


def failure_layers(
    root: str, items: Sequence[Item], cases: Sequence[AfterLoss], *, over_run: bool
) -> dict[str, Spec]:
    """The layer of the variant set and its payload, by path in the scene's folder.

    over_run   whether a run is shown below; else every component is shown in order at first
    """
    names = variant_names(cases)
    layer = new_layer("usda", "Variants of the root prim: nothing lost, or one loss each.", root)
    with Sdf.ChangeBlock():
        top = facility(layer, root)
        if not over_run:
            top.payloadList.prependedItems.append(_payload(NOMINAL))
        top.variantSetNameList.prependedItems.append(VARIANT_SET)
        variants = Sdf.VariantSetSpec(top, VARIANT_SET)
        Sdf.VariantSpec(variants, NOMINAL)
        for name in names:
            prim = Sdf.VariantSpec(variants, name).primSpec
            prim.payloadList.prependedItems.append(_payload(name))
        top.variantSelections[VARIANT_SET] = NOMINAL
    return {PAYLOAD: _states(items, dict(zip(names, cases, strict=True)), over_run), LAYER: layer}


def variant_names(cases: Iterable[AfterLoss]) -> list[str]:
    """`lost_<component>`; of the case with every stated fault its own name."""
    told = (f"lost_{case.name}" if len(case.lost) == 1 else case.name for case in cases)
    return prim_names(told)


def _payload(name: str) -> Spec:
    return Sdf.Payload(f"./{PAYLOAD}", Sdf.Path(f"/{name}"))


def _states(items: Sequence[Item], cases: Mapping[str, AfterLoss], over_run: bool) -> Spec:
    layer = new_layer("usda", "What each loss leaves of everything.", NOMINAL)
    with Sdf.ChangeBlock():
        looks = _Looks(ShownTypes(layer, heat=over_run), over_run)
        facility(layer, NOMINAL)
        if not over_run:
            for item in items:
                looks.show(layer, NOMINAL, item, idle_of(item))
        for name, case in cases.items():
            _case(layer, name, case, items, looks)
    return layer


def _case(layer: Spec, name: str, case: AfterLoss, items: Sequence[Item], looks: _Looks) -> None:
    """One variant: its facts on the root prim, and every component that it changes."""
    top = facility(layer, name)
    RACKS_DOWN.write(top, case.racks_down)
    GPUS_DOWN.write(top, case.gpus_down)
    LOAD_DOWN.write(top, case.load_down_w)
    groups: dict[str, list[Spec]] = {}
    for item in items:
        state = state_after(case, item.id)
        if state:
            prim = looks.show(layer, name, item, state)
            groups.setdefault(_GROUPS[state], []).append(prim.path)
            if item.id in case.left_frac:
                LEFT.write(prim, case.left_frac[item.id])
            if state == "overloaded":
                value(prim, LOAD.name, LOAD.type_name, case.load_frac[item.id], custom=True)
    for relation, paths in groups.items():
        relate(top, f"twin:{relation}", paths, custom=True)


_GROUPS = {"failed": "lost", "off": "down", "derated": "derated", "overloaded": "overloaded"}
"""Relationship of the root prim by state."""


def state_after(case: AfterLoss, name: str) -> str:
    """State of a component after a loss; empty where it goes on as before."""
    if name in case.lost:
        return "failed"
    if name in case.left_frac:
        return "off" if case.left_frac[name] <= 0.0 else "derated"
    return "overloaded" if name in case.load_frac else ""


@dataclass(frozen=True)
class _Looks:
    """How a state is shown."""

    types: ShownTypes
    over_run: bool

    def show(self, layer: Spec, root: str, item: Item, state: str) -> Spec:
        """State and colour of one component below a root prim of the layer."""
        prim = Sdf.CreatePrimInLayer(layer, f"/{root}/{item.group}/{item.place}/{item.prim}")
        prim.referenceList.prependedItems.append(self.types.of(item))
        value(prim, STATE.name, STATE.type_name, state, custom=True)
        if item.bodied:
            self._colour(layer, prim, BADGE, state)
            if self.over_run and is_rack(item) and state in ("off", "failed"):
                self._colour(layer, prim, HEAT, "off")
        return prim

    def _colour(self, layer: Spec, prim: Spec, mesh: str, state: str) -> None:
        over = Sdf.CreatePrimInLayer(layer, prim.path.AppendChild(mesh))
        rgb = vectors([linear(STATE_RGB[state])])
        value(over, "primvars:displayColor", Types.Color3fArray, rgb)
