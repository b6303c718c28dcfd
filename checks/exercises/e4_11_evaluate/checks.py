"""Checks of exercise 4.11, `evaluate`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, tiny_tokens
from ..scores import simplified
from ..training import small_model, state_of, weights_of

suite = Suite(sees="the metrics")

TASKS = ("taskA", "taskB")
SIZES = {
    "one batch": (4,),
    "two batches of one size": (4, 4),
    "three batches, the last one smaller": (4, 4, 2),
    "two batches, the last one a single sentence": (4, 1),
}
ALL = SIZES["three batches, the last one smaller"]


def _batches(code: Code, sizes: tuple[int, ...] = ALL) -> Iterator[Any]:
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


def _tasks_of(metrics: Any, names: tuple[str, ...]) -> Any:
    """Pick some of both tasks' metrics."""
    if not isinstance(metrics, dict):
        return metrics
    return {task: _picked(metrics[task], names) for task in TASKS if task in metrics}


def _picked(metrics: Any, names: tuple[str, ...]) -> Any:
    """Pick some entries of a dictionary; anything else is for the referee to look at."""
    return {name: metrics[name] for name in names if name in metrics} if isinstance(metrics, dict) else metrics


def _overall(code: Code, model: Any, batches: Any) -> Any:
    return _picked(code.evaluator.evaluate(model, batches), ("overall",))


@suite.check("measures all sentences of all batches together")
def together(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sizes: tuple[int, ...]) -> Any:
        metrics = _measured(code, small_model(code, rng), list(_batches(code, sizes)))
        return _tasks_of(metrics, ("accuracy", "precision", "recall", "f1"))

    for label, sizes in SIZES.items():
        yield case(label, partial(see, sizes))


@suite.check("counts all sentences of all batches in one confusion matrix, and ranks them in one curve")
def ranked_together(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sizes: tuple[int, ...]) -> Any:
        metrics = _measured(code, small_model(code, rng), list(_batches(code, sizes)))
        return _tasks_of(metrics, ("confusion_matrix", "auc", "fpr", "tpr"))

    for label in ("one batch", "three batches, the last one smaller"):
        yield case(label, partial(see, SIZES[label]))


@suite.check("gives the accuracies of both tasks and their mean as `overall`, beside the two tasks")
def overall(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        metrics = code.evaluator.evaluate(small_model(code, rng), list(_batches(code)))
        if not isinstance(metrics, dict):
            return metrics
        return {name: value if name == "overall" else type(value).__name__ for name, value in metrics.items()}

    yield case("three batches", see)


@suite.check("measures tasks with other numbers of classes")
def other_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(taskA: int, taskB: int) -> Any:
        model = small_model(code, rng, taskA_classes=taskA, taskB_classes=taskB)
        batches = [b._replace(taskA_labels=b.taskA_labels % taskA, taskB_labels=b.taskA_labels) for b in _batches(code)]
        return _measured(code, model, batches)

    yield case("three classes for both tasks", partial(see, 3, 3))
    yield case("two classes for task A, four for task B", partial(see, 2, 4))


@suite.check("reads the batches once, so that a generator will do")
def generator(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("a list of batches", lambda: _overall(code, small_model(code, rng), list(_batches(code))))
    yield case("a generator", lambda: _overall(code, small_model(code, rng), _batches(code)))


@suite.check("gives the model whatever inputs a batch has, such as features computed earlier")
def cached_features(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        model = small_model(code, rng)
        with torch.no_grad():
            batches = [batch._replace(inputs={"features": model.features(**batch.inputs)}) for batch in _batches(code)]
        return _overall(code, model, batches)

    yield case("features in the place of tokens", see)


@suite.check("switches dropout off")
def dropout_off(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool) -> Any:
        return _measured(code, small_model(code, rng, dropout=True).train(training), list(_batches(code)))

    yield case("a model in eval mode", partial(see, False))
    yield case("a model in train mode", partial(see, True))


@suite.check("runs the model in eval mode and without recording gradients")
def inference_only(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        model = small_model(code, rng).train()
        modes: set[str] = set()
        gradients: set[str] = set()

        def look(module: torch.nn.Module, inputs: Any) -> None:
            modes.update(mode_of_each(model).values())
            gradients.add("on" if torch.is_grad_enabled() else "off")

        model.taskA_classifier.register_forward_pre_hook(look)
        # Equal labels have no curve: computing one from logits with a gradient would end in an error.
        batches = [b._replace(taskA_labels=0 * b.taskA_labels, taskB_labels=0 * b.taskB_labels) for b in _batches(code)]
        code.evaluator.evaluate(model, batches)
        return {
            "the modes while the model runs": " and ".join(sorted(modes)),
            "the recording of gradients while the model runs": " and ".join(sorted(gradients)),
        }

    yield case("a model in train mode", see)


@suite.check("leaves the model in the mode that it had")
def mode_restored(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool) -> Any:
        model = small_model(code, rng).train(training)
        metrics = _overall(code, model, list(_batches(code)))
        return {"the modes afterwards": mode_of_each(model), "the metrics": metrics}

    yield case("a model in train mode", partial(see, True))
    yield case("a model in eval mode", partial(see, False))


@suite.check("gives every part of the model the mode back that it had", careful=True)
def modes_restored(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool) -> Any:
        model = small_model(code, rng).train(training)
        model.transformer.encoder.layer[0].train(not training)
        metrics = _overall(code, model, list(_batches(code)))
        return {"the modes afterwards": mode_of_each(model), "the metrics": metrics}

    yield case("a model in train mode, one layer in eval mode", partial(see, True))
    yield case("a model in eval mode, one layer in train mode", partial(see, False))


@suite.check("leaves the model and the recording of gradients as they were, also after an error", careful=True)
def state_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(recorded: bool = True, token: int = 0) -> Any:
        model, batches = small_model(code, rng, dropout=True).train(), list(_batches(code))
        batches[1].inputs["input_ids"][0, 0] += token
        with torch.set_grad_enabled(recorded):
            result = outcome(lambda: type(code.evaluator.evaluate(model, batches)).__name__)
            return {"what came back": result, **state_of(model), "the weights' values": weights_of(model)}

    yield case("gradients recorded before", see)
    yield case("gradients not recorded before", partial(see, recorded=False))
    yield case("a token that no vocabulary has", partial(see, token=999))


@suite.check("measures a single sentence, and a task whose labels are all the same", careful=True)
def few(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sizes: tuple[int, ...], factor: int) -> Any:
        batches = [batch._replace(taskA_labels=batch.taskA_labels * factor) for batch in _batches(code, sizes)]
        return _measured(code, small_model(code, rng), batches)

    yield case("a single sentence", partial(see, (1,), 1))
    yield case("all labels of task A the same", partial(see, (4, 4), 0))


@suite.check("leaves the batches as they were", careful=True)
def batches_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        batches = list(_batches(code))
        metrics = _overall(code, small_model(code, rng), batches)
        return {"the metrics": metrics, "the batches afterwards": batches}

    yield case("three batches", see)


@suite.check("refuses to evaluate nothing with a ValueError", careful=True)
def no_batch(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(batches: Any) -> Any:
        return {"the answer": outcome(lambda: code.evaluator.evaluate(small_model(code, rng), batches))}

    yield case("an empty list", partial(see, []))
    yield case("an empty generator", partial(see, iter(())))
