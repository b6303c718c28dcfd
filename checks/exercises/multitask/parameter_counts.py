"""Checks of exercise 2.3, `parameter_counts`."""

from typing import Any

import torch

from ...exercise import exercise
from ..models import changed_modes, mode_of_each, tiny_bert, tiny_distilbert, tiny_model

parameter_counts = exercise("2.3")


@parameter_counts.check("counts the shared parameters and each head's own")
def counts(course: Any, rng: torch.Generator) -> Any:
    return course.multitask.parameter_counts(tiny_model(course, rng))


@parameter_counts.check("counts models of other sizes, with other backbones and other numbers of classes")
def other_sizes(course: Any, rng: torch.Generator) -> Any:
    models = {
        "BERT": tiny_model(course, rng, tiny_bert(rng, layers=1), taskA_classes=2, taskB_classes=7, pooling="max"),
        "DistilBERT": tiny_model(course, rng, tiny_distilbert(rng, hidden=8), dim=9, taskA_classes=1, taskB_classes=1),
    }
    return {name: course.multitask.parameter_counts(model) for name, model in models.items()}


@parameter_counts.check("counts every parameter once, so that the three numbers add up to the model's")
def total(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    return sum(course.multitask.parameter_counts(model)) - sum(weight.numel() for weight in model.parameters())


@parameter_counts.check("counts frozen parameters like all others")
def frozen(course: Any, rng: torch.Generator) -> Any:
    seen = {}
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        course.freezing.apply_strategy(model, strategy)
        seen[f"{strategy.value} frozen"] = course.multitask.parameter_counts(model)
    return seen


@parameter_counts.check("counts numbers, whatever their type, and only those that can be learned")
def half_precision(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).half()
    model.register_buffer("sentences_seen", torch.zeros(7))
    model.taskA_classifier.register_buffer("sentences_seen", torch.zeros(5))
    return course.multitask.parameter_counts(model)


@parameter_counts.check("leaves the model as it was")
def model_stays(course: Any, rng: torch.Generator) -> Any:
    seen = {}
    for training in (False, True):
        model = tiny_model(course, rng).train(training)
        model.layer_norm.requires_grad_(False)
        modes = mode_of_each(model)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        course.multitask.parameter_counts(model)
        same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        learned = [name for name, weight in model.named_parameters() if weight.requires_grad]
        changed = changed_modes(model, modes)
        case = f"in {'train' if training else 'eval'} mode"
        seen[case] = {"same weights": same, "weights that learn": learned, "parts in another mode": changed}
    return seen
