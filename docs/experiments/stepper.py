"""What happens to one sentence on its way to an embedding?"""

import torch
from torch import Tensor

from solutions.config import TrainingConfig
from solutions.encoder import inference
from solutions.pooling import max_pool, mean_pool
from solutions.similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from solutions.trainer import build_model

SEEDS = range(3)  # of the projection, which is untrained; what stands before it is the same for all
SENTENCES = (SAMPLE_SENTENCES[0], SAMPLE_SENTENCES[2])
SETTINGS: dict[str, dict[str, object]] = {"S1 beside S3": {}}
SHOWN = 24  # of the dimensions of each vector


def measure(seed: int) -> dict[str, object]:
    """Follow the first of two sentences of one batch, the shorter one, through every step of the model."""
    model = build_model(TrainingConfig(seed=seed))
    inputs = model.tokenize(SENTENCES)
    mask = inputs["attention_mask"]
    with inference(model):
        tokens = model.transformer(**inputs).last_hidden_state  # (2, seq, hidden)
        pooled = {"mean": mean_pool(tokens, mask), "max": max_pool(tokens, mask)}
        pooled["padding_counted"] = mean_pool(tokens, torch.ones_like(mask))
        units = {name: model.project(features) for name, features in pooled.items()}
        normed = model.layer_norm(model.projection(pooled["mean"]))
    steps = {"mean": pooled["mean"], "max": pooled["max"], "normed": normed, "unit": units["mean"]}
    return {
        "pieces": model.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]),
        "mask": mask[0].tolist(),
        "tokens": [shown(token) for token in tokens[0]],
        **{name: shown(vectors[0]) for name, vectors in steps.items()},
        **{f"{name}_length": float(vectors[0].norm()) for name, vectors in steps.items()},
        **{f"{name}_positive": float((vectors[0] > 0).double().mean()) for name, vectors in pooled.items()},
        **{f"{name}_cosine": float(cosine_similarity_matrix(unit)[0, 1]) for name, unit in units.items()},
    }


def shown(vector: Tensor) -> list[float]:
    """Keep the first dimensions, with as many digits as a picture needs."""
    return [round(value, 4) for value in vector[:SHOWN].tolist()]
