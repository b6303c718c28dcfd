"""What a learner is told, and what not yet: the same in a terminal and on a page."""

from collections.abc import Sequence

from ..course import load_course
from ..grader.results import ExerciseResult
from ..protocol.verdicts import CheckResult, Outcome
from ..source.given import mistakes as mistakes_of

MOST_OUTPUT = 8  # lines
HUNT = (
    "Read the program against its docstrings, and mend what you find. Once a mistake is mended, the checks are shown, "
    "and what they say of the others."
)
CAREFUL_LATER = "What careful checks have found is told once the idea works."
IMPORTS_SOLUTIONS = "Your code imports `solutions`, the reference: that is noted in the record."


def told_of(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """Choose the checks of which a learner is told what is wrong, the one to be told in detail first.

    Not a word is said of those that fail in the same way, nor of edges before the idea works.
    """
    wrong = [check for check in checks if check.problem]
    return [check for check in wrong if not check.like and check.part is wrong[0].part]


def says_less(checks: Sequence[CheckResult]) -> bool:
    """Tell whether something is wrong of which the learner is told later."""
    told = told_of(checks)
    return any(check.problem and not check.like and check not in told for check in checks)


def none_is_mended(exercise: ExerciseResult) -> bool:
    """Tell whether all mistakes of a given program are still in it: then its checks would say where to look."""
    planted = {
        claim for mistake in mistakes_of(load_course().exercise(exercise.exercise_id)) for claim in mistake.claims
    }
    failing = {check.claim for check in exercise.checks if check.verdict is not Outcome.PASSED}
    return bool(planted) and planted <= failing


def short_output(output: str) -> list[str]:
    """Give the first lines of what the learner's code printed, none of them long."""
    lines = output.rstrip("\n").split("\n")
    more = [f"… and {len(lines) - MOST_OUTPUT} more lines"] if len(lines) > MOST_OUTPUT else []
    return [line[:500] for line in lines[:MOST_OUTPUT]] + more


def counted(number: int, one: str, several: str = "") -> str:
    """Write a number with its noun; of several, the noun takes an s if nothing else is given."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
