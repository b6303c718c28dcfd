"""What the experiments on real reviews share: the sentences, their features, training, and scores with intervals."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from solutions.baselines import baselines
from solutions.confidence import Bootstrap
from solutions.config import FreezeStrategy, TrainingConfig
from solutions.dataset import MultiTaskDataset
from solutions.early_stopping import train_with_validation
from solutions.encoder import SentenceTransformer, inference
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.pooling import max_pool, mean_pool
from solutions.reviews import REVIEWS, load_reviews, review_split
from solutions.tasks import Pair
from solutions.trainer import build_model

SIZE = 4800
KEPT = Path(__file__).parents[2] / ".experiments"  # beside the runs of what is not finished
POOLINGS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mean": mean_pool,
    "max": max_pool,
    "CLS": lambda tokens, mask: tokens[:, 0],
}
FROZEN = {"freeze": FreezeStrategy.BACKBONE, "learning_rate": 1e-3, "epochs": 20, "patience": 3}
# A backbone that trains is slow, and learns in fewer epochs and smaller steps.
TRAINED = {"freeze": FreezeStrategy.NOTHING, "learning_rate": 1e-4, "epochs": 3}


class Sets(NamedTuple):
    """Sentences to learn from, to choose the epoch by, and to test on; no review stands in two of them."""

    train: MultiTaskDataset
    validation: MultiTaskDataset
    test: MultiTaskDataset


def real_config(**changes: Any) -> TrainingConfig:
    """Change the original's settings, on real reviews; the test set is large, so that intervals are narrow."""
    return TrainingConfig(data=REVIEWS, dataset_size=SIZE, test_fraction=0.4, validation_fraction=0.1, **changes)


@cache
def real_sets(seed: int) -> Sets:
    """Draw 4,800 sentences and divide them by review: 2,400 to learn from, 480 to validate, 1,920 to test."""
    rest, test_set = review_split(load_reviews(SIZE, seed=seed).dataset, 0.4, seed)
    return Sets(*review_split(rest, 0.1 / 0.6, seed), test_set)


def fine_tuned(config: TrainingConfig, sets: Sets) -> MultiTaskSentenceTransformer:
    """Train a fresh model, and end with the epoch that is best on the validation set."""
    model = build_model(config)
    train_with_validation(model, sets.train, sets.validation, config)
    return model


def frozen(config: TrainingConfig, sets: Sets, pooling: str = "mean") -> MultiTaskSentenceTransformer:
    """Do the same with a frozen backbone, whose features are computed once for all experiments."""
    model = untrained(config, sets, pooling)
    train_with_validation(model, sets.train, sets.validation, config)
    return model


def untrained(config: TrainingConfig, sets: Sets, pooling: str = "mean") -> MultiTaskSentenceTransformer:
    """Build a fresh model whose backbone only remembers what it has said of these sentences."""
    sentences = list(dict.fromkeys(sentence for part in sets for sentence in part.sentences))
    backbone = Remembered(features(config.backbone, sentences)[pooling])
    torch.manual_seed(config.seed)  # after the features: computing them draws random numbers, remembering does not
    return MultiTaskSentenceTransformer(backbone, Numbered(sentences), dropout=config.dropout)


class Remembered(nn.Module):
    """A backbone that looks up what a real one has said of each sentence: it takes its number for a token."""

    def __init__(self, features: Tensor) -> None:
        super().__init__()
        self.table = nn.Embedding.from_pretrained(features)
        self.config = SimpleNamespace(hidden_size=features.shape[1])

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
        """Give one vector for each sentence, `(batch, 1, hidden)`."""
        return SimpleNamespace(last_hidden_state=self.table(input_ids))


class Numbered:
    """A tokenizer that turns a sentence into its number."""

    model_max_length = 512

    def __init__(self, sentences: list[str]) -> None:
        self.numbers = {sentence: number for number, sentence in enumerate(sentences)}

    def __call__(self, sentences: list[str], return_tensors: str | None = None, **options: Any) -> dict[str, Any]:
        """Tokenize as the backbone's own tokenizer would be asked to."""
        ids = [[self.numbers[sentence]] for sentence in sentences]
        return {"input_ids": torch.tensor(ids) if return_tensors else ids, "attention_mask": torch.ones(len(ids), 1)}


def features(backbone: str, sentences: list[str]) -> dict[str, Tensor]:
    """Give the features of sentences, `(sentences, hidden)`, for each pooling; they are kept for later experiments."""
    known = _known(backbone)
    missing = list(dict.fromkeys(sentence for sentence in sentences if sentence not in known))
    if missing:
        encoder = SentenceTransformer.from_pretrained(backbone)
        with inference(encoder):
            for positions, inputs in encoder.batches_by_length(missing):
                tokens = encoder.transformer(**inputs).last_hidden_state
                pooled = [pool(tokens, inputs["attention_mask"]) for pool in POOLINGS.values()]
                known |= zip((missing[position] for position in positions), torch.stack(pooled, dim=1), strict=True)
        KEPT.mkdir(exist_ok=True)
        torch.save(dict(known), _kept(backbone))
    stacked = torch.stack([known[sentence] for sentence in sentences], dim=1)
    return {pooling: vectors.clone() for pooling, vectors in zip(POOLINGS, stacked, strict=True)}


@cache
def _known(backbone: str) -> dict[str, Tensor]:
    """Read the features computed so far, by their sentence: `(poolings, hidden)` each."""
    path = _kept(backbone)
    kept: dict[str, Tensor] = torch.load(path) if path.is_file() else {}
    return kept


def _kept(backbone: str) -> Path:
    return KEPT / f"features-{backbone}.pt"


def bag_of_words(sets: Sets) -> Pair[Tensor]:
    """Give both tasks' probabilities of the test sentences' classes by the bag of words, `(sentences, classes)`."""
    known = labels_of(sets.train).map(Tensor.tolist)
    return known.map(lambda labels: baselines(sets.train.sentences, labels, sets.test.sentences).bag_of_words)


def labels_of(dataset: MultiTaskDataset) -> Pair[Tensor]:
    """Give the labels of both tasks, `(sentences,)` each."""
    return Pair(*torch.tensor([sample.labels for sample in dataset.samples]).T)


def right(probabilities: Pair[Tensor], dataset: MultiTaskDataset) -> Pair[Tensor]:
    """Tell for each task which sentences were put into their class, `(sentences,)` of 0 and 1."""
    labels = labels_of(dataset)
    return Pair(*((task.argmax(dim=-1) == truth).double() for task, truth in zip(probabilities, labels, strict=True)))


def with_intervals(hits: Pair[Tensor], dataset: MultiTaskDataset) -> dict[str, float]:
    """Give both tasks' accuracy, each with the bounds of its 95 % interval over reviews."""
    bootstrap = bootstrap_of(dataset)
    measured: dict[str, float] = {}
    for task, values in hits.items():
        measured[task], measured[f"{task}_low"], measured[f"{task}_high"] = bootstrap.interval(values)
    return measured


def ahead(first: Pair[Tensor], second: Pair[Tensor], dataset: MultiTaskDataset) -> dict[str, float]:
    """Give by how much one model is ahead of another on the same sentences, with the bounds of the interval."""
    bootstrap = bootstrap_of(dataset)
    measured: dict[str, float] = {}
    for (task, ours), theirs in zip(first.items(), second, strict=True):
        name = f"{task}_ahead"
        measured[name], measured[f"{name}_low"], measured[f"{name}_high"] = bootstrap.compare(ours, theirs)
    return measured


@cache
def bootstrap_of(dataset: MultiTaskDataset) -> Bootstrap:
    """Draw a test set's reviews once for all models that are tested on it."""
    return Bootstrap([sample.review for sample in dataset.samples])
