"""The tutorial on the disk: is it what the solutions give?"""

from functools import cache

from ..course import SOLUTIONS, TUTORIAL, load_course
from ..source.files import read_sources
from ..source.stubs import stub_package


@cache
def fresh_stubs() -> dict[str, str]:
    """Make the tutorial from the solutions, once."""
    return stub_package(read_sources(SOLUTIONS), load_course())


def stale_stubs() -> list[str]:
    """List the files of the tutorial that differ from what the solutions give: missing, changed or left over."""
    fresh, present = fresh_stubs(), read_sources(TUTORIAL)
    return sorted(file for file in fresh.keys() | present.keys() if fresh.get(file) != present.get(file))


def write_stubs() -> list[str]:
    """Write the tutorial; returns the files that changed."""
    stale = stale_stubs()
    TUTORIAL.mkdir(exist_ok=True)
    for file in stale:
        path = TUTORIAL / f"{file}.py"
        if file in fresh_stubs():
            path.write_text(fresh_stubs()[file], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return stale
