"""Makes the profile of a folder that `python -m twin.calibration` filled, and prints its errors."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from twin.calibration.fitting import fit
from twin.calibration.profile_files import load_profile, save_profile


def main(folder: Path) -> int:
    """Write `profile.json`; print each unseen step, and the errors of the fits."""
    raw = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
    save_profile(fit(raw), folder / "profile.json")
    profile = load_profile(folder / "profile.json")
    say = sys.stdout.write
    say(
        f"{profile.device.name}: {len(profile.samples)} samples, marks: {profile.marks or 'none'}\n"
    )
    for one in profile.fits:
        median = 100 * one.loo_median_frac
        say(f"fit {one.op} {one.dtype}: left out, median {median:.1f} %\n")
    errors = [check.error_frac for check in profile.validation]
    for check in profile.validation:
        say(f"step {check.kind}: predicted {check.predicted_s:.4g} s, ")
        say(f"measured {check.measured_s:.4g} s, {100 * check.error_frac:+.1f} %\n")
    say(f"unseen steps: mean error {100 * float(np.mean(np.abs(errors))):.1f} %\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
