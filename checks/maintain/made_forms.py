"""The forms in which students hand in: folders, archives, whole repositories, single files, notebooks."""

import gzip
import io
import json
import tarfile
import textwrap
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Files = Mapping[str, bytes]

ZIP_TIME = (2026, 3, 2, 8, 0, 0)  # of all that is in archives
PLATFORM = "_48213_751900_"  # what Canvas puts between a student and a file
READ_ME = b"# My course\n\nHanded in as it is.\n"


def contents(sources: Mapping[str, str], top: str = "") -> dict[str, bytes]:
    """Give a package's files: path to bytes.

    Args:
        sources: File name without suffix to text.
        top: Folder that they lie in; none, if empty.
    """
    return {f"{top}/{file}.py".lstrip("/"): text.encode() for file, text in sorted(sources.items())}


def write_folder(place: Path, files: Files) -> Path:
    """Write files into a folder, and make it first."""
    place.mkdir()
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def write_zip(place: Path, files: Files, more: str = "") -> Path:
    """Write files into an archive that is called as a folder would be, and what a platform puts behind that."""
    path = place.with_name(f"{place.name}{more}.zip")
    path.write_bytes(zip_bytes(files))
    return path


def zip_bytes(files: Files) -> bytes:
    """Pack files; a name that ends with `/` is a folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return packed.getvalue()


def write_tar(place: Path, files: Files) -> Path:
    """Write files into an archive that is called as a folder would be."""
    path = place.with_name(f"{place.name}.tar.gz")
    path.write_bytes(tar_bytes(files))
    return path


def tar_bytes(files: Files, links: Mapping[str, str] | None = None) -> bytes:
    """Pack files, and links by their targets."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return gzip.compress(packed.getvalue(), compresslevel=1, mtime=0)


def _repository(sources: Mapping[str, str], reference: Mapping[str, str]) -> dict[str, bytes]:
    """Give what a clone of the course holds: the reference stands in there too, and is nobody's answer."""
    beside = {"README.md": READ_ME, ".gitignore": b".venv/\n", "tests/test_mine.py": b"assert True\n"}
    return {**beside, **contents(reference, "solutions"), **contents(sources, "tutorial")}


Form = Callable[[Path, Mapping[str, str], Mapping[str, str]], Path]


def _bare(place: Path, sources: Mapping[str, str]) -> Path:
    """Write a single file, and call it what a platform does."""
    (file, text), *_ = sources.items()
    path = place.with_name(f"{place.name}{PLATFORM}{file}.py")
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


# Of these, only what was worked at is handed in.
SOME_FILES, ONE_FILE = "a folder with some files", "a single file, named by a platform"

# Each takes the place of the submission, the package and the reference.
FORMS: dict[str, Form] = {
    "a folder with the folder tutorial": lambda place, own, _: write_folder(place, contents(own, "tutorial")),
    "a folder with the files": lambda place, own, _: write_folder(place, contents(own)),
    "a zip with a top folder": lambda place, own, _: write_zip(place, contents(own, "tutorial")),
    "a zip with two folders": lambda place, own, _: write_zip(place, contents(own, "homework/tutorial")),
    "a zip with the files": lambda place, own, _: write_zip(place, contents(own)),
    "a tar.gz with a top folder": lambda place, own, _: write_tar(place, contents(own, "tutorial")),
    "a whole repository": lambda place, own, reference: write_folder(place, _repository(own, reference)),
    "a zip of a whole repository": lambda place, own, reference: write_zip(
        place, {f"course-main/{name}": content for name, content in _repository(own, reference).items()}
    ),
    "a zip, named by a platform": lambda place, own, _: write_zip(
        place, contents(own, "tutorial"), f"{PLATFORM}tutorial"
    ),
    SOME_FILES: lambda place, own, _: write_folder(place, contents(own)),
    ONE_FILE: lambda place, own, _: _bare(place, own),
}


def write_notebook(place: Path, cells: Iterable[str]) -> Path:
    """Write a notebook, with the cells that people have beside their answers."""
    beside = ["%matplotlib inline\nimport torch", "!pip list", "this is no Python"]
    written: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
        for cell in [*beside, *cells]
    ]
    head = {"cell_type": "markdown", "metadata": {}, "source": "# My answers"}
    notebook = {"cells": [head, *written], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path = place.with_name(f"{place.name}.ipynb")
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8", newline="\n")
    return path


def cell_of(path: tuple[str, ...], helpers: str, definition: str) -> str:
    """Write a notebook's cell with an answer: a method stands in its class.

    Args:
        path: Of the target: the class, if there is one, and the name.
        helpers: What stands before it.
        definition: The target, indented as it may be.
    """
    text = textwrap.dedent(definition).strip("\n")
    if len(path) > 1:
        text = f"class {path[0]}:\n" + textwrap.indent(text, "    ")
    return f"{helpers.strip()}\n\n\n{text}\n".lstrip()
