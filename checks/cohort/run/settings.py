"""What a run over many is told; it travels to every process that grades, which knows nothing else of the run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How submissions are graded.

    Attributes:
        seed: Of all checks: secret, one for the class.
        exercises: Ids, in the course's order.
        isolation: Name of the tier.
        seconds: For each exercise; None for its own deadline.
        expected: Folder where what depends on no student is kept; empty for one of the process's own.
        sparing: Memory is scarce: first observe all exercises, then judge them.
    """

    seed: int
    exercises: tuple[str, ...]
    isolation: str = "process"
    seconds: float | None = None
    expected: str = ""
    sparing: bool = False
