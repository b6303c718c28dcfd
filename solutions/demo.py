"""The whole course in under a minute: similarity, the model's parts, two trainings, evaluation."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from .config import Split, TrainingConfig
from .dataset import MultiTaskDataset
from .encoder import SentenceTransformer
from .evaluator import format_evaluation
from .freezing import apply_strategy
from .multitask import parameter_counts
from .outputs import staged
from .plots import similarity_heatmap, visualize_metrics
from .similarity import SAMPLE_SENTENCES, cosine_similarity_matrix, rank_by_similarity
from .tables import parts_table, results_table, similarity_table
from .trainer import Run, build_model, generated_split, run

ORIGINAL = TrainingConfig()
# A frozen backbone leaves small layers to train on fixed features: they bear a far larger learning rate.
FASTER = dataclasses.replace(ORIGINAL, learning_rate=1e-3)

LABELS = [f"S{number}" for number in range(1, len(SAMPLE_SENTENCES) + 1)]

PART_DESCRIPTIONS = {
    "transformer": "pretrained: text to one vector per token",
    "projection": "sentence vector to 512 numbers",
    "layer_norm": "brings those numbers to one scale",
    "taskA_classifier": "technology or entertainment?",
    "taskB_classifier": "negative or positive?",
}


def show(output: Path, device: torch.device, console: Console) -> None:
    """Run the demonstration.

    Args:
        output: Folder for the figures and `metrics.json`.
        device: Where the model runs.
        console: Where the story is told.

    Raises:
        OSError: The folder cannot be written.
    """
    with staged(output) as folder:
        _heading(console, "1. Which sentences mean the same?")
        similarities = _show_similarity(folder, device, console)
        _heading(console, "2. What is the model made of?")
        _show_parts(console)
        _heading(console, "3. Training with the original experiment's settings")
        results = {("original", "random"): _train(ORIGINAL, device, console)}
        _heading(console, "4. The same training with a larger learning rate")
        results["faster", "random"] = _train(FASTER, device, console)
        _heading(console, "5. Does it work on sentences it has never seen?")
        _show_evaluation(results, device, console)
        last = results["faster", "random"]
        visualize_metrics(last.metrics, folder, last.history)
        report = {
            "similarity": similarities,
            "trainings": [
                {"settings": settings, "split": split, "test": result.metrics, "epochs": result.history}
                for (settings, split), result in results.items()
            ],
        }
        (folder / "metrics.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        written = sorted(path.name for path in folder.iterdir())
    console.print(f"All plots saved to {output}/: {', '.join(written)}", highlight=False, soft_wrap=True)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.rule(f"[bold]{text}", align="left")


def _show_similarity(folder: Path, device: torch.device, console: Console) -> dict[str, Any]:
    for label, sentence in zip(LABELS, SAMPLE_SENTENCES, strict=True):
        console.print(f"  {label}  {sentence}", highlight=False)
    console.print(
        "\nEvery sentence becomes 512 numbers; the cosine of two such vectors is 1 if they point the same way.\n"
        "One vector per word has to become one per sentence: by their mean, or by the largest of each number.",
        highlight=False,
    )
    matrices = {}
    for pooling in ("mean", "max"):
        torch.manual_seed(ORIGINAL.seed)
        model = SentenceTransformer.from_pretrained(ORIGINAL.backbone, pooling=pooling).to(device)
        matrices[pooling] = cosine_similarity_matrix(model.encode(SAMPLE_SENTENCES))
        console.print(similarity_table(f"{pooling} pooling", matrices[pooling], LABELS))
    for pooling, matrix in matrices.items():
        closest = rank_by_similarity(matrix, 0)[0]
        console.print(
            f"With {pooling} pooling the closest to S1 is {LABELS[closest]}; S3 is closer to S1 than S5 by "
            f"{matrix[0, 2] - matrix[0, 4]:.2f} and than S6 by {matrix[0, 2] - matrix[0, 5]:.2f}.",
            highlight=False,
        )
    similarity_heatmap({f"{name} pooling": m for name, m in matrices.items()}, LABELS, folder / "similarity.png")
    return {pooling: matrix.tolist() for pooling, matrix in matrices.items()}


def _show_parts(console: Console) -> None:
    model = build_model(ORIGINAL)
    apply_strategy(model, ORIGINAL.freeze)
    console.print(parts_table(model, PART_DESCRIPTIONS))
    counts = parameter_counts(model)
    console.print(
        f"Both tasks share {counts.shared:,} parameters; head A adds {counts.taskA_head:,} of its own, "
        f"head B {counts.taskB_head:,}.",
        highlight=False,
    )


def _train(config: TrainingConfig, device: torch.device, console: Console, quiet: bool = False) -> Run:
    train_set, test_set = generated_split(config)
    if quiet:
        return run(config, train_set, test_set, device)
    console.print(
        f"{len(train_set)} sentences to train on, {len(test_set)} to test on; {config.epochs} epochs, "
        f"batches of {config.batch_size}, learning rate {config.learning_rate:g}, alpha {config.alpha}, "
        f"beta {config.beta}.\nThe transformer is frozen, so it reads each sentence only once.\n\n"
        "Training the model...",
        highlight=False,
    )
    result = run(config, train_set, test_set, device, lambda lines: console.print(lines, highlight=False))
    console.print("Training complete!\n\nEvaluation Results:\n", highlight=False)
    console.print(format_evaluation(result.metrics), highlight=False)
    return result


def _show_evaluation(results: dict[tuple[str, str], Run], device: torch.device, console: Console) -> None:
    """Repeat both trainings on the leak-free split and compare; the new runs are added to `results`."""
    for name, config in (("original", ORIGINAL), ("faster", FASTER)):
        config = dataclasses.replace(config, split=Split.LEAK_FREE, disjoint_words=True)
        results[name, "leak-free"] = _train(config, device, console, quiet=True)
    train_set, test_set = generated_split(ORIGINAL)
    console.print(
        f"Random split: {_shared(train_set, test_set, 'sentence')} of the {len(test_set)} test sentences also stand in "
        f"training, and {_shared(train_set, test_set, 'template')} follow a template that training has seen.\n"
        "Leak-free split: no test sentence shares its template or any content word with training.",
        highlight=False,
    )
    metrics = {key: result.metrics for key, result in results.items()}
    console.print(results_table("Accuracy and AUC on the test sentences", metrics, ("training", "split")))


def _shared(train_set: MultiTaskDataset, test_set: MultiTaskDataset, field: str) -> int:
    seen = {getattr(sample, field) for sample in train_set.samples}
    return sum(getattr(sample, field) in seen for sample in test_set.samples)
