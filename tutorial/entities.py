"""How good tags are: by whole entities, since half a phrase is no use to anybody."""

from collections.abc import Sequence
from typing import NamedTuple


class Entity(NamedTuple):
    """Words of one sentence that belong together: from `start` to before `end`, counted from 0."""

    sentence: int
    start: int
    end: int
    type: str


class EntityScores(NamedTuple):
    """Shares from 0 to 1: of the entities that were found, those that are there; of those that are there, those found.

    `f1` is their harmonic mean.
    """

    precision: float
    recall: float
    f1: float


def score_entities(expected: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> EntityScores:
    """Score the tags of sentences by whole entities: one counts only if both its ends and its type are right.

    An entity begins at a `B-`, and goes on as long as `I-` of its type follow. An `I-` that continues nothing, because
    it comes first, after an `O` or after another type, begins an entity as well: so counts conlleval, the script of the
    CoNLL-2000 task (Tjong Kim Sang & Buchholz 2000, https://aclanthology.org/W00-0726), and those that follow it.

    Args:
        expected: For each sentence, the tags of its words, such as `O`, `B-noun`, `I-does`.
        predicted: The same for what a model says.

    Returns:
        Precision, recall and F1 over the entities of all sentences together; each is 0 where nothing can be divided.

    Raises:
        ValueError: The two are of different numbers of sentences, or of words in one of them.
    """
    # TODO 5.10 score whole entities
    raise NotImplementedError("exercise 5.10: score_entities")


