"""Contrastive learning: what belongs together is drawn close, everything else is pushed away."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import AdamW

from .config import OptimizerConfig
from .dataset import MultiTaskDataset
from .encoder import SentenceTransformer
from .tasks import UNLABELLED


def contrastive_loss(
    anchors: Tensor, candidates: Tensor, excluded: Tensor | None = None, temperature: float = 0.05
) -> Tensor:
    """Ask of each anchor which candidate belongs to it; all others are its negatives (InfoNCE).

    A cross-entropy over the cosines, divided by the temperature (Henderson et al. 2017, https://arxiv.org/abs/1705.00652;
    Gao et al. 2021, https://arxiv.org/abs/2104.08821). The batch itself provides the negatives, so they cost nothing.

    Args:
        anchors: `(batch, dim)`, of any length other than 0.
        candidates: `(candidates, dim)`, at least as many. Candidate `i` belongs to anchor `i`; those beyond the batch
            belong to none.
        excluded: `(batch, candidates)`, True where a candidate is no negative of an anchor, because the two belong
            together as well. An anchor's own candidate always counts, whatever stands there.
        temperature: Divides the cosines. The smaller, the more the nearest negatives count.

    Returns:
        A scalar, in nats: the mean over the anchors.

    Raises:
        ValueError: The temperature is not greater than 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}, but must be greater than 0")
    scores = F.normalize(anchors, dim=-1) @ F.normalize(candidates, dim=-1).T / temperature  # (batch, candidates)
    if excluded is not None:
        own = torch.eye(*scores.shape, dtype=torch.bool, device=scores.device)
        scores = scores.masked_fill(excluded & ~own, float("-inf"))
    return F.cross_entropy(scores, torch.arange(len(scores), device=scores.device))


def simcse_loss(
    model: SentenceTransformer, input_ids: Tensor, attention_mask: Tensor, temperature: float = 0.05
) -> Tensor:
    """Let each sentence find itself again: embedded twice, it differs by its dropout alone (SimCSE).

    No labels are needed (Gao et al. 2021, https://arxiv.org/abs/2104.08821). Dropout is on while this runs, in every
    part of the model; afterwards each module has the mode that it had.

    Args:
        model: Embeds the sentences: `project` of their `features`.
        input_ids: `(batch, seq)`.
        attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.
        temperature: As in `contrastive_loss`.

    Returns:
        A scalar, in nats: `contrastive_loss` of the first embeddings and the second ones.
    """
    with _dropout(model):
        # Dropout draws for each row anew, so one pass over both copies is as good as two passes.
        features = model.features(input_ids.repeat(2, 1), attention_mask.repeat(2, 1))
        first, second = model.project(features).chunk(2)
    return contrastive_loss(first, second, temperature=temperature)


@contextmanager
def _dropout(model: nn.Module) -> Iterator[None]:
    """Switch dropout on, in frozen parts too, then give every module the mode that it had."""
    modes = [(module, module.training) for module in model.modules()]
    for module, _ in modes:
        module.training = True
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def hard_negatives(embeddings: Tensor, groups: Tensor, count: int = 1) -> Tensor:
    """Find for each sentence those of other groups that are most similar to it: the ones that it is confused with.

    Args:
        embeddings: `(batch, dim)`, of any length other than 0.
        groups: `(batch,)`; sentences of one group belong together.
        count: How many to find for each.

    Returns:
        Their positions, `(batch, count)`, the most similar first.

    Raises:
        ValueError: A sentence has fewer than `count` sentences of other groups beside it.
    """
    together = groups.unsqueeze(1) == groups  # a sentence and itself, too
    if (~together).sum(dim=1).min() < count:
        raise ValueError(f"count is {count}, but some sentence has fewer sentences of other groups beside it")
    unit = F.normalize(embeddings, dim=-1)
    return (unit @ unit.T).masked_fill(together, float("-inf")).topk(count).indices


def label_groups(dataset: MultiTaskDataset) -> Tensor:
    """Number the sentences' groups, `(batch,)`: those that agree in the labels of both tasks belong together.

    Raises:
        ValueError: A sentence lacks a label.
    """
    labels = torch.tensor([sample.labels for sample in dataset.samples])
    if (labels == UNLABELLED).any():
        raise ValueError("some sentences lack a label, but a group is told by the labels of both tasks: leave them out")
    groups: Tensor = labels.unique(dim=0, return_inverse=True)[1]
    return groups


def draw_partners(groups: Tensor, generator: torch.Generator) -> Tensor:
    """Give each sentence another one of its group, at random; one that is alone in its group is its own partner.

    Args:
        groups: `(batch,)`.
        generator: The only source of randomness.

    Returns:
        The partners' positions, `(batch,)`; each sentence is the partner of exactly one.
    """
    partners = torch.empty_like(groups)
    for group in groups.unique():
        members = (groups == group).nonzero().flatten()
        shuffled = members[torch.randperm(len(members), generator=generator)]
        partners[shuffled] = shuffled.roll(1)
    return partners


def train_by_groups(
    model: SentenceTransformer,
    embed: Callable[[Tensor], Tensor],
    groups: Tensor,
    config: OptimizerConfig,
    hard: int = 0,
    temperature: float = 0.05,
    exclude: bool = True,
) -> list[float]:
    """Draw the sentences of a group together, and push all others away.

    Args:
        model: Trained in place.
        embed: Gives the embeddings, `(rows, dim)`, of the sentences at some positions, with gradients.
        groups: `(batch,)`, of all sentences that `embed` knows.
        config: Of it count `epochs`, `batch_size`, `learning_rate`, `weight_decay` and `seed`.
        hard: So many hard negatives for each anchor besides those of its batch; found anew in every epoch.
        temperature: As in `contrastive_loss`.
        exclude: Leave sentences of one group out of each other's negatives.

    Returns:
        The mean loss of each epoch's batches, in nats.
    """
    generator = torch.Generator().manual_seed(config.seed)

    def prepare() -> Callable[[Tensor], Tensor]:
        partners = draw_partners(groups, generator).unsqueeze(1)
        if hard:
            with torch.no_grad():
                partners = torch.cat([partners, hard_negatives(embed(torch.arange(len(groups))), groups, hard)], dim=1)

        def loss_of(rows: Tensor) -> Tensor:
            candidates = partners[rows].T.flatten()  # each anchor's own first
            anchors, others = embed(torch.cat([rows, candidates])).split([len(rows), len(candidates)])
            together = groups[rows].unsqueeze(1) == groups[candidates]
            return contrastive_loss(anchors, others, together if exclude else None, temperature)

        return loss_of

    return _descend(model, len(groups), prepare, config)


def train_by_dropout(
    model: SentenceTransformer, sentences: Sequence[str], config: OptimizerConfig, temperature: float = 0.05
) -> list[float]:
    """Train on sentences without labels, by `simcse_loss`; arguments and result as in `train_by_groups`."""

    def loss_of(rows: Tensor) -> Tensor:
        inputs = model.tokenize([sentences[row] for row in rows.tolist()])
        return simcse_loss(model, **inputs, temperature=temperature)

    return _descend(model, len(sentences), lambda: loss_of, config)


def _descend(
    model: nn.Module, count: int, prepare: Callable[[], Callable[[Tensor], Tensor]], config: OptimizerConfig
) -> list[float]:
    """Move the trainable weights against the gradient of a loss that is prepared anew for each epoch."""
    torch.manual_seed(config.seed)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = AdamW(trainable, config.learning_rate, weight_decay=config.weight_decay)
    means = []
    for _ in range(config.epochs):
        loss_of, losses = prepare(), []
        for rows in torch.randperm(count).split(config.batch_size):
            optimizer.zero_grad()
            loss = loss_of(rows)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    return means
