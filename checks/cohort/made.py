"""How a report was made: the next run into the same folder has to mean the same, or points change unseen."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ..source.files import write_whole

FILE = "made.json"
MOST = 5  # exercises that are named


@dataclass(frozen=True)
class Made:
    """What everybody's results and pages depend on.

    Attributes:
        exercises: Ids, in the course's order; none, if none were chosen.
        anonymous: Students have made-up ids.
        given: Names of the options that give a file.
    """

    exercises: tuple[str, ...]
    anonymous: bool = False
    given: tuple[str, ...] = ()


def as_before(private: Path, wanted: Made, everything: tuple[str, ...]) -> tuple[Made, list[str]]:
    """Compare what is wanted with the report that is there.

    Args:
        private: The report's folder for the instructor alone.
        wanted: Of this run.
        everything: Ids of all exercises: of the first run, if none are chosen; later ones take those of the last run.

    Returns:
        What is to be done, and the options that were given the last time and are not now.

    Raises:
        ValueError: It would be another report.
    """
    before = wanted if wanted.exercises else replace(wanted, exercises=everything)
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        before = msgspec.json.decode((private / FILE).read_bytes(), type=Made)
    if wanted.exercises and wanted.exercises != before.exercises:
        raise ValueError(
            f"exercises are {_shortly(wanted.exercises)}, but this is a report of {_shortly(before.exercises)}: give "
            "the same ones, or none, or a new folder as output"
        )
    if wanted.anonymous != before.anonymous:
        kind = "one without names" if before.anonymous else "one with the students' ids"
        raise ValueError(f"anonymous is {wanted.anonymous}, but this report is {kind}: give a new folder as output")
    return replace(wanted, exercises=before.exercises), sorted({*before.given} - {*wanted.given})


def note(private: Path, made: Made) -> None:
    """Note for the next run how the report was made."""
    write_whole(private / FILE, msgspec.json.encode(made))


def _shortly(exercises: Sequence[str]) -> str:
    more = f" and {len(exercises) - MOST} more" if len(exercises) > MOST else ""
    return f"{', '.join(exercises[:MOST])}{more}"
