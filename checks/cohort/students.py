"""Who the students are: an id for each, and from a roster their names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Student:
    """A student.

    Attributes:
        student: Their id, as in results and file names.
        name: Empty if nobody knows it, or is to know it.
        email: Likewise.
        section: Likewise.
    """

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
