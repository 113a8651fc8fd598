"""Transfers of keys and values, one after another on the lines of each replica."""

from __future__ import annotations

from twin.arrays import Array, Index
from twin.physics.serving.compiled import kernel


@kernel
def hand_over(
    order: Index,
    read_s: Array,
    replica: Index,
    takes_s: Array,
    ahead_s: Array,
    pieces: int,
    begin_s: float,
    free_s: Array,
    handed_s: Array,
) -> None:
    """Enter when the requests of `order` have come over.

    order      (handed over,) requests in the order in which they were read
    read_s     (request,) when a prompt was read
    replica    (request,) where that was
    takes_s    (handed over,) seconds of each transfer alone
    ahead_s    (handed over,) seconds before its prompt was read at which the first piece was
    pieces     that each goes in
    begin_s    no transfer of a prompt read before begins before: the network was away
    free_s     (replica,) when its line is free; written
    handed_s   (request,) written
    """
    for i in range(order.size):
        q = order[i]
        r = replica[q]
        first = read_s[q] - ahead_s[i] if read_s[q] >= begin_s else begin_s
        start = max(first, free_s[r])
        handed_s[q] = max(start + takes_s[i], read_s[q] + takes_s[i] / pieces)
        free_s[r] = handed_s[q]
