"""Real reviews: what kind of sentence does the model get wrong?"""

from typing import Any

from solutions.dataset import MultiTaskDataset, Sample

from .real import FROZEN, frozen, real_config, real_sets

SEEDS = range(5)
# Short sentences of the technology reviews, whose mood nobody who reads them doubts.
SETTINGS: dict[str, dict[str, Any]] = {
    "i've had no problems.": {"review": "Technology 11", "mood": 1},
    "do not recommend.": {"review": "Technology 71", "mood": 0},
    "nice paperweight.": {"review": "Technology 13", "mood": 0},
    "great - for the first three hours.": {"review": "Technology 86", "mood": 0},
    "this thing roxxorz.": {"review": "Technology 261", "mood": 1},
}
SENTENCES = {setting["review"]: sentence for sentence, setting in SETTINGS.items()}


def measure(seed: int, review: str, mood: int) -> dict[str, float]:
    """Train on other reviews, and give the probability of the sentence's own mood."""
    sets = real_sets(seed)
    others = MultiTaskDataset(sample for sample in sets.train.samples if sample.review != review)
    asked = MultiTaskDataset([Sample(SENTENCES[review], 0, mood)])
    model = frozen(real_config(seed=seed, **FROZEN), sets._replace(train=others, test=asked))
    return {"probability": float(model.predict(asked.sentences).taskB[0, mood])}
