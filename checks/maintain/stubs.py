"""The tutorial on the disk: is it what the solutions give?"""

from functools import cache
from pathlib import Path

from ..course import SOLUTIONS, TUTORIAL, load_course
from ..source.files import python_files, read_sources
from ..source.stubs import stub_package


@cache
def fresh_stubs() -> dict[str, str]:
    """Make the text of the tutorial from the solutions, once: file name without suffix to text."""
    return stub_package(read_sources(SOLUTIONS), load_course())


def stale_stubs() -> list[str]:
    """List the files of the tutorial that differ from what the solutions give: missing, changed or left over."""
    fresh, present = _fresh_files(), _texts(TUTORIAL)
    return sorted(name for name in fresh.keys() | present.keys() if fresh.get(name) != present.get(name))


def write_stubs() -> list[str]:
    """Write the tutorial; returns the files that changed."""
    stale, fresh = stale_stubs(), _fresh_files()
    for name in stale:
        path = TUTORIAL / name
        if name in fresh:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fresh[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return stale


def _fresh_files() -> dict[str, str]:
    """Give the stubs and, as it is, the application: name of the file to text."""
    return _texts(SOLUTIONS) | {f"{file}.py": text for file, text in fresh_stubs().items()}


def _texts(package: Path) -> dict[str, str]:
    files = [*python_files(package), *python_files(package / "app")]
    return {path.relative_to(package).as_posix(): path.read_text(encoding="utf-8") for path in files}
