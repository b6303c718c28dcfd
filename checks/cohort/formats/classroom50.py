"""Classroom 50's `result.json`, schema `classroom50/result/v1`: scores are whole numbers there, so points are tenths.

Its runner says by environment variables whose submission it is, and takes an autograder's exit code as a sign of
whether there is a result at all: 0 whatever the points, another one if it could not be judged.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from ...grader.record import Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import Status
from .feedback import shortly
from .texts import line

SCHEMA = "classroom50/result/v1"
TENTHS = 10
VARIABLES = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def write(result: Result, environment: Mapping[str, str], now: datetime | None = None) -> str:
    """Write one student's result.

    Args:
        result: Of one submission.
        environment: As Classroom 50's runner sets it.
        now: The time, if nobody knows when it was handed in.

    Raises:
        ValueError: An exercise could not be judged, or this is no run of Classroom 50.
    """
    open_ones = [one.exercise_id for one in result.exercises if one.status is Status.NOT_JUDGED]
    if open_ones:
        raise ValueError(
            f"{', '.join(open_ones)} could not be judged, so there is no result for Classroom 50: run again"
        )
    tests = [_test(one) for one in result.exercises]
    document = {
        "schema": SCHEMA,
        **facts(environment),
        "datetime": _when(result, now or datetime.now(UTC)),
        "score": sum(int(test["score"]) for test in tests),
        "max-score": sum(int(test["max-score"]) for test in tests),
        "tests": tests,
    }
    return json.dumps(document, indent=2)


def facts(environment: Mapping[str, str]) -> dict[str, str]:
    """Read whose submission it is.

    Raises:
        ValueError: This is no run of Classroom 50.
    """
    given = {"OWNER": environment.get("USERNAME", ""), "REVIEW_URL": environment.get("COMMIT_URL", "")}
    given |= {"ASSIGNMENT_TYPE": "individual", **{name: value for name, value in environment.items() if value}}
    if unset := [variable for variable in VARIABLES.values() if not given.get(variable)]:
        raise ValueError(
            f"not set: {', '.join(unset)}. This form is for a run of Classroom 50, whose runner sets these variables"
        )
    return {field: given[variable] for field, variable in VARIABLES.items()}


def _when(result: Result, now: datetime) -> str:
    try:
        submitted = datetime.fromisoformat(result.intake.submitted if result.intake else "")
    except ValueError:
        submitted = now
    return (submitted if submitted.tzinfo else now).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _test(one: ExerciseResult) -> dict[str, str | int | bool]:
    return {
        "test-name": line(f"{one.exercise_id} {one.title}"),
        "passed": one.status is Status.PASSED,
        "score": round(one.points * TENTHS),
        "max-score": one.possible * TENTHS,
        "output": shortly(one),
    }
