"""How well may a reader expect anybody to do: how far do the people agree who rated the reviews?"""

import json
import random

from solutions.published import fetched

SEEDS = range(5)
FILES = {
    "technology": "amazonReviewSnippets_anonDataRatings.txt",
    "entertainment": "movieReviewSnippets_anonDataRatings.txt",
}
SETTINGS = {topic: {"topic": topic} for topic in FILES}
THRESHOLD = 0.5


def measure(seed: int, topic: str) -> dict[str, float]:
    """Take one rater of each sentence at random, and see what that one says where the others have a mood.

    The others' mean must lie beyond the threshold: the one who is asked has no part in what counts as right. For the
    label's own stability, the raters are divided into two halves.
    """
    rng = random.Random(seed)
    same = other = neutral = halves = agreed = 0
    for ratings in _ratings(topic):
        rng.shuffle(ratings)
        one, *rest = ratings
        if abs(_mean(rest)) > THRESHOLD:
            same += one * _mean(rest) > 0
            other += one * _mean(rest) < 0
            neutral += one == 0
        middle = len(ratings) // 2
        first, second = _mean(ratings[:middle]), _mean(ratings[middle:])
        if abs(_mean(ratings)) > THRESHOLD and first and second:
            halves += 1
            agreed += first * second > 0
    asked = same + other + neutral
    return {
        "same": same / asked,
        "neutral": neutral / asked,
        "opposite": other / asked,
        "accuracy": (same + neutral / 2) / asked,
        "halves_agree": agreed / halves,
    }


def _ratings(topic: str) -> list[list[int]]:
    path = fetched(f"reviews/{FILES[topic]}", "reviews", "2.4 MB")
    return [json.loads(line.split("\t")[3]) for line in path.read_text(encoding="utf-8-sig").splitlines()]


def _mean(ratings: list[int]) -> float:
    return sum(ratings) / len(ratings)
