"""What the rules of `controls.storage` ask of their BESS, each group as one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, metered, of_role
from twin.controls import Arbitrage, Backup, PeakShave, RampLimit
from twin.facility.dispatch import plans
from twin.simulation.faults.commands import meters
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.power.arbitrage import SiteDraw, arbitraged_w, recharge_below_w, shaved_w

NEAR_KEPT_FRAC = 0.02
"""Energy this share away from what a ramp limit keeps is left alone."""
NEAR_KEPT_J = 2.0
"""As near each comes to it once it goes back."""
NEAR_W = 1e-6
"""Draws closer than this are the same."""

Flow = Callable[[Array], tuple[Array, Array]]
DrawAt = Callable[[float], float]
Room = tuple[Array, Array]
"""(BESS,) most that each may give, and take."""


class Rules:
    """The rules of one run; they write the storage block."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.storage
        self.bess = world.facility.power.bess
        self.stated = world.facility.scenario.controls.storage
        self.utilities = np.flatnonzero(metered(world.facility.power.kind))
        self.on_grid = bool(of_role(world.facility.power.kind, Role.SUPPLY).any())
        machines = of_role(world.facility.power.kind, Role.PRIME)
        self.shared = self.on_grid and bool(machines.any())
        self.mine: list[Mask] = [self.bess.rule == i for i in range(len(self.stated))]
        self.rating_w = world.facility.power.rating_w[self.bess.node]
        self.plans = plans(world.facility) if self.stated else {}
        self.least_w = least_draw_w(world)
        self.sunny = bool(world.facility.power.solar.node.size)
        self._wants: Mask = np.zeros(self.bess.node.size, dtype=bool)
        self._unseen_w = np.zeros(self.utilities.size)
        world.clock.can("storage follows its list", self._follow)
        world.clock.can("ramp goes on", self._ramp_on)

    def schedule(self) -> None:
        """Put the first step of every list on the clock; each calls the next."""
        for i in self.plans:
            self._wait(i, 0)

    def _wait(self, i: int, step: int) -> None:
        times = self.plans[i].time_s
        if step < times.size:
            delay_s = float(times[step]) - self.world.clock.now_s
            self.world.clock.wait(Stage.POWER, delay_s, "storage follows its list", i, step)

    def _follow(self, i: int, step: int) -> None:
        self.own.listed_w[i] = self.plans[i].power_w[step]
        self.world.stale = True
        self._wait(i, step + 1)

    def ask(self, drawn_w: Array, input_w: Array, room: Room, through: Flow) -> Array:
        """(BESS,) AC power that each is to take, negative where it gives.

        drawn_w, input_w  (power node,) without them
        """
        power_w = np.zeros(self.bess.node.size)
        self._wants = np.zeros(power_w.size, dtype=bool)
        self._unseen_w = self._stand(input_w[self.utilities])
        for i, rule in enumerate(self.stated):
            mine = self.mine[i]
            limits = (-float(room[0][mine].sum()), float(room[1][mine].sum()))

            def draw_w(total_w: float, mine: Mask = mine, before: Array = power_w) -> float:
                asked = drawn_w.copy()
                asked[self.bess.node] += before + self._split(total_w, mine, room)
                return self._site_w(through(asked)[1])

            base_w = self._site_w(input_w) if not power_w.any() else draw_w(0.0)
            gain = self._gain(draw_w, base_w, limits)
            site = SiteDraw(draw_w, base_w, self.least_w).over(gain)
            floor_w = self._floor_w(base_w, input_w)
            target_w = self._target_w(i, base_w, floor_w)
            if target_w is None:
                total_w = self._listed_w(i, site, limits)
                self._wants |= mine & self._gives(i, base_w)
            else:
                total_w = site.met(target_w / gain, *limits)
                self._wants |= mine & (target_w < base_w - NEAR_W)
            if isinstance(rule, RampLimit):
                reached_w = base_w if total_w == 0.0 else draw_w(total_w)
                self._let_through(i, max(reached_w, floor_w))
            power_w = power_w + self._split(total_w, mine, room)
        return power_w

    def _listed_w(self, i: int, site: SiteDraw, limits: tuple[float, float]) -> float:
        """What a list has them take, as far as they can; arbitrage knows the sun besides."""
        listed_w = float(self.own.listed_w[i])
        if self.sunny and isinstance(self.stated[i], Arbitrage):
            return arbitraged_w(listed_w, self._planned_sun_w(i), site, limits)
        return float(np.clip(listed_w, *limits))

    def _planned_sun_w(self, i: int) -> float:
        """The part of what a list has them take now that the sun was to leave over."""
        plan = self.plans[i]
        step = int(np.searchsorted(plan.time_s, self.world.now_s, side="right")) - 1
        return float(plan.sun_w[step]) if step >= 0 else 0.0

    def _gives(self, i: int, base_w: float) -> bool:
        """Whether a list would have them give at a draw without them."""
        kept = self.sunny and isinstance(self.stated[i], Arbitrage) and base_w <= 0
        return bool(self.own.listed_w[i] < 0) and not kept

    def _floor_w(self, base_w: float, input_w: Array) -> float:
        """What the site draws at least, for arrays are held back at that. Where machines make all
        of its power: what those that give any run on at least, as far as there is sun to hold back.
        """
        if self.on_grid:
            return self.least_w
        sun_w = float(self.world.state.solar.given_w.sum())
        if not sun_w:
            return -np.inf
        gives = input_w[self.utilities] != 0.0
        least_w = self.world.facility.power.least_load_w[self.utilities]
        return min(float(least_w[gives].sum()), base_w + sun_w)

    def _site_w(self, input_w: Array) -> float:
        """What the site's own meters read."""
        return float(self._read_w(input_w[self.utilities] - self._unseen_w).sum())

    def _read_w(self, seen_w: Array) -> Array:
        """(..., utility) what meters read of what is drawn, as far as they see it."""
        told = meters(self.world, self.utilities)
        return seen_w if told is None else seen_w * told.share

    def _stand(self, load_w: Array) -> Array:
        """(utility,) what has come to the load of each feed since its meter stands still.

        load_w  (utility,) what is drawn there without them
        """
        own = self.own
        told = meters(self.world, self.utilities)
        stand = np.zeros(load_w.size, dtype=bool) if told is None else told.stand
        stood_w = np.where(np.isnan(own.stood_w), load_w, own.stood_w)
        own.stood_w = np.where(stand, stood_w, np.nan)
        return np.where(stand, load_w - stood_w, 0.0)

    def _gain(self, draw_w: DrawAt, base_w: float, limits: tuple[float, float]) -> float:
        """W that meters see of each W that a group takes; 1 where they tell the truth, and see
        all of it.
        """
        most_w = limits[0] or limits[1]
        seen = not self.shared and meters(self.world, self.utilities) is None
        if most_w == 0.0 or seen:
            return 1.0
        return (draw_w(most_w) - base_w) / most_w or 1.0

    def _split(self, total_w: float, mine: Mask, room: Room) -> Array:
        """(BESS,) a group's power, by what each may give or take; those that go back to what they
        keep have it to themselves where they can.
        """
        most = np.where(mine, room[1] if total_w > 0 else room[0], 0.0)
        heading = self.heading()
        if heading.any():
            going_back = np.where(heading * total_w > 0, most, 0.0)
            most = going_back if going_back.sum() >= abs(total_w) else most
        whole = most.sum()
        return most * (total_w / whole) if whole > 0 else np.zeros(most.size)

    def _target_w(self, i: int, base_w: float, floor_w: float) -> float | None:
        """What the site is to draw, by rule `i`, at a draw without it; None for a list's power.

        floor_w  what it draws at least, for arrays are held back at that
        """
        rule = self.stated[i]
        if isinstance(rule, PeakShave):
            return shaved_w(rule, base_w)
        if isinstance(rule, Backup):
            return np.inf
        if isinstance(rule, RampLimit):
            return max(self._ramped_w(i, rule, max(base_w, floor_w)), floor_w)
        return None

    def _ramped_w(self, i: int, rule: RampLimit, base_w: float) -> float:
        """Let the draw follow as far as its limit allows, and set them to what they keep where it
        has followed.
        """
        own = self.own
        if np.isnan(own.smooth_w[i]):
            own.smooth_w[i] = base_w
        wanted = base_w + self._return_w(i, rule, base_w)
        span_s = min(self.world.now_s - float(own.moved_s[i]), rule.step)
        most_w = self._rate_w_s(rule) * span_s
        left_w = wanted - float(own.smooth_w[i])
        own.smooth_w[i] += float(np.clip(left_w, -most_w, most_w))
        if abs(left_w) > NEAR_W and span_s > 0:
            own.moved_s[i] = self.world.now_s
        if abs(wanted - own.smooth_w[i]) > NEAR_W and not own.ramping[i]:
            own.ramping[i] = True
            self.world.clock.wait(Stage.POWER, rule.step, "ramp goes on", i)
        return float(own.smooth_w[i])

    def _rate_w_s(self, rule: RampLimit) -> float:
        """W/s at which no 60 s, whenever they begin, see more than a minute's change."""
        limits = self.world.facility.scenario.site.limits
        per_minute = rule.per_minute or (limits.ramp_per_minute if limits else None) or 0.0
        return per_minute / (60.0 + rule.step)

    def _return_w(self, i: int, rule: RampLimit, base_w: float) -> float:
        """AC power with which they go back to what they keep; 0 while a ramp is under way."""
        own = self.own
        mine = self.mine[i]
        back_w = rule.return_power * float(self.rating_w[mine].sum())
        begun = bool(own.returning[i])
        own.returning[i] = 0
        if abs(float(own.smooth_w[i]) - base_w) > back_w + NEAR_W:
            return 0.0
        whole_j = self.bess.energy_j[mine]
        missing = float(
            (rule.keep * whole_j - self.world.state.supply.battery_j[self.bess.node[mine]]).sum()
        )
        if abs(missing) <= (NEAR_KEPT_J * mine.sum() if begun else NEAR_KEPT_FRAC * whole_j.sum()):
            return 0.0
        own.returning[i] = int(np.sign(missing))
        return float(np.sign(missing)) * back_w

    def _let_through(self, i: int, reached_w: float) -> None:
        """Where they could not hold the ramp, the draw is what it is."""
        own = self.own
        if abs(reached_w - float(own.smooth_w[i])) > max(1.0, abs(reached_w)) * 1e-9:
            own.smooth_w[i] = reached_w
            own.moved_s[i] = self.world.now_s

    def _ramp_on(self, i: int) -> None:
        self.own.ramping[i] = False
        self.world.stale = True

    def kept_frac(self) -> Array:
        """(BESS,) share of its energy that each goes back to; 1 where no rule says."""
        return self._of_rule([getattr(rule, "keep", 1.0) for rule in self.stated], 1.0)

    def heading(self) -> Index:
        """(BESS,) which way each goes back to it now; 0 where it does not, or is there. One of a
        group that has been drained by itself goes back by itself.
        """
        if not self.own.returning.any():
            return np.zeros(self.bess.node.size, dtype=np.int64)
        way = self._of_rule(self.own.returning.tolist(), 0).astype(np.int64)
        held_j = self.world.state.supply.battery_j[self.bess.node]
        missing_j = self.kept_frac() * self.bess.energy_j - held_j
        return np.where(way * missing_j > NEAR_KEPT_J, way, 0)

    def _of_rule(self, values: list[float], default: float) -> Array:
        """(BESS,) a value of the rule of each."""
        return np.array([*values, default], dtype=float)[self.bess.rule]

    def wants_to_give(self) -> Mask:
        """(BESS,) whose rule asked them to give at the last look."""
        return self._wants

    def busy(self) -> bool:
        """Whether a ramp limit follows the draw, look by look."""
        return any(isinstance(rule, RampLimit) for rule in self.stated)

    def still(self, input_w: Array, gives_w: Array, takes_w: Array) -> Mask:
        """(look,) whether no rule moves a BESS at inputs (look, power node); all are at rest."""
        load_w = input_w[:, self.utilities]
        seen_w = np.where(np.isnan(self.own.stood_w), load_w, self.own.stood_w)
        site_w = self._read_w(seen_w).sum(axis=1)
        fine = np.ones(len(site_w), dtype=bool)
        for i, (mine, rule) in enumerate(zip(self.mine, self.stated, strict=True)):
            if isinstance(rule, PeakShave):
                fine &= (site_w > rule.limit) == bool(self.own.spent[mine].any())
                fine &= (site_w <= rule.limit) | (gives_w[mine].sum() == 0.0)
                fine &= (site_w >= recharge_below_w(rule)) | (takes_w[mine].sum() == 0.0)
            elif self.sunny and isinstance(rule, Arbitrage):
                fine &= (site_w > max(0.0, self.least_w)) | (takes_w[mine].sum() == 0.0)
                fine &= bool(self.own.listed_w[i] >= 0) or gives_w[mine].sum() == 0.0
        return fine


def least_draw_w(world: World) -> float:
    """What the site may draw at least: less than nothing where power may leave, -inf where all
    may.
    """
    export = world.facility.scenario.site.export
    limit = 0.0 if export is None else export.limit
    return -np.inf if limit is None else -limit
