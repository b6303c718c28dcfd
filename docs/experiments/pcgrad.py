"""Does it help to project away what two tasks' gradients fight about?"""

import torch.nn.functional as F
from torch import Tensor

from solutions.config import FreezeStrategy
from solutions.evaluator import evaluate
from solutions.freezing import apply_strategy
from solutions.gradients import backward_without_conflict, shared_parameters, task_gradients
from solutions.losses import FixedWeights, score_labelled
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.tasks import Pair
from solutions.trainer import build_model, build_optimizer, generated_split, token_batches

from .training import hard_config, scores

SEEDS = range(3)
SETTINGS = {"added up": {"project": False}, "projected": {"project": True}}


def measure(seed: int, project: bool) -> dict[str, object]:
    """Train everything for three epochs, both losses with weight 1; test after each epoch."""
    config = hard_config(dataset_size=600, seed=seed, freeze=FreezeStrategy.NOTHING, learning_rate=1e-4, epochs=3)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    apply_strategy(model, config.freeze)
    optimizer = build_optimizer(model, FixedWeights(1, 1), config)
    backward = backward_without_conflict if project else _backward
    cosines: list[float] = []
    curves: dict[str, list[float]] = {"taskA_by_epoch": [], "taskB_by_epoch": []}
    for _ in range(config.epochs):
        model.train()
        for batch in token_batches(model, train_set, config.batch_size, seed):
            optimizer.zero_grad()
            output = model(**batch.inputs)
            losses = Pair(*(score_labelled(*task).loss for task in zip(output.logits, batch.labels, strict=True)))
            cosines.append(backward(losses, model))
            optimizer.step()
        metrics = evaluate(model, token_batches(model, test_set, 64))
        curves["taskA_by_epoch"].append(metrics["taskA"]["accuracy"])
        curves["taskB_by_epoch"].append(metrics["taskB"]["accuracy"])
    negative = sum(cosine < 0 for cosine in cosines) / len(cosines)
    return {**scores(model, test_set), **curves, "cosine": cosines, "share_negative": negative}


def _backward(losses: Pair[Tensor], model: MultiTaskSentenceTransformer) -> float:
    """Add both gradients up, as `backward` does, and give their cosine in the shared weights."""
    gradient_a, gradient_b = task_gradients(losses, shared_parameters(model))
    (losses.taskA + losses.taskB).backward()
    return F.cosine_similarity(gradient_a, gradient_b, dim=0).item()
