"""What a training tells: lines, and the same numbers by name, as the page hands them on to logging libraries."""

import re
import sys
from types import ModuleType

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from docs.generator.paths import DOCS
from solutions.config import TrainingConfig
from solutions.dataset import UNLABELLED, MultiTaskDataset, generate_dataset, stratified_split
from solutions.early_stopping import train_with_validation
from solutions.log import scalars
from solutions.trainer import build_model, generated_split, train

MEASURES = ("accuracy", "precision", "recall", "f1")


@pytest.fixture
def config(bert):
    return TrainingConfig(backbone=bert, max_length=16, dataset_size=40, epochs=3, learning_rate=1e-2)


def expected(history):
    """List the numbers of a history, by name, as pairs of an epoch and a value."""
    numbers = {"epoch": [(number, number) for number, _ in enumerate(history, start=1)]}
    for number, epoch in enumerate(history, start=1):
        for task in ("taskA", "taskB"):
            for name in MEASURES:
                numbers.setdefault(f"{task}/{name}", []).append((number, epoch[task][name]))
        for name in {"loss", "validation_loss"} & epoch.keys():
            numbers.setdefault(name, []).append((number, epoch[name]))
        for task, weight in zip(("taskA", "taskB"), epoch.get("loss_weights", ()), strict=False):
            numbers.setdefault(f"{task}/loss_weight", []).append((number, weight))
    return numbers


def block(library):
    """Find the block of the page that hands numbers on to a library."""
    page = (DOCS / "training.md").read_text(encoding="utf-8")
    (found,) = [text for text in re.findall(r"^```py\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if library in text]
    return found


def follow(library, config, folder, monkeypatch, instead=train):
    """Run the block as it stands, in a folder of its own; gives the history of its training."""
    histories = []

    def listen(*arguments, **options):
        histories.append(instead(*arguments, **options))
        return histories[-1]

    monkeypatch.chdir(folder)
    names = {"config": config, "train_set": generated_split(config)[0], "build_model": build_model, "train": listen}
    exec(block(library), names)
    (history,) = histories
    return history


def drawn(folder):
    """Read what TensorBoard would draw."""
    reader = EventAccumulator(str(folder))
    reader.Reload()
    return {tag: [(event.step, event.value) for event in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}


def agree(found, wanted):
    assert found.keys() == wanted.keys()
    for name, pairs in wanted.items():
        assert [step for step, _ in found[name]] == [step for step, _ in pairs], name
        assert [value for _, value in found[name]] == pytest.approx([value for _, value in pairs], rel=1e-6), name


@pytest.mark.parametrize("weighting", ["fixed", "uncertainty"])
def test_tensorboard_reads_what_the_page_writes(config, tmp_path, monkeypatch, weighting):
    config = TrainingConfig(**{**vars(config), "weighting": weighting})
    history = follow("tensorboard", config, tmp_path, monkeypatch)
    assert len(history) == 3
    agree(drawn(tmp_path / "runs" / "first"), expected(history))


def test_tensorboard_reads_the_validation_loss(config, tmp_path, monkeypatch):
    config = TrainingConfig(**{**vars(config), "validation_fraction": 0.3})
    validation_set = stratified_split(generate_dataset(40, seed=1), 0.3)[1]

    def instead(model, train_set, config, log):
        return train_with_validation(model, train_set, validation_set, config, log)

    history = follow("tensorboard", config, tmp_path, monkeypatch, instead)
    found = drawn(tmp_path / "runs" / "first")
    losses = [epoch["validation_loss"] for epoch in history]
    assert found.pop("best_epoch") == [(3, losses.index(min(losses)) + 1)]
    found["epoch"] = sorted(set(found["epoch"]))  # each message names its epoch
    agree(found, expected(history))


class Recorded(ModuleType):
    """Stands in for a library that is not installed: MLflow, or Weights & Biases."""

    def __init__(self, name):
        super().__init__(name)
        self.numbers = {}

    def start_run(self):
        return self

    def init(self, project):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def log_metrics(self, metrics, step):
        for name, value in metrics.items():
            self.numbers.setdefault(name, []).append((step, float(value)))

    log = log_metrics


@pytest.mark.parametrize("library", ["mlflow", "wandb"])
def test_other_libraries_are_given_the_same(config, tmp_path, monkeypatch, library):
    recorded = Recorded(library)
    monkeypatch.setitem(sys.modules, library, recorded)
    history = follow(library, config, tmp_path, monkeypatch)
    agree(recorded.numbers, expected(history))


def test_scalars_leave_out_what_is_not_a_number(config):
    samples = [sample._replace(taskB=UNLABELLED) for sample in generate_dataset(12).samples]
    dataset = MultiTaskDataset(samples, ("x", "y"), ("u", "v"))
    (epoch, *_) = train(build_model(config), dataset, config)
    assert {name.partition("/")[0] for name in scalars(1, epoch)} == {"epoch", "loss", "taskA"}


def test_every_message_of_a_training_has_its_epoch(config):
    messages = []
    sets = stratified_split(generate_dataset(40), 0.3)
    train_with_validation(build_model(config), *sets, config, lambda text, metrics: messages.append((text, metrics)))
    assert [metrics["epoch"] for _, metrics in messages] == [1, 1, 2, 2, 3, 3, 3]
    assert all(f"Loss: {metrics['loss']:.4f}" in text for text, metrics in messages if "loss" in metrics)
