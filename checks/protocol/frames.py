"""Frames: how processes talk. Each is a length and so many bytes; nothing is ever unpickled."""

import struct
from typing import IO

HEADER = struct.Struct(">I")
LARGEST = 64 * 1024 * 1024


class FrameError(ValueError):
    """What arrived is not what a well-behaved process sends."""


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send one frame.

    Raises:
        FrameError: It is larger than a frame may be.
    """
    require_fitting(payload)
    stream.write(HEADER.pack(len(payload)) + payload)
    stream.flush()


def require_fitting(payload: bytes) -> None:
    """Refuse what no frame can carry.

    Raises:
        FrameError: It is larger than a frame may be.
    """
    if len(payload) > LARGEST:
        raise FrameError(f"a frame of {len(payload)} bytes is larger than {LARGEST}")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Receive one frame.

    Returns:
        The payload, or None at the end of the stream.

    Raises:
        FrameError: The frame is cut off, or larger than a frame may be.
    """
    header = _read_exactly(stream, HEADER.size)
    if not header:
        return None
    (size,) = HEADER.unpack(header)
    if size > LARGEST:
        raise FrameError(f"a frame of {size} bytes is larger than {LARGEST}")
    payload = _read_exactly(stream, size)
    if len(payload) < size:
        raise FrameError("a frame was cut off")
    return payload


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes, or none at the end of the stream.

    Raises:
        FrameError: The stream ends in between.
    """
    parts: list[bytes] = []
    missing = size
    while missing:
        part = stream.read(missing)
        if not part:
            if parts:
                raise FrameError("a frame was cut off")
            return b""
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
