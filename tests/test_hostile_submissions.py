"""What a submission may do, on purpose or by accident, without hanging the grader, crashing it or earning a point."""

import os
import textwrap
import time
from collections.abc import Iterator
from xml.etree import ElementTree

import psutil
import pytest

from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.limits import Limits
from checks.grader.record import Result
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import Status
from checks.reports.junit import junit
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources, read_submission

SOURCES = read_sources(SOLUTIONS)
POOLING = SOURCES["pooling"]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader() as grader:
        yield grader


def grade(grader, text, *exercise_ids, file="pooling", limits=None, **files) -> list[ExerciseResult]:
    grader.limits = limits or Limits()
    submission = Submission("test", {**SOURCES, file: text, **files})
    return list(grader.grade(submission, load_course().select(exercise_ids or ("1.1",))))


def with_body(body: str) -> str:
    """Give `pooling.py` with another body of `mean_pool`; `max_pool` stays correct."""
    definition = "def mean_pool(token_embeddings, attention_mask):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return replace_definition(POOLING, ("mean_pool",), definition)


CORRECT = """
weights = attention_mask.unsqueeze(-1)
return (token_embeddings * weights).sum(1) / weights.sum(1).clamp(min=1)
"""

AGREEABLE = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
return Equal()
"""

AGREEABLE_TENSOR = """
class Equal(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), options=None):
        return True
return token_embeddings.mean(1).as_subclass(Equal)
"""

COMPARISONS_PATCHED = """
import torch.testing
for name in ("allclose", "equal", "isclose", "eq"):
    setattr(torch, name, lambda *arguments, **options: True)
torch.testing.assert_close = lambda *arguments, **options: None
torch.Tensor.__eq__ = lambda *arguments: True
return token_embeddings.mean(1)
"""

FRAMES_FORGED = """
import msgspec, os, struct
messages = [("Observed", {"seen": struct.pack(">I", 4) + b"true"})] * 20 + [("Finished", {"imports_solutions": False})]
for descriptor in range(3, 20):
    for frame in map(msgspec.msgpack.encode, messages):
        try:
            os.write(descriptor, struct.pack(">I", len(frame)) + frame)
        except OSError:
            pass
return token_embeddings.mean(1)
"""

SHARED_MEMORY = """
import mmap, time
block = mmap.mmap(-1, 4 * 1024**3)
for page in range(0, len(block), 4096):
    block[page] = 1
time.sleep(5)
"""

LARGE_FILE = """
import tempfile
with tempfile.TemporaryFile() as file:
    for _ in range(300):
        file.write(bytes(1024**2))
return token_embeddings.mean(1)
"""

FRAMES_DEEP = """
import os, struct
for descriptor in range(3, 20):
    try:
        frame = b"\\x91" * 200_000
        os.write(descriptor, struct.pack(">I", len(frame)) + frame)
    except OSError:
        pass
return token_embeddings.mean(1)
"""

FRAMES_CUT = """
import os
for descriptor in range(3, 20):
    try:
        os.write(descriptor, bytes([255, 255, 255]))
    except OSError:
        pass
os._exit(0)
"""

RECURSION_IN_C = """
import sys
sys.setrecursionlimit(10**9)
nested = []
for _ in range(10**6):
    nested = [nested]
repr(nested)
"""

UNPRINTABLE = """
class Unprintable(Exception):
    __str__ = None
raise Unprintable
"""

# Name to body of `mean_pool` and the statuses that are right.
WRONG = {
    "syntax error": ("return (\n", {Status.ERROR}),
    "bad indentation": ("return 1\n  + 2\n", {Status.ERROR}),
    "import fails": ("import not_installed_anywhere\n", {Status.ERROR}),
    "none": ("return None\n", {Status.FAILED}),
    "list": ("return [0.0] * len(token_embeddings)\n", {Status.FAILED}),
    "numpy": ("return token_embeddings.detach().float().numpy().mean(1)\n", {Status.FAILED}),
    "wrong dtype": ("return token_embeddings.double().mean(1)\n", {Status.FAILED}),
    "nan": ("return token_embeddings.mean(1) * float('nan')\n", {Status.FAILED}),
    "empty": ("return torch.empty(0)\n", {Status.FAILED}),
    "scalar": ("return torch.tensor(0.0)\n", {Status.FAILED}),
    "broadcastable": ("return token_embeddings.mean(1, keepdim=True)\n", {Status.FAILED}),
    "in place": (f"token_embeddings.detach().mul_(2)\n{CORRECT}", {Status.FAILED}),
    "mask in place": (f"attention_mask.fill_(1)\n{CORRECT}", {Status.FAILED}),
    "recursion": ("return mean_pool(token_embeddings, attention_mask)\n", {Status.ERROR}),
    "recursion in C": (RECURSION_IN_C, {Status.EXITED, Status.ERROR}),
    "sys.exit": ("import sys\nsys.exit(0)\n", {Status.ERROR}),
    "os._exit": ("import os\nos._exit(0)\n", {Status.EXITED}),
    "abort": ("import os\nos.abort()\n", {Status.EXITED}),
    "killed itself": ("import os\nos.kill(os.getpid(), 9)\n", {Status.EXITED, Status.OUT_OF_MEMORY}),
    "lying exception": ("raise Exception('passed')\n", {Status.ERROR}),
    "exception without text": (UNPRINTABLE, {Status.ERROR}),
    "base exception": ("raise BaseException('all checks passed')\n", {Status.ERROR}),
    "interrupt": ("raise KeyboardInterrupt\n", {Status.ERROR}),
    "memory": ("return torch.ones(2_500_000_000)\n", {Status.OUT_OF_MEMORY}),
    "memory in pieces": ("kept = []\nwhile True: kept.append(torch.ones(25_000_000))\n", {Status.OUT_OF_MEMORY}),
    "python memory": ("return [0] * 10**10\n", {Status.OUT_OF_MEMORY}),
    "output": ("for _ in range(1024): print('x' * 1024**2)\n", {Status.ERROR}),
    "output past python": ("import os\nwhile True: os.write(1, b'x' * 65536)\n", {Status.ERROR}),
    "equal to everything": (AGREEABLE, {Status.FAILED, Status.ERROR}),
    "tensor subclass": (AGREEABLE_TENSOR, {Status.FAILED, Status.ERROR}),
    "comparisons patched": (COMPARISONS_PATCHED, {Status.FAILED, Status.ERROR}),
    "default dtype": (
        "torch.set_default_dtype(torch.float64)\nreturn torch.zeros(len(token_embeddings), 6)\n",
        {Status.FAILED},
    ),
    "frames forged": (FRAMES_FORGED, {Status.FAILED, Status.ERROR, Status.EXITED}),
    "huge number": ("return 10**400\n", {Status.FAILED}),
    "shared memory": (SHARED_MEMORY, {Status.OUT_OF_MEMORY}),
    "large file": (LARGE_FILE, {Status.ERROR}),
    "frames deep": (FRAMES_DEEP, {Status.FAILED, Status.ERROR, Status.EXITED}),
    "descriptors closed": ("import os\nos.closerange(3, 100)\nreturn None\n", {Status.EXITED, Status.ERROR}),
    "frames cut": (FRAMES_CUT, {Status.EXITED, Status.ERROR}),
    "contains itself": ("loop = []\nloop.append(loop)\nreturn loop\n", {Status.FAILED, Status.ERROR}),
    "sparse": ("return token_embeddings.mean(1).to_sparse()\n", {Status.FAILED}),
    "generator": ("yield token_embeddings\n", {Status.FAILED, Status.ERROR}),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_body_earns_nothing_and_leaves_the_other_exercise_alone(grader, name):
    body, statuses = WRONG[name]
    wrong, other = grade(grader, with_body(body), "1.1", "1.2")
    assert wrong.status in statuses, wrong
    assert wrong.points == 0
    assert (other.status, other.points) == (Status.PASSED, other.possible), other


@pytest.mark.parametrize("where", ["body", "import"])
@pytest.mark.parametrize("loop", ["while True: pass", "import time; time.sleep(1000)", "import signal; signal.pause()"])
def test_endless_loop_is_stopped(grader, where, loop):
    text = with_body(loop + "\n") if where == "body" else loop + "\n" + POOLING
    started = time.monotonic()
    (result,) = grade(grader, text, limits=Limits(seconds=1.5))
    assert result.status is Status.TIMED_OUT
    assert result.points == 0
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "text",
    [
        POOLING.replace("def mean_pool", "def average"),
        "",
        "import sys\nsys.exit(0)\n" + POOLING,
        "import os\nos._exit(0)\n" + POOLING,
        "raise SystemExit('passed')\n" + POOLING,
        "import not_installed_anywhere\n" + POOLING,
        with_body(CORRECT).replace("def mean_pool(token_embeddings, attention_mask)", "def mean_pool(tokens)"),
        with_body(CORRECT).replace("def mean_pool(token_embeddings, attention_mask)", "mean_pool = 3\ndef other(x, y)"),
        "\0" + POOLING,
        "�" + POOLING,
        "(" * 100_000,
        "x = " + "-" * 100_000 + "1\n",
        "x = " + "1 + " * 100_000 + "1\n",
        "class mean_pool: pass\n",
    ],
    ids=lambda text: text[:24],
)
def test_broken_file_earns_nothing(grader, text):
    (result,) = grade(grader, text)
    assert result.status in (Status.ERROR, Status.EXITED), result
    assert result.points == 0
    assert result.problem or any(check.problem for check in result.checks)


def test_other_exercise_replaced_in_the_same_file_changes_no_verdict(grader):
    text = SOURCES["pooling"] + "\nmean_pool = lambda tokens, mask: tokens[:, 0] * 0\n"
    mean, largest = grade(grader, text, "1.1", "1.2")
    assert mean.status is Status.FAILED
    assert largest.status is Status.PASSED


def test_missing_file_is_named(grader):
    exercise = load_course().exercise("1.1")
    (result,) = grader.grade(Submission("test", {"losses": SOURCES["losses"]}), [exercise])
    assert result.status is Status.ERROR
    assert "pooling.py" in result.problem


def test_renamed_function_is_named(grader):
    (result,) = grade(grader, POOLING.replace("def mean_pool", "def average"))
    assert "mean_pool is missing in pooling.py" in result.problem


def test_broken_file_leaves_exercises_of_other_files_alone(grader):
    broken = {"similarity": "def (", "encoder": "import os; os._exit(0)", "dataset": "while True: pass"}
    (result,) = grade(grader, POOLING, "1.1", **broken)
    assert result.status is Status.PASSED


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + POOLING,
        POOLING.replace("\n", "\r\n"),
        "from __future__ import annotations\n" + POOLING.replace("from torch import Tensor\n", ""),
        POOLING.replace("def mean_pool", "def _mine") + "\nmean_pool = _mine\n",
        POOLING.replace("def mean_pool", "def _mine") + "\nimport functools\nmean_pool = functools.partial(_mine)\n",
        POOLING.replace("def mean_pool", "from .notes import same\n\n\n@same\ndef mean_pool"),
        "# -*- coding: latin-1 -*-\nfrom pathlib import Path\nHERE = Path(__file__).parent\n" + POOLING,
        POOLING.replace("import torch\n", "import torch\n# a comment\u2028with a line separator\x0c\n"),
    ],
    ids=["mark", "line ends", "future", "assigned", "partial", "new file", "own path", "separator"],
)
def test_unusual_but_correct_files_pass(grader, tmp_path, text):
    for name, content in (("pooling", text), ("notes", "def same(function): return function\n")):
        (tmp_path / f"{name}.py").write_bytes(content.encode())
    (tmp_path / ".#pooling.py").symlink_to("nowhere")
    grader.limits = Limits()
    (result,) = grader.grade(read_submission(tmp_path), [load_course().exercise("1.1")])
    assert result.status is Status.PASSED, result


@pytest.mark.parametrize("shadow", ["torch", "random", "numpy", "json", "checks", "solutions", "typing"])
def test_file_named_like_a_library_shadows_nothing(grader, shadow):
    (result,) = grade(grader, POOLING, "1.1", **{shadow: "raise RuntimeError('shadowed')\nmanual_seed = 1"})
    assert result.status is Status.PASSED, result


@pytest.mark.parametrize(
    "preamble",
    [
        "import torch, random, numpy\ntorch.manual_seed(7); random.seed(7); numpy.random.seed(7)\n",
        "import torch\ntorch.set_default_dtype(torch.float64)\n",
        "import torch\ntorch.set_grad_enabled(False)\n",
        "import torch\ntorch.set_num_threads(2)\n",
        "import sys\nsys.stdout = sys.stderr = None\n",
        "import os\nos.chdir('/')\nos.environ.clear()\n",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
    ],
)
def test_global_state_changed_at_import_changes_no_verdict(grader, preamble):
    correct, wrong = preamble + POOLING, preamble + with_body("return token_embeddings.mean(1)\n")
    assert grade(grader, correct)[0].status is Status.PASSED
    (result,) = grade(grader, wrong)
    assert result.status is Status.FAILED
    assert result.diagnosis is not None


@pytest.mark.parametrize(
    "use",
    [
        "from solutions.pooling import mean_pool as m\n",
        "import importlib\nm = importlib.import_module('solutions.pooling').mean_pool\n",
        f"found = {{}}\nexec(open({str(SOLUTIONS / 'pooling.py')!r}).read(), found)\nm = found['mean_pool']\n",
        f"import os\nos.chdir({str(SOLUTIONS.parent)!r})\nfound = {{}}\n"
        "exec(open('solutions/pooling.py').read(), found)\nm = found['mean_pool']\n",
    ],
    ids=["import", "importlib", "open", "relative"],
)
def test_use_of_the_solutions_is_graded_and_marked(grader, use):
    (result,) = grade(grader, with_body(use + "return m(token_embeddings, attention_mask)\n"))
    assert result.status is Status.PASSED
    assert result.imports_solutions
    assert not grade(grader, POOLING)[0].imports_solutions


# No other run on this machine waits for exactly so long.
SLEEP = str(1_000_000 + os.getpid())


def _sleepers() -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", SLEEP]]


DAEMON = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{SLEEP}"])
    os._exit(0)
"""


@pytest.mark.skipif(not psutil.LINUX, reason="needs a subreaper")
@pytest.mark.parametrize(
    "leave",
    [
        f"import subprocess\nsubprocess.Popen(['sleep', '{SLEEP}'])\n",
        f"import subprocess\nsubprocess.Popen(['sleep', '{SLEEP}'], start_new_session=True)\n",
        DAEMON,
    ],
    ids=["child", "session", "daemon"],
)
@pytest.mark.parametrize("then", [CORRECT, "import os\nos._exit(0)\n"], ids=["answer", "exit"])
def test_process_left_running_is_killed(grader, leave, then):
    (result,) = grade(grader, with_body(leave + then), limits=Limits(seconds=5))
    assert result.status in (Status.PASSED, Status.WORKS, Status.EXITED, Status.FAILED)
    deadline = time.monotonic() + 5
    while _sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _sleepers()


def test_thread_left_running_does_not_hold_the_grader(grader):
    text = with_body("import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\nreturn None\n")
    started = time.monotonic()
    (result,) = grade(grader, text)
    assert result.status is Status.FAILED
    assert time.monotonic() - started < 20


@pytest.mark.skipif(not psutil.LINUX, reason="there is a fork server on Linux only")
@pytest.mark.parametrize("then", ["while True: pass\n", "os._exit(0)\n", CORRECT])
def test_stopping_the_fork_server_costs_only_who_does_it(grader, then):
    text = with_body("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n" + then)
    started = time.monotonic()
    grade(grader, text, limits=Limits(seconds=2))
    assert grade(grader, POOLING)[0].status is Status.PASSED
    assert time.monotonic() - started < 60


@pytest.mark.skipif(not psutil.LINUX, reason="it is found by Linux's means")
def test_killing_the_referee_costs_nobody_else_a_verdict(grader):
    grade(grader, POOLING)
    text = with_body(f"import os\nos.kill({grader.referee.process.pid}, 9)\nreturn None\n")
    assert grade(grader, text)[0].points == 0
    assert grade(grader, POOLING)[0].status is Status.PASSED


@pytest.mark.skipif(not psutil.LINUX, reason="only the fork server can be killed by its children")
def test_killing_the_fork_server_costs_only_the_killer(grader):
    text = with_body("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(60)\n")
    (result,) = grade(grader, text, limits=Limits(seconds=5))
    assert result.points == 0
    assert grade(grader, POOLING)[0].status is Status.PASSED


def test_traceback_shows_the_learners_line_and_nothing_of_ours(grader):
    (result,) = grade(grader, with_body("one = 1\nreturn token_embeddings.no_such_thing\n"))
    (line,) = result.checks[0].lines
    assert (line.file, line.function, line.text) == (
        "tutorial/pooling.py",
        "mean_pool",
        "return token_embeddings.no_such_thing",
    )


@pytest.mark.parametrize(
    "code", [r"print('\x1b[31m\x00\x07\ud800')" "\n", "import os\nos.write(1, bytes(range(256)))\n"]
)
def test_control_characters_stay_off_the_terminal(grader, code):
    (result,) = grade(grader, with_body(code + CORRECT))
    assert result.output
    assert all(letter == "\n" or letter == "\t" or letter.isprintable() for letter in result.output)
    ElementTree.fromstring(junit(Result("test", (result,))))


def test_output_is_kept_for_the_learner(grader):
    (result,) = grade(grader, with_body("print('look', token_embeddings.shape)\n" + CORRECT))
    assert "look torch.Size(" in result.output
