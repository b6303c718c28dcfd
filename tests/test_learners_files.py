"""Learners' files as Python reads them, and what a reset leaves to the byte."""

import codecs
import os
import stat
import subprocess
import sys

import pytest

from checks.course import SOLUTIONS, TUTORIAL, load_course
from checks.grader.grading import Grader, job_of
from checks.grader.limits import Limits
from checks.grader.record import from_json, record_of, to_json
from checks.protocol.frames import require_fitting
from checks.protocol.messages import encode
from checks.protocol.verdicts import Status
from checks.source.files import (
    LARGEST_FILE,
    LARGEST_PACKAGE,
    Submission,
    decode,
    read_sources,
    read_submission,
    replace_lines,
    write_whole,
)
from checks.workspace import reset

POOLING = (SOLUTIONS / "pooling.py").read_text(encoding="utf-8")
STUBS = (TUTORIAL / "pooling.py").read_text(encoding="utf-8")
MEAN, LARGEST = load_course().select(("1.1", "1.2"))

REFUSED = {
    "a byte that is no UTF-8": POOLING.encode() + b"# \xfc\n",
    "an unknown encoding": b"# -*- coding: klingon -*-\n" + POOLING.encode(),
    "no text encoding": b"# -*- coding: rot13 -*-\n" + POOLING.encode(),
    "a mark against its declaration": codecs.BOM_UTF8 + b"# coding: latin-1\n" + POOLING.encode(),
    "UTF-16": POOLING.encode("utf-16"),
    "a letter that its encoding lacks": b"# coding: ascii\n# \xc3\xbc\n" + POOLING.encode(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_python_refuses_is_an_error_with_its_reason(tmp_path, name):
    file = tmp_path / "pooling.py"
    file.write_bytes(REFUSED[name])
    python = subprocess.run([sys.executable, file], capture_output=True)
    assert python.returncode == 1
    assert b"SyntaxError" in python.stderr
    with Grader() as grader:
        for result in grader.grade(read_submission(tmp_path), [MEAN, LARGEST]):
            assert (result.status, result.points) == (Status.ERROR, 0)
            assert result.problem.startswith("Python does not read pooling.py: ")
            assert len(result.problem) > 45
        assert grader.referee is None


def test_refused_file_that_is_imported_gives_pythons_reason(tmp_path):
    (tmp_path / "pooling.py").write_text("from .notes import helper\n" + POOLING, encoding="utf-8")
    (tmp_path / "notes.py").write_bytes(b"# coding: klingon\ndef helper(): pass\n")
    with Grader() as grader:
        (result,) = grader.grade(read_submission(tmp_path), [MEAN])
    assert result.status is Status.ERROR
    assert "klingon" in result.problem


@pytest.mark.parametrize(
    "name", ["klingon", "rot13", "base64", "zlib", "undefined", "punycode", "x" * 300, "utf-8-sig"]
)
def test_extra_file_of_any_encoding_costs_no_record(tmp_path, name):
    (tmp_path / "pooling.py").write_text(POOLING, encoding="utf-8")
    (tmp_path / "extra.py").write_bytes(b"# coding: " + name.encode() + b"\nx = '\xfc'\n")
    submission = read_submission(tmp_path)
    assert submission.refused["extra"]
    assert submission.sources == {"pooling": POOLING}
    record = from_json(to_json(record_of(submission, [])))
    assert set(record.files) == {"pooling.py", "extra.py"}


def test_package_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "pooling.py").write_text(POOLING, encoding="utf-8")
    for number in range(9):
        with (tmp_path / f"extra{number}.py").open("wb") as file:
            file.truncate(LARGEST_FILE)
    with pytest.raises(ValueError, match=f"together they may have {LARGEST_PACKAGE}"):
        read_submission(tmp_path)


def test_largest_package_fits_into_a_frame():
    worst = Submission("", {f"extra{number}": "\1" * LARGEST_FILE for number in range(LARGEST_PACKAGE // LARGEST_FILE)})
    require_fitting(encode(job_of(worst, MEAN, 0, Limits())))


READ = {
    "Latin-1": "# -*- coding: latin-1 -*-\n# Müller\n".encode("latin-1") + POOLING.encode(),
    "a mark": codecs.BOM_UTF8 + POOLING.encode(),
    "line ends of Windows": POOLING.replace("\n", "\r\n").encode(),
    "line ends of old Macs": POOLING.replace("\n", "\r").encode(),
    "UTF-7": b"# coding: utf-7\n" + POOLING.encode("utf-7"),
}


@pytest.mark.parametrize("name", READ)
def test_file_that_python_reads_is_graded(tmp_path, name):
    (tmp_path / "pooling.py").write_bytes(READ[name])
    submission = read_submission(tmp_path)
    assert not submission.refused
    assert submission.sources["pooling"].endswith(POOLING)


def solved(text=POOLING, prefix="", end="\n", encoding="utf-8", mark=b""):
    """Give the bytes of a solved file in some form."""
    return mark + (prefix + text).replace("\n", end).encode(encoding)


FORMS = {
    "as it is": {},
    "Latin-1": {"prefix": "# coding: latin-1\n# Müller\n", "encoding": "latin-1"},
    "a mark": {"mark": codecs.BOM_UTF8},
    "line ends of Windows": {"end": "\r\n"},
    "line ends of old Macs": {"end": "\r"},
    "all at once": {"prefix": "# Müller\n", "end": "\r\n", "mark": codecs.BOM_UTF8},
}


@pytest.mark.parametrize("name", FORMS)
def test_reset_leaves_all_other_text_to_the_byte(tmp_path, name):
    form = FORMS[name]
    file = tmp_path / "pooling.py"
    file.write_bytes(solved(**form))
    reset(LARGEST, tmp_path)
    head, found, _ = POOLING.partition("def max_pool")
    assert found
    assert file.read_bytes().startswith(solved(head, **form))
    body = STUBS[STUBS.index("def max_pool") :]
    assert file.read_bytes() == solved(head + body, **form)


def test_reset_keeps_a_file_whose_line_ends_differ(tmp_path):
    file = tmp_path / "pooling.py"
    start = POOLING.index("def max_pool")
    content = solved(POOLING[:start]) + solved(POOLING[start:], end="\r\n")
    file.write_bytes(content)
    reset(MEAN, tmp_path)
    assert file.read_bytes().endswith(solved(POOLING[start:], end="\r\n"))
    assert b"\r\n" not in file.read_bytes().partition(b"def max_pool")[0]


def test_reset_keeps_the_indentation_of_a_class_by_tabs(tmp_path):
    source = read_sources(SOLUTIONS)["encoder"].replace("    ", "\t")
    (tmp_path / "encoder.py").write_text(source, encoding="utf-8")
    reset(load_course().exercise("1.3"), tmp_path)
    text = (tmp_path / "encoder.py").read_text(encoding="utf-8")
    compile(text, "encoder.py", "exec")
    assert 'raise NotImplementedError("exercise 1.3: project")' in text


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("whole_file", [False, True])
def test_reset_goes_through_a_link_and_keeps_the_permissions(tmp_path, whole_file):
    target = tmp_path / "elsewhere" / "mine.py"
    target.parent.mkdir()
    target.write_text(POOLING, encoding="utf-8")
    target.chmod(0o640)
    package = tmp_path / "tutorial"
    package.mkdir()
    (package / "pooling.py").symlink_to(target)
    reset(MEAN, package, whole_file)
    assert (package / "pooling.py").is_symlink()
    assert 'NotImplementedError("exercise 1.1: mean_pool")' in target.read_text(encoding="utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in target.parent.iterdir()) == ["mine.py"]


@pytest.mark.parametrize("content", [*REFUSED.values(), b"def mean_pool(:\n", b"x = '\0'\n", b""])
def test_reset_of_what_cannot_be_read_names_the_cure_and_changes_nothing(tmp_path, content):
    file = tmp_path / "pooling.py"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="--whole-file"):
        reset(MEAN, tmp_path)
    assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["pooling.py"]


@pytest.mark.parametrize(
    "content",
    [
        POOLING.replace("def mean_pool", "@(\n    print\n)\ndef mean_pool").encode(),
        b"# coding: utf-7\nx = 1+AAo-\n" + POOLING.encode(),
        b"# coding: raw_unicode_escape\n# \\u000a\n" + POOLING.encode(),
    ],
    ids=["decorator in brackets", "UTF-7", "escapes"],
)
def test_reset_refuses_what_it_would_damage(tmp_path, content):
    file = tmp_path / "pooling.py"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="--whole-file"):
        reset(MEAN, tmp_path)
    assert file.read_bytes() == content


def test_file_with_a_name_that_cannot_be_imported_is_left_alone(tmp_path):
    (tmp_path / "pooling.py").write_text(POOLING, encoding="utf-8")
    for name in (b"caf\xe9.py", b"my-notes.py", b"1.py"):
        try:
            open(os.path.join(os.fsencode(tmp_path), name), "wb").close()
        except OSError:
            pytest.skip("this system has no such names")
    assert list(read_submission(tmp_path).sources) == ["pooling"]


def test_text_that_the_encoding_lacks_is_refused_by_name():
    with pytest.raises(ValueError, match="encoding iso-8859-1 lacks '→'"):
        replace_lines(b"# coding: latin-1\nx = 1\n", 1, 2, "y = '→'\n")


def test_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "a.py"
    file.write_bytes(b"before")

    def full(*arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="full"):
        write_whole(file, b"after")
    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_python_counts_them(ends):
    assert decode(ends.join(["a = 1", "b = 2\x0c", "c = '\u2028'", ""]).encode()) == "a = 1\nb = 2\x0c\nc = '\u2028'\n"
