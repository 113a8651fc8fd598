"""What many runs say together: intervals, paired differences, ratios, stopping, sizes of trials.

Pure functions: arrays in, numbers out. Not one of them takes a failed or non-finite case.
"""

from __future__ import annotations

from twin.analysis.statistics.guard import refuse_unusable
from twin.analysis.statistics.intervals import ConfidenceInterval, batch_means, mean_interval
from twin.analysis.statistics.paired import PairedDifference, paired_difference
from twin.analysis.statistics.quantiles import quantile_difference, quantile_interval
from twin.analysis.statistics.ratios import RatioEstimate, ratio_difference, ratio_of_means
from twin.analysis.statistics.sequential import LookResult, StoppingPlan, planned_looks
from twin.analysis.statistics.sizes import TrialSize, detectable_difference, needed_pairs, power_of
from twin.analysis.statistics.tornado import TornadoBar, tornado
from twin.analysis.statistics.warm_up import warm_up_length

__all__ = [
    "ConfidenceInterval",
    "LookResult",
    "PairedDifference",
    "RatioEstimate",
    "StoppingPlan",
    "TornadoBar",
    "TrialSize",
    "batch_means",
    "detectable_difference",
    "mean_interval",
    "needed_pairs",
    "paired_difference",
    "planned_looks",
    "power_of",
    "quantile_difference",
    "quantile_interval",
    "ratio_difference",
    "ratio_of_means",
    "refuse_unusable",
    "tornado",
    "warm_up_length",
]
