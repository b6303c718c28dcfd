"""What the checks of exercise 5.3 find out about each fold: which sentences its model was given, and when."""

from typing import Any

import torch
from torch import Tensor, nn

from ..models import SPECIAL, WORDS

VOCABULARY = dict(enumerate(WORDS, start=len(SPECIAL)))


class Recorder:
    """Records what backbones are given, fold by fold.

    A fold begins where a model is trained that is new, or that has been tested before.

    Attributes:
        folds: Of each: the sentences that it was `trained on` in train mode, those that it was `tested on` in eval
            mode, the seed that the training started with, and whether the backbone's weights were those of the first
            fold's beginning.
    """

    def __init__(self) -> None:
        self.folds: list[dict[str, Any]] = []
        self._current: dict[nn.Module, dict[str, Any]] = {}
        self._fresh: Tensor | None = None

    @property
    def tested(self) -> int:
        """Count the folds that have been tested so far."""
        return sum(bool(fold["tested on"]) for fold in self.folds)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Recorder":
        """Stay the same where a model is copied: its copy is watched, too."""
        return self

    def watch(self, backbone: nn.Module) -> nn.Module:
        """Record from now on what a backbone is given."""
        backbone.register_forward_pre_hook(self._record, with_kwargs=True)
        return backbone

    def _record(self, backbone: nn.Module, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        fold = self._current.get(backbone)
        if fold is None or (backbone.training and fold["tested on"]):
            fold = {"trained on": [], "tested on": [], "seed": None, "begins with": self._beginning(backbone)}
            self._current[backbone] = fold
            self.folds.append(fold)
        if backbone.training and fold["seed"] is None:
            fold["seed"] = torch.initial_seed()
        given = fold["trained on" if backbone.training else "tested on"]
        given[:] = sorted({*given, *_sentences(options.get("input_ids", *arguments[:1]))})

    def _beginning(self, backbone: nn.Module) -> str:
        """Tell whether a backbone has been trained since the first fold began."""
        weights = torch.cat([parameter.detach().flatten() for parameter in backbone.parameters()])
        if self._fresh is None:
            self._fresh = weights
        return "fresh weights" if torch.equal(weights, self._fresh) else "weights that were trained before"


def _sentences(ids: Tensor) -> list[str]:
    """Read sentences from a batch of token ids."""
    return [" ".join(VOCABULARY[token] for token in row if token in VOCABULARY) for row in ids.tolist()]
