"""What most experiments share: the settings they start from, and the scores they end with."""

from typing import Any

from solutions.config import Split, TrainingConfig
from solutions.evaluator import evaluate
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import build_model, generated_split, token_batches, train


def hard_config(**changes: Any) -> TrainingConfig:
    """Change the original's settings, on a split whose test sentences share no template and no content word.

    What is measured there is not memory.
    """
    return TrainingConfig(split=Split.LEAK_FREE, disjoint_words=True, **changes)


def scores(model: MultiTaskSentenceTransformer, dataset: Any) -> dict[str, float]:
    """Give accuracy and AUC of both tasks."""
    metrics = evaluate(model, token_batches(model, dataset, 64))
    return {
        "taskA": metrics["taskA"]["accuracy"],
        "taskB": metrics["taskB"]["accuracy"],
        "combined": metrics["overall"]["combined_accuracy"],
        "taskA_auc": metrics["taskA"]["auc"],  # type: ignore[dict-item]  # both classes are tested
        "taskB_auc": metrics["taskB"]["auc"],  # type: ignore[dict-item]
    }


def trained_scores(config: TrainingConfig) -> dict[str, float]:
    """Train a fresh model and score it on its test set."""
    train_set, test_set = generated_split(config)
    model = build_model(config)
    train(model, train_set, config)
    return scores(model, test_set)
