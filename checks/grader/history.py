"""The learner's own history: when each exercise was first looked at, what was tried, and when it first passed.

It is a list of events in one file of lines; each is added at its end in one write, so that several processes lose
nothing. Where points are given to others, nobody reads it; whoever deletes it loses nothing but the memory.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ..course import Exercise
from ..protocol.verdicts import Status
from ..source.definitions import NO_PYTHON, definition_text
from ..source.files import Submission
from ..source.fingerprint import digest
from .reading import read_result
from .results import ExerciseResult

PAUSE = 3600.0  # seconds without an event after which somebody has not been at work
LATEST = 1e11  # seconds since 1970 that still have a date
NO_TRY = (Status.NOT_STARTED, Status.NOT_JUDGED)


@dataclass(frozen=True)
class Event:
    """Something that happened to an exercise.

    Attributes:
        exercise_id: Such as `1.1`.
        at: Seconds since 1970.
        answer: Fingerprint of the text that was tried; empty if the exercise was only looked at.
        status: How the try ended.
    """

    exercise_id: str
    at: float
    answer: str = ""
    status: str = ""


@dataclass(frozen=True)
class Past:
    """What is known of an exercise that was looked at.

    Attributes:
        tries: Runs with changed code, up to the first that passed.
        passed: When it first passed, in seconds since 1970; None if it never has.
        minutes: From the first look until then, or until the last try; pauses are left out. None if it was only seen
            once.
    """

    tries: int
    passed: float | None
    minutes: float | None


class History:
    """The events of a file.

    Args:
        file: Where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.events = sorted(_read(file), key=lambda event: event.at)

    def look(self, exercise: Exercise) -> None:
        """Note that somebody looks at an exercise, the first time."""
        if not self._of(exercise.exercise_id):
            self._add(Event(exercise.exercise_id, time.time()))

    def note(self, submission: Submission, exercise: Exercise, result: ExerciseResult) -> None:
        """Note a result, if the text or what came out is not that of the last time."""
        read = read_result(submission, exercise)
        if result.status in NO_TRY or (read and read.status in NO_TRY):  # a program as it was handed out is no try
            return
        event = Event(exercise.exercise_id, time.time(), answer_of(submission, exercise), result.status)
        last = self._last_try(exercise.exercise_id)
        if last is None or (last.answer, last.status) != (event.answer, event.status):
            self._add(event)

    def last_statuses(self) -> dict[str, str]:
        """Give how the last try of each exercise ended, by its id."""
        return {event.exercise_id: event.status for event in self.events if event.answer}

    def status_of(self, submission: Submission, exercise: Exercise) -> str:
        """Give how the last try ended, if the exercise is still written as it was then; else nothing."""
        last = self._last_try(exercise.exercise_id)
        return last.status if last and last.answer == answer_of(submission, exercise) else ""

    @property
    def minutes(self) -> float:
        """At work on all exercises, pauses left out."""
        return self._at_work(self.events[0].at, self.events[-1].at) / 60 if self.events else 0.0

    def past(self, exercise_id: str) -> Past | None:
        """Give what is known of an exercise; None if nothing is."""
        events = self._of(exercise_id)
        if not events:
            return None
        passed = next((event for event in events if event.status == Status.PASSED), None)
        until = (passed or events[-1]).at
        tries = [event.answer for event in events if event.answer and event.at <= until]
        changed = sum(tries[number] != tries[number - 1] for number in range(1, len(tries))) + bool(tries)
        minutes = self._at_work(events[0].at, until) / 60 if until > events[0].at else None
        return Past(changed, passed.at if passed else None, minutes)

    def _at_work(self, start: float, end: float) -> float:
        """Add up the seconds between events of any exercise, pauses left out."""
        times = [event.at for event in self.events if start <= event.at <= end]
        return sum(gap for before, after in pairwise(times) if (gap := after - before) <= PAUSE)

    def _of(self, exercise_id: str) -> list[Event]:
        return [event for event in self.events if event.exercise_id == exercise_id]

    def _last_try(self, exercise_id: str) -> Event | None:
        return next((event for event in reversed(self._of(exercise_id)) if event.answer), None)

    def _add(self, event: Event) -> None:
        self.events.append(event)
        line = json.dumps([event.exercise_id, event.at, event.answer, event.status])
        with contextlib.suppress(OSError):  # in a checkout that cannot be written to, nothing is remembered
            self.file.parent.mkdir(parents=True, exist_ok=True)
            _append(self.file, f"\n{line}\n".encode())  # an unfinished line before it spoils itself only


def answer_of(submission: Submission, exercise: Exercise) -> str:
    """Give the fingerprint of what a learner wrote for an exercise; of the whole file where that cannot be told."""
    text = submission.importable().get(exercise.file, "")
    try:
        return digest(*(definition_text(text, path) for path in exercise.paths))[:16]
    except NO_PYTHON:
        return digest(text)[:16]


def _append(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _read(file: Path) -> Iterator[Event]:
    """Read the events that are whole; what is none is passed over."""
    lines: Iterable[bytes] = ()
    with contextlib.suppress(OSError):
        lines = file.read_bytes().split(b"\n")
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            exercise_id, at, answer, status = json.loads(line)
            if all(isinstance(text, str) for text in (exercise_id, answer, status)) and 0 <= at < LATEST:
                yield Event(exercise_id, at, answer, status)
