"""The referee's process: it answers what the grader asks, and says every second that it is still working.

What needs torch is imported only after the first word.
"""

import contextlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..course import Exercise, load_course
from ..protocol.frames import read_frame, write_frame
from ..protocol.messages import (
    Broken,
    Diagnose,
    Diagnosed,
    Examine,
    Examined,
    Judge,
    Prepare,
    Remember,
    Verdict,
    Working,
    decode,
    encode,
    with_printable_texts,
)

if TYPE_CHECKING:
    from .expected import Expected

HEARTBEAT = 1.0  # seconds


def serve(seed: int) -> None:
    """Answer until there are no more questions.

    Args:
        seed: Of all checks.
    """
    answers, questions = Answers(), sys.stdin.buffer
    sys.stdout = sys.stderr  # nothing that a library prints gets between the answers
    with answers.at_work():
        from .expected import Expected

        referee = Referee(Expected(seed))
    while (content := read_frame(questions)) is not None:
        with answers.at_work():
            answer = _answer(referee, content)
        if answer is not None:
            answers.send(answer)
    os._exit(0)  # unloading the libraries would take a while


def _answer(referee: "Referee", content: bytes) -> object | None:
    try:
        match decode(content, Remember, Prepare, Judge, Diagnose, Examine):
            case Remember(folder):
                referee.expected.remember(Path(folder))
            case Prepare(exercise_id):
                referee.prepare(exercise_id)
            case Judge() as question:
                return with_printable_texts(referee.judge(question))
            case Diagnose(seconds):
                return referee.diagnose(seconds)
            case Examine() as question:
                return referee.examine(question)
    except Exception:
        return with_printable_texts(Broken(traceback.format_exc()))
    return None


class Referee:
    """Judges answers one after the other; the last one can be diagnosed."""

    def __init__(self, expected: "Expected") -> None:
        self.expected = expected
        self.others: dict[int, Expected] = {}  # by seed
        self.last: tuple[Exercise, tuple[bytes, ...]] | None = None

    def prepare(self, exercise_id: str) -> None:
        """Compute what is expected; what goes wrong comes again when the exercise is judged."""
        with contextlib.suppress(Exception):
            self.expected.reference(load_course().exercise(exercise_id))

    def judge(self, question: Judge) -> Verdict:
        """Give the verdict, from the reference alone."""
        from .verdict import verdict_on

        exercise = load_course().exercise(question.exercise_id)
        if question.seed is None:
            self.last = exercise, question.ending.observations
        return verdict_on(exercise, self._expected(question.seed).reference(exercise), question.ending)

    def _expected(self, seed: int | None) -> "Expected":
        """Give what is expected with another seed than ours."""
        from .expected import Expected

        return self.expected if seed is None else self.others.setdefault(seed, Expected(seed))

    def examine(self, question: Examine) -> Examined:
        """Judge one case alone."""
        from .judge import judge_one

        exercise = load_course().exercise(question.exercise_id)
        return judge_one(exercise, self.expected.reference(exercise)[question.check], question)

    def diagnose(self, seconds: float) -> Diagnosed:
        """Look for the misconception behind the answer that was judged last."""
        from .diagnose import diagnose
        from .judge import read

        if self.last is None:
            return Diagnosed(None)
        exercise, observations = self.last
        return diagnose(exercise, self.expected, [read(content) for content in observations], seconds)


class Answers:
    """Where answers go; as long as there is work, a second thread says so."""

    def __init__(self) -> None:
        self.stream = sys.stdout.buffer
        self.turn = threading.Lock()
        self.working = False
        threading.Thread(target=self._beat, daemon=True).start()

    def send(self, answer: object) -> None:
        """Send an answer."""
        with self.turn:
            write_frame(self.stream, encode(answer))

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the second thread speak."""
        self.working = True
        try:
            yield
        finally:
            self.working = False

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT)
            if self.working:
                try:
                    self.send(Working())
                except OSError:
                    os._exit(1)  # the grader is gone, and nobody waits for the answer
