"""What other programs read: each form is held to its published description, with hostile text in every field."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pandas
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checks.cohort.formats import (
    Form,
    Gradebook,
    canvas,
    classroom50,
    github,
    gradescope,
    moodle,
    nbgrader,
    plain,
    sources,
)
from checks.cohort.formats.feedback import fully, shortly
from checks.cohort.formats.forms import FILES, TABLES
from checks.cohort.formats.texts import cell, clean, line, markdown
from checks.cohort.intake import HandedIn
from checks.cohort.intake.opening import NOTHING
from checks.cohort.policy import Policy, apply
from checks.cohort.students import Student
from checks.course import SOLUTIONS, TUTORIAL, load_course
from checks.grader.record import Intake, Result
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import CheckResult, Diagnosis, Outcome, Status
from checks.reports.junit import junit
from checks.source.files import read_submission
from checks.source.given import mistakes

ROOT = Path(__file__).parents[1]
GIVEN = ROOT / "checks" / "cohort" / "formats" / "files"
HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u200b=1+1",
    "\u3000＝1+1",
    "＋1",
    "－1",
    "＠x",
    'a";=1+1;"',
    "a,=1+1",
    "<script>alert(1)</script>",
    "]]> <![CDATA[",
    "&lt;b&gt; &amp;",
    "::set-output name=x::y",
    "\n::error::gone\n##[error]gone",
    "::add-mask::1",
    "\x1b[31mred\x1b]8;;http://evil\x07",
    "zero\x00zero",
    "half \ud800 \udfff",
    "\ufffe\uffff",
    "\u202etxt.exe",
    "| a | b |\n|---|",
    "[click](javascript:alert(1)) ![x](http://evil/x.png) <img src=x>",
    "`code` *bold* _it_ ~~no~~ # head $x$ @everyone www.evil.example http://evil.example",
    "\n\n# A heading\n\n- a list",
    "Points Possible",
    "x" * 100_000,
    "é 山田　太郎 👩‍🔬 ünïcode",
    "",
]
ENVIRONMENT = {
    "CLASSROOM": "cs",
    "ASSIGNMENT": "two-heads",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/2026-11-29T18-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/cs/two-heads/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/cs/two-heads/releases/tag/x",
}


def exercise(exercise_id="1.1", status=Status.PASSED, points=3.0, possible=3, text="", **more):
    """Make the result of an exercise with a text wherever one can stand."""
    facts = (exercise_id, text or "average", text or "pooling.mean_pool", status, points, possible)
    checks = (CheckResult(text or "averages", Outcome.FAILED, problem=text),)
    notes = (text,) if text else ()
    return ExerciseResult(*facts, checks, problem=text, output=text, seconds=1.5, notes=notes, **more)


def result(student="ada", *exercises, text="", submitted="2026-11-29T18:00:00+00:00"):
    intake = Intake(student, f"{text}x.zip", missing=(text,) if text else (), submitted=submitted, problem="")
    return Result("x", exercises or (exercise(),), intake=intake, isolation="bubblewrap", release="1.0")


def some():
    """One of each: all right, partly right, not judged, nothing to grade."""
    diagnosis = Diagnosis(
        "the padding was averaged too", "Count the tokens.", True, Diagnosis("halves", "Float.", True)
    )
    works = exercise("1.2", Status.WORKS, 2.4, 3)
    nothing = result(
        "dan", exercise("1.1", Status.ERROR, 0), exercise("1.2", Status.ERROR, 0), exercise("2.1", Status.ERROR, 0, 5)
    )
    return [
        result("ada", exercise("1.1"), exercise("1.2"), exercise("2.1", points=5, possible=5)),
        result(
            "bob",
            exercise("1.1", Status.FAILED, 0, diagnosis=diagnosis),
            works,
            exercise("2.1", Status.NOT_STARTED, 0, 5),
        ),
        result("cay", exercise("1.1"), exercise("1.2", Status.NOT_JUDGED, 0), exercise("2.1", points=5, possible=5)),
        replace(nothing, intake=replace(nothing.intake, problem="There is no Python file in it.")),
    ]


def roster(*ids):
    return {student: Student(student, f"{student.title()} Smith", f"{student}@uni.example", "A") for student in ids}


ROSTER = roster("eve", "ada", "bob", "cay", "dan")  # eve has handed in nothing


def read(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def records(text):
    head, *rows = read(text)
    return [dict(zip(head, row, strict=True)) for row in rows]


# texts


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_cell_is_no_formula_in_any_spreadsheet(text):
    shown = cell(text)
    assert not re.match(r"[\s\u200b-\u200f\ufeff]*[=+\-@|%＝＋－＠﹢﹣＝]", shown)
    assert not set(shown) & set("\t\r\n\0\x1b")
    shown.encode()


@given(st.text())
def test_texts_are_encodable_and_one_line_is_one_line(text):
    for make in (clean, line, cell, markdown):
        make(text).encode()
    assert len(line(text).splitlines()) <= 1
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "text", ["Ana María O'Neil", "山田　太郎", "ada-2026", "3.5", "x@y.example", "नेहा शर्मा", "👩‍🔬"]
)
def test_ordinary_text_stays(text):
    assert cell(text) == line(text) == text.replace("\u3000", " ")
    assert clean(text) == text


def test_long_text_is_cut():
    assert len(clean("x" * 100_000)) < 2010


# what a student is told


def test_feedback_tells_the_first_that_is_wrong_and_how_sure_it_is():
    wrong = [CheckResult(f"claim {n}", Outcome.FAILED, problem=f"problem {n}", case="two rows") for n in (1, 2)]
    right = CheckResult("claim 0", Outcome.PASSED)
    one = replace(exercise(status=Status.FAILED, points=0), checks=(right, *wrong))
    assert fully(one).split("\n") == [
        "failed, 0 of 3 points", "ok: claim 0", "failed: claim 1", "    problem 1 (two rows)", "failed: claim 2",
    ]  # fmt: skip
    assert shortly(one) == "1.1 failed: problem 1"
    likely = replace(one, diagnosis=Diagnosis("halves", "Use float32.", False))
    assert "Most of this looks like a known mistake: halves\nUse float32." in fully(likely)
    assert shortly(likely) == "1.1 failed: most likely: halves. Use float32."


def test_feedback_tells_nothing_of_where_mistakes_are_before_one_is_mended():
    hunt = next(one for one in load_course().exercises if mistakes(one))
    claims = {claim for mistake in mistakes(hunt) for claim in mistake.claims}
    checks = tuple(CheckResult(claim, Outcome.FAILED, problem="wrong") for claim in sorted(claims))
    one = replace(exercise(hunt.exercise_id, Status.FAILED, 0), checks=checks, problem="3 of 3 mistakes remain")
    assert not any(claim in fully(one) for claim in claims)
    assert "3 of 3 mistakes remain" in fully(one)
    mended = replace(one, checks=(replace(checks[0], verdict=Outcome.PASSED), *checks[1:]))
    assert all(claim in fully(mended) for claim in claims)


# gradebooks


def test_plain_gradebook_has_everybody_once():
    rows = records(plain.write(some(), ROSTER))
    assert [row["id"] for row in rows] == ["eve", "ada", "bob", "cay", "dan"]
    eve, ada, bob, cay, dan = rows
    assert (ada["1.1"], ada["1.2"], ada["2.1"], ada["total"], ada["possible"]) == ("3", "3", "5", "11", "11")
    assert (ada["name"], ada["email"], ada["section"]) == ("Ada Smith", "ada@uni.example", "A")
    assert (bob["1.2"], bob["Task 1: Sentence transformer"], bob["total"]) == ("2.4", "2.4", "2.4")
    assert (cay["1.2"], cay["Task 1: Sentence transformer"], cay["total"]) == ("", "", "")
    assert (cay["not judged"], cay["status"]) == ("1.2", "not decided")
    assert (dan["total"], dan["problem"], dan["status"]) == ("0", "There is no Python file in it.", "nothing to grade")
    assert (eve["total"], eve["status"], eve["isolation"]) == ("", "nothing handed in", "")
    assert (ada["status"], bob["status"], ada["isolation"]) == ("complete", "graded", "bubblewrap")


def test_plain_gradebook_knows_whoever_is_in_no_roster():
    assert [row["id"] for row in records(plain.write(some(), {}))] == ["ada", "bob", "cay", "dan"]
    assert [row["id"] for row in records(plain.write(some(), roster("dan")))] == ["dan", "ada", "bob", "cay"]


def late():
    policy = Policy(datetime(2026, 11, 28, 12, tzinfo=UTC), penalty=10)
    return {adjusted.student: adjusted for adjusted in apply(policy, some())}


def test_gradebooks_count_late_days():
    ada, bob = records(plain.write(some(), ROSTER, late()))[1:3]
    assert (ada["earned"], ada["penalty"], ada["days late"], ada["total"]) == ("11", "2.2", "2", "8.8")
    assert "2 days at 10 %" in ada["explanation"]
    assert (bob["earned"], bob["total"]) == ("2.4", "1.9")
    assert records(moodle.write(some(), ROSTER, late()))[1]["Two Heads"] == "8.8"
    assert records(canvas.write(some(), ROSTER, late()))[2]["Two Heads, late days"] == "-2.2"
    score = records(nbgrader.write(some(), ROSTER, late()))[1]
    assert (score["raw_score"], score["late_submission_penalty"], score["score"]) == ("11", "2.2", "8.8")


def test_canvas_finds_students_points_and_no_others():
    head, worth, *rows = read(canvas.write(some(), ROSTER))
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]  # in this order, or it is refused
    assert "Points Possible" in worth[0]
    assert worth[5:] == ["6", "5"]
    assert not any(re.search(r"\(\d+\)$", name) for name in head)  # that would be an assignment's number
    assert rows[1] == ["Ada Smith", "", "ada", "ada", "A", "6", "5"]
    assert rows[3][5:] == ["", "5"]  # an empty cell is no grade
    assert rows[0][5:] == ["", ""]
    hostile = read(canvas.write([result("Points Possible")], {}))
    assert sum("Points Possible" in row[0] for row in hostile) == 1


def test_moodle_gets_total_and_feedback():
    rows = records(moodle.write(some(), ROSTER))
    assert (rows[1]["ID number"], rows[1]["Email address"], rows[1]["Two Heads"]) == ("ada", "ada@uni.example", "11")
    assert "the padding was averaged too. Count the tokens." in rows[2]["Two Heads (feedback)"]
    assert rows[3]["Two Heads"] == ""
    assert "by no fault of yours" in rows[3]["Two Heads (feedback)"]
    assert rows[4]["Two Heads (feedback)"] == "There is no Python file in it."
    missing = [exercise(status=Status.ERROR, points=0, text=f"{name}.py is missing") for name in ("one", "two")]
    (told,) = records(moodle.write([result("ada", *missing)], {}))
    assert told["Two Heads (feedback)"] == "1.1 error: one.py is missing · 1.1 error: two.py is missing"


@pytest.mark.parametrize("gradebook", Gradebook)
def test_gradebook_of_who_handed_in_nothing_is_the_same_with_a_result_that_says_so(gradebook):
    nothing = replace(some()[3], intake=Intake("eve", "", problem=NOTHING))
    results = [*some(), nothing]
    adjusted = {one.student: one for one in apply(Policy(datetime(2026, 11, 28, 12, tzinfo=UTC)), results)}
    assert adjusted["eve"].explanation == ""
    assert TABLES[gradebook](results, ROSTER, None) == TABLES[gradebook](some(), ROSTER, None)
    (eve,) = [row for row in read(TABLES[gradebook](results, ROSTER, adjusted)) if "eve" in row]
    assert not [cell for cell in eve if "Nobody knows" in cell]


def test_nbgrader_has_the_columns_of_its_exporter():
    text = nbgrader.write(some(), ROSTER)
    assert read(text)[0] == [
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
        "raw_score", "late_submission_penalty", "score", "max_score",
    ]  # fmt: skip
    eve, ada, _, cay, _ = records(text)
    assert (ada["first_name"], ada["last_name"], ada["score"], ada["max_score"]) == ("Ada", "Smith", "11", "11")
    assert (eve["score"], cay["score"]) == ("0", "")
    (swapped,) = records(nbgrader.write([result("ada")], {"ada": Student("ada", "Smith, Ada Jane")}))
    assert (swapped["first_name"], swapped["last_name"]) == ("Ada Jane", "Smith")


@pytest.mark.parametrize("gradebook", Gradebook)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_no_cell_of_any_gradebook_is_a_formula(gradebook, text):
    student = text or "ada"
    known = {student: Student(student, text, text, text)}
    results = [result(student, exercise(text=text), exercise("1.2", Status.FAILED, 0, text=text), text=text)]
    results = [
        replace(one, isolation=text, intake=replace(one.intake, submitted=text, problem=text)) for one in results
    ]
    written = TABLES[gradebook](results, known, late())
    rows = read(written)
    assert len({len(row) for row in rows}) == 1
    for value in (value for row in rows for value in row if not re.fullmatch(r"-?\d+(\.\d)?", value)):
        assert not re.match(r"[\s\u200b-\u200f\ufeff]*[=+\-@＝＋－＠]", value)
    written.encode()
    assert all(each.count('"') % 2 == 0 for each in written.split("\r\n"))  # each line is whole: no reader sees another
    table = pandas.read_csv(io.StringIO(written), encoding="utf-8")
    assert len(table) == len(rows) - 1


def test_texts_are_quoted_so_that_no_other_separator_makes_a_cell():
    written = plain.write([result("a;=1+1", text=";=1+1;")], {})
    for row in csv.reader(io.StringIO(written), delimiter=";"):
        assert not any(value.startswith(("=", '"=')) for value in row)


@pytest.mark.parametrize("gradebook", Gradebook)
def test_numbers_stay_numbers(gradebook):
    table = pandas.read_csv(io.StringIO(TABLES[gradebook](some(), ROSTER, None)))
    names = [
        name for name in table.columns if name.startswith(("Task", "Two Heads, Task")) or name in ("total", "score")
    ]
    assert names
    assert all(table[name].dtype.kind in "if" for name in names)


# Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/


VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "integer"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "test_output_format": FORMATS,
        "test_name_format": FORMATS,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "dependentRequired": {"score": ["max_score"], "max_score": ["score"]},
                "properties": {
                    "score": {"type": "number", "minimum": 0},
                    "max_score": {"type": "number", "minimum": 0},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string", "minLength": 1},
                    "name_format": FORMATS,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMATS,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


def gradescope_of(one):
    document = json.loads(gradescope.write(one))
    jsonschema.Draft202012Validator(GRADESCOPE).validate(document)
    return document


def test_gradescope_shows_points_and_the_way_out():
    document = gradescope_of(some()[1])
    assert document["score"] == 2.4
    first, second, third = document["tests"]
    assert (first["status"], first["score"], first["max_score"], first["number"]) == ("failed", 0, 3, "1.1")
    assert "the padding was averaged too\nCount the tokens." in first["output"]
    assert "halves" in first["output"]
    assert (second["score"], second["status"], third["tags"][1]) == (2.4, "failed", "not started")
    assert {test["status"] for test in gradescope_of(some()[0])["tests"]} == {"passed"}


def test_gradescope_decides_nothing_about_what_was_not_judged():
    document = gradescope_of(some()[2])
    first = document["tests"][0]
    assert first["name"].startswith("1.2")
    assert (first["status"], "score" in first, "max_score" in first) == ("failed", False, False)
    assert "not final" in document["output"]
    assert document["score"] == sum(test.get("score", 0) for test in document["tests"]) == 8


def test_gradescope_says_why_nothing_could_be_graded():
    assert "There is no Python file in it." in gradescope_of(some()[3])["output"]
    assert "Missing in what you handed in: losses.py." in gradescope_of(result(text="losses.py"))["output"]


# Classroom 50: its wiki, "The result.json contract", and what its collector refuses


TIME = r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"
FACTS = ["classroom", "assignment", "owner", "commit", "release", "review"]
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [*FACTS, "schema", "assignment_type", "submission", "datetime", "score", "max-score", "tests"],
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in FACTS},
        "schema": {"const": "classroom50/result/v1"},
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": TIME},
        "score": {"type": "integer", "minimum": 0},
        "max-score": {"type": "integer", "minimum": 0},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": {"type": "string", "minLength": 1},
                    "passed": {"type": "boolean"},
                    "score": {"type": "integer", "minimum": 0},
                    "max-score": {"type": "integer", "minimum": 0},
                },
            },
        },
    },
}


def classroom50_of(one, environment=ENVIRONMENT, **more):
    document = json.loads(classroom50.write(one, environment, **more))
    jsonschema.Draft202012Validator(CLASSROOM50).validate(document)
    for test in [document, *document["tests"]]:
        assert type(test["score"]) is type(test["max-score"]) is int  # 4.0 would be an integer to the schema
        assert test["score"] <= test["max-score"]
    return document


def test_classroom50_counts_in_tenths():
    document = classroom50_of(some()[1])
    assert (document["score"], document["max-score"]) == (24, 110)
    assert [test["score"] for test in document["tests"]] == [0, 24, 0]
    assert (document["owner"], document["assignment_type"]) == ("ada", "individual")
    assert document["review"] == document["commit"]
    assert document["datetime"] == "2026-11-29T18:00:00Z"
    given = {**ENVIRONMENT, "OWNER": "eve", "ASSIGNMENT_TYPE": "group", "REVIEW_URL": "https://x"}
    document = classroom50_of(some()[0], given)
    assert (document["owner"], document["assignment_type"], document["review"]) == ("eve", "group", "https://x")


@pytest.mark.parametrize("submitted", ["", "then", "2026-11-29T18:00:00"])
def test_classroom50_takes_the_time_of_now_where_none_is_known(submitted):
    now = datetime(2026, 12, 1, 1, 2, 3, 4, tzinfo=UTC)
    assert classroom50_of(result(submitted=submitted), now=now)["datetime"] == "2026-12-01T01:02:03Z"


def test_classroom50_gets_no_result_of_what_was_not_judged():
    with pytest.raises(ValueError, match=r"1\.2 could not be judged"):
        classroom50.write(some()[2], ENVIRONMENT)


@pytest.mark.parametrize("missing", ["CLASSROOM", "USERNAME", "SUBMISSION_TAG"])
def test_classroom50_names_what_its_runner_has_not_set(missing):
    named = "OWNER" if missing == "USERNAME" else missing
    with pytest.raises(ValueError, match=f"not set: {named}. This form is for a run of Classroom 50"):
        classroom50.write(result(), {**ENVIRONMENT, missing: ""})


# JUnit


ALLOWED = {  # of the schema that Jenkins reads, and pytest writes: elements, in order, and attributes
    "testsuites": (["testsuite"], {"name", "tests", "failures", "errors", "skipped", "time"}),
    "testsuite": (["properties", "testcase"], {"name", "tests", "failures", "errors", "skipped", "time"}),
    "testcase": (["properties", "skipped", "error", "failure", "system-out"], {"name", "classname", "time"}),
    "properties": (["property"], set()),
    "property": ([], {"name", "value"}),
    "skipped": ([], {"message"}),
    "failure": ([], {"message", "type"}),
    "error": ([], {"message", "type"}),
    "system-out": ([], set()),
}


def junit_of(one):
    root = ElementTree.fromstring(junit(one))
    for element in root.iter():
        children, attributes = ALLOWED[element.tag]
        places = [children.index(child.tag) for child in element]
        assert places == sorted(places)
        assert set(element.attrib) <= attributes
        assert not (element.attrib.get("message") or "").count("\0")
    return root


def test_junit_carries_points_as_properties():
    root = junit_of(some()[1])
    cases = {
        case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")}
        for case in root.iter("testcase")
    }
    assert cases["1.2 average"] == {"points": "2.4", "possible": "3", "status": "works"}
    properties = [
        p.get("name")
        for p in next(case for case in junit_of(some()[2]).iter("testcase") if case.find("error") is not None).iter(
            "property"
        )
    ]
    assert properties == ["possible", "status"]


# GitHub


def test_github_summary_is_a_table_of_what_was_found():
    text = github.summary(some()[1])
    assert "## Two Heads: 2.4 of 11 points" in text
    assert "Count the tokens" in text
    assert "**Not final.** Not judged, by no fault of yours: 1.2." in github.summary(some()[2])
    assert "not decided" in github.summary(some()[2])
    assert "There is no Python file in it" in github.summary(some()[3]).replace("\\", "")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_github_summary_stays_a_table_and_nothing_in_it_means_anything(text):
    shown = github.summary(result("ada", exercise("1.1", Status.FAILED, 0, text=text), exercise("1.2", text=text)))
    rows = [each for each in shown.split("\n") if each.startswith("|")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    told = "\n".join(rows[2:])
    assert not re.search(r"(?<!\\)[`*_\[\]<>~$]|(?<![\\&])#|(?<!\\)!\[|https?:|www\.|@", told)
    assert not set(shown) & set("\0\x1b\r\u202e")
    shown.encode()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_markdown_renders_as_the_text_itself(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"| {markdown(f'x{text}')} |\n|---|")
    (row,) = [token for token in tokens if token.children]
    assert {child.type for child in row.children} <= {"text", "text_special"}
    assert "".join(child.content for child in row.children) == line(f"x{text}")


def test_github_summary_fits():
    long = tuple(exercise(f"1.{number}", Status.FAILED, 0, text="é" * 5000) for number in range(1, 3000))
    assert len(github.summary(result("ada", *long)).encode()) < 1024**2


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_github_log_says_nothing_to_the_runner(text):
    one = result("ada", exercise("1.1", Status.FAILED, 0, text=text), exercise("1.2", text=text))
    first, *told, last, end = github.log(one).split("\n")
    token = first.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert (last, end) == (f"::{token}::", "")
    assert token not in "\n".join(told)
    assert "\x1b" not in "".join(told)
    assert token not in github.log(one)


WORKFLOW = GIVEN / "github-workflow.yml"


def test_github_workflow_pins_what_ours_pin_and_may_only_read():
    uses = r"uses: (.*)"
    ours = {each for path in (ROOT / ".github/workflows").glob("*.yml") for each in re.findall(uses, path.read_text())}
    assert set(re.findall(uses, WORKFLOW.read_text())) <= ours
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["grade"]["steps"]
    assert all(step["with"]["persist-credentials"] is False for step in steps if "checkout" in step.get("uses", ""))
    assert not re.search(r"secrets\.|github\.token", WORKFLOW.read_text())


@pytest.mark.skipif(sys.platform == "win32", reason="it is a script for bash")
@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 2)])
def test_github_step_stops_commands_whatever_happens(tmp_path, code, ends):
    (step,) = [
        each for each in yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]["steps"] if each.get("name") == "Grade"
    ]
    (tmp_path / "course").mkdir()
    fake = tmp_path / "bin" / "python"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho summary\necho ::error::hostile >&2\nexit {code}\n")
    fake.chmod(0o755)
    summary = tmp_path / "shown.md"
    environment = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=tmp_path / "course", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == ends
    first, *told, last = done.stdout.strip().split("\n")
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert told == ["::error::hostile"]
    assert summary.read_text() == "summary\n"


# all forms of a student, with hostile text


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_every_form_takes_hostile_text(form, text, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    diagnosis = Diagnosis(text, text, False)
    one = result(
        "ada", exercise(text=text), exercise("1.2", Status.FAILED, 0, text=text, diagnosis=diagnosis), text=text
    )
    one = replace(one, intake=replace(one.intake, problem=text, submitted=text))
    written = FILES[form].write(one)
    written.encode()
    assert not set(written) & set("\0\x1b\r")
    assert len(written) < 1_000_000
    if form is Form.GRADESCOPE:
        assert "html" not in {test["output_format"] for test in gradescope_of(one)["tests"]}
    if form is Form.CLASSROOM50:
        classroom50_of(one)
    if form is Form.JUNIT:
        assert len(list(junit_of(one).iter("testcase"))) == 2


def test_every_name_of_the_command_line_has_its_form():
    assert set(FILES) == set(Form)
    assert set(TABLES) == set(Gradebook)


# sources


def handed_in(student="ada", folder=SOLUTIONS):
    return HandedIn(Intake(student, "x.zip"), read_submission(folder))


def test_sources_are_a_folder_for_each_student_with_the_courses_files_alone(tmp_path):
    package = tmp_path / "package"
    shutil.copytree(TUTORIAL, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "evil.py").write_text("1")
    folder = sources.write(handed_in(folder=package), tmp_path / "sources")
    assert folder == tmp_path / "sources" / "ada"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {name for name in read_submission(TUTORIAL).contents if (SOLUTIONS / name).exists()}
    assert (folder / "pooling.py").read_bytes() == (TUTORIAL / "pooling.py").read_bytes()
    assert sources.write(HandedIn(Intake("bob", "x"), None), tmp_path / "sources") is None


@pytest.mark.parametrize("student", ["", ".", "..", "../x", "/x", "a\\b", "a\0b", "a\nb", "C:x", "half\ud800"])
def test_sources_leave_their_folder_for_nobody(tmp_path, student):
    with pytest.raises(ValueError, match="must be a name that a folder can have"):
        sources.write(handed_in(student), tmp_path / "sources")
    assert list(tmp_path.iterdir()) == []


def test_sources_choose_by_the_whole_name():
    names = [
        "pooling.py",
        "../pooling.py",
        "/pooling.py",
        "x/pooling.py",
        "faults/../pooling.py",
        "POOLING.py",
        "setup.py",
    ]
    assert sources.files_of(names) == ["pooling.py"]


# Gradescope's scripts


SCRIPTS = GIVEN / "gradescope"
needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="they are scripts for Linux")


@needs_bash
@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_gradescope_scripts_are_bash_and_may_run(name):
    path = SCRIPTS / name
    subprocess.run(["bash", "-n", path], check=True)
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    assert os.access(path, os.X_OK)


def run_autograder(tmp_path, program):
    """Run it in a folder like Gradescope's, with a course that is this program."""
    course = tmp_path / "source" / "course" / "checks"
    course.mkdir(parents=True)
    (course / "__init__.py").touch()
    (course / "__main__.py").write_text(program, encoding="utf-8")
    (tmp_path / "submission").mkdir()
    environment = {**os.environ, "AUTOGRADER": str(tmp_path), "PYTHON": sys.executable}
    done = subprocess.run([SCRIPTS / "run_autograder"], env=environment, capture_output=True, text=True)
    return done, sorted(path.name for path in (tmp_path / "results").iterdir())


@needs_bash
@pytest.mark.parametrize("code", [0, 1, 2])
def test_gradescope_gets_what_was_found_whatever_the_points(tmp_path, code):
    (tmp_path / "given.json").write_text(gradescope.write(some()[2]))
    program = "\n".join(
        [
            "import sys",
            "open('arguments', 'w').write(' '.join(sys.argv[1:]))",
            f"print(open({str(tmp_path / 'given.json')!r}).read())",
            f"sys.exit({code})",
        ]
    )
    done, files = run_autograder(tmp_path, program)
    assert (done.returncode, files, done.stdout) == (0, ["results.json"], "")
    assert json.loads((tmp_path / "results" / "results.json").read_text())["score"] == 8
    asked = (tmp_path / "source" / "course" / "arguments").read_text()
    assert asked == f"grade {tmp_path / 'submission'} --one --form gradescope"


@needs_bash
@pytest.mark.parametrize("program", ["import sys; sys.exit(2)", "print('{\"score\": 1'); raise SystemExit(2)", "pass"])
def test_gradescope_gets_nothing_rather_than_half(tmp_path, program):
    done, files = run_autograder(tmp_path, program)
    assert done.returncode
    assert files == []


@needs_bash
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_gradescope_archive_is_made_by_one_command(tmp_path):
    files = [f"--add-file={SCRIPTS / name}" for name in ("setup.sh", "run_autograder")]
    command = [
        "git",
        "archive",
        f"--output={tmp_path / 'autograder.zip'}",
        *files,
        "--prefix=course/",
        "HEAD",
        "constraints.txt",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        modes = {each.filename: each.external_attr >> 16 for each in archive.infolist()}
    assert {"setup.sh", "run_autograder", "course/constraints.txt"} <= modes.keys()
    assert modes["run_autograder"] & 0o111
