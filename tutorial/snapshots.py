"""A training that is interrupted can go on: where its state is kept, if anywhere."""

from typing import Protocol

from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from .dataset import Batch
from .evaluator import EpochMetrics
from .losses import Criterion
from .multitask import MultiTaskSentenceTransformer


class Part(Protocol):
    """Something whose state is a dictionary of tensors, as a module's is."""

    def state_dict(self) -> dict[str, Tensor]:
        """Give its state."""

    def load_state_dict(self, state: dict[str, Tensor]) -> object:
        """Go back to a state that `state_dict` has given; the model has its own state again by then."""


class Snapshots:
    """Keeps no snapshot: every training starts at its first epoch. `SnapshotFile` keeps the last one in a file."""

    def include(self, name: str, part: Part) -> None:
        """Let something else that changes in a training be part of its snapshots; to be said before it starts."""

    def restore(
        self,
        model: MultiTaskSentenceTransformer,
        criterion: Criterion,
        optimizer: Optimizer,
        batches: DataLoader[Batch],
    ) -> list[EpochMetrics]:
        """Take what makes up a training, and give it the state that it had when the last snapshot was taken.

        Returns:
            The history up to then, for the training to go on with; empty if there is no snapshot.
        """
        return []

    def save(self, history: list[EpochMetrics]) -> None:
        """Take a snapshot at the end of an epoch, when all that belongs to it is done."""


NO_SNAPSHOTS = Snapshots()
