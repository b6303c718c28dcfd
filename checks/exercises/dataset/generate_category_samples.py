"""Checks of exercise 4.1, `generate_category_samples`."""

import random
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from ...exercise import exercise
from .common import Banks, by_seed, find_filling, seeds_from, words_for

samples_exercise = exercise("4.1")

# A source with three classes for task A; the third template has the name of a slot as a plain word.
TEMPLATES = (
    "The {noun} is {adjective}.",
    "Yes, this {noun} {does}.",
    "In {month}, no noun {does}.",
    "How {adjective} is {month}?",
    "So it is.",
)
WORD_BANKS: dict[tuple[str, int | None, int | None], tuple[str, ...]] = {
    ("noun", 0, None): ("router", "laptop", "printer"),
    ("noun", 1, None): ("film", "novel", "play"),
    ("noun", 2, None): ("soup", "bread", "cake"),
    ("adjective", None, 0): ("awful", "dull", "poor"),
    ("adjective", None, 1): ("superb", "lovely", "great"),
    ("does", 0, 0): ("breaks", "stalls", "fails often"),
    ("does", 0, 1): ("works", "starts quickly", "lasts"),
    ("does", 1, 0): ("bores us", "drags", "falls flat"),
    ("does", 1, 1): ("delights us", "sparkles", "inspires"),
    ("does", 2, 0): ("burns", "tastes odd", "spoils"),
    ("does", 2, 1): ("warms us", "smells good", "melts"),
    ("month", None, None): ("May", "June", "July"),
}
LABELS = ((0, 1), (1, 0), (2, 1))
STRANGE = "a sentence is no template of the source, filled with words that suit its labels"


def _source(course: Any, templates: tuple[str, ...] = TEMPLATES) -> Any:
    """Make the source of three classes."""
    return course.templates.SentenceSource(templates, dict(WORD_BANKS))


def _recipe(words: Banks, sentence: str) -> tuple[str, list[str]] | None:
    """Give the template of `TEMPLATES` and the words that a sentence is made of; None if there are none."""
    for template in TEMPLATES:
        filling = find_filling(template, words, sentence)
        if filling is not None:
            return template, filling
    return None


@samples_exercise.check("gives as many samples as asked for")
def generated_count(course: Any, rng: torch.Generator) -> Any:
    generate, source = course.dataset.generate_category_samples, _source(course)
    seed, counts = seeds_from(rng)[0], (0, 1, 7)
    return {f"asked for {count}": len(generate(source, 0, 1, count, random.Random(seed))) for count in counts}


@samples_exercise.check("gives every sample the two labels")
def generated_labels(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    samples = [sample for a, b in LABELS for sample in generate(_source(course), a, b, 3, generator)]
    return [(sample.taskA, sample.taskB) for sample in samples]


def _judge_sentences(observed: Any, _: Any) -> str | None:
    for (taskA, taskB), sentences in zip(LABELS, observed, strict=True):
        if len(sentences) != 30:
            return f"there are {len(sentences)} sentences instead of 30"
        words = words_for(WORD_BANKS, taskA, taskB)
        if any(_recipe(words, sentence) is None for sentence in sentences):
            return STRANGE
    return None


@samples_exercise.check("fills templates of the source with words that suit the labels", judge=_judge_sentences)
def generated_sentences(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    return [[s.sentence for s in generate(_source(course), a, b, 30, generator)] for a, b in LABELS]


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


@samples_exercise.check("records the template and the words of each sentence", judge=_judge_records)
def generated_records(course: Any, rng: torch.Generator) -> Any:
    source = _source(course, (*TEMPLATES[:2], *TEMPLATES[3:]))
    return course.dataset.generate_category_samples(source, 0, 1, 40, random.Random(seeds_from(rng)[0]))


@samples_exercise.check("takes for a slot only what stands in braces", judge=_judge_records)
def generated_plain_word(course: Any, rng: torch.Generator) -> Any:
    source = _source(course, TEMPLATES[2:3])
    return course.dataset.generate_category_samples(source, 0, 1, 40, random.Random(seeds_from(rng)[0]))


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


@samples_exercise.check("chooses template and words anew for each sentence, all equally likely", judge=_judge_variety)
def generated_variety(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    return [sample.sentence for sample in generate(_source(course), 0, 1, 1000, generator)]


@samples_exercise.check("repeats its samples for the same seed, and only then", judge=by_seed)
def generated_by_seed(course: Any, rng: torch.Generator) -> Any:
    first, other = seeds_from(rng)
    generate, source = course.dataset.generate_category_samples, _source(course)
    return [generate(source, 0, 1, 20, random.Random(seed)) for seed in (first, first, other)]


@samples_exercise.check("draws from its generator and from no other")
def generated_from_generator(course: Any, rng: torch.Generator) -> Any:
    generator = random.Random(seeds_from(rng)[0])
    own, global_python, global_numpy = generator.getstate(), random.getstate(), repr(np.random.get_state())
    global_torch = torch.random.get_rng_state()
    course.dataset.generate_category_samples(_source(course), 0, 1, 20, generator)
    return {
        "its generator was used": generator.getstate() != own,
        "the global random was left alone": random.getstate() == global_python,
        "NumPy's was left alone": repr(np.random.get_state()) == global_numpy,
        "torch's was left alone": torch.random.get_rng_state().tolist() == global_torch.tolist(),
    }
