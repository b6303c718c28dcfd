"""The command line: `python -m solutions demo | embed | similarity | train | evaluate | predict`.

Only this file's commands import torch, and only when they run: `--help` answers at once.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from .arguments import choose_device, parse_unfreeze, read_sentences
from .config import FreezeStrategy, Pooling, Split, TrainingConfig, Weighting
from .outputs import staged

if TYPE_CHECKING:
    from .dataset import MultiTaskDataset

app = typer.Typer(
    name=f"python -m {__package__}",
    help="A multi-task sentence transformer: one encoder, two classification heads.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, markup=False)
error_console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

DEFAULTS = TrainingConfig()

Backbone = Annotated[str, typer.Option(help="minilm (bundled), a hub id such as distilbert-base-uncased, or a folder")]
MaxLength = Annotated[int, typer.Option(help="longest sentence in tokens; what is beyond it is cut off")]
Device = Annotated[str | None, typer.Option(help="cuda, mps or cpu; the first of them that this machine has")]
Output = Annotated[Path, typer.Option(help="folder for the figures and the JSON")]
Sentences = Annotated[list[str] | None, typer.Argument(help="sentences, each in quotes")]
SentenceFile = Annotated[Path | None, typer.Option("--file", help="UTF-8 text file with one sentence per line")]
CheckpointFolder = Annotated[Path, typer.Option(help="folder that train has written")]
Data = Annotated[Path | None, typer.Option(help="CSV with the columns sentence,taskA,taskB instead of generated data")]


def main() -> None:
    """Run the command line; what the user can mend is one line on stderr and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
    except (OSError, ValueError) as error:
        message = str(error)
    if message:  # none if the help was shown instead
        error_console.print(f"error: {' '.join(message.split())}")
    sys.exit(2)


@app.command()
def demo(output: Output = Path(".graphs"), device: Device = None) -> None:
    """Show the whole course in under a minute, on the bundled encoder."""
    with staged(output) as folder:
        from . import demo as demonstration

        demonstration.show(folder, choose_device(device), console)
        written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    console.print(f"\nAll plots saved to {output}/", soft_wrap=True)
    console.print("\n".join(f"  {name}" for name in written))


@app.command()
def embed(
    sentences: Sentences = None,
    file: SentenceFile = None,
    checkpoint: Annotated[Path | None, typer.Option(help="trained model; without it the projection is random")] = None,
    backbone: Backbone = DEFAULTS.backbone,
    pooling: Pooling = DEFAULTS.pooling,
    max_length: MaxLength = DEFAULTS.max_length,
    output: Annotated[Path | None, typer.Option(help="NumPy file (.npy) to write instead of JSON lines")] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the random projection")] = DEFAULTS.seed,
    device: Device = None,
) -> None:
    """Turn sentences into embeddings of length 1: JSON lines on the screen, or a .npy file."""
    texts = read_sentences(sentences, file)
    if output and output.suffix != ".npy":
        raise ValueError(f"--output is {str(output)!r}, but must end in .npy")
    import numpy as np
    import torch

    from .checkpoint import load_checkpoint
    from .encoder import SentenceTransformer

    where = choose_device(device)
    if checkpoint:
        model: SentenceTransformer = load_checkpoint(checkpoint).model
    else:
        torch.manual_seed(seed)
        model = SentenceTransformer.from_pretrained(backbone, pooling=pooling, max_length=max_length)
        error_console.print("note: the projection is random; --checkpoint takes a trained model")
    embeddings = model.to(where).encode(texts, progress=output is not None).numpy()
    if output:
        with staged(output.parent) as folder:
            np.save(folder / output.name, embeddings)
        console.print(
            f"{len(embeddings)} embeddings of {embeddings.shape[1]} numbers saved to {output}", soft_wrap=True
        )
        return
    for text, embedding in zip(texts, embeddings.tolist(), strict=True):
        print(json.dumps({"sentence": text, "embedding": embedding}, ensure_ascii=False))


@app.command()
def similarity(
    sentences: Sentences = None,
    file: SentenceFile = None,
    backbone: Backbone = DEFAULTS.backbone,
    pooling: Annotated[Pooling | None, typer.Option(help="both, if not given")] = None,
    max_length: MaxLength = DEFAULTS.max_length,
    output: Output = Path(".graphs"),
    seed: Annotated[int, typer.Option(min=0, help="of the random projection")] = DEFAULTS.seed,
    device: Device = None,
) -> None:
    """Compare sentences with each other: tables and a heatmap. Without sentences, the course's own six."""
    texts = read_sentences(sentences, file) if sentences or file else None
    with staged(output) as folder:
        where = choose_device(device)
        import torch

        from .encoder import SentenceTransformer
        from .plots import similarity_heatmap
        from .similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
        from .tables import similarity_table

        texts = texts or list(SAMPLE_SENTENCES)
        labels = [f"S{number}" for number in range(1, len(texts) + 1)]
        for label, text in zip(labels, texts, strict=True):
            console.print(f"  {label}  {text}")
        matrices = {}
        for name in [pooling] if pooling else Pooling:
            torch.manual_seed(seed)
            model = SentenceTransformer.from_pretrained(backbone, pooling=name, max_length=max_length).to(where)
            title = f"{name} pooling"
            matrices[title] = cosine_similarity_matrix(model.encode(texts))
            console.print(similarity_table(title, matrices[title], labels))
        similarity_heatmap(matrices, labels, folder / "similarity.png")
    console.print(f"Heatmap saved to {output / 'similarity.png'}", soft_wrap=True)


@app.command()
def train(
    data: Data = None,
    backbone: Backbone = DEFAULTS.backbone,
    pooling: Pooling = DEFAULTS.pooling,
    embed_dim: Annotated[int, typer.Option(help="width of the sentence embedding")] = DEFAULTS.dim,
    max_length: MaxLength = DEFAULTS.max_length,
    dropout: Annotated[float, typer.Option(help="inside both heads")] = DEFAULTS.dropout,
    dataset_size: Annotated[int, typer.Option(help="generated sentences, divisible by 4")] = DEFAULTS.dataset_size,
    split: Annotated[Split, typer.Option(help="leak-free: no template on both sides")] = DEFAULTS.split,
    disjoint_words: Annotated[bool, typer.Option(help="leak-free: no content word on both sides either")] = False,
    test_fraction: Annotated[float, typer.Option(help="share held out for testing")] = DEFAULTS.test_fraction,
    freeze: Annotated[FreezeStrategy, typer.Option(help="the part that keeps its weights")] = DEFAULTS.freeze,
    unfreeze: Annotated[str, typer.Option(help="EPOCH:LAYERS,...: top layers that train from an epoch on")] = "",
    layer_decay: Annotated[float, typer.Option(help="learning rate of a layer over the one above")] = 1.0,
    weighting: Annotated[Weighting, typer.Option(help="of the two losses")] = DEFAULTS.weighting,
    weighting_learning_rate: Annotated[
        float, typer.Option(help="of learned weights")
    ] = DEFAULTS.weighting_learning_rate,
    alpha: Annotated[float, typer.Option(help="weight of task A's loss")] = DEFAULTS.alpha,
    beta: Annotated[float, typer.Option(help="weight of task B's loss")] = DEFAULTS.beta,
    rebalance: Annotated[bool, typer.Option(help="halve the loss weight of a frozen head")] = DEFAULTS.rebalance,
    batch_size: int = DEFAULTS.batch_size,
    learning_rate: float = DEFAULTS.learning_rate,
    weight_decay: float = DEFAULTS.weight_decay,
    epochs: int = DEFAULTS.epochs,
    seed: int = DEFAULTS.seed,
    folds: Annotated[int | None, typer.Option(help="cross-validate with so many folds; saves no model")] = None,
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    output: Output = Path(".graphs"),
    device: Device = None,
) -> None:
    """Train both heads and evaluate them; saves the model, figures and metrics.json."""
    config = TrainingConfig(
        backbone=backbone,
        pooling=pooling,
        dim=embed_dim,
        max_length=max_length,
        dropout=dropout,
        dataset_size=dataset_size,
        split=split,
        disjoint_words=disjoint_words,
        test_fraction=test_fraction,
        freeze=freeze,
        unfreeze=parse_unfreeze(unfreeze),
        layer_decay=layer_decay,
        weighting=weighting,
        weighting_learning_rate=weighting_learning_rate,
        alpha=alpha,
        beta=beta,
        rebalance=rebalance,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        epochs=epochs,
        seed=seed,
    )
    if split is Split.LEAK_FREE and (data or folds is not None):
        raise ValueError("--split is 'leak-free', but that works neither with --data (no templates) nor with --folds")
    if folds is not None:
        cross_validation(config, data, folds, device)
        return
    with staged(output) as figures, staged(checkpoint) as saved:
        training(config, data, device, figures, saved)
    console.print(f"All plots saved to {output}/, the model to {checkpoint}/", soft_wrap=True)


def training(config: TrainingConfig, data: Path | None, device: str | None, figures: Path, saved: Path) -> None:
    """Train and evaluate one model; write its figures to one folder and its checkpoint to another."""
    from .checkpoint import Checkpoint, save_checkpoint
    from .csv_files import read_csv, write_csv
    from .dataset import stratified_split
    from .trainer import generated_split, run

    where = choose_device(device)
    if data:
        train_set, test_set = stratified_split(read_csv(data), config.test_fraction, config.seed)
    else:
        train_set, test_set = generated_split(config)
    console.print(f"Train distribution: {train_set.distribution()}")
    console.print(f"Test distribution: {test_set.distribution()}\n\nTraining the model...")
    result = run(config, train_set, test_set, where, log=console.print, progress=True)
    console.print("Training complete!\n")
    report(result.metrics, figures, train_set, result.history)
    save_checkpoint(saved, Checkpoint(result.model, config, train_set.taskA_classes, train_set.taskB_classes))
    write_csv(saved / "test.csv", test_set)


def cross_validation(config: TrainingConfig, data: Path | None, folds: int, device: str | None) -> None:
    """Print each fold's evaluation, then the mean and the standard deviation of the accuracies."""
    from statistics import mean, stdev

    from .csv_files import read_csv
    from .dataset import generate_dataset
    from .trainer import cross_validate

    dataset = read_csv(data) if data else generate_dataset(config.dataset_size, config.seed)
    results = cross_validate(dataset, config, folds, choose_device(device), console.print, progress=True)
    for key, name in (("taskA_accuracy", "Task A"), ("taskB_accuracy", "Task B"), ("combined_accuracy", "Combined")):
        values = [metrics["overall"][key] for metrics in results]
        console.print(f"{name} - Accuracy: {mean(values):.4f} ± {stdev(values):.4f} over {folds} folds")


@app.command()
def evaluate(
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    data: Annotated[Path | None, typer.Option(help="CSV; the test sentences that training held out, if none")] = None,
    batch_size: Annotated[int, typer.Option(min=1)] = DEFAULTS.batch_size,
    output: Output = Path(".graphs/evaluation"),
    device: Device = None,
) -> None:
    """Evaluate a trained model on labelled sentences."""
    with staged(output) as figures:
        from .checkpoint import load_checkpoint
        from .csv_files import read_csv
        from .evaluator import evaluate as measure
        from .trainer import token_batches

        where = choose_device(device)
        trained = load_checkpoint(checkpoint)
        test_set = read_csv(data or checkpoint / "test.csv", trained.taskA_classes, trained.taskB_classes)
        report(measure(trained.model.to(where), token_batches(trained.model, test_set, batch_size)), figures, test_set)
    console.print(f"All plots saved to {output}/", soft_wrap=True)


@app.command()
def predict(
    sentences: Sentences = None,
    file: SentenceFile = None,
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    device: Device = None,
) -> None:
    """Classify sentences with a trained model: a JSON line for each."""
    texts = read_sentences(sentences, file)
    from .checkpoint import load_checkpoint

    where = choose_device(device)
    trained = load_checkpoint(checkpoint)
    probabilities = trained.model.to(where).predict(texts)
    classes = {"taskA": trained.taskA_classes, "taskB": trained.taskB_classes}
    for text, *rows in zip(texts, *probabilities, strict=True):
        line: dict[str, Any] = {"sentence": text}
        for (task, names), row in zip(classes.items(), rows, strict=True):
            line[task] = {"class": names[int(row.argmax())], "probability": round(float(row.max()), 4)}
        print(json.dumps(line, ensure_ascii=False))


def report(
    metrics: dict[str, Any], folder: Path, dataset: "MultiTaskDataset", history: list[dict[str, Any]] | None = None
) -> None:
    """Print an evaluation and write its figures and `metrics.json`."""
    from .evaluator import format_evaluation
    from .plots import visualize_metrics

    console.print(f"Evaluation Results:\n\n{format_evaluation(metrics)}\nEvaluation complete!")
    names = {"taskA": dataset.taskA_classes, "taskB": dataset.taskB_classes}
    visualize_metrics(metrics, folder, history or [], names)
    content = {"classes": names, "test": metrics, "epochs": history or []}
    (folder / "metrics.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
