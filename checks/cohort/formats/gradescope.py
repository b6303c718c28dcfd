"""Gradescope's `results.json`: a test for each exercise, with its points and what was found out, as plain text.

An exercise that could not be judged comes first, as a failed test without points: what is left out decides nothing, and
neither student nor instructor overlooks it.
"""

import json
from collections.abc import Mapping

from ...course import load_course
from ...grader.record import Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import Status
from .feedback import fully
from .texts import clean, line

Json = Mapping[str, object]


def write(result: Result) -> str:
    """Write one student's results."""
    exercises = sorted(result.exercises, key=lambda one: one.status is not Status.NOT_JUDGED)
    document = {
        "score": result.points,
        "execution_time": round(sum(one.seconds for one in result.exercises)),
        "output": _output(result),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # what the graders themselves print
        "tests": [_test(one) for one in exercises],
        "extra_data": {"release": result.release, "isolation": result.isolation, "version": result.version},
    }
    return json.dumps(document, indent=2)  # in ASCII, so that nothing is lost on the way


def _output(result: Result) -> str:
    """Say what concerns all exercises."""
    open_ones = [one.exercise_id for one in result.exercises if one.status is Status.NOT_JUDGED]
    told = []
    if open_ones:
        told.append(f"This score is not final. Not judged, by no fault of yours: {', '.join(open_ones)}.")
    if result.intake and result.intake.problem:
        told.append(clean(result.intake.problem))
    if result.intake and result.intake.missing and not result.intake.problem:
        told.append(line(f"Missing in what you handed in: {', '.join(result.intake.missing)}."))
    return "\n".join([*told, f"{result.points:g} of {result.possible} points"])


def _test(one: ExerciseResult) -> Json:
    number = int(one.exercise_id.partition(".")[0])
    judged = one.status is not Status.NOT_JUDGED
    output = "\n\nYour code printed:\n".join(filter(None, [fully(one), clean(one.output)]))
    return {
        **({"score": one.points, "max_score": one.possible} if judged else {}),
        "status": "passed" if one.status is Status.PASSED else "failed",
        "name": line(f"{one.exercise_id} {one.title}") + ("" if judged else ": not judged"),
        "number": one.exercise_id,
        "output": output,
        "output_format": "text",
        "tags": [f"Task {number}", str(one.status), load_course().tasks.get(number, "")],
        "visibility": "visible",
        "extra_data": {"status": str(one.status), "diagnosis": one.diagnosis.name if one.diagnosis else None},
    }
