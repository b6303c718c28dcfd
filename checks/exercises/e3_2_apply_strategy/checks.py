"""Checks of exercise 3.2, `apply_strategy`."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, case
from ..parts import (
    TOKENS,
    decaying_optimizer,
    flags_of,
    in_place,
    modes_of,
    moves_of,
    own_mode,
    parts_of,
    small_distilbert_model,
    small_model,
    strategies,
    take_step,
)

suite = Suite(sees="the parts")

# What is frozen first, and then: each part is unfrozen once.
PAIRS = (("everything", "nothing"), ("everything", "backbone"), ("head-a", "head-b"), ("head-b", "head-a"))


def _apply(code: Code, model: nn.Module, *strategies: Any) -> None:
    """Apply strategies to a model, one after the other."""
    for strategy in strategies:
        in_place(lambda model: code.freezing.apply_strategy(model, strategy), model)  # noqa: B023  # it is called at once


def _flags(code: Code, model: nn.Module, *strategies: Any) -> dict[str, str]:
    """Apply strategies, and say which parts train."""
    _apply(code, model, *strategies)
    return flags_of(parts_of(model))


def _modes(code: Code, model: nn.Module, *strategies: Any) -> dict[str, str]:
    """Apply strategies, and say which parts are in which mode."""
    _apply(code, model, *strategies)
    return {**own_mode(model), **modes_of(parts_of(model))}


@suite.check("freezes all parameters of the parts that the strategy names, and no other")
def frozen_parts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code):
        yield case(label, partial(_flags, code, small_model(code, rng), strategy))
    strategy = code.config.FreezeStrategy.BACKBONE
    yield case(
        "the strategy 'backbone', on DistilBERT", partial(_flags, code, small_distilbert_model(code, rng), strategy)
    )


@suite.check("unfreezes all other parts, whatever was frozen before")
def earlier_freezing(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for first, second in PAIRS:
        model, both = small_model(code, rng), map(code.config.FreezeStrategy, (first, second))
        yield case(f"'{first}', then '{second}'", partial(_flags, code, model, *both))
    model = small_model(code, rng)
    for parameter in model.parameters():
        parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
    strategy = code.config.FreezeStrategy.BACKBONE
    yield case("half of all parameters frozen by hand, then 'backbone'", partial(_flags, code, model, strategy))
    drawn = torch.randint(len(code.config.FreezeStrategy), (12,), generator=rng).tolist()
    several = [list(code.config.FreezeStrategy)[index] for index in drawn]
    yield case(
        "twelve strategies in turn, in any order", partial(_flags_in_turn, code, small_model(code, rng), several)
    )


def _flags_in_turn(code: Code, model: nn.Module, strategies: Iterable[Any]) -> dict[str, str]:
    """Apply strategies in turn, and say after each which parts train."""
    turns = {number: _flags(code, model, strategy) for number, strategy in enumerate(strategies, start=1)}
    return {f"{part} after strategy {turn}": flag for turn, flags in turns.items() for part, flag in flags.items()}


@suite.check(
    "keeps frozen parts from moving, despite weight decay and gradients left over from before",
    sees="the step",
    careful=True,
)
def frozen_step(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code, "backbone", "head-a", "head-b", "everything"):
        yield case(label, partial(_step, code, small_model(code, rng), strategy))


def _step(code: Code, model: nn.Module, strategy: Any) -> dict[str, str]:
    """Apply a strategy between two training steps, and say what the second one moves."""
    optimizer = decaying_optimizer(model)
    take_step(model, optimizer)  # now there are gradients and momentum everywhere
    _apply(code, model, strategy)
    return moves_of(parts_of(model), partial(take_step, model, optimizer))


@suite.check("puts frozen parts into eval mode, and leaves the others in train mode")
def train_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code):
        yield case(label, partial(_modes, code, small_model(code, rng), strategy))


@suite.check("brings parts that are unfrozen back into the model's train mode")
def train_mode_again(code: Code, rng: torch.Generator) -> Iterator[Case]:
    everything = code.config.FreezeStrategy.EVERYTHING
    for label, strategy in strategies(code, "nothing", "backbone", "head-b"):
        name = f"everything frozen first, then {label}"
        yield case(name, partial(_modes, code, small_model(code, rng), everything, strategy))


@suite.check("switches a frozen backbone's dropout off, also after `model.train()`, and keeps that of the heads on")
def frozen_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, Callable[[nn.Module], Any]] = {
        "at once": lambda model: None,
        "after model.train()": lambda model: model.train(),
    }
    for label, then in cases.items():
        # With this many hidden units in its heads, no two passes drop the same ones by chance.
        yield case(label, partial(_two_passes, code, small_model(code, rng, dim=128), then))


def _two_passes(code: Code, model: nn.Module, then: Callable[[nn.Module], Any]) -> dict[str, str]:
    """Freeze the backbone, and say what two passes over the same sentences have in common."""
    _apply(code, model, code.config.FreezeStrategy.BACKBONE)
    then(model)
    first, second = model(*TOKENS), model(*TOKENS)
    same = {name: torch.equal(getattr(first, name), getattr(second, name)) for name in ("embeddings", "taskA_logits")}
    return {f"{name} of two passes": "the same" if equal else "different" for name, equal in same.items()}


@suite.check("leaves weights, dropout probabilities and the parameters themselves as they were")
def weights_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code, "nothing", "backbone", "head-a", "everything"):
        yield case(label, partial(_kept, code, small_model(code, rng), strategy))


def _kept(code: Code, model: nn.Module, strategy: Any) -> dict[str, Any]:
    """Apply a strategy, and say what is no longer as it was, and what is frozen: who does nothing changes nothing."""
    dropouts, parameters = _dropouts(model), dict(model.named_parameters())
    moves = moves_of(parts_of(model), partial(_apply, code, model, strategy))
    replaced = [name for name, parameter in model.named_parameters() if parameter is not parameters.get(name)]
    changed = [f"{p} of {name}" for name, p in _dropouts(model).items() if p != dropouts.get(name)]
    return {
        "parts whose weights changed": _listed(name for name, move in moves.items() if move == "moved"),
        "parameters that were replaced by new ones": _listed(replaced),
        "changed dropout probabilities": _listed(changed),
        "dropouts that are gone": _listed(name for name in dropouts if name not in _dropouts(model)),
        **flags_of(parts_of(model)),
    }


def _listed(names: Iterable[str], most: int = 2) -> str:
    """List names, or the first of them."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more or "none"


def _dropouts(model: nn.Module) -> dict[str, float]:
    """Give the probability of each dropout in a model."""
    return {name: module.p for name, module in model.named_modules() if isinstance(module, nn.Dropout)}


@suite.check("leaves a model that is in eval mode there", careful=True)
def eval_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code, "nothing", "backbone", "head-b"):
        yield case(label, partial(_flags_and_modes, code, small_model(code, rng).eval(), strategy))


def _flags_and_modes(code: Code, model: nn.Module, strategy: Any) -> dict[str, str]:
    return {**_modes(code, model, strategy), **flags_of(parts_of(model))}
