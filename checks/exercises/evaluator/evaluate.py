"""Checks of exercise 4.11, `evaluate`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from ..models import SENTENCES, tiny_model, tiny_tokens
from .common import simplified

evaluate = exercise("4.11")


def _batches(course: Any, sizes: tuple[int, ...] = (4, 4, 2)) -> Iterator[Any]:
    """Cut the sentences into batches, labelled with three classes for task A and two for task B."""
    labels_a, labels_b = torch.tensor([2, 0, 1, 0, 0, 2, 1, 0, 1, 0]), torch.tensor([0, 1, 1, 0, 1, 1, 1, 0, 1, 1])
    start = 0
    for size in sizes:
        end = start + size
        yield course.dataset.Batch(tiny_tokens(SENTENCES[start:end]), labels_a[start:end], labels_b[start:end])
        start = end


def _measured(course: Any, model: Any, batches: Any) -> Any:
    """Evaluate a model, and simplify the curves of both tasks."""
    metrics = course.evaluator.evaluate(model, batches)
    if not isinstance(metrics, dict):
        return metrics
    return {name: simplified(value) for name, value in metrics.items()}


@evaluate.check("measures all sentences of all batches together")
def together(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng), list(_batches(course)))


@evaluate.check("gives the accuracies of both tasks and their mean as `overall`")
def overall(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.evaluate(tiny_model(course, rng), list(_batches(course)))["overall"]


@evaluate.check("measures tasks with other numbers of classes, and a task whose labels are all the same")
def other_classes(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng, taskA_classes=2, taskB_classes=4)
    batches = [batch._replace(taskA_labels=batch.taskA_labels * 0) for batch in _batches(course)]
    return _measured(course, model, batches)


@evaluate.check("reads the batches once, so that a generator will do")
def generator(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng), _batches(course))


@evaluate.check("measures a single sentence")
def single_sentence(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng), list(_batches(course, (1,))))


@evaluate.check("gives the model whatever inputs a batch has, such as features computed earlier")
def cached_features(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    with torch.no_grad():
        batches = [batch._replace(inputs={"features": model.features(**batch.inputs)}) for batch in _batches(course)]
    return _measured(course, model, batches)


@evaluate.check("switches dropout off")
def dropout_off(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng).train(), list(_batches(course)))


@evaluate.check("runs the model in eval mode and without recording gradients")
def inference_only(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).train()
    seen = set()

    def look(module: torch.nn.Module, inputs: Any) -> None:
        seen.add(("training", any(part.training for part in model.modules())))
        seen.add(("gradients", torch.is_grad_enabled()))

    model.taskA_classifier.register_forward_pre_hook(look)
    # Equal labels have no curve: computing one from logits with a gradient would end in an error, not in an answer.
    batches = [b._replace(taskA_labels=0 * b.taskA_labels, taskB_labels=0 * b.taskB_labels) for b in _batches(course)]
    course.evaluator.evaluate(model, batches)
    return seen, any(parameter.grad is not None for parameter in model.parameters())


@evaluate.check("leaves the model in the mode it was in, and its weights and the batches as they were")
def left_alone(course: Any, rng: torch.Generator) -> Any:
    model, batches = tiny_model(course, rng), list(_batches(course))
    model.transformer.requires_grad_(False)
    modes = []
    for mode in (True, False):
        course.evaluator.evaluate(model.train(mode), batches)
        modes.append([module.training for module in model.modules()])
    return modes, dict(model.state_dict()), batches, torch.is_grad_enabled()


@evaluate.check("refuses to evaluate nothing with a ValueError")
def no_batch(course: Any, rng: torch.Generator) -> Any:
    measure = partial(course.evaluator.evaluate, tiny_model(course, rng))
    return [outcome(partial(measure, [])), outcome(partial(measure, iter(())))]
