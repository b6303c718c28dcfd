"""A case by hand: `case("1.1", "two sentences, one padded")` in a Python prompt or a notebook.

The learner's code runs in this very process, so that a debugger can follow it. Nothing here decides about points.
"""

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console

from .course import LOCAL_SEED, SOLUTIONS, TUTORIAL, Exercise, load_course
from .grader.grading import handed_out
from .protocol.codec import unpack
from .protocol.probe import cases_of, packed, see
from .protocol.suite import Case, Check, Code, load_checks
from .referee.compare import describe, difference
from .referee.picture import draw
from .reports import pictures
from .source.files import Submission, read_sources, read_submission
from .source.package import Package
from .worker.job import build_package, show_lines

WIDTH = 80
ANSWER = "answer"  # name of the learner's package while it is tried; `tutorial` may be imported by hand already


@dataclass(frozen=True)
class Replay:
    """One case, seen again.

    Attributes:
        exercise_id: Such as `1.1`.
        claim: Of the check.
        label: Of the case.
        inputs: What goes in.
        expected: What should come out.
        got: What came out; an exception, if the code raised one.
        see: Calls the learner's code once more; an exception comes through, for a debugger.
        picture: How all this looks.
    """

    exercise_id: str
    claim: str
    label: str
    inputs: dict[str, Any]
    expected: Any
    got: Any
    see: Callable[[], Any]
    picture: str

    def __repr__(self) -> str:
        title = f"{self.exercise_id} {self.claim}" + (f": {self.label}" if self.label else "")
        return f"{title}\n\n{self.picture}"


def replay(exercise_id: str, label: str, number: int | None, package: Path | None) -> Replay:
    """Run one case of an exercise on the learner's code, and on the reference; `checks.case` describes it.

    Raises:
        ValueError: There is no such exercise, check or case.
    """
    exercise = load_course().exercise(exercise_id)
    submission = read_submission(package or TUTORIAL)
    answer = _answer(exercise, submission)
    reference = Package("reference", read_sources(SOLUTIONS))
    with _state_restored():
        found, wanted_case = _find(exercise, reference, label, number)
        mine = _case(exercise, found, answer, label)
        wanted, got = (see(each, _name(exercise, found), LOCAL_SEED, _threads()) for each in (wanted_case, mine))
    inputs, expected, observed = mine.inputs, unpack(packed(wanted.value)), unpack(packed(got.value))
    looks = _look(expected, observed, found, {name: unpack(packed(value)) for name, value in inputs.items()})
    return Replay(exercise_id, found.claim, label, inputs, expected, observed, mine.see, looks)


def _answer(exercise: Exercise, submission: Submission) -> Package:
    """Build the learner's package, and execute the exercise's file.

    Raises:
        ValueError: It cannot be executed.
    """
    show_lines(ANSWER, submission.importable())
    try:
        answer = build_package(ANSWER, exercise, submission.importable(), handed_out(exercise)[0])
        getattr(answer, exercise.file)
    except (Exception, SystemExit) as error:  # a file that leaves Python would take the prompt along
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"{submission.path}/{exercise.file}.py cannot be executed: {reason}") from error
    return answer


def _find(exercise: Exercise, reference: Code, label: str, number: int | None) -> tuple[Check, Case]:
    checks = load_checks(exercise)
    if number is not None and not 1 <= number <= len(checks):
        raise ValueError(f"check is {number}, but exercise {exercise.exercise_id} has {len(checks)}")
    labels: list[str] = []
    for check in checks if number is None else [checks[number - 1]]:
        for case in cases_of(check, reference, exercise.exercise_id, LOCAL_SEED, _threads()):
            if case.label == label:
                return check, case
            labels.append(case.label)
    known = ", ".join(map(repr, dict.fromkeys(filter(None, labels))))
    raise ValueError(f"label is {label!r}, but must be one of {known}")


def _case(exercise: Exercise, check: Check, code: Code, label: str) -> Case:
    cases = cases_of(check, code, exercise.exercise_id, LOCAL_SEED, _threads())
    return next(case for case in cases if case.label == label)


def _name(exercise: Exercise, check: Check) -> str:
    return f"{exercise.exercise_id} {check.claim}"


def _threads() -> int:
    return torch.get_num_threads()


@contextmanager
def _state_restored() -> Iterator[None]:
    """Give the caller's random numbers and defaults back."""
    dtype, gradients = torch.get_default_dtype(), torch.is_grad_enabled()
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(gradients)


def _look(expected: Any, observed: Any, check: Check, inputs: dict[str, Any]) -> str:
    """Show a case as the terminal does, or in words where it is too large for a picture."""
    found = difference(expected, observed, check.slack, check.sees)
    pair = found.pair if found else (expected, observed)
    picture = draw(*pair, found.where if found else check.sees, inputs, check.slack)
    page = io.StringIO()
    console = Console(file=page, width=WIDTH, highlight=False, markup=False, emoji=False)
    if picture:
        console.print(pictures.draw(picture, console))
    else:
        for name, value in {**inputs, "expected": pair[0], "got": pair[1]}.items():
            console.print(f"{name}: {describe(value)}")
    console.print(found.sentence if found else "equal")
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip().split("\n"))
