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
    if [len(tags) for tags in expected] != [len(tags) for tags in predicted]:
        raise ValueError("expected and predicted tags are of different lengths; give one tag for each word in both")
    there, found = _find_entities(expected), _find_entities(predicted)
    right = len(there & found)
    precision = right / len(found) if found else 0.0
    recall = right / len(there) if there else 0.0
    f1 = 2 * right / (len(there) + len(found)) if right else 0.0
    return EntityScores(precision, recall, f1)


def _find_entities(sentences: Sequence[Sequence[str]]) -> set[Entity]:
    """Find the entities of all sentences."""
    entities = set()
    for number, tags in enumerate(sentences):
        start, open_type = 0, ""
        for place, tag in enumerate([*tags, "O"]):  # the last one closes what is still open
            prefix, _, type_ = tag.partition("-")
            if open_type and (prefix != "I" or type_ != open_type):
                entities.add(Entity(number, start, place, open_type))
                open_type = ""
            if prefix != "O" and not open_type:
                start, open_type = place, type_
    return entities
