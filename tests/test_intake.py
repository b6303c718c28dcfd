"""Intake: what students hand in, as their habits and their download pages have it, and what some make to do harm."""

import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import socket
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import datetime

import psutil
import pytest

from checks.cohort.intake import archives, members, opening, taking
from checks.cohort.intake.entries import entries, students_of
from checks.cohort.intake.names import guessed, safe, whose
from checks.cohort.intake.notebooks import _names
from checks.cohort.intake.taking import read_entry, take_in, take_in_one
from checks.cohort.students import Student, anonymous_ids, read_roster, read_times
from checks.course import ROOT, SOLUTIONS, TUTORIAL, load_course
from checks.grader.grading import Grader
from checks.grader.record import from_json, record_of, to_json
from checks.protocol.verdicts import Status
from checks.source.definitions import definition_text, parse, replace_definition
from checks.source.files import LARGEST_FILE, LARGEST_PACKAGE, read_sources

REFERENCE = read_sources(SOLUTIONS)
STUBS = read_sources(TUTORIAL)
FILES = {f"{exercise.file}.py" for exercise in load_course().exercises}
MEAN = definition_text(REFERENCE["pooling"], ("mean_pool",))
ANSWER = replace_definition(STUBS["pooling"], ("mean_pool",), MEAN)  # 1.1 is done, 1.2 is not
PACKAGE = {f"{file}.py": text for file, text in STUBS.items()} | {"pooling.py": ANSWER}
LINUX = pytest.mark.skipif(os.name != "posix", reason="links and pipes of Unix")


def put(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def under(folder, files):
    return {f"{folder}/{name}": content for name, content in files.items()}


def zipped(files, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **options)
    return buffer.getvalue()


def tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            content = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def hand_in(tmp_path, name, content):
    """Hand in a file, or a folder of files, as `name`."""
    path = tmp_path / name
    if isinstance(content, dict):
        path.mkdir()
        put(path, content)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    handed_in = take_in_one(path, "jane")
    record = replace(record_of(handed_in.submission, []), intake=handed_in.intake) if handed_in.submission else None
    assert record is None or from_json(to_json(record)) == record
    assert (handed_in.submission is None) == bool(handed_in.intake.problem)
    assert "\n" not in handed_in.intake.problem
    return handed_in


def text_of(handed_in, file="pooling"):
    return handed_in.submission.sources[file] if handed_in.submission else handed_in.intake.problem


# Where the package lies


@pytest.mark.parametrize("around", ["", "tutorial", "homework", "two-heads-main/tutorial", "a/b/c/my answers"])
@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("jane", dict),
        ("jane.zip", zipped),
        ("jane.tar", tarred),
        ("jane.tar.gz", lambda files: gzip.compress(tarred(files))),
        ("jane.tar.bz2", lambda files: bz2.compress(tarred(files))),
        ("jane.tar.xz", lambda files: lzma.compress(tarred(files))),
        ("no_suffix", zipped),
    ],
)
def test_package_is_found_however_it_is_packed(tmp_path, around, name, pack):
    found = hand_in(tmp_path, name, pack(under(around, PACKAGE) if around else PACKAGE))
    assert text_of(found) == ANSWER
    assert found.submission.sources == {name.removesuffix(".py"): text for name, text in PACKAGE.items()}
    assert found.intake.missing == ()
    assert set(found.intake.found) >= FILES
    renamed = around not in ("", "tutorial", "two-heads-main/tutorial")
    assert found.intake.renamed == ((f"{around}/ -> tutorial/",) if renamed else ())


def test_whole_repository_gives_its_tutorial_and_never_the_solutions(tmp_path):
    repository = {
        str(path.relative_to(ROOT)): path.read_bytes()
        for room in ("solutions", "tutorial", "docs/experiments", "docs/notebooks", "checks/exercises", "tests")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    repository |= {"tutorial/pooling.py": ANSWER, ".git/config": "x", "tutorial/.backup/pooling.py": "x"}
    for name, files in {"whole": repository, "deep": under("two-heads-main", repository)}.items():
        found = hand_in(tmp_path, f"{name}.zip", zipped(files))
        assert text_of(found) == ANSWER
        assert found.submission.path.endswith("tutorial")
        assert any(line.removeprefix("two-heads-main/").startswith("solutions/ (") for line in found.intake.ignored)
    untouched = hand_in(tmp_path, "untouched.zip", zipped({**repository, "tutorial/pooling.py": STUBS["pooling"]}))
    assert text_of(untouched) == STUBS["pooling"]


def test_solutions_alone_are_refused_but_answers_in_a_folder_of_that_name_count(tmp_path):
    ours = hand_in(tmp_path, "ours.zip", zipped({f"solutions/{name}.py": text for name, text in REFERENCE.items()}))
    assert "hand in the folder tutorial" in ours.intake.problem
    assert text_of(hand_in(tmp_path, "theirs.zip", zipped(under("solutions", PACKAGE)))) == ANSWER


def test_folder_with_most_answers_is_taken_and_the_other_one_named(tmp_path):
    both = PACKAGE | {"losses.py": STUBS["losses"] + "\n# mine\n"}
    found = hand_in(tmp_path, "jane", under("tutorial", PACKAGE) | under("final", both))
    assert found.submission.path == "jane/final"
    assert "tutorial/ (answers, too, but final was taken)" in found.intake.ignored
    tie = hand_in(tmp_path, "tie", under("a/tutorial", PACKAGE) | under("copy", PACKAGE))
    assert tie.submission.path == "tie/a/tutorial"


def test_given_programs_belong_to_the_package_even_alone(tmp_path):
    found = hand_in(tmp_path, "jane.zip", zipped({"faults/encoder.py": STUBS["faults/encoder"]}))
    assert list(found.submission.sources) == ["faults/encoder"]
    assert "encoder.py" in found.intake.missing
    alone = hand_in(tmp_path, "pipeline.py", STUBS["faults/pipeline"])
    assert list(alone.submission.sources) == ["faults/pipeline"]


def test_own_files_are_taken_and_all_else_is_named_in_a_short_list(tmp_path):
    extra = {f"data{number}.txt": "x" for number in range(513)} | {"notes.py": "x = 1", "my notes.py": "x = 1"}
    found = hand_in(tmp_path, "jane", {"pooling.py": ANSWER, **extra})
    assert list(found.submission.sources) == ["pooling", "notes"]
    assert len(found.intake.ignored) <= 27
    assert found.intake.ignored[-1].startswith("and 4")


def test_litter_of_systems_is_neither_taken_nor_named(tmp_path):
    litter = {
        "__MACOSX/._pooling.py": "x",
        "__MACOSX/pooling.py": "x",
        ".DS_Store": "x",
        "__pycache__/pooling.pyc": "x",
    }
    found = hand_in(
        tmp_path, "jane.zip", zipped({**litter, "tutorial/pooling.py": ANSWER, "tutorial/._pooling.py": "x"})
    )
    assert list(found.submission.contents) == ["pooling.py"]
    assert found.intake.ignored == ()


@pytest.mark.parametrize("depth", [1, 2])
def test_archive_that_holds_an_archive_is_opened_once_more(tmp_path, depth):
    content = zipped(under("tutorial", PACKAGE))
    inner = {"tutorial.zip": content, "__MACOSX/._tutorial.zip": "x", "note to the teacher.txt": "hi"}
    assert text_of(hand_in(tmp_path, "folder", inner)) == ANSWER
    assert text_of(hand_in(tmp_path, "once.zip", zipped(inner))) == ANSWER
    thrice = zipped({"x.zip": zipped(inner)})
    assert hand_in(tmp_path, "thrice.zip", thrice).intake.problem == taking.NO_COURSE


# Names


@pytest.mark.parametrize(
    "name",
    [
        "pooling.py",
        "pooling (1).py",
        "pooling_jdoe.py",
        "Pooling.py",
        "POOLING.PY",
        "jdoe_123_pooling.py",
        "pooling - Copy.py",
        "pooling-2.py",
        "pooling2.py",
    ],
)
def test_single_file_is_known_by_any_of_its_names(tmp_path, name):
    found = hand_in(tmp_path, name, ANSWER)
    assert found.submission.sources == {"pooling": ANSWER}
    assert found.intake.renamed == (() if name == "pooling.py" else (f"{name} -> pooling.py",))
    assert set(found.intake.missing) == FILES - {"pooling.py"}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("early stopping (1).py", "early_stopping"),
        ("faults_encoder.py", "faults/encoder"),
        ("training.py", "faults/training"),
        ("test_pooling.py", ""),
        ("spooling.py", ""),
        ("encoder_and_pooling.py", ""),
        ("pooling.txt", ""),
        ("homework.py", ""),
    ],
)
def test_name_is_guessed_only_where_it_is_plain(name, file):
    assert guessed(name) == file


def test_what_may_be_two_files_is_none(tmp_path):
    found = hand_in(tmp_path, "jane", {"pooling_a.py": ANSWER, "pooling_b.py": ANSWER, "losses.py": STUBS["losses"]})
    assert "pooling.py" in found.intake.missing
    assert "pooling_a.py (several may be pooling.py: name yours so)" not in found.intake.found
    both = hand_in(tmp_path, "both.zip", zipped({"pooling.py": ANSWER, "Pooling.py": "x = 1"}))
    assert text_of(both) == ANSWER
    assert both.intake.ignored == ("Pooling.py (there is a pooling.py)",)


# Notebooks


def notebook(*cells, **others):
    listed = [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Hello"]}, *listed], "nbformat": 4, **others})


def test_cell_that_defines_a_target_is_graded_with_what_it_needs(tmp_path):
    helper = "def total(x, dim):\n    return x.sum(dim=dim) * ONE\n"
    own = (
        "def mean_pool(token_embeddings, attention_mask):\n"
        "    mask = attention_mask.unsqueeze(-1)\n"
        "    sums = total((token_embeddings * mask).float(), 1)\n"
        "    return (sums / nn.maximum(mask.sum(1), nn.ones(1))).to(token_embeddings.dtype)\n"
    )
    cells = [
        ["%pip install torch\n", "!ls\n", "import torch as nn\n", "ONE = 1"],
        "oops(",
        helper,
        own,
        "%%bash\nls",
        "mean_pool?",
    ]
    found = hand_in(tmp_path, "work.ipynb", notebook(*cells))
    text = text_of(found)
    assert list(found.submission.sources) == ["pooling"]
    assert definition_text(text, ("mean_pool",)).strip() == own.strip()
    assert (
        text.index("import torch as nn") < text.index("ONE = 1") < text.index("def total") < text.index("def mean_pool")
    )
    assert definition_text(text, ("max_pool",)) == definition_text(STUBS["pooling"], ("max_pool",))
    assert found.intake.renamed == ("work.ipynb, cell 5, mean_pool -> pooling.py",)
    assert [line for line in found.intake.ignored if "cell 3 (no Python: " in line]
    with Grader() as grader:
        results = list(grader.grade(found.submission, load_course().select(("1.1", "1.2"))))
    assert results[0].status in (Status.PASSED, Status.WORKS), results[0]
    assert results[1].status is Status.NOT_STARTED


def test_notebook_gives_methods_classes_and_helpers_of_its_own(tmp_path):
    trainer = "\n\n".join(definition_text(REFERENCE["trainer"], (name,)) for name in ("_train_epoch", "train"))
    cells = [REFERENCE["multitask"].replace("from .", "from "), REFERENCE["encoder"], trainer]
    found = hand_in(tmp_path, "work.ipynb", notebook(*cells))
    sources = found.submission.sources
    assert set(sources) == {"multitask", "encoder", "trainer"}
    for exercise_id in ("1.3", "1.5", "2.1", "2.2"):
        exercise = load_course().exercise(exercise_id)
        expected = definition_text(REFERENCE[exercise.file], exercise.path)
        assert definition_text(sources[exercise.file], exercise.path) == expected
    assert "def _train_epoch" in sources["trainer"]
    for text in sources.values():
        parse(text)


def test_notebook_gives_an_answer_nothing_that_only_has_the_name_of_its_variables(tmp_path):
    own = MEAN.replace("    return", "    total = [other for other in ()]\n    del total\n    return", 1)
    beside = "def total(x: NotThere):\n    return x\n", "class other(NotThere):\n    pass\n"
    text = text_of(hand_in(tmp_path, "jane.ipynb", notebook(*beside, own)))
    assert "del total" in text
    assert "NotThere" not in text


def test_notebook_gives_an_answer_what_it_counts_in_and_what_its_class_copies(tmp_path):
    own = "calls = 0\n", "rate = 3\n", MEAN.replace("    return", "    global calls\n    calls += 1\n    return", 1)
    assert "calls = 0" in text_of(hand_in(tmp_path, "jane.ipynb", notebook(*own)))
    assert "rate" in _names("class Head:\n    rate: float = rate\n")


def test_notebook_counts_beside_untouched_files_only(tmp_path):
    work = {"work.ipynb": notebook(MEAN)}
    untouched = {f"{file}.py": text for file, text in STUBS.items()}
    assert text_of(hand_in(tmp_path, "a", untouched | work)) == ANSWER
    assert text_of(hand_in(tmp_path, "b", PACKAGE | {"work.ipynb": notebook("def mean_pool(): pass")})) == ANSWER


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "[" * 100_000,
        '{"cells": 3}',
        '{"cells": [{"cell_type": "code"}]}',
        b"\xff\xfe",
        notebook("x = 1"),
    ],
)
def test_notebook_without_answers_says_so(tmp_path, content):
    assert hand_in(tmp_path, "work.ipynb", content).intake.problem == taking.NO_COURSE


# Archives that are broken, or made to do harm


def link(name, target, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def test_links_devices_and_paths_that_lead_out_are_refused_by_name(tmp_path):
    evil = {
        "pooling.py": ANSWER,
        "../../evil.py": "x",
        "/etc/evil.py": "x",
        "losses.py": link("losses.py", "/etc/passwd"),
        "encoder.py": link("encoder.py", "pooling.py", tarfile.LNKTYPE),
        "trainer.py": link("trainer.py", "", tarfile.CHRTYPE),
        "tags.py": link("tags.py", "", tarfile.FIFOTYPE),
    }
    found = hand_in(tmp_path, "jane.tar", tarred(evil))
    assert found.submission.sources == {"pooling": ANSWER}
    assert set(found.intake.ignored) == {
        "../../evil.py (its path leads out of the archive)",
        "/etc/evil.py (its path leads out of the archive)",
        "losses.py (a link)",
        "encoder.py (a link)",
        "trainer.py (no file)",
        "tags.py (no file)",
    }
    member = zipfile.ZipInfo("losses.py")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    names = {
        "pooling.py": ANSWER,
        member: "/etc/passwd",
        "..\\evil.py": "x",
        "C:\\evil.py": "x",
        "a/../../evil.py": "x",
    }
    found = hand_in(tmp_path, "jane.zip", zipped(names))
    assert found.submission.sources == {"pooling": ANSWER}
    assert "losses.py (a link)" in found.intake.ignored
    assert sum("leads out" in line for line in found.intake.ignored) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jane.tar", "jane.zip"]


@LINUX
def test_folder_with_links_and_pipes_is_read_without_them(tmp_path):
    folder = put(tmp_path / "jane", {"pooling.py": ANSWER})
    (folder / "losses.py").symlink_to(SOLUTIONS / "losses.py")
    (folder / "all").symlink_to(SOLUTIONS)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "trainer.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "tags.py"))
        found = take_in_one(folder, "jane")
    assert found.submission.sources == {"pooling": ANSWER}
    assert {"losses.py (a link)", "all (a link)", "trainer.py (no file)", "tags.py (no file)"} <= set(
        found.intake.ignored
    )
    (tmp_path / "link").symlink_to(SOLUTIONS)
    os.mkfifo(tmp_path / "pipe.zip")
    os.mkfifo(tmp_path / "pipe.py")
    assert take_in_one(tmp_path / "link", "x").intake.problem == opening.LINK
    assert "is no file" in take_in_one(tmp_path / "pipe.zip", "x").intake.problem
    assert "is no file" in take_in_one(tmp_path / "pipe.py", "x").intake.problem


GOOD = zipped(under("tutorial", PACKAGE))


def locked():
    start = GOOD.index(b"PK\x01\x02")
    return GOOD[: start + 8] + b"\x01" + GOOD[start + 9 :]


def wrong_sum():
    content = bytearray(zipped({"pooling.py": ANSWER}))
    position = content.index(b"PK\x01\x02") + 16
    content[position : position + 4] = b"\0\0\0\0"
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "neither a folder"),
        (b"PK\x05\x06" + bytes(18), "nothing in it"),
        (zipped({}), "nothing in it"),
        (zipped({"empty/": ""}), "nothing in it"),
        (zipped({"essay.docx": "x"}), "no file of the course"),
        (b"Rar!\x1a\x07\x01\x00", "RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "7z archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html>log in first</html>", "neither a folder"),
        (locked(), "locked with a password"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (GOOD[len(GOOD) // 2 :], "neither a folder"),
        (GOOD[:-30], "damaged"),
        (wrong_sum(), "damaged"),
        (tarred(PACKAGE)[:3000], "damaged"),
        (gzip.compress(tarred(PACKAGE))[:5000], "damaged"),
        (lzma.compress(tarred(PACKAGE))[:5000], "damaged"),
        (bz2.compress(tarred(PACKAGE))[:5000], "damaged"),
        (gzip.compress(b"no tar"), "damaged"),
        (b"\x1f\x8b" + bytes(100), "damaged"),
        (b"BZh9" + bytes(100), "damaged"),
        (b"\xfd7zXZ\0" + bytes(100), "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, content, words):
    assert words in hand_in(tmp_path, "jane", content).intake.problem


def test_archive_by_name_that_is_none_is_called_damaged(tmp_path):
    assert hand_in(tmp_path, "jane.zip", b"<html>log in first</html>").intake.problem == opening.DAMAGED
    assert hand_in(tmp_path, "jane.docx", b"an essay").intake.problem == opening.NO_KIND


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_packed_in_a_rare_way_is_refused(tmp_path, method):
    content = zipped({"pooling.py": ANSWER}, compress_type=method)
    assert "packed in a way that is not read here" in hand_in(tmp_path, "jane.zip", content).intake.problem


def test_damaged_bytes_of_an_archive_never_raise(tmp_path):
    """Every seventh byte of a small archive is changed, one after the other."""
    small = {"pooling.py": "def mean_pool(a, b): pass\n"}
    for content in (zipped(small), gzip.compress(tarred(small)), tarred(small)[:2048], lzma.compress(tarred(small))):
        for position in range(0, min(len(content), 1400), 7):
            damaged = content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :]
            (tmp_path / "jane").write_bytes(damaged)
            found = take_in_one(tmp_path / "jane", "jane")
            assert found.submission or found.intake.problem
            assert "no fault" not in found.intake.problem


def peak_of(tmp_path, content, name="bomb"):
    """Take in an archive; returns what was found and the bytes that it took."""
    (tmp_path / name).write_bytes(content)
    del content
    tracemalloc.start()
    try:
        found = take_in_one(tmp_path / name, "jane")
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_zip_bomb_is_not_unpacked(tmp_path):
    bomb = zipped({"pooling.py": bytes(64 * 1024**2), "losses.py": STUBS["losses"]})
    assert len(bomb) < 1024**2
    found, peak = peak_of(tmp_path, bomb)
    assert found.submission.sources == {"losses": STUBS["losses"]}
    assert f"pooling.py (too large: a file may have {LARGEST_FILE} bytes)" in found.intake.ignored
    assert peak < 32 * 1024**2


def test_zip_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path):
    bomb = zipped({"pooling.py": bytes(64 * 1024**2)})
    bomb = bomb.replace(struct.pack("<I", 64 * 1024**2), struct.pack("<I", 1000))
    found, peak = peak_of(tmp_path, bomb)
    assert found.submission is None
    assert peak < 64 * 1024**2


def test_zip_of_overlapping_members_is_held_by_the_limit_of_a_package(tmp_path):
    content = zipped({"pooling.py": "#" * LARGEST_FILE})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    names = [f"pool{number:03}.py" for number in range(100)]
    index = content[start:end] + b"".join(content[start:end].replace(b"pooling.py", name.encode()) for name in names)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 101, 101, len(index), start, 0)
    found, peak = peak_of(tmp_path, content[:start] + index + tail)
    assert f"may have {LARGEST_PACKAGE}" in found.intake.problem
    assert peak < 16 * 1024**2


def test_list_of_a_zip_is_held_within_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_INDEX", 1000)
    assert (
        hand_in(tmp_path, "jane.zip", zipped({f"{n}.txt": "" for n in range(100)})).intake.problem == members.TOO_MANY
    )


@pytest.mark.parametrize("pack", [zipped, tarred, dict])
def test_too_many_members_are_refused(tmp_path, monkeypatch, pack):
    for module in (archives, members):
        monkeypatch.setattr(module, "MOST_MEMBERS", 50)
    assert (
        "folder tutorial alone" in hand_in(tmp_path, "jane", pack({f"{n}.txt": "" for n in range(60)})).intake.problem
    )


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_tar_bomb_is_given_up(tmp_path, monkeypatch, compress):
    monkeypatch.setattr(archives, "LARGEST_STREAM", 32 * 1024**2)
    bomb = compress(tarred({"data.bin": bytes(40 * 1024**2), "pooling.py": ANSWER}))
    found, peak = peak_of(tmp_path, bomb)
    assert "too large when it is unpacked" in found.intake.problem
    assert peak < 16 * 1024**2


def test_tar_with_an_endless_header_is_given_up(tmp_path):
    header = tarfile.TarInfo("PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 40 * 1024**2
    found, peak = peak_of(tmp_path, gzip.compress(header.tobuf() + bytes(header.size)))
    assert "too large when it is unpacked" in found.intake.problem
    assert peak < 16 * 1024**2
    many = b""
    for _ in range(5000):
        member = tarfile.TarInfo("././@LongLink")
        member.type, member.size = tarfile.GNUTYPE_LONGNAME, 512
        many += member.tobuf() + b"x" * 512
    found, _ = peak_of(tmp_path, gzip.compress(many))
    assert found.submission is None


def test_xz_that_asks_for_much_memory_is_refused(tmp_path, monkeypatch):
    content = lzma.compress(tarred({"pooling.py": ANSWER}))
    assert text_of(hand_in(tmp_path, "good.tar.xz", content)) == ANSWER
    monkeypatch.setattr(archives, "XZ_MEMORY", 1024**2)
    assert hand_in(tmp_path, "jane.tar.xz", content).intake.problem == opening.DAMAGED


def test_tar_with_an_endless_map_of_holes_is_given_up(tmp_path):
    record = "GNU.sparse.major=1\n", "GNU.sparse.minor=0\n", "GNU.sparse.name=pooling.py\n", "GNU.sparse.realsize=9\n"
    text = "".join(f"{len(line) + 3} {line}" for line in record).encode()
    header = tarfile.TarInfo("PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, len(text)
    member = tarfile.TarInfo("pooling.py")
    holes = b"99999999\n" + b"0\n" * 1024**2
    member.size = len(holes)
    content = header.tobuf() + text.ljust(512, b"\0") + member.tobuf() + holes + bytes(2048)
    found, peak = peak_of(tmp_path, gzip.compress(content))
    assert "too large when it is unpacked" in found.intake.problem
    assert peak < 32 * 1024**2


def test_large_archive_in_a_folder_is_opened_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LARGEST_READ", 100)
    assert (
        text_of(hand_in(tmp_path, "Jane Doe_1_assignsubmission_file_", {"tutorial.zip": GOOD, "setup.py": ""}))
        == ANSWER
    )
    assert hand_in(tmp_path, "twice.zip", zipped({"tutorial.zip": GOOD})).intake.problem == taking.NO_COURSE


def test_what_an_instructor_has_to_decide_is_in_the_record(tmp_path):
    several = hand_in(tmp_path, "week.zip", zipped({"ada.zip": GOOD, "bob.zip": GOOD}))
    assert "but 2 archives: hand in one" in several.intake.problem
    assert several.intake.doubts == ("2 archives in one: unpack it, if they are of several students",)
    folders = hand_in(tmp_path, "all", under("ada", PACKAGE) | under("bob", PACKAGE))
    assert folders.intake.doubts == ("answers in 2 folders: one was taken",)
    for name in ("Jane.zip", "jane_1_2_tutorial.zip"):
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_bytes(GOOD)
    (twice,) = take_in(tmp_path / "class", {"jane": Student("jane")})
    assert twice.intake.doubts == ("handed in 2 times: the newest counts",)


def test_single_files_count_if_they_are_newer_than_an_archive(tmp_path):
    path = tmp_path / "class"
    path.mkdir()
    (path / "jane_1_2_tutorial.zip").write_bytes(GOOD)
    (path / "jane_1_3_pooling.py").write_text(MEAN + "\n# newer\n")
    for seconds, newer in ((2e9, True), (1e9, False)):
        os.utime(path / "jane_1_3_pooling.py", (seconds, seconds))
        os.utime(path / "jane_1_2_tutorial.zip", (1.5e9, 1.5e9))
        (found,) = take_in(path)
        assert ("# newer" in text_of(found)) == newer
        assert found.intake.doubts == ("handed in 2 times: the newest counts",)


def test_files_that_were_handed_out_are_not_called_foreign(tmp_path):
    whole = {path.relative_to(TUTORIAL).as_posix(): path.read_bytes() for path in TUTORIAL.rglob("*.py")}
    assert "app/cli.py" in whole
    assert hand_in(tmp_path, "jane", under("tutorial", whole | PACKAGE)).intake.ignored == ()


def test_large_notebook_is_left_out_by_name(tmp_path, monkeypatch):
    first, second = notebook(MEAN), notebook("def mean_pool(): pass")
    monkeypatch.setattr(taking, "LARGEST_NOTEBOOKS", len(first) + len(second) - 1)
    found = hand_in(tmp_path, "jane", {"a.ipynb": first, "b.ipynb": second})
    assert text_of(found) == ANSWER
    assert found.intake.ignored == ("b.ipynb (too large: clear its outputs)",)


def test_names_of_any_letters_fit_into_a_record(tmp_path):
    names = {"\x1b[31mred.txt": "x", "a\nb.txt": "x", "=1+1.txt": "x", "‮gpj.txt": "x", "x" * 900 + ".txt": "x"}
    found = hand_in(tmp_path, "jane.tar", tarred({**names, "pooling.py": ANSWER}))
    for line in found.intake.ignored:
        assert line.isprintable() or "\ufffd" in line
        assert len(line) < 200
        assert not set(line) & set("\x1b\n‮")


def test_name_that_is_no_text_is_read(tmp_path):
    if psutil.LINUX:
        folder = put(tmp_path / "jane", {"pooling.py": ANSWER})
        (folder / os.fsdecode(b"\xff\xfe.py")).write_text("x")
        shutil.copytree(folder, tmp_path / os.fsdecode(b"\xffjane"))
        for path in (folder, tmp_path / os.fsdecode(b"\xffjane")):
            found = take_in_one(path, "jane")
            assert found.submission.sources == {"pooling": ANSWER}
            to_json(replace(record_of(found.submission, []), intake=found.intake))
        assert [entry.student for entry in entries(tmp_path)] == ["jane", "jane-2"]


def test_duplicates_deep_folders_and_long_names(tmp_path):
    twice = zipped({"pooling.py": "first", "poolinG.py": ANSWER}).replace(b"poolinG", b"pooling")
    found = hand_in(tmp_path, "jane.zip", twice)
    assert text_of(found) == ANSWER
    assert found.intake.ignored == ("pooling.py (twice in the archive: the last one counts)",)
    deep = "/".join("abcdefghijklmnopqrstuvwxyz") + "/pooling.py"
    assert hand_in(tmp_path, "deep.zip", zipped({deep: ANSWER})).intake.problem
    assert hand_in(tmp_path, "deep", {deep: ANSWER}).intake.problem


def test_huge_files_are_not_read(tmp_path):
    folder = put(tmp_path / "jane", {"pooling.py": ANSWER})
    with (folder / "losses.py").open("wb") as file:
        file.truncate(10 * 1024**3)
    with (tmp_path / "big.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(opening.LARGEST_ARCHIVE + 1)
    found = take_in_one(folder, "jane")
    assert found.submission.sources == {"pooling": ANSWER}
    assert "losses.py" in found.intake.missing
    assert f"may have {opening.LARGEST_ARCHIVE}" in take_in_one(tmp_path / "big.zip", "jane").intake.problem


def test_file_of_an_unknown_encoding_costs_its_own_exercises_only(tmp_path):
    files = PACKAGE | {"losses.py": b"# coding: klingon\n", "notes.py": b"# coding: rot13\n"}
    found = hand_in(tmp_path, "jane.zip", zipped(files))
    assert set(found.submission.refused) == {"losses", "notes"}
    assert text_of(found) == ANSWER


# Whose they are


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("jane", "jane"),
        ("jane.zip", "jane"),
        ("jane.tar.gz", "jane"),
        ("jane (1).zip", "jane"),
        ("doejane_12345_678910_tutorial.zip", "doejane"),
        ("doejane_LATE_12345_678910_tutorial-1.zip", "doejane"),
        ("doejane_12345_678910_pooling.py", "doejane"),
        ("Jane Doe_12345_assignsubmission_file_", "12345"),
        ("Jane Doe_12345_assignsubmission_file_tutorial.zip", "12345"),
        ("Jane Doe.zip", "Jane-Doe"),
        ("jane@example.org", "jane@example.org"),
        ("=cmd|' calc'!A0.zip", "cmd-calc-A0"),
        ("<script>.zip", "script"),
        ("-.zip", "unnamed"),
    ],
)
def test_id_is_what_the_name_says(tmp_path, name, student):
    put(tmp_path, {name: "x"})
    assert [entry.student for entry in entries(tmp_path)] == [student]


def test_ids_differ_where_names_do(tmp_path):
    put(tmp_path, {"a b.zip": "x", "a-b.zip": "x", "A-B.tar": "x", "a?b.zip": "x"})
    listed = entries(tmp_path)
    ids = [entry.student for entry in listed]
    assert len({student.casefold() for student in ids}) == len(ids) == 4
    assert listed[ids.index("A-B")].paths == (tmp_path / "A-B.tar",)


def test_several_submissions_of_one_student(tmp_path):
    put(tmp_path, {"jane.zip": zipped({"pooling.py": "old"}), "jane/pooling.py": ANSWER})
    os.utime(tmp_path / "jane.zip", (1, 1))
    (entry,) = entries(tmp_path)
    found = read_entry(entry)
    assert text_of(found) == ANSWER
    assert found.intake.ignored == ("jane.zip (older)",)
    put(tmp_path / "flat", {"doe_1_2_pooling.py": ANSWER, "doe_1_3_losses-1.py": STUBS["losses"], "roster.csv": "id"})
    (entry,) = entries(tmp_path / "flat")
    found = read_entry(entry)
    assert found.submission.sources == {"pooling": ANSWER, "losses": STUBS["losses"]}


def test_roster_names_students_and_finds_who_is_missing(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_bytes(
        b"\xef\xbb\xbfid,name,email,section\r\njdoe,Jane Doe,jd@x.org,A\r\n,,,\r\nBob,B\xc3\xb6b,,\r\nghost,,,\r\n"
    )
    students = read_roster(roster)
    assert students["jdoe"] == Student("jdoe", "Jane Doe", "jd@x.org", "A")
    folder = tmp_path / "in"
    names = {"Jane Doe_77_assignsubmission_file_/pooling.py": ANSWER, "bob_hw1.zip": GOOD, "stranger.zip": GOOD}
    listed = entries(put(folder, names), students)
    assert {entry.student: len(entry.paths) for entry in listed} == {"jdoe": 1, "Bob": 1, "ghost": 0, "stranger": 1}
    assert students_of(listed, students)["stranger"] == Student("stranger")
    found = {each.intake.student: each for each in take_in(folder, students)}
    assert found["ghost"].intake.problem == opening.NOTHING
    assert text_of(found["jdoe"]) == text_of(found["Bob"]) == ANSWER


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must have one column 'id'"),
        (b"name,email\nx,y\n", "must have one column 'id', but its first line is 'name,email'"),
        (b"id\na\nA\n", "line 3: id is 'A', but it stands in an earlier line"),
        (b"id\n../x\n", "line 2: id is '../x'"),
        (b"id\n=1+1\n", "line 2: id is '=1"),
        (b"id,name\n,Jane\n", "line 2: id is ''"),
        ("id\nmüller\n".encode("latin-1"), "save it as CSV UTF-8"),
        (b'id\n"a\n' + b"x" * 200_000, "field larger than field limit"),
    ],
)
def test_wrong_roster_is_refused_with_its_line(tmp_path, content, message):
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r".") as error:
        read_roster(tmp_path / "roster.csv")
    assert message in str(error.value)


def test_roster_with_semicolons_is_read(tmp_path):
    (tmp_path / "roster.csv").write_text("ID; Name\na;Doe, Jane\n", encoding="utf-8")
    assert read_roster(tmp_path / "roster.csv") == {"a": Student("a", "Doe, Jane")}


def test_times_come_from_a_file_or_from_what_was_changed_last(tmp_path):
    (tmp_path / "times.csv").write_text("id,submitted\njane,2026-11-29T20:00:00+02:00\n", encoding="utf-8")
    times = read_times(tmp_path / "times.csv")
    assert times == {"jane": "2026-11-29T18:00:00+00:00"}
    folder = put(tmp_path / "in", {"jane.zip": GOOD, "bob/pooling.py": ANSWER, "bob/old.txt": "x", "eve.zip": GOOD})
    os.utime(folder / "eve.zip", (86400, 86400))
    os.utime(folder / "bob" / "old.txt", (1, 1))
    os.utime(folder / "bob" / "pooling.py", (172800, 172800))
    found = {each.intake.student: each.intake.submitted for each in take_in(folder, times=times)}
    assert found == {"jane": times["jane"], "bob": "1970-01-03T00:00:00+00:00", "eve": "1970-01-02T00:00:00+00:00"}
    assert all(datetime.fromisoformat(time).tzinfo for time in found.values())
    put(folder, {"bad.zip": b"x"})
    os.utime(folder / "bad.zip", (86400, 86400))
    assert take_in_one(folder / "bad.zip", "bad").intake.submitted == "1970-01-02T00:00:00+00:00"
    for wrong in ("2026-11-29T20:00:00", "yesterday", ""):
        (tmp_path / "times.csv").write_text(f"id,submitted\njane,{wrong}\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"line 2: submitted is .* with its zone"):
            read_times(tmp_path / "times.csv")


def test_anonymous_ids_are_stable_and_tell_nothing_without_the_secret():
    students = [f"student{number}" for number in range(1000)]
    first, other = anonymous_ids(students, b"secret"), anonymous_ids(students, b"another")
    assert first == anonymous_ids(reversed(students), b"secret")
    assert len(set(first.values())) == 1000
    assert not set(first.values()) & set(other.values())
    assert all(student not in name for student, name in first.items())


def test_folder_of_submissions_must_be_there(tmp_path):
    with pytest.raises(ValueError, match="no such folder"):
        entries(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="nothing in it"):
        entries(put(tmp_path, {".DS_Store": "x", "roster.csv": "id"}))


def test_one_bad_submission_costs_only_itself(tmp_path):
    bad = {"a.zip": GOOD[:100], "b.zip": b"", "c.tar": b"x" * 1000, "d/x.txt": "x", "e.py": b"\xff", "f.ipynb": "["}
    found = {each.intake.student: each for each in take_in(put(tmp_path, {**bad, "good.zip": GOOD}))}
    assert text_of(found.pop("good")) == ANSWER
    assert all(each.intake.problem for each in found.values())
    assert len(found) == 6


def test_safe_ids_are_what_they_were():
    assert safe("jdoe") == "jdoe"
    assert safe("Jürgen_1") == "Jürgen_1"
    assert whose("jane.zip", False).student == "jane"


def test_mistake_of_ours_costs_one_submission_and_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(taking, "find_package", lambda members: members.nothing)
    monkeypatch.setattr(taking, "write_report", lambda details: "a report" if "AttributeError" in details else "")
    problem = hand_in(tmp_path, "jane.zip", GOOD).intake.problem
    assert problem == "it could not be taken in, by no fault of yours; what happened is written in a report"
