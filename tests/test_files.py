import json
import multiprocessing
import os
import subprocess
import sys
import threading
from math import nan
from pathlib import Path

import pytest

from solutions.app import files
from solutions.app.files import read_text, settle, staged, write_json

OLD = {"a": "old", "b/c": "old", "b/mine": "mine", "mine": "mine"}
NEW = {"a": "new", "b/c": "new", "d": "new", "e/f": "new"}


def write(folder, content):
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def publish(folder, content):
    with staged(folder) as partial:
        write(partial, content)


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.is_file() and path.read_text() for path in folder.rglob("*")}


def written(folder, content):
    write(folder, content)
    return everything(folder)


def at_line(number, action):
    """Do something at the n-th line of `files` that is run from now on, in any thread; what it returns counts them."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line":
            count += 1
            if count == number:
                action()
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    return lambda: count


def untraced():
    sys.settrace(None)
    threading.settrace(None)


def interrupt():
    raise KeyboardInterrupt


def test_staged_files_appear_together_at_the_end(tmp_path):
    (tmp_path / "kept.txt").write_text("other work")
    with staged(tmp_path) as folder:
        (folder / "a.txt").write_text("a")
        (folder / "b").mkdir()
        (folder / "b" / "c.txt").write_text("c")
        assert not (tmp_path / "a.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b", "kept.txt"]


def test_staged_files_vanish_when_the_block_fails(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def fail(folder):
        (folder / "a.txt").write_text("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), staged(tmp_path) as folder:
        fail(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_staged_removes_the_folders_it_made_when_the_block_fails(tmp_path):
    with pytest.raises(ValueError, match="stop"), staged(tmp_path / "new" / "newer"):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []


def test_staged_replaces_files_of_the_same_name_only(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine").write_text("precious")
    (tmp_path / "a" / "result").write_text("old")
    with staged(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a" / "result").write_text("new")
    assert {path.name: path.read_text() for path in (tmp_path / "a").iterdir()} == {"mine": "precious", "result": "new"}


def test_staged_never_replaces_a_folder_by_a_file(tmp_path):
    (tmp_path / "metrics.json").mkdir()
    (tmp_path / "metrics.json" / "mine").touch()

    def write():
        with staged(tmp_path) as folder:
            (folder / "a").touch()
            (folder / "metrics.json").touch()

    with pytest.raises(OSError, match=r"metrics.json: there is a folder of that name"):
        write()
    assert [path.name for path in tmp_path.rglob("*")] == ["metrics.json", "mine"]


def test_staged_never_replaces_a_file_by_a_folder(tmp_path):
    (tmp_path / "b").write_text("mine")
    with pytest.raises(OSError, match="b: there is a file of that name"):
        publish(tmp_path, NEW)
    assert everything(tmp_path) == {"b": "mine"}


def test_staged_leaves_no_folder_when_a_deeper_one_cannot_be_made(tmp_path):
    with pytest.raises(OSError, match="cannot write to the folder"), staged(tmp_path / "a" / "b" / ("x" * 300)):
        pytest.fail("the block was entered")
    assert list(tmp_path.iterdir()) == []


def test_read_text_names_the_line_that_is_not_utf8(tmp_path):
    path = tmp_path / "text"
    path.write_bytes("\ufeffé\n".encode() * 5000 + "é".encode("latin-1"))
    with pytest.raises(ValueError, match="text, line 5001: not UTF-8 text; save the file as UTF-8"):
        read_text(path)
    path.write_bytes("\ufeffé".encode())
    assert read_text(path) == "é"


def test_write_json_writes_null_for_what_is_not_a_number(tmp_path):
    write_json(tmp_path / "metrics.json", {"auc": None, "f1": nan, "history": [{"f1": nan}, 0.5]})
    content = json.loads((tmp_path / "metrics.json").read_text())
    assert content == {"auc": None, "f1": None, "history": [{"f1": None}, 0.5]}


def test_staged_puts_everything_back_when_a_move_fails(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / name).write_text("old")
    replace = Path.replace

    def locked(path, target):
        if path.name == "b" and path.read_text() == "new":
            raise PermissionError("b is open elsewhere")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", locked)

    def write_all():
        with staged(tmp_path) as folder:
            for name in "abcd":
                (folder / name).write_text("new")

    with pytest.raises(PermissionError):
        write_all()
    monkeypatch.undo()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys("abc", "old")


def test_staged_says_at_once_that_a_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"cannot write to the folder .*file"), staged(tmp_path / "file" / "below"):
        pytest.fail("the block was entered")


@pytest.mark.parametrize("before", [OLD, {}])
def test_staged_is_whole_wherever_it_is_interrupted(tmp_path, before):
    def attempt(number):
        folder = tmp_path / str(number) / "ré sults"
        write(folder, before)
        lines = at_line(number, interrupt)
        try:
            publish(folder, NEW)
        except KeyboardInterrupt:
            pass
        finally:
            untraced()
        return folder, lines()

    folder, lines = attempt(0)
    old, new = written(tmp_path / "old", before), everything(folder)
    assert lines > 50
    for number in range(1, lines + 1):
        folder, _ = attempt(number)
        assert everything(folder) in (old, new), number
        publish(folder, NEW)
        assert everything(folder) == new, number


def kill_at_every_line(folder):
    """Print, for every line at which a writer is killed, what a reader finds then."""
    for number in range(10**6):
        root = folder / str(number)
        write(root, OLD)
        if (child := os.fork()) == 0:
            at_line(number, lambda: os.kill(os.getpid(), 9))
            publish(root, NEW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        settle(root)
        killed = everything(root)
        publish(root, NEW)
        print(json.dumps([killed, everything(root)]))
        if number and not status:
            return


def without_staging(content):
    """Leave out what a writer had staged that was killed: no other can know that it has gone."""
    return {name: text for name, text in content.items() if not name.startswith(".partial-")}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to start a writer for each line")
def test_settle_makes_whole_what_a_killed_writer_leaves(tmp_path):
    # in a process of its own, which has no threads and so can fork
    code = f"import test_files; test_files.kill_at_every_line(test_files.Path({str(tmp_path)!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    new = results[0][0]
    old = written(tmp_path / "old", OLD)
    assert len(results) > 50
    for killed, after in results:
        assert files.LOCK not in killed
        assert files.UNDO not in killed
        assert without_staging(killed) in (old, new)
        assert without_staging(after) == new
    assert sum(killed == new for killed, _ in results) > 3


def publish_rounds(folder, text, barrier, rounds, mixes):
    content = dict.fromkeys("abcde", text)
    for _ in range(rounds):
        with staged(folder) as partial:
            write(partial, content)
            barrier.wait()
        barrier.wait()
        if text == "new":
            mixes.value += everything(folder) not in (content, dict.fromkeys("abcde", "newer"))
        barrier.wait()


def test_two_writers_never_mix_their_files(tmp_path):
    processes = multiprocessing.get_context("spawn")
    barrier, mixes = processes.Barrier(2, timeout=60), processes.Value("i", 0)
    writers = [
        processes.Process(target=publish_rounds, args=(tmp_path, text, barrier, 100, mixes))
        for text in ("new", "newer")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert mixes.value == 0


def test_settle_does_nothing_where_nothing_is_to_be_done(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FileLock", None)  # it would be noticed
    write(tmp_path, OLD)
    before = everything(tmp_path)
    for folder in (tmp_path, tmp_path / "missing", tmp_path / "mine"):
        settle(folder)
    assert everything(tmp_path) == before


def test_settle_is_silent_where_it_may_not_write(tmp_path, monkeypatch):
    (tmp_path / files.UNDO).mkdir()

    def refused(*arguments, **options):
        raise PermissionError("read-only")

    monkeypatch.setattr(files, "FileLock", refused)
    settle(tmp_path)


@pytest.mark.parametrize("name", ["../mine.txt", "/mine.txt"])
def test_journal_that_names_a_file_outside_is_refused(tmp_path, name):
    (tmp_path / "mine.txt").write_text("mine")
    folder = tmp_path / "given"
    journal = folder / files.UNDO / "fresh.json"
    journal.parent.mkdir(parents=True)
    journal.write_text(json.dumps([name if name[0] == "." else str(tmp_path) + name]))
    with pytest.raises(ValueError, match="which is not in that folder"), files.staged(folder):
        pass
    assert (tmp_path / "mine.txt").read_text() == "mine"
