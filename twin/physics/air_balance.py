"""Air between the equipment of a hall: who draws whose air, so that no air is made or lost.

Racks and air handlers draw air in at inlets and give it off at outlets. Of every inlet a first
guess says how its air is made up; the balance is the nearest flow to it (in relative entropy) in
which every inlet draws, and every outlet gives, exactly what its fans move:

    flow_ik = guess_ik exp(a_i + b_k),   sum_k flow_ik = inlet_i,   sum_i flow_ik = outlet_k

So air that handlers do not supply is drawn from what racks exhaust, and air that racks do not take
goes back to the handlers, wherever that is nearest by the guess.

Source: maximum-entropy (gravity) distribution, Wilson 1967, Transportation Research 1, 253; the
scaling exists for positive guesses (Sinkhorn and Knopp 1967, Pacific J. Math. 21, 343).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SWEEPS = 20
"""Alternate scalings before Newton's method, which then starts near enough."""
STEPS = 60
STILL_FRAC = 1e-13
"""A balance is met where no inlet or outlet is off by more of the whole flow."""
BACK_LEAST_FRAC = 1e-3
"""No aisle is so tight that less exhaust comes back."""
LONGEST = 4.0
"""A step of Newton's method changes no flow by more than this power of e."""


def balanced(guess: Array, inlet: Array, outlet: Array) -> Array:
    """(inlet, outlet) flows with the sums `inlet` and `outlet`, nearest to a guess.

    guess    (inlet, outlet)   any unit, > 0 where both flows are
    inlet    (inlet,)          >= 0, what each draws
    outlet   (outlet,)         >= 0, what each gives; the same total (ValueError otherwise)
    """
    total = float(inlet.sum())
    if abs(total - float(outlet.sum())) > 1e-9 * max(total, 1e-300):
        raise ValueError(f"inlets draw {total:g} and outlets give {outlet.sum():g}")
    flows = np.zeros(np.shape(guess))
    draws = inlet > 0
    gives = outlet > 0
    if draws.any():
        inner = np.ix_(draws, gives)
        flows[inner] = _scaled(np.asarray(guess)[inner], inlet[draws], outlet[gives])
    return flows


def _scaled(guess: Array, inlet: Array, outlet: Array) -> Array:
    """The same where everything flows."""
    flows = guess
    for _ in range(SWEEPS):
        flows = flows * (outlet / flows.sum(axis=0))
        flows = flows * (inlet / flows.sum(axis=1))[:, None]
    still = STILL_FRAC * inlet.sum()
    for _ in range(STEPS):
        missing = np.concatenate([inlet - flows.sum(axis=1), outlet - flows.sum(axis=0)])
        if np.abs(missing).max() <= still:
            break
        flows = flows * np.exp(_step(flows, missing))
    return flows


def _step(flows: Array, missing: Array) -> Array:
    """(inlet, outlet) exponent of Newton's method on the sums, the least of those that serve: one
    scaling is free, and one more where parts of the hall exchange next to nothing.
    """
    inlets = len(flows)
    slope = np.diag(np.concatenate([flows.sum(axis=1), flows.sum(axis=0)]))
    slope[:inlets, inlets:] = flows
    slope[inlets:, :inlets] = flows.T
    scale = np.linalg.lstsq(slope, missing)[0]
    exponent = scale[:inlets, None] + scale[None, inlets:]
    return np.asarray(exponent * min(1.0, LONGEST / max(np.abs(exponent).max(), 1e-300)))


def first_guess(
    rack: Array, handler: Array, back_frac: Array, handler_near: Array, exhaust_near: Array
) -> Array:
    """(inlet, outlet) flows where handlers give what racks want: racks first, then handlers.

    rack, handler   (rack,), (handler,)   flows
    back_frac       (rack,)               share of exhaust in what each draws in, 0 to 1
    handler_near    (rack, handler)       weight of each handler to each rack, > 0
    exhaust_near    (rack, rack)          weight of each exhaust to each inlet, > 0
    A rack draws from handlers, and gives back to them, by weight and flow; as much as racks draw
    in of exhaust, handlers draw in again of what they supply.
    """
    back = np.clip(back_frac, BACK_LEAST_FRAC, 1.0 - BACK_LEAST_FRAC)
    forth = _shares(handler_near * handler) * (rack * (1.0 - back))[:, None]
    around = _shares(exhaust_near * rack) * (rack * back)[:, None]
    total = float(handler.sum())
    passes_by = max(float(rack @ back), BACK_LEAST_FRAC * total)
    again = np.outer(handler, handler) * (passes_by / total**2 if total else 0.0)
    return np.block([[around, forth], [forth.T, again]])


def _shares(weight: Array) -> Array:
    """Rows over their sums."""
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0))
