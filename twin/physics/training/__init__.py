"""Training: time and memory of one step on tensor x pipeline x context x data parallel GPUs.

`step` sums the kernels that one rank issues and the traffic it waits for; `memory_bytes` says what
the fullest GPU holds; `checkpoints` has the intervals of Young and Daly.
"""

from twin.physics.training.checkpoints import daly_interval_s, effective_time_frac, young_interval_s
from twin.physics.training.kernel_times import RooflineTimes, StepKernels
from twin.physics.training.layout import RECOMPUTE, Layout, layout_problems
from twin.physics.training.memory import (
    CHECKPOINT_BYTES_PER_PARAMETER,
    OPTIMIZER_BYTES_PER_PARAMETER,
    STATE_BYTES_PER_PARAMETER,
    checkpoint_bytes,
    memory_bytes,
    state_bytes,
    stored_activation_bytes,
)
from twin.physics.training.power import TRAINING_DRAW, Draw, Sustained
from twin.physics.training.sending import WHOLE, FabricShare, Sending, senders
from twin.physics.training.sending_times import sending
from twin.physics.training.software import (
    MEGATRON,
    MEGATRON_2022,
    PLAIN,
    SOFTWARE,
    TrainingSoftware,
)
from twin.physics.training.step import Step, step
from twin.physics.training.step_law import WAITED_FOR, StepLaw, straggler_factor
from twin.physics.training.traffic import TrainingLinks

__all__ = [
    "CHECKPOINT_BYTES_PER_PARAMETER",
    "MEGATRON",
    "MEGATRON_2022",
    "OPTIMIZER_BYTES_PER_PARAMETER",
    "PLAIN",
    "RECOMPUTE",
    "SOFTWARE",
    "STATE_BYTES_PER_PARAMETER",
    "TRAINING_DRAW",
    "WAITED_FOR",
    "WHOLE",
    "Draw",
    "FabricShare",
    "Layout",
    "RooflineTimes",
    "Sending",
    "Step",
    "StepKernels",
    "StepLaw",
    "Sustained",
    "TrainingLinks",
    "TrainingSoftware",
    "checkpoint_bytes",
    "daly_interval_s",
    "effective_time_frac",
    "layout_problems",
    "memory_bytes",
    "senders",
    "sending",
    "state_bytes",
    "step",
    "stored_activation_bytes",
    "straggler_factor",
    "young_interval_s",
]
