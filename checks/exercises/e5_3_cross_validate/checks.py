"""Checks of exercise 5.3, `cross_validate`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import WORDS, tiny_bert, tiny_tokenizer
from ..training import make_config, make_dataset, shown, without_measures

suite = Suite()


def _cross_validate(code: Code, seed: int = 3, **options: Any) -> Any:
    """Cross-validate a tiny model on 36 sentences, six of each combination of labels."""
    # The backbone comes from here instead of from a file; everything that builds a model asks for it.
    code.encoder.load_backbone = lambda name: (tiny_bert(torch.Generator().manual_seed(0)), tiny_tokenizer())
    sentences = tuple(f"{adjective} {noun}" for adjective in WORDS[:6] for noun in WORDS[6:12])
    config = make_config(code, seed=seed, dim=8, max_length=16, epochs=1, batch_size=9)
    return code.trainer.cross_validate(make_dataset(code, sentences), config, **options)


@suite.check("gives each fold's metrics on its test set, from a model of its own", slack=20)
def metrics_of_folds(code: Code, rng: torch.Generator) -> Any:
    return _cross_validate(code, folds=3)


@suite.check("tests every sentence exactly once, in five folds unless told otherwise")
def tested_once(code: Code, rng: torch.Generator) -> Any:
    results = _cross_validate(code)
    tasks = ("taskA", "taskB")
    matrices = [torch.stack([torch.tensor(fold[task]["confusion_matrix"]) for fold in results]) for task in tasks]
    sentences = {task: per_fold.sum(dim=2).sum(dim=0) for task, per_fold in zip(tasks, matrices, strict=True)}
    return {"folds": len(results), "sentences of each class": sentences}


@suite.check("draws other folds with another seed", slack=20)
def fold_seed(code: Code, rng: torch.Generator) -> Any:
    return _cross_validate(code, folds=2, seed=8)


@suite.check("shows a progress bar only if asked")
def fold_progress(code: Code, rng: torch.Generator) -> Any:
    silent = shown(lambda: _cross_validate(code, folds=2))
    return shown(lambda: _cross_validate(code, folds=2, progress=True)) > silent


@suite.check("logs each fold in the documented form")
def fold_log(code: Code, rng: torch.Generator) -> Any:
    lines: list[str] = []
    _cross_validate(code, folds=2, log=lines.append)
    return without_measures(lines)


@suite.check("refuses fewer than two folds, and more folds than a combination of labels has samples")
def folds_refused(code: Code, rng: torch.Generator) -> Any:
    def attempt(folds: int) -> Any:
        return outcome(lambda: len(_cross_validate(code, folds=folds)))

    return {f"{folds} folds": attempt(folds) for folds in (0, 1, 2, 7)}


@suite.check("trains on the device that it is given")
def fold_device(code: Code, rng: torch.Generator) -> Any:
    return outcome(lambda: len(_cross_validate(code, folds=2, device="nowhere")))
