"""What a class hands in besides answers: code that does harm, archives that cannot be read, and nothing.

The harm is small by itself, and none where the code is held: whoever grades with the tier `process` alone should not
grade this class.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from .made_forms import tar_bytes, write_folder, zip_bytes

# Bodies of functions: each earns what a blank stub earns, and costs no other exercise anything.
BOMBS = {
    "sleeps for ever": "import time\nwhile True:\n    time.sleep(1)",
    "computes for ever": "while True:\n    pass",
    "starts processes that stay": (
        "import os, time\nfor _ in range(32):\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)\n"
        "return None"
    ),
    "takes all memory": (
        "held = []\nfor _ in range(128):\n    held.append(bytearray(b'x') * 64 * 1024**2)\nreturn len(held)"
    ),
    "prints for ever": "while True:\n    print('all work and no play ' * 1000)",
    "ends its process": "import os\nos._exit(0)",
    "writes to all descriptors": (
        "import os\nfor number in range(3, 256):\n    try:\n        os.write(number, b'\\x00\\x00\\x00\\x02{}')\n"
        "    except OSError:\n        pass\nos._exit(0)"
    ),
    "asks the network": "import socket\nreturn socket.create_connection(('192.0.2.1', 9), timeout=2)",
    "speaks to screens and sheets": (
        "print('\\x1b[2J\\x1b]0;mine\\x07::error::mine')\n"
        "raise ValueError('=HYPERLINK(\"http://192.0.2.1\")<script>alert(1)</script>\\x1b[31m::set-output::mine')"
    ),
    "ends the process above it": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nreturn None",
}

SOURCE = b"def mean_pool(token_embeddings, attention_mask):\n    return token_embeddings.mean(dim=1)\n"
FILE = "tutorial/pooling.py"
RAR = b"Rar!\x1a\x07\x01\x00" + bytes(200)
BOMB_SIZE = 32 * 1024**2


def _with_flipped_bits(packed: bytes) -> bytes:
    """Damage what is packed, and leave the list of names."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = archive.infolist()[0]
    start = 30 + len(member.filename) + 10
    return packed[:start] + bytes(255 - byte for byte in packed[start : start + 20]) + packed[start + 20 :]


def _encrypted(packed: bytes) -> bytes:
    """Mark all members as encrypted, where they stand and in the list of names."""
    marked = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        marked[at + offset] |= 1
    return bytes(marked)


def _archive(suffix: str, content: Callable[[], bytes]) -> Callable[[Path], Path]:
    def write(place: Path) -> Path:
        path = place.with_name(place.name + suffix)
        path.write_bytes(content())
        return path

    return write


# Nothing in them can be graded.
BROKEN: dict[str, Callable[[Path], Path]] = {
    "a zip that was cut off": _archive(".zip", lambda: zip_bytes({FILE: SOURCE})[:120]),
    "a text that is called zip": _archive(".zip", lambda: b"see the attached file\n"),
    "a rar that is called zip": _archive(".zip", lambda: RAR),
    "a zip that is damaged": _archive(".zip", lambda: _with_flipped_bits(zip_bytes({FILE: SOURCE}))),
    "a zip with a password": _archive(".zip", lambda: _encrypted(zip_bytes({FILE: SOURCE}))),
    "a zip without the course's files": _archive(
        ".zip", lambda: zip_bytes({"report.docx": b"text", "cat.jpg": b"\xff"})
    ),
    "a zip whose paths lead out of it": _archive(".zip", lambda: zip_bytes({"../../tutorial/pooling.py": SOURCE})),
    "a zip that becomes huge": _archive(".zip", lambda: zip_bytes({FILE: bytes(BOMB_SIZE)})),
    "a tar.gz that was cut off": _archive(".tar.gz", lambda: tar_bytes({FILE: SOURCE})[:60]),
    "a tar.gz of links": _archive(".tar.gz", lambda: tar_bytes({}, {FILE: "../../solutions/pooling.py"})),
}

EMPTY: dict[str, Callable[[Path], Path]] = {
    "an empty folder": lambda place: write_folder(place, {}),
    "a folder with an empty folder": lambda place: write_folder(place, {"tutorial/.keep": b""}),
    "a folder with a system's file": lambda place: write_folder(place, {".DS_Store": bytes(16)}),
    "a folder with a letter": lambda place: write_folder(place, {"sorry.txt": b"I was ill.\n"}),
    "an empty zip": _archive(".zip", lambda: zip_bytes({})),
    "a zip of a folder": _archive(".zip", lambda: zip_bytes({"tutorial/": b""})),
    "a zip of no bytes": _archive(".zip", lambda: b""),
    "a tar.gz of no bytes": _archive(".tar.gz", lambda: b""),
    "a tar.gz without files": _archive(".tar.gz", lambda: tar_bytes({})),
    "a notebook of no bytes": _archive(".ipynb", lambda: b""),
}
