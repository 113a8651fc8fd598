"""How many nodes of a gang send out of the place in which they stand, by what they do together.

Ranks go through the nodes of a gang in order, so that what a group of ranks does together is done
by nodes that follow one another (Megatron Core's order: tensor, context, data, pipeline).
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index


def ring_senders(place: Index, places: int, block: int, stride: int) -> Array:
    """(place,) Nodes whose next one round a ring stands elsewhere.

    place    (node,) where each stands, in the order of ranks
    block    nodes among which each ring goes round; the last block may have fewer
    stride   nodes from one member of a ring to the next
    """
    node = np.arange(place.size)
    first = node // block * block
    length = np.minimum(block, place.size - first)
    following = first + (node - first + stride) % length
    leaves = place != place[following]
    return np.bincount(place[leaves], minlength=places).astype(float)


def exchange_senders(place: Index, places: int, block: int, joined: int) -> Array:
    """(place,) Nodes by the part of what each sends over the fabric that goes elsewhere, where all
    of a block send to all.

    block    nodes that exchange
    joined   nodes that scale-up links join: nothing goes over the fabric among these
    """
    group = np.arange(place.size) // block
    size = np.bincount(group)[group]
    pair = group * places + place
    here = np.bincount(pair)[pair]
    outside = np.minimum((size - here) / np.maximum(size - joined, 1), 1.0)
    return np.asarray(np.bincount(place, outside, minlength=places), dtype=float)
