"""What changes while a model trains, each part of it as a dictionary of tensors."""

import hashlib
from collections import defaultdict

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


class WeightsState:
    """The weights of a model that may have moved, and which of them are frozen by now.

    A parameter that was frozen in every epoch is as it was at first, and need not be kept: a fingerprint will do.
    """

    TRAINABLE = ".trainable"  # for each parameter, whether it is

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.resting = {name for name, _ in model.named_parameters()}
        self._fingerprints: dict[frozenset[str], str] = {}

    def note(self) -> None:
        """Look at what is trainable in this epoch; to be called after each, whether its weights are kept or not."""
        self.resting -= {name for name, weights in self.model.named_parameters() if weights.requires_grad}

    def state_dict(self) -> dict[str, Tensor]:
        """Give all weights but those that have been frozen in every epoch."""
        parameters = dict(self.model.named_parameters())
        kept = {name: weights for name, weights in self.model.state_dict().items() if name not in self.resting}
        return {**kept, self.TRAINABLE: torch.tensor([weights.requires_grad for weights in parameters.values()])}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Give the model these weights, and freeze what was frozen."""
        kept = {name: weights for name, weights in state.items() if name != self.TRAINABLE}
        self.model.load_state_dict({**self.model.state_dict(), **kept})
        for weights, trainable in zip(self.model.parameters(), state[self.TRAINABLE].tolist(), strict=True):
            weights.requires_grad = trainable
        self.model.train()  # as after an epoch: all but what is frozen

    def fingerprint(self) -> str:
        """Tell models apart by the form of all weights, and by the values of those that are not kept."""
        resting = frozenset(self.resting)
        if resting not in self._fingerprints:
            found = hashlib.sha256()
            for name, weights in self.model.state_dict().items():
                found.update(f"{name} {weights.dtype} {tuple(weights.shape)}\n".encode())
                if name in resting:
                    found.update(weights.cpu().contiguous().view(-1).view(torch.uint8).numpy())
            self._fingerprints = {resting: found.hexdigest()}
        return self._fingerprints[resting]


class OptimizerState:
    """What an optimizer remembers of each parameter, and how far its learning rates have come."""

    CHANGING = ("lr", "initial_lr", "steps")  # all else of its groups is configured

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer

    def state_dict(self) -> dict[str, Tensor]:
        """Give what it remembers, as `0.exp_avg`, and the rates of its groups, as `group.0.lr`."""
        state = self.optimizer.state_dict()["state"]
        remembered = {f"{index}.{name}": value for index, named in state.items() for name, value in named.items()}
        rates = {
            f"group.{index}.{name}": torch.tensor(group[name], dtype=torch.float64)
            for index, group in enumerate(self.optimizer.param_groups)
            for name in self.CHANGING
            if name in group
        }
        return {**remembered, **rates}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Give the optimizer its memory and its rates back."""
        content = self.optimizer.state_dict()
        remembered: dict[int, dict[str, Tensor]] = defaultdict(dict)
        for key, value in state.items():
            of, _, name = key.partition(".")
            if of == "group":
                index, _, name = name.partition(".")
                content["param_groups"][int(index)][name] = value.item()
            else:
                remembered[int(of)][name] = value
        self.optimizer.load_state_dict({**content, "state": dict(remembered)})


class RandomState:
    """Where the random numbers have come to: those of dropout, on both devices, and the order of the sentences."""

    def __init__(self, device: torch.device, order: torch.Generator | None) -> None:
        self.order = order
        self.accelerator = None if device.type == "cpu" else torch.get_device_module(device)

    def state_dict(self) -> dict[str, Tensor]:
        """Give the state of each generator."""
        state = {"cpu": torch.get_rng_state()}
        if self.accelerator:
            state["accelerator"] = self.accelerator.get_rng_state()
        if self.order:
            state["order"] = self.order.get_state()
        return state

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take each generator back to its state."""
        torch.set_rng_state(state["cpu"])
        if self.accelerator:
            self.accelerator.set_rng_state(state["accelerator"])
        if self.order:
            self.order.set_state(state["order"])
