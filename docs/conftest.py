"""Runs the code blocks of the pages: Python as it stands, commands as far as they are quick and change nothing."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from accelerate.commands.launch import launch_command_parser
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from docs.experiments import EXPERIMENTS

ROOT = Path(__file__).parents[1]
QUICK = {"list", "hint", "doctor", "run"}


def follow_commands(example: Example) -> None:
    """Try each line of a block of commands."""
    for line in example.parsed.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            follow(words)


def follow(words: list[str]) -> None:
    """Run a command if that is quick; if not, see that there is such a command."""
    program, *arguments = words
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{arguments[0]}:", makefile, re.MULTILINE), f"there is no make {arguments[0]}"
    elif words[:3] == ["python", "-m", "docs.experiments"]:
        assert set(words[3:]) <= set(EXPERIMENTS)
    elif Path(program).name == "checks":
        call("checks", arguments if arguments[:1] and arguments[0] in QUICK else [*arguments[:2], "--help"])
    elif words[:2] == ["accelerate", "launch"]:
        launch_command_parser().parse_args(words[2:])
        follow(["python", *words[words.index("-m") :]])
    elif program == "hf":
        call("huggingface_hub.cli.hf", [*arguments[:1], "--help"])
    elif words[:2] == ["python", "-m"]:
        call(words[2], [*words[3:4], "--help"])
    else:
        raise AssertionError(f"no page may show a command that is not tried: {program}")


def call(module: str, arguments: list[str]) -> None:
    """Run one of the course's programs; that an exercise is not solved, exit code 1, is no mistake of the page."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, int("run" in arguments)), f"{' '.join(command[2:])}: {done.stderr}"


def leave(namespace: dict[str, Any]) -> None:
    """Come back from the folder that a page has made, as `place`, and gone to."""
    os.chdir(ROOT)
    if "place" in namespace:
        namespace["place"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser(language="sh", evaluator=follow_commands)],
    patterns=["*.md"],
    excludes=["notebooks/*", "generated/*/*"],
    teardown=leave,
).pytest()
