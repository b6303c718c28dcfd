"""Checks of exercise 5.3, `cross_validate`."""

from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from ..models import WORDS, tiny_bert, tiny_tokenizer
from .common import make_config, make_dataset, shown, without_measures

cross_validate = exercise("5.3")


def _cross_validate(course: Any, seed: int = 3, **options: Any) -> Any:
    """Cross-validate a tiny model on 36 sentences, six of each combination of labels."""
    # The backbone comes from here instead of from a file; everything that builds a model asks for it.
    course.encoder.load_backbone = lambda name: (tiny_bert(torch.Generator().manual_seed(0)), tiny_tokenizer())
    sentences = tuple(f"{adjective} {noun}" for adjective in WORDS[:6] for noun in WORDS[6:12])
    config = make_config(course, seed=seed, dim=8, max_length=16, epochs=1, batch_size=9)
    return course.trainer.cross_validate(make_dataset(course, sentences), config, **options)


@cross_validate.check("gives each fold's metrics on its test set, from a model of its own", slack=20)
def metrics_of_folds(course: Any, rng: torch.Generator) -> Any:
    return _cross_validate(course, folds=3)


@cross_validate.check("tests every sentence exactly once, in five folds unless told otherwise")
def tested_once(course: Any, rng: torch.Generator) -> Any:
    results = _cross_validate(course)
    tasks = ("taskA", "taskB")
    matrices = [torch.stack([torch.tensor(fold[task]["confusion_matrix"]) for fold in results]) for task in tasks]
    sentences = {task: per_fold.sum(dim=2).sum(dim=0) for task, per_fold in zip(tasks, matrices, strict=True)}
    return {"folds": len(results), "sentences of each class": sentences}


@cross_validate.check("draws other folds with another seed", slack=20)
def fold_seed(course: Any, rng: torch.Generator) -> Any:
    return _cross_validate(course, folds=2, seed=8)


@cross_validate.check("shows a progress bar only if asked")
def fold_progress(course: Any, rng: torch.Generator) -> Any:
    silent = shown(lambda: _cross_validate(course, folds=2))
    return shown(lambda: _cross_validate(course, folds=2, progress=True)) > silent


@cross_validate.check("logs each fold in the documented form")
def fold_log(course: Any, rng: torch.Generator) -> Any:
    lines: list[str] = []
    _cross_validate(course, folds=2, log=lines.append)
    return without_measures(lines)


@cross_validate.check("refuses fewer than two folds, and more folds than a combination of labels has samples")
def folds_refused(course: Any, rng: torch.Generator) -> Any:
    def attempt(folds: int) -> Any:
        return outcome(lambda: len(_cross_validate(course, folds=folds)))

    return {f"{folds} folds": attempt(folds) for folds in (0, 1, 2, 7)}


@cross_validate.check("trains on the device that it is given")
def fold_device(course: Any, rng: torch.Generator) -> Any:
    return outcome(lambda: len(_cross_validate(course, folds=2, device="nowhere")))
