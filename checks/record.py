"""`checks record`: grade what has changed, then write the page of record."""

from datetime import datetime
from pathlib import Path

from .course import LOCAL_SEED, RELEASE, load_course
from .grader.history import History
from .grader.record import record_of
from .run import HISTORY, Run, Wish
from .source.files import write_whole
from .source.fingerprint import whole_fingerprint


def write_record(output: Path, name: str = "") -> str:
    """Write the page of record of the learner's own tutorial; returns what it says in one line.

    Args:
        output: The file; one that is there is replaced.
        name: Whose code it is.

    Raises:
        ValueError: The file is no page of HTML by its name.
        OSError: It cannot be written.
    """
    from .reports.record_page import Origin, record_page

    if output.suffix != ".html":
        raise ValueError(f"--output is {str(output)!r}, but must end in .html")
    output.parent.mkdir(parents=True, exist_ok=True)
    run = Run(Wish(load_course().exercises))
    run.finish()
    record = record_of(run.submission, run.results_of(run.wish.exercises))
    course = load_course()
    origin = Origin(datetime.now(), RELEASE, whole_fingerprint(course, LOCAL_SEED), name)
    write_whole(output, record_page(record, History(HISTORY), origin).encode())
    return f"{record.points:g} of {record.possible} points: {output}"
