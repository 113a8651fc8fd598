"""Shared storage of a hall: what the file system and a node's link let through."""

from __future__ import annotations

from dataclasses import dataclass

from twin.errors import InputError, Problem


@dataclass(frozen=True)
class Storage:
    """Bandwidths of a file system and of one node towards it, all B/s and above 0."""

    read_b_s: float
    write_b_s: float
    node_read_b_s: float
    node_write_b_s: float

    def __post_init__(self) -> None:
        problems = [
            Problem(f"storage.{name}", f"{value:g}", "above 0")
            for name, value in vars(self).items()
            if not value > 0
        ]
        if problems:
            raise InputError(problems)

    def checkpoint_s(self, size_bytes: float, nodes: int, writers_now: int = 1) -> float:
        """Time a job of `nodes` nodes takes to write a checkpoint, s.

        writers_now   jobs writing at this time, this one among them; the file system serves them
        alike. The write is bounded by the nodes' links or by the job's share of the file system.
        """
        return size_bytes / min(nodes * self.node_write_b_s, self.write_b_s / max(writers_now, 1))

    def load_s(self, size_bytes: float, nodes: int, readers_now: int = 1) -> float:
        """Time a job of `nodes` nodes takes to read `size_bytes` in all, s.

        A checkpoint that every data-parallel replica reads counts once a replica.
        """
        return size_bytes / min(nodes * self.node_read_b_s, self.read_b_s / max(readers_now, 1))
