"""A class as the run sees it: the students and what each has handed in; under other names, if none is to be known."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .formats.rows import table
from .intake import HandedIn
from .intake.entries import Entry, entries, students_of
from .intake.taking import read_entry
from .students import Student, anonymous_ids, read_roster, read_times


@dataclass(frozen=True)
class Classroom:
    """The submissions of a class.

    Attributes:
        submissions: Folder with a submission for each student; or one submission.
        roster_file: CSV of who is in the class; whoever has handed in, if None.
        times_file: CSV of when submissions were handed in; as the files say, if None.
        secret: Students stand under names made with it; under their own ids, if empty.
        one: There is one submission.
    """

    submissions: Path
    roster_file: Path | None = None
    times_file: Path | None = None
    secret: bytes = b""
    one: bool = False

    @cached_property
    def students(self) -> dict[str, Student]:
        """Everybody, by the id that results have.

        Raises:
            ValueError: There are no submissions, or the roster is none.
        """
        if self.secret:
            return {name: Student(name) for name in self._names}
        return students_of(self._entries.values(), self._roster)

    def read(self, student: str) -> HandedIn:
        """Read what a student has handed in."""
        handed_in = read_entry(self._entries[self._names[student]], self._times)
        if not self.secret:
            return handed_in
        submission = handed_in.submission and replace(handed_in.submission, path=student)
        return HandedIn(replace(handed_in.intake, student=student, source=""), submission)

    def sources(self, student: str) -> dict[str, str]:
        """Read a student's texts, by file name without suffix; none if there is nothing to read."""
        submission = self.read(student).submission if student in self._names else None
        return submission.sources if submission else {}

    def chosen(self, only: Iterable[str]) -> list[str]:
        """List the ids to be graded: all, or those of some.

        Raises:
            ValueError: Nobody has such an id.
        """
        for student in only:
            if student not in self.known_as and student not in self._names:
                raise ValueError(f"only is {student!r}, but nobody in the class has that id")
        return [self.known_as.get(student, student) for student in only] or list(self._names)

    @cached_property
    def known_as(self) -> dict[str, str]:
        """The id that each student has in results, by their own."""
        return {student: name for name, student in self._names.items()}

    def names(self) -> bytes:
        """Write who is who, as CSV: for the instructor alone."""
        known = students_of(self._entries.values(), self._roster)
        rows = ((name, student, known[student].name) for name, student in self._names.items())
        return table(("anonymous", "id", "name"), rows).encode()

    @cached_property
    def _roster(self) -> dict[str, Student]:
        return read_roster(self.roster_file) if self.roster_file else {}

    @cached_property
    def _times(self) -> dict[str, str]:
        return read_times(self.times_file) if self.times_file else {}

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        if self.one:
            return {"submission": Entry("submission", (self.submissions,))}
        return {entry.student: entry for entry in entries(self.submissions, self._roster)}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Name in results to the student's own id."""
        if self.secret:
            return {name: student for student, name in anonymous_ids(self._entries, self.secret).items()}
        return {student: student for student in self._entries}
