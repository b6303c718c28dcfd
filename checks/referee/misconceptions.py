"""Known wrong answers, from each exercise's `answers/`. Only the referee reads them: they quote the reference."""

import tomllib
from dataclasses import dataclass
from functools import cache

from ..course import Exercise
from ..source.definitions import apply_diff


@dataclass(frozen=True)
class Misconception:
    """A mistake that people really make.

    Attributes:
        name: What was misunderstood, told of the code: `the padding was averaged too`.
        hint: The way out, without the solution.
        diff: The mistake, as a change of the reference: lines with `-` are replaced by lines with `+`.
    """

    name: str
    hint: str
    diff: str

    def apply(self, text: str, exercise: Exercise) -> str:
        """Make the mistake in the reference's file.

        Raises:
            ValueError: It does not fit there.
        """
        return apply_diff(text, exercise.paths, self.diff)


@cache
def load_misconceptions(exercise: Exercise) -> tuple[Misconception, ...]:
    """Read the known wrong answers of an exercise."""
    path = exercise.folder / "answers" / "misconceptions.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("misconception", []) if path.is_file() else []
    return tuple(Misconception(**entry) for entry in entries)
