"""The last snapshot of a training, as a file: from it the training goes on, to the bit."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from ..config import TrainingConfig
from ..dataset import Batch, MultiTaskDataset
from ..evaluator import EpochMetrics
from ..losses import Criterion
from ..multitask import MultiTaskSentenceTransformer
from ..snapshots import Part, Snapshots
from .files import replace_file
from .states import OptimizerState, RandomState, WeightsState
from .unfinished import Unfinished, read_unfinished

SHARE = 0.05  # of the time, that saving may take


class SnapshotFile(Snapshots):
    """Keeps the last snapshot of one training in a file, which is whole at any moment.

    Args:
        path: The file.
        config: Of the training.
        sets: All sentences that its results depend on.
        resume: Go on from the snapshot in the file; if not, the first epoch's takes its place.
        share: Of the time, that saving may take: where epochs are short, some are left out; 0: all are.
    """

    def __init__(
        self,
        path: str | Path,
        config: TrainingConfig,
        sets: Iterable[MultiTaskDataset | None],
        resume: bool = False,
        share: float = SHARE,
    ) -> None:
        self.path = Path(path)
        self.config = config
        self.resume = resume
        self._sentences = _fingerprint_of_sentences(sets)
        self.share = share
        self._next = 0.0  # the time from which on the next snapshot may be taken
        self._included: dict[str, Part] = {}

    def include(self, name: str, part: Part) -> None:
        """Let something else that changes in a training be part of its snapshots; to be said before it starts."""
        self._included[name] = part

    def restore(
        self,
        model: MultiTaskSentenceTransformer,
        criterion: Criterion,
        optimizer: Optimizer,
        batches: DataLoader[Batch],
    ) -> list[EpochMetrics]:
        """Take what makes up a training and, if it is to go on, give it the state that it had at the last snapshot.

        Raises:
            OSError: There is no snapshot, or it cannot be read.
            ValueError: It is damaged, or one of another training.
        """
        self._device, self._weights = model.device.type, WeightsState(model)
        self._parts: dict[str, Part] = {
            "model": self._weights,
            "criterion": criterion,
            "optimizer": OptimizerState(optimizer),
            **self._included,
            "random": RandomState(model.device, batches.generator),  # the last: another part may draw
        }
        return self._load() if self.resume else []

    def _load(self) -> list[EpochMetrics]:
        said, states = read_unfinished(self.path), self._read()
        self._weights.resting -= states["model"].keys()
        now = self._description(said.epochs)
        for what in ("config", "sentences", "device", "model"):
            if getattr(said, what) != getattr(now, what):
                cure = f"give --device {said.device}" if what == "device" else "train without --resume"
                raise ValueError(f"{self.path} cannot be resumed: {OTHERS[what]}; {cure}")
        for name, part in self._parts.items():
            part.load_state_dict(states[name])
        history: list[EpochMetrics] = json.loads(bytes(states["history"]["json"].tolist()))
        return history

    def _read(self) -> dict[str, dict[str, Tensor]]:
        states: dict[str, dict[str, Tensor]] = defaultdict(dict)
        try:
            tensors = load_file(self.path)
        except SafetensorError as error:
            raise ValueError(f"{self.path} is damaged: {error}; train without --resume") from error
        for key, tensor in tensors.items():
            part, _, name = key.partition("/")
            states[part][name] = tensor
        return states

    def save(self, history: list[EpochMetrics]) -> None:
        """Put a snapshot in the place of the one before, unless that one is too recent.

        Raises:
            OSError: It cannot be written; the one before is then untouched.
        """
        self._weights.note()
        start = perf_counter()
        if not self.share or start < self._next:
            return
        as_bytes = bytearray(json.dumps(history), "utf-8")
        tensors = {"history/json": torch.frombuffer(as_bytes, dtype=torch.uint8)}
        for part, stateful in self._parts.items():
            for name, tensor in stateful.state_dict().items():
                tensors[f"{part}/{name}"] = tensor.contiguous()
        said = self._description(len(history)).to_metadata()
        replace_file(self.path, save(tensors, said))
        end = perf_counter()
        self._next = end + (end - start) * (1 / self.share - 1)

    def _description(self, epochs: int) -> Unfinished:
        return Unfinished(self.config, epochs, self._sentences, self._weights.fingerprint(), self._device)


OTHERS = {
    "config": "it is of another configuration",
    "sentences": "the sentences have changed since",
    "device": "it is of another --device",
    "model": "the backbone has changed since, or the type of its weights",
}


def _fingerprint_of_sentences(sets: Iterable[MultiTaskDataset | None]) -> str:
    content = [[each.taskA_classes, each.taskB_classes, each.samples] if each else None for each in sets]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
