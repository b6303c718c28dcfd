"""What the commands do once their options are read: each function is one command, or one form of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from .. import trainer
from ..config import DataConfig, ModelConfig, Split, TrainingConfig
from ..dataset import MultiTaskDataset, generate_dataset, stratified_split
from ..encoder import SentenceTransformer
from ..evaluator import EpochMetrics, Metrics, format_evaluation
from ..evaluator import evaluate as measure
from ..plots import similarity_heatmap, visualize_metrics
from ..progress import busy
from ..similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from ..tasks import TASK_NAMES, UNLABELLED, Pair
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .csv_files import read_csv, write_csv
from .files import write_json
from .labels import similar_labels
from .tables import similarity_table


def load_encoder(checkpoint: Path | None, config: ModelConfig, device: torch.device) -> SentenceTransformer:
    """Load a trained model, or a pretrained backbone below a random projection."""
    if checkpoint:
        return load_checkpoint(checkpoint).model.to(device)
    torch.manual_seed(config.seed)
    return SentenceTransformer.from_pretrained(config.backbone, **config.encoder_options).to(device)


def save_embeddings(model: SentenceTransformer, sentences: Sequence[str], path: Path) -> None:
    """Write the embeddings as a NumPy file, `(batch, dim)`."""
    np.save(path, model.encode(sentences, progress=True).numpy())


def print_embeddings(model: SentenceTransformer, sentences: Sequence[str]) -> None:
    """Print a JSON line for each sentence."""
    for sentence, embedding in zip(sentences, model.encode(sentences).tolist(), strict=True):
        print(json.dumps({"sentence": sentence, "embedding": embedding}, allow_nan=False))


def compare(
    sentences: Sequence[str] | None,
    configs: Sequence[ModelConfig],
    device: torch.device,
    folder: Path,
    console: Console,
) -> dict[str, Tensor]:
    """Print the similarities of sentences, for models that differ in their pooling, and draw them.

    Returns:
        The matrices, `(batch, batch)`, by their titles.
    """
    sentences = sentences or SAMPLE_SENTENCES
    labels = [f"S{number}" for number in range(1, len(sentences) + 1)]
    for label, sentence in zip(labels, sentences, strict=True):
        console.print(f"  {label}  {sentence}")
    console.print()
    matrices = {}
    for config in configs:
        model = load_encoder(None, config, device)
        matrices[f"{config.pooling} pooling"] = cosine_similarity_matrix(model.encode(sentences))
    for title, matrix in matrices.items():
        console.print(similarity_table(title, matrix, labels))
    with busy("Drawing"):
        similarity_heatmap(matrices, labels, folder / "similarity.png")
    return matrices


class Trained(NamedTuple):
    """A trained model, how it came about, and the sentences that it has not seen."""

    checkpoint: Checkpoint
    history: list[EpochMetrics]
    test_set: MultiTaskDataset


def train(config: TrainingConfig, device: torch.device, saved: Path, console: Console) -> Trained:
    """Train a model and write its checkpoint, with the test sentences beside it."""
    train_set, test_set = _divided(config, console)
    console.print(f"Train distribution: {train_set.distribution()}")
    console.print(f"Test distribution: {test_set.distribution()}\n\nTraining the model...")
    classes = Pair(train_set.taskA_classes, train_set.taskB_classes)
    model = trainer.build_model(config, *classes.map(len)).to(device)
    history = trainer.train(model, train_set, config, console.print, progress=True)
    checkpoint = Checkpoint(model, config, classes)
    save_checkpoint(saved, checkpoint)
    write_csv(saved / "test.csv", test_set)
    return Trained(checkpoint, history, test_set)


def report_training(trained: Trained, figures: Path, console: Console) -> None:
    """Evaluate a model that was trained just now, on the sentences that it has not seen."""
    console.print("Training complete!\n\nEvaluating the trained model...\n")
    model, config, _ = trained.checkpoint
    batches = trainer.token_batches(model, trained.test_set, config.batch_size)
    _report(measure(model, batches), trained.history, trained.test_set, figures, console)


def _divided(config: DataConfig, console: Console) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    """Give the training and the test set that a configuration describes, generated or from a file."""
    if not config.data:
        return trainer.generated_split(config)
    return stratified_split(_own_data(config.data, console), config.test_fraction, config.seed)


def _own_data(path: str, console: Console) -> MultiTaskDataset:
    """Read labelled sentences, and say what is unusual about them."""
    dataset = read_csv(path)
    for line in similar_labels(dataset):
        console.print(f"warning: {path}: {line}", soft_wrap=True)
    columns = zip(*(sample.labels for sample in dataset.samples), strict=True)
    labelled = [sum(label != UNLABELLED for label in column) for column in columns]
    if min(labelled) < len(dataset):
        counts = [f"{name} {count:,}" for name, count in zip(TASK_NAMES.values(), labelled, strict=True)]
        console.print(f"Labelled sentences of {len(dataset):,}: {', '.join(counts)}")
    return dataset


def cross_validate(config: TrainingConfig, folds: int, device: torch.device, console: Console) -> None:
    """Print each fold's evaluation, then the mean and the standard deviation of the accuracies."""
    if config.split is Split.LEAK_FREE:
        raise ValueError("--split is 'leak-free', but --folds divides at random; leave one of them out")
    dataset = _own_data(config.data, console) if config.data else generate_dataset(config.dataset_size, config.seed)
    results = trainer.cross_validate(dataset, config, folds, device, console.print, progress=True)
    accuracies = {
        "Task A": [metrics["overall"]["taskA_accuracy"] for metrics in results],
        "Task B": [metrics["overall"]["taskB_accuracy"] for metrics in results],
        "Combined": [metrics["overall"]["combined_accuracy"] for metrics in results],
    }
    for name, values in accuracies.items():
        console.print(f"{name} - Accuracy: {mean(values):.4f} ± {stdev(values):.4f} over {folds} folds")


def evaluate(
    checkpoint: Path, data: Path | None, batch_size: int, device: torch.device, figures: Path, console: Console
) -> None:
    """Evaluate a trained model on a CSV, or on the sentences that its training held out."""
    trained = load_checkpoint(checkpoint)
    test_set = read_csv(data or checkpoint / "test.csv", trained.classes)
    batches = trainer.token_batches(trained.model.to(device), test_set, batch_size)
    _report(measure(trained.model, batches), [], test_set, figures, console)


def _report(
    metrics: Metrics, history: list[EpochMetrics], dataset: MultiTaskDataset, folder: Path, console: Console
) -> None:
    """Print an evaluation and write its figures and `metrics.json`."""
    console.print(f"Evaluation Results:\n\n{format_evaluation(metrics)}\nEvaluation complete!")
    classes = {"taskA": dataset.taskA_classes, "taskB": dataset.taskB_classes}
    write_json(folder / "metrics.json", {"classes": classes, "test": metrics, "epochs": history})
    with busy("Drawing"):
        visualize_metrics(metrics, folder, history, classes)


def predict(sentences: Sequence[str], checkpoint: Path, device: torch.device) -> None:
    """Print a JSON line for each sentence: its most probable class for each task."""
    trained = load_checkpoint(checkpoint)
    probabilities = trained.model.to(device).predict(sentences)
    for sentence, *rows in zip(sentences, *probabilities, strict=True):
        line: dict[str, Any] = {"sentence": sentence}
        for (task, names), row in zip(trained.classes.items(), rows, strict=True):
            line[task] = {"class": names[int(row.argmax())], "probability": round(float(row.max()), 4)}
        print(json.dumps(line))
