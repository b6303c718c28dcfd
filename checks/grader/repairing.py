"""The search for a repair: the smallest change of the learner's own code with which every check passes.

Two processes try one change after the other, each only up to the first case that is wrong; what failed first is tried
first. A change that gets further than the answer itself is extended by a second one. What passes is graded anew, as any
answer is, and once more with another seed.
"""

import difflib
import heapq
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..course import SOLUTIONS, Exercise, load_course
from ..protocol.messages import Examined
from ..protocol.verdicts import Outcome, Status
from ..referee.misconceptions import load_misconceptions
from ..source.definitions import NO_PYTHON, Definition, parse
from ..source.edits import Reference, edits_of, parses, read, words_of
from ..source.files import Submission, read_sources
from .attempts import Attempts
from .grading import Grader, handed_out, job_of
from .limits import observe
from .processes import Sandbox
from .repair import Change, Repair, Tried
from .results import ExerciseResult

SECONDS = 10.0
OTHER_SEED = 1_000_003  # a repair that fits one seed alone is none
MOST_EXTENDED = 12  # changes of one place that are extended by a second one
LARGEST_KNOWN = 10_000  # bytes of an observation that is remembered
SECOND = 1.5  # ranks by which a second change stands back

Progress = tuple[int, int, int]  # checks and cases that pass before the first that does not; it raises nothing
PASSES: Progress = (1_000_000, 0, 0)
Tell = Callable[[Tried], None]


@dataclass(frozen=True)
class _Candidate:
    """A text to be tried, and the changes that have led to it."""

    text: str
    changes: tuple[Change, ...] = ()


def find_repair(
    grader: Grader,
    second: Sandbox,
    submission: Submission,
    result: ExerciseResult,
    seconds: float = SECONDS,
    tell: Tell = lambda tried: None,
) -> Repair:
    """Search the smallest repair of an answer that does not pass.

    Args:
        grader: Whose processes are used.
        second: A second sandbox, for a second processor.
        submission: Whose answer.
        result: What was found out about it.
        seconds: Time for the search, from when the libraries are loaded.
        tell: Called now and then with what was tried so far.
    """
    exercise = load_course().exercise(result.exercise_id)
    try:
        candidates = _Candidates(submission.sources[exercise.file], exercise, result)
    except NO_PYTHON:
        return Repair(exercise.exercise_id, Tried())
    search = _Search(grader, submission, exercise, result, candidates)
    return search.run((grader.start()[0], second), seconds, tell)


class _Candidates:
    """Texts to be tried, likeliest first."""

    def __init__(self, text: str, exercise: Exercise, result: ExerciseResult) -> None:
        reference = read_sources(SOLUTIONS)[exercise.file]
        diffs = [misconception.diff for misconception in load_misconceptions(exercise)]
        self.exercise = exercise
        self.words = words_of(reference, exercise.paths, diffs)
        self.reference = Reference(self.words, exercise.paths)
        stub = parse(handed_out(exercise)[0][exercise.file])
        self.given = [node.name for node in stub.body if isinstance(node, Definition) and node.name != exercise.path[0]]
        self.suspects = {line.number for check in result.checks for line in check.lines}
        self.suspects |= {line.number for line in result.lines}
        self.original = _Candidate(text)
        self.seen = {text}
        self.streams: list[tuple[float, int, Iterator[tuple[float, _Candidate]], _Candidate]] = []
        self.count = 0
        self.extended: list[Progress] = []
        self._add(self.original, 0.0)

    def take(self) -> _Candidate | None:
        """Give the next one; None if there are no more."""
        if not self.streams:
            return None
        _, number, stream, candidate = heapq.heappop(self.streams)
        self._push(number, stream)
        return candidate

    def extend(self, candidate: _Candidate, progress: Progress) -> None:
        """Try second changes of a text that gets further than the answer itself; the furthest ones first."""
        further = sum(other >= progress for other in self.extended)
        if len(candidate.changes) == 1 and further < MOST_EXTENDED:
            self.extended.append(progress)
            self._add(candidate, SECOND + 0.1 * further)

    def _add(self, candidate: _Candidate, behind: float) -> None:
        self.count += 1
        self._push(self.count, self._changed(candidate, behind))

    def _push(self, number: int, stream: Iterator[tuple[float, _Candidate]]) -> None:
        for rank, candidate in stream:
            heapq.heappush(self.streams, (rank, number, stream, candidate))
            return

    def _changed(self, candidate: _Candidate, behind: float) -> Iterator[tuple[float, _Candidate]]:
        """Go through the texts that one more change makes of a text."""
        others = load_course().others(self.exercise)
        text = read(candidate.text, self.exercise.paths, others, self.words, self.given)
        added = candidate.text.count("\n") - self.original.text.count("\n")  # lines, by the first change
        suspects = self.suspects if not candidate.changes else ()
        for edit in edits_of(text, self.reference, suspects):
            changed = text.apply(edit)
            if changed not in self.seen and parses(text, edit):
                self.seen.add(changed)
                first = candidate.changes[0].line if candidate.changes else edit.line
                line = edit.line if edit.line <= first else max(first, edit.line - added)
                change = Change(line, edit.kind)
                yield behind + edit.rank, _Candidate(changed, (*candidate.changes, change))


class _Search:
    """Two threads that take candidates and let them be tried, until one passes or the time is up."""

    def __init__(
        self,
        grader: Grader,
        submission: Submission,
        exercise: Exercise,
        result: ExerciseResult,
        candidates: _Candidates,
    ) -> None:
        self.grader, self.submission, self.exercise = grader, submission, exercise
        self.candidates = candidates
        self.failing = [i for i, check in enumerate(result.checks) if check.verdict is not Outcome.PASSED] or [0]
        self.total = len(result.checks) or 1  # until the referee says it
        late = result.status is Status.TIMED_OUT
        self.patience = 2.0 if late else 1.0 + min(2 * result.seconds, 4.0)
        self.first: Progress = (0, 0, 0)
        self.turn, self.asking = threading.Lock(), threading.Lock()
        self.tried = Tried()
        self.found: tuple[int, _Candidate] | None = None  # the one that was taken first of those that pass
        self.error: Exception | None = None
        self.known: dict[tuple[int, int, bytes], Examined] = {}
        self.ready, self.deadline = threading.Barrier(2), float("inf")

    def run(self, sandboxes: tuple[Sandbox, Sandbox], seconds: float, tell: Tell) -> Repair:
        """Search in two sandboxes."""
        self.grader.start()[1].prepare(self.exercise)
        threads = [threading.Thread(target=self._work, args=(box, seconds), daemon=True) for box in sandboxes]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                threads[0].join(0.1)
                threads[1].join(0.1)
                tell(self.tried)
        finally:
            self.deadline = 0.0
        if self.error:
            raise self.error
        return self._repair()

    def _repair(self) -> Repair:
        if self.found is None:
            return Repair(self.exercise.exercise_id, self.tried)
        found = self.found[1]
        before, after = self.candidates.original.text.splitlines(), found.text.splitlines()
        diff = tuple(list(difflib.unified_diff(before, after, lineterm="", n=1))[2:])
        return Repair(self.exercise.exercise_id, self.tried, found.changes, diff, self.total)

    def _work(self, sandbox: Sandbox, seconds: float) -> None:
        limits = self.grader.limits
        job = job_of(self.submission, self.exercise, self.grader.seed, limits)
        attempts = Attempts(sandbox, job, limits, self.patience)
        try:
            sandbox.prepare(handed_out(self.exercise)[1])
            attempts.start()
            progress = self._progress(attempts, self.candidates.original.text)
            self.ready.wait()
            self.first, started = progress, time.monotonic()
            self.deadline = started + seconds
            while time.monotonic() < self.deadline and self.found is None and (taken := self._take()):
                self._try(attempts, *taken)
                self.tried = replace(self.tried, seconds=time.monotonic() - started)
        except threading.BrokenBarrierError:
            pass
        except Exception as error:
            self.error = error
            self.deadline = 0.0
            self.ready.abort()
        finally:
            attempts.close()

    def _take(self) -> tuple[int, _Candidate] | None:
        """Take the next candidate, and its number: the likelier of two that pass is found, whichever ends first."""
        with self.turn:
            candidate = self.candidates.take()
            if candidate is None:
                return None
            kind = "singles" if len(candidate.changes) == 1 else "pairs"
            self.tried = replace(self.tried, **{kind: getattr(self.tried, kind) + 1})
            return self.tried.singles + self.tried.pairs, candidate

    def _try(self, attempts: Attempts, number: int, candidate: _Candidate) -> None:
        progress = self._progress(attempts, candidate.text)
        if progress == PASSES:
            attempts.close()  # what it has left behind must not count
            if self._holds(attempts.sandbox, candidate.text):
                with self.turn:
                    self.found = min(self.found or (number, candidate), (number, candidate), key=lambda found: found[0])
        elif progress > self.first:
            with self.turn:
                self.candidates.extend(candidate, progress)

    def _progress(self, attempts: Attempts, text: str) -> Progress:
        """See how far a text gets: through the checks that failed first, then through the others."""
        done: list[int] = []
        while waiting := [i for i in (*self.failing, *range(self.total)) if i not in done]:
            case, examined = 0, None
            while not (examined and examined.last):
                first = not done and not case
                seen = attempts.first(text, waiting[0]) if first else attempts.next(waiting[0])
                examined = self._examined(waiting[0], case, seen)
                if examined is None or examined.verdict is not Outcome.PASSED:
                    return len(done), case, int(examined is not None and examined.verdict is Outcome.FAILED)
                self.total, case = examined.checks, case + 1
            done.append(waiting[0])
        return PASSES

    def _examined(self, check: int, case: int, seen: bytes | None) -> Examined | None:
        """Ask the referee about a case, once for all candidates that make it see the same."""
        if seen is None:
            return None
        with self.asking:
            if (check, case, seen) not in self.known:
                examined = self.grader.start()[1].examine(self.exercise, check, case, seen)
                if examined is None or len(seen) > LARGEST_KNOWN:
                    return examined
                self.known[check, case, seen] = examined
            return self.known[check, case, seen]

    def _holds(self, sandbox: Sandbox, text: str) -> bool:
        """Grade a text as any answer is graded, with the usual seed and with another one."""
        submission = replace(self.submission, sources={**self.submission.sources, self.exercise.file: text})
        limits = self.grader.limits
        for seed in (None, OTHER_SEED):
            job = job_of(submission, self.exercise, self.grader.seed if seed is None else seed, limits)
            ending = observe(sandbox.start(), job, limits, limits.seconds or self.exercise.seconds)
            with self.asking:
                verdict = self.grader.start()[1].judge(self.exercise, ending, seed)
            if verdict.status is not Status.PASSED:
                return False
        return True
