"""The whole course in a minute: similarity, the model's parts, two trainings, evaluation, real sentences."""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import torch
from rich.console import Console
from torch import Tensor, nn

from ..confidence import Interval
from ..config import Pooling, Split, TrainingConfig
from ..dataset import MultiTaskDataset
from ..evaluator import EpochMetrics, Metrics, evaluate, format_evaluation
from ..log import Log
from ..plots import visualize_metrics
from ..reviews import REVIEWS, load_reviews
from ..similarity import SAMPLE_SENTENCES, rank_by_similarity
from ..tasks import TASK_NAMES, Pair
from ..templates import TASK_A_CLASSES, TASK_B_CLASSES
from ..trainer import build_model, generated_split, token_batches, train
from .beside import Beside, beside_baselines
from .closer import score
from .commands import compare, log_to
from .files import write_json
from .parts import show_parts
from .sets import divide
from .tables import beside_table, results_table

ORIGINAL = TrainingConfig()
# A frozen backbone leaves small layers to train on fixed features: they bear a far larger learning rate.
FASTER = dataclasses.replace(ORIGINAL, learning_rate=1e-3)

# As many real sentences as a laptop reads in a few seconds.
REAL = dataclasses.replace(FASTER, data=REVIEWS, dataset_size=1200, test_fraction=0.3)

CLASS_NAMES = {"taskA": TASK_A_CLASSES, "taskB": TASK_B_CLASSES}

READING_THE_SIMILARITIES = """The model turns every sentence into 512 numbers: an arrow. The cosine of the
angle between two arrows says how alike two sentences are: 1 is the same
direction, 0 is unrelated. The model's transformer gives an arrow for every
token, which is a word or a piece of one. Pooling makes one arrow of them: their
mean, or the largest value of each number. In each row the closest other
sentence is bold.
"""

READING_THE_LOG = """The transformer is frozen: it was pretrained and keeps its weights, so it reads
each sentence only once. What trains is everything above it. An epoch is one
pass over the training sentences, and after each the log says:

  Loss  what training makes smaller
  Acc   share of the sentences that were put into their class
  Prec  of the sentences put into a class, the share that belongs there
  Rec   of the sentences that belong to a class, the share that was put there
  F1    precision and recall in one number

The evaluation at the end adds the AUC: the chance that of two sentences from
different classes, the scores tell which is which.
"""

READING_THE_REVIEWS = """Sentences of reviews that people wrote, and rated: of electronics or of films,
negative or positive. A whole review is either in training or in the test.
Three answers to each test sentence:

  majority      the most frequent class of training, whatever the sentence
  bag of words  counts words and pairs of neighbours; it knows no language
  model         two heads on the frozen transformer, as above
"""

READING_THE_INTERVALS = """In brackets, the 95 % interval. Other reviews would have given other numbers. So
as many reviews as there are get drawn again and again, some twice, some not at
all: 95 of 100 times the accuracy lay between these two. The fewer reviews, the
wider. "Ahead" compares both models on the same draws.
"""

WHY_WORDS_DO = """One word such as "battery" or "actor" tells the topic, so counting words goes a
long way there. Whether a sentence praises depends on how its words meet.
"""


class Remembering(nn.Module):
    """A frozen transformer that runs once on each batch: all trainings here read their sentences with the same weights.

    Args:
        transformer: In eval mode whenever it is run, so that a batch gives the same each time.
    """

    def __init__(self, transformer: nn.Module) -> None:
        super().__init__()
        self.transformer = transformer
        self.config = transformer.config
        self.outputs: dict[tuple[torch.Size, bytes], Any] = {}

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
        """Give what the transformer gives; the mask follows from the tokens."""
        batch = input_ids.shape, input_ids.cpu().numpy().tobytes()
        if batch not in self.outputs:
            self.outputs[batch] = self.transformer(input_ids=input_ids, attention_mask=attention_mask)
        return self.outputs[batch]


class Result(NamedTuple):
    """What one training has to show; the model itself is let go."""

    history: list[EpochMetrics]
    metrics: Metrics


def show(folder: Path, device: torch.device, console: Console) -> None:
    """Run the demonstration.

    Args:
        folder: Where the figures and `metrics.json` go.
        device: Where the model runs.
        console: Where the story is told.
    """
    _heading(console, "1. Which sentences mean the same?")
    similarities = _show_similarity(folder, device, console)
    _heading(console, "2. What is the model made of?")
    show_parts(ORIGINAL, ORIGINAL, console)
    _heading(console, "3. Training with the original experiment's settings")
    console.print(READING_THE_LOG)
    backbone = Remembering(build_model(ORIGINAL).transformer)
    original = _show_training(ORIGINAL, backbone, device, console)
    visualize_metrics(original.metrics, folder / "original", original.history, CLASS_NAMES)
    _heading(console, "4. The same training with a larger learning rate")
    faster = _show_training(FASTER, backbone, device, console)
    visualize_metrics(faster.metrics, folder / "faster", faster.history, CLASS_NAMES)
    _heading(console, "5. Does it work on sentences it has never seen?")
    results = {("original", "random"): original, ("faster", "random"): faster} | _leak_free_results(
        backbone, device, console
    )
    _show_results(results, console)
    _heading(console, "6. Does it work on sentences that people wrote?")
    beside = _show_reviews(device, console)
    _save(folder / "metrics.json", similarities, results, beside)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.rule(text, align="left")


def _show_similarity(folder: Path, device: torch.device, console: Console) -> dict[str, Tensor]:
    console.print(READING_THE_SIMILARITIES)
    configs = [dataclasses.replace(ORIGINAL, pooling=pooling) for pooling in Pooling]
    matrices = compare(SAMPLE_SENTENCES, configs, device, folder, console)
    for title, matrix in matrices.items():
        closest = rank_by_similarity(matrix, 0)[0]
        console.print(
            f"With {title} the closest to S1 is S{closest + 1}: by {matrix[0, closest] - matrix[0, 4]:.2f} "
            f"closer than S5, by {matrix[0, closest] - matrix[0, 5]:.2f} closer than S6."
        )
    return matrices


def _show_training(config: TrainingConfig, backbone: Remembering, device: torch.device, console: Console) -> Result:
    train_set, test_set = generated_split(config)
    rate = f"{config.learning_rate:.10f}".rstrip("0")
    console.print(
        f"{len(train_set)} sentences to train on, {len(test_set)} to test on; {config.epochs} epochs; steps of "
        f"{config.batch_size} sentences; learning rate, the size of a step: {rate}; weight of task "
        f"A's loss (alpha): {config.alpha}; of task B's (beta): {config.beta}\n\nTraining the model..."
    )
    result = _fit(config, backbone, device, log_to(console))
    console.print(f"Training complete!\n\nEvaluation Results:\n\n{format_evaluation(result.metrics)}")
    return result


def _fit(
    config: TrainingConfig, backbone: Remembering, device: torch.device, log: Log = lambda text, metrics: None
) -> Result:
    """Train the layers above the backbone on generated sentences, and measure the model on those held out."""
    train_set, test_set = generated_split(config)
    model = build_model(config)
    model.transformer = backbone
    model.to(device)
    history = train(model, train_set, config, log)
    return Result(history, evaluate(model, token_batches(model, test_set, config.batch_size)))


def _leak_free_results(backbone: Remembering, device: torch.device, console: Console) -> dict[tuple[str, str], Result]:
    """Repeat both trainings, without their log, on a split that shares neither templates nor words."""
    results = {}
    for name, config in (("original", ORIGINAL), ("faster", FASTER)):
        console.print(f"Once more with the {name} settings, on a split without leaks...")
        config = dataclasses.replace(config, split=Split.LEAK_FREE, disjoint_words=True)
        results[name, "leak-free"] = _fit(config, backbone, device)
    return results


def _show_results(results: dict[tuple[str, str], Result], console: Console) -> None:
    train_set, test_set = generated_split(ORIGINAL)
    console.print(
        f"The random split leaks: {_shared(train_set, test_set, 'sentence')} of the {len(test_set)} test sentences "
        f"also stand in training, and {_shared(train_set, test_set, 'template')} are built like one of training's.\n"
        "The leak-free split has test sentences built in other ways and of other content words than training's."
    )
    metrics = {key: result.metrics for key, result in results.items()}
    console.print(results_table("on the test sentences", metrics, ("training", "split")))
    console.print(
        "Where the AUC is high and the accuracy is not, the scores already have the right order, but still lie on the "
        "wrong side of the threshold: training has only begun."
    )


def _show_reviews(device: torch.device, console: Console) -> Pair[Beside] | None:
    """Compare the model with the baselines on real reviews, where they have been fetched."""
    try:
        load_reviews(REAL.dataset_size)
    except (OSError, ValueError) as error:
        console.print(f"Real reviews are left out: {error}", soft_wrap=True)
        return None
    console.print(READING_THE_REVIEWS)
    console.print("Reading the sentences, then training...")
    train_set, _, test_set = divide(REAL, console)
    model = build_model(REAL).to(device)
    train(model, train_set, REAL)
    measured = beside_baselines(score(model, test_set, REAL.batch_size), train_set, test_set)
    reviews = len({sample.review for sample in test_set.samples})
    console.print(beside_table(f"on {len(test_set)} test sentences of {reviews} reviews", measured))
    console.print(READING_THE_INTERVALS)
    console.print(WHY_WORDS_DO)
    for task, beside in measured.items():
        console.print(f"{TASK_NAMES[task]}: {_verdict(beside.ahead)}")
    return measured


def _verdict(ahead: Interval) -> str:
    if ahead.low <= 0 <= ahead.high:
        return f"the interval of the difference, {ahead.low:+.2f} to {ahead.high:+.2f}, has 0 in it: it may be chance."
    better = "the model" if ahead.low > 0 else "the bag of words"
    return f"the interval of the difference, {ahead.low:+.2f} to {ahead.high:+.2f}, leaves out 0: {better} is better."


def _shared(train_set: MultiTaskDataset, test_set: MultiTaskDataset, field: str) -> int:
    seen = {getattr(sample, field) for sample in train_set.samples}
    return sum(getattr(sample, field) in seen for sample in test_set.samples)


def _save(
    path: Path,
    similarities: dict[str, Tensor],
    results: dict[tuple[str, str], Result],
    beside: Pair[Beside] | None,
) -> None:
    report: dict[str, Any] = {
        "similarity": {title: matrix.tolist() for title, matrix in similarities.items()},
        "trainings": [
            {"settings": settings, "split": split, "test": result.metrics, "epochs": result.history}
            for (settings, split), result in results.items()
        ],
    }
    if beside:
        report["reviews"] = {
            task: {name: interval._asdict() for name, interval in measured._asdict().items()}
            for task, measured in beside.items()
        }
    write_json(path, report)
