from __future__ import annotations

import pytest

from twin import InputError, catalogue
from twin.catalogue.names import meant, named
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Llama-3.3-70B", "Llama-3.3-70B"),
        ("llama-3.3-70b", "Llama-3.3-70B"),
        ("llama3.3-70b", "Llama-3.3-70B"),
        ("meta-llama/Llama-3.3-70B-Instruct", "Llama-3.3-70B"),
        ("meta-llama/Meta-Llama-3.1-8B", "Llama-3.1-8B"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "Llama-4-Scout"),
        ("mixtral 8x7b", "Mixtral-8x7B"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("google/gemma-3-27b-it", "Gemma-3-27B"),
    ],
)
def test_models_are_known_as_people_write_them(said: str, means: str) -> None:
    assert named(catalogue.shipped(), Model, said).name == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("h100", "H100-SXM5-80GB"),
        ("H100-SXM", "H100-SXM5-80GB"),
        ("h100 pcie", "H100-PCIe-80GB"),
        ("GB200", "GB200-NVL72-GPU"),
        ("mi300x", "MI300X"),
    ],
)
def test_gpus_are_known_by_their_beginning(said: str, means: str) -> None:
    assert named(catalogue.shipped(), Gpu, said).name == means


@pytest.mark.parametrize("said", ["H10", "Qwen3", "", "-", "meta-llama/"])
def test_a_number_cut_short_or_half_a_model_means_nothing(said: str) -> None:
    kind = Gpu if said == "H10" else Model
    with pytest.raises(InputError, match="allowed: a row of"):
        named(catalogue.shipped(), kind, said, "--model")


def test_the_nearest_spelling_is_told() -> None:
    with pytest.raises(InputError, match=r"did you mean 'Llama-3\.3-70B'"):
        named(catalogue.shipped(), Model, "Llama-3.3-72B")


def test_an_own_row_is_meant_before_any_other() -> None:
    assert meant("h100", ["H100-SXM5-80GB", "h100"], by_beginning=True) == "h100"


def test_a_sparse_row_becomes_a_sparse_shape() -> None:
    maverick = shape_of(catalogue.get(Model, "Llama-4-Maverick"))
    assert maverick.sparse_layers == 24
    assert maverick.window_tokens == 8192
