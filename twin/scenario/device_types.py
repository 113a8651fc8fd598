"""From a device-type file to a file of own rows in a `catalogue/` folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from twin.catalogue import shipped
from twin.catalogue.netbox import DeviceType, RackType, Rows, Target, row_name, rows_of
from twin.catalogue.own import Equipment, RowProblem, extended
from twin.errors import InputError, Problem
from twin.quantities import counted
from twin.scenario.equipment import rows_in
from twin.scenario.yaml.document import Document, parse, read
from twin.scenario.yaml.validate import build_model

HEAD = "# Rows made from the device-type file {name}; change them as you learn more.\n"


def import_device_type(
    path: Path,
    folder: Path,
    target: Target | None = None,
    stated: Mapping[str, str] | None = None,
    per_rack: int = 0,
) -> tuple[Path, Rows]:
    """Write `folder/NAME.yaml` with the rows that a device-type file stands for; its path and them.

    stated     what the file lacks, by key of the row: `{"gpu": "H200-SXM-141GB", "gpus": "8"}`
    target     what the product is, where the file does not make it plain
    per_rack   for a server: also a rack of so many

    Raises InputError with everything that is wrong with the file or missing from it, and where the
    file to be written exists; nothing is written then.
    """
    document = read(path)
    product = _product(document)
    rows = rows_of(product, f"device-type file {path.name}", target, per_rack)
    own = next(iter(rows.values()))[0]
    own.update(_values(stated or {}))
    _refuse_out_of_place(next(iter(rows)), own, product, document)
    _refuse_borrowed(next(iter(rows)), own, product, stated or {}, document)
    _refuse_two_loads(next(iter(rows)), product, stated or {}, document)
    written = folder / f"{row_name(product)}.yaml"
    if written.exists():
        raise _standing(written)
    _refuse_unfinished(rows, folder, document, product)
    _write(written, HEAD.format(name=path.name) + _text(rows))
    return written, rows


def _refuse_out_of_place(
    kind: str, own: Mapping[str, Any], product: DeviceType | RackType, document: Document
) -> None:
    """InputError for what takes no power, and for a blade, whose height would be made up."""
    if not isinstance(product, DeviceType):
        return
    if not product.is_powered:
        allowed = "a product that takes power: one without is not simulated"
        raise InputError([document.problem(("is_powered",), "false", allowed)])
    if kind == "servers" and not product.u_height and not {"height", "height_m"} & own.keys():
        child = product.subdevice_role == "child"
        found = "0: it stands in a bay of its chassis" if child else "0"
        allowed = "the chassis with its blades' power, or a height for each"
        hint = "state it: --set height='0.0445 m'"
        raise InputError([document.problem(("u_height",), found, allowed, hint)])


_MUST_STATE = {
    "power": {"power-ports": {"rating": "22 kW"}},
    "switches": {
        "power-ports": {"power_typical": "0.4 kW", "power_max": "0.6 kW"},
        "interfaces": {"ports": "64", "port_bandwidth": "400 Gbit/s"},
    },
}
"""Numbers, by kind, that the row which lends the rest must not lend, and how they are stated."""


def _refuse_borrowed(
    kind: str,
    own: Mapping[str, Any],
    product: DeviceType | RackType,
    stated: Mapping[str, str],
    document: Document,
) -> None:
    """InputError where a load, a rating or ports would be those of another product: most files of
    rack PDUs and UPS state no draw, and a PDU of 22 kW is no row like one of 450 kW.
    """
    if "like" in stated or not isinstance(product, DeviceType):
        return
    problems = []
    for where, asked in _MUST_STATE.get(kind, {}).items():
        missing = [key for key in asked if not {key, f"{key}_w", f"{key}_b_s"} & own.keys()]
        if missing:
            found = f"{_LACKS[where]}, so {' and '.join(missing)} would be those of {own['like']}"
            hint = " ".join(f"--set {key}={asked[key]!r}" for key in missing)
            hint = "; ".join(filter(None, [_in_bays(product), f"state it: {hint}"]))
            problems.append(Problem(where, found, _ALLOWED[where], hint, str(document.path)))
    if problems:
        raise InputError(problems)


_LACKS = {"power-ports": "no draw", "interfaces": "no port with a rate"}
_ALLOWED = {
    "power-ports": "a `maximum_draw` of each port, or the number itself",
    "interfaces": "ports with a type such as 400gbase-x-osfp, or the numbers themselves",
}


def _in_bays(product: DeviceType) -> str:
    """What a modular product's file leaves to others; empty where it has no bays."""
    if not product.bays:
        return ""
    named = ", ".join(product.bays[:3]) + (", …" if len(product.bays) > 3 else "")
    return f"{counted(len(product.bays), 'bay')} ({named}) hold parts with files of their own"


_LOADS = {"servers": ("power_rated",), "switches": ("power_typical", "power_max")}
"""Keys of a load, by kind."""
_CONSUMED = re.compile(
    r"(?:consum\w+|full load|power draw|max(?:imum|\.)? power)"
    r"\D{0,30}?(\d[\d,]*(?:\.\d+)?) ?(k?)W\b",
    re.I,
)
"""A power that prose calls taken; the sizes of supplies, which it names as well, are none."""
_WORDS_OVER = 1.2
"""Prose may round and give a largest configuration; beyond this the two are not of one product."""


def _refuse_two_loads(
    kind: str, product: DeviceType | RackType, stated: Mapping[str, str], document: Document
) -> None:
    """InputError where the shares of the supplies are less than what the file's prose says: one
    that was written from the file of another product keeps its draws.
    """
    keys = _LOADS.get(kind, ())
    told = any(one in stated for key in keys for one in (key, f"{key}_w"))
    if told or not keys or not isinstance(product, DeviceType):
        return
    load_w = product.load_w or 0.0
    said_w = _said_w(product.words)
    if not 0 < load_w * _WORDS_OVER < said_w:
        return
    words = " ".join(f"--set {key}='{said_w / 1e3:g} kW'" for key in keys)
    found = f"{load_w:,.0f} W of its supplies, {said_w:,.0f} W in its own words"
    hint = f"state which: {words}"
    raise InputError([Problem("power-ports", found, "one load", hint, str(document.path))])


def _said_w(words: str) -> float:
    """The highest power that prose says a product takes, W; 0 where it says none."""
    found = _CONSUMED.findall(words)
    return max((float(n.replace(",", "")) * (1e3 if k else 1.0) for n, k in found), default=0.0)


def _product(document: Document) -> DeviceType | RackType:
    """What the file is of; InputError with every problem in it."""
    if "form_factor" in document.data:
        return build_model(document, RackType)
    return build_model(document, DeviceType)


def _values(stated: Mapping[str, str]) -> dict[str, Any]:
    """Values as YAML reads them."""
    return {
        key: parse(f"value: {text}", Path("--set")).data["value"] for key, text in stated.items()
    }


def _refuse_unfinished(
    rows: Rows, folder: Path, document: Document, product: DeviceType | RackType
) -> None:
    """InputError where the rows would not stand beside those of the folder, with what to state."""
    new = build_model(parse(_text(rows), Path("--set")), Equipment)
    old = rows_in(folder)
    both = dict(old)
    for kind, made in new.every().items():
        both[kind] = (*old.get(kind, ()), *made)
    _, wrong = extended(shipped(), Equipment().model_copy(update=both))
    fresh = [
        one for one in wrong if one.kind in new.every() and one.index >= len(old.get(one.kind, ()))
    ]
    if fresh:
        raise InputError(_told(one, document, product) for one in fresh)


def _told(one: RowProblem, document: Document, product: DeviceType | RackType) -> Problem:
    hints = " ".join(_hints(one, product))
    return Problem(one.field, one.found, one.allowed, one.hint or hints, str(document.path))


def _hints(one: RowProblem, product: DeviceType | RackType) -> Iterator[str]:
    """What to add to the command, by what is missing."""
    if isinstance(product, RackType):
        yield "say what stands in it: --set holds='2 x my_server', or --set like=support_rack"
        return
    if "power_rated_w" in one.allowed or "rating_w" in one.allowed:
        most = product.nameplate_w
        spare = (
            f"{len(product.power_ports)} supplies of {most:,.0f} W together share the load; "
            if most and len(product.power_ports) > 1
            else ""
        )
        bays = f"{_in_bays(product)}; " if product.bays else ""
        yield f"{bays}{spare}state the load: --set power_rated='10.4 kW'"
    if "power_idle_w" in one.allowed:
        yield "state the idle power: --set power_idle='2.4 kW'"


def _text(rows: Rows) -> str:
    return yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=100)


def _write(path: Path, text: str) -> None:
    """Write a new file; InputError where one stands already, or where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise _standing(path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        allowed = "a folder that can be written"
        raise InputError([Problem("--out", reason, allowed, file=str(path.parent))]) from error


def _standing(path: Path) -> InputError:
    allowed = "a new file; remove or rename the old one first"
    return InputError([Problem("", "a file that exists", allowed, file=str(path))])
