from pathlib import Path

import pytest

from solutions.outputs import staged


def test_staged_files_appear_together_at_the_end(tmp_path):
    (tmp_path / "kept.txt").write_text("other work")
    with staged(tmp_path) as folder:
        (folder / "a.txt").write_text("a")
        (folder / "b").mkdir()
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


def test_staged_replaces_files_and_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    with staged(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a" / "new").touch()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["new"]


def test_staged_puts_everything_back_when_a_move_fails(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / name).write_text("old")
    rename = Path.rename

    def locked(path, target):
        if path.parent.name.startswith(".partial-") and path.name == "b" and target == tmp_path / "b":
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
