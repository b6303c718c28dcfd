"""Given programs: what is handed out, when it counts as started, what is said of it, and that it is put back."""

import ast
import io
import re
import shutil
import sys

import pytest
from rich.console import Console

from checks.course import SOLUTIONS, TUTORIAL, load_course
from checks.grader.grading import Grader
from checks.grader.reading import read_result
from checks.maintain.stubs import fresh_stubs
from checks.protocol.verdicts import Outcome, Status
from checks.reports.terminal import found
from checks.run import Run, Wish
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import Submission, read_sources, read_submission
from checks.source.given import load_given, mistakes, with_changes
from checks.source.package import Package
from checks.source.stubs import is_stub
from checks.why import why
from checks.workspace import changed_exercises, own_text, reset

SOURCES = read_sources(SOLUTIONS)
FAULTS = [exercise for exercise in load_course().exercises if mistakes(exercise)]
TABLE = load_course().exercise("3.1")
every_program = pytest.mark.parametrize("exercise", FAULTS, ids=lambda exercise: exercise.exercise_id)


@pytest.fixture(scope="module")
def grader():
    with Grader() as grader:
        yield grader


@pytest.fixture
def package(tmp_path):
    """A learner's package as it is handed out."""
    folder = tmp_path / "answers"
    for name, text in fresh_stubs().items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def submission(exercise, text):
    return Submission("test", {**SOURCES, exercise.file: text})


def mended(exercise, *names):
    """Mend some mistakes of a given program, all others stay."""
    left = [mistake for mistake in mistakes(exercise) if mistake.name not in names]
    return with_changes(SOURCES[exercise.file], exercise, left)


@every_program
def test_program_has_a_few_mistakes_and_is_as_long_as_it_should_be(exercise):
    assert 3 <= len(mistakes(exercise)) <= 5
    assert mistakes(exercise) == load_given(exercise)
    assert 40 <= len(fresh_stubs()[exercise.file].splitlines()) <= 100


@every_program
def test_program_runs_as_python_and_names_no_mistake(exercise):
    text = fresh_stubs()[exercise.file]
    ast.parse(text)
    assert text == mended(exercise)
    assert not any(mistake.name in text for mistake in mistakes(exercise))


def test_table_is_handed_out_with_open_cells():
    text = definition_text(fresh_stubs()["movements"], TABLE.path)
    assert text.count('"?"') == 24
    assert "task A and task B" not in text.partition("return")[2]


@pytest.mark.parametrize("exercise", [*FAULTS, TABLE], ids=lambda exercise: exercise.exercise_id)
def test_given_program_is_not_started_until_its_code_changes(exercise):
    text = fresh_stubs()[exercise.file]
    assert is_stub(text, exercise, [])
    assert is_stub(re.sub(r"\n( +return )", r"\n    # mine\n\1", text), exercise, [])
    assert not is_stub(re.sub(r"\n( +)return ", r"\n\1print()\n\1return ", text), exercise, [])
    assert not is_stub(SOURCES[exercise.file], exercise, [])


def test_given_program_is_started_when_a_part_of_it_changes():
    exercise = load_course().exercise("4.13")
    text = fresh_stubs()[exercise.file]
    assert not is_stub(text.replace("- batch_size + 1, batch_size", ", batch_size"), exercise, [])


@every_program
def test_untouched_program_is_run_only_if_it_alone_is_asked_for(exercise):
    untouched = Submission("test", fresh_stubs())
    assert read_result(untouched, exercise).status is Status.NOT_STARTED
    assert read_result(untouched, exercise, untouched=True) is None
    assert read_result(untouched, TABLE, untouched=True).status is Status.NOT_STARTED


def test_run_of_one_program_waits_for_the_grader_and_the_overview_does_not(package):
    exercise = load_course().exercise("1.7")
    assert Run(Wish((exercise,), package)).waiting == [exercise]
    assert Run(Wish(load_course().exercises, package)).waiting == []


def test_screen_counts_the_mistakes_that_remain(grader):
    exercise = load_course().exercise("4.15")
    names = [mistake.name for mistake in mistakes(exercise)]
    for count, problem in ((0, "5 of 5 mistakes remain"), (3, "2 of 5 mistakes remain"), (4, "1 of 5 mistake remains")):
        text = mended(exercise, *names[:count])
        (result,) = grader.grade(submission(exercise, text), [exercise], untouched=True)
        assert (result.status, result.problem, result.diagnosis) == (Status.FAILED, problem, None)
    (result,) = grader.grade(submission(exercise, mended(exercise, *names)), [exercise])
    assert (result.status, result.problem) == (Status.PASSED, "")


def test_screen_says_if_something_else_has_gone_wrong(grader):
    exercise = load_course().exercise("4.15")
    text = SOURCES[exercise.file].replace("    model.train(was_training)\n", "    model.train()\n")
    (result,) = grader.grade(submission(exercise, text), [exercise])
    assert result.problem == "all 5 mistakes are mended, but something else is wrong now"
    assert "train mode at the end" in result.diagnosis.name


def test_wrong_repair_is_named_while_other_mistakes_remain(grader):
    exercise = load_course().exercise("4.15")
    planted = [mistake for mistake in mistakes(exercise) if "dropout" in mistake.name or "softmax" in mistake.name]
    text = with_changes(SOURCES[exercise.file], exercise, planted)
    text = text.replace("probabilities[:, 1].numpy()", "probabilities[:, 0].numpy()")
    (result,) = grader.grade(submission(exercise, text), [exercise])
    assert result.diagnosis.name == "the AUC was measured with the scores of class 0"


def test_open_cells_of_the_table_do_not_tell_their_answer(grader):
    text = fresh_stubs()["movements"].replace('"encoder": "?"', '"encoder": "nothing"', 1)
    (result,) = grader.grade(submission(TABLE, text), [TABLE])
    first, *others = result.checks
    assert first.right == ("the encoder",)
    assert {check.problem for check in result.checks} == {"this cell is not filled in yet"}
    assert {check.verdict for check in others} == {Outcome.FAILED}


def test_wrong_cell_is_called_wrong_and_its_answer_is_not_given_away(grader):
    text = SOURCES["movements"].replace(
        '"momentum": {"encoder": "task A and task B"', '"momentum": {"encoder": "task A"'
    )
    (result,) = grader.grade(submission(TABLE, text), [TABLE])
    (wrong,) = [check for check in result.checks if check.problem]
    assert wrong.problem == "something more moves it"


def test_reset_puts_a_program_back_with_its_parts(package):
    exercise = load_course().exercise("4.14")
    path = package / "faults" / "training.py"
    text = SOURCES[exercise.file] + "\n\nOWN = 1\n"
    path.write_text(text, encoding="utf-8")
    backup = reset(exercise, package)
    assert backup.read_text(encoding="utf-8") == text
    assert path.read_text(encoding="utf-8") == fresh_stubs()[exercise.file] + "\n\nOWN = 1\n"


def test_reset_restores_a_folder_that_is_gone(package):
    exercise = load_course().exercise("1.7")
    shutil.rmtree(package / "faults")
    assert read_result(read_submission(package), exercise).problem == "faults/encoder.py is missing"
    assert reset(exercise, package, whole_file=True) is None
    assert (package / "faults" / "encoder.py").read_text(encoding="utf-8") == fresh_stubs()[exercise.file]


def test_change_of_a_part_concerns_the_program_alone():
    before, exercise = fresh_stubs(), load_course().exercise("4.13")
    after = {**before, exercise.file: before[exercise.file].replace("text.split()})", "text.lower().split()})")}
    assert changed_exercises(before, after) == [exercise]


def test_own_text_shows_target_and_parts(package):
    text = own_text(load_course().exercise("4.15"), package)
    assert "def measure(" in text
    assert "def _confusion(" in text


def test_why_does_not_give_mistakes_away(package):
    with pytest.raises(ValueError, match=r"checks hint 1\.7"):
        why(load_course().exercise("1.7"), package, 1.0, None)


def test_programs_are_part_of_a_submission():
    present = read_submission(TUTORIAL)
    assert {exercise.file for exercise in FAULTS} <= present.sources.keys()
    assert "faults/encoder.py" in present.contents


def test_package_imports_files_of_a_folder():
    package = Package("folder_test", {"a": "from .faults.b import x", "faults/__init__": "", "faults/b": "x = 3"})
    try:
        assert package.a.x == package.faults.b.x == getattr(package, "faults/b").x == 3
        assert not hasattr(package, "faults/c")
    finally:
        package.close()
    assert not [module for module in sys.modules if module.startswith("folder_test")]


def test_traceback_names_the_file_in_its_folder(grader):
    exercise = load_course().exercise("4.15")
    text = replace_definition(
        SOURCES[exercise.file], ("_confusion",), "def _confusion(predicted, labels):\n    return 1 / 0"
    )
    (result,) = grader.grade(submission(exercise, text), [exercise])
    assert result.checks[0].lines[-1].file == "tutorial/faults/evaluation.py"


def test_screen_of_an_untouched_program_does_not_say_where_to_look(grader):
    exercise = load_course().exercise("1.7")
    names = [mistake.name for mistake in mistakes(exercise)]
    shown = []
    for count in (0, 1):
        (result,) = grader.grade(submission(exercise, mended(exercise, *names[:count])), [exercise], untouched=True)
        console = Console(file=io.StringIO(), width=100)
        console.print(found(result, "tutorial", console))
        shown.append(console.file.getvalue())
    claims = [claim for mistake in mistakes(exercise) for claim in mistake.claims]
    assert "5 of 5 mistakes remain" in shown[0]
    assert not any(claim in shown[0] for claim in claims)
    assert all(claim in " ".join(shown[1].split()) for claim in claims)
