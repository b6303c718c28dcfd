"""How good embeddings are by themselves, before any head reads them."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .contrastive import draw_partners, label_groups
from .dataset import MultiTaskDataset
from .similarity import cosine_similarity_matrix


class Geometry(NamedTuple):
    """Two measures of embeddings of length 1; of both, less is better (Wang & Isola 2020)."""

    alignment: float
    uniformity: float


def measure_geometry(anchors: Tensor, partners: Tensor) -> Geometry:
    """Measure how close the embeddings of what belongs together are, and how evenly all of them fill the sphere.

    Wang & Isola (2020, https://arxiv.org/abs/2005.10242). The embeddings are brought to length 1 first.

    Args:
        anchors: `(batch, dim)`, of any length other than 0.
        partners: `(batch, dim)`; row `i` belongs to anchor `i`.

    Returns:
        The alignment: the mean squared distance of an anchor and its partner, from 0 to 4. The uniformity: the
        logarithm of the mean of `exp(-2 * distance²)` over all pairs of two anchors, from -8 to 0 (all the same).

    Raises:
        ValueError: There are fewer than two anchors.
    """
    # TODO 7.4 measure how close and how spread embeddings are
    raise NotImplementedError("exercise 7.4: measure_geometry")


def spearman(similarities: Tensor, grades: Tensor) -> float:
    """Ask whether pairs that people call more alike are more similar, whatever the scales: correlate the ranks.

    Spearman (1904): Pearson's correlation of the ranks. Equal values share the mean of their ranks.

    Args:
        similarities: `(pairs,)`, such as cosines.
        grades: `(pairs,)`, on a graded scale.

    Returns:
        From -1 to 1; not a number if all values of one are equal, since there is no order to compare with.

    Raises:
        ValueError: The two are not of the same length.
    """
    # TODO 7.5 correlate similarities with a graded scale
    raise NotImplementedError("exercise 7.5: spearman")


class Quality(NamedTuple):
    """What embeddings are worth to two tasks, without a head."""

    geometry: Geometry
    spearman: float


def measure_quality(embeddings: Tensor, dataset: MultiTaskDataset, seed: int = 0) -> Quality:
    """Measure embeddings by the labels of their sentences.

    Args:
        embeddings: `(batch, dim)`, of the dataset's sentences.
        dataset: With labels of both tasks; what agrees in both belongs together.
        seed: Draws the partners for the alignment.

    Returns:
        The geometry, and Spearman's correlation of all pairs' cosines with the number of tasks in which they agree:
        none, one or both.
    """
    partners = draw_partners(label_groups(dataset), torch.Generator().manual_seed(seed))
    labels = torch.tensor([sample.labels for sample in dataset.samples])
    agreeing = (labels.unsqueeze(1) == labels).sum(dim=-1)  # (batch, batch)
    above = torch.triu_indices(len(labels), len(labels), offset=1).unbind()  # each pair once
    cosines = cosine_similarity_matrix(embeddings)
    return Quality(measure_geometry(embeddings, embeddings[partners]), spearman(cosines[above], agreeing[above]))
