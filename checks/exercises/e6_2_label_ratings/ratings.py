"""Rated sentences, made of their ratings."""

from collections.abc import Sequence
from typing import Any

from ...protocol.suite import Code, expect

Ratings = Sequence[float]
Topics = tuple[Ratings, Ratings]  # of technology, of entertainment

FOUR: Topics = ((-1.5, 2.0), (-2.5, 3.0))
EIGHT: Topics = ((1.0, -3.0, 2.5, -0.75), (-1.25, 3.5, -2.0, 0.8))


def rated_sentences(code: Code, ratings: Topics, reviews: int = 100, ending: str = "") -> list[Any]:
    """Make rated sentences on both topics, each sentence another.

    Args:
        code: Knows how a rated sentence looks.
        ratings: Of the sentences.
        reviews: The sentences belong to so many reviews, in turn.
        ending: Of sentences and reviews.
    """
    return [
        [
            code.reviews.RatedSentence(f"{name} {number}{ending}", float(rating), f"{number % reviews}{ending}")
            for number, rating in enumerate(topic, start=1)
        ]
        for name, topic in zip(("gadget", "film"), ratings, strict=True)
    ]


def labelled(code: Code, rated: Sequence[Any], size: int, *options: Any, **more: Any) -> tuple[list[Any], Any]:
    """Label sentences on both topics; gives the samples, and how many sentences were neutral."""
    result = expect(code.reviews.Labelled, code.reviews.label_ratings(*rated, size, *options, **more))
    return expect(code.dataset.MultiTaskDataset, result.dataset, "the dataset").samples, result.neutral


def shown(ratings: Topics) -> dict[str, Any]:
    return {"ratings of technology": list(ratings[0]), "ratings of entertainment": list(ratings[1])}
