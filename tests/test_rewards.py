"""What works after a task, the closing screen and the page of record: as the learner meets them."""

import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from rich.console import Console
from test_kept_results import checks as run_checks
from test_kept_results import copy_of_checkout

import checks.cli
import solutions.app.cli
from checks.course import SOLUTIONS, TUTORIAL, load_course
from checks.grader.history import History, answer_of
from checks.grader.progress import News
from checks.grader.record import record_of
from checks.grader.results import result_of
from checks.protocol.verdicts import Status
from checks.record import write_record
from checks.reports import pages
from checks.reports.record_page import Origin, code_fingerprint, record_page
from checks.reports.rewards import NEXT, closing, news_of, standing
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import Submission, read_sources, read_submission
from solutions import published
from solutions.reviews import FILES

COURSE = load_course()
SOURCES = read_sources(SOLUTIONS)
SOLVED = Submission("tutorial", SOURCES)
# Arguments that make a command take a moment.
SMALL = {"train": ("--dataset-size", "40", "--epochs", "1")}
fetched = all((published.FETCHED / "reviews" / name).is_file() for name in FILES)


def solve(package, exercises):
    """Write the reference's answers into a tutorial."""
    for exercise in exercises:
        path = package / f"{exercise.file}.py"
        first, *others = [definition_text(SOURCES[exercise.file], path) for path in exercise.paths]
        text = replace_definition(path.read_text("utf-8"), exercise.path, first)
        path.write_text("\n\n\n".join([text, *others]), encoding="utf-8")


def remember(file, exercises, package):
    """Write a history in which exercises pass as they are written in a package."""
    submission = read_submission(package)
    lines = []
    for hour, exercise in enumerate(exercises):
        lines.append([exercise.exercise_id, 3600.0 * 24 * hour, "", ""])
        lines.append([exercise.exercise_id, 3600.0 * 24 * hour + 600, answer_of(submission, exercise), "passed"])
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def shown(*renderables, width=80):
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    for each in renderables:
        console.print(each)
    return console.file.getvalue()


def words(text):
    return " ".join(text.split())


# The manifest


@pytest.mark.parametrize("task", COURSE.rewards)
def test_reward_works_with_the_tasks_up_to_there_and_no_later_one(task, bert, tmp_path):
    command = shlex.split(COURSE.rewards[task].command)
    if "reviews" in command and not fetched:
        pytest.skip("the reviews are not fetched")
    shutil.copytree(TUTORIAL, tmp_path / "tutorial", ignore=shutil.ignore_patterns("__pycache__", ".backup"))
    solve(tmp_path / "tutorial", [exercise for exercise in COURSE.exercises if exercise.task <= task])
    arguments = [*command[1:], "--backbone", bert, "--max-length", "64", *SMALL.get(command[3], ())]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": "", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_commands_that_come_next_exist():
    ours, theirs = (typer.main.get_command(app).commands for app in (checks.cli.app, solutions.app.cli.app))
    for command in NEXT:
        match command.split():
            case ["checks", name, *_]:
                assert name in ours
            case ["python", "-m", "tutorial", name, *_]:
                assert name in theirs


# The terminal


def test_news_name_the_command_and_what_it_shows(tmp_path):
    text = shown(*news_of(News(works=(1,), waits=(3,)), History(tmp_path / "none")))
    assert "Task 1, Sentence transformer, works." in text
    assert COURSE.rewards[1].command in text
    assert COURSE.rewards[1].shows in words(text)
    assert COURSE.rewards[3].command not in text
    assert "finish the tasks before it" in text


def test_nothing_is_summed_up_before_something_was_tried(tmp_path):
    history = History(tmp_path / "history")
    history.look(COURSE.exercises[0])
    assert standing({}, history) is None


def test_closing_screen_gives_own_figures_and_fits_eighty_columns(tmp_path):
    file = tmp_path / "history"
    remember(file, COURSE.exercises, SOLUTIONS)
    text = shown(closing(History(file)))
    assert all(len(line) <= 80 for line in text.splitlines())
    count = len(COURSE.exercises)
    expected = sum(exercise.minutes for exercise in COURSE.exercises)
    points = sum(exercise.points for exercise in COURSE.exercises)
    assert re.search(rf"{points} +{count} +{10 * count} +{expected}", text)
    assert f"{count} of {count} exercises passed at the first try" in words(text)
    assert "took longest: 10 minutes, 1 try." in words(text)
    assert "python -m tutorial train --data my.csv" in text
    assert "checks record" in text


def test_closing_screen_without_a_history_invents_nothing(tmp_path):
    text = shown(closing(History(tmp_path / "none")))
    assert "–" in text
    assert "first try" not in text


def test_standing_names_the_latest_command_that_works(tmp_path):
    results = {e.exercise_id: result_of(e, Status.WORKS) for e in COURSE.exercises if e.task in (1, 2, 4)}
    assert COURSE.rewards[2].command in shown(standing(results, History(tmp_path / "none")))
    assert standing({}, History(tmp_path / "none")) is None


@pytest.fixture
def checkout(tmp_path):
    """A checkout in which Task 1 is solved; all but 1.6 have passed before."""
    folder = copy_of_checkout(tmp_path / "checkout")
    tasks = COURSE.select(task=1)
    solve(folder / "tutorial", tasks)
    remember(folder / ".checks" / "history", tasks[:-1], folder / "tutorial")
    return folder


def test_the_last_exercise_of_a_task_shows_the_reward_once(checkout):
    last = COURSE.select(task=1)[-1].exercise_id
    assert COURSE.rewards[1].command in run_checks(checkout, "run", last).stdout
    again = run_checks(checkout, "run", last)
    assert "passed" in again.stdout
    assert COURSE.rewards[1].command not in again.stdout


def test_where_points_are_given_to_others_the_history_is_neither_read_nor_written(checkout):
    last, history = COURSE.select(task=1)[-1].exercise_id, checkout / ".checks" / "history"
    before = history.read_bytes()
    for arguments in (("--package", "tutorial"), ("--format", "json"), ("--format", "junit"), ("--timeout", "60")):
        assert COURSE.rewards[1].command not in run_checks(checkout, "run", last, *arguments).stdout
    assert history.read_bytes() == before


def test_a_deleted_or_spoilt_history_changes_no_verdict(checkout):
    last, history = COURSE.select(task=1)[-1].exercise_id, checkout / ".checks" / "history"
    history.unlink()
    assert run_checks(checkout, "run", last).returncode == 0
    history.write_bytes(b"\xff" * 100)
    assert run_checks(checkout, "run", last).returncode == 0
    history.unlink()
    history.mkdir()
    done = run_checks(checkout, "run", last)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_last_pass_of_all_opens_the_closing_screen(tmp_path):
    folder = copy_of_checkout(tmp_path / "checkout")
    solve(folder / "tutorial", COURSE.exercises)
    remember(folder / ".checks" / "history", COURSE.exercises[1:], folder / "tutorial")
    done = run_checks(folder, "run", COURSE.exercises[0].exercise_id)
    assert "You have built a multi-task sentence transformer" in words(done.stdout)
    assert "What next?" in done.stdout


def test_a_hint_is_a_first_look_and_names_the_page(checkout):
    done = run_checks(checkout, "hint", "2.1")
    assert "#exercise-2-1" in done.stdout
    events = History(checkout / ".checks" / "history").events
    assert [event.answer for event in events if event.exercise_id == "2.1"] == [""]


# Addresses


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("site_url: https://example.org/course/", "https://example.org/course/task-4/#exercise-4-11"),
        ("", "make site"),
        ("site_url: !ENV [URL, '']", "make site"),
    ],
)
def test_the_published_site_is_named_where_none_is_here(tmp_path, monkeypatch, line, found):
    (tmp_path / "mkdocs.yml").write_text(f"site_name: Two Heads\n{line}\n")
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "SITE", tmp_path / ".site")
    monkeypatch.setattr(pages, "is_served", lambda: False)
    pages.setting.cache_clear()
    try:
        assert found in pages.address(COURSE.exercise("4.11"))
    finally:
        pages.setting.cache_clear()


# The page of record


class Reader(HTMLParser):
    """Collects the tags, the addresses and the words of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


def page_of(status, name="", history=None, tmp_path=Path()):
    result = record_of(
        read_submission(SOLUTIONS),
        [result_of(exercise, status(exercise)) for exercise in COURSE.exercises],
    )
    origin = Origin(datetime(2026, 1, 2, 3, 4), "0.1.0", "f" * 64, name)
    return record_page(result, history or History(tmp_path / "none"), origin)


def test_page_of_record_is_whole_and_asks_nobody(tmp_path):
    page = Reader(page_of(lambda _: Status.PASSED, tmp_path=tmp_path))
    assert page.addresses == []
    assert "script" not in page.tags
    text = words(" ".join(page.words))
    count = len(COURSE.exercises)
    assert f"{count} of {count} exercises pass" in text
    assert "so far" not in text
    assert "no certificate" in text
    assert "2026-01-02 03:04" in text
    for exercise in COURSE.exercises:
        assert exercise.title in text


def test_page_of_record_shows_partial_progress_as_such(tmp_path):
    first = COURSE.exercises[0]
    text = words(page_of(lambda each: Status.PASSED if each == first else Status.NOT_STARTED, tmp_path=tmp_path))
    assert f"1 of {len(COURSE.exercises)} exercises pass" in text
    assert "so far" in text


def test_page_of_record_escapes_names(tmp_path):
    text = page_of(lambda _: Status.PASSED, name="<script>alert('x')</script>", tmp_path=tmp_path)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_page_of_record_says_when_and_how_often(tmp_path):
    file = tmp_path / "history"
    remember(file, COURSE.exercises, SOLUTIONS)
    text = page_of(lambda _: Status.PASSED, history=History(file))
    assert text.count("<td>1</td><td>10</td>") == len(COURSE.exercises)
    assert f"{datetime.fromtimestamp(600):%Y-%m-%d %H:%M}" in text


def test_fingerprint_of_the_code_is_that_of_the_usual_tool(tmp_path):
    for name in ("b.py", "a.py", "__init__.py"):
        (tmp_path / name).write_text(name)
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    tool = shutil.which("sha256sum")
    if not tool:
        pytest.skip("there is no sha256sum")
    listed = subprocess.run([tool, *sorted(sums)], cwd=tmp_path, capture_output=True, check=True).stdout
    assert code_fingerprint(sums) == hashlib.sha256(listed).hexdigest()


def test_record_is_written_from_what_passes_here(checkout):
    done = run_checks(checkout, "record", "--output", "kept/mine.html", "--name", "Ada & Co")
    assert done.returncode == 0, done.stderr
    points = sum(exercise.points for exercise in COURSE.select(task=1))
    possible = sum(exercise.points for exercise in COURSE.exercises)
    assert f"{points} of {possible} points" in done.stdout
    text = (checkout / "kept" / "mine.html").read_text(encoding="utf-8")
    assert "Ada &amp; Co" in text
    assert "6 of" in text


def test_record_refuses_to_overwrite_what_is_no_page(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.html"):
        write_record(tmp_path / "pooling.py")
