"""How much of its general knowledge does a backbone lose while it is fine-tuned?"""

from torch import Tensor

from solutions.config import FreezeStrategy
from solutions.trainer import build_model, generated_split, train

from .general import drift, found_paraphrases, related_and_unrelated, similarities
from .training import hard_config, scores

SEEDS = range(3)
SETTINGS = {f"{rate:g}": {"rate": rate} for rate in (1e-5, 1e-4, 1e-3)}


def measure(seed: int, rate: float) -> dict[str, object]:
    """Fine-tune everything, and after each epoch look at sentences that have nothing to do with the tasks."""
    config = hard_config(dataset_size=600, seed=seed, freeze=FreezeStrategy.NOTHING, learning_rate=rate)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    matrices: list[Tensor] = [similarities(model)]
    train(model, train_set, config, log=lambda *_: matrices.append(similarities(model)))
    related, unrelated = zip(*map(related_and_unrelated, matrices), strict=True)
    return {
        **scores(model, test_set),
        "related": list(related),
        "unrelated": list(unrelated),
        "found": [found_paraphrases(matrix) for matrix in matrices],
        "drift": [drift(matrices[0], matrix) for matrix in matrices],
        "found_before": found_paraphrases(matrices[0]),
        "found_after": found_paraphrases(matrices[-1]),
        "unrelated_before": unrelated[0],
        "unrelated_after": unrelated[-1],
        "related_after": related[-1],
        "final_drift": drift(matrices[0], matrices[-1]),
    }
