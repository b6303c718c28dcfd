"""The autograder: tells a learner not only that an answer is wrong, but which misunderstanding it looks like.

In a notebook: `from checks import check, case`, then `check("1.1")`; `case("1.1", "one token")` runs one case by hand.

Three processes take part, and each folder says whose code it holds:

```
            Job                         Prepare, Judge, Diagnose
  worker  <------  grader (the parent)  ----------------------->  referee
          ------>                       <-----------------------
            Observed ... Finished        Verdict, then Diagnosed
```

- `grader/` reads the learner's file, starts the other two, and makes the record. Before any process starts, the text
  alone may tell the result, or it was kept from the last time.
- `worker/` is not trusted: it runs the learner's code with the reference of all other exercises, and sends what the
  checks see. On Linux a server that has the libraries loaded forks it.
- `referee/` is trusted: it runs the same checks on the reference, compares, and looks for the misconception.
- `protocol/` is what they share, `source/` handles code as text, `exercises/` holds a folder for each exercise.
- `challenge/` measures a learner's own project, from its weights or predictions, and runs nothing of it.
- `cohort/` grades a class: many submissions that nobody trusts, and what they say together.
- `maintain/` proves the course sound. `run.py` is what `checks` and `checks run` do; all other files here are commands.

Imports go one way: `source`, `protocol`, `exercises`, then `worker` and `referee`, `grader`, `maintain`, and last the
files of this folder. A worker may see everything but `referee/` and, in `exercises/`, every `judges.py` and `answers/`.
"""

import os
import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m checks` has begun in some folder, maybe a submission's: nothing of ours or Python's comes from there.
    sys.path[:] = [*sys.path[1:], os.path.dirname(__path__[0])]

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .grader.grading import Grader
    from .replay import Replay


def check(*exercise_ids: str, package: str | Path | None = None) -> None:
    """Check exercises and show what comes out, in a notebook or wherever Python runs.

    Args:
        exercise_ids: Exercises such as `1.1`; all, if none is given.
        package: Folder with the answers; the course's `tutorial/`, if not given.

    Raises:
        ValueError: There is no such exercise or package.
    """
    from .course import TUTORIAL, load_course
    from .reports.terminal import make_console, show_results
    from .source.files import read_submission

    exercises = load_course().select(exercise_ids)
    submission = read_submission(Path(package) if package else TUTORIAL)
    grader = _grader()
    try:
        results = list(grader.grade(submission, exercises, untouched=len(exercises) == 1))
    except BaseException:  # an interrupted grader may still have an answer on its way
        grader.close()
        _grader.cache_clear()
        raise
    show_results(submission.path, results, make_console())


def case(exercise_id: str, label: str = "", check: int | None = None, package: str | Path | None = None) -> "Replay":
    """Run one case of an exercise by hand, on the learner's code and on the reference.

    Args:
        exercise_id: Such as `1.1`.
        label: Of the case, as the screen shows it.
        check: Number of the check, from 1, where several have such a case; the first of them, if not given.
        package: Folder with the answers; the course's `tutorial/`, if not given.

    Returns:
        What went in, what should come out and what did; shown as a picture where it is the last line of a cell.

    Raises:
        ValueError: There is no such exercise, check or case.
    """
    from .replay import replay

    return replay(exercise_id, label, check, Path(package) if package else None)


@cache
def _grader() -> "Grader":
    """Keep one grader for all cells of a notebook, until Python ends."""
    import atexit

    from .grader.grading import Grader

    grader = Grader()
    atexit.register(grader.close)
    return grader
