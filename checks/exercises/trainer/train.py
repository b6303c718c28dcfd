"""Checks of exercise 4.8, `train`."""

import copy
from typing import Any

import torch
from torch import nn

from ...exercise import exercise
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, tiny_model
from .common import make_config, make_dataset, moved_parts, shown, weights_of, without_measures

train = exercise("4.8")


def _without_dropout(course: Any, rng: torch.Generator) -> Any:
    """Make a model that computes the same in train and in eval mode."""
    model = tiny_model(course, rng)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


@train.check("gives for each epoch the loss and the metrics of the outputs that it was trained on", slack=20)
def history(course: Any, rng: torch.Generator) -> Any:
    model = _without_dropout(course, rng)
    return course.trainer.train(
        model, make_dataset(course), make_config(course, freeze="nothing", epochs=4, learning_rate=0.05)
    )


@train.check("counts every sentence alike, even in a smaller last batch", slack=20)
def ragged_epoch(course: Any, rng: torch.Generator) -> Any:
    config = make_config(course, freeze="everything", batch_size=4, epochs=2)
    return course.trainer.train(tiny_model(course, rng), make_dataset(course), config)


@train.check("trains with dropout in every epoch, whatever `log` does to the mode")
def dropout_on(course: Any, rng: torch.Generator) -> Any:
    model, config = tiny_model(course, rng), make_config(course, learning_rate=1e-12)
    epochs = course.trainer.train(model, make_dataset(course), config, log=lambda text: model.eval())
    first, second, third = (epoch["loss"] for epoch in epochs)
    pairs = {"epochs 1 and 2": (first, second), "epochs 2 and 3": (second, third), "epochs 3 and 1": (third, first)}
    return {f"other losses in {name}": abs(a - b) > 1e-5 for name, (a, b) in pairs.items()}


@train.check("leaves the model in train mode, its frozen parts in eval mode")
def mode_afterwards(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    course.trainer.train(model, make_dataset(course), make_config(course, epochs=1))
    return mode_of_each(model)


@train.check("trains the parts that the strategy leaves free, and no other")
def strategies(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.HEAD_A)
        before = weights_of(model)
        course.trainer.train(model, make_dataset(course), make_config(course, freeze=strategy, epochs=1))
        moved[strategy.value] = moved_parts(course, model, before)
    return moved


@train.check("unfreezes layers in the epochs of the schedule, and trains them from then on")
def schedule(course: Any, rng: torch.Generator) -> Any:
    model = _without_dropout(course, rng)
    seen: dict[str, Any] = {}
    groups = course.freezing.layer_groups(model.transformer)
    before = [weights_of(group) for group in groups]

    def look(*arguments: Any) -> None:
        trainable = [all(parameter.requires_grad for parameter in group.parameters()) for group in groups]
        moved = [not _same(weights_of(group), weights) for group, weights in zip(groups, before, strict=True)]
        modes = [group.training for group in groups]
        when = f"after {len(seen)} epochs"
        seen[when] = {
            name: dict(zip(("embeddings", "layer 1", "layer 2"), values, strict=True))
            for name, values in (("trainable", trainable), ("in train mode", modes), ("moved", moved))
        }

    model.register_forward_pre_hook(look)
    course.trainer.train(model, make_dataset(course), make_config(course, epochs=4, unfreeze=((4, 3), (2, 1))))
    look()
    return seen


def _same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


@train.check("gives the optimizer all that the configuration says, and keeps it for all epochs", slack=20)
def optimizer_options(course: Any, rng: torch.Generator) -> Any:
    config = make_config(course, freeze="nothing", epochs=4, weight_decay=10.0, layer_decay=0.2)
    epochs = course.trainer.train(_without_dropout(course, rng), make_dataset(course), config)
    return {f"loss of epoch {number}": epoch["loss"] for number, epoch in enumerate(epochs, start=1)}


@train.check("weighs the two losses as configured, and halves that of a frozen head if asked", slack=20)
def loss_weights(course: Any, rng: torch.Generator) -> Any:
    losses = {}
    for rebalance in (True, False):
        config = make_config(course, freeze="head-a", rebalance=rebalance, epochs=1, alpha=0.5, beta=2.0)
        (epoch,) = course.trainer.train(_without_dropout(course, rng), make_dataset(course), config)
        losses[f"rebalance {rebalance}"] = epoch["loss"]
    return losses


@train.check("learns the loss weights if asked, and reports them as they are at the end of each epoch", slack=20)
def learned_weights(course: Any, rng: torch.Generator) -> Any:
    options = {"weighting": "uncertainty", "weighting_learning_rate": 0.1}
    learned = {}
    for strategy in ("backbone", "everything"):
        config = make_config(course, freeze=strategy, **options)
        epochs = course.trainer.train(_without_dropout(course, rng), make_dataset(course), config)
        for number, epoch in enumerate(epochs, start=1):
            learned[f"{strategy} frozen, epoch {number}"] = (epoch["loss"], list(epoch["loss_weights"]))
    return learned


@train.check("repeats a training with the same seed, and not with another one")
def seeds(course: Any, rng: torch.Generator) -> Any:
    model, losses = tiny_model(course, rng), []
    for seed in (3, 3, 4):
        # A single sentence, so that nothing but dropout depends on the seed.
        dataset, config = make_dataset(course, ("good",)), make_config(course, seed=seed, epochs=1)
        losses.append([epoch["loss"] for epoch in course.trainer.train(copy.deepcopy(model), dataset, config)])
    return {"the same with the same seed": losses[0] == losses[1], "the same with another": losses[0] == losses[2]}


@train.check("runs a frozen backbone once if features may be cached, and in every epoch if not")
def caching(course: Any, rng: torch.Generator) -> Any:
    sentences = {}
    for cached in (True, False):
        seen: list[int] = []
        model = tiny_model(course, rng)
        model.transformer.register_forward_hook(lambda module, inputs, output, seen=seen: seen.append(len(output[0])))
        course.trainer.train(model, make_dataset(course), make_config(course, cache_features=cached))
        sentences[f"sentences run through the backbone, cache_features {cached}"] = sum(seen)
    return sentences


@train.check("logs each epoch in the documented form")
def log_lines(course: Any, rng: torch.Generator) -> Any:
    lines: list[str] = []
    model = tiny_model(course, rng)
    course.trainer.train(model, make_dataset(course), make_config(course), log=lines.append)
    return without_measures(lines)


@train.check("shows a progress bar only if asked")
def progress_bar(course: Any, rng: torch.Generator) -> Any:
    model, dataset, config = tiny_model(course, rng), make_dataset(course), make_config(course, epochs=1)
    silent = shown(lambda: course.trainer.train(model, dataset, config))
    return shown(lambda: course.trainer.train(model, dataset, config, progress=True)) > silent


@train.check("refuses an empty training set, and a schedule with more layers than there are")
def refused(course: Any, rng: torch.Generator) -> Any:
    def attempt(sentences: tuple[str, ...], **options: Any) -> Any:
        model, dataset = tiny_model(course, rng), make_dataset(course, sentences)
        return outcome(lambda: len(course.trainer.train(model, dataset, make_config(course, epochs=1, **options))))

    return {
        "no sentences": attempt(()),
        "4 of 3 layer groups": attempt(SENTENCES, unfreeze=((1, 4),)),
        "3 of 3 layer groups": attempt(SENTENCES, unfreeze=((1, 3),)),
    }


@train.check("stops when the loss is infinite or no number at all")
def divergence(course: Any, rng: torch.Generator) -> Any:
    infinite, diverging = tiny_model(course, rng), tiny_model(course, rng)
    with torch.no_grad():
        infinite.taskB_classifier.layers[-1].bias.copy_(torch.tensor([3e38, -3e38]))
    dataset, far = make_dataset(course), make_config(course, learning_rate=1e30)
    return {
        "an infinite loss": outcome(
            lambda: len(course.trainer.train(infinite, dataset, make_config(course, epochs=1)))
        ),
        "not a number": outcome(lambda: len(course.trainer.train(diverging, dataset, far))),
    }


@train.check("leaves the training set as it was")
def dataset_kept(course: Any, rng: torch.Generator) -> Any:
    dataset = make_dataset(course)
    course.trainer.train(tiny_model(course, rng), dataset, make_config(course, batch_size=3, epochs=2))
    return dataset.samples


@train.check("goes through all sentences in every epoch, in another order each time")
def order_of_sentences(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    seen: list[tuple[int, ...]] = []

    def note(module: nn.Module, arguments: Any, options: Any) -> None:
        tokens = options["input_ids"] if "input_ids" in options else arguments[0]
        seen.extend(tuple(row[row > 0].tolist()) for row in tokens)  # without padding

    model.transformer.register_forward_pre_hook(note, with_kwargs=True)
    course.trainer.train(model, make_dataset(course), make_config(course, freeze="nothing", batch_size=4, epochs=6))
    epochs = [tuple(seen[start : start + len(SENTENCES)]) for start in range(0, len(seen), len(SENTENCES))]
    return {"sentences seen": len(seen), "in each epoch": [len(set(e)) for e in epochs], "orders": len(set(epochs))}
