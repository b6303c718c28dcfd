"""The report's folder: the class's secret seed, and what is graded already. A result is there whole, or not at all.

```
REPORT/
  results/ID.json   the record of each student
  private/          for the instructor alone: the seed, what each result depends on, what the reference gives
```
"""

import contextlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path

from ...course import load_course
from ...grader.record import Result, from_json, to_json
from ...protocol.verdicts import Status
from ...source.files import write_whole
from ...source.fingerprint import course_fingerprint, digest
from ..intake import HandedIn
from .settings import Settings


class ReportFolder:
    """Where a class's results are kept.

    Args:
        path: Made, if it is not there.

    Raises:
        ValueError: There is something else in it.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.private = path, path / "private"
        if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not self.private.is_dir())):
            raise ValueError(f"output is {str(path)!r}, but that is not a report of ours: give a new folder")
        self.private.mkdir(parents=True, exist_ok=True)
        self.private.chmod(0o700)
        self.results.mkdir(exist_ok=True)

    @property
    def results(self) -> Path:
        """Records, one file for each student."""
        return self.path / "results"

    @property
    def expected(self) -> Path:
        """What the reference and the misconceptions give under the class's seed."""
        return self.private / "expected"

    @property
    def seed(self) -> int:
        """The class's secret seed."""
        return int(self.secret("seed", lambda: str(secrets.randbits(63))))

    def secret(self, name: str, draw: Callable[[], str]) -> str:
        """Give a secret of the class: it is drawn once, and kept for the instructor alone."""
        file = self.private / name
        if not file.exists():
            self.write_private(name, draw().encode())
        return file.read_text(encoding="ascii")

    def find(self, handed_in: HandedIn, settings: Settings) -> Result | None:
        """Give a student's result, if it is there and nothing that it depends on has changed.

        Under which name and when the same was handed in changes the record, but no grade.
        """
        student = handed_in.intake.student
        with contextlib.suppress(OSError, ValueError):
            content = self._result(student).read_bytes()
            if self._key(student).read_text(encoding="ascii") == _key(handed_in, settings, content):
                known = from_json(content)
                if any(each.status is Status.NOT_JUDGED for each in known.exercises):
                    return None  # the grader's own fault may be gone
                package = handed_in.submission.path if handed_in.submission else handed_in.intake.source
                result = replace(known, package=package, intake=handed_in.intake)
                if to_json(result) != content:
                    self.keep(handed_in, settings, result)
                return result
        return None

    def keep(self, handed_in: HandedIn, settings: Settings, result: Result) -> None:
        """Write a student's result, and then what it depends on."""
        student, content = handed_in.intake.student, to_json(result)
        write_whole(self._result(student), content)
        self._key(student).parent.mkdir(exist_ok=True)
        write_whole(self._key(student), _key(handed_in, settings, content).encode())

    def all_results(self, students: Iterable[str]) -> list[Result]:
        """Read the records of those students who have one, in the order of their ids."""
        files = (self._result(student) for student in sorted(students))
        return [from_json(file.read_bytes()) for file in files if file.exists()]

    def write_private(self, name: str, content: bytes) -> None:
        """Write a file for the instructor alone."""
        write_whole(self.private / name, content)
        (self.private / name).chmod(0o600)

    def _result(self, student: str) -> Path:
        return self.results / f"{student}.json"

    def _key(self, student: str) -> Path:
        return self.private / "keys" / student


def _key(handed_in: HandedIn, settings: Settings, content: bytes) -> str:
    """Take all together that a result depends on, and the result itself: whoever changes it is graded again."""
    exercises = [load_course().exercise(exercise_id) for exercise_id in settings.exercises]
    course = [course_fingerprint(exercise, settings.seed) for exercise in exercises]
    files = handed_in.submission.contents if handed_in.submission else {}
    texts = [f"{name} {digest(text.decode('latin-1'))}" for name, text in sorted(files.items())]
    about = json.dumps({**asdict(settings), "expected": ""}, sort_keys=True)
    return digest(about, handed_in.intake.problem, digest(*course), digest(*texts), content.decode("latin-1"))
