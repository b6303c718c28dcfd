"""All that a class's results are written as: pages, gradebook, files for platforms."""

from collections.abc import Sequence

from ..grader.record import Result
from ..source.files import write_whole
from .classroom import Classroom
from .formats import Gradebook
from .formats import sources as copies
from .formats.forms import FILES, TABLES
from .policy import Adjusted, apply
from .report import write_report
from .run.folder import ReportFolder
from .wish import Writing


def write_output(folder: ReportFolder, results: Sequence[Result], classroom: Classroom, wish: Writing) -> None:
    """Write everything that is made from results; each file wholly or not at all.

    Args:
        folder: Of the report.
        results: Of everybody who is graded.
        classroom: Who they are, and what they have written.
        wish: What is wanted.
    """
    graded = {result.student for result in results}  # with `--only`, others may have to wait
    students = {student: known for student, known in classroom.students.items() if student in graded}
    policy = wish.policy and wish.policy.under(classroom.name_of)
    adjusted = {each.student: each for each in apply(policy, results)} if policy else {}
    table = TABLES[wish.gradebook](results, students, adjusted or None)
    # For a spreadsheet, which takes a file without a mark for another encoding; a platform would take it for a letter.
    encoding = "utf-8-sig" if wish.gradebook is Gradebook.PLAIN else "utf-8"
    write_whole(folder.path / "gradebook.csv", table.encode(encoding))
    for form in wish.forms:
        (folder.path / form.value).mkdir(exist_ok=True)
        for result in results:
            name = f"{result.student}{FILES[form].suffix}"
            write_whole(folder.path / form.value / name, FILES[form].write(result).encode())
    if wish.sources:
        for student in students:
            copies.write(classroom.read(student), folder.path / "sources")
    write_report(
        folder.path,
        results,
        classroom.sources,
        students,
        bool(classroom.secret),
        {student: _in_words(each) for student, each in adjusted.items() if each.total is not None},
    )


def _in_words(adjusted: Adjusted) -> tuple[float, str]:
    return adjusted.total or 0.0, adjusted.explanation
