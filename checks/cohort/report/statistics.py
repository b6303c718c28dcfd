"""What the results of a class say together: counts alone, from the records alone."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import mean, median

from ...course import load_course
from ...grader.record import Result
from ...grader.results import ExerciseResult, total
from ...protocol.verdicts import Diagnosis, Outcome, Status

FEWEST = 3  # students: of fewer, "nobody" and "everybody" say little
TENTHS = 10


class Group(StrEnum):
    """How an exercise ended, as far as a class is concerned."""

    PASSED = "passed"
    WORKS = "works"
    FAILED = "failed"
    NOT_STARTED = "not started"
    NOT_JUDGED = "not judged"


GROUPS = {Status(name): Group(name) for name in ("passed", "works", "not started", "not judged")}


@dataclass(frozen=True)
class Summary:
    """The class in a few numbers.

    Attributes:
        read: Submissions that could be read.
        possible: Points to be earned.
        mean: Of the points.
        median: Of the points.
        complete: Submissions in which every exercise passes.
    """

    read: int
    possible: int
    mean: float
    median: float
    complete: int


@dataclass(frozen=True)
class ExerciseCounts:
    """One exercise in all submissions.

    Attributes:
        exercise_id: Such as `1.1`.
        title: What the learner was asked to do.
        groups: How many ended how.
        points: Earned, on average.
        possible: Points to be earned.
        stopped: How many tried it, and none after it.
    """

    exercise_id: str
    title: str
    groups: dict[Group, int]
    points: float
    possible: int
    stopped: int

    @property
    def tried(self) -> int:
        """How many tried it, as far as that could be judged."""
        return sum(self.groups[group] for group in (Group.PASSED, Group.WORKS, Group.FAILED))


@dataclass(frozen=True)
class CheckCounts:
    """One check in all submissions in which its exercise ran.

    Attributes:
        exercise_id: Such as `1.1`.
        claim: What it checks.
        passed: How many pass it.
        failed: How many do not.
        not_run: In how many it had no chance.
    """

    exercise_id: str
    claim: str
    passed: int
    failed: int
    not_run: int

    @property
    def nobody_passes(self) -> bool:
        """Many tried, and none passes: the check may be wrong."""
        return self.failed >= FEWEST and not self.passed

    @property
    def everybody_passes(self) -> bool:
        """It tells nothing about this class."""
        return self.passed >= FEWEST and not self.failed and not self.not_run


@dataclass(frozen=True)
class Finding:
    """What several students share: a misunderstanding that has a name, or a problem that has none yet.

    Attributes:
        exercise_id: Such as `1.1`.
        name: Of the misunderstanding, or the problem's own words.
        students: How many.
        tried: How many tried the exercise.
        certain: For how many the misunderstanding explains all that is wrong.
        hint: The way out; empty if there is no name.
        claim: Of the check that told of the problem; empty if there is a name, or no check ran.
    """

    exercise_id: str
    name: str
    students: int
    tried: int
    certain: int = 0
    hint: str = ""
    claim: str = ""


def student_of(result: Result) -> str:
    """Tell whose result it is."""
    return result.intake.student if result.intake else Path(result.package).name


def is_readable(result: Result) -> bool:
    """Tell whether there was anything to grade."""
    return not (result.intake and result.intake.problem)


def group_of(exercise: ExerciseResult, files: Iterable[str]) -> Group:
    """Tell how an exercise ended; one whose file was not handed in is not started.

    Args:
        exercise: Its result.
        files: That were handed in.
    """
    if exercise.status is Status.ERROR and f"{exercise.target.partition('.')[0]}.py" not in files:
        return Group.NOT_STARTED
    return GROUPS.get(exercise.status, Group.FAILED)


def summary(results: Sequence[Result]) -> Summary:
    """Sum the class up.

    Args:
        results: Of submissions that could be read.
    """
    points = [result.points for result in results] or [0.0]
    possible = max((result.possible for result in results), default=0)
    return Summary(len(results), possible, mean(points), median(points), sum(result.passed for result in results))


def tenths(results: Iterable[Result]) -> list[int]:
    """Count the submissions by the share of the points that they earn: ten tenths, and all points."""
    found = Counter(_tenth(result) for result in results)
    return [found[number] for number in range(TENTHS + 1)]


def _tenth(result: Result) -> int:
    return math.floor(TENTHS * result.points / result.possible + 1e-9) if result.possible else 0


def in_order(results: Iterable[Result]) -> list[ExerciseResult]:
    """Give one result of each exercise that was graded, in the course's order."""
    found = {exercise.exercise_id: exercise for result in results for exercise in result.exercises}
    course = [exercise.exercise_id for exercise in load_course().exercises]
    return [found[exercise_id] for exercise_id in course if exercise_id in found]


def count_exercises(results: Sequence[Result]) -> list[ExerciseCounts]:
    """Count for each exercise how it ended, and who stopped there."""
    groups, points = Counter[tuple[str, Group]](), Counter[str]()
    for result in results:
        for exercise in result.exercises:
            groups[exercise.exercise_id, group_of(exercise, result.files)] += 1
            points[exercise.exercise_id] += exercise.points  # type: ignore[assignment]  # a counter of floats
    stopped = Counter(map(last_tried, results))
    return [
        ExerciseCounts(
            exercise.exercise_id,
            exercise.title,
            {group: groups[exercise.exercise_id, group] for group in Group},
            points[exercise.exercise_id] / max(1, sum(groups[exercise.exercise_id, group] for group in Group)),
            exercise.possible,
            stopped[exercise.exercise_id],
        )
        for exercise in in_order(results)
    ]


def last_tried(result: Result) -> str:
    """Name the last exercise with an attempt; empty if there is none."""
    tried = [one for one in in_order([result]) if group_of(one, result.files) is not Group.NOT_STARTED]
    return tried[-1].exercise_id if tried else ""


def count_checks(results: Sequence[Result]) -> list[CheckCounts]:
    """Count for each check who passes it, in the course's order."""
    found: dict[str, dict[str, Counter[Outcome]]] = {one.exercise_id: {} for one in in_order(results)}
    for exercise in (exercise for result in results for exercise in result.exercises):
        for check in exercise.checks:
            found[exercise.exercise_id].setdefault(check.claim, Counter())[check.verdict] += 1
    return [
        CheckCounts(
            exercise_id,
            claim,
            verdicts[Outcome.PASSED],
            verdicts[Outcome.FAILED] + verdicts[Outcome.ERROR],
            verdicts[Outcome.NOT_RUN],
        )
        for exercise_id, claims in found.items()
        for claim, verdicts in claims.items()
    ]


def misunderstandings(results: Sequence[Result]) -> list[Finding]:
    """Count the misunderstandings that have a name, the most frequent first."""
    students, certain, hints = Counter[tuple[str, str]](), Counter[tuple[str, str]](), {}
    for exercise in (exercise for result in results for exercise in result.exercises):
        for diagnosis in diagnoses(exercise):
            key = exercise.exercise_id, diagnosis.name
            students[key] += 1
            certain[key] += diagnosis.certain
            hints[key] = diagnosis.hint
    tried = {one.exercise_id: one.tried for one in count_exercises(results)}
    found = [Finding(*key, number, tried[key[0]], certain[key], hints[key]) for key, number in students.items()]
    return _most_frequent(found, results)


def diagnoses(exercise: ExerciseResult) -> Iterator[Diagnosis]:
    """Give the misunderstandings of an answer: none, one, or two."""
    diagnosis = exercise.diagnosis
    while diagnosis:
        yield diagnosis
        diagnosis = diagnosis.second


def problems_without_name(results: Sequence[Result]) -> list[Finding]:
    """Count what is wrong and looks like no known misunderstanding, by its words, the most frequent first."""
    found = Counter(
        (exercise.exercise_id, *told)
        for result in results
        for exercise in result.exercises
        if (told := unnamed_problem(exercise, result.files))
    )
    tried = {one.exercise_id: one.tried for one in count_exercises(results)}
    findings = [
        Finding(exercise_id, problem, number, tried[exercise_id], claim=claim)
        for (exercise_id, problem, claim), number in found.items()
    ]
    return _most_frequent(findings, results)


def unnamed_problem(exercise: ExerciseResult, files: Iterable[str]) -> tuple[str, str] | None:
    """Give the problem of an answer that is wrong without a diagnosis, and the claim of the check that told of it."""
    if exercise.diagnosis or group_of(exercise, files) not in (Group.WORKS, Group.FAILED):
        return None
    check = next((check for check in exercise.checks if check.problem), None)
    if check is None:
        return exercise.problem or exercise.status, ""
    return check.problem, check.claim


def _most_frequent(findings: Iterable[Finding], results: Sequence[Result]) -> list[Finding]:
    """Sort by how many, then as the course goes, then by name."""
    place = {exercise.exercise_id: at for at, exercise in enumerate(in_order(results))}
    return sorted(findings, key=lambda one: (-one.students, place[one.exercise_id], one.name))


def points_by_task(result: Result) -> dict[int, tuple[float, int]]:
    """Give the points of each task: earned, and to be earned."""
    tasks: dict[int, list[ExerciseResult]] = {}
    for exercise in in_order([result]):
        tasks.setdefault(int(exercise.exercise_id.partition(".")[0]), []).append(exercise)
    return {task: (total(mine), sum(one.possible for one in mine)) for task, mine in tasks.items()}
