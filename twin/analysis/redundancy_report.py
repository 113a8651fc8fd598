"""What a study of redundancy answers, as plain values that JSON can hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from twin.cards import Shown

Row = dict[str, Any]


@dataclass(frozen=True, repr=False)
class RedundancyReport(Shown):
    """The answers, as plain values that JSON can hold."""

    meaning: str
    """What counts as down here."""
    components: int
    """Components that can fail by themselves."""
    loads: int
    load_w: float
    single_points_of_failure: list[Row]
    """`effect` is outage where a load is left with nothing, derated where each keeps a part;
    `left_frac` is the share of demand left to the load that keeps least: of power, flow, heat
    removal or rails, whichever is scarcest.
    """
    n_minus_1: Row
    n_minus_2: Row
    overloads: list[Row]
    """Ratings exceeded after the loss of one power component, heaviest first."""
    overloads_count: int
    heaviest_after_one_loss: Row | None
    """The row of the table `loading` with the highest loading after one loss."""
    cut_sets: list[list[str]]
    """Most probable first within an order, the first 1,000."""
    cut_set_counts: dict[str, int]
    shortest_failing: Row | None
    """The shortest contingency that drops a load, the worst of its kind."""
    counter_example: Row | None
    """Why a verdict below is no: the shortest loss, and what it drops or overloads."""
    concurrently_maintainable: Row
    fault_tolerant: Row
    cut_set_rows: list[Row]
    """The first 100 of them with their probability, its part in the unavailability, and what they
    cost.
    """
    availability_exact: Row
    """Values are None where the exact engine had no room."""
    availability_independent: Row
    """The same where components fail independently, as often: without common causes. As
    `availability_exact` where no component shares one."""
    availability_bounds: Row
    """`lower` and `upper` of the unavailability, and `why` they differ."""
    overloads_followed: Row
    """`order` is the highest number of coincident failures of which all were followed through the
    flow, None where that is every one; `components` those whose larger coincidences were not."""
    availability_monte_carlo: Row
    interval: list[float]
    """95 % interval of the simulated unavailability."""
    importance: list[Row]
    component_reliability: list[Row]
    """What every number above starts from, component by component."""
    maintenance: Row = field(default_factory=dict)
    """Unavailability with planned work and without, and while each component is out."""
    spares: list[Row] = field(default_factory=list)
    """Unavailability against the stock of spare parts, by type."""
    shared_crews: Row = field(default_factory=dict)
    """Availability where components wait for one another's crew, exact and simulated; {} where
    nobody states crews or none waits."""
    top_event: Row = field(default_factory=dict)
    """What counts as down here: `asked`, and what that `says`."""
    continuity: Row = field(default_factory=dict)
    """`single_points` interrupt racks although another supply takes over; how often a year, by the
    loss and on the way back."""

    def as_dict(self) -> Row:
        """Nested dictionaries and lists, ready for JSON."""
        return asdict(self)
