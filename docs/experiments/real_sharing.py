"""Real reviews: does a task gain by the other one, in accuracy and under noise? One model or two?"""

from typing import Any

from solutions.dataset import MultiTaskDataset
from solutions.tasks import TASK_NAMES, UNLABELLED, Pair, Task

from .noise import Noise, missing_words, typos, with_noise
from .real import FROZEN, TRAINED, Sets, fine_tuned, frozen, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SIZE, ASKED, EPOCHS = 480, 960, 4
BOTH: tuple[Task, ...] = ("taskA", "taskB")
SETTINGS: dict[str, dict[str, Any]] = {
    "backbone frozen, together": {"tasks": BOTH},
    "backbone frozen, task A alone": {"tasks": ("taskA",)},
    "backbone frozen, task B alone": {"tasks": ("taskB",)},
    "backbone trained, together": {"tasks": BOTH, "epochs": EPOCHS},
    "backbone trained, task A alone": {"tasks": ("taskA",), "epochs": EPOCHS},
    "backbone trained, task B alone": {"tasks": ("taskB",), "epochs": EPOCHS},
    # Two models that take half the time each: as much as the one of both tasks.
    "backbone trained, task A alone, half the epochs": {"tasks": ("taskA",), "epochs": EPOCHS // 2},
    "backbone trained, task B alone, half the epochs": {"tasks": ("taskB",), "epochs": EPOCHS // 2},
}
NOISES: dict[str, Noise] = {"typos": typos, "missing": missing_words}


def measure(seed: int, tasks: tuple[Task, ...], epochs: int = 0) -> dict[str, float]:
    """Learn one or both tasks from 480 sentences, with a backbone that trains or not; test on 960, also with noise."""
    whole = real_sets(seed)
    clean = whole.test.subset(range(ASKED))
    parts = [clean, *(with_noise(clean, noise, seed) for noise in NOISES.values())]
    asked = MultiTaskDataset(sample for part in parts for sample in part.samples)
    sets = Sets(_only(whole.train.subset(range(SIZE)), tasks), _only(whole.validation, tasks), asked)
    if epochs:
        model = fine_tuned(real_config(seed=seed, **{**TRAINED, "epochs": epochs}), sets)
    else:
        model = frozen(real_config(seed=seed, **FROZEN), sets)
    hits = right(model.predict(asked.sentences), asked).map(lambda task: task.chunk(len(parts)))
    measured = with_intervals(Pair(*(task[0] for task in hits)), clean)
    for number, noise in enumerate(NOISES, start=1):
        measured |= {f"{task}_{noise}": float(each[number].mean()) for task, each in hits.items()}
    return {name: value for name, value in measured.items() if name.startswith(tasks)}


def _only(dataset: MultiTaskDataset, tasks: tuple[Task, ...]) -> MultiTaskDataset:
    """Take the labels of the other task away."""
    kept_a, kept_b = (task in tasks for task in TASK_NAMES)
    return MultiTaskDataset(
        sample._replace(taskA=sample.taskA if kept_a else UNLABELLED, taskB=sample.taskB if kept_b else UNLABELLED)
        for sample in dataset.samples
    )
