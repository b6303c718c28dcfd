"""What people read of a class: a page for the instructor, one for each student, and the numbers as CSV."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...grader.record import Result
from ...source.files import write_whole
from ..students import Student
from .class_page import class_page
from .people import People
from .samples import Sources
from .statistics import count_checks, count_exercises, is_readable, misunderstandings, problems_without_name, student_of
from .student_page import student_page
from .tables import checks_table, exercises_table, findings_table, points_table

Adjusted = Mapping[str, tuple[float, str]]


def write_report(
    folder: Path,
    results: Sequence[Result],
    sources: Sources,
    roster: Mapping[str, Student],
    anonymous: bool = False,
    adjusted: Adjusted | None = None,
) -> None:
    """Write the report of a class; each file wholly or not at all.

    Args:
        folder: Where. Pages of students who are no longer in the class are deleted from its `students/`.
        results: One for each submission.
        sources: A student's texts, by file name without suffix.
        roster: By id; who is in it without a result has handed nothing in.
        anonymous: Write ids only, no names.
        adjusted: Points under the rules of the class, by id, with the sentence that says why.

    Raises:
        OSError: A file cannot be written.
    """
    people = People(roster, anonymous)
    adjusted = adjusted or {}
    readable = [result for result in results if is_readable(result)]
    files = _tables(readable) | {"index.html": class_page(results, sources, people, adjusted)}
    pages = {people.page(student_of(result)): student_page(result, people, adjusted) for result in results}
    (folder / "students").mkdir(parents=True, exist_ok=True)
    for name, content in (files | pages).items():
        write_whole(folder / name, content)
    for page in (folder / "students").glob("*.html"):
        if page.relative_to(folder).as_posix() not in pages:
            page.unlink()


def _tables(readable: Sequence[Result]) -> dict[str, bytes]:
    return {
        "exercises.csv": exercises_table(count_exercises(readable)),
        "checks.csv": checks_table(count_checks(readable)),
        "misunderstandings.csv": findings_table(misunderstandings(readable), problems_without_name(readable)),
        "points.csv": points_table(readable),
    }
