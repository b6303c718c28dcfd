"""A class as the run sees it: the students and what each has handed in; under other names, if none is to be known."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .formats.rows import table
from .intake import HandedIn
from .intake.entries import Entry, entries, students_of
from .intake.names import course_files
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
        own = self._names[student]
        handed_in = read_entry(self._entries[own], self._times)
        if self._roster and own not in self._roster and not self.one:
            intake = replace(handed_in.intake, doubts=(*handed_in.intake.doubts, "not in the roster"))
            handed_in = replace(handed_in, intake=intake)
        return _without_names(handed_in, student) if self.secret else handed_in

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
            if not self.name_of(student):
                raise ValueError(f"only is {student!r}, but nobody in the class has that id")
        return [self.name_of(student) for student in only] or list(self._names)

    def name_of(self, student: str) -> str:
        """Give the id that a student has in results; empty if nobody is meant.

        Args:
            student: Their own id or that one, in upper or lower case.
        """
        return self._known.get(student.casefold(), "")

    def strangers(self, students: Iterable[str]) -> list[str]:
        """List the ids that nobody in the class has: slips of the pen, most likely."""
        return sorted(student for student in students if not self.name_of(student))

    def strangers_in_times(self) -> list[str]:
        """List the ids of the times that nobody in the class has."""
        return self.strangers(self._told_times)

    def names(self) -> bytes:
        """Write who is who, as CSV: for the instructor alone."""
        known = students_of(self._entries.values(), self._roster)
        rows = ((name, student, known[student].name) for name, student in self._names.items())
        return table(("anonymous", "id", "name"), rows).encode()

    @cached_property
    def _roster(self) -> dict[str, Student]:
        return read_roster(self.roster_file) if self.roster_file else {}

    @cached_property
    def _told_times(self) -> dict[str, str]:
        return read_times(self.times_file) if self.times_file else {}

    @cached_property
    def _times(self) -> dict[str, str]:
        names = {self.name_of(student): time for student, time in self._told_times.items()}
        return {self._names[name]: time for name, time in names.items() if name}

    @cached_property
    def _known(self) -> dict[str, str]:
        own = {student.casefold(): name for name, student in self._names.items()}
        return {**{name.casefold(): name for name in self._names}, **own}

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


def _without_names(handed_in: HandedIn, student: str) -> HandedIn:
    """Leave out whatever may hold a name: files and folders are called as people like."""
    ours = tuple(name for name in handed_in.intake.found if name.removesuffix(".py") in course_files())
    intake = replace(handed_in.intake, student=student, source="", found=ours, renamed=(), ignored=())
    return HandedIn(intake, handed_in.submission and replace(handed_in.submission, path=student))
