"""What does a second model cost, or a larger one, in seconds and in memory?"""

import multiprocessing
import threading
import time
from typing import Any

import psutil

from solutions.losses import FixedWeights
from solutions.multitask import MultiTaskSentenceTransformer, parameter_counts
from solutions.trainer import build_model, build_optimizer, token_batches, train_step

from .real import TRAINED, real_config, real_sets

SEEDS = range(5)
ASKED, LEARNED = 240, 64
SETTINGS: dict[str, dict[str, Any]] = {
    "one of MiniLM": {"backbone": "minilm", "models": 1},
    "two of MiniLM": {"backbone": "minilm", "models": 2},
    "one of MPNet": {"backbone": "mpnet", "models": 1},
}
CONFIG = real_config(**TRAINED)


def measure(seed: int, backbone: str, models: int) -> dict[str, float]:
    """Classify sentences of reviews, and train every layer for a few steps; memory is measured with one seed."""
    real_sets(seed)  # drawn before the clock runs
    counts = parameter_counts(_model(backbone))
    measured: dict[str, float] = {"parameters": models * sum(counts)}
    for name, work in WORKS.items():
        fresh = [_model(backbone) for _ in range(models)]
        start = time.perf_counter()
        for model in fresh:
            work(model, seed)
        measured[f"seconds_{name}"] = time.perf_counter() - start
        if not seed:
            with multiprocessing.get_context("spawn").Pool(1) as pool:  # where nothing else has used any memory
                measured[f"memory_{name}"] = pool.apply(_memory, (name, backbone, models))
    return measured


def _model(backbone: str) -> MultiTaskSentenceTransformer:
    return build_model(real_config(backbone=backbone, **TRAINED))


def _classify(model: MultiTaskSentenceTransformer, seed: int) -> None:
    model.predict(real_sets(seed).test.sentences[:ASKED])


def _learn(model: MultiTaskSentenceTransformer, seed: int) -> None:
    criterion = FixedWeights(CONFIG.alpha, CONFIG.beta)
    optimizer = build_optimizer(model, criterion, CONFIG)
    model.train()
    for batch in token_batches(model, real_sets(seed).train.subset(range(LEARNED)), CONFIG.batch_size):
        train_step(model, batch, criterion, optimizer)


WORKS = {"classify": _classify, "learn": _learn}


def _memory(name: str, backbone: str, models: int) -> float:
    """Give how far the process's memory rises at most while all models are loaded and work, in MiB."""
    real_sets(0)
    process, done = psutil.Process(), threading.Event()
    readings: list[int] = [process.memory_info().rss]

    def watch() -> None:
        while not done.wait(0.002):
            readings.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for model in [_model(backbone) for _ in range(models)]:
        WORKS[name](model, 0)
    done.set()
    watcher.join()
    return (max(readings) - readings[0]) / 2**20


def derive(summary: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Compare with one model of MiniLM; of seconds the fastest runs: what is slower was disturbed."""
    one = summary["one of MiniLM"]
    return {
        f"{setting}, {name}": measures[name][statistic] / one[name][statistic]
        for setting, measures in summary.items()
        if measures is not one
        for name, statistic in [
            ("parameters", "mean"),
            *((f"seconds_{work}", "min") for work in WORKS),
            *((f"memory_{work}", "mean") for work in WORKS),
        ]
    }
