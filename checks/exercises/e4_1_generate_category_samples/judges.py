"""Judges of exercise 4.1: where many answers are right."""

from collections import Counter
from itertools import pairwise
from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed
from ..samples import Banks, find_filling, words_for
from . import checks
from .checks import LABELS, TEMPLATES, WORD_BANKS

STRANGE = "a sentence is no template of the source, filled with words that suit its labels"


def _recipe(words: Banks, sentence: str) -> tuple[str, list[str]] | None:
    """Give the template of `TEMPLATES` and the words that a sentence is made of; None if there are none."""
    for template in TEMPLATES:
        filling = find_filling(template, words, sentence)
        if filling is not None:
            return template, filling
    return None


def _judge_sentences(observed: Any, _: Any) -> str | None:
    for (taskA, taskB), sentences in zip(LABELS, observed, strict=True):
        if len(sentences) != 30:
            return f"there are {len(sentences)} sentences instead of 30"
        words = words_for(WORD_BANKS, taskA, taskB)
        if any(_recipe(words, sentence) is None for sentence in sentences):
            return STRANGE
    return None


def _judge_records(observed: Any, _: Any) -> str | None:
    if len(observed) != 40:
        return f"there are {len(observed)} samples instead of 40"
    for sample in observed:
        recipe = _recipe(words_for(WORD_BANKS, 0, 1), sample.fields["sentence"])
        if recipe is None:
            return STRANGE
        template, words = recipe
        if sample.fields["template"] != template:
            return "a sample does not record the template that its sentence was made of"
        recorded = sample.fields["words"]
        if type(recorded) is not tuple:
            return "the words of a sample are no tuple"
        if not set(words) <= set(recorded):
            return "a sample does not record the words of its sentence"
        if len(recorded) != len(words):
            return "a sample records words that its sentence does not have"
    return None


def _judge_variety(observed: Any, _: Any) -> str | None:
    if len(observed) != 1000:
        return f"there are {len(observed)} sentences instead of 1000"
    words = words_for(WORD_BANKS, 0, 1)
    recipes = [_recipe(words, sentence) for sentence in observed]
    templates = [recipe[0] for recipe in recipes if recipe is not None]
    if len(templates) < len(recipes):
        return STRANGE
    counts = Counter(templates)
    if len(counts) < 5 or max(counts.values()) > 300 or min(counts.values()) < 100:
        return "some templates come up far more often than others"
    if len(set(observed)) < 37:
        return "some words never come up together"
    repeated = sum(this == following for this, following in pairwise(templates))
    if not 100 < repeated < 300:
        return "which template comes next depends on the one before"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.generated_sentences: _judge_sentences,
    checks.generated_records: _judge_records,
    checks.generated_plain_word: _judge_records,
    checks.generated_variety: _judge_variety,
    checks.generated_by_seed: by_seed,
}
