"""All forms by the names that the command line gives them, and how each is made."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...grader.record import Result
from ...reports.junit import junit
from . import Form, Gradebook, canvas, classroom50, github, gradescope, moodle, nbgrader, plain
from .rows import Adjustments, Roster


@dataclass(frozen=True)
class File:
    """How a student's file of a form is made.

    Attributes:
        suffix: Of its name.
        write: From a result to its text.
        require: Looks whether that can be done here, before anything is graded.
    """

    suffix: str
    write: Callable[[Result], str]
    require: Callable[[], object] = lambda: None


FILES = {
    Form.GRADESCOPE: File(".json", gradescope.write),
    Form.CLASSROOM50: File(
        ".json", lambda result: classroom50.write(result, os.environ), lambda: classroom50.facts(os.environ)
    ),
    Form.JUNIT: File(".xml", lambda result: f"{junit(result)}\n"),
    Form.GITHUB: File(".md", github.summary),
}
TABLES: dict[Gradebook, Callable[[Sequence[Result], Roster, Adjustments | None], str]] = {
    Gradebook.PLAIN: plain.write,
    Gradebook.CANVAS: canvas.write,
    Gradebook.MOODLE: moodle.write,
    Gradebook.NBGRADER: nbgrader.write,
}
