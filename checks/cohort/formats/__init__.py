"""What other programs read: gradebooks, platforms of courses, continuous integration.

Each form is a module with a pure function, from results alone; `forms.py` has them all. Their names stand here, because
the command line needs them before anything else. Every text may be a student's: `texts.py` makes it harmless for the
place where it goes. Files that a platform runs as they are, stand in `files/`.
"""

from enum import StrEnum


class Gradebook(StrEnum):
    """A table of the whole class."""

    PLAIN = "plain"
    CANVAS = "canvas"
    MOODLE = "moodle"
    NBGRADER = "nbgrader"


class Form(StrEnum):
    """A file for each student."""

    GRADESCOPE = "gradescope"
    CLASSROOM50 = "classroom50"
    JUNIT = "junit"
    GITHUB = "github"
