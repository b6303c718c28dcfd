"""Judges of exercise 4.1: where many answers are right."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed, whatever_the_hashes
from ..samples import Banks, find_filling, words_for
from . import checks
from .checks import TEMPLATES, WORD_BANKS

STRANGE = "a sentence is no template of the source, filled with words that suit its labels"

Recipe = tuple[str, list[str]]  # a template, and the words that fill it


def _recipe(templates: Sequence[str], words: Banks, sentence: str) -> Recipe | None:
    """Give the template and the words that a sentence is made of; None if there are none."""
    for template in templates:
        filling = find_filling(template, words, sentence)
        if filling is not None:
            return template, filling
    return None


def _judge_whole(observed: Any, expected: Any) -> str | None:
    samples, (labels, wanted) = observed[1], expected
    if len(samples) != len(wanted):
        return f"there are {len(samples)} samples instead of {len(wanted)}"
    found = (_judge_sample(sample.fields, *labels) for sample in samples)
    return next(filter(None, found), None)


def _judge_sample(sample: dict[str, Any], taskA: int, taskB: int) -> str | None:
    recipe = _recipe(TEMPLATES, words_for(WORD_BANKS, taskA, taskB), sample["sentence"])
    if recipe is None:
        return STRANGE
    template, words = recipe
    if (sample["taskA"], sample["taskB"]) != (taskA, taskB):
        return "a sample has other labels than asked for"
    if sample["template"] != template:
        return "a sample does not record the template that its sentence was made of"
    recorded = sample["words"]
    if type(recorded) is not tuple:
        return "the words of a sample are no tuple"
    if not set(words) <= set(recorded):
        return "a sample does not record the words of its sentence"
    return "a sample records words that its sentence does not have" if len(recorded) != len(words) else None


def _judge_variety(observed: Any, expected: Any) -> str | None:
    (templates, wanted), sentences = expected, observed[1]
    if len(sentences) != len(wanted):
        return f"there are {len(sentences)} sentences instead of {len(wanted)}"
    recipes = [_recipe(templates, words_for(WORD_BANKS, 0, 1), sentence) for sentence in sentences]
    made = [recipe for recipe in recipes if recipe is not None]
    if len(made) < len(recipes):
        return STRANGE
    return _judge_templates(templates, [template for template, _ in made]) or _judge_words(made)


def _judge_templates(templates: Sequence[str], drawn: list[str]) -> str | None:
    size, counts = len(templates), Counter(drawn)
    if size == 1:
        return None
    if len(counts) == 1:
        return "all samples have the same template"
    if templates[-1] not in counts:
        return "the last template never comes up"
    if len(counts) < size:
        return "some templates never come up"
    rounds = [drawn[start : start + size] for start in range(0, len(drawn), size)]
    if all(taken == rounds[0] for taken in rounds):
        return "the templates come up in the same order again and again"
    if all(len(set(taken)) == size for taken in rounds):
        return "no template comes up again before all others have: the draws are not independent"
    fair = len(drawn) / size
    if not all(0.5 * fair < count < 1.5 * fair for count in counts.values()):
        return "some templates come up far more often than others"
    repeated = sum(this == following for this, following in pairwise(drawn))
    return None if 0.5 * fair < repeated < 1.5 * fair else "which template comes next depends on the one before"


def _judge_words(made: list[Recipe]) -> str | None:
    fillings: dict[str, list[tuple[str, ...]]] = {}
    for template, words in made:
        fillings.setdefault(template, []).append(tuple(words))
    for drawn in fillings.values():
        counts, slots = Counter(drawn), len(drawn[0])
        if slots and len(counts) == 1:
            return "all samples of a template have the same words"
        if slots and len(counts) == len(drawn):
            return "no sentence comes up twice: the draws are not independent"
        possible = 3**slots
        if len(drawn) > 15 * possible and len(counts) < possible:
            return "some words never come up" + (" together" if slots > 1 else "")
        if slots == 1 and not all(len(drawn) / 6 < count < len(drawn) / 2 for count in counts.values()):
            return "some words come up far more often than others"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.generated_whole: _judge_whole,
    checks.generated_variety: _judge_variety,
    checks.generated_by_seed: by_seed,
    checks.generated_by_hash: whatever_the_hashes,
}
