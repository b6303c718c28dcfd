"""What was recorded under one seed earns nothing under another: a class has a secret one."""

import contextlib

import pytest

from checks.course import LOCAL_SEED, SOLUTIONS, load_course
from checks.protocol.messages import Ending, Reason
from checks.protocol.probe import observe, packed
from checks.protocol.suite import load_checks
from checks.protocol.verdicts import Status
from checks.referee.expected import Expected
from checks.referee.verdict import verdict_on
from checks.source.files import read_sources
from checks.source.package import Package

EXERCISES = load_course().exercises
SEEDS = (LOCAL_SEED, 1, 2**62 + 12_345_678_901)  # the last one is as long as a class's own


def record(exercise, seed):
    """Record what the right answer makes the checks see, as a student may do at home."""
    with contextlib.closing(Package("recorded", read_sources(SOLUTIONS))) as package:
        checks = load_checks(exercise)
        return tuple(packed(observe(check, package, exercise.exercise_id, seed)) for check in checks)


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.exercise_id for exercise in EXERCISES])
def test_observations_of_another_seed_earn_no_point(exercise):
    recorded = {seed: record(exercise, seed) for seed in SEEDS}
    for seed in SEEDS:
        expected = Expected(seed).reference(exercise)
        for origin, observations in recorded.items():
            status = verdict_on(exercise, expected, Ending(Reason.DONE, observations=observations)).status
            if origin == seed:
                assert status is Status.PASSED
            else:
                assert status not in (Status.PASSED, Status.WORKS), f"recorded under {origin}, replayed under {seed}"
