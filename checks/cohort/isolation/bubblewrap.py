"""The command line of bubblewrap: what a worker sees, and nothing else.

What is not named here is not there: no home, no other submission, no `solutions/`, no judge, no answer.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...course import CHECKS, EXERCISES, ROOT
from ...worker.namespaces import ROOM

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")  # of /etc, these alone
HIDDEN = ("answers", "judges.py", "__pycache__")  # a cache would give away what it was made from
ROOMS = ("__init__.py", "course.py", "course.toml", "source", "protocol", "worker")
USER = "1000"  # whoever we are outside

ENVIRONMENT = {
    **{"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LOGNAME": "learner"},
    **{"HOME": ROOM, "TMPDIR": ROOM, "MPLCONFIGDIR": ROOM, "MPLBACKEND": "Agg"},
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    **{"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
}


def bubblewrap_command(inner: Iterable[str]) -> list[str]:
    """Give the command that runs another one in bubblewrap.

    Args:
        inner: The command, as it would be outside: all paths stay what they are.
    """
    away = ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", USER, "--gid", USER)
    settings = [part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)]
    return ["bwrap", *away, "--clearenv", *settings, *_mounts(), "--chdir", ROOM, "--", *inner]


def _mounts() -> list[str]:
    """List what is there; a folder always comes before what lies in it, or it would cover it again."""
    shown = dict.fromkeys([*map(Path, SETTINGS), *python_folders(), *rooms()])
    if _inside(ROOT, map(Path, SYSTEM), python_folders()):
        shown[ROOT] = None
    paths = sorted({*shown, *(path for path in map(Path, SYSTEM) if path.exists())}, key=lambda path: len(path.parts))
    mounts = [part for path in paths for part in _mount(path)]
    covered = any(path.is_relative_to("/tmp") for path in paths)
    temporary = ["--dir", "/tmp"] if covered else ["--symlink", ROOM.lstrip("/"), "/tmp"]
    kernel = ["--proc", "/proc", "--bind", "/proc/sys/user", "/proc/sys/user", "--dev", "/dev", "--tmpfs", ROOM]
    return [*mounts, *temporary, *kernel, "--remount-ro", "/dev", "--remount-ro", "/"]


def _inside(path: Path, *folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for group in folders for folder in group if folder != path)


def _mount(path: Path) -> list[str]:
    if path == ROOT:
        return ["--tmpfs", str(path)]  # it lies in a folder that is shown, and is to be seen in parts only
    if path.is_symlink() and str(path) in SYSTEM:
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind-try", str(path), str(path)]


def rooms() -> Iterator[Path]:
    """List what a worker may see of this project: folders without what is hidden, and single files."""
    yield from (CHECKS / name for name in ROOMS)
    for folder, folders, files in os.walk(EXERCISES):
        folders[:] = sorted(set(folders) - set(HIDDEN))
        yield from (Path(folder, file) for file in sorted(files) if file not in HIDDEN)


def python_folders() -> list[Path]:
    """List where Python and its libraries are: by every name that a link on the way gives them."""
    places = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    places |= {place.resolve() for place in places}
    places |= {Path(entry) for entry in sys.path if "site-packages" in entry or "dist-packages" in entry}
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / os.readlink(link)
        places.add(link)
    found = {Path(os.path.abspath(place)) for place in places if place.exists()}
    system = [Path(folder) for folder in SYSTEM]
    return sorted(place for place in found if not _inside(place, found, system) and str(place) not in ("/", "/usr"))
