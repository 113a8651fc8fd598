"""Claim: microbenchmarks of a CPU core predict a transformer that they have never seen.

Five steps (prefill, decode, training) of a small net are predicted from samples that hold none of
its widths or token counts. Seen on a shared, busy two-core machine: mean 4.6 to 9.8 %, single
steps -30 % to +15.3 %; asserted 35 % for each, for neighbours on a shared core move both sides.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.calibration import fit, measure

pytest.importorskip("torch")


TRIES = 2
"""A neighbour that comes between samples and check moves one side alone: both are then measured
again."""


def missed() -> dict[str, float]:
    """Error of each unseen step, after a calibration that told of its progress to the end."""
    told: list[float] = []
    profile = fit(measure("cpu", quick=True, progress=lambda done, what: told.append(done)))
    assert told[-1] == 1.0
    errors = {check.kind: check.error_frac for check in profile.validation}
    assert len(errors) == 5
    return errors


@pytest.mark.torch
def test_quick_calibration_predicts_an_unseen_net() -> None:
    found = []
    for _ in range(TRIES):
        found.append(missed())
        most = np.abs(list(found[-1].values()))
        if most.max() <= 0.35 and np.median(most) <= 0.25:
            return
    raise AssertionError(found)
