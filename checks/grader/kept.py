"""The last result of each exercise of a learner's own tutorial; true as long as nothing that it depends on has changed.

It serves the learner's own overview only. Where points are given to others, nobody reads it.
"""

import contextlib
from pathlib import Path

from ..course import Exercise, load_course
from ..protocol.messages import MessageError, decode, encode
from ..protocol.verdicts import Status
from ..source.files import Submission, write_whole
from ..source.fingerprint import answer_fingerprint, course_fingerprint, digest
from .record import from_json, record_of, to_json
from .repair import Repair
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
            if key and key == _key(submission, exercise, self.seed):
                (result,) = from_json(record).exercises
                return result if result.exercise_id == exercise.exercise_id else None
        return None

    def keep(self, submission: Submission, result: ExerciseResult) -> None:
        """Keep a result, if it is one that stays, and if the folder can be written to."""
        if result.status not in STAYING or result.gave_up:
            return
        key = _key(submission, load_course().exercise(result.exercise_id), self.seed)
        _write(self._file(result.exercise_id), key, to_json(record_of(submission, [result])))

    def _file(self, exercise_id: str) -> Path:
        return self.folder / f"{exercise_id}.json"


class KeptRepairs:
    """Repairs in a folder, a file for each exercise: a line with its key, then the repair.

    Args:
        folder: Where they are kept.
        seed: Of all checks.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed

    def find(self, submission: Submission, exercise: Exercise) -> Repair | None:
        """Give the repair of an answer; None if there is none, or not of this very answer."""
        with contextlib.suppress(OSError, MessageError):
            key, _, content = (self.folder / exercise.exercise_id).read_bytes().partition(b"\n")
            if key and key == _key(submission, exercise, self.seed):
                return decode(content, Repair)
        return None

    def keep(self, submission: Submission, repair: Repair) -> None:
        """Keep a repair, if one was found: with more time there might be another end to a search in vain."""
        if repair.changes:
            key = _key(submission, load_course().exercise(repair.exercise_id), self.seed)
            _write(self.folder / repair.exercise_id, key, encode(repair))


def _key(submission: Submission, exercise: Exercise, seed: int) -> bytes:
    """Give the key of an answer; empty if it may meet what nobody can list."""
    answer = answer_fingerprint(submission, exercise)
    return digest(course_fingerprint(exercise, seed), answer).encode() if answer else b""


def _write(file: Path, key: bytes, content: bytes) -> None:
    if key:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, key + b"\n" + content)
