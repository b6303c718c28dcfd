"""Checks of exercise 4.11, `evaluate`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, modes_changed_by, tiny_model, tiny_tokens
from .common import simplified

evaluate = exercise("4.11")

TASKS = ("taskA", "taskB")


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


def _parts(course: Any, rng: torch.Generator, names: tuple[str, ...]) -> Any:
    """Evaluate a model on three batches, and give some of both tasks' metrics."""
    metrics = _measured(course, tiny_model(course, rng), list(_batches(course)))
    return {task: {name: metrics[task][name] for name in names if name in metrics[task]} for task in TASKS}


@evaluate.check("measures all sentences of all batches together")
def together(course: Any, rng: torch.Generator) -> Any:
    return _parts(course, rng, ("accuracy", "precision", "recall", "f1"))


@evaluate.check("counts all sentences of all batches in one confusion matrix, and ranks them in one curve")
def ranked_together(course: Any, rng: torch.Generator) -> Any:
    return _parts(course, rng, ("confusion_matrix", "auc", "fpr", "tpr"))


@evaluate.check("gives the accuracies of both tasks and their mean as `overall`")
def overall(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.evaluate(tiny_model(course, rng), list(_batches(course)))["overall"]


@evaluate.check("measures tasks with other numbers of classes, and a task whose labels are all the same")
def other_classes(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng, taskA_classes=2, taskB_classes=4)
    batches = [batch._replace(taskA_labels=batch.taskA_labels * 0) for batch in _batches(course, (10,))]
    return _measured(course, model, batches)


@evaluate.check("reads the batches once, so that a generator will do")
def generator(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.evaluate(tiny_model(course, rng), _batches(course))["overall"]


@evaluate.check("measures a single sentence")
def single_sentence(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng), list(_batches(course, (1,))))


@evaluate.check("gives the model whatever inputs a batch has, such as features computed earlier")
def cached_features(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    with torch.no_grad():
        batches = [batch._replace(inputs={"features": model.features(**batch.inputs)}) for batch in _batches(course)]
    return course.evaluator.evaluate(model, batches)["overall"]


@evaluate.check("switches dropout off")
def dropout_off(course: Any, rng: torch.Generator) -> Any:
    return _measured(course, tiny_model(course, rng).train(), list(_batches(course, (10,))))


@evaluate.check("runs the model in eval mode and without recording gradients")
def inference_only(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).train()
    modes: set[str] = set()
    gradients: set[bool] = set()

    def look(module: torch.nn.Module, inputs: Any) -> None:
        modes.update(mode_of_each(model).values())
        gradients.add(torch.is_grad_enabled())

    model.taskA_classifier.register_forward_pre_hook(look)
    # Equal labels have no curve: computing one from logits with a gradient would end in an error, not in an answer.
    batches = [b._replace(taskA_labels=0 * b.taskA_labels, taskB_labels=0 * b.taskB_labels) for b in _batches(course)]
    course.evaluator.evaluate(model, batches)
    left_over = any(parameter.grad is not None for parameter in model.parameters())
    return {"modes": modes, "gradients are recorded": gradients, "gradients afterwards": left_over}


@evaluate.check("leaves the model in the mode it was in, and its weights and the batches as they were")
def left_alone(course: Any, rng: torch.Generator) -> Any:
    model, batches = tiny_model(course, rng), list(_batches(course))
    changed = modes_changed_by(model, partial(course.evaluator.evaluate, model, batches))
    weights = dict(model.state_dict())
    return {**changed, "weights": weights, "batches": batches, "gradients are recorded": torch.is_grad_enabled()}


@evaluate.check("refuses to evaluate nothing with a ValueError")
def no_batch(course: Any, rng: torch.Generator) -> Any:
    measure = partial(course.evaluator.evaluate, tiny_model(course, rng))
    return {"an empty list": outcome(partial(measure, [])), "an empty iterator": outcome(partial(measure, iter(())))}
