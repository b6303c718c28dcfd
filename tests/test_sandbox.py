"""Both kinds of sandbox: forks on Linux, a new Python for every exercise elsewhere."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from checks.course import ROOT, SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.limits import Limits
from checks.grader.processes import ForkServer, FreshProcesses
from checks.protocol.frames import LARGEST
from checks.protocol.verdicts import Status
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
KINDS = [FreshProcesses, pytest.param(ForkServer, marks=pytest.mark.skipif(not psutil.LINUX, reason="only on Linux"))]


@pytest.fixture(scope="module", params=KINDS)
def grader(request):
    with Grader(opener=request.param) as grader:
        yield grader


def grade(grader, body, limits=None):
    """Grade a body of `mean_pool`, indented by four; None for the solution's."""
    pooling = SOURCES["pooling"]
    if body is not None:
        definition = f"def mean_pool(token_embeddings, attention_mask):\n    {body}\n"
        pooling = replace_definition(pooling, ("mean_pool",), definition)
    grader.limits = limits or Limits()
    submission = Submission("test", {**SOURCES, "pooling": pooling})
    (result,) = grader.grade(submission, [load_course().exercise("1.1")])
    return result


@pytest.mark.parametrize(
    ("body", "limits", "status"),
    [
        (None, None, Status.PASSED),
        ("return token_embeddings.mean(1)", None, Status.FAILED),
        ("while True: pass", Limits(seconds=8), Status.TIMED_OUT),
        ("import os; os._exit(3)", None, Status.EXITED),
        ("import sys; sys.exit(3)", None, Status.ERROR),
        ("while True: print('x' * 1000)", None, Status.ERROR),
        ("return torch.ones(10**9)", None, Status.OUT_OF_MEMORY),
    ],
)
def test_every_kind_of_sandbox_enforces_its_limits(grader, body, limits, status):
    result = grade(grader, body, limits)
    assert result.status is status, result
    assert result.points == (result.possible if status is Status.PASSED else 0)


def test_exit_status_and_output_are_told(grader):
    result = grade(grader, "print('last words', flush=True); import os; os._exit(3)")
    assert "exit status 3" in result.problem
    assert "last words" in result.output


def test_output_of_a_job_that_ends_well_is_told(grader):
    result = grade(grader, r"import sys; sys.stdout.write('look\rhere'); return None")
    assert "look\nhere" in result.output


def test_deadline_counts_from_when_the_libraries_are_loaded():
    with Grader(Limits(seconds=0.9)) as grader:
        grader.limits = Limits(seconds=0.9)
        submission = Submission("test", {**SOURCES, "pooling": SOURCES["pooling"]})
        (result,) = grader.grade(submission, [load_course().exercise("1.1")])
    assert result.status is Status.PASSED, result


def test_one_exercise_does_not_reach_into_the_next(grader):
    grade(grader, "torch.Tensor.sum = torch.Tensor.amax = None; import builtins; builtins.len = None")
    assert grade(grader, None).status is Status.PASSED


def test_sparing_memory_never_leaves_the_kind_of_sandbox_that_was_chosen():
    opened = []

    def open_one():
        opened.append(FreshProcesses())
        return opened[-1]

    submission = Submission("test", SOURCES)
    with Grader(opener=open_one) as grader:
        for _ in range(2):
            (result,) = grader.grade_sparingly(submission, [load_course().exercise("1.1")])
            assert result.status is Status.PASSED, result
            assert grader.sandbox is None
    assert len(opened) == 2


def test_all_processes_end_with_the_grader():
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with Grader() as grader:
        assert grade(grader, None).status is Status.PASSED
        assert {child.pid for child in psutil.Process().children(recursive=True)} > before
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux ends a process with its parent")
def test_killed_grader_leaves_nothing_running(tmp_path):
    started = tmp_path / "started"
    loop = f"open({str(started)!r}, 'w')\nwhile True: pass\n"
    code = (
        "from checks.course import load_course\n"
        "from checks.grader.grading import Grader\n"
        "from checks.grader.limits import Limits\n"
        "from checks.source.files import Submission\n"
        f"submission = Submission('test', {{'pooling': {loop!r}}})\n"
        "list(Grader(Limits(seconds=600)).grade(submission, load_course().select(('1.1',))))"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        deadline = time.monotonic() + 120
        while not started.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert family
    _, alive = psutil.wait_procs(family, timeout=20)
    for left in alive:
        left.kill()
    assert not alive


def test_environment_of_the_caller_cannot_change_the_verdict(tmp_path):
    (tmp_path / "torch.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    command = [sys.executable, "-P", "-m", "checks", "run", "1.1", "--package", str(SOLUTIONS)]
    environment = {**os.environ, "PYTHONSTARTUP": "x", "OMP_NUM_THREADS": "7"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_job_that_no_frame_can_carry_is_not_judged_and_waited_for(grader, monkeypatch):
    reports = []
    monkeypatch.setattr("checks.grader.grading.write_report", lambda details: reports.append(details) or "a report")
    grader.limits = Limits()
    submission = Submission("test", {**SOURCES, "extra": "#" * LARGEST})
    (result,) = grader.grade(submission, [load_course().exercise("1.1")])
    assert result.status is Status.NOT_JUDGED
    assert "is larger than" in reports[0]
    assert grade(grader, None).status is Status.PASSED


@pytest.mark.skipif(not psutil.LINUX, reason="huge pages are Linux's")
def test_memory_in_huge_pages_holds_what_it_held():
    code = (
        "from checks.worker.huge_pages import use_huge_pages\n"
        "content = bytearray(range(250)) * 100_000\n"
        "use_huge_pages()\n"
        "huge = [line.split()[1] for line in open('/proc/self/smaps_rollup') if line.startswith('AnonHuge')]\n"
        "print(content == bytearray(range(250)) * 100_000, huge[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    same, huge = done.stdout.split()
    assert same == "True"
    if not int(huge):
        pytest.skip("this system moves nothing into huge pages by itself")
