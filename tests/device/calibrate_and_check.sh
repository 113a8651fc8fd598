#!/usr/bin/env bash
# Calibrates one GPU, predicts steps of a net whose shapes were not sampled, and writes what it saw.
#
#   tests/device/calibrate_and_check.sh FOLDER [--quick] [--caps 0.8,0.6]
#
# Needs bash, Python 3.11, torch and numpy; pynvml for power. Under 8 minutes on one H100 or H200. A run that was
# killed goes on where it stood. Caps change the board's power limit and put it back; they are tried only when asked.
#
# FOLDER/measured.json   every sample, host times, power, unseen steps as measured
# FOLDER/profile.json    the fits, and each unseen step as predicted beside it (where twin is installed; else make it
#                        elsewhere with `twin calibrate profile FOLDER/measured.json --out PROFILE.json`)
# FOLDER/checks.txt      error of each unseen step
set -euo pipefail
folder=${1:?usage: calibrate_and_check.sh FOLDER [--quick] [--caps 0.8,0.6]}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}"
python=${PYTHON:-python3}
mkdir -p "$folder"
start=$SECONDS
device=${TWIN_DEVICE:-cuda}
timeout "${TWIN_LIMIT_S:-460}" "$python" -m twin.calibration "$folder" --device "$device" "$@" \
    2> >(tee "$folder/progress.txt" >&2)
if "$python" -c 'import pydantic, scipy' 2>/dev/null; then
    "$python" "$here/tests/device/check.py" "$folder" | tee "$folder/checks.txt"
else
    echo "no pydantic or scipy here: make the profile elsewhere with twin calibrate profile" | tee "$folder/checks.txt"
fi
echo "took $((SECONDS - start)) s" | tee -a "$folder/checks.txt"
