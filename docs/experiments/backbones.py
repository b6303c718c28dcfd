"""MiniLM or MPNet: does a backbone of BERT's size tell sentences apart better, and learn generated ones better?"""

from itertools import product

from solutions.similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from solutions.trainer import build_model, generated_split, train

from .pooling import POOLS, embed
from .training import hard_config, scores

SEEDS = range(5)
SETTINGS = {
    f"{name}, {pooling}": {"backbone": backbone, "pooling": pooling}
    for (name, backbone), pooling in product({"MiniLM": "minilm", "MPNet": "mpnet"}.items(), POOLS)
}


def measure(seed: int, backbone: str, pooling: str) -> dict[str, float]:
    """Compare the six sentences, and train heads above the frozen backbone on the leak-free split."""
    config = hard_config(seed=seed, backbone=backbone, learning_rate=1e-3)
    model = build_model(config)
    model.pool = POOLS[pooling]
    matrix = cosine_similarity_matrix(embed(model, SAMPLE_SENTENCES))
    train_set, test_set = generated_split(config)
    train(model, train_set, config)
    others = {f"s1_s{number}": float(matrix[0, number - 1]) for number in (2, 3, 4, 5, 6)}
    return others | {"gap_s6": float(matrix[0, 2] - matrix[0, 5])} | scores(model, test_set)
