"""What the reference and each misconception make the checks see. It depends on no learner, so it is computed once."""

import contextlib
import hashlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ..course import SOLUTIONS, Exercise
from ..protocol.codec import Raised, Seen
from ..protocol.messages import MessageError, decode, encode
from ..protocol.probe import observe, packed
from ..protocol.suite import load_checks
from ..source.files import read_sources, write_whole
from ..source.fingerprint import course_fingerprint
from ..source.given import load_given, with_changes
from ..source.package import Package
from .judge import read
from .misconceptions import load_misconceptions

Observed = dict[str, Seen]  # what one check saw: case to what came of it

REFERENCE, GIVEN = -1, -2  # beside the numbers of the misconceptions
PATIENCE = 10.0  # seconds for what another one computes
DIGEST = hashlib.sha256().digest_size


class TimeIsUp(Exception):
    """The time for what was to be computed is over."""


@dataclass(frozen=True)
class _Stored:
    """One answer's observations as they lie on the disk."""

    key: str
    observations: tuple[bytes, ...]


class Expected:
    """Observations of the reference and of its misconceptions, from memory, from the disk, or computed when asked for.

    Args:
        seed: Of all checks' random numbers; the same that the learner's observations were made with.
        sources: The reference, file name to text; what stands in `solutions/`, if not given.
    """

    def __init__(self, seed: int, sources: dict[str, str] | None = None) -> None:
        self.seed = seed
        self.sources = sources or read_sources(SOLUTIONS)
        self.folder: Path | None = None
        self._packed: dict[tuple[str, int], list[bytes]] = {}  # of an exercise and an answer

    def remember(self, folder: Path) -> None:
        """Keep observations in a folder from now on, and read them from there."""
        self.folder = folder

    def reference(self, exercise: Exercise) -> list[Observed]:
        """Give what the reference makes each check see."""
        expected = self.see(exercise, REFERENCE)
        for seen in expected:
            for label, found in seen.items():
                if isinstance(found.value, Raised):
                    case = f"{exercise.exercise_id}, {label}" if label else exercise.exercise_id
                    raise RuntimeError(f"the reference of {case} raises {found.value.type}: {found.value.message}")
        return expected

    def see(
        self, exercise: Exercise, answer: int, most: int | None = None, deadline: float = math.inf
    ) -> list[Observed]:
        """Give what an answer makes the checks see, from the first one on: what one leaves behind, the next one finds.

        Args:
            exercise: Whose checks.
            answer: A misconception's number, `REFERENCE`, or `GIVEN` for the program that is handed out.
            most: Number of checks that are asked for; all, if not given.
            deadline: Of the monotonic clock.

        Raises:
            TimeIsUp: The deadline is over, and not all is computed.
        """
        total = len(load_checks(exercise))
        wanted = total if most is None or 2 * most > total else most
        place = (exercise.exercise_id, answer)
        if len(self._packed.get(place, ())) < wanted:
            with self._alone_with(exercise, answer, deadline) if wanted == total else contextlib.nullcontext():
                self._packed[place] = self._read(exercise, answer) or self._compute(exercise, answer, wanted, deadline)
        return [read(seen) for seen in self._packed[place][:most]]

    def of_text(self, exercise: Exercise, text: str, threads: int = 1) -> list[Observed]:
        """Give what another text in the place of the exercise's file makes each check see."""
        return [read(seen) for seen in self._observe(exercise, text, threads)]

    @contextlib.contextmanager
    def _alone_with(self, exercise: Exercise, answer: int, deadline: float) -> Iterator[None]:
        """Wait for another referee that computes the same, if there is one and the disk has locks; but not for ever."""
        lock = FileLock(self._file(exercise, answer).with_suffix(".lock"))
        if self.folder is not None:
            with contextlib.suppress(OSError, NotImplementedError):
                Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
                lock.acquire(max(0.0, min(PATIENCE, deadline - time.monotonic())))
        try:
            yield
        finally:
            lock.release()

    def _compute(self, exercise: Exercise, answer: int, most: int, deadline: float) -> list[bytes]:
        text = self.sources[exercise.file]
        if answer == GIVEN:
            text = with_changes(text, exercise, load_given(exercise))
        elif answer != REFERENCE:
            text = load_misconceptions(exercise)[answer].apply(text, exercise)
        observations = self._observe(exercise, text, 1, most, deadline, with_inputs=answer == REFERENCE)
        if most == len(load_checks(exercise)):
            self._write(exercise, answer, observations)
        return observations

    def _observe(
        self,
        exercise: Exercise,
        text: str,
        threads: int = 1,
        most: int | None = None,
        deadline: float = math.inf,
        with_inputs: bool = False,
    ) -> list[bytes]:
        package = Package("reference", {**self.sources, exercise.file: text})
        observations = []
        try:
            for check in load_checks(exercise)[:most]:
                if time.monotonic() > deadline:
                    raise TimeIsUp
                seen = observe(check, package, exercise.exercise_id, self.seed, threads, with_inputs)
                observations.append(packed(seen))
        finally:
            package.close()
        return observations

    def is_stored(self, exercise: Exercise, answer: int) -> bool:
        """Tell whether an answer's observations lie on the disk, and are up to date."""
        return bool(self._read(exercise, answer))

    def _read(self, exercise: Exercise, answer: int) -> list[bytes]:
        """Read an answer's observations from the disk; none if they are of another course, or damaged."""
        if self.folder is None:
            return []
        with contextlib.suppress(OSError, MessageError):
            content = self._file(exercise, answer).read_bytes()
            checksum, body = content[:DIGEST], content[DIGEST:]
            stored = decode(body, _Stored) if hashlib.sha256(body).digest() == checksum else None
            if stored and stored.key == self._key(exercise):
                return list(stored.observations)
        return []

    def _write(self, exercise: Exercise, answer: int, observations: list[bytes]) -> None:
        if self.folder is not None:
            body = encode(_Stored(self._key(exercise), tuple(observations)))
            with contextlib.suppress(OSError):  # a checkout that cannot be written to is merely slower
                file = self._file(exercise, answer)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, hashlib.sha256(body).digest() + body)

    def _file(self, exercise: Exercise, answer: int) -> Path:
        name = {REFERENCE: "reference", GIVEN: "given"}.get(answer, f"misconception-{answer}")
        return (self.folder or Path()) / exercise.exercise_id / name

    def _key(self, exercise: Exercise) -> str:
        return course_fingerprint(exercise, self.seed)
