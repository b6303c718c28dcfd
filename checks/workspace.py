"""The learner's files: put one exercise back to its stub, and tell what has changed."""

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from .course import SOLUTIONS, STATE, Exercise, load_course
from .source.definitions import NO_PYTHON, definition_text, fitted
from .source.files import decode, read_sources, replace_lines, write_whole
from .source.fingerprint import imports_more
from .source.given import load_given
from .source.stubs import is_stub, stub_source

BACKUPS = ".backup"
HINTS = STATE / "hints"


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
    stubs = stub_source(read_sources(SOLUTIONS)[exercise.file], load_course().of_file(exercise.file))
    if whole_file:
        content = stubs.encode()
    else:
        try:
            content = _with_stub(path.read_bytes(), exercise, stubs)
        except (OSError, *NO_PYTHON) as error:
            cure = f"`checks reset {exercise.exercise_id} --whole-file` puts back all exercises of the file"
            raise ValueError(f"{path}: {error}; {cure}") from None
    backup = _back_up(path, exercise) if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content)
    return backup


def _with_stub(content: bytes, exercise: Exercise, stubs: str) -> bytes:
    """Put a stub in the place of an exercise, with the parts of a given program; all else stays to the byte."""
    changed = content
    for path in exercise.paths if load_given(exercise) else [exercise.path]:
        changed = replace_lines(changed, *fitted(decode(changed), path, definition_text(stubs, path)))
    if not is_stub(decode(changed), exercise, load_course().others(exercise)):
        raise ValueError(f"{'.'.join(exercise.path)} is written in a way that cannot be undone line by line")
    return changed


def _back_up(path: Path, exercise: Exercise) -> Path:
    folder = path.parent / BACKUPS
    folder.mkdir(exist_ok=True)
    backup = folder / f"{path.stem}-{exercise.exercise_id}-{datetime.now():%Y%m%d-%H%M%S-%f}.py"
    shutil.copy2(path, backup)
    return backup


def own_text(exercise: Exercise, package: Path) -> str:
    """Give the learner's text of an exercise; empty where its definition cannot be told apart."""
    return "\n\n".join(_texts(decode((package / f"{exercise.file}.py").read_bytes()), exercise))


def changed_exercises(before: dict[str, str], after: dict[str, str]) -> list[Exercise]:
    """List the exercises that a change of the files may concern.

    Args:
        before: File name to text, when last graded.
        after: File name to text now.

    Returns:
        Those whose own text changed; if only other text of a file changed, all of that file; of a learner's own file,
        all whose files may import it.
    """
    found: list[Exercise] = []
    for file in sorted(after.keys() | before.keys()):
        old, new = before.get(file, ""), after.get(file, "")
        if old != new:
            exercises = load_course().of_file(file) or _that_may_import(after)
            own = [exercise for exercise in exercises if _texts(old, exercise) != _texts(new, exercise)]
            found += own or exercises
    return sorted(set(found), key=load_course().exercises.index)


def _that_may_import(sources: dict[str, str]) -> list[Exercise]:
    """List the exercises whose files import more than is given, and so perhaps a learner's own file."""
    return [each for each in load_course().exercises if imports_more(sources.get(each.file, ""), each.file)]


def _texts(text: str, exercise: Exercise) -> list[str]:
    """Give the texts of an exercise's definitions; none where they cannot be told apart."""
    texts = []
    for path in exercise.paths if load_given(exercise) else [exercise.path]:
        with contextlib.suppress(*NO_PYTHON):
            texts.append(definition_text(text, path))
    return texts


def next_hint(exercise: Exercise) -> int:
    """Give the number of the hint after the one that was given last; the last one is given again."""
    path = HINTS / exercise.exercise_id
    with contextlib.suppress(OSError, ValueError):
        return _note(path, min(int(path.read_text(encoding="utf-8")) + 1, len(exercise.hints)))
    return _note(path, 1)


def _note(path: Path, number: int) -> int:
    with contextlib.suppress(OSError):  # in a checkout that cannot be written to, it is always the first one
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, str(number).encode())
    return number
