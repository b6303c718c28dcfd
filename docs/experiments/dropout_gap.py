"""Better in evaluation than in training: is that overfitting, or dropout?"""

from torch.utils.data import DataLoader

from solutions.config import TrainingConfig
from solutions.dataset import Batch
from solutions.evaluator import labels_and_logits, task_metrics
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import build_model, feature_batches, generated_split, train

from .training import scores

SEEDS = range(5)
SETTINGS = {
    f"{dropout}, {rate:g}": {"dropout": dropout, "rate": rate} for rate in (1e-5, 3e-5) for dropout in (0.0, 0.5, 0.8)
}


def measure(seed: int, dropout: float, rate: float) -> dict[str, object]:
    """Compare, epoch by epoch, what the training log says with what the same weights do on the same sentences.

    The log's figures are taken while the weights move, and with dropout on. `again` is taken at the end of the epoch
    with dropout still on, `eval` with dropout off: their difference is dropout and nothing else.
    """
    config = TrainingConfig(seed=seed, dropout=dropout, learning_rate=rate)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    batches = feature_batches(model, train_set, 64)
    again, in_eval, on_test = [], [], []

    def look(*_: object) -> None:
        in_eval.append(_accuracies(model.eval(), batches))
        again.append(_accuracies(model.train(), batches))
        test = scores(model, test_set)
        on_test.append([test["taskA"], test["taskB"]])

    history = train(model, train_set, config, log=look)
    return {
        "log": [[epoch["taskA"]["accuracy"], epoch["taskB"]["accuracy"]] for epoch in history],
        "again": again,
        "eval": in_eval,
        "test": on_test,
        "final_log_taskB": history[-1]["taskB"]["accuracy"],
        "final_again_taskB": again[-1][1],
        "final_eval_taskB": in_eval[-1][1],
        "final_test_taskB": on_test[-1][1],
    }


def _accuracies(model: MultiTaskSentenceTransformer, batches: DataLoader[Batch]) -> list[float]:
    """Score the training sentences in the mode that the model is in."""
    scored = ((batch, model(**batch.inputs)) for batch in batches)
    return [task_metrics(*pair)["accuracy"] for pair in labels_and_logits(scored).values()]
