"""The learner's files: put one exercise back to its stub, and tell what has changed."""

import shutil
from datetime import datetime
from pathlib import Path

from .course import SOLUTIONS, Exercise, decode, load_course, read_sources
from .definitions import definition_text, replace_definition
from .stubs import stub_source

BACKUPS = ".backup"


def reset(exercise: Exercise, package: Path, whole_file: bool = False) -> Path | None:
    """Put the stub back, and keep the learner's file in a backup.

    Args:
        exercise: What to reset.
        package: The learner's package.
        whole_file: Put back the whole file, with the stubs of all its exercises.

    Returns:
        The backup; None if there was no file.

    Raises:
        ValueError: The exercise cannot be found in the file, or the file is no Python.
        OSError: The file cannot be read or written; it is then as it was.
    """
    path = package / f"{exercise.file}.py"
    solution = read_sources(SOLUTIONS)[exercise.file]
    stubs = stub_source(solution, load_course().of_file(exercise.file))
    if whole_file:
        text = stubs
    else:
        stub = definition_text(stubs, exercise.path)
        try:
            text = replace_definition(decode(path.read_bytes()), exercise.path, stub)
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(
                f"{path}: {error}; `checks reset {exercise.id} --whole-file` puts back all exercises of the file"
            ) from None
    backup = _back_up(path, exercise) if path.exists() else None
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
    return backup


def _back_up(path: Path, exercise: Exercise) -> Path:
    folder = path.parent / BACKUPS
    folder.mkdir(exist_ok=True)
    backup = folder / f"{path.stem}-{exercise.id}-{datetime.now():%Y%m%d-%H%M%S-%f}.py"
    shutil.copy2(path, backup)
    return backup


def changed_exercises(before: dict[str, str], after: dict[str, str]) -> list[Exercise]:
    """List the exercises that a change of the files may concern.

    Args:
        before: File name to text, when last graded.
        after: File name to text now.

    Returns:
        Those whose own text changed; if only other text of a file changed, all of that file.
    """
    found: list[Exercise] = []
    for file in sorted(after.keys() | before.keys()):
        old, new = before.get(file, ""), after.get(file, "")
        if old != new:
            exercises = load_course().of_file(file)
            own = [exercise for exercise in exercises if _texts(old, exercise) != _texts(new, exercise)]
            found += own or exercises
    return sorted(found, key=load_course().exercises.index)


def _texts(text: str, exercise: Exercise) -> list[str]:
    """Give the texts of an exercise's definitions; none where they cannot be told apart."""
    try:
        return [definition_text(text, exercise.path)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
