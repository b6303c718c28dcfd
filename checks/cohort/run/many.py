"""Grading many, side by side: each result comes as soon as it is there; a process that breaks costs a second try."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

from ...course import load_course
from ...grader.bugs import write_report
from ...grader.record import Result
from ...grader.results import result_of
from ...protocol.verdicts import Status
from ..intake import HandedIn
from . import machine
from .settings import Settings

Graded = tuple[HandedIn, Result]
Read = Callable[[str], HandedIn]


def grade_many(students: Sequence[str], read: Read, settings: Settings, jobs: int) -> Iterator[Graded]:
    """Grade submissions, in whatever order they are done; at last, once more and alone, what timed out.

    Args:
        students: Whose.
        read: Gives what one of them has handed in; only a few are read ahead.
        settings: Of the run.
        jobs: How many at a time.

    Yields:
        What was handed in, and its result: every student once.
    """
    doubtful = []
    for graded in _grade_all(students, read, settings, jobs):
        if machine.is_doubtful(graded[1]):
            doubtful.append(graded)
        else:
            yield graded
    for handed_in, result in doubtful:
        yield handed_in, machine.grade_again(handed_in, settings, result)


def _grade_all(students: Sequence[str], read: Read, settings: Settings, jobs: int) -> Iterator[Graded]:
    waiting, broken = dict.fromkeys(students), ""
    for some in (jobs, jobs, 1):  # where a process breaks, nobody knows whose submission was the reason
        try:
            for graded in _in_parallel(list(waiting), read, settings, some):
                del waiting[graded[0].intake.student]
                yield graded
        except Exception as error:  # of the processes, not of a submission
            broken = f"{type(error).__name__}: {error}"
        if not waiting:
            return
    for student in waiting:
        handed_in = read(student)
        yield handed_in, _not_judged(handed_in, settings, f"the processes that graded it have ended: {broken}")


def _in_parallel(students: Iterable[str], read: Read, settings: Settings, jobs: int) -> Iterator[Graded]:
    interrupted = True
    try:
        with Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs") as work:
            yield from work(delayed(_grade)(read(student), settings) for student in students)
        interrupted = False
    finally:
        if jobs > 1:
            _end_processes(interrupted)


def _end_processes(at_once: bool) -> None:
    """End the processes that joblib keeps for the next time: they hold graders, which are to end before we do."""
    executor = get_reusable_executor(reuse=True)
    getattr(executor, "terminate", executor.shutdown)(kill_workers=at_once)


def _grade(handed_in: HandedIn, settings: Settings) -> Graded:
    """Grade one submission; if we fail, it costs no other."""
    try:
        return handed_in, machine.grade(handed_in, settings)
    except Exception as error:
        report = write_report(f"submission of {handed_in.intake.student}\n{traceback.format_exc()}")
        return handed_in, _not_judged(handed_in, settings, f"{error}; what happened is written in {report}")


def _not_judged(handed_in: HandedIn, settings: Settings, why: str) -> Result:
    nothing = machine.grade(replace(handed_in, submission=None), settings)
    problem = f"could not be judged, by no fault of the student: {why}"
    exercises = [load_course().exercise(exercise_id) for exercise_id in settings.exercises]
    return replace(nothing, exercises=tuple(result_of(each, Status.NOT_JUDGED, problem) for each in exercises))


@contextmanager
def on_cluster(scheduler: str) -> Iterator[None]:
    """Let a Dask cluster do the work of a block; each of its workers has to have one thread.

    Args:
        scheduler: Its address, such as `tcp://10.0.0.1:8786`; the processes of this machine do it, if empty.

    Raises:
        ValueError: Dask is not installed, or nobody answers there.
    """
    if not scheduler:
        yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("backend is dask, but that is not installed: pip install two-heads[cluster]") from None
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(f"scheduler is {scheduler!r}, but no Dask scheduler answers there: {error}") from None
    with client, parallel_config(backend="dask"):
        yield
