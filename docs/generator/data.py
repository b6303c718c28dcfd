"""What the experiments measured, as the pages quote it."""

import json
from functools import cache
from typing import Any

from .paths import DATA


@cache
def load(experiment: str) -> dict[str, Any]:
    """Read an experiment's record.

    Raises:
        ValueError: It has not been run.
    """
    path = DATA / f"{experiment}.json"
    if not path.is_file():
        raise ValueError(f"there is no {path.name} in docs/data; run: python -m docs.experiments {experiment}")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def spread(experiment: str, setting: str, measure: str) -> dict[str, Any]:
    """Give a measure's mean, standard deviation and range over the seeds."""
    measured: dict[str, Any] = load(experiment)["summary"][setting][measure]
    return measured


def mean(experiment: str, setting: str, measure: str) -> Any:
    """Give a measure's mean over the seeds."""
    return spread(experiment, setting, measure)["mean"]


def weights_in_sweep() -> dict[str, dict[str, float]]:
    """Give the settings of the sweep over loss weights whose weights sum to 1, by name."""
    settings = load("loss_weights")["settings"]
    return {name: w for name, w in settings.items() if "alpha" in w and abs(w["alpha"] + w["beta"] - 1) < 1e-9}


def value(path: str) -> float:
    """Find the number that a page quotes.

    Args:
        path: `experiment/derived/name`, or `experiment/setting/measure` for the mean over the seeds, followed by `/sd`,
            `/min` or `/max` for another statistic and by `/index` for one element of a list.

    Raises:
        ValueError: There is no such number.
    """
    experiment, *keys = path.split("/")
    found: Any = load(experiment)
    if keys[:1] == ["derived"]:
        steps = keys
    else:
        statistic = [] if keys[2:3] and not keys[2].isdigit() else ["mean"]
        steps = ["summary", *keys[:2], *statistic, *keys[2:]]
    for step in steps:
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: there is no {step!r} in docs/data/{experiment}.json") from error
    if not isinstance(found, (int, float)):
        raise ValueError(f"{path} is no number")
    return found
