"""Students as a report shows them: their names or their ids alone, and where their pages are."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from ..students import Student


@dataclass(frozen=True)
class Person:
    """A student as a page shows them.

    Attributes:
        student: Their id.
        name: Empty if it is not to be shown.
        section: Likewise.
        address: Of their page, seen from the page of the class; empty if they have none.
    """

    student: str
    name: str
    section: str
    address: str


@dataclass(frozen=True)
class People:
    """The students of a class.

    Attributes:
        roster: By id.
        anonymous: Ids only.
    """

    roster: Mapping[str, Student]
    anonymous: bool = False

    def person(self, student: str) -> Person:
        """Give a student as a page shows them."""
        known = Student(student) if self.anonymous else self.roster.get(student, Student(student))
        return Person(student, known.name, known.section, quote(self.page(student)))

    @staticmethod
    def page(student: str) -> str:
        """Name the file of a student's page; an id that is no plain file name is replaced by its fingerprint."""
        plain = re.fullmatch(r"\w[\w.@+ -]{0,79}", student)
        name = student if plain else f"id-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:16]}"
        return f"students/{name}.html"
