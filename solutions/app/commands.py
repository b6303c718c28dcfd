"""What the commands do once their options are read: each function is one command, or one form of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from .. import trainer
from ..config import Pooling, TrainingConfig
from ..dataset import MultiTaskDataset, generate_dataset, stratified_split
from ..encoder import SentenceTransformer
from ..evaluator import Metrics, format_evaluation
from ..evaluator import evaluate as measure
from ..plots import similarity_heatmap, visualize_metrics
from ..similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from ..tasks import Pair
from .arguments import choose_device
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .csv_files import read_csv, write_csv
from .tables import similarity_table


def load_encoder(
    checkpoint: Path | None, backbone: str, pooling: Pooling, max_length: int, seed: int, device: str | None
) -> SentenceTransformer:
    """Load a trained model, or a pretrained backbone below a random projection."""
    where = choose_device(device)
    if checkpoint:
        return load_checkpoint(checkpoint).model.to(where)
    torch.manual_seed(seed)
    return SentenceTransformer.from_pretrained(backbone, pooling=pooling, max_length=max_length).to(where)


def save_embeddings(model: SentenceTransformer, sentences: Sequence[str], path: Path) -> None:
    """Write the embeddings as a NumPy file, `(batch, dim)`."""
    np.save(path, model.encode(sentences, progress=True).numpy())


def print_embeddings(model: SentenceTransformer, sentences: Sequence[str]) -> None:
    """Print a JSON line for each sentence."""
    for sentence, embedding in zip(sentences, model.encode(sentences).tolist(), strict=True):
        print(json.dumps({"sentence": sentence, "embedding": embedding}, allow_nan=False))


def compare(
    sentences: Sequence[str] | None,
    backbone: str,
    poolings: Sequence[Pooling],
    max_length: int,
    seed: int,
    device: str | None,
    folder: Path,
    console: Console,
) -> dict[str, Tensor]:
    """Print the similarities of sentences, for one or more poolings, and draw them.

    Returns:
        The matrices, `(batch, batch)`, by their titles.
    """
    sentences = sentences or SAMPLE_SENTENCES
    labels = [f"S{number}" for number in range(1, len(sentences) + 1)]
    for label, sentence in zip(labels, sentences, strict=True):
        console.print(f"  {label}  {sentence}")
    console.print()
    matrices = {}
    for pooling in poolings:
        model = load_encoder(None, backbone, pooling, max_length, seed, device)
        matrices[f"{pooling} pooling"] = cosine_similarity_matrix(model.encode(sentences))
    for title, matrix in matrices.items():
        console.print(similarity_table(title, matrix, labels))
    similarity_heatmap(matrices, labels, folder / "similarity.png")
    return matrices


def train(
    config: TrainingConfig, data: Path | None, device: str | None, figures: Path, saved: Path, console: Console
) -> None:
    """Train and evaluate one model; write its figures to one folder and its checkpoint to another."""
    where = choose_device(device)
    if data:
        train_set, test_set = stratified_split(read_csv(data), config.test_fraction, config.seed)
    else:
        train_set, test_set = trainer.generated_split(config)
    console.print(f"Train distribution: {train_set.distribution()}")
    console.print(f"Test distribution: {test_set.distribution()}\n\nTraining the model...")
    result = trainer.run(config, train_set, test_set, where, log=console.print, progress=True)
    console.print("Training complete!\n\nEvaluating the trained model...\n")
    _report(result.metrics, result.history, test_set, figures, console)
    save_checkpoint(saved, Checkpoint(result.model, config, train_set.taskA_classes, train_set.taskB_classes))
    write_csv(saved / "test.csv", test_set)


def cross_validate(config: TrainingConfig, data: Path | None, folds: int, device: str | None, console: Console) -> None:
    """Print each fold's evaluation, then the mean and the standard deviation of the accuracies."""
    dataset = read_csv(data) if data else generate_dataset(config.dataset_size, config.seed)
    results = trainer.cross_validate(dataset, config, folds, choose_device(device), console.print, progress=True)
    for key, name in (("taskA_accuracy", "Task A"), ("taskB_accuracy", "Task B"), ("combined_accuracy", "Combined")):
        values = [metrics["overall"][key] for metrics in results]
        console.print(f"{name} - Accuracy: {mean(values):.4f} ± {stdev(values):.4f} over {folds} folds")


def evaluate(
    checkpoint: Path, data: Path | None, batch_size: int, device: str | None, figures: Path, console: Console
) -> None:
    """Evaluate a trained model on a CSV, or on the sentences that its training held out."""
    where = choose_device(device)
    trained = load_checkpoint(checkpoint)
    test_set = read_csv(data or checkpoint / "test.csv", Pair(trained.taskA_classes, trained.taskB_classes))
    batches = trainer.token_batches(trained.model.to(where), test_set, batch_size)
    _report(measure(trained.model, batches), [], test_set, figures, console)


def _report(
    metrics: Metrics, history: list[Metrics], dataset: MultiTaskDataset, folder: Path, console: Console
) -> None:
    """Print an evaluation and write its figures and `metrics.json`."""
    console.print(f"Evaluation Results:\n\n{format_evaluation(metrics)}\nEvaluation complete!")
    classes = {"taskA": dataset.taskA_classes, "taskB": dataset.taskB_classes}
    visualize_metrics(metrics, folder, history, classes)
    content = {"classes": classes, "test": metrics, "epochs": history}
    (folder / "metrics.json").write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def predict(sentences: Sequence[str], checkpoint: Path, device: str | None) -> None:
    """Print a JSON line for each sentence: its most probable class for each task."""
    where = choose_device(device)
    trained = load_checkpoint(checkpoint)
    classes = {"taskA": trained.taskA_classes, "taskB": trained.taskB_classes}
    for sentence, *rows in zip(sentences, *trained.model.to(where).predict(sentences), strict=True):
        line: dict[str, Any] = {"sentence": sentence}
        for (task, names), row in zip(classes.items(), rows, strict=True):
            line[task] = {"class": names[int(row.argmax())], "probability": round(float(row.max()), 4)}
        print(json.dumps(line))
