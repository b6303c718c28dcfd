"""What the commands do once their options are read: each function is one command, or one form of it."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from .. import trainer
from ..config import ModelConfig, Precision, Split, TrainingConfig
from ..dataset import MultiTaskDataset
from ..early_stopping import train_with_validation
from ..encoder import SentenceTransformer
from ..evaluator import EpochMetrics, Metrics, format_evaluation
from ..evaluator import evaluate as measure
from ..log import Log
from ..plots import similarity_heatmap, visualize_metrics
from ..processes import sharing
from ..progress import busy
from ..reviews import REVIEWS
from ..runtime import computes_in, packed
from ..similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from ..tasks import Pair
from .beside import Beside, beside_baselines
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint, write_card
from .closer import calibrate, score, worst_mistakes
from .csv_files import read_csv, write_csv
from .evaluation import evaluation
from .files import staged, write_json
from .launch import is_helper, leave
from .sets import Sets, all_sentences, divide
from .snapshots import SHARE, SnapshotFile
from .tables import beside_table, calibration_table, mistake_lines, similarity_table

SHOWN_MISTAKES = 3


def load_encoder(checkpoint: Path | None, config: ModelConfig, device: torch.device) -> SentenceTransformer:
    """Load a trained model, or a pretrained backbone below a random projection."""
    if checkpoint:
        return load_checkpoint(checkpoint).model.to(device)
    torch.manual_seed(config.seed)
    return SentenceTransformer.from_pretrained(config.backbone, **config.encoder_options).to(device)


def computing_in(precision: Precision, model: SentenceTransformer, notes: Console) -> AbstractContextManager[None]:
    """Let a model compute its matrix products in a precision, or say that its device would only get slower."""
    dtype = getattr(torch, precision)
    if not computes_in(dtype, model.device):
        notes.print(f"note: this {model.device.type.upper()} has no instructions for {precision}; computing in float32")
        dtype = torch.float32
    return packed(model.transformer, dtype)


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


def log_to(console: Console) -> Log:
    """Give a log that shows its text alone."""
    return lambda text, *_: console.print(text)


class Trained(NamedTuple):
    """A trained model, how it came about, and on which sentences."""

    checkpoint: Checkpoint
    history: list[EpochMetrics]
    sets: Sets


def train(
    config: TrainingConfig, device: torch.device, saved: Path, unfinished: Path, resume: bool, console: Console
) -> Trained:
    """Train a model and write its checkpoint, with the test sentences beside it.

    Args:
        config: Of the training.
        device: Where the model trains.
        saved: Folder for the checkpoint.
        unfinished: File for a snapshot after each epoch.
        resume: Whether to go on from the one that is there.
        console: Shows the log.
    """
    sets = divide(config, console)
    # A helper goes on from the same snapshot, but the first process alone writes.
    snapshots = SnapshotFile(unfinished, config, sets, resume, share=0 if is_helper() else SHARE)
    console.print(f"Train distribution: {sets.train.distribution()}")
    if sets.validation:
        console.print(f"Validation distribution: {sets.validation.distribution()}")
    console.print(f"Test distribution: {sets.test.distribution()}\n\nTraining the model...")
    classes = Pair(sets.train.taskA_classes, sets.train.taskB_classes)
    model = trainer.build_model(config, *classes.map(len)).to(device)
    log, bar = log_to(console), not console.quiet
    with sharing(model):
        if sets.validation:
            history = train_with_validation(model, sets.train, sets.validation, config, log, bar, snapshots)
        else:
            history = trainer.train(model, sets.train, config, log, bar, snapshots=snapshots)
    leave()
    checkpoint = Checkpoint(model, config, classes)
    save_checkpoint(saved, checkpoint)
    write_csv(saved / "test.csv", sets.test)
    return Trained(checkpoint, history, sets)


def report_training(trained: Trained, figures: Path, checkpoint: Path, console: Console) -> None:
    """Evaluate a model that was trained just now, on the sentences that it has not seen; its card tells the result."""
    console.print("Training complete!\n\nEvaluating the trained model...\n")
    model, config, _ = trained.checkpoint
    test_set = trained.sets.test
    metrics = measure(model, trainer.token_batches(model, test_set, config.batch_size))
    _report(metrics, trained.history, test_set, figures, console)
    measured = _report_reviews(trained, console) if config.data == REVIEWS else None
    with staged(checkpoint) as saved:
        write_card(saved, trained.checkpoint, evaluation(trained.sets, metrics, measured))


def _report_reviews(trained: Trained, console: Console) -> Pair[Beside]:
    """Compare a model with the baselines, and look closer at what it says."""
    (model, config, classes), (train_set, validation_set, test_set) = trained.checkpoint, trained.sets
    scored = score(model, test_set, config.batch_size)
    measured = beside_baselines(scored, train_set, test_set)
    console.print()
    console.print(beside_table("on the test sentences, with 95 % intervals over reviews", measured))
    if validation_set:
        calibration = calibrate(score(model, validation_set, config.batch_size), scored)
        console.print(calibration_table("how far the model's confidence is from its accuracy", calibration))
    worst = worst_mistakes(test_set, scored, "taskB", SHOWN_MISTAKES)
    if worst:
        console.print("The worst mistakes of task B, with their loss:")
        console.print("\n".join(mistake_lines(worst, classes.taskB)), soft_wrap=True)
    return measured


def cross_validate(config: TrainingConfig, folds: int, device: torch.device, console: Console) -> None:
    """Print each fold's evaluation, then the mean and the standard deviation of the accuracies."""
    if config.split is Split.LEAK_FREE:
        raise ValueError("--split is 'leak-free', but --folds divides at random; leave one of them out")
    if config.validation_fraction:
        raise ValueError("--validation-fraction is given, but --folds has no validation set; leave one of them out")
    results = trainer.cross_validate(
        all_sentences(config, console), config, folds, device, log_to(console), progress=not console.quiet
    )
    leave()
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
    if data == Path(REVIEWS) and not data.exists():
        raise ValueError(
            f"--data is {REVIEWS!r}, but must be a CSV; without it, training's own test sentences are taken"
        )
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


def predict(
    sentences: Sequence[str], checkpoint: Path, device: torch.device, precision: Precision, notes: Console
) -> None:
    """Print a JSON line for each sentence: its most probable class for each task."""
    trained = load_checkpoint(checkpoint)
    model = trained.model.to(device)
    with computing_in(precision, model, notes):
        probabilities = model.predict(sentences)
    for sentence, *rows in zip(sentences, *probabilities, strict=True):
        line: dict[str, Any] = {"sentence": sentence}
        for (task, names), row in zip(trained.classes.items(), rows, strict=True):
            line[task] = {"class": names[int(row.argmax())], "probability": round(float(row.max()), 4)}
        print(json.dumps(line))
