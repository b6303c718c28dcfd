"""Names: which file of the course one is, whatever a download page has made of it, and whose submission it is."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from ...course import load_course
from ...source.files import FAULTS

SUFFIX = re.compile(r"\.(?:zip|tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz)|py|ipynb|rar|7z)$", re.IGNORECASE)
AGAIN = re.compile(r"(?: ?\(\d+\)| - copy| copy|-\d+)$", re.IGNORECASE)  # what was downloaded or handed in twice
CANVAS = re.compile(r"([a-z0-9]+)(?:_LATE)?_(\d+)_(\d+)_.+")
MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+.*", re.DOTALL)
LONGEST_ID = 64


@cache
def course_files() -> tuple[str, ...]:
    """List the files that hold exercises, in the course's order: `pooling`, `faults/encoder`."""
    return tuple(dict.fromkeys(exercise.file for exercise in load_course().exercises))


def exact(path: str) -> str:
    """Give the file of the course that a path in a package is, upper case or lower; empty if it is none."""
    stem = path[:-3].casefold() if path.casefold().endswith(".py") else ""
    return stem if stem in course_files() else ""


def guessed(name: str) -> str:
    """Guess which file of the course a file is that has another name; empty if that is not plain.

    `pooling (1).py`, `pooling_jdoe.py` and `jdoe_123_pooling.py` are `pooling`; `test_pooling.py` is a test.
    """
    stem, dot, suffix = name.casefold().rpartition(".")
    if dot + suffix != ".py" or stem.startswith("test"):
        return ""
    stem = re.sub(r"[ -]+", "_", AGAIN.sub("", stem))
    pattern, files = _words(bool(re.search(rf"(?<![a-z]){FAULTS}(?![a-z])", stem)))
    found = {files[word] for word in pattern.findall(stem)}
    return found.pop() if len(found) == 1 else ""


@cache
def _words(in_faults: bool) -> tuple[re.Pattern[str], dict[str, str]]:
    """Give the pattern of the files' names as words of a longer one, and what they mean; a number may follow."""
    files = {file.rpartition("/")[2]: file for file in course_files() if "/" in file}
    if not in_faults:
        files |= {file: file for file in course_files() if "/" not in file}
    return re.compile(rf"(?<![a-z])({'|'.join(files)})\d*(?![a-z])"), files


@dataclass(frozen=True)
class Whose:
    """Whose a submission is, as its name says.

    Attributes:
        student: An id.
        others: Other ids that it may be in a roster, the likeliest first.
        name: Of the student, if it is told.
    """

    student: str
    others: tuple[str, ...] = ()
    name: str = ""


def whose(name: str, is_folder: bool) -> Whose:
    """Read a submission's name: an id alone, or what Canvas or Moodle make of it.

    Args:
        name: Of the file or folder.
        is_folder: It has no suffix then.
    """
    if moodle := MOODLE.fullmatch(name):
        person, number = moodle.groups()
        return Whose(number, (person,), person)
    if canvas := CANVAS.fullmatch(name):
        return Whose(canvas[1], (canvas[2],))
    stem = name if is_folder else AGAIN.sub("", SUFFIX.sub("", name))
    return Whose(stem, (re.split(r"[_ ]", stem)[0],))


def safe(name: str) -> str:
    """Make an id of a name that can name a file, on any system and in any spreadsheet."""
    letters = unicodedata.normalize("NFC", name)
    kept = "".join(letter if letter.isalnum() or letter in "._-@+" else "-" for letter in letters)
    return re.sub(r"-{2,}", "-", kept).strip("._-@+")[:LONGEST_ID] or "unnamed"
