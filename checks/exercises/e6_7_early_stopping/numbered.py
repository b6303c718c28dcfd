"""A model that knows in which epoch it is."""

import torch
from torch import nn

from ..inputs import tenths


class Numbered(nn.Module):
    """A model whose weights say in which epoch it is, and whose buffer does as well."""

    counts: torch.Tensor

    def __init__(self, rng: torch.Generator) -> None:
        super().__init__()
        self.head = nn.Linear(2, 1)
        self.register_buffer("counts", torch.zeros(2))
        with torch.no_grad():
            for weight in self.parameters():
                weight.copy_(-1 - tenths(torch.rand(weight.shape, generator=rng)))

    @torch.no_grad()
    def train_until(self, epoch: float) -> None:
        """Write the number of an epoch into all weights, in place as an optimizer does."""
        for weight in (*self.parameters(), *self.buffers()):
            weight.fill_(epoch)
