"""Starting an exercise: its line in `course.toml`, and its folder with everything to fill in."""

import ast
import re
import textwrap
from pathlib import Path

from ..course import CHECKS, EXERCISES, SOLUTIONS, Course, folder_name, load_course
from ..source.definitions import definition_text, find
from ..source.files import read_sources, write_whole

FACTS = """title = "TODO what the learner does, in a few words"
points = 3
difficulty = 2
importance = 3
minutes = 15
hints = [
    "TODO A nudge.",
    "TODO Nearly there.",
]
"""

CHECK = '''"""Checks of exercise {exercise_id}, `{name}`."""

from collections.abc import Iterator
from functools import partial

import torch

from ...protocol.suite import Case, Code, Suite, case

suite = Suite(sees="TODO what comes out, in words of the exercise: the mean")


@suite.check("TODO completes the sentence: the code …")
def first(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for number in (1, 2):  # TODO the smallest input first; in a label, traits are separated by commas
        yield case(f"{{number}} TODO", partial(code.{target}), number=number)
'''

MISCONCEPTION = '''[[misconception]]
name = "TODO what was misunderstood, told of the code"
hint = "TODO The way out, without the solution."
diff = """
- {line}
+ {line}  # TODO the mistake
"""
'''

ALTERNATIVE = "# TODO the same in another way\n"


def start(exercise_id: str, target: str) -> list[Path]:
    """Write what an exercise begins with.

    Args:
        exercise_id: Task and number, such as `6.1`; the task is there, or is the next one.
        target: What is written, already in `solutions/`: `file.function`, `file.Class` or `file.Class.method`.

    Returns:
        The files that were written.

    Raises:
        ValueError: The id is no new one, or there is no such target.
    """
    _refuse(exercise_id, load_course())
    text, path = _reference(target)
    folder = EXERCISES / folder_name(exercise_id, target)
    texts = {
        folder / "__init__.py": "",
        folder / "exercise.toml": FACTS,
        folder / "checks.py": CHECK.format(exercise_id=exercise_id, name=target.rpartition(".")[2], target=target),
        folder / "answers" / "misconceptions.toml": MISCONCEPTION.format(line=_last_line(text, path)),
        folder / "answers" / "alternatives" / "first.py": ALTERNATIVE + textwrap.dedent(definition_text(text, path)),
        CHECKS / "course.toml": _with_line((CHECKS / "course.toml").read_text("utf-8"), exercise_id, target),
    }
    for file, content in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content.encode())
    return list(texts)


def _refuse(exercise_id: str, course: Course) -> None:
    tasks = [*course.tasks, len(course.tasks) + 1]
    if not re.fullmatch(r"[1-9]\d*\.[1-9]\d*", exercise_id) or int(exercise_id.partition(".")[0]) not in tasks:
        raise ValueError(f"exercise is {exercise_id!r}, but must be a task from 1 to {tasks[-1]} and a number, as 1.7")
    if exercise_id in [exercise.exercise_id for exercise in course.exercises]:
        raise ValueError(f"exercise is {exercise_id!r}, but that is there already")


def _reference(target: str) -> tuple[str, list[str]]:
    """Give the text of the target's file, and where the target stands in it."""
    file, *path = target.split(".")
    sources = read_sources(SOLUTIONS)
    if file not in sources or not path:
        raise ValueError(f"target is {target!r}, but must be a definition in solutions/, as pooling.mean_pool")
    find(sources[file], path)
    return sources[file], path


def _last_line(text: str, path: list[str]) -> str:
    """Give a line of a definition that a mistake may change."""
    statements = [node for node in ast.walk(find(text, path)) if isinstance(node, ast.stmt)]
    last = max(statement.lineno for statement in statements)
    return text.split("\n")[last - 1].strip()


def _with_line(manifest: str, exercise_id: str, target: str) -> str:
    """Put the exercise's line at the end of its task."""
    task = int(exercise_id.partition(".")[0])
    head, *tasks = manifest.split("[[task]]\n")
    if task > len(tasks):
        tasks.append('title = "TODO"\n\n[task.exercises]\n')
    sections = [section.rstrip("\n") + "\n" for section in tasks]
    sections[task - 1] += f'"{exercise_id}" = "{target}"\n'
    return head + "\n".join(f"[[task]]\n{section}" for section in sections)
