"""Do the two tasks pull the shared layers in the same direction?"""

import torch
import torch.nn.functional as F
from torch import Tensor

from solutions.config import FreezeStrategy
from solutions.dataset import Batch
from solutions.freezing import apply_strategy
from solutions.losses import FixedWeights
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import build_model, build_optimizer, generated_split, token_batches, train_step

from .training import hard_config

SEEDS = range(3)
SETTINGS = {
    "backbone frozen": {"freeze": FreezeStrategy.BACKBONE, "rate": 1e-3},
    "backbone trained": {"freeze": FreezeStrategy.NOTHING, "rate": 1e-4},
}
EVERY = 3  # steps


def measure(seed: int, freeze: FreezeStrategy, rate: float) -> dict[str, object]:
    """Take both tasks' gradients of the same batch apart, in every third step of three epochs."""
    config = hard_config(dataset_size=600, seed=seed, freeze=freeze, learning_rate=rate, epochs=3)
    train_set, _ = generated_split(config)
    model = build_model(config)
    apply_strategy(model, freeze)
    model.train()
    criterion = FixedWeights(config.alpha, config.beta)
    optimizer = build_optimizer(model, criterion, config)
    cosines, ratios, step = [], [], 0
    for _ in range(config.epochs):
        for batch in token_batches(model, train_set, config.batch_size, seed):
            if step % EVERY == 0:
                gradient_a, gradient_b = shared_gradients(model, batch)
                cosines.append(float(F.cosine_similarity(gradient_a, gradient_b, dim=0)))
                ratios.append(float(gradient_b.norm() / gradient_a.norm()))
            train_step(model, batch, criterion, optimizer)
            step += 1
    return {
        "cosine": cosines,
        "ratio": ratios,
        "mean_cosine": sum(cosines) / len(cosines),
        "share_negative": sum(cosine < 0 for cosine in cosines) / len(cosines),
        "first_ratio": ratios[0],
    }


def shared_gradients(model: MultiTaskSentenceTransformer, batch: Batch) -> tuple[Tensor, Tensor]:
    """Give the gradient of each task's loss, unweighted, for everything that both share and that trains."""
    heads = {id(p) for head in (model.taskA_classifier, model.taskB_classifier) for p in head.parameters()}
    shared = [p for p in model.parameters() if p.requires_grad and id(p) not in heads]
    output = model(**batch.inputs)
    loss_a = F.cross_entropy(output.taskA_logits, batch.taskA_labels)
    loss_b = F.cross_entropy(output.taskB_logits, batch.taskB_labels)
    gradient_a = torch.autograd.grad(loss_a, shared, retain_graph=True, materialize_grads=True)
    gradient_b = torch.autograd.grad(loss_b, shared, materialize_grads=True)
    return torch.cat([g.flatten() for g in gradient_a]), torch.cat([g.flatten() for g in gradient_b])
