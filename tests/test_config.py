import dataclasses
import json
import re

import pytest

from solutions.config import (
    DataConfig,
    FreezeStrategy,
    ModelConfig,
    OptimizerConfig,
    Pooling,
    Split,
    TrainingConfig,
    milestones,
)


def test_training_config_defaults_to_the_originals_hyperparameters():
    config = TrainingConfig()
    assert (config.dim, config.batch_size, config.learning_rate, config.epochs) == (512, 32, 1e-5, 6)
    assert (config.dataset_size, config.alpha, config.beta, config.weight_decay) == (1000, 0.6, 0.8, 1e-5)
    assert (config.dropout, config.freeze, config.pooling) == (0.5, FreezeStrategy.BACKBONE, "mean")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0, but must be from 1 to 1000000"),
        ({"alpha": -0.1}, "alpha is -0.1, but must be at least 0"),
        ({"alpha": 10**400}, "but must be a finite number"),
        ({"alpha": float("inf")}, "alpha is inf, but must be a finite number"),
        ({"learning_rate": float("nan")}, "learning_rate is nan, but must be"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, but must be greater than 0"),
        ({"dropout": 1.0}, "dropout is 1.0, but must be at least 0 and less than 1"),
        ({"test_fraction": 1.0}, "test_fraction is 1.0, but must be between 0 and 1"),
        ({"freeze": "tail"}, "freeze is 'tail', but must be one of nothing, backbone, head-a, head-b, everything"),
        ({"backbone": None}, "backbone is None, but must be text"),
        ({"unfreeze": ((1, 2.5),)}, r"unfreeze is \(\(1, 2.5\),\), but must look like 3:1,5:2"),
        ({"unfreeze": "top"}, "unfreeze is 'top', but must look like 3:1,5:2"),
        ({"dim": 8.0}, "dim is 8.0, but must be a whole number"),
        ({"epochs": True}, "epochs is True, but must be a whole number"),
        ({"cache_features": 1}, "cache_features is 1, but must be true or false"),
        ({"alpha": "1"}, "alpha is '1', but must be a finite number"),
        ({"layer_decay": 1.5}, "layer_decay is 1.5, but must be greater than 0 and at most 1"),
        ({"seed": 2**32}, "seed is 4294967296, but must be from 0"),
        ({"dataset_size": 10}, "dataset_size is 10, but must be a positive multiple of 4"),
        ({"dim": 1}, "dim is 1, but must be from 2 to 65536"),
        ({"unfreeze": ((7, 1),)}, "unfreeze is .* different epochs from 1 to 6"),
        ({"unfreeze": ((2, 1), (2, 2))}, "unfreeze is .* different epochs"),
        ({"unfreeze": ((1, 1),), "freeze": FreezeStrategy.NOTHING}, "unfreeze is .* freeze is 'nothing'"),
        ({"threshold": 1.0}, "threshold is 1.0, but must be 0.5 unless data is 'reviews', and data is ''"),
        ({"disjoint_words": True}, "disjoint_words is True, .* split is 'random'"),
        (
            {"data": "my.csv", "split": "leak-free"},
            "split is 'leak-free', but must be 'random' with sentences that have no templates",
        ),
    ],
)
def test_training_config_names_the_field_its_value_and_what_is_allowed(values, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**values)


def test_training_config_takes_choices_as_plain_text():
    assert TrainingConfig(freeze="head-a").freeze is FreezeStrategy.HEAD_A


def test_training_config_survives_json():
    config = TrainingConfig(split=Split.LEAK_FREE, disjoint_words=True, unfreeze=((2, 1), (3, 2)))
    assert TrainingConfig.from_dict(json.loads(json.dumps(dataclasses.asdict(config)))) == config


def test_training_config_refuses_unknown_fields():
    with pytest.raises(ValueError, match="unknown configuration field: gamma"):
        TrainingConfig.from_dict({"gamma": 1})


def test_training_config_is_a_model_a_data_and_an_optimizer_configuration():
    config, parts = TrainingConfig(), (ModelConfig(), DataConfig(), OptimizerConfig())
    assert all(isinstance(config, type(part)) for part in parts)
    for part in parts:
        assert all(getattr(config, name) == value for name, value in dataclasses.asdict(part).items())
    assert set(dataclasses.asdict(config)) == {name for part in parts for name in dataclasses.asdict(part)}


@pytest.mark.parametrize(
    ("part", "values"), [(ModelConfig, {"dim": 1}), (DataConfig, {"dataset_size": 2}), (OptimizerConfig, {"epochs": 0})]
)
def test_each_part_of_a_configuration_validates_itself(part, values):
    with pytest.raises(ValueError, match=f"{next(iter(values))} is {next(iter(values.values()))}, but must be "):
        part(**values)


@pytest.mark.parametrize("choice", [FreezeStrategy, Pooling, Split])
def test_choices_are_refused_by_name_and_value(choice):
    with pytest.raises(ValueError, match=f"{choice.__name__} is 'head-x', but must be one of {next(iter(choice))}, "):
        choice("head-x")


def test_milestones_reads_pairs():
    assert milestones("3:1,5:2") == milestones([[3, 1], [5, 2]]) == ((3, 1), (5, 2))
    assert milestones("") == ()


@pytest.mark.parametrize("given", ["top", "3", "3:1:2", "a:1", "3:1;5:2", 3, [3], [[3, 1.5]]])
def test_milestones_shows_the_form(given):
    with pytest.raises(ValueError, match=re.escape(f"unfreeze is {given!r}, but must look like 3:1,5:2")):
        milestones(given)
