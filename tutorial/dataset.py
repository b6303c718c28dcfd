"""Sentences with two labels: generated, split without leaks, padded batch by batch."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from torch import Tensor
from torch.utils.data import Dataset

from .encoder import tokenize
from .tasks import UNLABELLED, Pair
from .templates import FULL_SOURCE, TASK_A_CLASSES, TASK_B_CLASSES, SentenceSource

T = TypeVar("T")


class Sample(NamedTuple):
    """One sentence and its label for each task, or `UNLABELLED`.

    Generated ones know what they were made of, real ones the review that they stand in.
    """

    sentence: str
    taskA: int
    taskB: int
    template: str = ""
    words: tuple[str, ...] = ()
    review: str = ""

    @property
    def labels(self) -> Pair[int]:
        """The labels of both tasks."""
        return Pair(self.taskA, self.taskB)

    @property
    def group(self) -> str:
        """What a split that leaks nothing must not divide: the review, or the template."""
        return self.review or self.template


class Batch(NamedTuple):
    """What one training step needs: the model's keyword arguments and the labels, `(batch,)` each.

    A label is the index of a class, or `UNLABELLED`.
    """

    inputs: dict[str, Tensor]
    taskA_labels: Tensor
    taskB_labels: Tensor

    @property
    def labels(self) -> Pair[Tensor]:
        """The labels of both tasks."""
        return Pair(self.taskA_labels, self.taskB_labels)

    def to(self, device: torch.device) -> "Batch":
        """Move every tensor to a device."""
        inputs = {name: tensor.to(device) for name, tensor in self.inputs.items()}
        return Batch(inputs, *self.labels.map(lambda labels: labels.to(device)))


class MultiTaskDataset(Dataset[Sample]):
    """Sentences that carry one label for each of the two tasks; keeps its arguments as attributes of the same names.

    Args:
        samples: The sentences with their labels; may be an iterator.
        taskA_classes: Names of task A's classes; a label is an index into them, or `UNLABELLED`.
        taskB_classes: Names of task B's classes.

    Raises:
        ValueError: A label has no class.
    """

    def __init__(
        self,
        samples: Iterable[Sample],
        taskA_classes: Sequence[str] = TASK_A_CLASSES,
        taskB_classes: Sequence[str] = TASK_B_CLASSES,
    ) -> None:
        self.samples = list(samples)
        self.taskA_classes = tuple(taskA_classes)
        self.taskB_classes = tuple(taskB_classes)
        for index, sample in enumerate(self.samples):
            for task, label, classes in (
                ("taskA", sample.taskA, self.taskA_classes),
                ("taskB", sample.taskB, self.taskB_classes),
            ):
                if label != UNLABELLED and not 0 <= label < len(classes):
                    raise ValueError(f"sample {index}: {task} is {label}, but must be from 0 to {len(classes) - 1}")

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Sample:
        return self.samples[index]

    @property
    def sentences(self) -> list[str]:
        """The sentences alone, in order."""
        return [sample.sentence for sample in self.samples]

    def subset(self, indices: Iterable[int]) -> "MultiTaskDataset":
        """Keep the samples at these indices, in the order of the indices."""
        return MultiTaskDataset((self.samples[i] for i in indices), self.taskA_classes, self.taskB_classes)

    def distribution(self) -> dict[tuple[str, str], int]:
        """Count the samples of each combination of the two classes that occurs, in the order of the labels.

        A task that a sample has no label of stands as `""`.
        """
        counts = Counter((sample.taskA, sample.taskB) for sample in self.samples)
        names_a, names_b = label_names(self)
        return {(names_a[a], names_b[b]): count for (a, b), count in sorted(counts.items())}


def label_names(dataset: MultiTaskDataset) -> Pair[dict[int, str]]:
    """Give the name of each label of both tasks: a class, or `""` for `UNLABELLED`."""
    classes = Pair(dataset.taskA_classes, dataset.taskB_classes)
    return classes.map(lambda names: {UNLABELLED: "", **dict(enumerate(names))})


def generate_category_samples(
    source: SentenceSource, taskA: int, taskB: int, count: int, rng: random.Random
) -> list[Sample]:
    """Fill random templates with random words that suit one combination of labels.

    The draws are independent, so a sentence may come up twice. A sample's `words` are those that fill its template.

    Args:
        source: Templates and word banks.
        taskA: Label for task A.
        taskB: Label for task B.
        count: How many samples.
        rng: The only source of randomness, so that a seed repeats the samples.
    """
    # TODO 4.1 generate labelled sentences from templates
    raise NotImplementedError("exercise 4.1: generate_category_samples")


def generate_dataset(size: int, seed: int = 0, source: SentenceSource = FULL_SOURCE) -> MultiTaskDataset:
    """Generate a balanced dataset: the same number of sentences for each combination of labels, shuffled.

    Raises:
        ValueError: The size is not a positive multiple of the four combinations.
    """
    combinations = [(a, b) for a in range(len(TASK_A_CLASSES)) for b in range(len(TASK_B_CLASSES))]
    if size <= 0 or size % len(combinations):
        raise ValueError(f"dataset size is {size}, but must be a positive multiple of {len(combinations)}")
    rng = random.Random(seed)
    share = size // len(combinations)
    samples = [sample for a, b in combinations for sample in generate_category_samples(source, a, b, share, rng)]
    rng.shuffle(samples)
    return MultiTaskDataset(samples)


def stratified_split(
    dataset: MultiTaskDataset, test_fraction: float = 0.2, seed: int = 0
) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    """Split at random, with the same share of every combination of labels on both sides.

    Each combination is on both sides if it has two samples or more; a single one goes to training. Both sides are
    shuffled.

    Returns:
        Training and test set. They share no sample, but may share templates, words and even whole sentences.

    Raises:
        ValueError: No combination has two samples, so one side would be empty.
    """
    # TODO 4.3 split at random, the same mix on both sides
    raise NotImplementedError("exercise 4.3: stratified_split")


def template_split(
    size: int, test_fraction: float = 0.2, seed: int = 0, disjoint_words: bool = False
) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    """Generate a training and a test set that share no template and, if asked, no content word.

    The source is split first and the sentences are drawn afterwards, so none has to be thrown away. The test set's size
    is the multiple of 4 nearest to `size * test_fraction`.

    Args:
        size: Sentences in both sets together; divisible by 4.
        test_fraction: Share of the sentences, and of templates and words, that is held out.
        seed: Seed of the split and of the sentences.
        disjoint_words: Divide the word banks as well.

    Raises:
        ValueError: The size is not divisible by 4, or too small to give both sides all four combinations.
    """
    # TODO 4.4 split without leaks: no template on both sides
    raise NotImplementedError("exercise 4.4: template_split")


def _partition(items: Sequence[T], test_fraction: float, rng: random.Random) -> tuple[list[T], list[T]]:
    """Divide items at random: at least one on each side where there are two, a single one to the first side."""
    shuffled = rng.sample(items, len(items))
    test_count = min(max(round(len(items) * test_fraction), 1), len(items) - 1)
    return shuffled[test_count:], shuffled[:test_count]


def stratified_folds(
    dataset: MultiTaskDataset, folds: int = 5, seed: int = 0
) -> list[tuple[MultiTaskDataset, MultiTaskDataset]]:
    """Make the training and test sets of a stratified k-fold cross-validation.

    Every sample is tested exactly once, and each fold has the label combinations of the whole dataset. A review is
    never divided: its folds have them as nearly as they can.

    Raises:
        ValueError: There are fewer than two folds, or fewer reviews than folds, or some combination has fewer samples
            than there are folds. Samples that lack a label do not count here: the few of a rare combination stand with
            those of the commonest.
    """
    distribution = dataset.distribution()
    complete = {names: count for names, count in distribution.items() if all(names)} or distribution
    rarest, most = min(complete.items(), key=lambda item: item[1], default=((), 0))
    if not 2 <= folds <= most:
        raise ValueError(
            f"folds is {folds}, but must be at least 2 and at most {most}, "
            f"the number of samples with the rarest combination of labels {rarest}"
        )
    counts = Counter(sample.labels for sample in dataset.samples)
    commonest = max(counts, key=counts.__getitem__)
    strata = [sample.labels if counts[sample.labels] >= folds else commonest for sample in dataset.samples]
    combinations = [f"{taskA},{taskB}" for taskA, taskB in strata]
    divided = _in_folds(dataset, combinations, folds, seed)
    return [(dataset.subset(train), dataset.subset(test)) for train, test in divided]


def _in_folds(dataset: MultiTaskDataset, combinations: Sequence[str], folds: int, seed: int) -> Any:
    """Give the indices of the training and test set of each fold; a review is never divided."""
    if not any(sample.review for sample in dataset.samples):
        return StratifiedKFold(folds, shuffle=True, random_state=seed).split(combinations, combinations)
    reviews = [sample.review or f"none {index}" for index, sample in enumerate(dataset.samples)]
    if len(set(reviews)) < folds:
        raise ValueError(f"folds is {folds}, but must be at most {len(set(reviews))}, the number of reviews")
    return StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(combinations, combinations, reviews)


def collate(samples: Sequence[Sample], tokenizer: Any, max_length: int = 128) -> Batch:
    """Tokenize sentences and pad them to the longest of this batch, not to the longest there could be.

    Args:
        samples: The sentences of one batch.
        tokenizer: The backbone's tokenizer.
        max_length: Longest sentence in tokens; what is beyond it is cut off.

    Returns:
        `input_ids` and `attention_mask` of shape `(batch, seq)` and nothing else that the tokenizer may give, and the
        labels as integers.
    """
    # TODO 4.5 tokenize and pad a batch
    raise NotImplementedError("exercise 4.5: collate")
