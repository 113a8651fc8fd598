"""Device and rack types in the form of the NetBox library, turned into rows of the catalogue.

The form: one YAML file a product, with `manufacturer`, `model`, `slug`, `u_height`, `weight` and
lists of `power-ports` (supplies), `power-outlets` and `interfaces`; rack types have `form_factor`
and outer sizes instead. It knows neither GPUs nor idle power: who imports a server states them.

The load is the sum of `allocated_draw`, where each supply states one. `maximum_draw` is a supply's
nameplate: of several supplies some are there to spare, and their sum is not the load. What stands
in `module-bays` and `device-bays` has files of its own, with draws and ports that this file lacks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from twin.catalogue.assembly import HEIGHT_UNIT_M
from twin.catalogue.device_ports import Bay, OneRate, Port, PowerPort, of_one_rate
from twin.stated import Stated

Rows = dict[str, list[dict[str, Any]]]
"""Rows by kind, in the words of a catalogue file."""
Target = Literal["server", "switch", "pdu", "ups"]
"""What a product is, where its file does not make that plain."""

_KG = {"kg": 1.0, "g": 1e-3, "lb": 0.45359237, "oz": 0.028349523}
_METRES = {"mm": 1e-3, "in": 0.0254}
_SWITCH_PORTS = 8
"""A device with as many fast ports, and no outlets, is taken for a switch."""
_NOTE_CHARACTERS = 300


class _Product(Stated):
    """What every file has; keys that say nothing about power, heat or space are passed over."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    manufacturer: Annotated[str, Field(min_length=1, max_length=100)]
    """Maker."""
    model: Annotated[str, Field(min_length=1, max_length=100)]
    """Product."""
    slug: Annotated[str, Field(pattern=r"^[-a-z0-9_]+$", max_length=100)]
    """Its name in addresses, which becomes the row's name."""
    u_height: Annotated[float, Field(ge=0, le=100, multiple_of=0.5)] = 1.0
    """Height in rack units, by halves."""
    weight: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """In `weight_unit`; 0 says nothing."""
    weight_unit: Literal["kg", "g", "lb", "oz"] | None = None
    """Unit of `weight`."""
    description: str = ""
    """A sentence."""
    comments: str = ""
    """More sentences."""

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        if self.weight and self.weight_unit is None:
            raise ValueError(f"a weight with its weight_unit: {', '.join(_KG)}")
        return self

    @property
    def mass_kg(self) -> float | None:
        """Weight in kilograms."""
        if not self.weight or self.weight_unit is None:
            return None
        return self.weight * _KG[self.weight_unit]

    @property
    def words(self) -> str:
        """What the file says in prose."""
        return " ".join(" ".join([self.description, self.comments]).split())


class DeviceType(_Product):
    """A product that stands in a rack: server, switch, rack PDU, UPS."""

    is_full_depth: bool = True
    """Whether it fills the rack's depth."""
    airflow: str = ""
    """Direction, such as `front-to-rear`."""
    power_ports: tuple[PowerPort, ...] = Field(default=(), alias="power-ports", max_length=500)
    """Supplies."""
    power_outlets: tuple[Port, ...] = Field(default=(), alias="power-outlets", max_length=1000)
    """Outlets, which make it a PDU or a UPS."""
    interfaces: tuple[Port, ...] = Field(default=(), max_length=5000)
    """Network ports."""
    module_bays: tuple[Bay, ...] = Field(default=(), alias="module-bays", max_length=500)
    """Places for line cards and supplies that have files of their own."""
    device_bays: tuple[Bay, ...] = Field(default=(), alias="device-bays", max_length=500)
    """Places for blades."""
    is_powered: bool = True
    """Whether it takes power at all."""
    subdevice_role: Literal["parent", "child"] | None = None
    """A chassis with bays for devices, or a device that stands in one."""

    @property
    def bays(self) -> tuple[str, ...]:
        """Names of all of them."""
        return tuple(bay.name for bay in (*self.module_bays, *self.device_bays))

    @property
    def load_w(self) -> float | None:
        """What it draws: planned shares, or the nameplate of a single supply; else not known."""
        planned = [port.allocated_draw for port in self.power_ports if port.allocated_draw]
        if planned and len(planned) == len(self.power_ports):
            return sum(planned)
        return self.nameplate_w if len(self.power_ports) == 1 else None

    @property
    def nameplate_w(self) -> float | None:
        """All supplies at their nameplates together; None where one states none."""
        most = [port.maximum_draw for port in self.power_ports]
        known = [watts for watts in most if watts is not None]
        return sum(known) if known and len(known) == len(most) else None

    @property
    def network(self) -> OneRate:
        """Its ports that carry traffic, as ports of one rate."""
        return of_one_rate(self.interfaces)

    @property
    def target(self) -> Target:
        """What it is, as far as the file tells."""
        if self.power_outlets:
            return "ups" if re.search(r"\bUPS\b", f"{self.model} {self.words}") else "pdu"
        found = self.network
        computes = re.search(r"\b(?:GPU|accelerator)s?\b", f"{self.model} {self.words}", re.I)
        many = found.count >= _SWITCH_PORTS and found.gbit_s >= 1
        return "switch" if many and not computes else "server"


class RackType(_Product):
    """An empty rack."""

    form_factor: str
    """Such as `4-post-cabinet`; tells a rack type from a device type."""
    width: float = 19.0
    """Between the rails, in inches."""
    outer_width: Annotated[float, Field(gt=0)] | None = None
    """In `outer_unit`."""
    outer_depth: Annotated[float, Field(gt=0)] | None = None
    """In `outer_unit`."""
    outer_height: Annotated[float, Field(gt=0)] | None = None
    """In `outer_unit`."""
    outer_unit: Literal["mm", "in"] = "mm"
    """Unit of the outer sizes."""


def row_name(product: DeviceType | RackType) -> str:
    """The slug as a name that layouts take."""
    name = product.slug.replace("-", "_").strip("_")
    return name if name[:1].isalpha() else f"x{name}"


def rows_of(
    product: DeviceType | RackType, source: str, target: Target | None = None, per_rack: int = 0
) -> Rows:
    """Rows of the catalogue for one product, the product's own row first.

    target     what it is; told from the file where None
    per_rack   for a server: also a rack of so many
    """
    named = {
        "name": row_name(product),
        "source": source,
        "status": "vendor",
        "note": _note(product),
    }
    if isinstance(product, RackType):
        return {"racks": [{**named, **_frame(product)}]}
    kind = target or product.target
    if kind == "switch":
        named["note"] += _ports_note(product)
    makers = {"server": _server, "switch": _switch, "pdu": _pdu, "ups": _ups}
    rows: Rows = {"power" if kind in ("pdu", "ups") else _PLURAL[kind]: [
        {**named, **makers[kind](product)}
    ]}  # fmt: skip
    if per_rack and kind == "server":
        name = row_name(product)
        rows["racks"] = [{"name": f"{name}_x{per_rack}", "holds": f"{per_rack} x {name}"}]
    return rows


_PLURAL = {"server": "servers", "switch": "switches"}


def _note(product: DeviceType | RackType) -> str:
    flow = getattr(product, "airflow", "")
    odd = (
        ""
        if flow in ("", "front-to-rear", "passive")
        else f"Airflow {flow}; taken as front to rear."
    )
    words = f"{product.manufacturer} {product.model}. {product.words}"[:_NOTE_CHARACTERS]
    return f"{words} {odd}".strip()


def _ports_note(device: DeviceType) -> str:
    """How ports of several rates were counted."""
    said = device.network.said
    return f" {said}." if said else ""


def _quantities(**values: tuple[float | None, str]) -> dict[str, str]:
    """Texts with a unit, of those values that are known."""
    return {
        key: f"{value:.6g} {unit}" for key, (value, unit) in values.items() if value is not None
    }


def _box(device: DeviceType) -> dict[str, str]:
    height_m = device.u_height * HEIGHT_UNIT_M
    return _quantities(
        height=(height_m or None, "m"),
        depth=(0.9 if device.is_full_depth else 0.45, "m"),
        mass=(device.mass_kg, "kg"),
    )


def _server(device: DeviceType) -> dict[str, Any]:
    load = _quantities(power_rated=(device.load_w, "W"))
    return {"vendor": device.manufacturer, **load, **_box(device)}


def _switch(device: DeviceType) -> dict[str, Any]:
    found = device.network
    rate = f"{found.gbit_s:g} Gbit/s"
    ports = {"ports": found.count, "port_bandwidth": rate} if found.count else {}
    power = _quantities(power_typical=(device.load_w, "W"), power_max=(device.load_w, "W"))
    return {
        "like": "qm9700",
        **ports,
        **power,
        **_quantities(height=(device.u_height * HEIGHT_UNIT_M or HEIGHT_UNIT_M, "m")),
        "price": None,
    }


def _pdu(device: DeviceType) -> dict[str, Any]:
    """A rack PDU is rated for what its inlets take together."""
    upright = not device.u_height
    size = {"width": "0.056 m", "depth": "0.05 m", "height": "1.8 m"} if upright else {
        "width": "0.483 m", **_upright(device)
    }  # fmt: skip
    return {
        "like": "pdu_450",
        **_quantities(rating=(device.nameplate_w, "W")),
        **size,
        "price": None,
    }


def _ups(device: DeviceType) -> dict[str, Any]:
    rating = _quantities(rating=(device.nameplate_w, "W"))
    return {"like": "ups_500", **rating, "width": "0.483 m", **_upright(device), "price": None}


def _upright(device: DeviceType) -> dict[str, str]:
    return _quantities(
        depth=(0.9 if device.is_full_depth else 0.45, "m"),
        height=((device.u_height or 1) * HEIGHT_UNIT_M, "m"),
    )


def _frame(rack: RackType) -> dict[str, Any]:
    """The box of a rack; what stands in it is stated by whoever imports it."""
    scale = _METRES[rack.outer_unit]
    sizes: Sequence[tuple[str, float | None]] = (
        ("width", rack.outer_width),
        ("depth", rack.outer_depth),
        ("height", rack.outer_height),
    )
    outer = {key: (value * scale, "m") for key, value in sizes if value is not None}
    return _quantities(**outer)
