"""Checks of exercise 5.3, `cross_validate`."""

import contextlib
import io
import os
from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import torch

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import outcome
from ..models import WORDS, tiny_bert, tiny_tokenizer
from ..training import make_config
from .recorder import Recorder

suite = Suite(sees="the metrics of the folds")

SENTENCES = tuple(f"{adjective} {noun}" for adjective in WORDS[:2] for noun in WORDS[6:11])
# Two combinations of labels, five times each: the class between the first and the last of task A does not occur.
LABELS = ((0, 0), (2, 1))


def _cross_validate(code: Code, recorder: Recorder | None = None, seed: int = 3, **options: Any) -> Any:
    """Cross-validate a tiny model on ten sentences, and record what its backbone is given."""
    recorder = recorder or Recorder()

    def load_backbone(name: str) -> tuple[Any, Any]:
        backbone = tiny_bert(torch.Generator().manual_seed(0), layers=1)
        return recorder.watch(backbone), tiny_tokenizer()

    # The backbone comes from here instead of from a file; everything that builds a model asks for it.
    code.encoder.load_backbone = load_backbone
    samples = [code.dataset.Sample(each, *LABELS[index % 2]) for index, each in enumerate(SENTENCES)]
    dataset = code.dataset.MultiTaskDataset(samples, ("red", "green", "blue"), ("sweet", "sour"))
    # A frozen backbone would run once, in eval mode, for both sides of a fold.
    config = make_config(code, seed=seed, freeze="nothing", dim=8, max_length=16, epochs=1, batch_size=5)
    return code.trainer.cross_validate(dataset, config, **options)


@suite.check("trains on the training set of each fold, and tests on the rest: every sentence once")
def sides(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, dict[str, int]] = {
        "two folds": {"folds": 2},
        "no number of folds is given, another seed": {"seed": 8},
    }
    for label, options in cases.items():
        yield case(label, partial(_sides, code, options), **options)


def _sides(code: Code, options: dict[str, int]) -> Any:
    recorder = Recorder()
    _cross_validate(code, recorder, **options)
    return recorder.folds


@suite.check("gives each fold's metrics on its test set, from a model of its own", slack=20)
def metrics_of_folds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two folds", partial(_metrics, code), folds=2)


def _metrics(code: Code) -> Any:
    recorder = Recorder()
    results = expect(list, _cross_validate(code, recorder, folds=2), "the metrics of the folds")
    return {
        "beginnings": [fold["begins with"] for fold in recorder.folds],
        "metrics": {f"the metrics of fold {number}": metrics for number, metrics in enumerate(results, start=1)},
    }


@suite.check("starts anew with every call")
def called_twice(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("called twice", partial(_call_twice, code), folds=2)


def _call_twice(code: Code) -> Any:
    calls = ("the first call", "the second call")
    return {
        f"metrics from {call}": len(expect(list, _cross_validate(code, folds=2), "the metrics of the folds"))
        for call in calls
    }


@suite.check("calls `log` once after each fold, in the documented form")
def fold_log(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two folds", partial(_log, code), folds=2)


def _log(code: Code) -> Any:
    recorder, calls = Recorder(), []
    results = _cross_validate(code, recorder, folds=2, log=lambda text: calls.append((recorder.tested, text)))
    metrics = results if isinstance(results, list) else []
    reports = [outcome(partial(code.evaluator.format_evaluation, each)) for each in metrics]
    return {"calls": calls, "reports": reports}


@suite.check("shows a progress bar only if asked")
def fold_progress(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("progress is not given", partial(_progress, code))
    yield case("progress is True", partial(_progress, code, progress=True), progress=True)


def _progress(code: Code, **given: Any) -> Any:
    """Tell whether the bars of the trainings were drawn on what the code takes for a terminal."""
    screen = io.StringIO()
    with (
        patch.dict(os.environ, {"FORCE_COLOR": "1", "TERM": "xterm"}),
        contextlib.redirect_stderr(screen),
        contextlib.redirect_stdout(screen),
    ):
        _cross_validate(code, folds=2, **given)
    return {"a progress bar": "shown" if "Epoch" in screen.getvalue() else "not shown"}


@suite.check("trains on the device that it is given")
def fold_device(code: Code, rng: torch.Generator) -> Iterator[Case]:
    see = partial(_cross_validate, code, folds=2, device="nowhere")
    yield case("a device that does not exist", lambda: outcome(lambda: len(see())), device="nowhere")


@suite.check(
    "refuses fewer than two folds, and more folds than a combination of labels has samples",
    sees="what came of it",
    careful=True,
)
def folds_refused(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, folds in {"no folds": 0, "one fold": 1, "six folds, five samples of each combination": 6}.items():
        see = partial(_cross_validate, code, folds=folds)
        yield case(label, partial(_length, see), folds=folds)


def _length(call: Any) -> Any:
    return outcome(lambda: f"{len(call())} folds")
