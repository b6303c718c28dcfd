"""Zip and tar archives, read where they are: bytes of a member go into memory, up to a limit, never onto the disk."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from typing import IO, BinaryIO, Protocol, cast

from .members import LARGEST_READ, MOST_MEMBERS, TOO_MANY, Members, Refused, is_foreign, place_of

LARGEST_INDEX = 8 * 1024**2  # bytes of a zip's list of members
LARGEST_HEADERS = 256 * 1024  # bytes of what a tar says of one member
LARGEST_STREAM = 256 * 1024**2  # bytes of a tar when unpacked
XZ_MEMORY = 128 * 1024**2  # bytes; what `xz -9` makes needs half of it
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
CURE = "pack the folder tutorial as an ordinary zip"
PASSWORD = f"the archive is locked with a password: {CURE} without one"

Source = Callable[[], BinaryIO]  # opens the archive's bytes anew

KINDS = (  # the first bytes, or those in front of which a number of others stand
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),  # an empty one
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (257, b"ustar", "tar"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"%PDF", "a PDF"),
)


def open_archive(source: Source) -> Members | None:
    """Open an archive by what it is, whatever it is called; None if it is none.

    Raises:
        Refused: It is one that nobody should open, or that we do not read.
        Exception: It is damaged.
    """
    with source() as stream:
        head = stream.read(512)
    kind = next((kind for start, mark, kind in KINDS if head[start : start + len(mark)] == mark), "")
    if kind == "zip":
        return Zip(source)
    if kind in _STREAMS:
        return Tar(source, _STREAMS[kind])
    if kind:
        raise Refused(f"it is {kind}, which is not read here: {CURE}")
    return None


class Zip:
    """The files of a zip.

    Args:
        source: Opens it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.members: dict[str, zipfile.ZipInfo] = {}
        self.refused: dict[str, str] = {}
        with _Bounded(source()) as stream, zipfile.ZipFile(stream) as archive:
            listed = archive.infolist()
        if len(listed) > MOST_MEMBERS:
            raise Refused(TOO_MANY)
        for member in listed:
            self._add(member)
        self.sizes = {path: member.file_size for path, member in self.members.items()}

    def _add(self, member: zipfile.ZipInfo) -> None:
        path, problem = place_of(member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.flag_bits & 1:
            raise Refused(PASSWORD)
        if stat.S_ISLNK(kind):
            problem = "a link"
        elif kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            problem = "no file"
        if path in self.members:
            self.refused[path] = "twice in the archive: the last one counts"
        if problem:
            self.refused[path] = problem
        elif not member.is_dir() and path:
            self.members[path] = member

    def read(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read some files."""
        with _Bounded(self.source()) as stream, zipfile.ZipFile(stream) as archive:
            stream.most = LARGEST_READ
            return {path: _read_member(archive, self.members[path]) for path in paths}


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others ask for any memory
        raise Refused(f"the archive is packed in a way that is not read here: {CURE}")
    with archive.open(member) as file:
        return file.read(LARGEST_READ)


class _Bounded(io.BufferedReader):
    """A zip's bytes. Its list of members is read at once, and might fill any memory."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(cast(io.RawIOBase, stream))
        self.most = LARGEST_INDEX

    def read(self, size: int | None = -1, /) -> bytes:
        if size and size > self.most:
            raise Refused(TOO_MANY)
        return super().read(size)


class Tar:
    """The files of a tar; every look at it goes through all of it.

    Args:
        source: Opens it.
        unpacked: Makes the bytes of the tar out of those of the source.
    """

    def __init__(self, source: Source, unpacked: "Callable[[BinaryIO], Readable]") -> None:
        self.source, self.unpacked = source, unpacked
        self.sizes: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        for number, (_, member) in enumerate(self._members()):
            if number >= MOST_MEMBERS:
                raise Refused(TOO_MANY)
            self._add(member)

    def _members(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        with self.source() as stream:
            forward = _Forward(self.unpacked(stream))
            with tarfile.open(fileobj=cast(IO[bytes], forward), mode="r:") as archive:
                while (member := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # or it would keep them all
                    forward.allowance = LARGEST_READ + LARGEST_HEADERS
                    yield archive, member
                    forward.allowance = LARGEST_HEADERS
            if forward.block != bytes(tarfile.BLOCKSIZE):  # tarfile takes a broken end for the end
                raise tarfile.ReadError("the archive is cut off")

    def _add(self, member: tarfile.TarInfo) -> None:
        path, problem = place_of(member.name)
        if member.issym() or member.islnk():
            problem = "a link"
        elif not (member.isreg() or member.isdir()):
            problem = "no file"
        if path in self.sizes:
            self.refused[path] = "twice in the archive: the last one counts"
        if problem:
            self.refused[path] = problem
        elif member.isreg() and path:
            self.sizes[path] = member.size

    def read(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read some files."""
        wanted, found = set(paths), {}
        for archive, member in self._members():
            path = place_of(member.name)[0]
            if path in wanted and member.isreg() and (file := archive.extractfile(member)):
                found[path] = file.read(LARGEST_READ)
        return found


class Readable(Protocol):
    """What can be read from its beginning to its end."""

    def read(self, size: int, /) -> bytes:
        """Give some bytes, none at the end."""


class _Forward:
    """A tar's bytes, from the beginning to the end: no way leads back, and none of them is as long as it likes.

    Args:
        stream: Of the unpacked bytes.
    """

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.position = 0
        self.block = b""  # that was read last
        self.last = b""  # byte of it: tarfile looks at it twice
        self.again = False
        self.allowance = LARGEST_HEADERS

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def read(self, size: int) -> bytes:
        if size > self.allowance or self.position > LARGEST_STREAM:
            raise Refused(f"the archive is too large when it is unpacked: {CURE}")
        self.allowance -= size
        before, self.again = self.last if self.again else b"", False
        content = before + _read_all(self.stream, size - len(before))
        self.position += len(content)
        self.block, self.last = content, content[-1:] or self.last
        return content

    def seek(self, target: int) -> int:
        if target == self.position - 1 and not self.again:
            self.position, self.again = target, True
        if target < self.position:
            raise tarfile.ReadError("the archive leads back")
        allowance = self.allowance
        while self.position < target:
            self.allowance = LARGEST_HEADERS
            if not self.read(min(65536, target - self.position)):
                break
        self.allowance = allowance
        return self.position


def _read_all(stream: Readable, size: int) -> bytes:
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class _Xz:
    """The bytes of an xz stream, within limits of memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.packed = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, size: int, /) -> bytes:
        while not self.packed.eof:
            more = self.stream.read(65536) if self.packed.needs_input else b""
            if self.packed.needs_input and not more:
                raise EOFError("the archive is cut off")
            if content := self.packed.decompress(more, size):
                return content
        return b""


_STREAMS: dict[str, Callable[[BinaryIO], Readable]] = {
    "tar": lambda stream: stream,
    "gz": lambda stream: cast(Readable, gzip.GzipFile(fileobj=stream)),
    "bz2": lambda stream: bz2.BZ2File(stream),
    "xz": _Xz,
}


def is_inner(path: str) -> bool:
    """Tell by its name whether a file of a submission may be the submission itself, packed once more."""
    return path.lower().endswith(SUFFIXES) and not is_foreign(path)
