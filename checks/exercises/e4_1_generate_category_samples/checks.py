"""Checks of exercise 4.1, `generate_category_samples`."""

import random
from typing import Any

import numpy as np
import torch

from ...protocol.suite import Code, Suite
from ..samples import seeds_from

suite = Suite()


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


def _source(code: Code, templates: tuple[str, ...] = TEMPLATES) -> Any:
    """Make the source of three classes."""
    return code.templates.SentenceSource(templates, dict(WORD_BANKS))


@suite.check("gives as many samples as asked for")
def generated_count(code: Code, rng: torch.Generator) -> Any:
    generate, source = code.dataset.generate_category_samples, _source(code)
    seed, counts = seeds_from(rng)[0], (0, 1, 7)
    return {f"asked for {count}": len(generate(source, 0, 1, count, random.Random(seed))) for count in counts}


@suite.check("gives every sample the two labels")
def generated_labels(code: Code, rng: torch.Generator) -> Any:
    generate, generator = code.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    samples = [sample for a, b in LABELS for sample in generate(_source(code), a, b, 3, generator)]
    return [(sample.taskA, sample.taskB) for sample in samples]


@suite.check("fills templates of the source with words that suit the labels")
def generated_sentences(code: Code, rng: torch.Generator) -> Any:
    generate, generator = code.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    return [[s.sentence for s in generate(_source(code), a, b, 30, generator)] for a, b in LABELS]


@suite.check("records the template and the words of each sentence")
def generated_records(code: Code, rng: torch.Generator) -> Any:
    source = _source(code, (*TEMPLATES[:2], *TEMPLATES[3:]))
    return code.dataset.generate_category_samples(source, 0, 1, 40, random.Random(seeds_from(rng)[0]))


@suite.check("takes for a slot only what stands in braces")
def generated_plain_word(code: Code, rng: torch.Generator) -> Any:
    source = _source(code, TEMPLATES[2:3])
    return code.dataset.generate_category_samples(source, 0, 1, 40, random.Random(seeds_from(rng)[0]))


@suite.check("chooses template and words anew for each sentence, all equally likely")
def generated_variety(code: Code, rng: torch.Generator) -> Any:
    generate, generator = code.dataset.generate_category_samples, random.Random(seeds_from(rng)[0])
    return [sample.sentence for sample in generate(_source(code), 0, 1, 1000, generator)]


@suite.check("repeats its samples for the same seed, and only then")
def generated_by_seed(code: Code, rng: torch.Generator) -> Any:
    first, other = seeds_from(rng)
    generate, source = code.dataset.generate_category_samples, _source(code)
    return [generate(source, 0, 1, 20, random.Random(seed)) for seed in (first, first, other)]


@suite.check("draws from its generator and from no other")
def generated_from_generator(code: Code, rng: torch.Generator) -> Any:
    generator = random.Random(seeds_from(rng)[0])
    own, global_python, global_numpy = generator.getstate(), random.getstate(), repr(np.random.get_state())
    global_torch = torch.random.get_rng_state()
    code.dataset.generate_category_samples(_source(code), 0, 1, 20, generator)
    return {
        "its generator was used": generator.getstate() != own,
        "the global random was left alone": random.getstate() == global_python,
        "NumPy's was left alone": repr(np.random.get_state()) == global_numpy,
        "torch's was left alone": torch.random.get_rng_state().tolist() == global_torch.tolist(),
    }
