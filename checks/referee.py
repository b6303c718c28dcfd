"""The referee: trusted code only. It knows what is expected, gives the verdict, and names the misconception.

It runs in a process of its own, so that neither a learner's code nor the terminal has to wait for its libraries.
"""

import contextlib
import dataclasses
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from .compare import describe, difference
from .course import SOLUTIONS, Exercise, load_course, load_misconceptions, read_sources
from .definitions import apply_diff
from .exercise import Check, load_suite
from .hybrid import Package
from .observations import ObservationError, Raised, unpack
from .observing import observe
from .results import CheckResult, Diagnosis, ExerciseResult, Status, printable
from .wire import read_frame, write_frame

ENDINGS = {
    "timed out": (Status.TIMED_OUT, "it was still running after {seconds:.0f} s: is there a loop that never ends?"),
    "out of memory": (Status.OUT_OF_MEMORY, "it asked for more memory than an exercise may use"),
    "too much output": (Status.ERROR, "it printed more than an exercise may print: remove the print calls"),
    "exited": (Status.EXITED, "the process ended before the checks did (exit status {exit_status})"),
}


class Referee:
    """Judges submissions, one exercise at a time.

    Args:
        seed: Of all checks' random numbers; the same that the learner's observations were made with.
        sources: The reference, file name to text.
    """

    def __init__(self, seed: int, sources: dict[str, str] | None = None) -> None:
        self.seed = seed
        self.sources = sources or read_sources(SOLUTIONS)
        self._expected: dict[str, list[Any]] = {}
        self._wrong: dict[str, list[list[Any]]] = {}

    def expected(self, exercise: Exercise) -> list[Any]:
        """Give what the reference makes each check see."""
        if exercise.id not in self._expected:
            expected = self.observations(exercise, self.sources[exercise.file])
            for seen in expected:
                if isinstance(seen, Raised):
                    raise RuntimeError(f"the reference of {exercise.id} raises {seen.type}: {seen.message}")
            self._expected[exercise.id] = expected
        return self._expected[exercise.id]

    def wrong(self, exercise: Exercise) -> list[list[Any]]:
        """Give what each misconception makes each check see."""
        if exercise.id not in self._wrong:
            self._wrong[exercise.id] = [
                self.observations(exercise, apply_diff(self.sources[exercise.file], exercise.paths, wrong.diff))
                for wrong in load_misconceptions(exercise)
            ]
        return self._wrong[exercise.id]

    def observations(self, exercise: Exercise, text: str, threads: int = 1) -> list[Any]:
        """Run an exercise's checks on the reference with another text in the place of the exercise's file."""
        package = Package("reference", {**self.sources, exercise.file: text})
        try:
            checks = load_suite(exercise.id).checks
            return [unpack(observe(check, package, exercise.id, self.seed, threads)) for check in checks]
        finally:
            package.close()

    def judge(self, exercise: Exercise, frames: Sequence[bytes], ending: dict[str, Any]) -> ExerciseResult:
        """Give the verdict on one exercise.

        Args:
            exercise: What was graded.
            frames: What the worker sent: an observation for each check, then a note of how it ended.
            ending: How the process ended: its `reason`, `exit_status`, `output` and `seconds`.
        """
        note = _read_note(frames)
        observed = [_read(frame) for frame in frames if frame[:1] == b"o"]
        result = ExerciseResult(
            exercise.id, exercise.title, exercise.target, Status.ERROR, 0, exercise.points,
            output=ending["output"], seconds=round(ending["seconds"], 3),
            imports_solutions=bool(note.get("imports_solutions")),
        )  # fmt: skip
        if note.get("ended") == "not started":
            return dataclasses.replace(result, status=Status.NOT_STARTED)
        if note.get("ended") == "not loaded":
            return _not_loaded(result, observed[0] if observed else None)
        return self._verdict(result, exercise, observed, ending)

    def _verdict(
        self, result: ExerciseResult, exercise: Exercise, observed: list[Any], ending: dict[str, Any]
    ) -> ExerciseResult:
        checks, expected = load_suite(exercise.id).checks, self.expected(exercise)
        results = [_judge_check(*triple) for triple in zip(checks, expected, observed, strict=False)]
        results += [CheckResult(check.claim, "not run") for check in checks[len(results) :]]
        if ending["reason"] != "done":
            status, problem = ENDINGS[ending["reason"]]
            result = dataclasses.replace(result, status=status, problem=problem.format(**ending))
        elif all(check.verdict == "passed" for check in results):
            return dataclasses.replace(result, status=Status.PASSED, points=exercise.points, checks=tuple(results))
        elif any(isinstance(seen, Raised) and seen.out_of_memory for seen in observed):
            result = dataclasses.replace(result, status=Status.OUT_OF_MEMORY)
        else:
            first = next(check for check in results if check.verdict != "passed")
            result = dataclasses.replace(result, status=Status.ERROR if first.verdict == "error" else Status.FAILED)
        diagnosis = self._diagnose(exercise, checks, observed[: len(checks)])
        return dataclasses.replace(result, checks=tuple(results), diagnosis=diagnosis)

    def _diagnose(self, exercise: Exercise, checks: Sequence[Check], observed: Sequence[Any]) -> Diagnosis | None:
        """Find the misconception that makes the same mistakes: all of them, or the first and most of its own."""
        expected = self.expected(exercise)
        mistakes = _mistakes(checks, expected, observed)
        best: tuple[tuple[bool, bool, float, int], Diagnosis] | None = None
        for misconception, wrong in zip(load_misconceptions(exercise), self.wrong(exercise), strict=True):
            theirs = _mistakes(checks, expected, wrong)
            shared = [
                index
                for index in theirs.keys() & mistakes.keys()
                if _same_mistake(checks[index], mistakes[index], theirs[index], wrong[index], observed[index])
            ]
            if 2 * len(shared) <= len(theirs):
                continue
            certain = len(shared) == len(theirs) == len(mistakes) and len(observed) == len(checks)
            rank = (certain, min(mistakes) in shared, len(shared) / len(theirs), len(shared))
            if best is None or rank > best[0]:
                best = rank, Diagnosis(misconception.name, misconception.hint, certain)
        return best[1] if best else None


def _read_note(frames: Sequence[bytes]) -> dict[str, Any]:
    """Read how the worker says it ended; its word can cost the learner points, but earn none."""
    try:
        note = json.loads(frames[-1][1:]) if frames and frames[-1][:1] == b"e" else {}
    except (ValueError, RecursionError):
        note = {}
    return note if isinstance(note, dict) else {}


def _read(frame: bytes) -> Any:
    try:
        return unpack(frame[1:])
    except ObservationError as error:
        return Raised("ObservationError", str(error))


def _not_loaded(result: ExerciseResult, error: Any) -> ExerciseResult:
    if not isinstance(error, Raised):
        return dataclasses.replace(result, problem="the file could not be loaded")
    problem = error.message if error.type in ("FileNotFoundError", "NameError") else f"{error.type}: {error.message}"
    return dataclasses.replace(result, problem=problem, lines=error.lines)


def _judge_check(check: Check, expected: Any, observed: Any) -> CheckResult:
    if isinstance(observed, Raised):
        problem = f"{observed.type}: {observed.message}" if observed.message else observed.type
        return CheckResult(check.claim, "error", problem, lines=observed.lines)
    if check.judge:
        objection = _ask(check, expected, observed)
        return CheckResult(check.claim, "failed", objection) if objection else CheckResult(check.claim, "passed")
    try:
        found = difference(expected, observed, check.slack)
    except Exception:  # whatever a learner's code may send, only its own check may suffer
        return CheckResult(check.claim, "failed", f"that is not what was asked for: got a {type(observed).__name__}")
    if found:
        return CheckResult(check.claim, "failed", found.problem, found.where, found.expected, found.observed)
    return CheckResult(check.claim, "passed")


def _ask(check: Check, expected: Any, observed: Any) -> str | None:
    """Ask a check's judge; one that cannot make sense of the observation has not been convinced."""
    try:
        return check.judge(observed, expected) if check.judge else None
    except Exception:
        return f"that is not what was asked for: got {describe(observed)}"


def _mistakes(checks: Sequence[Check], expected: Sequence[Any], observed: Sequence[Any]) -> dict[int, CheckResult]:
    results = (_judge_check(*triple) for triple in zip(checks, expected, observed, strict=False))
    return {index: result for index, result in enumerate(results) if result.verdict != "passed"}


def _same_mistake(check: Check, mine: CheckResult, theirs: CheckResult, wrong: Any, observed: Any) -> bool:
    """Tell whether two failures look alike: equal observations or, where words say it, equal but for the numbers."""
    if mine.verdict != theirs.verdict:
        return False
    if check.judge or mine.verdict == "error":
        return _without_numbers(mine.problem) == _without_numbers(theirs.problem)
    try:
        return difference(wrong, observed, check.slack) is None
    except Exception:
        return False


def _without_numbers(text: str) -> str:
    return re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", text)


def serve(seed: int) -> None:
    """Answer requests until there are no more: `prepare` an exercise, or `judge` what a worker sent.

    Args:
        seed: Of all checks.
    """
    answers, requests = sys.stdout.buffer, sys.stdin.buffer
    sys.stdout = sys.stderr  # nothing that a library prints gets between the answers
    referee = Referee(seed)
    while (request := read_frame(requests)) is not None:
        order = json.loads(request)
        exercise = load_course().exercise(order["id"])
        if order["do"] == "prepare":
            with contextlib.suppress(Exception):  # it comes again when the exercise is judged
                referee.expected(exercise)
        else:
            frames = [read_frame(requests) or b"" for _ in range(order["frames"])]
            write_frame(answers, json.dumps(_answer(referee, exercise, frames, order["ending"])).encode())
    os._exit(0)  # unloading the libraries would take a while


def _answer(referee: Referee, exercise: Exercise, frames: Sequence[bytes], ending: dict[str, Any]) -> Any:
    try:
        return printable(dataclasses.asdict(referee.judge(exercise, frames, ending)))
    except Exception:
        return {"bug": traceback.format_exc()}
