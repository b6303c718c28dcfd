"""What works with the learner's own code after a task: the command, and what it shows."""

import contextlib
import importlib.metadata
import shlex
import tempfile
from pathlib import Path

import solutions.app.cli
import solutions.app.terminal
from checks.course import SOLUTIONS, Reward, load_course
from checks.source.fingerprint import LIBRARIES, digest

from .paths import ROOT

KEPT = ROOT / ".experiments" / "rewards"  # a training takes longer than all other fragments together
WIDTH = 80
MOST, LAST = 30, 20  # lines of a screen that are shown whole; lines of a longer one

BLOCK = """
## What now works with your code {{ #reward }}

Once the exercises up to here pass, this runs on your own code:

```sh
{command}
```

{shows}

???+ example "What it prints"

    By the reference, on the machine that made this page. Yours may differ, by more than the last digits where your
    code draws random numbers in another order.

    ```text
{output}
    ```
"""


def fragments() -> dict[str, str]:
    """Give each task's block, such as `task-1`; empty where a task has no reward."""
    course = load_course()
    return {
        f"task-{task}": block(course.rewards[task]) if task in course.rewards else "<!-- nothing -->"
        for task in course.tasks
    }


def block(reward: Reward) -> str:
    """Lay out one reward."""
    lines = screen(reward.command).rstrip("\n").split("\n")
    shown = lines if len(lines) <= MOST else ["…", *lines[-LAST:]]
    output = "\n".join(f"    {line}".rstrip() for line in shown)
    return BLOCK.format(command=reward.command, shows=reward.shows, output=output)


def screen(command: str) -> str:
    """Give what the solutions print at a learner's command; kept until they change.

    Raises:
        ValueError: It is no command of the tutorial.
    """
    if not command.startswith("python -m tutorial "):
        raise ValueError(f"command is {command!r}, but must begin with 'python -m tutorial '")
    texts = (path.read_text(encoding="utf-8") for path in sorted(SOLUTIONS.rglob("*.py")))
    kept = KEPT / digest(command, *map(importlib.metadata.version, LIBRARIES), *texts)
    if not kept.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(_run(shlex.split(command)[3:]), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def _run(arguments: list[str]) -> str:
    """Run a command of the solutions in a folder of its own."""
    console = solutions.app.terminal.console
    console.width = WIDTH
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(Path(folder)), console.capture() as said:
        solutions.app.cli.app(arguments, standalone_mode=False)
    return said.get()
