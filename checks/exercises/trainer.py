"""Checks of `trainer.py`."""

import contextlib
import copy
import io
import os
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import nn
from torch.optim import SGD

from ..compare import difference
from ..exercise import exercise
from .inputs import outcome
from .models import SENTENCES, WORDS, tiny_bert, tiny_model, tiny_tokenizer, tiny_tokens

train_step = exercise("4.7")
train = exercise("4.8")
cache_features = exercise("5.1")
cross_validate = exercise("5.3")


def _batch(course: Any, sentences: tuple[str, ...] = SENTENCES[:8]) -> Any:
    """Make a batch of sentences of different lengths, with three classes for task A and two for task B."""
    numbers = torch.arange(len(sentences))
    return course.dataset.Batch(tiny_tokens(sentences), numbers % 3, numbers % 2)


def _fixed(course: Any) -> Any:
    """Make a loss whose two weights cannot be confused."""
    return course.losses.FixedWeights(0.5, 2.0)


def _weights(module: nn.Module) -> dict[str, torch.Tensor]:
    """Copy all weights of a module."""
    return {name: parameter.detach().clone() for name, parameter in module.named_parameters()}


def _moved_parts(course: Any, model: nn.Module, before: dict[str, torch.Tensor]) -> list[str]:
    """List the parts of a model whose weights are no longer what they were."""
    moved = {
        name.partition(".")[0] for name, weight in _weights(model).items() if not torch.equal(weight, before[name])
    }
    return [part for part in course.freezing.PARTS if part in moved]


def _judge_step(observed: Any, expected: Any) -> str | None:
    """Compare the weights after a step; if they are wrong, the order of the events says why."""
    events = observed["events"]
    if difference(expected["weights"], observed["weights"]) is None:
        return None
    if "step" not in events:
        return "the optimizer never stepped" if "backward" in events else "nothing went backward and nothing moved"
    if "backward" not in events:
        return "nothing went backward through the loss"
    if events.index("step") < events.index("backward"):
        return "the optimizer stepped before there were gradients"
    if not observed["moved"]:
        return "the gradients were gone when the optimizer stepped"
    return "the weights moved, but not one step against the gradient of the loss"


@train_step.check("moves every weight one step against the gradient of the loss", judge=_judge_step)
def one_step(course: Any, rng: torch.Generator) -> Any:
    model, criterion, events = tiny_model(course, rng), _fixed(course), []
    before, optimizer = _weights(model), SGD(model.parameters(), lr=0.1)

    def watch(module: nn.Module, arguments: Any, loss: torch.Tensor) -> None:
        if loss.requires_grad:
            loss.register_hook(lambda gradient: events.append("backward"))

    criterion.register_forward_hook(watch)
    optimizer.register_step_pre_hook(lambda *arguments: events.append("step"))
    course.trainer.train_step(model, _batch(course), criterion, optimizer)
    return {"weights": _weights(model), "moved": _moved_parts(course, model, before), "events": events}


@train_step.check("returns the loss from before the step as a plain number")
def loss_before(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    loss, _ = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return loss


@train_step.check("returns the model's output from before the step")
def output_before(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    _, output = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return output


@train_step.check("returns an output without gradients, so that its graph can be freed")
def detached(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    _, output = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return [tensor.requires_grad for tensor in output]


@train_step.check("computes the loss from the very output that it returns, dropout included")
def same_dropout(course: Any, rng: torch.Generator) -> Any:
    model, batch, criterion = tiny_model(course, rng).train(), _batch(course), _fixed(course)
    loss, output = course.trainer.train_step(model, batch, criterion, SGD(model.parameters(), lr=0.1))
    return abs(criterion(*output[1:], *batch[1:]).item() - loss) < 1e-4


@train_step.check("trains in the mode that the caller has chosen, and leaves it so")
def mode(course: Any, rng: torch.Generator) -> Any:
    model, batch = tiny_model(course, rng), _batch(course)
    optimizer, losses, modes = SGD(model.parameters(), lr=0.0), [], []
    for training in (False, True, False):
        model.train(training)
        model.transformer.eval()
        losses.append(course.trainer.train_step(model, batch, _fixed(course), optimizer)[0])
        modes.append([module.training for module in model.modules()])
    return {"modes": modes, "dropout in train mode": abs(losses[1] - losses[0]) > 1e-4, "in eval mode": losses[::2]}


@train_step.check("forgets the gradients that were there before")
def stale_gradients(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return _weights(model)


@train_step.check("takes every step with the gradients of its own batch alone, also for learned loss weights")
def two_steps(course: Any, rng: torch.Generator) -> Any:
    model, criterion = tiny_model(course, rng), course.losses.UncertaintyWeights()
    optimizer = SGD([*model.parameters(), *criterion.parameters()], lr=0.1)
    for sentences in (SENTENCES[:3], SENTENCES[3:8]):
        course.trainer.train_step(model, _batch(course, sentences), criterion, optimizer)
    return _weights(model), criterion.weights()


@train_step.check("measures and moves nothing where everything is frozen")
def all_frozen(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    optimizer, before = SGD(model.parameters(), lr=0.1, weight_decay=0.1), _weights(model)
    course.freezing.apply_strategy(model, course.config.FreezeStrategy.EVERYTHING)
    result = course.trainer.train_step(model, _batch(course), _fixed(course), optimizer)
    return result, _moved_parts(course, model, before)


@train_step.check("moves what is trainable and nothing else")
def some_frozen(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model, criterion = tiny_model(course, rng), course.losses.UncertaintyWeights()
        course.freezing.apply_strategy(model, strategy)
        optimizer, before = SGD([*model.parameters(), *criterion.parameters()], lr=0.1), _weights(model)
        course.trainer.train_step(model, _batch(course), criterion, optimizer)
        learned = ["loss weights"] if criterion.weights() != [1.0, 1.0] else []
        moved[strategy.value] = _moved_parts(course, model, before) + learned
    return moved


@train_step.check("takes the features of a single sentence in the place of its tokens")
def cached_sentence(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    batch = course.dataset.Batch({"features": torch.randn(1, 16, generator=rng)}, torch.tensor([2]), torch.tensor([1]))
    return course.trainer.train_step(model, batch, _fixed(course), SGD(model.parameters(), lr=0.1))


@train_step.check("leaves the batch as it was")
def batch_kept(course: Any, rng: torch.Generator) -> Any:
    model, batch = tiny_model(course, rng), _batch(course)
    course.trainer.train_step(model, batch, _fixed(course), SGD(model.parameters(), lr=0.1))
    return batch


def _dataset(course: Any, sentences: tuple[str, ...] = SENTENCES) -> Any:
    """Label sentences, three classes for task A and two for task B."""
    samples = [course.dataset.Sample(sentence, index % 3, index % 2) for index, sentence in enumerate(sentences)]
    return course.dataset.MultiTaskDataset(samples, ("red", "green", "blue"), ("sweet", "sour"))


def _config(course: Any, **options: Any) -> Any:
    """Configure a short training with all sentences in one batch: then their order changes nothing."""
    return course.config.TrainingConfig(**{"batch_size": 16, "epochs": 3, "learning_rate": 1e-2, **options})


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
        model, _dataset(course), _config(course, freeze="nothing", epochs=4, learning_rate=0.05)
    )


@train.check("counts every sentence alike, even in a smaller last batch", slack=20)
def ragged_epoch(course: Any, rng: torch.Generator) -> Any:
    config = _config(course, freeze="everything", batch_size=4, epochs=2)
    return course.trainer.train(tiny_model(course, rng), _dataset(course), config)


@train.check("trains with dropout in every epoch, whatever `log` does to the mode")
def dropout_on(course: Any, rng: torch.Generator) -> Any:
    model, config = tiny_model(course, rng), _config(course, learning_rate=1e-12)
    epochs = course.trainer.train(model, _dataset(course), config, log=lambda text: model.eval())
    first, second, third = (epoch["loss"] for epoch in epochs)
    return [abs(a - b) > 1e-5 for a, b in ((first, second), (second, third), (third, first))]


@train.check("leaves the model in train mode, its frozen parts in eval mode")
def mode_afterwards(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    course.trainer.train(model, _dataset(course), _config(course, epochs=1))
    return [module.training for module in model.modules()]


@train.check("trains the parts that the strategy leaves free, and no other")
def strategies(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.HEAD_A)
        before = _weights(model)
        course.trainer.train(model, _dataset(course), _config(course, freeze=strategy, epochs=1))
        moved[strategy.value] = _moved_parts(course, model, before)
    return moved


@train.check("unfreezes layers in the epochs of the schedule, and trains them from then on")
def schedule(course: Any, rng: torch.Generator) -> Any:
    model, seen = _without_dropout(course, rng), []
    groups = course.freezing.layer_groups(model.transformer)
    before = [_weights(group) for group in groups]

    def look(*arguments: Any) -> None:
        trainable = [all(parameter.requires_grad for parameter in group.parameters()) for group in groups]
        moved = [not _same(_weights(group), weights) for group, weights in zip(groups, before, strict=True)]
        seen.append({"trainable": trainable, "in train mode": [group.training for group in groups], "moved": moved})

    model.register_forward_pre_hook(look)
    course.trainer.train(model, _dataset(course), _config(course, epochs=4, unfreeze=((4, 3), (2, 1))))
    look()
    return seen


def _same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


@train.check("gives the optimizer all that the configuration says, and keeps it for all epochs", slack=20)
def optimizer_options(course: Any, rng: torch.Generator) -> Any:
    config = _config(course, freeze="nothing", epochs=4, weight_decay=10.0, layer_decay=0.2)
    return [epoch["loss"] for epoch in course.trainer.train(_without_dropout(course, rng), _dataset(course), config)]


@train.check("weighs the two losses as configured, and halves that of a frozen head if asked", slack=20)
def loss_weights(course: Any, rng: torch.Generator) -> Any:
    losses = {}
    for rebalance in (True, False):
        config = _config(course, freeze="head-a", rebalance=rebalance, epochs=1, alpha=0.5, beta=2.0)
        (epoch,) = course.trainer.train(_without_dropout(course, rng), _dataset(course), config)
        losses[rebalance] = epoch["loss"]
    return losses


@train.check("learns the loss weights if asked, and reports them as they are at the end of each epoch", slack=20)
def learned_weights(course: Any, rng: torch.Generator) -> Any:
    options = {"weighting": "uncertainty", "weighting_learning_rate": 0.1}
    learned = {}
    for strategy in ("backbone", "everything"):
        config = _config(course, freeze=strategy, **options)
        epochs = course.trainer.train(_without_dropout(course, rng), _dataset(course), config)
        learned[strategy] = [(epoch["loss"], list(epoch["loss_weights"])) for epoch in epochs]
    return learned


@train.check("repeats a training with the same seed, and not with another one")
def seeds(course: Any, rng: torch.Generator) -> Any:
    model, losses = tiny_model(course, rng), []
    for seed in (3, 3, 4):
        # A single sentence, so that nothing but dropout depends on the seed.
        dataset, config = _dataset(course, ("good",)), _config(course, seed=seed, epochs=1)
        losses.append([epoch["loss"] for epoch in course.trainer.train(copy.deepcopy(model), dataset, config)])
    return [losses[0] == losses[1], losses[0] == losses[2]]


@train.check("runs a frozen backbone once if features may be cached, and in every epoch if not")
def caching(course: Any, rng: torch.Generator) -> Any:
    sentences = {}
    for cached in (True, False):
        seen: list[int] = []
        model = tiny_model(course, rng)
        model.transformer.register_forward_hook(lambda module, inputs, output, seen=seen: seen.append(len(output[0])))
        course.trainer.train(model, _dataset(course), _config(course, cache_features=cached))
        sentences[cached] = sum(seen)
    return sentences


def _without_measures(lines: list[str]) -> str:
    """Join the lines of a log, with what was measured left out: its last digit may be rounded either way."""
    return re.sub(r"\d\.\d+|undefined", "#", "\n".join(lines))


def _shown(call: Callable[..., Any]) -> int:
    """Count the characters that a call writes to what it takes for a terminal."""
    screen = io.StringIO()
    with (
        patch.dict(os.environ, {"FORCE_COLOR": "1", "TERM": "xterm"}),
        contextlib.redirect_stderr(screen),
        contextlib.redirect_stdout(screen),
    ):
        call()
    return len(screen.getvalue())


@train.check("logs each epoch in the documented form")
def log_lines(course: Any, rng: torch.Generator) -> Any:
    lines: list[str] = []
    model = tiny_model(course, rng)
    course.trainer.train(model, _dataset(course), _config(course), log=lines.append)
    return _without_measures(lines)


@train.check("shows a progress bar only if asked")
def progress_bar(course: Any, rng: torch.Generator) -> Any:
    model, dataset, config = tiny_model(course, rng), _dataset(course), _config(course, epochs=1)
    silent = _shown(lambda: course.trainer.train(model, dataset, config))
    return _shown(lambda: course.trainer.train(model, dataset, config, progress=True)) > silent


@train.check("refuses an empty training set, and a schedule with more layers than there are")
def refused(course: Any, rng: torch.Generator) -> Any:
    def attempt(sentences: tuple[str, ...], **options: Any) -> Any:
        model, dataset = tiny_model(course, rng), _dataset(course, sentences)
        return outcome(lambda: len(course.trainer.train(model, dataset, _config(course, epochs=1, **options))))

    return [
        attempt(()),
        attempt(SENTENCES, unfreeze=((1, 4),)),
        attempt(SENTENCES, unfreeze=((1, 3),)),
    ]


@train.check("stops when the loss is infinite or no number at all")
def divergence(course: Any, rng: torch.Generator) -> Any:
    infinite, diverging = tiny_model(course, rng), tiny_model(course, rng)
    with torch.no_grad():
        infinite.taskB_classifier.layers[-1].bias.copy_(torch.tensor([3e38, -3e38]))
    dataset, far = _dataset(course), _config(course, learning_rate=1e30)
    return [
        outcome(lambda: len(course.trainer.train(infinite, dataset, _config(course, epochs=1)))),
        outcome(lambda: len(course.trainer.train(diverging, dataset, far))),
    ]


@train.check("leaves the training set as it was")
def dataset_kept(course: Any, rng: torch.Generator) -> Any:
    dataset = _dataset(course)
    course.trainer.train(tiny_model(course, rng), dataset, _config(course, batch_size=3, epochs=2))
    return dataset.samples


def _many_sentences(rng: torch.Generator) -> list[str]:
    """Make more sentences than one batch holds, in no order: one word, a few, or more than the model reads."""
    lengths = torch.randint(1, 25, (90,), generator=rng).tolist()
    draws = (torch.randint(len(WORDS), (length,), generator=rng).tolist() for length in [1, 24, *lengths])
    return [" ".join(WORDS[index] for index in draw) for draw in draws]


@cache_features.check("gives the pooled features of each sentence, in the order of the sentences")
def features_in_order(course: Any, rng: torch.Generator) -> Any:
    return course.trainer.cache_features(tiny_model(course, rng), _many_sentences(rng))


@cache_features.check("pools as the model does, and works for a single sentence of one word")
def max_pooled(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng, pooling="max")
    return [course.trainer.cache_features(model, sentences) for sentences in (["good"], list(SENTENCES))]


@cache_features.check("switches dropout off, also for a model in train mode")
def features_without_dropout(course: Any, rng: torch.Generator) -> Any:
    return course.trainer.cache_features(tiny_model(course, rng).train(), list(SENTENCES))


@cache_features.check("gives every part of the model the mode back that it had")
def modes_restored(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng), []
    for training in (True, False):
        model.train(training)
        model.taskA_classifier.train(not training)
        course.trainer.cache_features(model, list(SENTENCES))
        modes.append([module.training for module in model.modules()])
    return modes


@cache_features.check("keeps no gradients")
def features_without_gradients(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    features = course.trainer.cache_features(model, list(SENTENCES))
    return features.requires_grad, [parameter.requires_grad for parameter in model.parameters()]


@cache_features.check("keeps the model's precision", slack=3)
def features_in_half_precision(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    dtypes = (torch.bfloat16, torch.float16, torch.float64)
    return [course.trainer.cache_features(model.to(dtype), list(SENTENCES)) for dtype in dtypes]


class _Words(nn.Module):
    """A backbone that only looks words up: it runs even on a device without numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(len(WORDS) + 5, 16)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        return SimpleNamespace(last_hidden_state=self.embeddings(input_ids))


@cache_features.check("gives the features on the model's device")
def features_on_device(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    model.transformer = _Words()
    features = course.trainer.cache_features(model.to("meta"), list(SENTENCES))
    return features.device.type, list(features.shape)


@cache_features.check("leaves the sentences and the weights as they were")
def sentences_kept(course: Any, rng: torch.Generator) -> Any:
    model, sentences = tiny_model(course, rng), list(SENTENCES)
    course.trainer.cache_features(model, sentences)
    return sentences, _weights(model)


def _cross_validate(course: Any, seed: int = 3, **options: Any) -> Any:
    """Cross-validate a tiny model on 36 sentences, six of each combination of labels."""
    # The backbone comes from here instead of from a file; everything that builds a model asks for it.
    course.encoder.load_backbone = lambda name: (tiny_bert(torch.Generator().manual_seed(0)), tiny_tokenizer())
    sentences = tuple(f"{adjective} {noun}" for adjective in WORDS[:6] for noun in WORDS[6:12])
    config = _config(course, seed=seed, dim=8, max_length=16, epochs=1, batch_size=9)
    return course.trainer.cross_validate(_dataset(course, sentences), config, **options)


@cross_validate.check("gives each fold's metrics on its test set, from a model of its own", slack=20)
def metrics_of_folds(course: Any, rng: torch.Generator) -> Any:
    return _cross_validate(course, folds=3)


@cross_validate.check("tests every sentence exactly once, in five folds unless told otherwise")
def tested_once(course: Any, rng: torch.Generator) -> Any:
    results = _cross_validate(course)
    tasks = ("taskA", "taskB")
    matrices = [torch.stack([torch.tensor(fold[task]["confusion_matrix"]) for fold in results]) for task in tasks]
    return len(results), [per_fold.sum(dim=2).sum(dim=0) for per_fold in matrices]


@cross_validate.check("draws other folds with another seed", slack=20)
def fold_seed(course: Any, rng: torch.Generator) -> Any:
    return _cross_validate(course, folds=2, seed=8)


@cross_validate.check("shows a progress bar only if asked")
def fold_progress(course: Any, rng: torch.Generator) -> Any:
    silent = _shown(lambda: _cross_validate(course, folds=2))
    return _shown(lambda: _cross_validate(course, folds=2, progress=True)) > silent


@cross_validate.check("logs each fold in the documented form")
def fold_log(course: Any, rng: torch.Generator) -> Any:
    lines: list[str] = []
    _cross_validate(course, folds=2, log=lines.append)
    return _without_measures(lines)


@cross_validate.check("refuses fewer than two folds, and more folds than a combination of labels has samples")
def folds_refused(course: Any, rng: torch.Generator) -> Any:
    def attempt(folds: int) -> Any:
        return outcome(lambda: len(_cross_validate(course, folds=folds)))

    return [attempt(folds) for folds in (0, 1, 2, 7)]


@cross_validate.check("trains on the device that it is given")
def fold_device(course: Any, rng: torch.Generator) -> Any:
    return outcome(lambda: len(_cross_validate(course, folds=2, device="nowhere")))
