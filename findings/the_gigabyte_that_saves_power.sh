#!/usr/bin/env bash
# Question  Servers have 255 and 256 GB of memory, and so on up to 4 TB. How much power does their memory draw, by the tracker that writes the energy of
#           training runs into papers?
# Guess     More memory, more power, at 3 to 5 W for each module.
# Seen      codecarbon 3.3.2: 70 W at 255 GB and 38 W at 256, 70 at 511 and 38 at 512, 70 at 1,023 and 38 at 1,024, which is what 128 GB
#           draw too. Modules are counted as the largest that go eight times into the memory: 255 GB are 16 of 16, 256 are
#           eight of 32. How much of it is used does not matter. A machine that is sold with 256 GB tells its system of a little less,
#           and counts at 70.
# Matters   Power of memory halves at each power of two, whichever kernel reserves the few megabytes; two equal clusters differ by 80 %
#           in it. Of a server with eight GPUs it is a per cent, of a CPU node a fifth.
# Here      twin takes a server's load from its row, with its source, and none from the size of its memory: tests/contracts/test_bring_your_own.py.
source "$(dirname "$0")/run_in.sh"
run_in codecarbon==3.3.2 psutil==7.2.2 <<'PYTHON'
from types import SimpleNamespace

import psutil
from codecarbon.external import ram

GB = 1024**3


def watts(gigabytes):
    """Power that the tracker books for the memory of a server of that size."""
    psutil.virtual_memory = lambda: SimpleNamespace(total=gigabytes * GB, used=0)
    memory = ram.RAM(tracking_mode="machine")
    memory.is_arm_cpu = False
    return memory.total_power().W


seen = {size: watts(size) for size in (64, 128, 255, 256, 511, 512, 1023, 1024, 2048, 4096)}
print({size: round(power, 2) for size, power in seen.items()})
stated = {64: 20, 128: 38, 255: 70, 256: 38, 511: 70, 512: 38, 1023: 70, 1024: 38, 2048: 70, 4096: 126}
raise SystemExit(any(abs(seen[size] - power) > 1e-6 for size, power in stated.items()))
PYTHON
