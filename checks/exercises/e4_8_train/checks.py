"""Checks of exercise 4.8, `train`."""

import copy
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, tiny_model
from ..training import make_config, make_dataset, shown, weights_of, what_moved, without_measures

suite = Suite()


def _without_dropout(code: Code, rng: torch.Generator) -> Any:
    """Make a model that computes the same in train and in eval mode."""
    model = tiny_model(code, rng)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


@suite.check("gives for each epoch the loss and the metrics of the outputs that it was trained on", slack=20)
def history(code: Code, rng: torch.Generator) -> Any:
    model = _without_dropout(code, rng)
    return code.trainer.train(
        model, make_dataset(code), make_config(code, freeze="nothing", epochs=4, learning_rate=0.05)
    )


@suite.check("counts every sentence alike, even in a smaller last batch", slack=20)
def ragged_epoch(code: Code, rng: torch.Generator) -> Any:
    config = make_config(code, freeze="everything", batch_size=4, epochs=2)
    return code.trainer.train(tiny_model(code, rng), make_dataset(code), config)


@suite.check("trains with dropout in every epoch, whatever `log` does to the mode")
def dropout_on(code: Code, rng: torch.Generator) -> Any:
    model, config = tiny_model(code, rng), make_config(code, learning_rate=1e-12)
    epochs = code.trainer.train(model, make_dataset(code), config, log=lambda text: model.eval())
    first, second, third = (epoch["loss"] for epoch in epochs)
    pairs = {"epochs 1 and 2": (first, second), "epochs 2 and 3": (second, third), "epochs 3 and 1": (third, first)}
    return {f"other losses in {name}": abs(a - b) > 1e-5 for name, (a, b) in pairs.items()}


@suite.check("leaves the model in train mode, its frozen parts in eval mode")
def mode_afterwards(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    code.trainer.train(model, make_dataset(code), make_config(code, epochs=1))
    return mode_of_each(model)


@suite.check("trains the parts that the strategy leaves free, and no other")
def strategies(code: Code, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in code.config.FreezeStrategy:
        model = tiny_model(code, rng)
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.HEAD_A)
        before = weights_of(model)
        code.trainer.train(model, make_dataset(code), make_config(code, freeze=strategy, epochs=1))
        moved[strategy.value] = what_moved(code, model, before)
    return moved


@suite.check("unfreezes layers in the epochs of the schedule, and trains them from then on")
def schedule(code: Code, rng: torch.Generator) -> Any:
    model = _without_dropout(code, rng)
    seen: dict[str, Any] = {}
    groups = code.freezing.layer_groups(model.transformer)
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
    code.trainer.train(model, make_dataset(code), make_config(code, epochs=4, unfreeze=((4, 3), (2, 1))))
    look()
    return seen


def _same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


@suite.check("gives the optimizer all that the configuration says, and keeps it for all epochs", slack=20)
def optimizer_options(code: Code, rng: torch.Generator) -> Any:
    config = make_config(code, freeze="nothing", epochs=4, weight_decay=10.0, layer_decay=0.2)
    epochs = code.trainer.train(_without_dropout(code, rng), make_dataset(code), config)
    return {f"loss of epoch {number}": epoch["loss"] for number, epoch in enumerate(epochs, start=1)}


@suite.check("weighs the two losses as configured, and halves that of a frozen head if asked", slack=20)
def loss_weights(code: Code, rng: torch.Generator) -> Any:
    losses = {}
    for rebalance in (True, False):
        config = make_config(code, freeze="head-a", rebalance=rebalance, epochs=1, alpha=0.5, beta=2.0)
        (epoch,) = code.trainer.train(_without_dropout(code, rng), make_dataset(code), config)
        losses[f"rebalance {rebalance}"] = epoch["loss"]
    return losses


@suite.check("learns the loss weights if asked, and reports them as they are at the end of each epoch", slack=20)
def learned_weights(code: Code, rng: torch.Generator) -> Any:
    options = {"weighting": "uncertainty", "weighting_learning_rate": 0.1}
    learned = {}
    for strategy in ("backbone", "everything"):
        config = make_config(code, freeze=strategy, **options)
        epochs = code.trainer.train(_without_dropout(code, rng), make_dataset(code), config)
        for number, epoch in enumerate(epochs, start=1):
            learned[f"{strategy} frozen, epoch {number}"] = (epoch["loss"], list(epoch["loss_weights"]))
    return learned


@suite.check("repeats a training with the same seed, and not with another one")
def seeds(code: Code, rng: torch.Generator) -> Any:
    model, losses = tiny_model(code, rng), []
    for seed in (3, 3, 4):
        # A single sentence, so that nothing but dropout depends on the seed.
        dataset, config = make_dataset(code, ("good",)), make_config(code, seed=seed, epochs=1)
        losses.append([epoch["loss"] for epoch in code.trainer.train(copy.deepcopy(model), dataset, config)])
    return {"the same with the same seed": losses[0] == losses[1], "the same with another": losses[0] == losses[2]}


@suite.check("runs a frozen backbone once if features may be cached, and in every epoch if not")
def caching(code: Code, rng: torch.Generator) -> Any:
    sentences = {}
    for cached in (True, False):
        seen: list[int] = []
        model = tiny_model(code, rng)
        model.transformer.register_forward_hook(lambda module, inputs, output, seen=seen: seen.append(len(output[0])))
        code.trainer.train(model, make_dataset(code), make_config(code, cache_features=cached))
        sentences[f"sentences run through the backbone, cache_features {cached}"] = sum(seen)
    return sentences


@suite.check("logs each epoch in the documented form")
def log_lines(code: Code, rng: torch.Generator) -> Any:
    lines: list[str] = []
    model = tiny_model(code, rng)
    code.trainer.train(model, make_dataset(code), make_config(code), log=lines.append)
    return without_measures(lines)


@suite.check("shows a progress bar only if asked")
def progress_bar(code: Code, rng: torch.Generator) -> Any:
    model, dataset, config = tiny_model(code, rng), make_dataset(code), make_config(code, epochs=1)
    silent = shown(lambda: code.trainer.train(model, dataset, config))
    return shown(lambda: code.trainer.train(model, dataset, config, progress=True)) > silent


@suite.check("refuses an empty training set, and a schedule with more layers than there are")
def refused(code: Code, rng: torch.Generator) -> Any:
    def attempt(sentences: tuple[str, ...], **options: Any) -> Any:
        model, dataset = tiny_model(code, rng), make_dataset(code, sentences)
        return outcome(lambda: len(code.trainer.train(model, dataset, make_config(code, epochs=1, **options))))

    return {
        "no sentences": attempt(()),
        "4 of 3 layer groups": attempt(SENTENCES, unfreeze=((1, 4),)),
        "3 of 3 layer groups": attempt(SENTENCES, unfreeze=((1, 3),)),
    }


@suite.check("stops when the loss is infinite or no number at all")
def divergence(code: Code, rng: torch.Generator) -> Any:
    infinite, diverging = tiny_model(code, rng), tiny_model(code, rng)
    with torch.no_grad():
        infinite.taskB_classifier.layers[-1].bias.copy_(torch.tensor([3e38, -3e38]))
    dataset, far = make_dataset(code), make_config(code, learning_rate=1e30)
    return {
        "an infinite loss": outcome(lambda: len(code.trainer.train(infinite, dataset, make_config(code, epochs=1)))),
        "not a number": outcome(lambda: len(code.trainer.train(diverging, dataset, far))),
    }


@suite.check("leaves the training set as it was")
def dataset_kept(code: Code, rng: torch.Generator) -> Any:
    dataset = make_dataset(code)
    code.trainer.train(tiny_model(code, rng), dataset, make_config(code, batch_size=3, epochs=2))
    return dataset.samples


@suite.check("goes through all sentences in every epoch, in another order each time")
def order_of_sentences(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    seen: list[tuple[int, ...]] = []

    def note(module: nn.Module, arguments: Any, options: Any) -> None:
        tokens = options["input_ids"] if "input_ids" in options else arguments[0]
        seen.extend(tuple(row[row > 0].tolist()) for row in tokens)  # without padding

    model.transformer.register_forward_pre_hook(note, with_kwargs=True)
    code.trainer.train(model, make_dataset(code), make_config(code, freeze="nothing", batch_size=4, epochs=3))
    epochs = [tuple(seen[start : start + len(SENTENCES)]) for start in range(0, len(seen), len(SENTENCES))]
    return {"sentences seen": len(seen), "in each epoch": [len(set(e)) for e in epochs], "orders": len(set(epochs))}
