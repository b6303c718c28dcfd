"""The referee as the grader sees it: questions go in, answers come out; one that falls silent is replaced, once."""

import contextlib
import threading
from pathlib import Path
from typing import Any, TypeVar

from ..course import Exercise
from ..protocol.frames import FrameError, read_frame, write_frame
from ..protocol.messages import (
    Broken,
    Diagnose,
    Diagnosed,
    Ending,
    Examine,
    Examined,
    Judge,
    MessageError,
    Prepare,
    Remember,
    Verdict,
    Working,
    decode,
    encode,
)
from .bugs import write_report
from .processes import start_trusted

SILENCE = 60  # seconds without a word

A = TypeVar("A", Verdict, Diagnosed, Examined)


class NotJudged(Exception):
    """The referee has failed: its traceback, or that it fell silent."""


class Referee:
    """A process that knows what is expected.

    Args:
        seed: Of all checks.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.folder: Path | None = None
        self._start()

    def _start(self) -> None:
        self.process = start_trusted("referee.serve", f"serve({self.seed})")
        self.questions: Any = self.process.stdin
        self.answers: Any = self.process.stdout

    def remember(self, folder: Path) -> None:
        """Let it keep in a folder what depends on no learner, and read it from there."""
        self.folder = folder
        self._say(Remember(str(folder)))

    def prepare(self, exercise: Exercise) -> None:
        """Let it compute what is expected of an exercise."""
        self._say(Prepare(exercise.exercise_id))

    def judge(self, exercise: Exercise, ending: Ending, seed: int | None = None) -> Verdict:
        """Ask for the verdict on an exercise.

        Args:
            exercise: Which.
            ending: What a worker has observed, and how it ended.
            seed: With which it observed, if it is another than ours.

        Raises:
            NotJudged: There is none.
        """
        question = Judge(exercise.exercise_id, ending, seed)
        verdict = self._ask(question, Verdict)
        if verdict is None:  # a learner's code has killed or stopped the referee; it can do so only once
            self._replace()
            verdict = self._ask(question, Verdict)
        if verdict is None:
            raise NotJudged("the referee has fallen silent twice")
        return verdict

    def diagnose(self, seconds: float) -> Diagnosed:
        """Ask for the misconception behind the answer that was judged last; it may be missing, but never fails."""
        try:
            found = self._ask(Diagnose(seconds), Diagnosed)
        except NotJudged as error:
            write_report(f"no diagnosis\n{error}")
            return Diagnosed(None, gave_up=True)
        if found is None:
            self._replace()
        return found or Diagnosed(None, gave_up=True)

    def examine(self, exercise: Exercise, check: int, case: int, seen: bytes) -> Examined | None:
        """Ask for the verdict on one case; None if the referee has fallen silent, and was replaced.

        Raises:
            NotJudged: The referee has failed.
        """
        examined = self._ask(Examine(exercise.exercise_id, check, case, seen), Examined)
        if examined is None:
            self._replace()
        return examined

    def _ask(self, question: object, kind: type[A]) -> A | None:
        """Ask, and wait as long as it is at work; None if it has fallen silent."""
        # From a thread: a referee that is stopped does not even read.
        threading.Thread(target=self._say, args=(question,), daemon=True).start()
        while True:
            watchdog = threading.Timer(SILENCE, self.process.kill)
            watchdog.start()
            try:
                answer = decode(read_frame(self.answers) or b"", kind, Working, Broken)
            except (FrameError, MessageError):
                return None
            finally:
                watchdog.cancel()
            if isinstance(answer, Broken):
                raise NotJudged(answer.details)
            if isinstance(answer, kind):
                return answer

    def _say(self, message: object) -> None:
        with contextlib.suppress(OSError, ValueError):  # the missing answer says it
            write_frame(self.questions, encode(message))

    def _replace(self) -> None:
        self.close()
        self._start()
        if self.folder:
            self.remember(self.folder)

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.questions, self.answers):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
