"""`parts`: what the model is made of, and what trains."""

import io

import pytest
from rich.console import Console

from solutions.app.parts import show_parts
from solutions.config import ModelConfig, OptimizerConfig
from solutions.freezing import layer_groups
from solutions.trainer import build_model


def said(bert, **plan):
    console = Console(file=io.StringIO(), width=200)
    show_parts(ModelConfig(backbone=bert, max_length=64, dim=16), OptimizerConfig(**plan), console)
    return console.file.getvalue()


@pytest.fixture
def plain(bert):
    return build_model(ModelConfig(backbone=bert, max_length=64, dim=16))


def test_parts_counts_every_part_and_what_a_head_adds(bert, plain):
    text = said(bert, freeze="nothing")
    for part in plain.children():
        assert f"{sum(parameter.numel() for parameter in part.parameters()):,}" in text
    head = sum(parameter.numel() for parameter in plain.taskA_classifier.parameters())
    assert f"head A adds {head:,} of its own" in text
    assert "16 numbers for a sentence" in text
    assert "frozen" not in text


def test_parts_follows_a_freezing_and_an_unfreezing(bert, plain):
    text = said(bert, freeze="backbone", unfreeze="3:1,5:2")
    assert text.count("no (frozen)") == 1
    sizes = [sum(parameter.numel() for parameter in group.parameters()) for group in layer_groups(plain.transformer)]
    assert f"From epoch 3 on, {sizes[-1]:,} of" in text
    assert f"From epoch 5 on, {sum(sizes[-2:]):,} of" in text
    assert f"the top 2 of its {len(sizes)} layer groups" in text


def test_parts_refuses_more_layers_than_there_are(bert):
    with pytest.raises(ValueError, match="9 layer groups"):
        said(bert, freeze="backbone", unfreeze="1:9")
