"""One hall: how many of each block its own load takes, by rating and by what is to spare."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from twin.catalogue import rack_power, shipped
from twin.catalogue.rows import Chiller, Climate, Gpu, Rack
from twin.facility.cooling.plant_arrays import chiller_curve
from twin.physics.chiller import power_w
from twin.study.design_search import equipment as kit
from twin.study.design_search.scheme import Scheme


@dataclass(frozen=True)
class SizedHall:
    """One hall of a scheme: its lines of racks, and what its load takes."""

    scheme: Scheme
    lines: tuple[int, ...]
    """Compute racks, line by line."""
    climate: str
    filled: float = kit.FILLED
    """Share of a board's rating that is filled at most."""

    @cached_property
    def rack(self) -> Rack:
        """The row of its racks."""
        return shipped().get(Rack, self.scheme.rack)

    @cached_property
    def rack_w(self) -> float:
        """Rated AC input of a rack."""
        return rack_power.rated_w(self.rack, shipped().get(Gpu, self.rack.gpu))

    @cached_property
    def racks(self) -> int:
        """Compute racks."""
        return sum(self.lines)

    def supports(self, racks: int) -> int:
        """Support racks of a line."""
        return max(1, math.ceil(kit.SUPPORT_SHARE * racks * self.rack_w / kit.support_w() - 0.25))

    def line_w(self, racks: int) -> float:
        """Rated power of a line with its support racks."""
        return racks * self.rack_w + self.supports(racks) * kit.support_w()

    @cached_property
    def it_w(self) -> float:
        """Rated power of all racks."""
        return sum(map(self.line_w, self.lines))

    @cached_property
    def liquid_w(self) -> float:
        """Heat of the racks that leaves in coolant."""
        return self.racks * self.rack_w * self.rack.liquid_heat_frac

    @cached_property
    def air_w(self) -> float:
        """Heat of the racks that leaves in air."""
        return self.it_w - self.liquid_w

    @cached_property
    def spare(self) -> int:
        """Cooling machines of each group beyond those that carry it."""
        return int(self.scheme.spare_cooling)

    # power

    def panels(self, racks: int) -> int:
        """Panels of a line on one side, so that the fullest of them is within its rating."""
        if self.scheme.power == "N+1":
            return kit.PANELS_SHARED
        room_w = kit.FILLED * kit.rating_w(kit.PANEL)
        panels = max(1, math.ceil(self.line_w(racks) / room_w))
        while self._fullest_w(racks, panels) > room_w:
            panels += 1
        return panels

    def _fullest_w(self, racks: int, panels: int) -> float:
        """The load of the first panel, to which racks are dealt in turn."""
        compute = math.ceil(racks / panels) * self.rack_w
        return compute + math.ceil(self.supports(racks) / panels) * kit.support_w()

    @cached_property
    def shared_ups(self) -> str:
        """The block of which an N+1 hall has four."""
        return kit.smallest(kit.UPS_TYPES, self.it_w / (kit.PANELS_SHARED - 1))

    @cached_property
    def boards(self) -> int:
        """Boards of the hall on one side, each with a transformer and a generator: as many as keep
        the fullest within its rating, and one to spare on an N+1 path.
        """
        room_w = self.board_room_w
        boards = max(1, math.ceil(self.input_w / room_w))
        while self._fullest_board_w(boards) > room_w and boards < kit.BOARDS_MOST:
            boards += 1
        return max(2, boards + 1) if self.scheme.power == "N+1" else boards

    @property
    def board_room_w(self) -> float:
        """What a board with its transformer and generator may carry."""
        return self.filled * min(kit.rating_w(kit.TRANSFORMER), kit.rating_w(kit.GENERATOR))

    def _fullest_board_w(self, boards: int) -> float:
        """The load of the first board, to which UPS and mechanical boards are dealt in turn."""
        mechanical = self.mechanical_boards
        behind_ups = sum(
            math.ceil(ups / boards) * load_w / ups for ups, load_w in self._ups_groups()
        )
        plant = math.ceil(mechanical / boards) * self.mechanical_w / mechanical
        return kit.UPS_INPUT * behind_ups + plant

    @cached_property
    def least_board_w(self) -> float:
        """What the fullest board carries where every UPS and mechanical board has its own."""
        groups = self._ups_groups()
        return self._fullest_board_w(max(self.mechanical_boards, *(ups for ups, _ in groups)))

    def _ups_groups(self) -> list[tuple[int, float]]:
        """UPS units of each group, and the load that all of them would carry together; on an N+1
        path each at what it carries without one of the others.
        """
        if self.scheme.power == "N+1":
            return [(kit.PANELS_SHARED, self.it_w * kit.PANELS_SHARED / (kit.PANELS_SHARED - 1))]
        return [(self.panels(racks), self.line_w(racks)) for racks in self.lines]

    @cached_property
    def mechanical_boards(self) -> int:
        """Boards for its cooling."""
        return 1 if self.scheme.power == "N" else 2

    @cached_property
    def input_w(self) -> float:
        """What the hall draws with every machine at its rating, spare ones too."""
        return kit.UPS_INPUT * self.it_w + self.mechanical_w

    @cached_property
    def peak_w(self) -> float:
        """What the hall draws at its rated load in the hottest hour, machines to spare standing
        still.
        """
        return kit.UPS_INPUT * self.it_w + self._mechanical_w(0, self._hottest_w)

    @cached_property
    def mechanical_w(self) -> float:
        """What its cooling draws with every machine at its rating."""
        return self._mechanical_w(self.spare, self._rated_w)

    def _mechanical_w(self, spare: int, compressors_w: float) -> float:
        pumps_w = self.pump_w(self.liquid_w) + self.pump_w(self.air_w)
        return self._fans_w(spare) + compressors_w + self._dry_w(spare) + pumps_w

    def _fans_w(self, spare: int) -> float:
        """Air handlers."""
        return (self.handlers - self.spare + spare) * kit.row(self.handler).power_rated_w

    @property
    def _rated_w(self) -> float:
        """Compressors at their rating; without any to spare, no more than their heat asks for."""
        unit = kit.row(self.chiller)
        cop = unit.cop_reference or kit.COP
        rated_w = self.chillers * unit.capacity_w / cop
        if self.spare:
            return rated_w
        return min(rated_w, (self.air_w + self._fans_w(0)) / cop)

    @property
    def _hottest_w(self) -> float:
        """Compressors at their heat in the hottest hour, by curve; spare ones stand still."""
        unit = kit.row(self.chiller)
        count = self.chillers - self.spare
        assert unit.curve is not None
        curve = chiller_curve(shipped().get(Chiller, unit.curve), unit)
        each_w = (self.air_w + self._fans_w(0)) / count
        return count * float(power_w(curve, each_w, kit.CHILLED_DEGC, self.hottest_degc))

    def _dry_w(self, spare: int) -> float:
        """Fans of the dry coolers."""
        if not self.liquid_w:
            return 0.0
        return (self.dry_coolers - self.spare + spare) * kit.row(self.dry_cooler).power_rated_w

    @staticmethod
    def pump_w(heat_w: float) -> float:
        """Pumps of a plant: 1 % of the heat they carry (assumed)."""
        return 0.01 * heat_w

    # cooling

    def cdu(self, racks: int) -> tuple[str, int]:
        """Type and number of a line's coolant units, those to spare not counted."""
        heat_w = racks * self.rack_w * self.rack.liquid_heat_frac
        flow_m3_s = racks * self.rack.coolant_flow_m3_s
        best = min(
            (self._units(name, heat_w, flow_m3_s), kit.row(name).capacity_w, name)
            for name in kit.CDU_TYPES
        )
        return best[2], best[0]

    @staticmethod
    def _units(name: str, heat_w: float, flow_m3_s: float) -> int:
        unit = kit.row(name)
        return max(
            1,
            math.ceil(heat_w / (kit.FILLED * unit.capacity_w)),
            math.ceil(flow_m3_s / unit.flow_m3_s),
        )

    @cached_property
    def handler(self) -> str:
        """Type of its air handlers."""
        small, large = kit.HANDLER_TYPES
        few = self.air_w / (kit.FILLED * kit.row(small).capacity_w) <= kit.HANDLERS_SMALL
        return small if few else large

    @cached_property
    def handlers(self) -> int:
        """Air handlers, spare ones included: what carries the heat and the racks' air."""
        unit = kit.row(self.handler)
        air_m3_s = self.racks * self.rack.air_flow_m3_s + sum(map(self.supports, self.lines)) * (
            shipped().get(Rack, kit.SUPPORT_RACK).air_flow_m3_s
        )
        heat = math.ceil(self.air_w / (kit.FILLED * unit.capacity_w))
        return max(heat, math.ceil(air_m3_s / unit.flow_m3_s)) + self.spare

    @cached_property
    def chiller(self) -> str:
        """Type of its chillers: fewest machines, then least capacity."""
        return min(
            kit.CHILLER_TYPES, key=lambda name: (self._chillers(name), kit.row(name).capacity_w)
        )

    @cached_property
    def chillers(self) -> int:
        """Chillers, spare ones included."""
        return self._chillers(self.chiller) + self.spare

    def _chillers(self, name: str) -> int:
        fans_w = self.handlers * kit.row(self.handler).power_rated_w
        return math.ceil((self.air_w + fans_w) / (kit.FILLED * kit.row(name).capacity_w))

    @cached_property
    def hottest_degc(self) -> float:
        """Outdoor air that the plant is laid out for."""
        return shipped().get(Climate, self.climate).dry_bulb_max_degc + kit.OUTDOOR_MARGIN_K

    @cached_property
    def dry_cooler(self) -> str:
        """Dry where the hottest hour lets it, with wetted pads where not."""
        dry = self.hottest_degc + kit.row(kit.DRY_COOLER).approach_k
        return kit.DRY_COOLER if dry <= self.warmest_loop_degc else kit.ADIABATIC

    @cached_property
    def warmest_loop_degc(self) -> float:
        """The warmest facility water with which coolant stays within the racks' limit."""
        name, _ = self.cdu(max(self.lines))
        limit = self.rack.coolant_supply_max_degc
        most = 45.0 if limit is None else limit
        return most - kit.row(name).approach_k - kit.LIQUID_MARGIN_K

    @cached_property
    def loop_degc(self) -> float:
        """Set-point of the warm water: what the hottest hour allows, no colder than it must be."""
        if self.dry_cooler == kit.ADIABATIC:
            return self.warmest_loop_degc
        reached = self.hottest_degc + kit.row(kit.DRY_COOLER).approach_k
        return min(max(reached, kit.COOLEST_LOOP_DEGC), self.warmest_loop_degc)

    @cached_property
    def dry_coolers(self) -> int:
        """Dry coolers, spare ones included."""
        heat_w = 1.02 * self.liquid_w
        return math.ceil(heat_w / (kit.FILLED * kit.row(kit.DRY_COOLER).capacity_w)) + self.spare
