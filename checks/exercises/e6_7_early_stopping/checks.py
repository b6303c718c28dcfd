"""Checks of exercise 6.7, `EarlyStopping`."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import nan
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..models import mode_of_each
from .numbered import Numbered

suite = Suite(sees="the best epoch")

START = "no epoch yet"
COURSES: dict[str, tuple[float, ...]] = {
    "one epoch": (0.7,),
    "two epochs, smaller": (0.7, 0.5),
    "two epochs, larger": (0.5, 0.7),
    "three epochs, down and up": (0.7, 0.4, 0.6),
    "four epochs, up and down": (0.5, 0.9, 0.8, 0.6),
    "five epochs, the smallest one last": (0.9, 0.4, 0.6, 0.5, 0.3),
}


def _epochs(watch: Any, model: Numbered, losses: Sequence[float]) -> list[Any]:
    """Go through epochs, and give the answers to their losses."""
    answers = []
    for epoch, loss in enumerate(losses, start=1):
        model.train_until(epoch)
        answers.append(watch.update(loss))
    return answers


def _watch(code: Code, rng: torch.Generator, losses: Sequence[float], **options: Any) -> Any:
    """Watch a model through epochs with these validation losses."""
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model, **options)
    _epochs(watch, model, losses)
    return watch


def _best(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    return _watch(code, rng, losses).best_epoch


def _cases(see: Callable[..., Any], code: Code, rng: torch.Generator, **courses: Any) -> Iterator[Case]:
    for label, losses in (courses or COURSES).items():
        yield case(label, partial(see, code, rng, losses), losses=list(losses))


@suite.check("counts the epoch with the smallest loss as the best one, from 1 on")
def best_epoch(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_best, code, rng)


@suite.check("says that no epoch is the best one before the first")
def no_epoch(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case(START, partial(_best, code, rng, ()))


@suite.check("keeps the losses of all epochs, in order", sees="the losses")
def all_losses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
        return _watch(code, rng, losses).losses

    yield from _cases(see, code, rng)
    losses = tuple(torch.rand(7, generator=rng).tolist())
    yield from _cases(see, code, rng, **{"seven epochs, any losses": losses})


def _stop(code: Code, rng: torch.Generator, losses: Sequence[float], **options: Any) -> int | str:
    """Give the epoch after which training stops."""
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model, **options)
    for epoch, loss in enumerate(losses, start=1):
        model.train_until(epoch)
        if watch.update(loss):
            return epoch
    return "none"


LAST = "the epoch after which training stops"


@suite.check("stops after as many epochs in a row without a smaller loss as its patience", sees=LAST)
def patience(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[int, tuple[float, ...]]] = {
        "patience 1": (1, (0.5, 0.6, 0.7)),
        "patience 2": (2, (0.5, 0.6, 0.7, 0.8)),
        "patience 2, better in between": (2, (0.5, 0.6, 0.4, 0.6, 0.7, 0.8)),
        "patience 3, better in between": (3, (0.9, 0.8, 0.8, 0.9, 0.5, 0.8, 0.9, 0.7, 0.8)),
    }
    for label, (epochs, losses) in cases.items():
        yield case(label, partial(_stop, code, rng, losses, patience=epochs), losses=list(losses))


@suite.check("goes on while the patience lasts", sees=LAST)
def patient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[int, tuple[float, ...]]] = {
        "patience 1, smaller each time": (1, (0.9, 0.8, 0.7, 0.6)),
        "patience 2, better in between": (2, (0.5, 0.6, 0.4, 0.6, 0.3, 0.5)),
        "patience 3, not yet over": (3, (0.5, 0.6, 0.7)),
    }
    for label, (epochs, losses) in cases.items():
        yield case(label, partial(_stop, code, rng, losses, patience=epochs), losses=list(losses))


@suite.check("measures the patience from the best epoch on, not from the one before", sees=LAST)
def from_the_best(code: Code, rng: torch.Generator) -> Iterator[Case]:
    losses: tuple[float, ...] = (0.4, 0.9, 0.8, 0.7, 0.6)
    yield case("patience 3, falling, but never to the smallest", partial(_stop, code, rng, losses, patience=3))
    losses = (0.9, 0.4, 0.8, 0.6, 0.8, 0.6)
    yield case("patience 2, up and down, but never to the smallest", partial(_stop, code, rng, losses, patience=2))


@suite.check("never stops without patience", sees=LAST)
def no_patience(code: Code, rng: torch.Generator) -> Iterator[Case]:
    losses = (0.5, 0.6, 0.7, 0.8, 0.9)
    yield case("patience 0", partial(_stop, code, rng, losses, patience=0), losses=list(losses))
    yield case("patience not given", partial(_stop, code, rng, losses), losses=list(losses))


def _restored(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    """Give the weights after `restore`; those of an epoch are its number."""
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    watch.restore()
    return model.head.weight


WEIGHTS = "the weights, which are the number of an epoch"


@suite.check("gives the model back the weights of the best epoch", sees=WEIGHTS)
def best_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_restored, code, rng)


def _broken_off(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    model.train_until(len(losses) + 0.5)
    watch.restore()
    return model.head.weight


@suite.check("gives them back even if the model was trained on after the last epoch", sees=WEIGHTS)
def trained_on(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_broken_off, code, rng)


def _buffers(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    watch.restore()
    return {"the weights": model.head.weight, "the bias": model.head.bias, "the buffer": model.counts}


@suite.check("gives back every parameter and every buffer")
def whole_state(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_buffers, code, rng, **{"two epochs, larger": (0.5, 0.7)})


def _given(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    watch.restore()
    same = getattr(watch, "model", model) is model
    return {"its weights": model.head.weight, "the model that is watched now": "the given one" if same else "another"}


@suite.check("writes the weights into the very model that was given")
def given_model(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_given, code, rng, **{"one epoch": (0.7,), "two epochs, larger": (0.5, 0.7)})


def _step(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    """Train on after `restore` with an optimizer from before, whose step makes each weight smaller by a half."""
    model = Numbered(rng)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    watch.restore()
    optimizer.zero_grad()
    sum(weight.sum() for weight in model.parameters()).backward()  # type: ignore[union-attr]
    optimizer.step()
    return model.head.weight


@suite.check(
    "leaves the model's own tensors to the optimizer", sees="the weights, an epoch's number less a step of 0.5"
)
def own_tensors(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_step, code, rng, **{"one epoch": (0.7,), "two epochs, larger": (0.5, 0.7)})


@suite.check("leaves the model as it is until the weights are asked for", sees=WEIGHTS)
def untouched(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
        model = Numbered(rng)
        _epochs(code.early_stopping.EarlyStopping(model, patience=1), model, losses)
        return model.head.weight

    yield from _cases(see, code, rng, **{"two epochs, larger": (0.5, 0.7)})


@suite.check("takes the first of equal losses as the best", careful=True)
def equal_losses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    courses = {"two epochs, equal": (0.5, 0.5), "four epochs, the smallest one twice": (0.7, 0.4, 0.5, 0.4)}
    yield from _cases(_best, code, rng, **courses)


@suite.check("counts an equal loss as no improvement", sees=LAST, careful=True)
def equal_patience(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for epochs in (1, 2):
        see = partial(_stop, code, rng, (0.5, 0.5, 0.5, 0.5), patience=epochs)
        yield case(f"patience {epochs}, equal losses", see)


NOT_A_NUMBER = {
    "one epoch, not a number": (nan,),
    "two epochs, the first not a number": (nan, 0.5),
    "two epochs, the last not a number": (0.5, nan),
    "three epochs, the second not a number, then smaller": (0.5, nan, 0.4),
    "three epochs, the second not a number, then larger": (0.5, nan, 0.6),
}


@suite.check("never takes a loss that is not a number for an improvement", careful=True)
def not_a_number(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_best, code, rng, **NOT_A_NUMBER)


@suite.check("spends patience on losses that are not a number", sees=LAST, careful=True)
def not_a_number_patience(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"the last ones not a number": (0.5, nan, nan, nan), "the first ones not a number": (nan, nan, nan)}
    for label, losses in cases.items():
        yield case(f"patience 2, {label}", partial(_stop, code, rng, losses, patience=2), losses=list(losses))


@suite.check("gives back the weights of the start where no epoch was the best", sees="the weights", careful=True)
def start(code: Code, rng: torch.Generator) -> Iterator[Case]:
    courses: dict[str, tuple[float, ...]] = {START: (), "two epochs, not a number": (nan, nan)}
    yield from _cases(_broken_off, code, rng, **courses)


def _twice(code: Code, rng: torch.Generator, losses: Sequence[float]) -> Any:
    """Give the weights back, train on, and give them back once more."""
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, losses)
    watch.restore()
    model.train_until(9)
    watch.restore()
    return model.head.weight


@suite.check("gives the same weights back a second time", sees=WEIGHTS, careful=True)
def again(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _cases(_twice, code, rng, **{"one epoch": (0.7,), "two epochs, larger": (0.5, 0.7)})


def _conditions(code: Code, rng: torch.Generator, training: bool) -> Any:
    model = Numbered(rng).train(training)
    model.head.bias.requires_grad_(False)
    watch = code.early_stopping.EarlyStopping(model)
    _epochs(watch, model, (0.5, 0.7))
    watch.restore()
    trains = {name: "trains" if weight.requires_grad else "frozen" for name, weight in model.named_parameters()}
    return {"the modes afterwards": mode_of_each(model), "the weights afterwards": trains}


@suite.check("leaves modes, and which weights are frozen, as they were", careful=True)
def conditions(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode, training in {"train": True, "eval": False}.items():
        yield case(f"in {mode} mode, one weight frozen", partial(_conditions, code, rng, training))


@suite.check("answers each loss with True or False", sees="the answers", careful=True)
def answers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for epochs in (0, 1):
        see = partial(_answers, code, rng, epochs)
        yield case(f"patience {epochs}", see)


def _answers(code: Code, rng: torch.Generator, epochs: int) -> list[Any]:
    model = Numbered(rng)
    watch = code.early_stopping.EarlyStopping(model, epochs)
    return _epochs(watch, model, (0.5, 0.6))
