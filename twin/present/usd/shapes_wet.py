"""What moves heat and what makes power, drawn as emblems; conventions as in `shapes`."""

from __future__ import annotations

import numpy as np

from twin.present.usd.shapes import Part, Size, frame, open_cabinet, panel, slats
from twin.present.usd.solids import Solid, box, boxes, merge, rod


def cdu(size: Size) -> tuple[Part, ...]:
    """A cabinet with clear sides, for its pumps, a screen and two coloured pipe stubs on top."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    stub = min(0.22, 0.1 * height)
    radius = min(0.07, width / 4)
    body = (size[0], size[1], height - stub)
    top = height - stub
    screen = panel(0.0, 0.77 * height, 0.9 * width, 0.1 * height, -depth + 0.01, 0.03)
    return (
        *open_cabinet(body, "white"),
        Part("Screen", "lamp", screen),
        Part("Supply", "supply", rod((-width / 2, depth / 3, top), radius, stub)),
        Part("Return", "return", rod((width / 2, depth / 3, top), radius, stub)),
    )


def rear_door(size: Size) -> tuple[Part, ...]:
    """A rim around a coil of fins, with two coloured pipes up its hinge side."""
    width, depth, height = size
    border = 0.1 * width
    radius = min(0.2 * border, depth / 4)
    inside = (border - width / 2, width / 2 - border, border, height - border)
    rim = frame(-width / 2, width / 2, 0.0, height, -depth / 2, border, depth)
    fins = slats(*inside, -0.3 * depth, 0.6 * depth, 0.06)
    pipes = [
        rod((x - width / 2, 0.0, 1.02 * border), radius, height - 2.04 * border)
        for x in (1.3 * border, 1.8 * border)
    ]
    return (
        Part("Rim", "graphite", rim),
        Part("Coil", "steel", fins),
        Part("Supply", "supply", pipes[0]),
        Part("Return", "return", pipes[1]),
    )


def pump(size: Size) -> tuple[Part, ...]:
    """A motor lying on a base plate, its volute and an upright discharge."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    radius = 0.8 * min(depth, height / 3)
    axle = 0.1 * height + radius
    motor = rod((-0.3 * width, 0.0, axle), radius, 1.2 * width, "x")
    volute = rod((-0.9 * width, 0.0, axle), min(1.2 * radius, depth), 0.5 * width, "x")
    pipe = rod((-0.65 * width, 0.0, axle), 0.35 * radius, height - axle)
    base = box((-width, -depth, 0.0), (width, depth, 0.1 * height))
    return (
        Part("Base", "graphite", base),
        Part("Motor", "supply", motor),
        Part("Volute", "steel", volute),
        Part("Discharge", "steel", pipe),
    )


def tank(size: Size) -> tuple[Part, ...]:
    """An upright vessel with two hoops."""
    width, depth, height = size
    radius = min(width, depth) / 2
    hoops = [rod((0.0, 0.0, share * height), radius, 0.03 * height) for share in (0.25, 0.7)]
    return Part("Vessel", "white", rod((0.0, 0.0, 0.0), 0.97 * radius, height)), Part(
        "Hoops", "steel", merge(hoops)
    )


def fan_centres(width: float, depth: float) -> tuple[list[tuple[float, float]], float]:
    """Middles of a grid of round fans that covers a roof, and the room each has, metres."""
    pitch = min(2.2, width, depth)
    across = max(1, int(width / pitch))
    along = max(1, int(depth / pitch))
    xs = (np.arange(across) + 0.5) * width / across - width / 2
    ys = (np.arange(along) + 0.5) * depth / along - depth / 2
    return [(float(x), float(y)) for x in xs for y in ys], min(width / across, depth / along)


def fans(width: float, depth: float, low: float, high: float) -> tuple[Part, ...]:
    """Rings with dark mouths, hubs and four blades, covering a roof between two heights."""
    centres, room = fan_centres(width, depth)
    radius = 0.43 * room
    rise = high - low
    ring = [rod((x, y, low), radius, 0.75 * rise, sides=16) for x, y in centres]
    mouth = [rod((x, y, low), 0.9 * radius, 0.8 * rise, sides=16) for x, y in centres]
    hub = [rod((x, y, low), 0.2 * radius, rise, sides=8) for x, y in centres]
    blade = [blades(x, y, low + 0.8 * rise, 0.85 * radius, 0.1 * rise) for x, y in centres]
    return (
        Part("Rings", "steel", merge(ring)),
        Part("Mouths", "carbon", merge(mouth)),
        Part("Hubs", "white", merge(hub)),
        Part("Blades", "steel", merge(blade)),
    )


def blades(x: float, y: float, low: float, reach: float, thick: float) -> Solid:
    """A cross of flat blades round (x, y), metres."""
    slim = 0.12 * reach
    lower = np.array([[x - reach, y - slim, low], [x - slim, y - reach, low]], dtype=np.float32)
    upper = np.array(
        [[x + reach, y + slim, low + thick], [x + slim, y + reach, low + thick]], dtype=np.float32
    )
    return boxes(lower, upper)


def dry_cooler(size: Size) -> tuple[Part, ...]:
    """Coils on legs under a roof of fans."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    leg = 0.2 * height
    roof = 0.86 * height
    rise = 0.14 * height
    foot = min(0.12, width / 4, depth / 4)
    corners = [(sx * (width - foot), sy * (depth - foot)) for sx in (-1, 1) for sy in (-1, 1)]
    legs = [box((x - foot, y - foot, 0.0), (x + foot, y + foot, leg)) for x, y in corners]
    coil = box((-width + 0.04, -depth + 0.04, leg), (width - 0.04, depth - 0.04, roof - 0.08))
    fins = [
        slats(-width, width, leg + 0.05, roof - 0.15, side, 0.04, 0.16, 0.4)
        for side in (-depth, depth - 0.04)
    ]
    lid = box((-width, -depth, roof - 0.08), (width, depth, roof))
    return (
        Part("Legs", "graphite", merge(legs)),
        Part("Coils", "graphite", coil),
        Part("Fins", "steel", merge(fins)),
        Part("Lid", "white", lid),
        *fans(size[0], size[1], roof, roof + rise),
    )


def chiller(size: Size) -> tuple[Part, ...]:
    """Two barrels on a skid, a compressor across them and a control panel."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    radius = min(0.24 * height, depth / 2)
    lengths = 1.9 * width
    barrels = [
        ("Evaporator", "supply", 0.14 * height + radius),
        ("Condenser", "return", 0.2 * height + 3 * radius),
    ]
    shells = [
        Part(name, paint, rod((-lengths / 2, -depth + radius, z), radius, lengths, "x"))
        for name, paint, z in barrels
    ]
    skid = box((-width, -depth, 0.0), (width, depth, 0.12 * height))
    block = box((-0.5 * width, 0.05 * depth, 0.12 * height), (0.7 * width, 0.95 * depth, height))
    desk = panel(-0.75 * width, 0.6 * height, 0.35 * width, 0.4 * height, 0.1 * depth, 0.5 * depth)
    return (
        Part("Skid", "graphite", skid),
        *shells,
        Part("Compressor", "white", block),
        Part("Controls", "lamp", desk),
    )


def generator(size: Size) -> tuple[Part, ...]:
    """A container on its tank: louvred end, doors along the side and two exhaust stacks."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    base = 0.14 * height
    top = 0.86 * height
    hull = box((-width, -depth + 0.05, base), (width, depth - 0.05, top))
    tank_below = box((-width, -depth, 0.0), (width, depth, base))
    ribs = [
        panel((share - 0.5) * 2 * width, (base + top) / 2, 0.08, top - base, -depth, 0.05)
        for share in np.linspace(0.03, 0.97, max(3, round(width / 0.6)))
    ]
    louvre = slats(0.55 * width, 0.92 * width, base + 0.2, top - 0.2, -depth, 0.05, 0.14)
    stacks = [rod((x * width, 0.0, top), min(0.18, depth / 4), height - top) for x in (-0.6, -0.35)]
    roof = box(
        (-0.05 * width, -0.6 * depth, top), (0.8 * width, 0.6 * depth, top + 0.25 * (height - top))
    )
    return (
        Part("Hull", "green", hull),
        Part("Tank", "carbon", tank_below),
        Part("Ribs", "green", merge(ribs)),
        Part("Louvre", "carbon", louvre),
        Part("Stacks", "steel", merge(stacks)),
        Part("Radiator", "graphite", roof),
    )


def transformer(size: Size) -> tuple[Part, ...]:
    """A tank between two banks of radiator fins, three bushings on top and a conservator."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    lid = 0.72 * height
    core = box((-0.62 * width, -depth, 0.08 * height), (0.62 * width, depth, lid))
    skid = box((-width, -0.9 * depth, 0.0), (width, 0.9 * depth, 0.08 * height))
    ys = np.linspace(-0.9 * depth, 0.9 * depth, max(4, round(2 * depth / 0.18)))
    fins = [
        box((min(a, b), y - 0.025, 0.16 * height), (max(a, b), y + 0.025, 0.66 * height))
        for a, b in ((-width, -0.62 * width), (0.62 * width, width))
        for y in ys
    ]
    thin = min(0.07 * height, 0.15 * width)
    posts = [
        rod((x * width, -0.45 * depth, lid), thin, height - lid, sides=16) for x in (-0.4, 0.0, 0.4)
    ]
    drum = rod(
        (-0.5 * width, 0.5 * depth, 0.86 * height), min(0.13 * height, 0.3 * depth), width, "x"
    )
    return (
        Part("Core", "steel", core),
        Part("Skid", "carbon", skid),
        Part("Fins", "graphite", merge(fins)),
        Part("Bushings", "return", merge(posts)),
        Part("Conservator", "steel", drum),
    )


def mast(size: Size) -> tuple[Part, ...]:
    """The utility's last tower: two legs and two beams, filling its box."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    slim = min(0.15, width / 4, depth / 2)
    legs = [
        box((x - slim, -slim, 0.0), (x + slim, slim, height)) for x in (-0.5 * width, 0.5 * width)
    ]
    beams = [
        box((-width, -slim, z * height), (width, slim, z * height + 2 * slim)) for z in (0.7, 0.88)
    ]
    foot = box((-width, -depth, 0.0), (width, depth, min(0.1, 0.05 * height)))
    rim = frame(-0.5 * width, 0.5 * width, 0.2 * height, 0.7 * height, -slim / 2, slim, slim)
    return Part("Tower", "steel", merge([*legs, *beams, rim])), Part("Foot", "ground", foot)
