"""The sentences of a run: where they come from, and how they are divided."""

from typing import NamedTuple

from rich.console import Console

from .. import trainer
from ..config import DataConfig, Split
from ..dataset import MultiTaskDataset, generate_dataset, stratified_split
from ..reviews import REVIEWS, load_reviews, review_split
from ..tasks import TASK_NAMES, UNLABELLED
from .csv_files import read_csv
from .labels import similar_labels


class Sets(NamedTuple):
    """What a model learns from, what its best epoch is chosen by, if by anything, and what it is tested on."""

    train: MultiTaskDataset
    validation: MultiTaskDataset | None
    test: MultiTaskDataset


def divide(config: DataConfig, console: Console) -> Sets:
    """Give the sets that a configuration describes."""
    if config.data:
        split = review_split if config.data == REVIEWS else stratified_split
        rest, test_set = split(all_sentences(config, console), config.test_fraction, config.seed)
    else:
        rest, test_set = trainer.generated_split(config)
    if not config.validation_fraction:
        return Sets(rest, None, test_set)
    # What leaks between training and validation spoils the choice as it would spoil the test.
    whole = config.data == REVIEWS or config.split is Split.LEAK_FREE
    share = config.validation_fraction / (1 - config.test_fraction)
    train_set, validation_set = (review_split if whole else stratified_split)(rest, share, config.seed)
    return Sets(train_set, validation_set, test_set)


def all_sentences(config: DataConfig, console: Console) -> MultiTaskDataset:
    """Give the sentences that a configuration describes before they are divided, and say what is unusual about them."""
    if not config.data:
        return generate_dataset(config.dataset_size, config.seed)
    if config.data == REVIEWS:
        dataset, neutral = load_reviews(config.dataset_size, config.threshold, config.seed)
        console.print(
            f"{len(dataset):,} rated sentences of {len({sample.review for sample in dataset.samples}):,} reviews "
            f"(Hutto & Gilbert 2014); {neutral:,} neutral ones were left out"
        )
        return dataset
    dataset = read_csv(config.data)
    for line in similar_labels(dataset):
        console.print(f"warning: {config.data}: {line}", soft_wrap=True)
    columns = zip(*(sample.labels for sample in dataset.samples), strict=True)
    labelled = [sum(label != UNLABELLED for label in column) for column in columns]
    if min(labelled) < len(dataset):
        counts = [f"{name} {count:,}" for name, count in zip(TASK_NAMES.values(), labelled, strict=True)]
        console.print(f"Labelled sentences of {len(dataset):,}: {', '.join(counts)}")
    return dataset
