"""Which parts should train: the backbone, head A, head B?"""

import multiprocessing
import threading
import time
from itertools import product
from typing import Any

import psutil

from solutions.config import TrainingConfig
from solutions.dataset import MultiTaskDataset
from solutions.freezing import PARTS, set_trainable
from solutions.losses import FixedWeights
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import build_model, build_optimizer, feature_batches, generated_split, token_batches, train_step

from .general import drift, similarities
from .training import hard_config, scores

SEEDS = range(3)
# What is above the backbone bears a larger learning rate than the backbone itself.
RATES = {True: (1e-5,), False: (1e-5, 1e-3)}
SETTINGS = {
    f"{'backbone, ' * backbone}{'head A, ' * head_a}{'head B, ' * head_b}projection at {rate:g}": {
        "backbone": backbone,
        "head_a": head_a,
        "head_b": head_b,
        "rate": rate,
    }
    for backbone, head_a, head_b in product((True, False), repeat=3)
    for rate in RATES[backbone]
} | {"nothing": {"backbone": False, "head_a": False, "head_b": False, "rate": 0.0}}


def measure(seed: int, backbone: bool, head_a: bool, head_b: bool, rate: float) -> dict[str, float]:
    """Train some parts of the model for six epochs on the leak-free split."""
    trains = {
        "transformer": backbone,
        "projection": rate > 0,
        "layer_norm": rate > 0,
        "taskA_classifier": head_a,
        "taskB_classifier": head_b,
    }
    config = hard_config(seed=seed, learning_rate=rate or 1e-5)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    before = similarities(model)
    prepare(model, trains)
    seconds = train_epochs(model, train_set, config) if any(trains.values()) else []
    measured = {
        **scores(model, test_set),
        "drift": drift(before, similarities(model)),
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
    }
    if seconds and not seed:
        measured["memory"] = _in_fresh_process(trains)
    # With a frozen backbone, what the learning rate is makes no difference to the time: it is measured once.
    if seconds and rate == RATES[True][0]:
        measured["seconds"] = min(seconds)
        if not backbone:
            measured["seconds_cached"] = min(train_epochs(model, train_set, config, cached=True))
    return measured


def prepare(model: MultiTaskSentenceTransformer, trains: dict[str, bool]) -> None:
    """Freeze what is not to train, and go to train mode."""
    for part in PARTS:
        set_trainable(model.get_submodule(part), trains[part])
    model.train()


def train_epochs(
    model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, config: TrainingConfig, cached: bool = False
) -> list[float]:
    """Train, and give the seconds that each epoch took."""
    criterion = FixedWeights(config.alpha, config.beta)
    optimizer = build_optimizer(model, criterion, config)
    batches = (feature_batches if cached else token_batches)(model, dataset, config.batch_size, config.seed)
    seconds = []
    for _ in range(config.epochs):
        start = time.perf_counter()
        for batch in batches:
            train_step(model, batch, criterion, optimizer)
        seconds.append(time.perf_counter() - start)
    return seconds


def _in_fresh_process(trains: dict[str, bool]) -> float:
    """Measure memory where nothing else has used any."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        rise: float = pool.apply(training_memory, (trains,))
    return rise


def training_memory(trains: dict[str, bool]) -> float:
    """Train for one epoch and give how far the process's memory rose at most above that of the loaded model, in MiB."""
    config = hard_config(epochs=1)
    train_set, _ = generated_split(config)
    model = build_model(config)
    prepare(model, trains)
    process, done = psutil.Process(), threading.Event()
    readings: list[int] = [process.memory_info().rss]

    def watch() -> None:
        while not done.wait(0.002):
            readings.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    train_epochs(model, train_set, config)
    done.set()
    watcher.join()
    return (max(readings) - readings[0]) / 2**20


def derive(summary: dict[str, Any]) -> dict[str, float]:
    """Compare a frozen backbone with one that trains."""
    trained = summary["backbone, head A, head B, projection at 1e-05"]
    frozen = summary["head A, head B, projection at 1e-05"]
    return {
        "seconds ratio": trained["seconds"]["min"] / frozen["seconds"]["min"],
        "seconds ratio cached": trained["seconds"]["min"] / frozen["seconds_cached"]["min"],
        "memory ratio": trained["memory"]["mean"] / frozen["memory"]["mean"],
        "trainable share": frozen["trainable"]["mean"] / trained["trainable"]["mean"],
    }
