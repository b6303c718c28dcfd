"""A closer look at a trained model: how sure it is of what it says, and what it gets most wrong."""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from ..calibration import Calibrator
from ..dataset import MultiTaskDataset
from ..encoder import inference
from ..evaluator import labels_and_logits
from ..mistakes import Mistake, find_mistakes
from ..multitask import MultiTaskSentenceTransformer
from ..tasks import TASK_NAMES, Task
from ..trainer import feature_batches

Scored = Mapping[Task, tuple[Tensor, Tensor]]  # labels and logits of each task


class Calibration(NamedTuple):
    """The temperature of one task, and the expected calibration error on the test set without and with it."""

    temperature: float
    before: float
    after: float


def score(model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, batch_size: int) -> Scored:
    """Give the labels and the logits of the sentences that have a label, in order."""
    with inference(model):
        batches = feature_batches(model, dataset, batch_size)
        return labels_and_logits((batch, model(**batch.to(model.device).inputs)) for batch in batches)


def calibrate(validation: Scored, test: Scored) -> dict[Task, Calibration]:
    """Fit a temperature for each task on a validation set, and measure on the test set what it changes."""
    measured = {}
    for task in TASK_NAMES:
        calibrator = Calibrator()
        before = calibrator.error(*test[task])
        calibrator.fit(*validation[task])
        measured[task] = Calibration(calibrator.temperature, before, calibrator.error(*test[task]))
    return measured


def worst_mistakes(dataset: MultiTaskDataset, scored: Scored, task: Task, count: int) -> list[Mistake]:
    """Find the worst mistakes of one task on a dataset in which every sentence has a label of it."""
    reviews = [sample.review for sample in dataset.samples]
    return find_mistakes(dataset.sentences, reviews, *scored[task], count).worst
