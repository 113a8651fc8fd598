#!/usr/bin/env bash
# Question  A training job makes 40 % of the dense bf16 peak of its board's data sheet, on each of nine boards. What utilisation (MFU) is said?
# Guess     0.40 on all of them, within a few per cent.
# Seen      lightning-fabric 2.6.6: 0.40 on A100, H100 SXM and PCIe. 0.17 on H100 NVL, whose table has 1,979 TFLOP/s, those of a pair with sparsity halved (835 are a
#           board's). 1.20 on L40S, as a name with "l4" in it is an L4 (121 for 362). 1.60 on A40 and RTX A6000, whose bf16 are those without tensor cores (37 for
#           150), 0.80 on RTX 4090, and 0.22 on A10G (125 for 70). H200, GH200 and B200 have none, with a warning.
# Matters   Boards are chosen and jobs tuned by this share. The same work on H100 NVL looks 2.4 times as bad as on SXM, on L40S three times as good; 1.20
#           is seen to be wrong, 0.60 of a board that idles half of the time is not.
# Here      MFU of a forecast is over the dense peak of the catalogue's data sheet: docs/physics/training.md, tests/laws/test_catalogue_laws.py.
source "$(dirname "$0")/run_in.sh"
run_in lightning-fabric==2.6.6 torch==2.14.1 numpy==2.4.6 <<'PYTHON'
from unittest.mock import patch

import torch
from lightning_fabric.utilities.throughput import Throughput, get_available_flops

DENSE_TFLOPS = {  # bf16 with tensor cores, of the makers' data sheets
    "NVIDIA A100-SXM4-80GB": 312.0,
    "NVIDIA H100 80GB HBM3": 989.0,
    "NVIDIA H100 PCIe": 756.0,
    "NVIDIA H100 NVL": 835.0,
    "NVIDIA L40S": 362.0,
    "NVIDIA A40": 149.7,
    "NVIDIA RTX A6000": 154.8,
    "NVIDIA GeForce RTX 4090": 165.2,
    "NVIDIA A10G": 70.0,
}


def said(name, made_tflops):
    with patch("torch.cuda.get_device_name", lambda device: name):
        peak = get_available_flops(torch.device("cuda"), torch.bfloat16)
    meter = Throughput(available_flops=peak, world_size=1, window_size=2)
    for second in range(3):
        meter.update(time=float(second), batches=second, samples=second, flops=int(made_tflops * 1e12))
    return round(meter.compute()["device/mfu"], 2)


seen = {name.removeprefix("NVIDIA "): said(name, 0.4 * peak) for name, peak in DENSE_TFLOPS.items()}
print(seen)
stated = {
    "A100-SXM4-80GB": 0.4,
    "H100 80GB HBM3": 0.4,
    "H100 PCIe": 0.4,
    "H100 NVL": 0.17,
    "L40S": 1.2,
    "A40": 1.6,
    "RTX A6000": 1.6,
    "GeForce RTX 4090": 0.8,
    "A10G": 0.22,
}
raise SystemExit(seen != stated)
PYTHON
