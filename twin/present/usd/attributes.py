"""Every `twin:` attribute that a scene writes: its type, its unit and a sentence about it.

The sentence and the unit are metadata of the attribute itself (`documentation` and
`customData["unit"]`), so that a stage explains its numbers wherever it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.present.usd.author import Spec, Types, value


@dataclass(frozen=True)
class SceneAttribute:
    """One attribute of the scene's own."""

    name: str
    type_name: Spec
    unit: str
    words: str
    uniform: bool = True

    def write(self, prim: Spec, content: object) -> Spec:
        """Author it on a prim with its words and unit; None declares it without a value."""
        spec = value(prim, self.name, self.type_name, content, custom=True, uniform=self.uniform)
        spec.SetInfo("documentation", self.words)
        if self.unit:
            spec.SetInfo("customData", {"unit": self.unit})
        return spec


ID = SceneAttribute("twin:id", Types.String, "", "Name in the layout and in every table.")
KIND = SceneAttribute("twin:kind", Types.Token, "", "Kind of equipment: rack, ups, cdu and so on.")
TYPE = SceneAttribute("twin:type", Types.String, "", "Row of the catalogue.")
RATING = SceneAttribute(
    "twin:rating_w",
    Types.Double,
    "W",
    "Rated power, or rated heat of cooling equipment; absent where none is stated.",
)
GPUS = SceneAttribute("twin:gpus", Types.Int, "1", "GPUs inside.")
FACING = SceneAttribute(
    "twin:facing_deg", Types.Double, "deg", "Where the front looks, clockwise from north."
)
PARENT = SceneAttribute("twin:parent", Types.String, "", "Component or hall that it belongs to.")
CONTAINMENT = SceneAttribute(
    "twin:containment", Types.Token, "", "Aisle containment: none, cold_aisle or hot_aisle."
)
DOMAIN = SceneAttribute(
    "twin:domain", Types.Token, "", "What flows: electrical, cooling or network."
)
EDGES = SceneAttribute(
    "twin:edges", Types.Int, "1", "Pairs of a source and a target: sources times targets."
)
ROLE = SceneAttribute(
    "twin:role",
    Types.Token,
    "",
    "share (loads split over live feeds), priority (first live feed), serves or link.",
)
FLOW = SceneAttribute(
    "twin:flow", Types.Token, "", "source_to_target, or both where data go either way."
)
FEEDS = SceneAttribute(
    "twin:feeds", Types.String, "", "Component that this line comes from; see /Connections."
)
SORT = SceneAttribute("twin:line", Types.Token, "", "busway, whips, cable, supply, return or tray.")

STATE = SceneAttribute(
    "twin:state",
    Types.Token,
    "",
    "What it is doing: on, ready, throttled, interrupted, on_battery, on_bypass, overloaded, "
    "derated, off, failed, tripped, taken_out or unknown. Held from one sample to the next.",
    uniform=False,
)
POWER = SceneAttribute(
    "twin:power_w",
    Types.Float,
    "W",
    "Mean over the period: input of racks, output of power equipment, heat passed on by "
    "cooling equipment.",
    uniform=False,
)
LOAD = SceneAttribute(
    "twin:load_frac",
    Types.Float,
    "1",
    "Power over rated power; of pumps the flow over rated flow, of switches whether they have "
    "voltage. Of racks it is twin:power_w over twin:rating_w and not written.",
    uniform=False,
)
TEMPERATURE = SceneAttribute(
    "twin:temperature_degc",
    Types.Float,
    "degC",
    "At the end of the period: inlet air of racks and of what stands in them, supply of cooling "
    "equipment, surrounding air of all else.",
    uniform=False,
)
JUNCTION = SceneAttribute(
    "twin:junctionTemperature_degc",
    Types.Float,
    "degC",
    "Hottest GPU at the end of the period; absent on racks without GPUs.",
    uniform=False,
)
SAMPLED = (STATE, POWER, TEMPERATURE)
"""On every component of a result."""

LEFT = SceneAttribute(
    "twin:left_frac",
    Types.Float,
    "1",
    "Share of its demand that it can still be given after the loss shown; absent where it is all.",
)
RACKS_DOWN = SceneAttribute(
    "twin:racksDown", Types.Int, "1", "Racks that the loss shown leaves with less than they ask."
)
GPUS_DOWN = SceneAttribute("twin:gpusDown", Types.Int, "1", "GPUs in these racks.")
LOAD_DOWN = SceneAttribute("twin:loadDown_w", Types.Double, "W", "Rated input of these racks.")
