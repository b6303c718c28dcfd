"""A map of sentences' embeddings, before training and after each epoch."""

from typing import Any

from solutions.templates import TASK_A_CLASSES, TASK_B_CLASSES

from .canvas import Canvas
from .data import load
from .frame import described, folded, frame, key, written
from .plane import Plane

SETTINGS = ("backbone frozen", "backbone trained")
STILLS = {0: "before training", 1: "after one epoch", 6: "after six epochs"}
SIDE = 128  # of one still

Points = list[list[list[float]]]


def fragment() -> str:
    """Draw three moments of both settings, for the script to replace by one map that moves."""
    legend = key(topic0=TASK_A_CLASSES[0], topic1=TASK_A_CLASSES[1], mood0=TASK_B_CLASSES[0], mood1=TASK_B_CLASSES[1])
    frozen, trained = (f"{100 * run(setting)['share']:.0f}\u00a0%" for setting in SETTINGS)
    caption = (
        "Move through the epochs; point at a mark, or move the sentence, to read it. None of these sentences is in "
        "training, nor are their templates and words. Training brings one kind together, and the four kinds apart. One "
        "plane serves all epochs: that of the two directions in which the embeddings vary most. It holds "
        f"{frozen} of the variance above a frozen backbone, and {trained} with one that trains. All is of one seed."
    )
    return frame(
        "embedding-map",
        f'{legend}\n<div class="still">{described(stills(), told())}</div>',
        caption,
        {"classes": [TASK_A_CLASSES, TASK_B_CLASSES], "settings": {name: embeddings(name) for name in SETTINGS}},
        folded(["epoch", *(f"{what}, {name}" for name in SETTINGS for what in ("one kind", "two kinds"))], rows()),
    )


def run(setting: str) -> dict[str, Any]:
    """Give what was measured with the seed that the map is of."""
    (row,) = (row for row in load("embedding_map")["rows"] if row["setting"] == setting and "points" in row)
    found: dict[str, Any] = row
    return found


def cosines(setting: str) -> list[tuple[str, str]]:
    """Give the mean cosine of two sentences of one kind, and of two kinds, after each epoch."""
    return list(zip(written(run(setting)["within"]), written(run(setting)["between"]), strict=True))


def embeddings(setting: str) -> dict[str, Any]:
    """Give the sentences of the map, sorted by their kind, with a point for each epoch."""
    row = run(setting)
    order = sorted(range(len(row["sentences"])), key=lambda index: row["labels"][index])
    return {
        "sentences": [row["sentences"][index] for index in order],
        "labels": [row["labels"][index] for index in order],
        "points": [[epoch[index] for index in order] for epoch in row["points"]],
        "cosines": cosines(setting),
    }


def stills() -> Canvas:
    """Draw the moments side by side, one row for each setting."""
    sheet = Canvas(440, 330)
    for row, setting in enumerate(SETTINGS):
        shown = embeddings(setting)
        reach = farthest(shown["points"])
        for column, (epoch, words) in enumerate(STILLS.items()):
            corner = (6 + 148 * column, 24 + 162 * row)
            sheet.words(*(corner[0], corner[1] - 8), words if row == 0 else "", "small strong")
            plane = Plane(sheet, corner, (SIDE, SIDE), (-reach, reach), (-reach, reach))
            for (x, y), (topic, mood) in zip(shown["points"][epoch], shown["labels"], strict=True):
                plane.dot((x, y), f"topic{topic} mood{mood}")
        sheet.words(6, 24 + 162 * row + SIDE + 16, setting, "small")
    return sheet


def farthest(points: Points) -> float:
    """Give the largest coordinate of all epochs."""
    return 1.05 * max(abs(number) for epoch in points for point in epoch for number in point)


def rows() -> list[list[str]]:
    """Lay out the cosines of both settings."""
    frozen, trained = map(cosines, SETTINGS)
    return [[str(epoch), *one, *other] for epoch, (one, other) in enumerate(zip(frozen, trained, strict=True))]


def told() -> str:
    """Say what the map shows."""
    parts = []
    for setting in SETTINGS:
        one, two = zip(*cosines(setting), strict=True)
        parts.append(
            f"{setting}: two sentences of one kind have a mean cosine of {one[0]} before training and {one[-1]} after "
            f"it, two of different kinds {two[0]} and {two[-1]}"
        )
    return f"Points for {len(embeddings(SETTINGS[0])['sentences'])} new sentences at three moments. {'; '.join(parts)}."
