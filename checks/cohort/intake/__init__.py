"""From whatever students hand in to a package that can be graded."""

from dataclasses import dataclass

from ...grader.record import Intake
from ...source.files import Submission


@dataclass(frozen=True)
class HandedIn:
    """One submission.

    Attributes:
        intake: What was found.
        submission: The package; None if there is none, and the intake says why.
    """

    intake: Intake
    submission: Submission | None
