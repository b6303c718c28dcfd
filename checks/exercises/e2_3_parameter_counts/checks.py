"""Checks of exercise 2.3, `parameter_counts`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..models import changed_modes, mode_of_each, tiny_bert, tiny_distilbert, tiny_model

suite = Suite()


@suite.check("counts the shared parameters and each head's own")
def counts(code: Code, rng: torch.Generator) -> Any:
    return code.multitask.parameter_counts(tiny_model(code, rng))


@suite.check("counts models of other sizes, with other backbones and other numbers of classes")
def other_sizes(code: Code, rng: torch.Generator) -> Any:
    models = {
        "BERT": tiny_model(code, rng, tiny_bert(rng, layers=1), taskA_classes=2, taskB_classes=7, pooling="max"),
        "DistilBERT": tiny_model(code, rng, tiny_distilbert(rng, hidden=8), dim=9, taskA_classes=1, taskB_classes=1),
    }
    return {name: code.multitask.parameter_counts(model) for name, model in models.items()}


@suite.check("counts every parameter once, so that the three numbers add up to the model's")
def total(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    return sum(code.multitask.parameter_counts(model)) - sum(weight.numel() for weight in model.parameters())


@suite.check("counts frozen parameters like all others")
def frozen(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for strategy in code.config.FreezeStrategy:
        model = tiny_model(code, rng)
        code.freezing.apply_strategy(model, strategy)
        seen[f"{strategy.value} frozen"] = code.multitask.parameter_counts(model)
    return seen


@suite.check("counts numbers, whatever their type, and only those that can be learned")
def half_precision(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng).half()
    model.register_buffer("sentences_seen", torch.zeros(7))
    model.taskA_classifier.register_buffer("sentences_seen", torch.zeros(5))
    return code.multitask.parameter_counts(model)


@suite.check("leaves the model as it was")
def model_stays(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for training in (False, True):
        model = tiny_model(code, rng).train(training)
        model.layer_norm.requires_grad_(False)
        modes = mode_of_each(model)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        code.multitask.parameter_counts(model)
        same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        learned = [name for name, weight in model.named_parameters() if weight.requires_grad]
        changed = changed_modes(model, modes)
        case = f"in {'train' if training else 'eval'} mode"
        seen[case] = {"same weights": same, "weights that learn": learned, "parts in another mode": changed}
    return seen
