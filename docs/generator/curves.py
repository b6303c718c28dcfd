"""Training curves to go through epoch by epoch: two learning rates, both tasks, both sets."""

from collections.abc import Iterator

from solutions.tasks import TASK_NAMES

from .canvas import Canvas
from .data import mean
from .frame import described, folded, frame, key, written
from .plane import Plane

RATES = {"1e-05": "1e-5", "0.001": "1e-3"}
SIDES = {"test": "new", "train": "training"}
# Suffix of the measure, its title, its range and its ticks.
PANELS = (
    ("", "accuracy", (0.4, 1.02), (0.4, 0.6, 0.8, 1.0)),
    ("_loss", "loss", (0.0, 0.72), (0.0, 0.2, 0.4, 0.6)),
)
SIZE = (176, 140)


def fragment() -> str:
    """Draw four panels that share one cursor."""
    legend = key(taskA="task A", taskB="task B", test="new sentences", train="training sentences")
    return frame(
        "training-curves",
        f"{legend}\n{described(drawing(), told())}",
        "Move through the epochs and compare the two learning rates. At the larger one the first epoch does nearly "
        "all; at the smaller one the accuracy climbs while the loss hardly moves. Mean of three seeds; the backbone is "
        "frozen.",
        {name: numbers(rate) for rate, name in RATES.items()},
        folded(["epoch, learning rate", *headings()], rows()),
    )


def drawing() -> Canvas:
    """Draw accuracy above loss, one column for each learning rate."""
    sheet = Canvas(440, 404)
    for row, (suffix, title, limits, ticks) in enumerate(PANELS):
        for column, (rate, name) in enumerate(RATES.items()):
            corner = (36 + 216 * column, 26 + 200 * row)
            plane = Plane(sheet, corner, SIZE, (0, epochs()), limits)
            plane.axes(range(0, epochs() + 1, 5), ticks, f"{title}, learning rate {name}")
            with plane.panel():
                for side in reversed(SIDES):
                    for task in TASK_NAMES:
                        points = enumerate(mean("training_curves", rate, f"{side}_{task}{suffix}"))
                        plane.curve(points, f"curve {task} {side}")
    sheet.words(428, 400, "epoch", "tick end")
    return sheet


def epochs() -> int:
    """Count the epochs of the curves."""
    return len(mean("training_curves", "0.001", "test_taskA")) - 1


def headings() -> list[str]:
    """Name the numbers of one epoch."""
    tasks = [name[-1] for name in TASK_NAMES.values()]
    return [f"{title} {task}, {side}" for _, title, *_ in PANELS for task in tasks for side in SIDES.values()]


def numbers(rate: str) -> list[list[str]]:
    """Give the numbers of each epoch, in the order of the headings."""
    measures = [f"{side}_{task}{suffix}" for suffix, *_ in PANELS for task in TASK_NAMES for side in SIDES]
    return [written(epoch) for epoch in zip(*(mean("training_curves", rate, name) for name in measures), strict=True)]


def rows() -> Iterator[list[str]]:
    """Lay out all numbers, both learning rates of an epoch below each other."""
    tables = {name: numbers(rate) for rate, name in RATES.items()}
    for epoch in range(epochs() + 1):
        yield from ([f"{epoch}, {name}", *table[epoch]] for name, table in tables.items())


def told() -> str:
    """Say what the curves show."""
    parts = []
    for rate, name in RATES.items():
        for task, words in TASK_NAMES.items():
            curve = written(mean("training_curves", rate, f"test_{task}"))
            start, one, six, end = (curve[epoch] for epoch in (0, 1, 6, -1))
            parts.append(f"{words} at {name}, {start} before, {one} after one epoch, {six} after six, {end} at the end")
    return f"Accuracy and loss over {epochs()} epochs, accuracy on new sentences: {'; '.join(parts)}."
