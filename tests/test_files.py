from pathlib import Path

import pytest

from solutions.app.files import read_text, staged


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


def test_staged_puts_everything_back_when_a_move_fails(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / name).write_text("old")
    rename = Path.rename

    def locked(path, target):
        if path.read_text() == "new" and path.name == "b":
            raise PermissionError("b is open elsewhere")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", locked)

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
