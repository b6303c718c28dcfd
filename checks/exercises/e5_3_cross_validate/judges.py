"""Judges of exercise 5.3: what a fold did wrong, in words."""

from collections import Counter
from typing import Any

from ...protocol.codec import Refused
from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _judge_sides(observed: Any, expected: Any) -> str | None:
    """Tell what the models of the folds were trained and tested on."""
    if len(observed) != len(expected):
        return f"{len(observed)} folds were trained or tested instead of {len(expected)}"
    every = {sentence for fold in expected for sentence in fold["tested on"]}
    for number, pair in enumerate(zip(observed, expected, strict=True), start=1):
        if problem := _misused(*pair):
            return f"fold {number}: {problem}"
    if problem := _overlap(observed, every):
        return problem
    for number, (fold, wanted) in enumerate(zip(observed, expected, strict=True), start=1):
        if fold["tested on"] != wanted["tested on"] or fold["trained on"] != wanted["trained on"]:
            return f"fold {number} has other sentences than `stratified_folds` gives with the configuration's seed"
        if fold["seed"] != wanted["seed"]:
            seeds = f"{fold['seed']} instead of {wanted['seed']}"
            return f"fold {number}: the model was trained with the seed {seeds}, the configuration's"
    return None


def _misused(fold: Any, wanted: Any) -> str | None:
    """Tell what is wrong with the two sides of a fold, whatever other folds do."""
    trained, tested = set(fold["trained on"]), set(fold["tested on"])
    if not trained or not tested:
        return "no model was trained" if not trained else "nothing was tested"
    if trained == set(wanted["tested on"]) and tested == set(wanted["trained on"]):
        return "training and test set are swapped"
    if trained == tested:
        is_test = tested == set(wanted["tested on"])
        return f"the model was {'trained on the test set' if is_test else 'tested on the training set'}"
    if trained > tested:
        return "the model was trained on the sentences of the test set, too"
    if trained < tested:
        return "the model was tested on the sentences of the training set, too"
    if trained & tested:
        return f"the model was trained on {len(trained & tested)} of the {len(tested)} sentences that it was tested on"
    return None


def _overlap(folds: Any, every: set[str]) -> str | None:
    """Tell which sentence is tested more than once, or never."""
    counts = Counter(sentence for fold in folds for sentence in fold["tested on"])
    often = [
        f"“{sentence}” is tested in {counts[sentence]} folds" for sentence in sorted(every) if counts[sentence] > 1
    ]
    never = [f"“{sentence}” is tested in none" for sentence in sorted(every) if not counts[sentence]]
    found = [*often[:1], *never[:1]]
    return f"{', '.join(found)}: each sentence should be tested in one fold" if found else None


def _judge_metrics(observed: Any, expected: Any) -> str | None:
    """Compare the metrics of the folds; if they are wrong, what the models began with may say why."""
    found = difference(expected["metrics"], observed["metrics"], slack=20)
    if found is None:
        return None
    for number, beginning in enumerate(observed["beginnings"], start=1):
        if beginning != "fresh weights":
            return f"the model of fold {number} began with {beginning}"
    return found.sentence


def _judge_log(observed: Any, expected: Any) -> str | None:
    """Tell when `log` was called, and what it was told."""
    calls, folds = observed["calls"], len(expected["calls"])
    if len(calls) != folds:
        count = f"`log` was called {_times(len(calls))} for {folds} folds"
        return f"{count}, first with {str(calls[0][1])[:40]!r}" if calls else "`log` was not called"
    for number, ((done, text), report) in enumerate(zip(calls, observed["reports"], strict=False), start=1):
        if done != number:
            return f"call {number} of `log` came when {done} of {folds} folds had been tested"
        wanted = f"Fold {number}/{folds}:\n{report}"
        if isinstance(report, str) and text != wanted:
            return f"call {number} of `log`: {_difference(wanted, text)}"
    return None


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _difference(wanted: str, given: Any) -> str:
    """Show the first line of a text that is not what it should be."""
    if not isinstance(given, str):
        return f"a text was expected, got {given!r}"[:200]
    lines, theirs = wanted.split("\n"), given.split("\n")
    for number, line in enumerate(lines, start=1):
        if theirs[number - 1 : number] != [line]:
            return f"line {number} should be {line!r}, but is {''.join(theirs[number - 1 : number])!r}"
    return f"after the last line there is {theirs[len(lines)]!r}"


def _judge_device(observed: Any, _: Any) -> str | None:
    """Tell whether the device was used: there is none of this name."""
    if isinstance(observed, Refused):
        return None if "RuntimeError" in observed.kinds else f"{observed.type}: {observed.message}"
    return "the models were trained, although there is no such device: it was not used"


JUDGES: dict[Observe, Judge] = {
    checks.sides: _judge_sides,
    checks.metrics_of_folds: _judge_metrics,
    checks.fold_log: _judge_log,
    checks.fold_device: _judge_device,
}
