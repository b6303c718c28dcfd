"""The package in a submission: the folder that holds the course's files, wherever it lies and whatever it is called."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

from ...course import SOLUTIONS, TUTORIAL, load_course
from ...source.files import FAULTS, LARGEST_FILE, LARGEST_PACKAGE, decode, read_sources
from ...source.stubs import stub_source
from .members import Members, Refused, is_foreign
from .names import course_files, exact, guessed

MOST_LOOKED_AT = 10  # folders that may be the package
OURS = f"only the course's own {SOLUTIONS.name}/ was found: hand in the folder {TUTORIAL.name}/, with your answers"


@dataclass
class Found:
    """A package.

    Attributes:
        folder: Where it lies in the submission; empty for its top.
        contents: Bytes of each file, by the name that the course gives it.
        renamed: What stood under another name, and its name in the course.
        taken: Paths in the submission that belong to the package.
        notes: Path to why it is left out.
        changed: Files with an answer.
        others: Other folders with answers.
    """

    folder: str = ""
    contents: dict[str, bytes] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)
    changed: int = 0
    others: int = 0


def find_package(members: Members) -> Found | None:
    """Find the package; None if there is no file of the course.

    Raises:
        Refused: It is the course's own, or too large.
    """
    candidates = _candidates(members.sizes, exact) or _candidates(members.sizes, _guessed_at)
    if not candidates:
        return None
    changed = _answers(members, candidates)
    folder = max(
        changed,
        key=lambda each: (
            changed[each],
            PurePosixPath(each).name == TUTORIAL.name,
            len(candidates[each]),
            -len(PurePosixPath(each).parts),
        ),
    )
    found = _take(members, folder)
    others = [other for other in changed if other != folder and changed[other]]
    found.changed, found.others = changed[folder], len(others)
    found.notes |= {
        f"{other}/" if other else "the top folder": f"answers, too, but {folder or 'the top folder'} was taken"
        for other in others
    }
    if folder and PurePosixPath(folder).name != TUTORIAL.name:
        found.renamed[f"{folder}/"] = f"{TUTORIAL.name}/"
    return found


def is_of_course(path: str) -> bool:
    """Tell whether a file may be one of the course's, by its name."""
    return not is_foreign(path) and bool(_guessed_at(_split(path)[1]))


def _guessed_at(path: str) -> str:
    return exact(path) or guessed(path.rpartition("/")[2])


def _candidates(paths: Iterable[str], name: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """Map each folder that may be the package to its files of the course, and those to their paths."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(paths, reverse=True):  # lower case comes last, and so stays
        if not is_foreign(path):
            folder, inner = _split(path)
            if file := name(inner):
                found.setdefault(folder, {})[file] = path
    return found


def _split(path: str) -> tuple[str, str]:
    """Split a path into the package's folder and the name in it: `faults/` belongs to the name."""
    folder, _, name = path.rpartition("/")
    if folder == FAULTS or folder.endswith(f"/{FAULTS}"):
        return folder[: -len(FAULTS)].rstrip("/"), f"{FAULTS}/{name}"
    return folder, name


def _answers(members: Members, candidates: dict[str, dict[str, str]]) -> dict[str, int]:
    """Count the answers in the folders that may be the package; the course's own solutions are none.

    Raises:
        Refused: There is nothing else.
    """
    others = [folder for folder in candidates if PurePosixPath(folder).name != SOLUTIONS.name]
    ranked = sorted(others or candidates, key=lambda folder: (-len(candidates[folder]), folder.count("/")))
    changed = {folder: _changed(members, candidates[folder]) for folder in ranked[:MOST_LOOKED_AT]}
    if not others and not any(changed.values()):
        raise Refused(OURS)
    return changed


def _changed(members: Members, files: Mapping[str, str]) -> int:
    """Count the files with an answer."""
    small = {file: path for file, path in files.items() if members.sizes[path] <= LARGEST_FILE}
    if sum(members.sizes[path] for path in small.values()) > LARGEST_PACKAGE:
        return 0  # it would be refused
    contents = members.read(small.values())
    return sum(_is_answer(file, contents[path]) for file, path in small.items() if path in contents)


def _is_answer(file: str, content: bytes) -> bool:
    """Tell whether a file defines what it should, and is neither a stub nor the reference."""
    try:
        text = decode(content)
    except SyntaxError:
        return True
    names = "|".join(exercise.path[0] for exercise in load_course().of_file(file))
    defines = re.search(rf"^(?:async +)?(?:def|class) +(?:{names})\b", text, re.MULTILINE)
    return bool(defines) and text not in (stubs()[file], _reference()[file])


@cache
def _reference() -> dict[str, str]:
    return read_sources(SOLUTIONS)


@cache
def stubs() -> dict[str, str]:
    """Give the course's files as they are handed out: file name without suffix to text."""
    return {file: stub_source(_reference()[file], load_course().of_file(file)) for file in course_files()}


@cache
def handed_out() -> frozenset[str]:
    """List all files of the folder that learners get, also those that are no part of the package."""
    return frozenset(path.relative_to(TUTORIAL).as_posix() for path in TUTORIAL.rglob("*.py"))


def _take(members: Members, folder: str) -> Found:
    """Take the package out of its folder.

    Raises:
        Refused: It is too large.
    """
    found = Found(folder)
    own = {path: _split(path)[1] for path in sorted(members.sizes) if _split(path)[0] == folder}
    wanted = {f"{file}.py": path for file, path in _named(own, found).items()}
    if any(exact(name) for name in own.values()):  # else all have been renamed by a download page
        wanted |= {name: path for path, name in own.items() if _is_own(name)}
    for name, path in list(wanted.items()):
        if members.sizes[path] > LARGEST_FILE:
            found.notes[path] = f"too large: a file may have {LARGEST_FILE} bytes"
            del wanted[name]
    if (size := sum(members.sizes[path] for path in wanted.values())) > LARGEST_PACKAGE:
        raise Refused(f"the Python files have {size} bytes together, but may have {LARGEST_PACKAGE}")
    contents = members.read(wanted.values())
    found.contents = {name: contents[path] for name, path in wanted.items() if path in contents}
    found.taken = set(wanted.values())
    found.renamed |= {path: name for name, path in wanted.items() if _split(path)[1] != name}
    return found


def _is_own(name: str) -> bool:
    """Tell whether a file can be imported, and is none of the course's."""
    return name.endswith(".py") and PurePosixPath(name).stem.isidentifier() and not exact(name)


def _named(own: Mapping[str, str], found: Found) -> dict[str, str]:
    """Map the files of the course to their paths; what has another name counts if nothing else may be meant."""
    named: dict[str, str] = {}
    guesses: dict[str, list[str]] = {}
    for path, name in own.items():
        if name == f"{exact(name)}.py":
            named[exact(name)] = path
        elif file := exact(name) or guessed(name):
            guesses.setdefault(file, []).append(path)
    for file, paths in guesses.items():
        if file in named:
            found.notes |= {path: f"there is a {file}.py" for path in paths if exact(own[path])}
        elif len(paths) > 1:
            found.notes |= dict.fromkeys(paths, f"several may be {file}.py: name yours so")
        else:
            named[file] = paths[0]
    return {file: named[file] for file in course_files() if file in named}
