"""The last result of each exercise of a learner's own tutorial; true as long as nothing that it depends on has changed.

It serves the learner's own overview only. Where points are given to others, nobody reads it.
"""

import contextlib
from pathlib import Path

from ..course import Exercise, load_course
from ..protocol.verdicts import Status
from ..source.files import Submission, write_whole
from ..source.fingerprint import answer_fingerprint, course_fingerprint, digest
from .record import from_json, record_of, to_json
from .results import ExerciseResult

STAYING = (
    Status.PASSED,
    Status.WORKS,
    Status.FAILED,
    Status.ERROR,
)  # the others may be the machine's fault, or are known at once


class Kept:
    """Results in a folder, a file for each exercise: a line with its key, then the result record.

    Args:
        folder: Where they are kept.
        seed: Of all checks.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed

    def find(self, submission: Submission, exercise: Exercise) -> ExerciseResult | None:
        """Give the result of an exercise; None if there is none, or not of this very answer."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            key, _, record = self._file(exercise.exercise_id).read_bytes().partition(b"\n")
            if key and key == self._key(submission, exercise):
                (result,) = from_json(record).exercises
                return result if result.exercise_id == exercise.exercise_id else None
        return None

    def keep(self, submission: Submission, result: ExerciseResult) -> None:
        """Keep a result, if it is one that stays, and if the folder can be written to."""
        if result.status not in STAYING or result.gave_up:
            return
        key = self._key(submission, load_course().exercise(result.exercise_id))
        if key:
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True)
                write_whole(self._file(result.exercise_id), key + b"\n" + to_json(record_of(submission, [result])))

    def _file(self, exercise_id: str) -> Path:
        return self.folder / f"{exercise_id}.json"

    def _key(self, submission: Submission, exercise: Exercise) -> bytes:
        """Give the key; empty if the answer may meet what nobody can list."""
        answer = answer_fingerprint(submission, exercise)
        return digest(course_fingerprint(exercise, self.seed), answer).encode() if answer else b""
