"""What an instructor asks for: how to grade, and what to write of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ..course import Exercise, load_course
from .formats import Form, Gradebook

if TYPE_CHECKING:
    from .policy import Policy


class Tier(StrEnum):
    """What holds a submission's code: a process alone, bubblewrap around it, or a container."""

    PROCESS = "process"
    BUBBLEWRAP = "bubblewrap"
    CONTAINER = "container"


class Backend(StrEnum):
    """Who does the work: processes of this machine, or the workers of a Dask cluster."""

    LOCAL = "local"
    DASK = "dask"


@dataclass(frozen=True)
class Order:
    """How a class is to be graded.

    Attributes:
        exercises: Which.
        jobs: Submissions at a time.
        tier: Of isolation; the best that is there, if None.
        scheduler: Address of a Dask cluster; this machine alone, if empty.
        fresh: Grade even what has not changed.
        seconds: For each exercise, if not its own deadline.
    """

    exercises: tuple[Exercise, ...] = field(default_factory=lambda: load_course().exercises)
    jobs: int = 1
    tier: Tier | None = None
    scheduler: str = ""
    fresh: bool = False
    seconds: float | None = None


@dataclass(frozen=True)
class Writing:
    """What is to be written of a class, beside its pages.

    Attributes:
        gradebook: Form of the table.
        forms: Of files for each student.
        sources: Everybody's files, too.
        policy: The rules of the class, if there are any.
    """

    gradebook: Gradebook = Gradebook.PLAIN
    forms: tuple[Form, ...] = ()
    sources: bool = False
    policy: "Policy | None" = None
