"""Boxes and rectangles of a hall, in metres from its south-west corner and its floor."""

from __future__ import annotations

from dataclasses import dataclass

from twin.facility.ledger import Loc

Vector = tuple[float, float, float]

SIDES = {"east": (0, 1), "west": (0, -1), "north": (1, 1), "south": (1, -1)}
"""Axis and direction of a side."""


@dataclass(frozen=True)
class Body:
    """A body that air goes around, or a rectangle where one of its sizes is 0."""

    name: str
    what: str
    """Such as "rack", as messages call it."""
    low_m: Vector
    high_m: Vector
    stated_at: Loc = ()
    """Where in the scenario it is stated."""

    @property
    def size_m(self) -> Vector:
        """East-west, north-south, height."""
        x, y, z = (high - low for low, high in zip(self.low_m, self.high_m, strict=True))
        return (x, y, z)

    def face(self, axis: int, sign: int) -> Body:
        """The rectangle of its side that looks along `sign` of an axis."""
        at = self.high_m[axis] if sign > 0 else self.low_m[axis]
        low = with_(self.low_m, axis, at)
        return Body(self.name, self.what, low, with_(self.high_m, axis, at), self.stated_at)

    def overlaps(self, other: Body, slack_m: float = 1e-6) -> bool:
        """Whether both share more than a micrometre in every direction."""
        return all(
            self.low_m[a] + slack_m < other.high_m[a] and other.low_m[a] + slack_m < self.high_m[a]
            for a in range(3)
        )


@dataclass(frozen=True)
class Opening:
    """A rectangle, or several, through which a unit takes in air or gives it out."""

    name: str
    units: tuple[str, ...]
    """Racks or air handlers that it belongs to; several share a plenum."""
    axis: int
    sign: int
    """Direction of the air through it."""
    rectangles: tuple[Body, ...]
    flow_m3_s: float
    into_room: bool
    open_frac: float = 1.0


@dataclass(frozen=True)
class Panel:
    """A thin rectangle that air does not pass, but for a share of it that is open."""

    box: Body
    axis: int
    leakage_frac: float = 0.0
    loss: float = 0.0
    """Pressure-loss coefficient where it is stated otherwise than by its leakage."""


def with_(vector: Vector, axis: int, value: float) -> Vector:
    """The vector with another value along one axis."""
    x, y, z = (value if a == axis else old for a, old in enumerate(vector))
    return (x, y, z)


def beside(face: Body, axis: int, sign: int, depth_m: float) -> Body:
    """The box that reaches `depth_m` away from a rectangle, along `sign` of an axis."""
    at = face.low_m[axis]
    low = with_(face.low_m, axis, min(at, at + sign * depth_m))
    high = with_(face.high_m, axis, max(at, at + sign * depth_m))
    return Body(face.name, face.what, low, high, face.stated_at)
