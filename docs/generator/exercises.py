"""The block of each exercise: rating, stub, how to check, hints, solution, all from the course's own sources."""

import textwrap

from checks.course import SOLUTIONS, TUTORIAL, Exercise, load_course
from checks.protocol.suite import load_checks
from checks.protocol.verdicts import Part
from checks.reports.pages import setting
from checks.source.definitions import definition_text, find, span
from checks.source.files import read_sources
from checks.source.given import mistakes

BLOCK = """
<dl class="rating">
<div><dt>Difficulty</dt><dd>{difficulty}</dd></div>
<div><dt>Importance</dt><dd>{importance}</dd></div>
<div><dt>Time</dt><dd>{minutes} minutes</dd></div>
<div><dt>Points</dt><dd>{points}, {works:g} if it works</dd></div>
</dl>

{handed_out}

Then look at what {checks} say:

```sh
checks run {id}
```

{hints}

??? success "Solution"

    From {solution_place}:

    ```python
{solution}
    ```
{found}"""

NUMBERS = {3: "three", 4: "four", 5: "five"}  # of mistakes

STUB = """Fill in `{target}` in {place}:

```python
{stub}
```"""

PROGRAM = """Make `{target}` in {place} right. It runs, and {number} things in it are wrong:

??? example "The program"

    ```python
{program}
    ```"""


def fragments() -> dict[str, str]:
    """Give each exercise's block, by its id, and the list of all exercises."""
    course = load_course()
    solutions, stubs = read_sources(SOLUTIONS), read_sources(TUTORIAL)
    blocks = {
        exercise.exercise_id: block(exercise, stubs[exercise.file], solutions[exercise.file])
        for exercise in course.exercises
    }
    return {**blocks, "all": overview()}


def block(exercise: Exercise, stub: str, solution: str) -> str:
    """Lay out one exercise.

    Args:
        exercise: What it is about.
        stub: The tutorial's file.
        solution: The reference's file.
    """
    answer = "\n\n".join(source(solution, path) for path in exercise.paths)
    found = "".join(f"\n    - {mistake.name}" for mistake in mistakes(exercise))
    return BLOCK.format(
        id=exercise.exercise_id,
        solution_place=place(exercise, solution),
        difficulty=dots(exercise.difficulty),
        importance=dots(exercise.importance),
        minutes=exercise.minutes,
        points=exercise.points,
        works=load_course().points_if_it_works(exercise),
        checks=counted_checks(exercise),
        handed_out=handed_out(exercise, stub),
        hints="\n\n".join(
            f'??? tip "Hint {number}"\n\n    {hint}' for number, hint in enumerate(exercise.hints, start=1)
        ),
        solution=textwrap.indent(answer, "    "),
        found=f"\n    What was wrong:\n{found}\n" if found else "",
    )


def handed_out(exercise: Exercise, stub: str) -> str:
    """Show what the learner begins with: a stub, or a whole program with mistakes, in a fold."""
    names = {"target": ".".join(exercise.path), "place": linked(f"tutorial/{exercise.file}.py")}
    planted = mistakes(exercise)
    if planted:
        program = textwrap.indent(stub.strip("\n"), "    ")
        return PROGRAM.format(**names, number=NUMBERS[len(planted)], program=program)
    return STUB.format(**names, stub=source(stub, exercise.path))


def counted_checks(exercise: Exercise) -> str:
    """Say how many checks there are, and how many of them are about edges."""
    parts = [check.part for check in load_checks(exercise)]
    careful = parts.count(Part.CAREFUL)
    return (
        f"the {len(parts)} checks ({careful} of them careful ones, about edges)"
        if careful
        else f"the {len(parts)} checks"
    )


def place(exercise: Exercise, solution: str) -> str:
    """Say where a definition stands in the reference: file and lines, as a link to them where that is possible.

    Args:
        exercise: Whose definition.
        solution: The reference's file.
    """
    before, last = span(find(solution, exercise.path))
    file = linked(f"solutions/{exercise.file}.py", f"#L{before + 1}-L{last}")
    return f"{file}, lines {before + 1} to {last}"


def linked(path: str, anchor: str = "") -> str:
    """Name a file, as a link where the repository's address is known."""
    repository = setting("repo_url").rstrip("/")
    return f"[`{path}`]({repository}/blob/HEAD/{path}{anchor})" if repository else f"`{path}`"


def source(text: str, path: tuple[str, ...]) -> str:
    """Give the text of a definition, from the left margin."""
    return textwrap.dedent(definition_text(text, path)).strip("\n")


def dots(rating: int) -> str:
    """Show a rating from 1 to 5."""
    shown = "●" * rating + "○" * (5 - rating)
    return f'<span aria-hidden="true">{shown}</span> <span class="of">{rating} of 5</span>'


def overview() -> str:
    """List all tasks: exercises, points and time."""
    course = load_course()
    lines = ["| task | exercises | points | time |", "|---|--:|--:|--:|"]
    for number, title in course.tasks.items():
        mine = [exercise for exercise in course.exercises if exercise.task == number]
        lines.append(f"| [{number} · {title}](task-{number}.md) | {_totals(mine)} |")
    return "\n".join([*lines, f"| **all** | {_totals(list(course.exercises))} |"])


def _totals(exercises: list[Exercise]) -> str:
    hours, minutes = divmod(sum(exercise.minutes for exercise in exercises), 60)
    time = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
    return f"{len(exercises)} | {sum(exercise.points for exercise in exercises)} | {time}"
