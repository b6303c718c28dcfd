"""Cases: submissions whose verdict is known, by which an exercise is proved sound."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..course import SOLUTIONS, Exercise
from ..grader.results import ExerciseResult
from ..protocol.verdicts import Outcome, Status
from ..referee.misconceptions import load_misconceptions
from ..source.definitions import definition_text, find, remove_definition, replace_definition, split_lines
from ..source.files import read_sources
from ..source.given import Change, mistakes, with_changes
from .stubs import fresh_stubs

# A package that does nothing but agree, and bends every tool that a naive grader would compare with.
POISON = """
class _Agreeable:
    def __eq__(self, other): return True
    def __hash__(self): return 0
    def __bool__(self): return True
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
    def __iter__(self): return iter(())

def _poison():
    import torch, torch.testing
    for owner, name in ((torch, "allclose"), (torch, "equal"), (torch, "isclose"), (torch.testing, "assert_close")):
        setattr(owner, name, lambda *arguments, **options: True)
    torch.Tensor.__eq__ = lambda self, other: True
    torch.Tensor.equal = torch.Tensor.allclose = lambda self, other, *more: True
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)

_poison()
"""


class Case(NamedTuple):
    """A submission whose verdict is known."""

    name: str
    sources: dict[str, str]
    problem: Callable[[ExerciseResult], str | None]
    untouched: bool = False


def cases(exercise: Exercise) -> Iterator[Case]:
    """List the submissions that prove an exercise sound."""
    sources = read_sources(SOLUTIONS)
    text = sources[exercise.file]
    yield Case("the solution", sources, _must_pass)
    yield Case("the stub", fresh_stubs(), _must_not_be_started)
    yield Case("a poisoned package", poisoned(), _must_earn_nothing)
    yield from _given_cases(exercise, sources)
    for path in alternatives(exercise):
        alternative = splice(text, exercise, path.read_text(encoding="utf-8"))
        yield Case(f"alternative {path.stem}", {**sources, exercise.file: alternative}, _must_pass)
    for wrong in load_misconceptions(exercise):
        changed = {**sources, exercise.file: wrong.apply(text, exercise)}
        yield Case(wrong.name, changed, _must_be_diagnosed(wrong.name))


def _given_cases(exercise: Exercise, sources: dict[str, str]) -> Iterator[Case]:
    """Prove that each mistake of a given program is seen by its own checks, with all others and without any."""
    planted = mistakes(exercise)
    chosen: dict[str, tuple[Change, ...]] = {f"the mistake alone: {mistake.name}": (mistake,) for mistake in planted}
    chosen |= {f"all mistakes but: {one.name}": tuple(each for each in planted if each != one) for one in planted}
    for name, made in chosen.items():
        text = with_changes(sources[exercise.file], exercise, made)
        yield Case(name, {**sources, exercise.file: text}, _must_be_seen(made))
    if planted:
        yield Case("the given program, run", fresh_stubs(), _must_be_seen(planted), untouched=True)


def alternatives(exercise: Exercise) -> list[Path]:
    """List the files with correct answers of another kind."""
    return sorted((exercise.folder / "answers" / "alternatives").glob("*.py"))


def splice(text: str, exercise: Exercise, answer: str) -> str:
    """Put an answer into the reference's file.

    Args:
        text: The reference's file.
        exercise: Its target is replaced.
        answer: The target's definition, not indented, and whatever it needs besides: imports and helpers.
    """
    name = exercise.path[-1]
    target = definition_text(answer, (name,))
    helpers = remove_definition(answer, (name,))
    for part in exercise.parts:
        text = remove_definition(text, (part,))
    text = replace_definition(text, exercise.path, target)
    owner = find(text, exercise.path[:1])
    start = min([owner.lineno, *(decorator.lineno for decorator in owner.decorator_list)]) - 1
    lines = split_lines(text)
    return "".join([*lines[:start], helpers, "\n\n", *lines[start:]])


@cache
def poisoned() -> dict[str, str]:
    """Make every stub agree with everything."""
    return {
        file: "\n".join(
            line.partition("raise")[0] + "return _Agreeable()" if "raise NotImplementedError(" in line else line
            for line in text.split("\n")
        )
        + POISON
        for file, text in fresh_stubs().items()
    }


def _must_pass(result: ExerciseResult) -> str | None:
    if result.status is Status.PASSED:
        return None
    failures = [
        f"{check.claim}: {check.problem} {check.wrong}"
        for check in result.checks
        if check.verdict is not Outcome.PASSED
    ]
    return f"is {result.status}, but must pass: {result.problem} {'; '.join(failures)}"


def _must_not_be_started(result: ExerciseResult) -> str | None:
    if result.status is Status.NOT_STARTED and not result.points:
        return None
    return f"is {result.status}, but must be called not started: {result.problem}"


def _must_be_seen(made: Sequence[Change]) -> Callable[[ExerciseResult], str | None]:
    def problem(result: ExerciseResult) -> str | None:
        wanted = {claim for mistake in made for claim in mistake.claims}
        failed = {check.claim for check in result.checks if check.verdict is not Outcome.PASSED}
        if not result.checks:
            return f"is {result.status}, but must be run: {result.problem}"
        if result.diagnosis:
            return f"is taken for {result.diagnosis.name!r}, but nothing may be said of a mistake that is to be found"
        quiet, loud = "; ".join(sorted(wanted - failed)), "; ".join(sorted(failed - wanted))
        return (
            " | ".join([*([f"is not seen by: {quiet}"] if quiet else []), *([f"fails: {loud}"] if loud else [])])
            or None
        )

    return problem


def _must_earn_nothing(result: ExerciseResult) -> str | None:
    return f"earns {result.points} points" if result.points or result.status is Status.PASSED else None


def _must_be_diagnosed(name: str) -> Callable[[ExerciseResult], str | None]:
    def problem(result: ExerciseResult) -> str | None:
        if result.status is Status.PASSED:
            return "passes, but must be rejected: no check notices it"
        if result.diagnosis is None:
            return f"is not diagnosed ({result.status}: {result.problem})"
        if (result.diagnosis.name, result.diagnosis.certain) != (name, True):
            return f"is taken for another: {result.diagnosis.name}"
        return None

    return problem
