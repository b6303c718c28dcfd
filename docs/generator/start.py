"""The start page's first screen: a wrong answer, what the checks say about it, and what it does to six sentences."""

import io

from rich.console import Console, RenderableType

from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.results import ExerciseResult
from checks.reports.terminal import advice, found
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources

from .canvas import Canvas
from .data import load, mean
from .drawing import Drawing, fragment

# What many write first: right for a sentence alone, wrong beside a longer one.
ANSWER = """\
def mean_pool(token_embeddings, attention_mask):
    return token_embeddings.mean(dim=1)
"""
WIDTH = 66  # letters of a line of the report
PICTURE = 13  # lines of the report, down to the wrong case as a picture
DIAGNOSIS = 5  # lines of the advice, down to the mistake and its hint

COLUMN, ROW, LEFT, HEAD = 40, 32, 26, 44  # pixels of a matrix: its cells, the room for names, for title and names
HEIGHT = HEAD + 6 * ROW + 8
MATRICES = {"mean, padding counted": "With that line", "mean": "With the line mended"}


def fragments() -> dict[str, str]:
    """Give the parts of the first screen, and how much there is to do."""
    return {
        "answer": f"```python\n{ANSWER}```",
        "report": report(),
        "matrices": fragment("start", matrices()),
        "amount": amount(),
    }


def report() -> str:
    """Show what the terminal says of the answer: the first wrong check, and the mistake that it looks like."""
    result = graded()
    terminal = Console(file=io.StringIO(), width=WIDTH, highlight=False, markup=False, emoji=False)
    shown = [
        *screen(found(result, "tutorial", terminal), terminal)[:PICTURE],
        "  …",
        *screen(advice(result, "tutorial"), terminal)[:DIAGNOSIS],
    ]
    return "\n".join(["```text", *shown, "```"])


def graded() -> ExerciseResult:
    """Grade the answer, as `checks run 1.1` does."""
    exercise = load_course().exercise("1.1")
    sources = read_sources(SOLUTIONS)
    text = replace_definition(sources[exercise.file], exercise.path, ANSWER)
    with Grader() as grader:
        (result,) = grader.grade(Submission("tutorial", {**sources, exercise.file: text}), [exercise])
    return result


def screen(shown: RenderableType, terminal: Console) -> list[str]:
    """Give the lines that a terminal shows, without blanks at their ends."""
    with terminal.capture() as capture:
        terminal.print(shown)
    return [line.rstrip() for line in capture.get().split("\n")]


def matrices() -> Drawing:
    """Draw the similarities of the six sentences with the padding counted, and with it left out."""
    values = {setting: mean("pooling", setting, "matrix") for setting in MATRICES}
    told = "; ".join(
        f"{MATRICES[setting].lower()}: S1 and S3 {matrix[0][2]:z.2f}, S1 and S6 {matrix[0][5]:z.2f}"
        for setting, matrix in values.items()
    )
    sheet = Canvas(LEFT + 6 * COLUMN + 2, 2 * HEIGHT)
    for number, (setting, matrix) in enumerate(values.items()):
        draw_matrix(sheet, number * HEIGHT, MATRICES[setting], matrix)
    return Drawing(
        sheet.svg(),
        f"Two tables of the cosine similarities of six sentences. {told}.",
        "How alike are six sentences? S1 is “The cat sat on the mat.”, S3 “A feline was resting on a rug.”, S6 “I love "
        "working with transformers!” Counted padding makes all of them alike. Nothing is trained yet, and the last "
        f"layer is random: mean over {len(load('pooling')['seeds'])} draws of it.",
    )


def draw_matrix(sheet: Canvas, top: float, title: str, values: list[list[float]]) -> None:
    """Draw one matrix, `(sentences, sentences)`, with a title above it."""
    sheet.words(LEFT, top + 16, title, "strong")
    top += HEAD
    for place, row in enumerate(values):
        sheet.words(LEFT + (place + 0.5) * COLUMN, top - 7, f"S{place + 1}", "middle small")
        sheet.words(0, top + (place + 0.5) * ROW + 5, f"S{place + 1}", "small")
        for column, value in enumerate(row):
            sheet.cell(LEFT + column * COLUMN, top + place * ROW, COLUMN, ROW, value)


def amount() -> str:
    """Say how many exercises there are, and how long they take."""
    course = load_course()
    hours = round(sum(exercise.minutes for exercise in course.exercises) / 60)
    return f"**{len(course.exercises)} exercises in {len(course.tasks)} tasks, about {hours} hours.**"
