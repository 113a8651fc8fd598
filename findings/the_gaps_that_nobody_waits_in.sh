#!/usr/bin/env bash
# Question  Four pipeline stages on four GPUs, 16 microbatches, each GPU's layers in one, two or four pieces (interleaved 1F1B). How long does a GPU wait by the order
#           that the library says it runs (`pipeline_order`, a row a GPU with empty places where it has nothing to do)?
# Guess     2 (p - 1) = 6 empty places on the first GPU, a place being a forward or backward pass of a piece, whatever the pieces: so the wait halves with their length.
# Seen      torch 2.13.0: 10, 14 and 22 empty places on the first GPU, and 3, 8 and 16 on the last. Run by what each pass needs (the one before on the stage before, or on the
#           one behind), every GPU waits 6 places in each: empty places are written down beside passes that need not wait for them. By them the bubble of four pieces is
#           22 / 150 of the step, 15 %, where it is 6 / 134, 4.5 %, and more pieces look as if they helped half as much.
#           Microbatches that are no multiple of the stages, which Megatron Core refuses, run too, and 5, 6 or 7 of them wait no longer; 2 on 4 stages do.
# Matters   Pictures of a schedule are drawn from this table, and its empty places are read as idle GPUs when stages and pieces are chosen.
# Here      The bubble of a forecast is (p - 1) / v of a stage's time, which these orders give when they are run: docs/physics/training.md, tests/validation/test_pipeline_orders.py.
source "$(dirname "$0")/run_in.sh"
run_in torch==2.13.0 numpy==2.4.6 expecttest==0.3.0 <<'PYTHON'
import re

import torch
import torch.distributed as dist
from torch.distributed.pipelining import PipelineStage, ScheduleInterleaved1F1B
from torch.testing._internal.distributed.fake_pg import FakeStore

STAGES = 4
dist.init_process_group("fake", store=FakeStore(), rank=0, world_size=STAGES)


def order(pieces, microbatches):
    """Rows of places by GPU: (stage, F or B, microbatch), or None."""
    one = torch.zeros(1, 1)
    mine = [
        PipelineStage(
            torch.nn.Linear(1, 1), index, STAGES * pieces, torch.device("cpu"), input_args=(one,), output_args=(one,)
        )
        for index in range(0, STAGES * pieces, STAGES)
    ]
    table = ScheduleInterleaved1F1B(mine, microbatches, loss_fn=lambda a, b: (a - b).sum()).pipeline_order
    return {gpu: [place and re.fullmatch(r"(\d+)([FB])(\d+)", str(place)).groups() for place in row] for gpu, row in table.items()}


def waits(rows, last):
    """Places in which the first GPU has nothing to do until all is done, each pass as early as what it needs allows."""
    left = {gpu: [(int(s), kind, int(m)) for s, kind, m in filter(None, row)] for gpu, row in rows.items()}
    passes = len(left[0])
    ends, now = {}, dict.fromkeys(left, 0)
    while any(left.values()):
        for gpu, row in left.items():
            while row:
                stage, kind, m = row[0]
                needs = [(stage - 1, "F", m)] if kind == "F" and stage else []
                needs += [(stage, "F", m)] if kind == "B" else []
                needs += [(stage + 1, "B", m)] if kind == "B" and stage < last else []
                if not all(need in ends for need in needs):
                    break
                now[gpu] = ends[row.pop(0)] = max([now[gpu], *(ends[need] for need in needs)]) + 1
    return max(now.values()) - passes


seen = {}
for pieces, microbatches in ((1, 16), (2, 16), (4, 16), (2, 5), (2, 6), (2, 7), (2, 2)):
    rows = order(pieces, microbatches)
    empty = [row.count(None) for row in rows.values()]
    seen[pieces, microbatches] = (empty[0], empty[-1], waits(rows, STAGES * pieces - 1))
    print(f"{pieces} pieces, {microbatches} microbatches: {empty} empty places, {seen[pieces, microbatches][2]} waited")
stated = {
    (1, 16): (10, 3, 6),
    (2, 16): (14, 8, 6),
    (4, 16): (22, 16, 6),
    (2, 5): (14, 8, 6),
    (2, 6): (14, 9, 6),
    (2, 7): (14, 10, 6),
}
raise SystemExit(any(seen[case] != found for case, found in stated.items()) or seen[2, 2][2] <= 6)
PYTHON
