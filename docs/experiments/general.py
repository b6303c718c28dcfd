"""What a backbone knows apart from the course's tasks: does it still find paraphrases, and keep the rest apart?"""

import torch
from torch import Tensor

from solutions.multitask import MultiTaskSentenceTransformer
from solutions.similarity import cosine_similarity_matrix
from solutions.trainer import cache_features

# Two sentences of a line mean nearly the same; sentences of different lines are unrelated.
PARAPHRASES = (
    ("The cat sat on the mat.", "A feline was resting on a rug."),
    ("The sun is shining outside.", "It's a beautiful sunny day outside."),
    ("He fell asleep on the train.", "During the railway journey he dozed off."),
    ("The bridge was closed after the storm.", "Because of the bad weather nobody could cross the river."),
    ("She planted tomatoes behind the house.", "There are vegetables growing in her back garden."),
    ("The bank raised its interest rates.", "Borrowing money has become more expensive."),
    ("Our team lost the final by one goal.", "We were narrowly beaten in the last match."),
    ("The patient recovered within a week.", "Seven days later the sick man was healthy again."),
    ("The children are building a sandcastle.", "Some kids play with sand on the beach."),
    ("He forgot where he had parked the car.", "He could not find his vehicle again."),
    ("The soup needs more salt.", "This broth tastes bland."),
    ("The museum opens at nine in the morning.", "Visitors can see the exhibition from 9 a.m."),
)
SENTENCES = [sentence for pair in PARAPHRASES for sentence in pair]


def similarities(model: MultiTaskSentenceTransformer) -> Tensor:
    """Compare all sentences by what the backbone makes of them, before the projection: `(24, 24)`."""
    return cosine_similarity_matrix(cache_features(model, SENTENCES))


def found_paraphrases(matrix: Tensor) -> float:
    """Give the share of sentences whose paraphrase is the most similar of all others."""
    others = matrix.clone().fill_diagonal_(-1)
    partners = torch.arange(len(matrix)) ^ 1
    return float((others.argmax(dim=1) == partners).double().mean())


def related_and_unrelated(matrix: Tensor) -> tuple[float, float]:
    """Give the mean cosine of paraphrases and of sentences that have nothing to do with each other."""
    positions = torch.arange(len(matrix))
    unrelated = positions.unsqueeze(1) // 2 != positions // 2
    return float(matrix[positions, positions ^ 1].mean()), float(matrix[unrelated].mean())


def drift(before: Tensor, after: Tensor) -> float:
    """Give how far the cosine of two unrelated sentences has moved, on average."""
    positions = torch.arange(len(before))
    unrelated = positions.unsqueeze(1) // 2 != positions // 2
    return float((after - before).abs()[unrelated].mean())
