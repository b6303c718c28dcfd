"""The made class: its bytes, its forms, and whether what stands in its files is what it says."""

import ast
import csv
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
import zlib
from collections import Counter

import pytest
from typer.testing import CliRunner

from checks.course import LOCAL_SEED, load_course
from checks.grader.grading import Grader
from checks.grader.reading import read_result
from checks.maintain import made_class
from checks.maintain.cli import app
from checks.maintain.made_answers import BOMBS, bomb, compose, read_reference, right_answers, stub, wrong_answers
from checks.maintain.made_class import MadeStudent, expected_rows, make_class, sources_of
from checks.maintain.made_forms import FORMS, ONE_FILE, SOME_FILES
from checks.maintain.made_mischief import BROKEN, EMPTY
from checks.maintain.stubs import fresh_stubs
from checks.protocol.verdicts import Status
from checks.source.files import Submission

EXERCISES = load_course().exercises
FILES = tuple(dict.fromkeys(exercise.file for exercise in EXERCISES))
STUDENTS = 130


def digests(folder):
    """Sum up each file of a folder, and name its empty folders."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "class"
    make_class(folder, STUDENTS, seed=5)
    return folder


def test_same_seed_makes_the_same_bytes_and_another_one_does_not(tmp_path):
    for name, seed in {"first": 1, "again": 1, "other": 2}.items():
        make_class(tmp_path / name, 12, seed)
    first, again, other = (digests(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first != other


def test_class_has_ten_of_each_special_kind_and_every_form(made):
    forms = {row["id"]: row["form"] for row in rows_of(made / "expected.csv")}
    counts = Counter(forms.values())
    assert len(forms) == STUDENTS
    assert all(counts[kind] == 1 for kind in (*BOMBS, *BROKEN, *EMPTY))
    assert {len(BOMBS), len(BROKEN), len(EMPTY)} == {10}
    assert set(counts) == {*FORMS, made_class.NOTEBOOK, *BOMBS, *BROKEN, *EMPTY}


def test_each_student_hands_in_once_and_stands_in_the_roster(made):
    ids = [row["id"] for row in rows_of(made / "roster.csv")]
    names = [path.name.partition(".")[0].partition("_")[0] for path in (made / "submissions").iterdir()]
    assert sorted(names) == sorted(ids) == sorted({row["id"] for row in rows_of(made / "expected.csv")})
    timed = {row["id"] for row in rows_of(made / "times.csv")}
    assert timed == {row["id"] for row in rows_of(made / "expected.csv") if row["exercise"]}


def test_expected_tells_of_every_exercise_what_the_bank_says(made):
    rows = [row for row in rows_of(made / "expected.csv") if row["exercise"]]
    per_student = Counter(row["id"] for row in rows)
    assert set(per_student.values()) == {len(EXERCISES)}
    kinds = {"reference": "passed", "alternative": "passed", "misconception:": "not passed", "harm:": "not passed"}
    kinds |= {"not": "not passed", "stub": "not started", "": "missing"}
    assert all(row["expected"] == kinds[row["answer"].partition(" ")[0]] for row in rows)
    assert {row["expected"] for row in rows} == set(kinds.values())


def test_class_refuses_a_folder_that_is_in_use_and_no_students(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="is there already"):
        make_class(tmp_path, 5)
    with pytest.raises(ValueError, match="students is 0"):
        make_class(tmp_path / "new", 0)


def test_command_makes_a_class(tmp_path):
    result = CliRunner().invoke(app, ["class", str(tmp_path / "made"), "--students", "3", "--seed", "4"])
    assert result.exit_code == 0
    assert len(list((tmp_path / "made" / "submissions").iterdir())) == 3


@pytest.mark.parametrize("file", FILES)
def test_stubs_of_all_exercises_make_the_file_that_is_handed_out(file):
    stubs = [stub(exercise) for exercise in load_course().of_file(file)]
    assert compose(file, stubs) == fresh_stubs()[file]


def definition(text, path):
    """Find a definition with Python's own parser, and write it in one form."""
    node = ast.parse(text)
    for name in path:
        node = [each for each in node.body if getattr(each, "name", "") == name][-1]
    return ast.dump(node)


@pytest.mark.parametrize("file", FILES)
def test_answers_to_several_exercises_of_a_file_do_not_touch_each_other(file):
    exercises = load_course().of_file(file)
    for shift in range(3):
        answers = []
        for number, exercise in enumerate(exercises):
            choices = [*right_answers(exercise), stub(exercise), *wrong_answers(exercise)]
            answers.append(choices[(shift + 3 * number) % len(choices)])
        text = compose(file, answers)
        for answer in answers:
            for path in answer.exercise.paths:
                if path != answer.exercise.path and f"def {path[-1]}(" not in answer.make():
                    continue
                assert definition(text, path) == definition(answer.make(), path), answer.name


def test_no_two_answers_of_a_file_bind_the_same_helper():
    for file in FILES:
        taken = {}
        for exercise in load_course().of_file(file):
            for answer in right_answers(exercise):
                names = {getattr(node, "name", "") for node in ast.parse(answer.source).body} - {""}
                for name in names - {exercise.path[-1]}:
                    assert taken.setdefault(name, exercise.exercise_id) == exercise.exercise_id


def test_whole_repository_holds_the_reference_beside_the_answers(made):
    row = next(row for row in rows_of(made / "expected.csv") if row["form"] == "a zip of a whole repository")
    with zipfile.ZipFile(made / "submissions" / f"{row['id']}.zip") as archive:
        assert archive.read("course-main/solutions/pooling.py").decode() == read_reference()["pooling"]
        assert "course-main/tutorial/pooling.py" in archive.namelist()


def test_notebook_holds_the_answers_and_no_given_program(made):
    rows = [row for row in rows_of(made / "expected.csv") if row["form"] == made_class.NOTEBOOK]
    for student in {row["id"] for row in rows}:
        cells = json.loads((made / "submissions" / f"{student}.ipynb").read_text(encoding="utf-8"))["cells"]
        code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
        answered = [row["exercise"] for row in rows if row["id"] == student and row["answer"] not in ("", "stub")]
        for exercise_id in answered:
            exercise = load_course().exercise(exercise_id)
            assert "/" not in exercise.file
            assert f" {exercise.path[-1]}" in code


def test_some_files_and_one_file_leave_the_others_out():
    first = right_answers(EXERCISES[0])[0]
    answers = (first, *(stub(exercise) for exercise in EXERCISES[1:]))
    for form in (SOME_FILES, ONE_FILE):
        rows = expected_rows(MadeStudent("s1", form, answers))
        there = {row[2] for row in rows if row[4] != "missing"}
        assert there == {exercise.exercise_id for exercise in load_course().of_file(first.exercise.file)}


def test_untouched_given_programs_and_stubs_count_as_not_started():
    sources = sources_of([stub(exercise) for exercise in EXERCISES])
    for exercise in EXERCISES:
        assert read_result(Submission("", sources), exercise).status is Status.NOT_STARTED


@pytest.mark.parametrize("name", BOMBS)
def test_harm_is_python_and_stands_in_its_target_alone(name):
    exercise = load_course().exercise("1.2")
    before, after = ast.parse(stub(exercise).make()), ast.parse(bomb(exercise, name).make())
    changed = [b for a, b in zip(before.body, after.body, strict=True) if ast.dump(a) != ast.dump(b)]
    assert [node.name for node in changed] == ["max_pool"]


def test_expected_verdicts_hold_where_answers_of_all_kinds_share_a_file():
    pooling = load_course().of_file("pooling")
    with Grader(seed=LOCAL_SEED + 9) as grader:
        for choices in ((right_answers, wrong_answers), (wrong_answers, right_answers)):
            answers = [choose(exercise)[-1] for choose, exercise in zip(choices, pooling, strict=True)]
            submission = Submission("", sources_of(answers))
            for answer, result in zip(answers, grader.grade(submission, pooling), strict=True):
                assert (result.status is Status.PASSED) == (answer.expected == "passed")


def test_broken_archives_are_what_they_are_called(made):
    ids = {row["form"]: row["id"] for row in rows_of(made / "expected.csv") if row["form"] in BROKEN}
    contents = {form: next((made / "submissions").glob(f"{each}.*")).read_bytes() for form, each in ids.items()}
    for form in ("a zip that was cut off", "a text that is called zip", "a rar that is called zip"):
        assert not zipfile.is_zipfile(io.BytesIO(contents[form]))
    for form, error in {"a zip that is damaged": zlib.error, "a zip with a password": RuntimeError}.items():
        with zipfile.ZipFile(io.BytesIO(contents[form])) as archive, pytest.raises((error, zipfile.BadZipFile)):
            archive.read(archive.namelist()[0])
    with zipfile.ZipFile(io.BytesIO(contents["a zip that becomes huge"])) as archive:
        (member,) = archive.infolist()
        assert member.file_size > 200 * member.compress_size
    with tarfile.open(fileobj=io.BytesIO(contents["a tar.gz of links"])) as archive:
        assert all(member.issym() for member in archive)
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(contents["a tar.gz that was cut off"])
