"""For maintainers: write the tutorial from the solutions, and prove the course sound."""

import ast
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

from .course import HERE, SOLUTIONS, TUTORIAL, Exercise, load_course, load_misconceptions, read_sources
from .definitions import apply_diff, definition_text, parse, remove_definition, replace_definition, split_lines
from .exercise import load_suite
from .grading import Grader, Submission
from .mutants import mutants
from .results import ExerciseResult, Status
from .stubs import stub_package

T = TypeVar("T")

ALTERNATIVES = HERE.parent / "tests" / "alternatives"

FEWEST_CHECKS, FEWEST_MISCONCEPTIONS, FEWEST_HINTS, FEWEST_ALTERNATIVES = 4, 3, 2, 2

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


def stale_stubs() -> list[str]:
    """List the files of the tutorial that differ from what the solutions give: missing, changed or left over."""
    fresh = stub_package(read_sources(SOLUTIONS), load_course())
    present = read_sources(TUTORIAL)
    return sorted(file for file in fresh.keys() | present.keys() if fresh.get(file) != present.get(file))


def write_stubs() -> list[str]:
    """Write the tutorial; returns the files that changed."""
    stale = stale_stubs()
    fresh = stub_package(read_sources(SOLUTIONS), load_course())
    TUTORIAL.mkdir(exist_ok=True)
    for file in stale:
        path = TUTORIAL / f"{file}.py"
        if file in fresh:
            path.write_text(fresh[file], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return stale


class Case(NamedTuple):
    """A submission whose verdict is known."""

    exercise: Exercise
    name: str
    sources: dict[str, str]
    problem: Callable[[ExerciseResult], str | None]


class Finding(NamedTuple):
    """Something that is wrong with the course."""

    exercise: str
    name: str
    problem: str


def cases(exercise: Exercise) -> Iterator[Case]:
    """List the submissions that prove an exercise sound."""
    sources = read_sources(SOLUTIONS)
    text = sources[exercise.file]
    stubs = stub_package(sources, load_course())
    yield Case(exercise, "the solution", sources, _must_pass)
    yield Case(exercise, "the stub", stubs, _must_not_be_started)
    yield Case(exercise, "a poisoned package", poisoned(stubs), _must_earn_nothing)
    for path in alternatives(exercise):
        alternative = splice(text, exercise, path.read_text(encoding="utf-8"))
        yield Case(exercise, f"alternative {path.stem}", {**sources, exercise.file: alternative}, _must_pass)
    for wrong in load_misconceptions(exercise):
        changed = {**sources, exercise.file: apply_diff(text, exercise.paths, wrong.diff)}
        yield Case(exercise, wrong.name, changed, _must_be_diagnosed(wrong.name))


def alternatives(exercise: Exercise) -> list[Path]:
    """List the files with correct answers of another kind."""
    return sorted((ALTERNATIVES / exercise.id).glob("*.py"))


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
    tree = parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    end = imports[-1].end_lineno or 0
    lines = split_lines(text)
    return "".join([*lines[:end], helpers, "\n\n", *lines[end:]])


def poisoned(stubs: dict[str, str]) -> dict[str, str]:
    """Make every stub agree with everything."""
    return {
        file: "\n".join(
            line.partition("raise")[0] + "return _Agreeable()" if "raise NotImplementedError(" in line else line
            for line in text.split("\n")
        )
        + POISON
        for file, text in stubs.items()
    }


def verify(exercises: Iterable[Exercise], report: Callable[[str], None] = lambda text: None) -> list[Finding]:
    """Prove exercises sound: grade what must pass and what must not.

    Args:
        exercises: Which.
        report: Called with each exercise's id when it is done.

    Returns:
        What is wrong; nothing if all is well.
    """
    return [finding for findings in _share(exercises, prove, report) for finding in findings]


def prove(grader: Grader, exercise: Exercise) -> list[Finding]:
    """Prove one exercise sound."""
    return [*_incomplete(exercise), *_misfits(exercise)] or list(_wrong_verdicts(grader, exercise))


def _share(
    exercises: Iterable[Exercise], work: Callable[[Grader, Exercise], T], report: Callable[[str], None]
) -> list[T]:
    """Do some work on every exercise, with as many graders at a time as two processors can feed."""
    idle: SimpleQueue[Grader] = SimpleQueue()

    def take_turn(exercise: Exercise) -> T:
        grader = idle.get()
        try:
            return work(grader, exercise)
        finally:
            idle.put(grader)
            report(exercise.id)

    with ThreadPoolExecutor(max_workers=2) as pool, Grader() as first, Grader() as second:
        idle.put(first)
        idle.put(second)
        return list(pool.map(take_turn, exercises))


class Mutation(NamedTuple):
    """What became of an exercise's mutants: how many there are, and the changes that no check notices."""

    exercise: str
    total: int
    survivors: list[str]


def mutate(exercises: Iterable[Exercise], report: Callable[[str], None] = lambda text: None) -> list[Mutation]:
    """Grade every mutant of the reference.

    Args:
        exercises: Which.
        report: Called with each exercise's id when it is done.
    """
    return _share(exercises, _mutate_one, report)


def _mutate_one(grader: Grader, exercise: Exercise) -> Mutation:
    sources = read_sources(SOLUTIONS)
    changed, survivors = list(mutants(sources[exercise.file], exercise)), []
    for mutant in changed:
        submission = Submission(mutant.change, {**sources, exercise.file: mutant.text})
        (result,) = grader.grade(submission, [exercise])
        if result.status is Status.PASSED:
            survivors.append(mutant.change)
    return Mutation(exercise.id, len(changed), survivors)


def _wrong_verdicts(grader: Grader, exercise: Exercise) -> Iterator[Finding]:
    for case in cases(exercise):
        (result,) = grader.grade(Submission(case.name, case.sources), [exercise])
        problem = case.problem(result)
        if problem:
            yield Finding(exercise.id, case.name, problem)


def _incomplete(exercise: Exercise) -> Iterator[Finding]:
    counts = {
        "checks": (len(load_suite(exercise.id).checks), FEWEST_CHECKS),
        "misconceptions": (len(load_misconceptions(exercise)), FEWEST_MISCONCEPTIONS),
        "hints": (len(exercise.hints), FEWEST_HINTS),
        "alternatives": (len(alternatives(exercise)), FEWEST_ALTERNATIVES),
    }
    for name, (count, fewest) in counts.items():
        if count < fewest:
            yield Finding(exercise.id, name, f"{count} instead of at least {fewest}")
    claims = [check.claim for check in load_suite(exercise.id).checks]
    if len(set(claims)) < len(claims):
        yield Finding(exercise.id, "checks", "two make the same claim")
    file, _, anchor = exercise.page.partition("#")
    page = HERE.parent / file
    if not page.is_file() or f"{{ #{anchor} }}" not in page.read_text(encoding="utf-8"):
        yield Finding(exercise.id, "page", f"there is no {exercise.page}")


def _misfits(exercise: Exercise) -> Iterator[Finding]:
    """Find misconceptions that do not fit the reference any more."""
    text = read_sources(SOLUTIONS)[exercise.file]
    for wrong in load_misconceptions(exercise):
        try:
            apply_diff(text, exercise.paths, wrong.diff)
        except ValueError as error:
            yield Finding(exercise.id, wrong.name, str(error))


def _must_pass(result: ExerciseResult) -> str | None:
    if result.status is Status.PASSED:
        return None
    failures = [f"{check.claim}: {check.problem} {check.where}" for check in result.checks if check.verdict != "passed"]
    return f"is {result.status}, but must pass: {result.problem} {'; '.join(failures)}"


def _must_not_be_started(result: ExerciseResult) -> str | None:
    if result.status is Status.NOT_STARTED and not result.points:
        return None
    return f"is {result.status}, but must be called not started: {result.problem}"


def _must_earn_nothing(result: ExerciseResult) -> str | None:
    return f"earns {result.points} points" if result.points or result.status is Status.PASSED else None


def _must_be_diagnosed(name: str) -> Callable[[ExerciseResult], str | None]:
    def problem(result: ExerciseResult) -> str | None:
        if result.points or result.status is Status.PASSED:
            return "passes, but must be rejected: no check notices it"
        if result.diagnosis is None:
            return f"is not diagnosed ({result.status}: {result.problem})"
        if (result.diagnosis.name, result.diagnosis.certain) != (name, True):
            return f"is taken for another: {result.diagnosis.name}"
        return None

    return problem
