"""Attempts at a repair: one process tries many texts in the place of a learner's, each as far as it is asked to."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from ..course import load_course
from ..protocol.codec import Seen
from ..protocol.frames import read_frame
from ..protocol.messages import Attempt, Job, NotLoaded, Observed, Ready, See, decode
from ..protocol.probe import WHOLE, cases_of, describe_error, packed, see
from ..protocol.suite import Case, load_checks
from ..source.package import Package
from .job import Send, load_package


def serve_attempts(job: Job, orders: BinaryIO, send: Send) -> None:
    """Load a text, observe some cases, and so on, until there are no more orders."""
    attempts = _Attempts(job)
    send(Ready())
    while (content := read_frame(orders)) is not None:
        match decode(content, Attempt, See):
            case Attempt(text, check):
                send(attempts.load(text) or attempts.see(check))
            case See(check):
                send(attempts.see(check))


class _Attempts:
    """The text that is being tried."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.exercise = load_course().exercise(job.exercise_id)
        self.package: Any = None
        self.check = -1
        self.cases: Iterator[Case] = iter(())

    def load(self, text: str) -> NotLoaded | None:
        """Put a text in the place of the one before; gives the error that it cannot be loaded with."""
        self.cases, self.check = iter(()), -1
        if self.package:
            self.package.close()
        learner = {**self.job.learner, self.exercise.file: text}
        try:
            self.package = load_package(self.exercise, replace(self.job, learner=learner))
        except BaseException as error:
            self.package = None
            sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Package)]
            return NotLoaded(packed(describe_error(error)))
        return None

    def see(self, number: int) -> Observed:
        """Observe the next case of a check; nothing if there is none."""
        check, seed = load_checks(self.exercise)[number], self.job.seed
        if number != self.check:
            self.check, self.cases = number, cases_of(check, self.package, self.exercise.exercise_id, seed)
        try:
            for case in self.cases:
                seen = see(case, f"{self.exercise.exercise_id} {check.claim}", seed)
                return Observed(packed({case.label: seen}))
        except BaseException as error:
            return Observed(packed({WHOLE: Seen(describe_error(error))}))
        return Observed(packed({}))
