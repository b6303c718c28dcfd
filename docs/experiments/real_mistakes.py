"""Real reviews: what kind of sentence does the model get wrong?"""

from typing import Any

from solutions.dataset import MultiTaskDataset, Sample

from .real import FROZEN, Sets, frozen, real_config, real_sets

SEEDS = range(5)
# Short sentences of the technology reviews, whose mood nobody who reads them doubts.
SETTINGS: dict[str, dict[str, Any]] = {
    sentence: {"sentence": sentence, "review": review, "mood": mood}
    for sentence, review, mood in (
        ("i've had no problems.", "Technology 11", 1),
        ("do not recommend.", "Technology 71", 0),
        ("nice paperweight.", "Technology 13", 0),
        ("great - for the first three hours.", "Technology 86", 0),
        ("this thing roxxorz.", "Technology 261", 1),
    )
}


def measure(seed: int, sentence: str, review: str, mood: int) -> dict[str, float]:
    """Train on other reviews, and give the probability of the sentence's own mood."""
    sets = real_sets(seed)
    train_set, validation_set = (
        MultiTaskDataset(sample for sample in part.samples if sample.review != review)
        for part in (sets.train, sets.validation)
    )
    asked = MultiTaskDataset([Sample(sentence, 0, mood)])
    model = frozen(real_config(seed=seed, **FROZEN), Sets(train_set, validation_set, asked))
    return {"probability": float(model.predict(asked.sentences).taskB[0, mood])}
