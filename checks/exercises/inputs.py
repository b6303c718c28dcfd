"""Inputs for the checks: small, seeded, and awkward where learners' code tends to break."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..protocol.codec import Refused
from ..protocol.suite import WrongForm, expect

HALVES = (torch.float16, torch.bfloat16)


def lengths_to_mask(lengths: tuple[int, ...]) -> Tensor:
    """Make an attention mask, `(batch, seq)`, from the number of real tokens in each sentence."""
    return (torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)).long()


def ragged_batch(
    rng: torch.Generator, lengths: tuple[int, ...] = (5, 2, 7, 1), hidden: int = 6
) -> tuple[Tensor, Tensor]:
    """Make token embeddings, `(batch, seq, hidden)`, of sentences of different lengths, and their mask.

    The padding holds numbers as well, as it does after a transformer.
    """
    mask = lengths_to_mask(lengths)
    return torch.randn(*mask.shape, hidden, generator=rng), mask


def logits_and_labels(rng: torch.Generator, size: int = 6, classes: tuple[int, int] = (3, 2)) -> tuple[Tensor, ...]:
    """Make both tasks' logits and labels, in the order of the loss's arguments."""
    logits = [torch.randn(size, number, generator=rng) * 2 for number in classes]
    return *logits, *(torch.randint(number, (size,), generator=rng) for number in classes)


def unchanged(batch: tuple[Tensor, ...], before: list[Tensor]) -> dict[str, bool]:
    """Tell of each argument of a loss whether it is as it was before."""
    names = ("taskA_logits", "taskB_logits", "taskA_labels", "taskB_labels")
    pairs = zip(names, batch, before, strict=True)
    return {f"{name} as before": torch.equal(tensor, copy) for name, tensor, copy in pairs}


def tenths(values: Tensor) -> Tensor:
    """Round numbers, so that a learner can follow them in a picture."""
    return (10 * values).round() / 10 + 0.0  # no negative zero


def afterwards(call: Callable[..., Any], **inputs: Any) -> dict[str, Any]:
    """Call something with its inputs in order, and look at them again.

    The result is looked at too: who does nothing leaves everything as it was.
    """
    result = call(*inputs.values())
    return {"the result": result, **{f"{name} afterwards": value for name, value in inputs.items()}}


def outcome(call: Callable[[], Any]) -> Any:
    """Call something that may be refused: its result, or the exception that it raises."""
    try:
        return call()
    except Exception as error:
        kinds = tuple(kind.__name__ for kind in type(error).__mro__)
        return Refused(type(error).__name__, " ".join(str(error).split()), kinds)


def send_back(result: Any, factors: Tensor, name: str = "what came back") -> None:
    """Send a gradient back from what came back: from the sum of its values, each times a factor.

    Args:
        result: What came back.
        factors: One for each of its values.
        name: Of it, in words of the exercise.

    Raises:
        WrongForm: It is no tensor of that shape, or no gradient can flow back from it.
    """
    value = expect(Tensor, result, name)
    if value.shape != factors.shape:
        raise WrongForm(f"{name}: expected shape {tuple(factors.shape)}, got {tuple(value.shape)}")
    if not value.requires_grad:
        raise WrongForm(f"{name}: no gradient can flow back, it is cut off from what went in")
    (value * factors).sum().backward()
