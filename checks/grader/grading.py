"""Grading one exercise: what its text says by itself, what the worker observes, what the referee says of it."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..course import LOCAL_SEED, SOLUTIONS, Exercise, load_course
from ..protocol.messages import Ending, Job, Load, Reason, Verdict
from ..protocol.verdicts import Outcome, Status, printable
from ..source.files import Submission, read_sources
from ..source.given import mistakes
from ..source.graft import imports_of
from ..source.stubs import stub_source
from .bugs import write_report
from .limits import Limits, observe
from .processes import Sandbox, open_sandbox, without_interrupts
from .reading import notes_on, read_result
from .referee import NotJudged, Referee
from .results import DIAGNOSIS, ExerciseResult, Tell, result_of


class Grader:
    """Grades packages; its processes start with the first exercise that needs them, and stay warm until it is closed.

    Args:
        limits: What one exercise may use; the usual, if not given.
        seed: Of all checks: always the same for a learner, so that feedback repeats; a secret one for a class.
        opener: Opens where learners' code runs, whenever that is needed; the best that this system has, if not given.
        diagnosis: Seconds to look for a misconception.
        folder: Where the referee keeps what depends on no learner; it believes what it finds there.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        seed: int = LOCAL_SEED,
        opener: Callable[[], Sandbox] = open_sandbox,
        diagnosis: float = DIAGNOSIS,
        folder: Path | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.seed = seed
        self.opener = opener
        self.sandbox: Sandbox | None = None
        self.diagnosis = diagnosis
        self.folder = folder
        self.referee: Referee | None = None

    def start(self) -> tuple[Sandbox, Referee]:
        """Start the processes, if they have not started yet."""
        return self._open_sandbox(), self._open_referee()

    def _open_sandbox(self) -> Sandbox:
        self.sandbox = self.sandbox or self.opener()
        return self.sandbox

    def _open_referee(self) -> Referee:
        if self.referee is None:
            self.referee = Referee(self.seed)
        if self.folder and not self.referee.folder:
            self.referee.remember(self.folder)
        return self.referee

    def warm_up(self, exercise: Exercise) -> None:
        """Load what an exercise needs, before anybody waits for it."""
        sandbox, referee = self.start()
        sandbox.prepare(handed_out(exercise)[1])
        referee.prepare(exercise)

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, however often somebody presses Ctrl-C."""
        with without_interrupts():
            if self.sandbox:
                self.sandbox.close()
            if self.referee:
                self.referee.close()
            self.sandbox = self.referee = None

    def grade(
        self,
        submission: Submission,
        exercises: Iterable[Exercise],
        tell: Tell = lambda result: None,
        untouched: bool = False,
    ) -> Iterator[ExerciseResult]:
        """Grade exercises one after the other.

        Args:
            submission: Whose answers.
            exercises: Which.
            tell: Called with each wrong answer's verdict, before its misconception is looked for.
            untouched: Run a given program with mistakes even if it is as it was handed out.
        """
        for exercise in exercises:
            yield read_result(submission, exercise, untouched) or self._grade(submission, exercise, tell)

    def grade_sparingly(self, submission: Submission, exercises: Iterable[Exercise]) -> Iterator[ExerciseResult]:
        """Grade exercises where memory is scarce: what observes them all has ended when what judges them starts.

        Args:
            submission: Whose answers.
            exercises: Which.
        """
        chosen = list(exercises)
        self.close()
        seen = [read_result(submission, exercise) or self._observe(submission, exercise) for exercise in chosen]
        self.close()
        for exercise, found in zip(chosen, seen, strict=True):
            yield self._judge(submission, exercise, found, lambda result: None)

    def _grade(self, submission: Submission, exercise: Exercise, tell: Tell) -> ExerciseResult:
        return self._judge(submission, exercise, self._observe(submission, exercise, prepare=True), tell)

    def _observe(self, submission: Submission, exercise: Exercise, prepare: bool = False) -> Ending | ExerciseResult:
        """Observe an exercise; where that fails, its result says so. The referee may prepare itself meanwhile."""
        try:
            if prepare:
                self._open_referee().prepare(exercise)
            sandbox, job = self._open_sandbox(), job_of(submission, exercise, self.seed, self.limits)
            sandbox.prepare(handed_out(exercise)[1])
            ending = observe(sandbox.start(), job, self.limits, self.limits.seconds or exercise.seconds)
            if ending.reason is Reason.NOT_STARTED:
                raise NotJudged(f"its process did not start\n{ending.output}")
        except Exception as error:
            return not_judged(exercise, error)
        return ending

    def _judge(
        self, submission: Submission, exercise: Exercise, seen: Ending | ExerciseResult, tell: Tell
    ) -> ExerciseResult:
        """Make the result of what was observed, if it is none already."""
        if isinstance(seen, ExerciseResult):
            return seen
        try:
            referee = self._open_referee()
            result = judged(exercise, referee.judge(exercise, seen), seen)
            result = replace(result, notes=notes_on(submission, exercise))
        except Exception as error:
            return not_judged(exercise, error)
        if result.status is Status.PASSED:
            return result
        tell(result)
        found = referee.diagnose(self.diagnosis)
        return replace(result, diagnosis=found.diagnosis, gave_up=found.gave_up)


def job_of(submission: Submission, exercise: Exercise, seed: int, limits: Limits) -> Job:
    """Make the job of observing one exercise."""
    reference = handed_out(exercise)[0]
    learner = {
        file: text
        for file, text in submission.importable().items()
        if file == exercise.file or text != reference.get(file)
    }
    return Job(exercise.exercise_id, seed, limits.memory, learner, reference)


@cache
def handed_out(exercise: Exercise) -> tuple[dict[str, str], Load]:
    """Give what a worker gets of the reference, this exercise as a stub, and what it imports for that."""
    sources = read_sources(SOLUTIONS)
    reference = {**sources, exercise.file: stub_source(sources[exercise.file], (exercise,))}
    return reference, Load(tuple(imports_of(reference, exercise.file)), f"{exercise.module}.checks")


def judged(exercise: Exercise, verdict: Verdict, ending: Ending) -> ExerciseResult:
    """Make the result of an exercise: the verdict, and how its worker ended."""
    return replace(
        result_of(exercise, verdict.status, verdict.problem or remaining(exercise, verdict)),
        points=_earned(exercise, verdict.status),
        checks=verdict.checks,
        lines=verdict.lines,
        output=printable(ending.output),
        seconds=round(ending.seconds, 3),
        imports_solutions=ending.imports_solutions,
    )


def remaining(exercise: Exercise, verdict: Verdict) -> str:
    """Say how many mistakes of a given program are still there; empty if it has none, or all is well."""
    planted = mistakes(exercise)
    if not planted or not verdict.checks or verdict.status in (Status.PASSED, Status.WORKS):
        return ""
    passed = {check.claim for check in verdict.checks if check.verdict is Outcome.PASSED}
    left = sum(not passed.issuperset(mistake.claims) for mistake in planted)
    if not left:
        return f"all {len(planted)} mistakes are mended, but something else is wrong now"
    return f"{left} of {len(planted)} {'mistake remains' if left == 1 else 'mistakes remain'}"


def _earned(exercise: Exercise, status: Status) -> float:
    """Give the points of an exercise: all, most of them if it works, or none."""
    if status is Status.WORKS:
        return load_course().points_if_it_works(exercise)
    return exercise.points if status is Status.PASSED else 0


def not_judged(exercise: Exercise, error: Exception) -> ExerciseResult:
    """Give the result of an exercise with which we have failed: whatever goes wrong with us costs this one only."""
    details = str(error) if isinstance(error, NotJudged) else "".join(traceback.format_exception(error))
    report = write_report(f"exercise {exercise.exercise_id}\n{details}")
    problem = f"this exercise could not be judged, by no fault of yours; what happened is written in {report}"
    return result_of(exercise, Status.NOT_JUDGED, problem)
