"""What a model does on a GPU, from its kernels, with no building around it."""

from __future__ import annotations

from twin.analysis.prediction.answer import InferencePrediction
from twin.analysis.prediction.ask import InferenceQuestion
from twin.analysis.prediction.serving import predict_inference

__all__ = ["InferencePrediction", "InferenceQuestion", "predict_inference"]
