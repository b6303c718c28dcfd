"""Checks of exercise 4.8, `train`."""

import copy
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, tiny_tokenizer
from ..training import make_config, make_dataset, shown, small_model, weights_of, what_moved, without_measures
from .resuming import numbers_logged, when_resumed, when_warmed_up
from .stopping import when_stopped
from .unfreezing import groups_trained
from .unmeasured import train_unmeasured

suite = Suite()


def _train(code: Code, model: Any, dataset: Any = None, measured: bool = False, **options: Any) -> dict[str, Any]:
    """Train, and give what came of each epoch under the epoch's name."""
    train = code.trainer.train if measured else partial(train_unmeasured, code)
    history = train(model, dataset or make_dataset(code), make_config(code, **options))
    return {f"epoch {number}": epoch for number, epoch in enumerate(expect(list, history, "the history"), start=1)}


def _losses(epochs: dict[str, Any], *names: str) -> dict[str, Any]:
    """Keep the loss of each epoch, and what else is asked for."""
    wanted = ("loss", *names)
    return {
        name: {key: epoch[key] for key in wanted if key in epoch} if isinstance(epoch, dict) else epoch
        for name, epoch in epochs.items()
    }


@suite.check("trains the parts that the strategy leaves free, and no other")
def strategies(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(strategy: Any) -> Any:
        model = small_model(code, rng)
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.HEAD_A)
        before = weights_of(model)
        _train(code, model, freeze=strategy, epochs=1)
        return what_moved(code, model, before)

    for strategy in code.config.FreezeStrategy:
        yield case(f"the strategy {strategy.value!r}", partial(see, strategy))


@suite.check("gives for each epoch the loss and the metrics of the outputs that it was trained on", slack=20)
def history(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, epochs in {"one epoch": 1, "three epochs": 3}.items():
        options = {"freeze": "nothing", "epochs": epochs, "learning_rate": 0.05}
        yield case(label, partial(_train, code, small_model(code, rng), measured=True, **options))


@suite.check("counts every sentence alike, even in a smaller last batch", slack=20)
def ragged_epoch(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sizes = {"ten sentences in one batch": 10, "batches of five and five": 5, "batches of four, four and two": 4}
    for label, size in sizes.items():
        options = {"freeze": "everything", "batch_size": size, "epochs": 1}
        yield case(label, partial(_train, code, small_model(code, rng), measured=True, **options))


@suite.check("leaves the model with the weights of the last epoch", slack=50)
def last_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(rate: float) -> Any:
        model = small_model(code, rng)
        _train(code, model, freeze="backbone", epochs=2, learning_rate=rate)
        return {"the weights": weights_of(model)}

    yield case("a loss that falls", partial(see, 1e-2))
    yield case("a loss that rises", partial(see, 1.0))


@suite.check("trains in train mode in every epoch, whatever `log` does to the mode")
def mode_in_epochs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool, disturbed: bool) -> Any:
        model, modes = small_model(code, rng).train(training), list[Any]()
        model.projection.register_forward_pre_hook(lambda *arguments: modes.append(mode_of_each(model)))
        log = (lambda *_: model.eval()) if disturbed else (lambda *_: None)
        train_unmeasured(code, model, make_dataset(code), make_config(code, epochs=2), log=log)
        return {f"the modes in epoch {number}": mode for number, mode in enumerate(modes, start=1)}

    yield case("a model in train mode", partial(see, True, False))
    yield case("a model in eval mode", partial(see, False, False))
    yield case("a model in train mode, a log that switches it to eval mode", partial(see, True, True))


@suite.check("leaves the model in train mode, its frozen parts in eval mode")
def mode_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(strategy: str) -> Any:
        model = small_model(code, rng)
        _train(code, model, freeze=strategy, epochs=1)
        return {"the modes afterwards": mode_of_each(model)}

    for strategy in ("nothing", "backbone"):
        yield case(f"the strategy {strategy!r}", partial(see, strategy))


@suite.check("unfreezes layers in the epochs of the schedule, and trains them from then on")
def schedule(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("one layer from epoch 1 on", partial(groups_trained, code, rng, ((1, 1),)))
    yield case("one layer from epoch 2 on", partial(groups_trained, code, rng, ((2, 1),)))
    yield case("one layer from epoch 2 on, three from epoch 3 on", partial(groups_trained, code, rng, ((3, 3), (2, 1))))


@suite.check("gives the optimizer all that the configuration says, and keeps it for all epochs", slack=20)
def optimizer_options(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, dict[str, float]] = {
        "the learning rate alone": {},
        "a weight decay": {"weight_decay": 10.0},
        "a layer decay": {"layer_decay": 0.2},
    }
    for label, options in cases.items():
        model = small_model(code, rng)
        yield case(label, partial(_train_losses, code, model, freeze="nothing", epochs=3, **options))


def _train_losses(code: Code, model: Any, **options: Any) -> Any:
    return _losses(_train(code, model, **options))


@suite.check("weighs the two losses as configured, and halves that of a frozen head if asked", slack=20)
def loss_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, rebalance in {"head A frozen": False, "head A frozen, rebalance": True}.items():
        options = {"freeze": "head-a", "rebalance": rebalance, "epochs": 1, "alpha": 0.5, "beta": 2.0}
        yield case(label, partial(_train_losses, code, small_model(code, rng), **options))


@suite.check("learns the loss weights if asked, and reports them as they are at the end of each epoch", slack=20)
def learned_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(strategy: str) -> Any:
        options: dict[str, Any] = {"weighting": "uncertainty", "weighting_learning_rate": 0.1}
        epochs = _train(code, small_model(code, rng), freeze=strategy, epochs=2, **options)
        return _losses(epochs, "loss_weights")

    yield case("the backbone frozen", partial(see, "backbone"))
    yield case("everything frozen", partial(see, "everything"))


@suite.check("goes through all sentences in every epoch, in another order each time")
def order_of_sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("batches of five and five", partial(_orders, code, rng, 5))
    yield case("batches of four, four and two", partial(_orders, code, rng, 4))


def _orders(code: Code, rng: torch.Generator, size: int) -> Any:
    """Note which sentences the backbone meets in three epochs, and in which order."""
    model, seen = small_model(code, rng), list[tuple[int, ...]]()

    def note(module: nn.Module, arguments: Any, options: Any) -> None:
        tokens = options["input_ids"] if "input_ids" in options else arguments[0]
        seen.extend(tuple(row[row > 0].tolist()) for row in tokens)  # without padding

    model.transformer.register_forward_pre_hook(note, with_kwargs=True)
    _train(code, model, freeze="nothing", batch_size=size, epochs=3)
    part = max(1, len(seen) // 3)
    epochs = [seen[start : start + part] for start in range(0, len(seen), part)]
    given = [tuple(ids) for ids in tiny_tokenizer()(list(SENTENCES), truncation=True)["input_ids"]]
    return {
        "sentences in each epoch": [len(set(epoch)) for epoch in epochs],
        "their order": [_order(epoch, given, epochs[:index]) for index, epoch in enumerate(epochs)],
    }


def _order(epoch: list[Any], given: list[Any], earlier: list[Any]) -> str:
    if epoch == given:
        return "the dataset's own"
    return "that of an earlier epoch" if epoch in earlier else "a new one"


@suite.check("repeats a training with the same seed, and not with another one")
def seeds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(seed: int) -> Any:
        # A single sentence, so that nothing but dropout depends on the seed.
        model, dataset = small_model(code, rng, dropout=True), make_dataset(code, ("good",))
        first, second = (
            _losses(_train(code, copy.deepcopy(model), dataset, seed=each, epochs=1)) for each in (3, seed)
        )
        return {"the loss of the second training": "the same" if first == second else "another"}

    yield case("trained twice, with the same seed", partial(see, 3))
    yield case("trained twice, with another seed", partial(see, 4))


@suite.check("runs a frozen backbone once if features may be cached, and in every epoch if not")
def caching(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(**options: Any) -> Any:
        model, seen = small_model(code, rng), list[int]()
        model.transformer.register_forward_hook(
            lambda module, inputs, output: seen.append(len(output.last_hidden_state))
        )
        _train(code, model, epochs=2, **options)
        return {"sentences run through the backbone": sum(seen)}

    yield case("the backbone frozen, features may be cached", partial(see, cache_features=True))
    yield case("the backbone frozen, features may not be cached", partial(see, cache_features=False))
    yield case("the backbone frozen at first, unfrozen later", partial(see, cache_features=True, unfreeze=((2, 1),)))


@suite.check("calls `log` after each epoch, once and in the documented form", sees="the calls of `log`")
def log_calls(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("one epoch", partial(_logged, code, rng, epochs=1))
    yield case("two epochs", partial(_logged, code, rng, epochs=2))
    yield case("two epochs, learned loss weights", partial(_logged, code, rng, epochs=2, weighting="uncertainty"))


def _logged(code: Code, rng: torch.Generator, **options: Any) -> Any:
    """Note each call of `log`: its text, and how many sentences were trained on before."""
    model, calls, seen = small_model(code, rng), dict[str, Any](), list[int]()
    model.projection.register_forward_hook(lambda module, inputs, output: seen.append(len(output)))

    def log(text: Any, *_: Any) -> None:
        lines = without_measures([text]) if isinstance(text, str) else text
        calls[f"call {len(calls) + 1}"] = {"the text": lines, "sentences trained on before": sum(seen)}

    train_unmeasured(code, model, make_dataset(code), make_config(code, **options), log=log)
    return calls


@suite.check("asks `stop` after each epoch and its log whether that was the last one", careful=True)
def stopped(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("never says so, three epochs", partial(when_stopped, code, rng, 99))
    yield case("says so after the first of three epochs", partial(when_stopped, code, rng, 1))
    yield case("says so after the second of three epochs", partial(when_stopped, code, rng, 2))


@suite.check("hands `log` the epoch's numbers with the text", careful=True)
def log_numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two epochs", partial(numbers_logged, code, rng, 2))


@suite.check("goes on with what `snapshots` restores, and lets it save each epoch when all of it is done", careful=True)
def resumed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("three epochs, none is restored", partial(when_resumed, code, rng, 0))
    yield case("three epochs, the first is restored", partial(when_resumed, code, rng, 1))
    yield case("three epochs, all are restored", partial(when_resumed, code, rng, 3))


@suite.check("tells `build_optimizer` how many sentences there are, so that it knows the steps", careful=True)
def warmed_up(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("a warm-up in half of the steps", partial(when_warmed_up, code, rng))


@suite.check("shows a progress bar only if asked", careful=True)
def progress_bar(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        dataset, config = make_dataset(code), make_config(code, epochs=1)
        silent = shown(lambda: code.trainer.train(small_model(code, rng), dataset, config))
        asked = shown(lambda: code.trainer.train(small_model(code, rng), dataset, config, progress=True))
        return {"with `progress` the screen shows": "more than without" if asked > silent else "nothing more"}

    yield case("one epoch", see)


@suite.check("refuses an empty training set, and a schedule with more layers than there are", careful=True)
def refused(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sentences: tuple[str, ...], **options: Any) -> Any:
        model, dataset = small_model(code, rng), make_dataset(code, sentences)
        config = make_config(code, epochs=1, **options)
        return {"the number of epochs": outcome(lambda: len(code.trainer.train(model, dataset, config)))}

    yield case("no sentences", partial(see, ()))
    yield case("three of three layer groups unfrozen", partial(see, SENTENCES, unfreeze=((1, 3),)))
    yield case("four of three layer groups unfrozen", partial(see, SENTENCES, unfreeze=((1, 4),)))


@suite.check("stops when the loss is infinite or no number at all", careful=True)
def divergence(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(bias: float, rate: float) -> Any:
        model, config = small_model(code, rng), make_config(code, learning_rate=rate)
        with torch.no_grad():
            model.taskB_classifier.layers[-1].bias.copy_(torch.tensor([bias, -bias]))
        return {"the number of epochs": outcome(lambda: len(code.trainer.train(model, make_dataset(code), config)))}

    yield case("a loss that is a number", partial(see, 0.0, 1e-2))
    yield case("an infinite loss", partial(see, 3e38, 1e-2))
    yield case("a loss that is soon not a number", partial(see, 0.0, 1e30))


@suite.check("leaves the training set as it was", careful=True)
def dataset_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        dataset = make_dataset(code)
        epochs = _train(code, small_model(code, rng), dataset, batch_size=3, epochs=2)
        return {"the number of epochs": len(epochs), "the training set afterwards": dataset.samples}

    yield case("two epochs", see)
