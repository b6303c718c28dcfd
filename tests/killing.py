"""Train through the command line, and kill the process again and again; run by `test_killed_training`.

    python killing.py FOLDER KILLS OPTION...

Every life is a process of its own, forked from this one, which has the libraries loaded already. It is killed after a
random time, and the next one goes on. Whatever is left in the folder has to be readable each time. Prints a JSON list.
"""

import json
import os
import random
import signal
import sys
import time
from functools import partial
from math import inf
from pathlib import Path

from safetensors.torch import load_file

from solutions.app import commands
from solutions.app.checkpoint import load_checkpoint
from solutions.app.cli import main
from solutions.app.unfinished import UNFINISHED, read_unfinished

LONGEST = 0.8  # seconds that a process lives from its first epoch on, or from its start


def live(arguments: list[str]) -> None:
    """Be a process that trains."""
    sys.argv = ["solutions", "train", *arguments]
    # Of all the time, nearly half goes into saving: kills meet that, too.
    commands.SnapshotFile = partial(commands.SnapshotFile, share=1.0)  # type: ignore[misc]
    with open("out.txt", "w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    try:
        main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 0)
    finally:
        os._exit(99)


def killed(arguments: list[str], lifetime: float, from_start: bool) -> bool:
    """Start a process, and tell whether it lived longer than that, and was killed."""
    Path("out.txt").write_text("")
    process = os.fork()
    if not process:
        live(arguments)
    end = inf
    while time.monotonic() < end:
        if end == inf and (from_start or "Epoch " in Path("out.txt").read_text()):
            end = time.monotonic() + lifetime
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            if status:
                sys.exit(Path("out.txt").read_text())
            return False
        time.sleep(0.002)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return True


def look() -> int:
    """Read whatever is left of a training; gives the epochs that are safe."""
    folder = Path(".checkpoint")
    if (folder / "config.json").exists():
        load_checkpoint(folder)
    if not (folder / UNFINISHED).exists():
        return 0
    load_file(folder / UNFINISHED)
    return read_unfinished(folder / UNFINISHED).epochs


def run(kills: int, arguments: list[str]) -> list[list[int]]:
    """Kill as often as that, then let it end; gives for each training the epochs that were safe at each kill."""
    rng = random.Random(8)
    trainings: list[list[int]] = [[]]
    while True:
        left = kills - sum(map(len, trainings))
        resume = ["--resume"] * Path(".checkpoint", UNFINISHED).exists()
        if killed([*arguments, *resume], rng.uniform(0, LONGEST) if left else inf, from_start=left % 5 == 0):
            trainings[-1].append(look())
        elif left:
            trainings.append([])
        else:
            return trainings


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    print(json.dumps(run(int(sys.argv[2]), sys.argv[3:])))
