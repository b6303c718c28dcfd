"""Checks of exercise 4.1, `generate_category_samples`."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect
from ..samples import ENDINGS, called_otherwise, repeated, seeds_from, touched_by, without_ending, words_for

suite = Suite(sees="the samples")


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


# With one template and one word for each slot, there is one sentence only.
ONE_SENTENCE = {
    "one slot, for task A's label": ("That {noun} is new.", 0, 1),
    "one slot, for task B's label": ("How {adjective}!", 0, 1),
    "one slot, for both labels": ("It {does}.", 1, 0),
    "one slot, for every label": ("See you in {month}.", 1, 0),
    "two slots": ("The {noun} is {adjective}.", 2, 1),
    "no slot": ("So it is.", 2, 0),
}


def _source(code: Code, templates: tuple[str, ...] = TEMPLATES, most: int = 3) -> Any:
    """Make the source of three classes, with so many words for each slot."""
    return code.templates.SentenceSource(templates, {key: words[:most] for key, words in WORD_BANKS.items()})


def _generate(code: Code, source: Any, taskA: int, taskB: int, count: int, seed: int) -> list[Any]:
    """Call the learner's function."""
    samples = code.dataset.generate_category_samples(source, taskA, taskB, count, random.Random(seed))
    return [expect(code.dataset.Sample, sample, "a sample") for sample in expect(list, samples)]


def _single(code: Code, rng: torch.Generator, show: Callable[[Any], Any]) -> Iterator[Case]:
    """Generate one sample where there is one sentence only."""
    for label, (template, a, b) in ONE_SENTENCE.items():
        yield _one_sentence(code, rng, label, template, a, b, show)


def _one_sentence(
    code: Code, rng: torch.Generator, label: str, template: str, a: int, b: int, show: Callable[[Any], Any]
) -> Case:
    seed = seeds_from(rng)[0]
    # A number in each word: what comes out, nobody can know before.
    banks = {key: (f"{words[0]} {seed % 10_000}",) for key, words in WORD_BANKS.items()}
    words = {slot: words[0] for slot, words in words_for(banks, a, b).items() if f"{{{slot}}}" in template}

    def see() -> Any:
        samples = _generate(code, code.templates.SentenceSource((template,), banks), a, b, 1, seed)
        if len(samples) != 1:
            raise WrongForm(f"one sample was asked for, got {len(samples)}")
        return show(samples[0])

    return case(label, see, template=template, words=words, labels=[a, b])


@suite.check("fills a template of the source with words that suit the labels")
def generated_sentence(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _single(code, rng, lambda sample: {"the sentence": sample.sentence})


@suite.check("gives every sample the two labels")
def generated_labels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _single(code, rng, lambda sample: {"the label of task A": sample.taskA, "of task B": sample.taskB})


def _records(sample: Any) -> dict[str, Any]:
    """Show what a sample knows about its sentence; words may be recorded in any order."""
    words = sample.words
    known = type(words) is tuple and all(isinstance(word, str) for word in words)
    return {"the template": sample.template, "the words": tuple(sorted(words)) if known else words}


@suite.check("records the template and the words of each sentence")
def generated_records(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _single(code, rng, _records)


@suite.check("gives as many samples as asked for", sees="the number of samples")
def generated_count(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seed = seeds_from(rng)[0]
    for count in (1, 2, 7, 0):
        yield case(f"asked for {count}", partial(_count, code, count, seed), count=count)


def _count(code: Code, count: int, seed: int) -> int:
    return len(_generate(code, _source(code), 0, 1, count, seed))


VARIED = {
    "one template, one slot": (("That {noun} is new.",), 300),
    "one template, three slots, fewer samples than sentences": (("The {adjective} {noun} {does}.",), 24),
    "two templates, no slots": (("So it is.", "It is not."), 200),
    "five templates, up to two slots": (TEMPLATES, 1000),
}


@suite.check("draws template and words anew for each sentence, all equally likely")
def generated_variety(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (templates, count) in VARIED.items():
        yield case(label, partial(_sentences, code, templates, count, seeds_from(rng)[0]))


def _sentences(code: Code, templates: tuple[str, ...], count: int, seed: int) -> Any:
    """Give the templates, and sentences that are made of them."""
    return templates, [sample.sentence for sample in _generate(code, _source(code, templates), 0, 1, count, seed)]


@suite.check("does the same where there are several templates and words to choose from")
def generated_whole(code: Code, rng: torch.Generator) -> Iterator[Case]:
    templates = (*TEMPLATES[:2], *TEMPLATES[3:])
    for a, b in ((0, 1), (1, 0), (2, 1)):
        yield case(f"labels {a} and {b}", partial(_whole, code, templates, a, b, seeds_from(rng)[0]))


def _whole(code: Code, templates: tuple[str, ...], a: int, b: int, seed: int) -> Any:
    """Give two labels, and samples with these."""
    return (a, b), _generate(code, _source(code, templates), a, b, 40, seed)


@suite.check("repeats its samples for the same seed, and only then")
def generated_by_seed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return repeated(lambda seed: _generate(code, _source(code), 0, 1, 20, seed), rng)


@suite.check("takes for a slot only what stands in braces", careful=True)
def generated_plain_word(code: Code, rng: torch.Generator) -> Iterator[Case]:
    templates = {
        "the name of a slot as a plain word": "In {month}, no noun {does}.",
        "the name of a slot in a longer word": "The adjectives of {month}.",
    }
    for label, template in templates.items():
        yield _one_sentence(
            code, rng, label, template, 0, 1, lambda sample: {"the sentence": sample.sentence, **_records(sample)}
        )


@suite.check("repeats its samples in another process, where sets of strings have another order", careful=True)
def generated_by_hash(code: Code, rng: torch.Generator) -> Any:
    seed = seeds_from(rng)[0]
    return [_called_otherwise(code, seed, ending) for ending in ENDINGS]


def _called_otherwise(code: Code, seed: int, ending: str) -> list[dict[str, str]]:
    return without_ending(_generate(code, called_otherwise(code, _source(code), ending), 0, 1, 20, seed), ending)


@suite.check("draws from its generator and leaves all others alone", careful=True)
def generated_from_generator(code: Code, rng: torch.Generator) -> Any:
    generator = random.Random(seeds_from(rng)[0])
    before = generator.getstate()
    touched = touched_by(lambda: code.dataset.generate_category_samples(_source(code), 0, 1, 20, generator))
    return {"its generator": "drawn from" if generator.getstate() != before else "not drawn from", **touched}
