"""Hostile submissions in bubblewrap: each earns what a blank one earns, leaves nothing behind, costs nobody a point."""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest

from checks.cohort.isolation import Tier, open_tier, why_not
from checks.course import CHECKS, ROOT, SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.limits import Limits
from checks.grader.processes import ForkServer
from checks.protocol.verdicts import Status
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
POOLING = SOURCES["pooling"]
SECRET = "two-heads-secret"

# Put at the end of an attack: the right answer if it has succeeded, so that points would tell.
IF_WON = """
if won:
    weights = attention_mask.unsqueeze(-1)
    return (token_embeddings * weights).sum(1) / weights.sum(1).clamp(min=1)
return None
"""


def with_body(body: str) -> str:
    """Give `pooling.py` with another body of `mean_pool`; `max_pool` stays correct."""
    definition = "def mean_pool(token_embeddings, attention_mask):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return replace_definition(POOLING, ("mean_pool",), definition)


def grade(grader, body, limits=None):
    """Grade an attack in 1.1 beside an honest 1.2."""
    grader.limits = limits or Limits(seconds=20)
    submission = Submission("test", {**SOURCES, "pooling": with_body(body)})
    return list(grader.grade(submission, load_course().select(("1.1", "1.2"))))


@pytest.fixture(scope="module", autouse=True)
def secret():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWO_HEADS_TOKEN", SECRET)
        yield


@pytest.fixture(scope="module")
def grader(secret):
    if reason := why_not(Tier.BUBBLEWRAP):
        if os.environ.get("REQUIRE_BUBBLEWRAP"):
            pytest.fail(f"{reason}, and REQUIRE_BUBBLEWRAP is set")
        pytest.skip(reason)
    ctypes.CDLL(None).syscall(250, 1, None)  # on x86-64: a keyring for all that we start, as a login has one
    tier, sandbox = open_tier(Tier.BUBBLEWRAP)
    assert tier is Tier.BUBBLEWRAP
    with Grader(opener=lambda: sandbox, diagnosis=0) as grader:
        yield grader


@pytest.fixture
def left_alone(grader):
    """See to it that no process and no file of an attack outlives it."""
    yield
    deadline = time.monotonic() + 5
    while (family := grader.sandbox.family()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not family


def assert_held(grader, body, limits=None, statuses=None):
    attack, honest = grade(grader, body, limits)
    assert attack.points == 0, attack
    assert attack.status is not Status.NOT_JUDGED, attack
    assert statuses is None or attack.status in statuses, attack
    assert (honest.status, honest.points) == (Status.PASSED, honest.possible), honest
    return attack


READS = {
    "opens the reference": f"""
        found = {{}}
        try:
            exec(open({str(SOLUTIONS / "pooling.py")!r}).read(), found)
        except OSError:
            return None
        return found["mean_pool"](token_embeddings, attention_mask)
    """,
    "reads the reference by system calls": f"""
        import ctypes, os
        library = ctypes.CDLL(None)
        folder = library.open({str(SOLUTIONS).encode()!r}, os.O_RDONLY)
        file = library.openat(folder, b"pooling.py", os.O_RDONLY)
        space = ctypes.create_string_buffer(100_000)
        won = library.read(file, space, 100_000) > 0
    """,
    "imports the reference": """
        try:
            from solutions.pooling import mean_pool as found
        except ImportError:
            return None
        return found(token_embeddings, attention_mask)
    """,
    "imports the referee": """
        try:
            import checks.referee.judge
            won = True
        except ImportError:
            won = False
    """,
}


@pytest.mark.parametrize("name", READS)
def test_reference_is_not_there_to_be_read(grader, left_alone, name):
    body = textwrap.dedent(READS[name])
    assert_held(grader, body if "return found" in body else body + IF_WON)


@pytest.mark.parametrize("name", READS)
def test_these_attacks_win_where_nothing_holds_them(name):
    with Grader(opener=ForkServer, diagnosis=0) as grader:
        body = textwrap.dedent(READS[name])
        attack, _ = grade(grader, body if "return found" in body else body + IF_WON)
    assert attack.points > 0


def test_nothing_of_the_course_that_tells_an_answer_is_to_be_found(grader, left_alone):
    body = """
        import os
        won = False
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name != "site-packages" and os.path.join(folder, name) != "/usr"]
            won = won or "judges.py" in files or "pooling.py" in files or "misconceptions.toml" in files
            won = won or any(name.startswith("judges.") for name in files)
            won = won or bool({"answers", "referee", "solutions", "tutorial", ".git", "docs"} & set(folders))
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)


def test_another_submission_cannot_be_read_written_or_linked(grader, left_alone, tmp_path):
    other = tmp_path / "other" / "pooling.py"
    other.parent.mkdir()
    other.write_text(POOLING, encoding="utf-8")
    body = f"""
        import os
        won = False
        for attempt in (
            lambda: open({str(other)!r}).read(),
            lambda: open({str(other)!r}, "w").write("lost"),
            lambda: os.link({str(other)!r}, "mine"),
            lambda: os.listdir({str(tmp_path)!r}),
            lambda: os.remove({str(other)!r}),
        ):
            try:
                attempt()
                won = True
            except OSError:
                pass
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)
    assert other.read_text(encoding="utf-8") == POOLING


TEMPTING = (CHECKS, CHECKS / "protocol" / "__pycache__", CHECKS / "worker", Path(sys.prefix))


def test_nothing_is_left_for_the_next_one(grader, left_alone):
    leaving = f"""
        import os
        text = b"two-heads-left"
        for folder in (".", "/tmp", "/dev/shm", "/dev", "/", "/room", "/proc", *{list(map(str, TEMPTING))!r}):
            try:
                with open(os.path.join(folder, "two-heads-left.py"), "wb") as file:
                    file.write(text)
            except OSError:
                pass
        import ctypes
        library = ctypes.CDLL(None)
        library.syscall(248, b"user", b"two-heads-left", text, len(text), -3)  # add_key, on x86-64
        library.syscall(248, b"user", b"two-heads-left", text, len(text), -4)
        library.shmget(77, 4096, 0o1666)
        return None
    """
    assert_held(grader, leaving)
    looking = """
        import ctypes, os
        library = ctypes.CDLL(None)
        won = library.syscall(249, b"user", b"two-heads-left", None, 0) > 0  # request_key, on x86-64
        won = won or library.shmget(77, 4096, 0) >= 0
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name != "site-packages" and os.path.join(folder, name) != "/usr"]
            won = won or "two-heads-left.py" in files
    """
    assert_held(grader, textwrap.dedent(looking) + IF_WON)
    for folder in (*TEMPTING, Path("/tmp")):
        assert not (folder / "two-heads-left.py").exists()


def test_no_process_but_its_own_can_be_signalled_traced_or_written_to(grader, left_alone):
    grade(grader, "return None\n")
    outside = [os.getpid(), os.getppid(), grader.referee.process.pid, grader.sandbox.server.pid]
    body = f"""
        import ctypes, os, signal
        library, won = ctypes.CDLL(None), False
        own = os.getpid()
        assert own == 1
        for pid in (*range(2, 400), *{outside}, -1, 0):
            if pid > 0:
                for name in ("mem", "environ", "fd", "root", "maps", "cwd"):
                    won = won or os.path.exists(f"/proc/{{pid}}/{{name}}")
                word = ctypes.create_string_buffer(8)
                one = (ctypes.c_void_p * 2)(ctypes.addressof(word), 8)
                won = won or library.process_vm_readv(pid, one, 1, one, 1, 0) > 0
                won = won or library.ptrace(16, pid, None, None) == 0
            for number in (signal.SIGSTOP, signal.SIGKILL):
                try:
                    if pid != 0:
                        os.kill(pid, number)
                        won = won or pid > 0
                except OSError:
                    pass
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)
    assert grader.sandbox.server.poll() is None
    assert grader.referee.process.poll() is None


def test_no_descriptor_leads_to_the_grader_and_no_variable_is_handed_on(grader, left_alone):
    body = f"""
        import os, stat
        won = any({SECRET!r} in value for value in os.environ.values())
        for descriptor in range(1000):
            try:
                won = won or stat.S_ISSOCK(os.fstat(descriptor).st_mode)
            except OSError:
                pass
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)


def test_no_right_is_left_to_undo_the_isolation(grader, left_alone):
    body = """
        import ctypes, os, stat
        library, won = ctypes.CDLL(None), False
        won = won or library.unshare(0x10000000) == 0  # a user namespace
        won = won or library.unshare(0x20000) == 0  # a mount namespace
        won = won or library.umount2(b"/proc", 2) == 0
        won = won or library.umount2(b"/room", 2) == 0
        won = won or library.mount(b"tmpfs", b"/room", b"tmpfs", 0, b"size=8g") == 0
        won = won or library.mount(b"", b"/", b"", 32 | 4096, b"") == 0
        won = won or library.chroot(b"/room") == 0
        won = won or os.getuid() == 0
        for attempt in (
            lambda: os.mknod("device", stat.S_IFBLK | 0o600, os.makedev(254, 0)),
            lambda: os.setuid(0),
            *(lambda name=name: os.chmod("/dev/" + name, 0o666) for name in ("null", "zero", "full", "urandom", "tty")),
            lambda: open("/etc/shadow").read(),
            lambda: open("/proc/sys/user/max_user_namespaces", "w").write("9"),
            lambda: os.listdir("/sys"),
            lambda: os.listdir("/root/.ssh"),
        ):
            try:
                attempt()
                won = True
            except OSError:
                pass
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)


@pytest.fixture
def listener():
    """Listen on this machine's loopback, and at an address that needs no file."""
    with contextlib.ExitStack() as stack:
        address = f"\0two-heads-{os.getpid()}"
        network = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        local = stack.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(address)
        local.listen()
        yield network.getsockname()[1], address


def test_network_is_out_of_reach(grader, left_alone, listener):
    port, address = listener
    body = f"""
        import socket
        won = False
        for family, place in ((socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_UNIX, {address!r}),
                              (socket.AF_INET, ("192.0.2.1", 80))):
            with socket.socket(family) as one:
                one.settimeout(2)
                try:
                    one.connect(place)
                    won = True
                except OSError:
                    pass
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)


ENDS = {
    "ends its process": ("import os\nos._exit(0)\n", {Status.EXITED}),
    "kills all it can": ("import os\nos.kill(-1, 9)\nos._exit(0)\n", {Status.EXITED, Status.ERROR}),
    "crashes": ("import ctypes\nctypes.string_at(0)\n", {Status.EXITED}),
    "aborts": ("import os\nos.abort()\n", {Status.EXITED}),
    "fork bomb": ("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n", None),
    "many threads": (
        "import threading, time\n"
        "for _ in range(5000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
        None,
    ),
    "shared memory": (
        "import mmap, time\nblock = mmap.mmap(-1, 4 * 1024**3)\n"
        "for page in range(0, len(block), 4096): block[page] = 1\ntime.sleep(60)\n",
        {Status.OUT_OF_MEMORY},
    ),
    "shared memory of many": (
        "import mmap, os, time\nblock = mmap.mmap(-1, 3 * 1024**3)\n"
        "for part in range(6):\n    if os.fork() == 0:\n"
        "        for page in range(part * 2**29, (part + 1) * 2**29, 4096): block[page] = 1\n"
        "        time.sleep(60)\n        os._exit(0)\n"
        "time.sleep(60)\n",
        {Status.OUT_OF_MEMORY},
    ),
    "memory while it sends": (
        "import threading, mmap\nblock = mmap.mmap(-1, 4 * 1024**3)\n"
        "def fill():\n    for page in range(0, len(block), 4096): block[page] = 1\n"
        "threading.Thread(target=fill).start()\n"
        "import os, msgspec, struct, time\n"
        "frame = msgspec.msgpack.encode(('Ready', {}))\n"
        "while True:\n    time.sleep(0.01)\n"
        "    for descriptor in range(3, 20):\n        try:\n"
        "            os.write(descriptor, struct.pack('>I', len(frame)) + frame)\n"
        "        except OSError:\n            pass\n",
        {Status.OUT_OF_MEMORY},
    ),
    "endless output": ("import os\nwhile True: os.write(1, b'x' * 65536)\n", {Status.ERROR}),
    "huge frame": (
        "import os\nfor descriptor in range(3, 20):\n    try:\n        os.write(descriptor, bytes([255] * 4))\n"
        "        os.write(descriptor, bytes(10**6))\n    except OSError:\n        pass\nreturn None\n",
        None,
    ),
    "malformed frames": (
        "import os, struct\nframe = b'\\x91' * 200_000\nfor descriptor in range(3, 20):\n    try:\n"
        "        os.write(descriptor, struct.pack('>I', len(frame)) + frame)\n    except OSError:\n        pass\n",
        None,
    ),
    "endless frames": (
        "import msgspec, os, struct\nframe = msgspec.msgpack.encode(('Observed', {'seen': bytes(10)}))\n"
        "while True:\n    for descriptor in range(3, 20):\n        try:\n"
        "            os.write(descriptor, struct.pack('>I', len(frame)) + frame)\n        except OSError:\n"
        "            pass\n",
        None,
    ),
    "forged observations": (
        "import msgspec, os, struct\n"
        "said = [('Observed', {'seen': struct.pack('>I', 4) + b'true'})] * 20\n"
        "said.append(('Finished', {'imports_solutions': False}))\n"
        "for descriptor in range(20):\n    for frame in map(msgspec.msgpack.encode, said):\n        try:\n"
        "            os.write(descriptor, struct.pack('>I', len(frame)) + frame)\n        except OSError:\n"
        "            pass\nreturn None\n",
        None,
    ),
    "fake report": (
        "import sys\nfor stream in (sys.__stdout__, sys.stderr):\n"
        '    print(\'{"status": "passed", "points": 100}\\n1.1 passed 100 of 100\', file=stream, flush=True)\n'
        "return None\n",
        {Status.FAILED},
    ),
    "never ends": ("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\nwhile True: pass\n", None),
}


@pytest.mark.parametrize("name", ENDS)
def test_attack_costs_nobody_but_itself(grader, left_alone, name):
    body, statuses = ENDS[name]
    late = Limits(seconds=40 if statuses == {Status.OUT_OF_MEMORY} else 4)  # memory takes a while to fill
    assert_held(grader, body, late, statuses)


def test_files_fill_no_more_than_the_room(grader, left_alone):
    body = """
        import os
        written = 0
        try:
            for number in range(40):
                with open(f"{number}", "wb") as file:
                    for _ in range(20):
                        written += file.write(bytes(1024**2))
        except OSError:
            pass
        won = written > 300 * 1024**2
    """
    assert_held(grader, textwrap.dedent(body) + IF_WON)


def test_memory_that_nobody_maps_is_counted_by_the_system(grader, left_alone):
    if not grader.sandbox.group:
        pytest.skip("no cgroup can be made here")
    body = """
        import os
        kept = []
        for _ in range(60):
            kept.append(os.memfd_create("x"))
            os.write(kept[-1], bytes(90 * 1024**2))
    """
    assert_held(grader, textwrap.dedent(body) + "won = True\n" + IF_WON, statuses={Status.OUT_OF_MEMORY, Status.EXITED})


SLEEP = str(2_000_000 + os.getpid())  # no other run on this machine waits for exactly so long


@pytest.mark.parametrize("then", ["return None\n", "os._exit(0)\n", "while True: pass\n"])
def test_process_left_running_ends_with_its_job(grader, left_alone, then):
    body = f"""
        import os
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "{SLEEP}"])
            os._exit(0)
        import time
        time.sleep(0.5)
    """
    assert_held(grader, textwrap.dedent(body) + then, Limits(seconds=3))
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", SLEEP]]


def test_escape_codes_reach_no_terminal(grader, left_alone):
    body = r"""
        import os
        os.write(1, b"\x1b]0;owned\x07\x1b[2J::set-output name=x::y\r\n")
        raise type("\x1b[31mRed", (Exception,), {})("\x1b[2J\x9b31m =cmd")
    """
    attack = assert_held(grader, body)
    texts = [attack.output, attack.problem, *(check.problem + check.observed for check in attack.checks)]
    assert all(letter in "\n\t" or letter.isprintable() for text in texts for letter in text)


def test_killed_grader_leaves_nothing_running(grader, tmp_path):
    code = (
        "from checks.cohort.isolation import Tier, open_tier\n"
        "from checks.course import load_course\n"
        "from checks.grader.grading import Grader\n"
        "from checks.grader.limits import Limits\n"
        "from checks.source.files import Submission\n"
        "submission = Submission('test', {'pooling': 'import os\\nos.write(1, b\"started\")\\nwhile True: pass\\n'})\n"
        "sandbox = open_tier(Tier.BUBBLEWRAP)[1]\n"
        "list(Grader(Limits(seconds=600), opener=lambda: sandbox).grade(submission, load_course().select(('1.1',))))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as process:
        deadline, family = time.monotonic() + 120, []
        while len(family) < 6 and time.monotonic() < deadline:  # referee, bwrap twice, server, who waits, job
            time.sleep(0.2)
            family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert len(family) >= 6
    _, alive = psutil.wait_procs(family, timeout=20)
    for left in alive:
        left.kill()
    assert not alive
    open_tier(Tier.BUBBLEWRAP)[1].close()  # sweeps up what a killed one could not
    assert not list(Path("/sys/fs/cgroup").glob(f"*/two-heads-{process.pid}-*"))


@pytest.mark.parametrize("where", ["checkout", "link/checkout"])
def test_checkout_in_a_temporary_folder_is_seen(grader, tmp_path, where):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    checkout = tmp_path / where
    checkout.mkdir()
    leave = shutil.ignore_patterns("__pycache__", "answers")
    shutil.copytree(CHECKS, checkout / "checks", ignore=leave)
    shutil.copytree(SOLUTIONS, checkout / "solutions", ignore=leave)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from checks.cohort.isolation import Tier, open_tier\n"
        "from checks.course import ROOT, SOLUTIONS, load_course\n"
        "from checks.grader.grading import Grader\n"
        "from checks.source.files import read_submission\n"
        "with Grader(opener=lambda: open_tier(Tier.BUBBLEWRAP)[1], diagnosis=0) as grader:\n"
        "    for result in grader.grade(read_submission(SOLUTIONS), load_course().select(('1.1',))):\n"
        "        print(ROOT, result.status, result.problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=False)
    assert done.stdout == f"{checkout.resolve()} passed \n", done.stdout + done.stderr


def test_threads_of_a_class_have_sandboxes_of_their_own(grader):
    points = []

    def work():
        with Grader(opener=lambda: open_tier(Tier.BUBBLEWRAP)[1], diagnosis=0) as own:
            points.extend(result.points for result in grade(own, "return None\n"))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(points)[:2] == [0, 0]
    assert min(sorted(points)[2:]) > 0
