"""A repair of an answer, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tried:
    """What a search has tried so far: changes of one place and of two, and its seconds."""

    singles: int = 0
    pairs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Change:
    """One place of a repair: the line, and what about it."""

    line: int
    kind: str


@dataclass(frozen=True)
class Repair:
    """What a search has found.

    Attributes:
        exercise_id: Of which exercise.
        tried: Until then.
        changes: One or two; none if nothing was found.
        diff: All of it, as lines of a unified diff.
        checks: How many pass with it.
    """

    exercise_id: str
    tried: Tried
    changes: tuple[Change, ...] = ()
    diff: tuple[str, ...] = ()
    checks: int = 0
