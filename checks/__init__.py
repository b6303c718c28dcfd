"""The autograder: tells a learner not only that an answer is wrong, but which misunderstanding it looks like.

In a notebook: `from checks import check`, then `check("1.1")`.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .grading import Grader


def check(*ids: str, package: str | Path | None = None) -> None:
    """Check exercises and show what comes out, in a notebook or wherever Python runs.

    Args:
        ids: Exercises such as `1.1`; all, if none is given.
        package: Folder with the answers; the course's `tutorial/`, if not given.

    Raises:
        ValueError: There is no such exercise or package.
    """
    from .course import TUTORIAL
    from .grading import read_submission, record, select
    from .reports.terminal import make_console, show_result

    exercises = select(ids)
    submission = read_submission(Path(package) if package else TUTORIAL)
    grader = _grader()
    try:
        result = record(submission, grader.grade(submission, exercises))
    except BaseException:  # an interrupted grader may still have an answer on its way
        grader.close()
        _grader.cache_clear()
        raise
    show_result(result, make_console())


@cache
def _grader() -> "Grader":
    """Keep one grader for all cells of a notebook, until Python ends."""
    import atexit

    from .grading import Grader

    grader = Grader()
    atexit.register(grader.close)
    return grader
