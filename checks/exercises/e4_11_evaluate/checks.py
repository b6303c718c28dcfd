"""Checks of exercise 4.11, `evaluate`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, modes_changed_by, tiny_model, tiny_tokens
from ..scores import simplified

suite = Suite()


TASKS = ("taskA", "taskB")


def _batches(code: Code, sizes: tuple[int, ...] = (4, 4, 2)) -> Iterator[Any]:
    """Cut the sentences into batches, labelled with three classes for task A and two for task B."""
    labels_a, labels_b = torch.tensor([2, 0, 1, 0, 0, 2, 1, 0, 1, 0]), torch.tensor([0, 1, 1, 0, 1, 1, 1, 0, 1, 1])
    start = 0
    for size in sizes:
        end = start + size
        yield code.dataset.Batch(tiny_tokens(SENTENCES[start:end]), labels_a[start:end], labels_b[start:end])
        start = end


def _measured(code: Code, model: Any, batches: Any) -> Any:
    """Evaluate a model, and simplify the curves of both tasks."""
    metrics = code.evaluator.evaluate(model, batches)
    if not isinstance(metrics, dict):
        return metrics
    return {name: simplified(value) for name, value in metrics.items()}


def _parts(code: Code, rng: torch.Generator, names: tuple[str, ...]) -> Any:
    """Evaluate a model on three batches, and give some of both tasks' metrics."""
    metrics = _measured(code, tiny_model(code, rng), list(_batches(code)))
    return {task: {name: metrics[task][name] for name in names if name in metrics[task]} for task in TASKS}


@suite.check("measures all sentences of all batches together")
def together(code: Code, rng: torch.Generator) -> Any:
    return _parts(code, rng, ("accuracy", "precision", "recall", "f1"))


@suite.check("counts all sentences of all batches in one confusion matrix, and ranks them in one curve")
def ranked_together(code: Code, rng: torch.Generator) -> Any:
    return _parts(code, rng, ("confusion_matrix", "auc", "fpr", "tpr"))


@suite.check("gives the accuracies of both tasks and their mean as `overall`")
def overall(code: Code, rng: torch.Generator) -> Any:
    return code.evaluator.evaluate(tiny_model(code, rng), list(_batches(code)))["overall"]


@suite.check("measures tasks with other numbers of classes, and a task whose labels are all the same")
def other_classes(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng, taskA_classes=2, taskB_classes=4)
    batches = [batch._replace(taskA_labels=batch.taskA_labels * 0) for batch in _batches(code, (10,))]
    return _measured(code, model, batches)


@suite.check("reads the batches once, so that a generator will do")
def generator(code: Code, rng: torch.Generator) -> Any:
    return code.evaluator.evaluate(tiny_model(code, rng), _batches(code))["overall"]


@suite.check("measures a single sentence")
def single_sentence(code: Code, rng: torch.Generator) -> Any:
    return _measured(code, tiny_model(code, rng), list(_batches(code, (1,))))


@suite.check("gives the model whatever inputs a batch has, such as features computed earlier")
def cached_features(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    with torch.no_grad():
        batches = [batch._replace(inputs={"features": model.features(**batch.inputs)}) for batch in _batches(code)]
    return code.evaluator.evaluate(model, batches)["overall"]


@suite.check("switches dropout off")
def dropout_off(code: Code, rng: torch.Generator) -> Any:
    return _measured(code, tiny_model(code, rng).train(), list(_batches(code, (10,))))


@suite.check("runs the model in eval mode and without recording gradients")
def inference_only(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng).train()
    modes: set[str] = set()
    gradients: set[bool] = set()

    def look(module: torch.nn.Module, inputs: Any) -> None:
        modes.update(mode_of_each(model).values())
        gradients.add(torch.is_grad_enabled())

    model.taskA_classifier.register_forward_pre_hook(look)
    # Equal labels have no curve: computing one from logits with a gradient would end in an error, not in an answer.
    batches = [b._replace(taskA_labels=0 * b.taskA_labels, taskB_labels=0 * b.taskB_labels) for b in _batches(code)]
    code.evaluator.evaluate(model, batches)
    left_over = any(parameter.grad is not None for parameter in model.parameters())
    return {"modes": modes, "gradients are recorded": gradients, "gradients afterwards": left_over}


@suite.check("leaves the model in the mode it was in, and its weights and the batches as they were")
def left_alone(code: Code, rng: torch.Generator) -> Any:
    model, batches = tiny_model(code, rng), list(_batches(code))
    changed = modes_changed_by(model, partial(code.evaluator.evaluate, model, batches))
    weights = dict(model.state_dict())
    return {**changed, "weights": weights, "batches": batches, "gradients are recorded": torch.is_grad_enabled()}


@suite.check("refuses to evaluate nothing with a ValueError")
def no_batch(code: Code, rng: torch.Generator) -> Any:
    measure = partial(code.evaluator.evaluate, tiny_model(code, rng))
    return {"an empty list": outcome(partial(measure, [])), "an empty iterator": outcome(partial(measure, iter(())))}
