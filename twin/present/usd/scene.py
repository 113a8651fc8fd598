"""Write the scene: make the layers, put them beside one another, move them into place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from twin.catalogue import Catalogue, shipped
from twin.present.usd.air_fields import FOLDER as FIELDS
from twin.present.usd.air_fields import airflow_layer, write_field
from twin.present.usd.author import Spec, export
from twin.present.usd.checks import check
from twin.present.usd.options import SceneOptions
from twin.present.usd.parts import OVERRIDES, overrides_layer, root_layer, scene_parts
from twin.present.usd.plan import ScenePlan, make_plan
from twin.present.usd.prototypes import subjects, write_prototypes
from twin.present.usd.solids import Point
from twin.results import SCENE_PARTS, kept_in, refuse_beside_another
from twin.results.folder import replaced, writing

if TYPE_CHECKING:
    from twin.analysis.airflow.answer import AirflowAnswer
    from twin.analysis.loss_states import AfterLoss

_NO_SIZES: Mapping[str, Point] = MappingProxyType({})
_NO_PLACES: Mapping[str, tuple[float, float]] = MappingProxyType({})
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_NO_TABLES: Mapping[str, pd.DataFrame] = MappingProxyType({})
_AS_IS = SceneOptions()


class ResultLike(Protocol):
    """What `export_result` reads of a result."""

    @property
    def fingerprint(self) -> str:
        """Tells it from every other result."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Frames by declared name."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """May hold `title` and `start`."""


class HasName(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """Its name."""


class FacilityLike(Protocol):
    """What `export_facility` reads of a facility."""

    @property
    def scenario(self) -> HasName:
        """Gives the title."""

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Holds `components`, `edges` and `halls`."""


def write_scene(
    components: pd.DataFrame,
    edges: pd.DataFrame,
    racks: pd.DataFrame | None,
    folder: Path,
    *,
    title: str,
    start: str = "",
    fingerprint: str = "",
    hall_sizes: Mapping[str, Point] = _NO_SIZES,
    hall_origins: Mapping[str, tuple[float, float]] = _NO_PLACES,
    containment: Mapping[str, str] = _NO_WORDS,
    tables: Mapping[str, pd.DataFrame] = _NO_TABLES,
    catalogue: Catalogue | None = None,
    air: Sequence[AirflowAnswer] = (),
    losses: Sequence[AfterLoss] = (),
    options: SceneOptions = _AS_IS,
) -> Path:
    """Write a facility, and what happened in it where `racks` is given; returns the path of the
    file to open.

    components, edges, racks   frames as declared in `twin.results.tables`
    hall_sizes                 metres east, north and up, by hall; follows from the racks where not
                               given
    hall_origins               site metres of the south-west corner, by hall
    containment                none, cold_aisle or hot_aisle, by hall
    tables                     `power`, `loops`, `events` and `site` of a run, for states, loads and
                               temperatures of all that is no rack
    air                        solved air of halls, drawn as streamlines and kept as fields
    losses                     cases of `twin.analysis.loss_states`, each a variant of `failure`
    catalogue                  rows of the types; the shipped ones where not given
    start                      date and time of the scenario's start, kept as twin:start
    fingerprint                of the result that is shown, kept as twin:result

    The same tables give the same bytes. The folder changes in one step, so a reader never meets
    half a scene; `overrides.usda` and files that are not the scene's stay. Raises InputError with
    every problem of the tables, or where the folder around this one holds another result, and
    OutputError where the disk refuses.
    """
    check(components, edges, racks)
    plan = make_plan(
        components, hall_sizes, hall_origins, containment=containment, root=options.root
    )
    said = {"title": title, "start": start} | ({"result": fingerprint} if fingerprint else {})
    held = dict(tables) if racks is None else {**tables, "racks": racks}
    writer = _Writer(plan, edges, held, catalogue or shipped(), options, tuple(air), tuple(losses))
    return writer.save(said, Path(folder).resolve(), fingerprint)


@dataclass(frozen=True)
class _Writer:
    """All that a scene is made of, on its way into a folder."""

    plan: ScenePlan
    edges: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    catalogue: Catalogue
    options: SceneOptions
    air: tuple[AirflowAnswer, ...] = ()
    losses: tuple[AfterLoss, ...] = ()

    def save(self, said: Mapping[str, str], folder: Path, fingerprint: str) -> Path:
        """Write everything beside the folder, then put it in its place."""
        fits = partial(refuse_beside_another, folder.parent, fingerprint)
        kept = kept_in(folder.parent)
        with writing("the scene", folder, kept), replaced(folder, SCENE_PARTS, fits) as new:
            self._write(said, new, not (folder / OVERRIDES).exists())
        return folder / self.options.file

    def _write(self, said: Mapping[str, str], new: Path, first: bool) -> None:
        prototypes = write_prototypes(
            subjects(self.plan.items, self.catalogue, self.options.own_assets), new
        )
        parts = scene_parts(
            self.plan, self.edges, self.tables, prototypes, self.options, self.losses
        )
        if self.air:
            parts |= self._air(new)
        racks = self.tables.get("racks")
        periods = 0 if racks is None else racks["time_s"].nunique()
        layers = {**parts, self.options.file: root_layer(said, list(parts), periods, self.options)}
        if first:
            layers[OVERRIDES] = overrides_layer(self.options)
        for name, layer in layers.items():
            (new / name).parent.mkdir(exist_ok=True)
            export(layer, new / name)
        if self.options.web:
            from twin.present.usd.web import FILE, web_layer  # opens a stage

            export(web_layer(new / self.options.file), new / FILE)

    def _air(self, new: Path) -> dict[str, Spec]:
        """Write the fields; the layer of their streamlines."""
        names = {hall.name: hall.prim for hall in self.plan.halls}
        (new / FIELDS).mkdir()
        for answer in self.air:
            write_field(answer, new / FIELDS / f"{names[answer.air.plan.spec.name]}.vti")
        options = self.options
        layer = airflow_layer(options.root, self.plan.halls, self.air, options.names)
        return {"airflow.usdc": layer}


def export_result(
    result: ResultLike,
    out: str | Path,
    options: SceneOptions = _AS_IS,
    air: Sequence[AirflowAnswer] = (),
    losses: Sequence[AfterLoss] = (),
) -> Path:
    """Write a result's scene with its time samples into the folder `out`; returns the path of
    the file to open.
    """
    tables = result.tables
    meta = result.meta
    sizes, origins, containment = _rooms(tables["halls"])
    return write_scene(
        tables["components"],
        tables["edges"],
        tables["racks"],
        Path(out),
        title=str(meta.get("title", "AI factory")),
        start=str(meta.get("start", "")),
        fingerprint=result.fingerprint,
        hall_sizes=sizes,
        hall_origins=origins,
        containment=containment,
        tables={name: tables[name] for name in _SHOWN if name in tables},
        air=air,
        losses=losses,
        options=options,
    )


def export_facility(
    built: FacilityLike,
    out: str | Path,
    options: SceneOptions = _AS_IS,
    air: Sequence[AirflowAnswer] = (),
    losses: Sequence[AfterLoss] = (),
) -> Path:
    """Write a facility's scene, without results, into the folder `out`; returns the path of
    the file to open. Assets that its layout names stand in for ours.
    """
    plan = getattr(built.scenario, "plan", None)
    if plan is not None:
        own = {name: Path(file) for name, file in plan.assets.items()}
        options = replace(options, own_assets={**own, **options.own_assets})
    tables = built.tables()
    sizes, origins, containment = _rooms(tables["halls"])
    return write_scene(
        tables["components"],
        tables["edges"],
        None,
        Path(out),
        title=built.scenario.name,
        hall_sizes=sizes,
        hall_origins=origins,
        containment=containment,
        catalogue=getattr(built.scenario, "catalogue", None),
        air=air,
        losses=losses,
        options=options,
    )


_SHOWN = ("power", "loops", "events", "site")
"""Tables of a result that a scene reads besides racks, components, edges and halls."""


def _rooms(
    halls: pd.DataFrame,
) -> tuple[dict[str, Point], dict[str, tuple[float, float]], dict[str, str]]:
    """Sizes, south-west corners and containment by hall, of the table `halls`."""
    names = list(halls["hall"].astype(str))
    box = halls[["width_m", "depth_m", "height_m"]].to_numpy(float)
    at = halls[["x_m", "y_m"]].to_numpy(float)
    sizes = {name: (x, y, z) for name, (x, y, z) in zip(names, box.tolist(), strict=True)}
    origins = {name: (x, y) for name, (x, y) in zip(names, at.tolist(), strict=True)}
    return sizes, origins, dict(zip(names, halls["containment"].astype(str), strict=True))
