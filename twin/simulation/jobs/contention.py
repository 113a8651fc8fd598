"""Gangs that share links of an oversubscribed fabric slow one another down."""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.facility.fabric import shared_links
from twin.physics.network import GangTraffic, gang_shares
from twin.physics.training import WHOLE
from twin.simulation.jobs.learning import Learning
from twin.simulation.kernel.world import World


class Contention:
    """Part of the job discipline, whose block it writes."""

    def __init__(self, world: World, learning: Learning) -> None:
        self.own = world.state.jobs
        self.learning = learning
        self.links = shared_links(world.facility.fabric)
        self._hands = -1
        if self.links is not None and not self.own.link_share.size:
            self.own.link_share = np.ones((self.own.work_s.size, len(WHOLE)))

    def set(self, running: Index) -> None:
        """Enter what every running gang has of the links beside the others; asked again before
        nodes change hands it does nothing.
        """
        if self.links is None or self._hands == self.own.hands:
            return
        self._hands = self.own.hands
        self.own.link_share[running] = 1.0
        known = [(j, gang) for j in running.tolist() if (gang := self._traffic(j)) is not None]
        shares = gang_shares(self.links.capacity, [gang for _, gang in known])
        for (j, _), share in zip(known, shares, strict=True):
            self.own.link_share[j] = share

    def _traffic(self, j: int) -> GangTraffic | None:
        """Of a job whose nodes stand in several places; None of another."""
        assert self.links is not None
        if not self.learning.has_steps[j]:
            return None
        place = self.links.place_of_node[self.own.held[j]]
        if (place == place[0]).all():
            return None
        senders = self.learning.senders(j, place, self.links.capacity.size)
        return GangTraffic(senders, self.learning.sending(j).busy_frac)
