"""The angle between both tasks' gradients, step by step: two arrows for each setting, and the cosine over the steps."""

import math
from typing import Any, NamedTuple

from solutions.config import TrainingConfig

from .canvas import Canvas
from .data import mean, spread
from .frame import described, folded, frame, key, written
from .plane import Plane

SETTINGS = ("backbone frozen", "backbone trained")
EVERY = 3  # training steps from one point to the next
REACH = 72  # of the longest arrow on the sheet


class Arrow(NamedTuple):
    """Which way it points, in degrees against the clock, and how long it is on the sheet."""

    angle: float
    length: float


class State(NamedTuple):
    """One moment: task A's gradient, task B's and both together, and the words below them."""

    arrows: list[Arrow]
    words: str


def fragment() -> str:
    """Draw the arrows above the chart."""
    legend = key(taskA="task A's gradient", taskB="task B's gradient", both="both, weighted and added")
    names = [f"{what}, {setting}" for what in ("cosine", "length of B over A") for setting in SETTINGS]
    return frame(
        "gradients",
        f"{legend}\n{described(arrows(), told_arrows())}\n{described(cosines(), told())}",
        "Move through the training steps and watch the arrows part. Each picture is scaled to its longest arrow. Mean "
        "of three seeds; the bands are one standard deviation.",
        {"every": EVERY, "settings": [[state._asdict() for state in states(setting)] for setting in SETTINGS]},
        folded(["step", *names], rows()),
    )


def states(setting: str) -> list[State]:
    """Give each measured step."""
    cosines, ratios = (mean("gradients", setting, name) for name in ("cosine", "ratio"))
    return [State(forces(cosine, ratio), below(cosine)) for cosine, ratio in zip(cosines, ratios, strict=True)]


def forces(cosine: float, ratio: float) -> list[Arrow]:
    """Lay task A's gradient to the right, task B's at its angle to it, and both together.

    Args:
        cosine: Of the angle between them.
        ratio: Length of task B's over task A's.
    """
    config = TrainingConfig()
    angle = math.acos(cosine)
    b = ratio * math.cos(angle), ratio * math.sin(angle)
    both = config.alpha + config.beta * b[0], config.beta * b[1]
    scale = REACH / max(1, ratio, math.hypot(*both))
    return [
        Arrow(0, round(scale, 1)),
        Arrow(round(math.degrees(angle), 1), round(scale * ratio, 1)),
        Arrow(round(math.degrees(math.atan2(both[1], both[0])), 1), round(scale * math.hypot(*both), 1)),
    ]


def below(cosine: float) -> str:
    """Say the angle in words."""
    return f"cosine {written([cosine])[0]}, {math.degrees(math.acos(cosine)):.0f} degrees"


def arrows() -> Canvas:
    """Draw the arrows of the last step, which the script moves."""
    sheet = Canvas(440, 148)
    for column, setting in enumerate(SETTINGS):
        last = states(setting)[-1]
        middle = 110 + 220 * column
        sheet.words(middle, 16, setting, "small strong middle")
        for kind, (angle, length) in zip(("taskA", "taskB", "both"), last.arrows, strict=True):
            sheet.items.append(
                f'<g transform="translate({middle} 112)"><g class="arrow {kind}" '
                f'style="--angle:{-angle}deg;--length:{length}"><line x2="1"/><path d="M0 0l-9 -4.5v9z"/></g></g>'
            )
        sheet.words(middle, 138, last.words, "small middle told")
    return sheet


def cosines() -> Canvas:
    """Draw the cosine over the steps; the dashed line is of the backbone that trains."""
    sheet = Canvas(440, 220)
    steps = measured_steps()
    plane = Plane(sheet, (36, 24), (268, 160), (1, steps[-1]), (-1, 0.2))
    plane.axes(range(1, steps[-1] + 1, 6), (-1, -0.5, 0), "cosine of both gradients")
    with plane.panel():
        for setting, kind in zip(SETTINGS, ("solid", "dashed"), strict=True):
            measured = spread("gradients", setting, "cosine")
            plane.band(steps, *band(measured, plane.y), kind)
            plane.curve(zip(steps, measured["mean"], strict=True), f"curve {kind}")
            x, y = plane.place(steps[-1], measured["mean"][-1])
            sheet.words(x + 8, y + 4, setting, "small")
    sheet.words(304, 217, "training step", "tick end")
    return sheet


def band(measured: dict[str, Any], limits: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Give the curves of one standard deviation below and above the mean, kept inside the plane."""
    pairs = list(zip(measured["mean"], measured["sd"], strict=True))
    return [max(m - sd, limits[0]) for m, sd in pairs], [min(m + sd, limits[1]) for m, sd in pairs]


def measured_steps() -> list[int]:
    """Number the training steps that were looked at."""
    return [EVERY * index + 1 for index in range(len(mean("gradients", SETTINGS[0], "cosine")))]


def rows() -> list[list[str]]:
    """Lay out all numbers."""
    measures = [written(mean("gradients", setting, name)) for name in ("cosine", "ratio") for setting in SETTINGS]
    return [[str(step), *numbers] for step, *numbers in zip(measured_steps(), *measures, strict=True)]


def told() -> str:
    """Say what the chart shows."""
    ends = (f"{setting}, {' to '.join(written([curve[0], curve[-1]]))}" for setting, curve in _curves())
    return f"The cosine between both tasks' gradients, from the first training step to the last: {'; '.join(ends)}."


def told_arrows() -> str:
    """Say what the arrows show."""
    ends = (f"{setting}, {below(curve[-1])}" for setting, curve in _curves())
    return f"Arrows for both tasks' gradients and for their weighted sum, after the last step: {'; '.join(ends)}."


def _curves() -> list[tuple[str, list[float]]]:
    return [(setting, mean("gradients", setting, "cosine")) for setting in SETTINGS]
