"""Checks of exercise 6.2, `label_ratings`."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..samples import ENDINGS, repeated, seeds_from, touched_by, with_defaults
from .ratings import EIGHT, FOUR, Topics, labelled, rated_sentences, shown

suite = Suite(sees="the labelled sentences")


def _all_taken(label: str, code: Code, ratings: Topics, size: int, look: Callable[[Any], Any], **options: Any) -> Case:
    """Make a case in which every sentence that is not neutral has to be taken; looks at each, in order."""

    def see() -> Any:
        samples, _ = labelled(code, rated_sentences(code, ratings), size, **options)
        return {sample.sentence: look(sample) for sample in sorted(samples)}

    return case(label, see, **shown(ratings), size=size, **options)


@suite.check("takes the topic for the label of task A, and the mood for that of task B")
def labels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, ratings in {"four sentences": FOUR, "eight sentences": EIGHT}.items():
        size = 2 * len(ratings[0])
        yield _all_taken(label, code, ratings, size, lambda sample: {"task A": sample.taskA, "task B": sample.taskB})


@suite.check("names each review by its topic and its number, so that no two topics share one")
def reviews(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, ratings in {"four sentences": FOUR, "eight sentences": EIGHT}.items():
        yield _all_taken(label, code, ratings, 2 * len(ratings[0]), _origin)


def _origin(sample: Any) -> dict[str, Any]:
    return {"the review": sample.review, "the template": sample.template}


NEUTRAL: dict[str, tuple[Topics, dict[str, float]]] = {
    "no neutral sentence": (FOUR, {}),
    "a rating of 0": (((-1.5, 0.0, 2.0), FOUR[1]), {}),
    "ratings below the threshold": (((-1.5, 0.25, 2.0), (-2.5, 3.0, 0.45)), {}),
    "ratings above the negative of the threshold": (((-1.5, -0.25, 2.0), (-2.5, 3.0, -0.45)), {}),
    "a rating at the threshold": ((FOUR[0], (-2.5, 0.5, 3.0)), {}),
    "a rating at the negative of the threshold": (((-1.5, -0.5, 2.0), FOUR[1]), {}),
    "ratings just beyond the threshold": (((-0.55, 0.55), (-0.6, 0.6)), {}),
    "ratings below the threshold, threshold 2": (((-3.0, 1.5, 2.5, -1.5), (2.25, 0.5, -2.25)), {"threshold": 2.0}),
    "ratings at the threshold, threshold 2": (((-3.0, 2.0, 2.5), (2.25, -2.0, -2.25)), {"threshold": 2.0}),
    "a rating of 0, threshold 0": (((-0.1, 0.0, 0.1), (0.25, -0.25)), {"threshold": 0.0}),
}


@suite.check(
    "leaves out what is neutral: ratings from the negative of the threshold to the threshold", sees="the moods"
)
def left_out(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (ratings, options) in NEUTRAL.items():
        yield _all_taken(label, code, ratings, 4, lambda sample: sample.taskB, **options)


MANY: Topics = ((-1, -2, -3, 1, 2, 3, 0, 0.25), (-1, -2, 0.4, 1, 2, -0.1, 0.2, 3, -3))


@suite.check("counts what is neutral on both topics, and nothing else", sees="the number of neutral sentences")
def neutral(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, Topics] = {
        "no neutral sentence": FOUR,
        "one neutral sentence, on technology": ((*FOUR[0], 0.1), FOUR[1]),
        "one neutral sentence, on entertainment": (FOUR[0], (*FOUR[1], -0.1)),
        "three neutral sentences, on both topics": ((*FOUR[0], 0.1, -0.5), (0.5, *FOUR[1])),
        "no neutral sentence, more sentences than asked for": EIGHT,
        "five neutral sentences, more sentences than asked for": MANY,
    }
    for label, ratings in cases.items():
        see = partial(_neutral, code, ratings, 4)
        yield case(label, see, **shown(ratings), size=4)
    yield case("ratings at the threshold, threshold 2", partial(_neutral, code, MANY, 4, 2.0), **shown(MANY), size=4)


def _neutral(code: Code, ratings: Topics, size: int, threshold: float = 0.5) -> Any:
    return labelled(code, rated_sentences(code, ratings), size, threshold)[1]


SIGNS = (-1, 1, -1, 1)


def _pools(*counts: int) -> Topics:
    """Make so many negative and positive ratings on technology, and on entertainment."""
    moods = [
        sign * (1 + number % 20 / 10)
        for sign, count in zip((-1, 1) * 2, counts, strict=True)
        for number in range(count)
    ]
    return moods[: sum(counts[:2])], moods[sum(counts[:2]) :]


@suite.check("draws as many sentences of each combination of labels, as many in all as asked for")
def balance(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "as many in each pool, 4 of 12": ((3, 3, 3, 3), 4),
        "as many in each pool, 8 of 12": ((3, 3, 3, 3), 8),
        "pools that differ, 8 of 19": ((2, 9, 3, 5), 8),
        "pools that differ, 20 of 60": ((20, 10, 10, 20), 20),
    }
    for label, (counts, size) in cases.items():
        names = ("negative, technology", "positive, technology", "negative, entertainment", "positive, entertainment")
        see = partial(_counts, code, _pools(*counts), size, seeds_from(rng)[0])
        yield case(label, see, sentences=dict(zip(names, counts, strict=True)), size=size)


def _counts(code: Code, ratings: Topics, size: int, seed: int) -> dict[str, int]:
    samples, _ = labelled(code, rated_sentences(code, ratings), size, seed=seed)
    counts = Counter((sample.taskA, sample.taskB) for sample in samples)
    named = {f"sentences with labels {a} and {b}": counts.pop((a, b), 0) for a in (0, 1) for b in (0, 1)}
    return {**named, "sentences with other labels": counts.total()}


@suite.check("draws no sentence twice", sees="sentences that stand twice")
def no_repetition(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, counts, size in (("12 of 12", (3, 3, 3, 3), 12), ("24 of 41", (6, 12, 8, 15), 24)):
        yield case(label, partial(_copies, code, _pools(*counts), size, seeds_from(rng)[0]), size=size)


def _copies(code: Code, ratings: Topics, size: int, seed: int) -> dict[str, Any]:
    samples, _ = labelled(code, rated_sentences(code, ratings), size, seed=seed)
    copies = Counter(sample.sentence for sample in samples)
    return {"sentences": len(samples), "sentences drawn twice": sum(count > 1 for count in copies.values())}


@suite.check("gives each sentence its own labels and review, whatever is drawn")
def kept_together(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count, size in (("16 of some 50", 30, 16), ("60 of some 260", 150, 60)):
        ratings = [(torch.randint(-40, 41, (count,), generator=rng) / 10).tolist() for _ in range(2)]
        yield case(label, partial(_drawn, code, (ratings[0], ratings[1]), size, seeds_from(rng)[0]))


def _drawn(code: Code, ratings: Topics, size: int, seed: int) -> Any:
    """Give what each sentence should look like, and what was drawn."""
    rated = rated_sentences(code, ratings, reviews=7)
    right = {
        each.sentence: (topic, int(each.rating > 0), f"{name} {each.review}")
        for topic, name in enumerate(("Technology", "Entertainment"))
        for each in rated[topic]
        if abs(each.rating) > 0.5
    }
    samples, _ = labelled(code, rated, size, seed=seed)
    return right, [(each.sentence, (each.taskA, each.taskB, each.review)) for each in samples]


@suite.check("draws at random: every sentence may come up, and none must")
def chance(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("8 of 16 sentences, 60 seeds", partial(_choices, code, seeds_from(rng, 60)))


def _choices(code: Code, seeds: list[int]) -> list[list[str]]:
    rated = rated_sentences(code, _pools(4, 4, 4, 4))
    return [[sample.sentence for sample in labelled(code, rated, 8, seed=seed)[0]] for seed in seeds]


@suite.check("mixes the combinations of labels")
def mixed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, size in {"40 of 48 sentences": 40, "all of 48 sentences": 48}.items():
        yield case(f"{label}, three seeds", partial(_mixed, code, size, seeds_from(rng, 3)))


def _mixed(code: Code, size: int, seeds: list[int]) -> list[list[tuple[int, int]]]:
    rated = rated_sentences(code, _pools(12, 12, 12, 12))
    drawn = [labelled(code, rated, size, seed=seed)[0] for seed in seeds]
    return [[(sample.taskA, sample.taskB) for sample in samples] for samples in drawn]


@suite.check("repeats its draw for the same seed, and only then")
def by_seed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return repeated(partial(_seeded, code, _pools(10, 10, 10, 10), 20), rng)


def _seeded(code: Code, ratings: Topics, size: int, seed: int) -> list[str]:
    return [sample.sentence for sample in labelled(code, rated_sentences(code, ratings), size, seed=seed)[0]]


@suite.check("takes the threshold 0.5 and the seed 0 if not told otherwise")
def defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    options: dict[str, dict[str, Any]] = {
        "nothing given": {},
        "only the seed given": {"seed": 7},
        "only the threshold given": {"threshold": 1.25},
    }
    for label, given in options.items():
        yield case(label, partial(with_defaults, partial(_with, code), given, {"threshold": 0.5, "seed": 0}))


def _with(code: Code, options: dict[str, Any]) -> list[list[Any]]:
    ratings = _pools(10, 10, 10, 10)
    mild = (0.0, 0.3, 0.5, 0.6, -0.4, -0.5, -0.6, 0.7, 0.2, 0.45)
    samples, count = labelled(code, rated_sentences(code, ((*ratings[0], *mild), (*ratings[1], *mild))), 20, **options)
    return [samples, [None] * count]


@suite.check("refuses a size of more than four times the rarest combination with a ValueError", sees="the draw")
def too_many(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "the size is all there is": ((2, 2, 2, 2), 8),
        "the size is all that the rarest combination allows": ((9, 9, 2, 9), 8),
        "the size is more than there is": ((2, 2, 2, 2), 12),
        "the size is more than the first combination allows": ((1, 9, 9, 9), 8),
        "the size is more than the third combination allows": ((9, 9, 2, 9), 12),
        "the size is more than the last combination allows": ((9, 9, 9, 2), 12),
        "a combination has no sentence": ((3, 0, 3, 3), 4),
    }
    for label, (counts, size) in cases.items():
        see = partial(outcome, partial(_drawn_count, code, counts, size))
        yield case(label, see, **shown(_pools(*counts)), size=size)


def _drawn_count(code: Code, counts: tuple[int, int, int, int], size: int) -> int:
    return len(labelled(code, rated_sentences(code, _pools(*counts)), size)[0])


@suite.check("takes equal sentences for different ones", careful=True)
def equal_sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, review in {"of one review": "1", "of two reviews": "2"}.items():
        yield case(f"two equal sentences {label}, both needed", partial(_twins, code, review))


def _twins(code: Code, review: str) -> Any:
    rated = rated_sentences(code, EIGHT)
    rated[0] = [each._replace(sentence="the same", review=("1", review)[i // 2]) for i, each in enumerate(rated[0])]
    samples, _ = labelled(code, rated, 8)
    return {"sentences": dict(Counter(sorted(sample.sentence for sample in samples)))}


@suite.check("refuses a size that is no positive multiple of four with a ValueError", sees="the draw", careful=True)
def sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for size in (4, 1, 2, 3, 6, 10, 0, -4):
        yield case(f"size {size}", partial(outcome, partial(_drawn_count, code, (3, 3, 3, 3), size)), size=size)


@suite.check("refuses sentences of one topic, or none, with a ValueError", sees="the draw", careful=True)
def missing_topics(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, counts in {
        "no sentences": (0, 0, 0, 0),
        "no sentences on technology": (0, 0, 2, 2),
        "no sentences on entertainment": (2, 2, 0, 0),
    }.items():
        yield case(label, partial(outcome, partial(_drawn_count, code, counts, 4)))


@suite.check("leaves the rated sentences as they were, and takes tuples of them, too", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, kind in {"lists": list, "tuples": tuple}.items():
        yield case(label, partial(_inputs, code, kind, seeds_from(rng)[0]))


def _inputs(code: Code, kind: Callable[[Any], Any], seed: int) -> dict[str, Any]:
    technology, entertainment = map(kind, rated_sentences(code, _pools(3, 3, 3, 3)))
    samples, _ = labelled(code, (technology, entertainment), 8, seed=seed)
    return {
        "sentences drawn": len(samples),
        "technology afterwards": technology,
        "entertainment afterwards": entertainment,
    }


@suite.check("repeats its draw in another process, where sets of strings have another order", careful=True)
def by_hash(code: Code, rng: torch.Generator) -> Any:
    seed, ratings = seeds_from(rng)[0], _pools(6, 6, 6, 6)
    drawn = [
        labelled(code, rated_sentences(code, ratings, ending=f" {ending}"), 12, seed=seed)[0] for ending in ENDINGS
    ]
    return [[sample.sentence.rpartition(" ")[0] for sample in samples] for samples in drawn]


@suite.check("leaves the random numbers alone that belong to everybody", careful=True)
def random_state(code: Code, rng: torch.Generator) -> Any:
    rated, seed = rated_sentences(code, _pools(4, 4, 4, 4)), seeds_from(rng)[0]
    return touched_by(lambda: labelled(code, rated, 8, seed=seed))
