"""JUnit's XML, which continuous integration and most graders read: a suite for each task, a case for each exercise."""

from xml.etree import ElementTree

from ..course import load_course
from ..grader.record import Result
from ..grader.results import ExerciseResult
from ..protocol.verdicts import CheckResult, Part, Status, printable

FAILURES = (Status.FAILED, Status.WORKS)  # an exercise that works is not done; `type` tells the two apart


def junit(result: Result) -> str:
    """Write a result record as JUnit's XML."""
    root = ElementTree.Element("testsuites", {"name": "Two Heads", **_counts(result.exercises)})
    for number, title in load_course().tasks.items():
        exercises = tuple(one for one in result.exercises if one.exercise_id.startswith(f"{number}."))
        if exercises:
            suite = ElementTree.SubElement(root, "testsuite", {"name": f"Task {number}: {title}", **_counts(exercises)})
            for exercise in exercises:
                suite.append(_case(exercise))
    ElementTree.indent(root)
    return ElementTree.tostring(root).decode()  # ASCII, so that any output can carry it


def _counts(exercises: tuple[ExerciseResult, ...]) -> dict[str, str]:
    failures = sum(exercise.status in FAILURES for exercise in exercises)
    passed = sum(exercise.status is Status.PASSED for exercise in exercises)
    skipped = sum(exercise.status is Status.NOT_STARTED for exercise in exercises)
    return {
        "tests": str(len(exercises)),
        "failures": str(failures),
        "errors": str(len(exercises) - failures - passed - skipped),
        "skipped": str(skipped),
        "time": f"{sum(exercise.seconds for exercise in exercises):.3f}",
    }


def _case(exercise: ExerciseResult) -> ElementTree.Element:
    name = printable(f"{exercise.exercise_id} {exercise.title}")
    classname = printable(exercise.target)
    case = ElementTree.Element("testcase", name=name, classname=classname, time=f"{exercise.seconds:.3f}")
    case.append(_properties(exercise))
    if exercise.status is Status.NOT_STARTED:
        ElementTree.SubElement(case, "skipped", message="not started")
    elif exercise.status is not Status.PASSED:
        kind = "failure" if exercise.status in FAILURES else "error"
        message = exercise.diagnosis.name if exercise.diagnosis else exercise.problem or str(exercise.status)
        element = ElementTree.SubElement(case, kind, message=printable(message), type=str(exercise.status))
        element.text = printable("\n".join(_line(check) for check in exercise.checks))
    if exercise.output:
        ElementTree.SubElement(case, "system-out").text = printable(exercise.output)
    return case


def _properties(exercise: ExerciseResult) -> ElementTree.Element:
    """Give points as properties; an exercise that could not be judged has none: nothing is decided."""
    points = {} if exercise.status is Status.NOT_JUDGED else {"points": f"{exercise.points:g}"}
    properties = ElementTree.Element("properties")
    for name, value in {**points, "possible": str(exercise.possible), "status": str(exercise.status)}.items():
        ElementTree.SubElement(properties, "property", name=name, value=value)
    return properties


def _line(check: CheckResult) -> str:
    careful = ", careful" if check.part is Part.CAREFUL else ""
    return f"{check.verdict}{careful}: {check.claim}" + (f" ({check.problem})" if check.problem else "")
