"""Checks of `evaluator.py`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ..exercise import exercise
from .inputs import outcome
from .models import SENTENCES, tiny_model, tiny_tokens

task_metrics = exercise("4.9")
roc = exercise("4.10")
evaluate = exercise("4.11")

TWO = (0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0)
THREE = (0, 2, 0, 1, 0, 2, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0)
FOUR = (3, 3, 0, 1, 3, 2, 0, 3, 3, 1, 3, 0, 3, 2, 3, 3)


def _scored(rng: torch.Generator, labels: tuple[int, ...], classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Make labels, `(batch,)`, and logits, `(batch, classes)`, that are right more often than not."""
    truth = torch.tensor(labels)
    return truth, torch.randn(len(labels), classes, generator=rng) + torch.eye(classes)[truth]


def _predicted(classes: tuple[int, ...], count: int) -> torch.Tensor:
    """Make logits, `(batch, count)`, whose largest belong to these classes."""
    return 2 * torch.eye(count)[list(classes)] - 3


def _transposed(logits: torch.Tensor) -> torch.Tensor:
    """Lay the same logits out column by column."""
    return logits.T.contiguous().T


@task_metrics.check("takes the class of the largest logit as predicted, and the share of right ones as accuracy")
def accuracy(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, THREE, 3)
    return course.evaluator.task_metrics(labels, 4 * logits)["accuracy"]


@task_metrics.check("weighs precision, recall and F1 of each class by how often the class occurs")
def weighted_averages(course: Any, rng: torch.Generator) -> Any:
    metrics = course.evaluator.task_metrics(*_scored(rng, FOUR, 4))
    return {name: metrics[name] for name in ("precision", "recall", "f1")}


@task_metrics.check("counts true classes in the rows of the confusion matrix, and predicted ones in its columns")
def confusion(course: Any, rng: torch.Generator) -> Any:
    labels, logits = torch.tensor([0, 0, 0, 1, 1, 2]), _predicted((0, 2, 1, 2, 1, 1), 3)
    return course.evaluator.task_metrics(labels, logits)["confusion_matrix"]


@task_metrics.check("gives exactly the five measures of two classes")
def two_classes(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.task_metrics(*_scored(rng, TWO, 2))


@task_metrics.check("tells the larger of two logits even where both are positive or both negative")
def shifted(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, TWO, 2)
    shift = torch.tensor([5.0, -5.0]).repeat(len(TWO) // 2).unsqueeze(1)
    return course.evaluator.task_metrics(labels, logits + shift)


@task_metrics.check("gives a class that is never predicted precision 0")
def never_predicted(course: Any, rng: torch.Generator) -> Any:
    metrics = course.evaluator.task_metrics(torch.tensor([0, 0, 1, 2, 1]), _predicted((0, 1, 1, 0, 0), 3))
    return {name: metrics[name] for name in ("precision", "recall", "f1")}


@task_metrics.check("keeps a row and a column for classes that do not occur")
def absent_classes(course: Any, rng: torch.Generator) -> Any:
    labels = torch.tensor([1, 1, 2])
    return [
        course.evaluator.task_metrics(labels, _predicted((1, 2, 2), 5))["confusion_matrix"],
        course.evaluator.task_metrics(labels[:2], _predicted((1, 1), 2))["confusion_matrix"],
    ]


@task_metrics.check("measures a single sentence, predicted rightly or wrongly")
def single_prediction(course: Any, rng: torch.Generator) -> Any:
    labels = torch.tensor([2])
    return [course.evaluator.task_metrics(labels, _predicted((predicted,), 3)) for predicted in (2, 0)]


@task_metrics.check("takes logits in half precision, and logits that are not contiguous")
def unusual_logits(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, THREE, 3)
    forms = (logits.half(), logits.bfloat16(), _transposed(logits))
    return [course.evaluator.task_metrics(labels, form) for form in forms]


@task_metrics.check("leaves its inputs as they were")
def metrics_inputs(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, THREE, 3)
    course.evaluator.task_metrics(labels, logits)
    return labels, logits


def _simplified(metrics: Any) -> Any:
    """Reduce the curves to their corners: a curve is the same with and without the points between them."""
    if not isinstance(metrics, dict):
        return metrics
    fpr, tpr = metrics.get("fpr"), metrics.get("tpr")
    if isinstance(fpr, dict) and isinstance(tpr, dict) and fpr.keys() == tpr.keys():
        curves = {label: _corners(fpr[label], tpr[label]) for label in fpr}
        fpr, tpr = ({label: curve[axis] for label, curve in curves.items()} for axis in (0, 1))
    elif isinstance(fpr, list) and isinstance(tpr, list):
        fpr, tpr = _corners(fpr, tpr)
    return {name: {"fpr": fpr, "tpr": tpr}.get(name, value) for name, value in metrics.items()}


def _corners(fpr: Any, tpr: Any) -> tuple[Any, Any]:
    """Keep those points of a curve in which it turns, from the lower left on; what is no curve stays as it is."""
    if not _is_axis(fpr) or not _is_axis(tpr) or len(fpr) != len(tpr):
        return fpr, tpr
    points = list(zip(fpr, tpr, strict=True))
    if points and points[0] > points[-1]:
        points.reverse()
    corners: list[tuple[float, float]] = []
    for point in points:
        while len(corners) > 1 and _lies_between(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return [x for x, _ in corners], [y for _, y in corners]


def _is_axis(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _lies_between(start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]) -> bool:
    (x1, y1), (x2, y2) = ((b[0] - a[0], b[1] - a[1]) for a, b in ((start, middle), (middle, end)))
    return abs(x1 * y2 - x2 * y1) < 1e-6 and x1 * x2 + y1 * y2 >= 0


@roc.check("gives the area under the curve of two classes")
def area(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.roc(*_scored(rng, TWO, 2))["auc"]


@roc.check("draws one curve for two classes: how class 1 is told from class 0")
def curve(course: Any, rng: torch.Generator) -> Any:
    return _simplified(course.evaluator.roc(*_scored(rng, TWO, 2)))


@roc.check("averages the areas of more classes plainly, however often each occurs")
def plain_average(course: Any, rng: torch.Generator) -> Any:
    return [course.evaluator.roc(*_scored(rng, labels, classes))["auc"] for labels, classes in ((THREE, 3), (FOUR, 4))]


@roc.check("draws a curve for each of more classes: how it is told from the rest")
def curves(course: Any, rng: torch.Generator) -> Any:
    return _simplified(course.evaluator.roc(*_scored(rng, THREE, 3)))


@roc.check("ranks sentences by the probability of a class, which depends on the other logits too")
def probability(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, THREE, 3)
    shift = torch.arange(len(THREE)).flip(0).unsqueeze(1)
    return _simplified(course.evaluator.roc(labels, logits + shift))


@roc.check("tells apart how confident the model is, even where it is almost certain")
def confident(course: Any, rng: torch.Generator) -> Any:
    rank = torch.randperm(len(TWO), generator=rng)
    two = torch.stack([-rank / 2, 20 + rank / 2], dim=1)
    # The second logit changes the probabilities by less than float32 can tell.
    three = torch.stack([torch.zeros(len(TWO)), rank / 2 - 25, torch.full((len(TWO),), -28.0)], dim=1)
    labels = torch.tensor(TWO)
    return [_simplified(course.evaluator.roc(labels, logits)) for logits in (two, three)]


@roc.check("goes over sentences with the same score in one straight line")
def ties(course: Any, rng: torch.Generator) -> Any:
    logits = torch.tensor([[2.0, 0.5], [0.3, 0.6], [-1.0, 1.0]])[[0, 1, 2, 1, 0, 0, 1, 2, 1, 1]]
    labels = torch.tensor([0, 1, 1, 0, 1, 0, 0, 0, 1, 0])
    return _simplified(course.evaluator.roc(labels, logits))


@roc.check("leaves out a class that no label belongs to")
def absent_class(course: Any, rng: torch.Generator) -> Any:
    cases = ((0, 3, 3, 0, 0, 3, 1, 3), (4, 0, 4))
    return [_simplified(course.evaluator.roc(*_scored(rng, labels, 5))) for labels in cases]


@roc.check("gives no area and no curve where all labels are the same")
def one_class_only(course: Any, rng: torch.Generator) -> Any:
    cases = (((0,) * 4, 2), ((1,) * 4, 2), ((0,) * 4, 3), ((1,) * 4, 3), ((1,), 2), ((2,), 4))
    return [course.evaluator.roc(*_scored(rng, labels, classes)) for labels, classes in cases]


@roc.check("takes logits in half precision, and logits that are not contiguous")
def unusual_scores(course: Any, rng: torch.Generator) -> Any:
    labels, logits = _scored(rng, THREE, 3)
    forms = ((4 * logits).half(), (4 * logits).bfloat16(), _transposed(logits))
    return [_simplified(course.evaluator.roc(labels, form)) for form in forms]


@roc.check("leaves its inputs as they were")
def roc_inputs(course: Any, rng: torch.Generator) -> Any:
    # Nothing has to be converted here, so that a change in place would reach them.
    labels, logits = _scored(rng, THREE, 3)
    logits = logits.double()
    course.evaluator.roc(labels, logits)
    return labels, logits


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
    return {name: _simplified(value) for name, value in metrics.items()}


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
