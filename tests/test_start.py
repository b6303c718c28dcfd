"""The start page's first screen: what it shows was graded and measured, and one screen holds it."""

import re

import pytest

from checks.course import load_course
from checks.protocol.verdicts import Status
from docs.generator import start
from docs.generator.data import mean
from tests import test_browser

address, browser, visit = test_browser.address, test_browser.browser, test_browser.visit


@pytest.fixture(scope="module")
def result():
    return start.graded()


def test_the_answer_on_the_start_page_is_wrong_for_the_reason_that_it_names(result):
    assert result.status is Status.FAILED
    assert result.diagnosis.certain
    report = start.report()
    assert result.diagnosis.name in report
    assert result.diagnosis.hint.split(".")[0] in re.sub(r"\s+", " ", report)


def test_the_report_shows_the_wrong_case_and_fits_its_place():
    lines = start.report().split("\n")
    assert max(map(len, lines)) <= start.WIDTH
    picture = lines[: start.PICTURE + 1]
    assert any("expected" in line and "got" in line for line in picture)
    assert any("✘" in line for line in picture[-3:])  # the picture is whole
    assert not lines[-2].strip().endswith(",")


def test_the_answer_that_is_shown_is_the_one_that_is_graded(monkeypatch):
    asked = []
    monkeypatch.setattr(start, "replace_definition", lambda text, path, answer: asked.append(answer) or text)
    assert start.graded().status is Status.PASSED  # the reference, as nothing was put in
    assert asked == [start.ANSWER]
    assert start.ANSWER in start.fragments()["answer"]


def test_the_matrices_are_the_measured_ones():
    drawn = re.findall(r'class="middle small"[^>]*>(-?\d\.\d\d)<', start.matrices().svg)
    measured = [f"{x:z.2f}" for setting in start.MATRICES for row in mean("pooling", setting, "matrix") for x in row]
    assert drawn == measured


def test_the_amount_is_the_course_s():
    course = load_course()
    minutes = sum(exercise.minutes for exercise in course.exercises)
    number, tasks, hours = map(int, re.findall(r"\d+", start.amount()))
    assert (number, tasks) == (len(course.exercises), len(course.tasks))
    assert abs(60 * hours - minutes) <= 30


def test_one_screen_holds_the_answer_the_report_and_both_matrices(visit):
    page = visit("index")
    page.set_viewport_size({"width": 1280, "height": 800})
    for part in [*page.locator(".first pre").all(), page.locator(".first svg.diagram")]:
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 800
        assert box["x"] + box["width"] <= 1280
