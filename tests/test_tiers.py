"""Which tier holds a class's submissions: what was demanded, or an error that says why not. Start-up and its errors."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from checks.cohort import isolation
from checks.cohort.isolation import Tier, bubblewrap, cgroups, containers, open_tier
from checks.cohort.isolation.processes import Containers
from checks.course import CHECKS, EXERCISES, ROOT, SOLUTIONS, load_course
from checks.grader import grading
from checks.grader.grading import Grader, handed_out
from checks.grader.limits import Limits
from checks.grader.processes import ForkServer, FreshProcesses, open_sandbox
from checks.protocol.frames import read_frame, write_frame
from checks.protocol.messages import Job, Ready, encode
from checks.protocol.verdicts import Status
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
EXERCISE = load_course().exercise("1.1")
on_linux = pytest.mark.skipif(not psutil.LINUX, reason="only on Linux")


@pytest.fixture(autouse=True)
def tried_anew():
    isolation.why_not.cache_clear()
    yield
    isolation.why_not.cache_clear()


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Give an empty folder of programs, the only one on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def add_program(folder: Path, name: str, code: str) -> None:
    """Put a program there that Python runs."""
    (folder / name).write_text(f"#!{sys.executable} -I\n{code}", encoding="utf-8")
    (folder / name).chmod(0o755)


@on_linux
@pytest.mark.parametrize(
    ("tier", "why"), [("bubblewrap", "install the package bubblewrap"), ("container", "neither docker nor podman")]
)
def test_demanded_tier_is_refused_with_reason_and_cure(programs, tier, why):
    with pytest.raises(ValueError, match=rf"isolation is '{tier}', but .*{why}"):
        open_tier(Tier(tier))
    assert isolation.available() == [Tier.PROCESS]
    tier, sandbox = open_tier()
    sandbox.close()
    assert tier is Tier.PROCESS


@on_linux
def test_bubblewrap_is_really_tried(programs):
    add_program(programs, "bwrap", "import sys; sys.exit('No permissions to create new namespace')")
    with pytest.raises(ValueError, match=r"No permissions to create new namespace.*forbid user namespaces"):
        open_tier(Tier.BUBBLEWRAP)


def test_other_systems_have_no_bubblewrap(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ValueError, match="Linux alone"):
        open_tier(Tier.BUBBLEWRAP)


@on_linux
def test_container_needs_its_image_and_an_engine_that_answers(programs):
    add_program(programs, "docker", "import sys; sys.exit('Error: No such image: two-heads-worker')")
    with pytest.raises(ValueError, match=r"docker build --tag two-heads-worker --file checks/\S+/Containerfile \."):
        open_tier(Tier.CONTAINER)
    isolation.why_not.cache_clear()
    add_program(programs, "docker", "import sys; sys.exit('Cannot connect to the daemon')")
    with pytest.raises(ValueError, match=r"does not answer \(Cannot connect to the daemon\)"):
        open_tier(Tier.CONTAINER)


ENGINE = f"""
import os, sys
folder = os.path.dirname(__file__)
with open(os.path.join(folder, "calls"), "a") as calls:
    print(*sys.argv[1:], file=calls)
if sys.argv[1] == "run":
    _, *options, code = sys.argv[sys.argv.index("two-heads-worker") + 1 :]
    course = os.path.join(folder, "image", "course")
    os.execv({sys.executable!r}, [{sys.executable!r}, *options, code.replace("'/course'", repr(course))])
"""


@pytest.fixture
def image(programs):
    """Add an engine, and give the course as its image has it: what a worker may see."""
    add_program(programs, "docker", ENGINE)
    course = programs / "image" / "course"
    for room in bubblewrap.rooms():
        copy = course / room.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if room.is_dir() else shutil.copy)(room, copy)
    return course


@on_linux
def test_container_is_refused_whose_image_has_another_version_of_the_course(image):
    (image / "checks" / "exercises" / "e1_1_mean_pool" / "checks.py").write_text("suite = None\n", encoding="utf-8")
    with pytest.raises(ValueError, match="two-heads-worker holds another version of the course: docker build --tag"):
        open_tier(Tier.CONTAINER)
    isolation.why_not.cache_clear()
    (image / "checks" / "source" / "fingerprint.py").unlink()  # an image that is older than the comparison
    with pytest.raises(ValueError, match=r"failed \(.*No module named .*\); if the image is older .*: docker build"):
        open_tier(Tier.CONTAINER)


@on_linux
def test_container_of_every_job_gets_the_limits_and_is_killed(programs, image):
    tier, sandbox = open_tier(Tier.CONTAINER, Limits(memory=10**9, processes=7))
    assert isinstance(sandbox, Containers)
    with Grader(opener=lambda: sandbox, diagnosis=0) as grader:
        (result,) = grader.grade(Submission("test", SOURCES), [EXERCISE])
    assert (tier, result.status) == (Tier.CONTAINER, Status.PASSED), result
    calls = (programs / "calls").read_text().splitlines()
    started = [call for call in calls if call.startswith("run --interactive ")]
    names = [re.search(r"--name (\S+)", call)[1] for call in started]
    for held in ("--network none", "--read-only", "--cap-drop ALL", "--pids-limit 8", "no-new-privileges", "--rm"):
        assert all(f" {held} " in call for call in started)
    assert all(f"--memory {10**9 + containers.OURS} " in call for call in started)
    assert sorted(call for call in calls if call.startswith("kill ")) == sorted(f"kill {name}" for name in names)


@on_linux
def test_container_ends_when_nobody_waits_for_its_job():
    code = f"import sys; sys.path.append({str(ROOT)!r}); from checks.worker.container import serve; serve()"
    busy = Job(EXERCISE.exercise_id, 0, 2**31, {EXERCISE.file: "while True: pass"}, handed_out(EXERCISE)[0])
    with subprocess.Popen([sys.executable, "-I", "-c", code], stdin=PIPE, stdout=PIPE, bufsize=0) as first:
        write_frame(first.stdin, encode(busy))
        assert read_frame(first.stdout) == encode(Ready())
        family = psutil.Process(first.pid).children()
        assert family
        assert first.poll() is None
        first.stdin.close()
        assert first.wait(timeout=60) == 128 + signal.SIGKILL
    assert not psutil.wait_procs(family, timeout=10)[1]


def test_containerfile_copies_what_a_worker_may_see_and_no_more():
    text = containers.CONTAINERFILE.read_text(encoding="utf-8")
    first = text.split("FROM ")[1]
    copied = {Path(name).name for line in re.findall(r"^COPY (.*) \S+$", first, re.M) for name in line.split()}
    assert copied == {*bubblewrap.ROOMS, EXERCISES.name}
    assert all(f"-name {name}" in first for name in bubblewrap.HIDDEN)
    assert containers.BUILD in text


def test_rooms_are_all_that_a_worker_imports_and_no_answer():
    shown = {path.relative_to(CHECKS) for path in bubblewrap.rooms()}
    assert {str(path) for path in shown if len(path.parts) == 1} == set(bubblewrap.ROOMS)
    own = {path.relative_to(CHECKS) for path in EXERCISES.rglob("*.py") if "answers" not in path.parts}
    own = {path for path in own if path.name != "judges.py"}
    assert {path for path in shown if path.parts[0] == "exercises" and path.suffix == ".py"} == own
    assert not any({"answers", "judges.py", "__pycache__", "referee", "maintain"} & set(path.parts) for path in shown)


@on_linux
@pytest.mark.parametrize("root", ["/usr/src/course", "/tmp/course", "/srv/course"])
def test_checkout_is_covered_before_its_rooms_are_shown(monkeypatch, root):
    monkeypatch.setattr(bubblewrap, "ROOT", Path(root))
    monkeypatch.setattr(bubblewrap, "rooms", lambda: [Path(root, "checks", "course.py")])
    monkeypatch.setattr(bubblewrap, "python_folders", lambda: [Path("/opt/python")])
    command = bubblewrap.bubblewrap_command(["true"])
    places = {place: number for number, place in enumerate(command)}
    shown = places[f"{root}/checks/course.py"]
    assert places["/usr"] < shown
    if root.startswith("/usr"):
        cover = next(number for number, part in enumerate(command) if (part, command[number + 1]) == ("--tmpfs", root))
        assert places["/usr"] < cover < shown
    else:
        assert root not in places
    assert command[places["/tmp"] - 1] == ("--dir" if root == "/tmp/course" else "room")


@on_linux
def test_cgroup_that_cannot_be_made_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroups, "MOUNTS", tmp_path / "nowhere")
    assert cgroups.open_cgroup(Limits()) is None


@on_linux
def test_cgroup_of_the_second_version_gets_its_limits(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroups, "MOUNTS", tmp_path)
    monkeypatch.setattr(cgroups, "_own_group", lambda: tmp_path / "session" / "own")
    (tmp_path / "session").mkdir()
    made = []
    monkeypatch.setattr(Path, "write_text", lambda path, text, encoding: made.append((path.name, text)))
    group = cgroups.open_cgroup(Limits(memory=5, processes=3))
    assert made == [("memory.max", str(5 + cgroups.OURS)), ("pids.max", str(3 + cgroups.OUR_PROCESSES))]
    assert group.folders[0].parent == tmp_path / "session"
    assert group.command(["true"])[-1] == "true"
    shutil.rmtree(group.folders[0])


@pytest.mark.parametrize("kind", [FreshProcesses, pytest.param(ForkServer, marks=on_linux)])
def test_worker_that_does_not_start_is_our_fault_and_says_why(kind, monkeypatch, tmp_path):
    reports = []
    monkeypatch.setattr(grading, "write_report", lambda text: reports.append(text) or tmp_path)
    monkeypatch.setattr(grading, "job_of", lambda *facts: "no job at all")
    with Grader(opener=kind) as grader:
        (result,) = grader.grade(Submission("test", SOURCES), [EXERCISE])
        monkeypatch.undo()
        (after,) = grader.grade(Submission("test", SOURCES), [EXERCISE])
    assert (result.status, result.points) == (Status.NOT_JUDGED, 0)
    assert "MessageError: a str is not expected" in reports[0]
    assert after.status is Status.PASSED


@on_linux
@pytest.mark.parametrize("open_one", [open_sandbox, FreshProcesses])
def test_processes_of_a_job_are_limited(open_one):
    body = "import os, time\nfor _ in range(40):\n    if os.fork() == 0:\n        time.sleep(9)\n        os._exit(0)\n"
    definition = "def mean_pool(token_embeddings, attention_mask):\n" + "".join(
        f"    {line}\n" for line in [*body.splitlines(), "time.sleep(5)"]
    )
    pooling = replace_definition(SOURCES["pooling"], ("mean_pool",), definition)
    with Grader(Limits(processes=20), opener=open_one) as grader:
        (result,) = grader.grade(Submission("test", {**SOURCES, "pooling": pooling}), [EXERCISE])
    assert "more processes" in result.problem
    assert result.points == 0


def test_referee_ends_in_the_middle_of_its_work_when_the_grader_is_gone():
    code = (
        "import time\n"
        "from checks.referee import serve\n"
        "serve._answer = lambda referee, content: time.sleep(600)\n"
        "serve.serve(1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        write_frame(process.stdin, b"a long question")
        while process.poll() is None and b"Working" not in (read_frame(process.stdout) or b""):
            pass
        process.stdout.close()  # as the system does when the grader is killed
        assert process.wait(timeout=60) == 1
