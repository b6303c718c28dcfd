"""Checks of exercise 7.5, `spearman`."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import afterwards, outcome

suite = Suite(sees="the correlation")


def _correlated(label: str, code: Code, similarities: Tensor, grades: Tensor) -> Case:
    """Make the case of some pairs."""
    see = partial(code.geometry.spearman, similarities, grades)
    return case(label, see, similarities=similarities, grades=grades)


def _cosines(rng: torch.Generator, pairs: int) -> Tensor:
    """Draw cosines, no two of them equal."""
    return (torch.randperm(20 * pairs, generator=rng)[:pairs] / (10 * pairs) - 1).round(decimals=3)


def _grades(rng: torch.Generator, pairs: int, steps: int) -> Tensor:
    """Draw whole grades, the first ones different, so that there is an order."""
    grades = torch.randint(steps, (pairs,), generator=rng)
    grades[:2] = torch.tensor([0, steps - 1])
    return grades.float()


@suite.check("gives 1 for the same order, and -1 for the opposite one, whatever the distances")
def same_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    grades = torch.tensor([0.0, 1.0, 2.0, 4.0])
    yield _correlated("four pairs, the same order", code, torch.tensor([-0.9, 0.1, 0.2, 0.95]), grades)
    yield _correlated("four pairs, the opposite order", code, torch.tensor([0.9, 0.8, 0.1, -0.3]), grades)


@suite.check("correlates the ranks where all values differ")
def different(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, pairs in {"three pairs": 3, "five pairs": 5, "twenty pairs": 20}.items():
        yield _correlated(
            f"{label}, all different", code, _cosines(rng, pairs), torch.randperm(pairs, generator=rng).float()
        )


@suite.check("lets equal grades share the mean of their ranks")
def equal_grades(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _correlated("three pairs, equal grades", code, torch.tensor([0.2, 0.7, 0.5]), torch.tensor([0.0, 1.0, 1.0]))
    yield _correlated(
        "four pairs, equal grades", code, torch.tensor([0.9, 0.1, 0.4, 0.3]), torch.tensor([2.0, 0.0, 0.0, 0.0])
    )
    for steps in (3, 5):
        yield _correlated(f"fifteen pairs, {steps} grades", code, _cosines(rng, 15), _grades(rng, 15, steps))


@suite.check("lets equal similarities share the mean of their ranks")
def equal_similarities(code: Code, rng: torch.Generator) -> Iterator[Case]:
    grades = torch.tensor([0.0, 1.0, 2.0, 3.0])
    yield _correlated("four pairs, equal similarities", code, torch.tensor([0.5, 0.5, 0.5, 0.8]), grades)
    yield _correlated(
        "four pairs, equal similarities and grades",
        code,
        torch.tensor([0.5, 0.2, 0.5, 0.8]),
        torch.tensor([1.0, 0.0, 1.0, 0.0]),
    )


@suite.check("gives the same wherever the pairs stand")
def shuffled(code: Code, rng: torch.Generator) -> Iterator[Case]:
    similarities, grades = _cosines(rng, 8), _grades(rng, 8, 3)
    for label in ("eight pairs", "eight pairs, shuffled", "eight pairs, shuffled again"):
        yield _correlated(label, code, similarities, grades)
        order = torch.randperm(8, generator=rng)
        similarities, grades = similarities[order], grades[order]


@suite.check("looks at the order only: other scales give the same")
def scales(code: Code, rng: torch.Generator) -> Iterator[Case]:
    similarities, grades = _cosines(rng, 6), _grades(rng, 6, 4)
    yield _correlated("six pairs", code, similarities, grades)
    yield _correlated("six pairs, similarities stretched", code, similarities.exp() * 100, grades)
    yield _correlated("six pairs, grades from -4 to 4", code, similarities, grades**3 - 4)


@suite.check("takes whole numbers, half precision and many pairs", careful=True)
def kinds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    similarities, grades = _cosines(rng, 7), _grades(rng, 7, 3)
    yield _correlated("seven pairs, whole grades", code, similarities, grades.long())
    yield _correlated("seven pairs, float16", code, (4 * similarities).round().half(), grades.half())
    many = torch.rand(5000, generator=rng)
    yield _correlated("five thousand pairs", code, many, (many * 3 + torch.rand(5000, generator=rng)).floor())


@suite.check("gives not a number where all values of one are equal", careful=True)
def no_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    same, other = torch.full((4,), 2.0), torch.tensor([0.1, 0.4, 0.2, 0.3])
    yield _correlated("four pairs, all grades equal", code, other, same)
    yield _correlated("four pairs, all similarities equal", code, same, other)


@suite.check("refuses similarities and grades that are not as many", careful=True)
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, pairs in {"three similarities, two grades": (3, 2), "three similarities, one grade": (3, 1)}.items():
        given = {"similarities": _cosines(rng, pairs[0]), "grades": torch.arange(pairs[1]).float()}
        yield case(label, partial(outcome, partial(code.geometry.spearman, **given)), **given)


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"similarities": _cosines(rng, 5), "grades": _grades(rng, 5, 3)}
    yield case("five pairs", partial(afterwards, code.geometry.spearman, **given), **given)
