"""The JSON schema of the files, for editors to complete and check.

What it takes, the program takes.
Names of catalogue rows are enumerated, quantities are texts with a unit.
"""

from __future__ import annotations

from typing import Any

from twin.catalogue import KINDS, Catalogue, shipped
from twin.scenario.schema.deployment import Deployment
from twin.scenario.schema.layout import Layout
from twin.scenario.schema.scenario import Scenario
from twin.stated import Stated
from twin.text_forms import TEXT_FORMS

RACK_PATTERN = "rack pattern"
"""The mark of `N x type`, beside the names of the catalogue's tables."""


_FILES: dict[str, type[Stated]] = {"scenario": Scenario, "layout": Layout, "deployment": Deployment}


def schema_json(which: str = "scenario", catalogue: Catalogue | None = None) -> dict[str, Any]:
    """The JSON schema of scenario, layout or deployment files.

    catalogue   whose names are enumerated: a scenario's own (`scenario.catalogue`), or the
                shipped one where not given
    """
    return schema_of(_FILES[which], which, catalogue)


def schema_of(
    model: type[Stated], which: str, catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """The JSON schema of a model of a file; `which` names the kind of file."""
    schema: dict[str, Any] = _filled(model.model_json_schema(), catalogue or shipped())
    definitions = {**schema.pop("$defs"), **TEXT_FORMS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"twin/{which}/1",
        **schema,
        "$defs": definitions,
    }


def _filled(part: Any, catalogue: Catalogue) -> Any:
    """The schema with the names of rows written out where it is marked for them."""
    if isinstance(part, list):
        return [_filled(item, catalogue) for item in part]
    if not isinstance(part, dict):
        return part
    out = {key: _filled(value, catalogue) for key, value in part.items()}
    if "x-form" in out:
        return {"$ref": f"#/$defs/{out['x-form']}"}
    if "x-catalogue" not in out:
        return out
    table = out.pop("x-catalogue")
    kinds = out.pop("x-kinds")
    if table == RACK_PATTERN:
        return {**out, **_rack_pattern(catalogue)}
    limits = ("minLength", "maxLength")
    names = {key: value for key, value in out.items() if key not in limits}
    return {**names, "enum": _names(catalogue, table, kinds)}


def _names(catalogue: Catalogue, table: str, kinds: list[str]) -> list[str]:
    rows = catalogue.rows(KINDS[table])
    return [name for name, row in rows.items() if not kinds or getattr(row, "kind", "") in kinds]


def _rack_pattern(catalogue: Catalogue) -> dict[str, Any]:
    """`8 x type` or `4 x 8 x type`, with the names of racks."""
    names = [name.replace(".", "[.]") for name in _names(catalogue, "racks", [])]
    count = r"0*[1-9][0-9]{0,8}\s*[x×*]\s*"
    return {"pattern": rf"^\s*({count})?{count}({'|'.join(names)})\s*$"}
