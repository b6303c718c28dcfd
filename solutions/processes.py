"""Several processes that train one model: each computes its share of every batch.

Each process holds the whole model and goes through the same batches. Inside `forward` it computes its own rows, and is
given those that the others have computed: loss, loss weights and metrics are those of the whole batch, in every
process, and no code around `forward` has to know. `backward` reaches the own rows alone, so before each step of the
optimizer the gradients of all processes are added up.

One process does nothing of this, and needs no Accelerate.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from .multitask import MultiTaskOutput, MultiTaskSentenceTransformer

T = TypeVar("T")


def count_processes() -> int:
    """Say how many processes work together: 1, unless Accelerate's `PartialState` has joined them."""
    return _state().num_processes if distributed.is_available() and distributed.is_initialized() else 1


@contextmanager
def sharing(model: MultiTaskSentenceTransformer) -> Iterator[None]:
    """Share the work of a model and the gradients of its training, for as long as the block takes.

    Every process has to run the same block on the same batches. Its model starts with the first process's weights.
    """
    if count_processes() == 1:
        yield
        return
    from accelerate.utils import broadcast

    broadcast(list(model.state_dict().values()))  # in place
    forward = model.forward
    hook = register_optimizer_step_pre_hook(lambda *_: _add_up_gradients(model))
    model.forward = lambda **inputs: _forward_in_shares(forward, inputs)  # type: ignore[method-assign]
    try:
        yield
    finally:
        del model.forward  # the class's own is there again
        hook.remove()


def _forward_in_shares(forward: Callable[..., MultiTaskOutput], inputs: dict[str, Tensor]) -> MultiTaskOutput:
    size = len(next(iter(inputs.values())))
    rows = _own_rows(size)
    with _own_dropout(next(iter(inputs.values())).device):
        output = forward(**{name: tensor[rows] for name, tensor in inputs.items()})
    return MultiTaskOutput(*(_joined(own, size) for own in output))


def in_shares(compute: Callable[[Sequence[T]], Tensor], items: Sequence[T]) -> Tensor:
    """Compute a row for each item, every process those of its share.

    Returns:
        All rows, in the order of the items, in every process.
    """
    if count_processes() == 1:
        return compute(items)
    return _joined(compute([items[row] for row in _own_rows(len(items))]), len(items))


def _own_rows(size: int) -> list[int]:
    """Give every process as many rows; where too few are left, some come twice: `_joined` leaves the copies out."""
    share = -(-size // count_processes())
    first = _state().process_index * share
    return [row % size for row in range(first, first + share)]


def _joined(own: Tensor, size: int) -> Tensor:
    """Set the rows of all processes one below the other; those of this process keep their way back to the weights."""
    from accelerate.utils import gather

    rows: Tensor = gather(own.detach())
    first = _state().process_index * len(own)
    rows[first : first + len(own)] = own
    return rows[:size]


@contextmanager
def _own_dropout(device: torch.device) -> Iterator[None]:
    """Draw a dropout of one's own; the random state outside of the block stays the same in all processes."""
    seed = int(torch.randint(2**62, ()))
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed + _state().process_index)
        yield


def _add_up_gradients(model: nn.Module) -> None:
    """Each process has the gradient by its own rows; their sum is the whole batch's.

    Learned loss weights are not the model's: their gradient is the whole batch's already.
    """
    from accelerate.utils import reduce

    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    for gradient, total in zip(gradients, reduce(gradients, "sum"), strict=True):
        gradient.copy_(total)


def _state() -> Any:
    from accelerate import PartialState

    return PartialState()
