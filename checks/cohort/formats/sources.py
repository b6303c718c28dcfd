"""`sources/`: everybody's files of the course, as tools that look for copies read them.

Nothing here compares code. JPlag takes the folder as it is, each folder in it as a submission, and `tutorial/` as what
everybody was given: `java -jar jplag.jar --language python3 --base-code tutorial sources`. Dolos takes each file as a
submission: `dolos run --language python --ignore tutorial/encoder.py sources/*/encoder.py`.
"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ...course import SOLUTIONS
from ...source.files import python_files
from ..intake import HandedIn

FORBIDDEN = set('<>:"/\\|?*\0')  # in names of folders, on some system


def write(handed_in: HandedIn, folder: Path) -> Path | None:
    """Write one student's files of the course into a folder of their own.

    Args:
        handed_in: What they have handed in.
        folder: Of all students.

    Returns:
        Their folder; None if there is nothing to write.

    Raises:
        ValueError: Their id is no name of a folder.
    """
    if handed_in.submission is None:
        return None
    student = handed_in.intake.student
    if student in ("", ".", "..") or FORBIDDEN & set(student) or not student.isprintable():
        raise ValueError(f"student is {student!r}, but an id must be a name that a folder can have")
    for name in files_of(handed_in.submission.contents):
        path = folder / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(handed_in.submission.contents[name])
    return folder / student


def files_of(names: Iterable[str]) -> list[str]:
    """Choose the files that the course knows: a student may have added others, under any name."""
    known = {path.relative_to(SOLUTIONS).as_posix() for path in python_files(SOLUTIONS)}
    return sorted(name for name in names if PurePosixPath(name).as_posix() in known)
