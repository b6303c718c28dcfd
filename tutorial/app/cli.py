"""The command line: `python -m solutions demo | embed | similarity | train | evaluate | predict`.

A command checks what it was given and that its results can be written, before it imports the libraries that do the
work: `--help` and most mistakes are answered at once.
"""

import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..config import FreezeStrategy, Pooling, Split, TrainingConfig, Weighting
from .arguments import choose_device, parse_unfreeze, read_sentences
from .files import staged

app = typer.Typer(
    name=f"python -m {__package__.partition('.')[0]}",
    help="A multi-task sentence transformer: one encoder, two classification heads.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, markup=False, emoji=False)
error_console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

DEFAULTS = TrainingConfig()

Backbone = Annotated[str, typer.Option(help="minilm (bundled), a hub id such as distilbert-base-uncased, or a folder")]
MaxLength = Annotated[int, typer.Option(help="longest sentence in tokens; what is beyond it is cut off")]
Device = Annotated[str | None, typer.Option(help="cuda, mps or cpu; the first of them that this machine has")]
Output = Annotated[Path, typer.Option(help="folder for the figures and the JSON")]
Sentences = Annotated[list[str] | None, typer.Argument(help="sentences, each in quotes")]
SentenceFile = Annotated[Path | None, typer.Option("--file", help="UTF-8 text file with one sentence per line")]
CheckpointFolder = Annotated[Path, typer.Option(help="folder that train has written")]
Data = Annotated[Path | None, typer.Option(help="CSV with the columns sentence,taskA,taskB instead of generated data")]


def main(tell: Callable[[Exception], str] = str) -> None:
    """Run the command line; what the user can mend is one line on stderr and exit code 2.

    Args:
        tell: Gives the line for an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that unfinished files are cleaned up
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
    except (OSError, ValueError, NotImplementedError) as error:  # the last: an operator that a device lacks
        message = tell(error)
    finally:
        _flush()
    if message:  # none if the help was shown instead
        error_console.print(f"error: {' '.join(message.split())}")
    sys.exit(2)


def _flush() -> None:
    """Write what is left; if whoever read it has gone, Python must not complain of that when it ends."""
    if sys.__stdout__:
        try:
            sys.__stdout__.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())


@app.command()
def demo(output: Output = Path(".graphs"), device: Device = None) -> None:
    """Show the whole course in under a minute, on the bundled encoder."""
    with staged(output) as folder:
        from .demo import show

        show(folder, choose_device(device), console)
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
    untrained = (backbone, pooling, max_length, seed)
    if checkpoint and untrained != (DEFAULTS.backbone, DEFAULTS.pooling, DEFAULTS.max_length, DEFAULTS.seed):
        raise ValueError("--checkpoint fixes the backbone, pooling, max length and seed; leave those options out")
    options = (checkpoint, *untrained, device)
    if output is None:
        from . import commands

        commands.print_embeddings(commands.load_encoder(*options), texts)
    else:
        if output.suffix != ".npy":
            raise ValueError(f"--output is {str(output)!r}, but must end in .npy")
        with staged(output.parent) as folder:
            from . import commands

            commands.save_embeddings(commands.load_encoder(*options), texts, folder / output.name)
        console.print(f"{len(texts)} embeddings saved to {output}", soft_wrap=True)
    if checkpoint is None:
        error_console.print("note: the projection is random; --checkpoint takes a trained model")


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
    poolings = [pooling] if pooling else list(Pooling)
    with staged(output) as folder:
        from . import commands

        commands.compare(texts, backbone, poolings, max_length, seed, device, folder, console)
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
    alpha: Annotated[float, typer.Option(help="fixed weight of task A's loss")] = DEFAULTS.alpha,
    beta: Annotated[float, typer.Option(help="fixed weight of task B's loss")] = DEFAULTS.beta,
    rebalance: Annotated[bool, typer.Option(help="halve the fixed weight of a frozen head")] = DEFAULTS.rebalance,
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
    if Path(backbone).resolve() in (checkpoint.resolve(), (checkpoint / "backbone").resolve()):
        raise ValueError(
            f"--checkpoint is {str(checkpoint)!r}, which would overwrite the --backbone; choose another folder"
        )
    if data and data.resolve() == (checkpoint / "test.csv").resolve():
        raise ValueError(f"--data is {str(data)!r}, which --checkpoint would overwrite; choose another folder")
    if folds is not None:
        from . import commands

        commands.cross_validate(config, data, folds, device, console)
        return
    with staged(output) as figures, staged(checkpoint) as saved:
        from . import commands

        commands.train(config, data, device, figures, saved, console)
    console.print(f"All plots saved to {output}/, the model to {checkpoint}/", soft_wrap=True)


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
        from . import commands

        commands.evaluate(checkpoint, data, batch_size, device, figures, console)
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
    from . import commands

    commands.predict(texts, checkpoint, device)
