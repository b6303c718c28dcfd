"""Python files as Python reads them: bytes with an encoding, a byte-order mark, line ends, maybe behind a link.

What Python refuses to read is refused here, with Python's reason. What is written back keeps to the byte whatever was
not to be changed.
"""

import ast
import codecs
import contextlib
import io
import os
import re
import tokenize
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

LARGEST_FILE = 1024**2  # bytes
LARGEST_PACKAGE = 8 * 1024**2  # bytes of all files: escaped six times as long, they still fit into one frame
FAULTS = "faults"  # the folder of given programs with mistakes


@dataclass(frozen=True)
class Submission:
    """A package to grade.

    Attributes:
        path: Of its folder.
        sources: Text of each file, by its name without suffix: `pooling`, `faults/encoder`.
        refused: Python's reason, for each file that it does not read.
        contents: Bytes of each file, by its whole name.
    """

    path: str
    sources: dict[str, str]
    refused: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def importable(self) -> dict[str, str]:
        """Give all files as texts; one that Python refuses raises Python's reason when it is imported."""
        return self.sources | {file: f"raise SyntaxError({reason!r})\n" for file, reason in self.refused.items()}


def read_submission(folder: Path) -> Submission:
    """Read a package.

    Raises:
        ValueError: The folder holds no Python file, or one that is too large, or too much of them.
    """
    files = python_files(folder)
    if not files:
        raise ValueError(f"package is {str(folder)!r}, but there are no Python files in it")
    sizes = {file: file.stat().st_size for file in files}
    for file, size in sizes.items():
        if size > LARGEST_FILE:
            raise ValueError(f"{file} has {size} bytes, but a file may have {LARGEST_FILE}")
    if (whole := sum(sizes.values())) > LARGEST_PACKAGE:
        raise ValueError(f"the files in {folder} have {whole} bytes, but together they may have {LARGEST_PACKAGE}")
    return submission_of(str(folder), {file.relative_to(folder).as_posix(): file.read_bytes() for file in files})


def submission_of(path: str, contents: dict[str, bytes]) -> Submission:
    """Make a package of the bytes of its files.

    Args:
        path: Of its folder.
        contents: By the file's whole name: `pooling.py`, `faults/encoder.py`.
    """
    sources, refused = {}, {}
    for name, content in contents.items():
        module = module_of(PurePosixPath(name))
        try:
            sources[module] = decode(content)
        except SyntaxError as error:
            refused[module] = str(error.msg)
    return Submission(path, sources, refused, contents)


def read_sources(folder: Path) -> dict[str, str]:
    """Read the Python files of a package of our own: file name without suffix to text."""
    return {module_of(path.relative_to(folder)): decode(path.read_bytes()) for path in python_files(folder)}


def module_of(path: PurePath) -> str:
    """Name a file of a package without its suffix: `pooling`, `faults/encoder`."""
    return path.with_suffix("").as_posix()


def python_files(folder: Path) -> list[Path]:
    """List the Python files that learners work at and that can be imported: not what editors leave beside them."""
    paths = [*sorted(folder.glob("*.py")), *sorted((folder / FAULTS).glob("*.py"))]
    return [path for path in paths if path.stem.isidentifier() and path.is_file()]


def decode(content: bytes) -> str:
    """Read a file's bytes as Python does, whatever its encoding and line ends.

    Raises:
        SyntaxError: Python does not read them: the encoding is unknown, or these bytes are not in it.
    """
    try:
        text = content.decode(encoding_of(content))
        text.encode()  # half a character is none
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise SyntaxError(_reason(content) or str(error)) from None
    return re.sub(r"\r\n?", "\n", text)


def encoding_of(content: bytes) -> str:
    """Tell a file's encoding as Python does.

    Raises:
        SyntaxError: It is unknown.
    """
    return tokenize.detect_encoding(io.BytesIO(content).readline)[0]


def _reason(content: bytes) -> str:
    """Ask Python why it refuses these bytes."""
    try:
        ast.parse(content)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return str(error.msg) if isinstance(error, SyntaxError) else str(error)
    return ""


def replace_lines(content: bytes, start: int, end: int, text: str) -> bytes:
    r"""Put a text in the place of some lines of a file; all others stay to the byte.

    Args:
        content: The file's bytes.
        start: Of a slice of its lines.
        end: Of the slice.
        text: Whole lines, ended by `\n`: they take the file's encoding and the line ends of the lines they replace.

    Raises:
        ValueError: The file's encoding lacks a letter of the text.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", content.removeprefix(mark))
    if len(lines) != decode(content).count("\n") + 1:
        raise ValueError(f"its encoding {encoding_of(content)} has line ends of its own: save it as UTF-8")
    line_end = next((each for each in (b"\r\n", b"\r") if lines[start].endswith(each)), b"\n").decode()
    encoding = encoding_of(content).removesuffix("-sig")
    try:
        new = text.replace("\n", line_end).encode(encoding)
    except UnicodeEncodeError as error:
        missing = text[error.start : error.end]
        raise ValueError(f"its encoding {encoding} lacks {missing!r}: save it as UTF-8") from None
    return b"".join([mark, *lines[:start], new, *lines[end:]])


def write_whole(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all; a link stays one, and what it leads to keeps its permissions.

    Raises:
        OSError: It cannot be written; it is then as it was.
    """
    import shutil
    import tempfile

    real = path.resolve()
    descriptor, partial = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if real.exists():
            shutil.copymode(real, partial)
            with contextlib.suppress(OSError, AttributeError):  # only an administrator may, and not on Windows
                os.chown(partial, real.stat().st_uid, real.stat().st_gid)
        else:
            os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
