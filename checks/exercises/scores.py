"""What the checks of several exercises of `evaluator.py` share."""

from typing import Any

import torch

from .inputs import tenths

TWO = (0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0)
THREE = (0, 2, 0, 1, 0, 2, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0)
FOUR = (3, 3, 0, 1, 3, 2, 0, 3, 3, 1, 3, 0, 3, 2, 3, 3)


def scored(rng: torch.Generator, labels: tuple[int, ...], classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Make labels, `(batch,)`, and logits, `(batch, classes)`, that are right more often than not."""
    truth = torch.tensor(labels)
    return truth, torch.randn(len(labels), classes, generator=rng) + torch.eye(classes)[truth]


def predicting(rng: torch.Generator, predicted: tuple[int, ...], classes: int) -> torch.Tensor:
    """Make logits, `(batch, classes)`, whose largest belong to these classes and are positive, all others negative."""
    ahead = 2 * torch.eye(classes)[list(predicted)]
    return tenths(torch.rand(len(predicted), classes, generator=rng) / 2 + ahead - 1)


def some_of(metrics: Any, *names: str) -> Any:
    """Keep some of the measures; all that there are, to show their names, if one of these is missing."""
    if not isinstance(metrics, dict) or any(name not in metrics for name in names):
        return metrics
    return {name: metrics[name] for name in names}


def transposed(logits: torch.Tensor) -> torch.Tensor:
    """Lay the same logits out column by column."""
    return logits.T.contiguous().T


def simplified(metrics: Any) -> Any:
    """Reduce the curves to their corners: a curve is the same with and without the points between them."""
    if not isinstance(metrics, dict):
        return metrics
    fpr, tpr = by_class(metrics.get("fpr")), by_class(metrics.get("tpr"))
    if isinstance(fpr, dict) and isinstance(tpr, dict) and fpr.keys() == tpr.keys():
        curves = {label: _corners(fpr[label], tpr[label]) for label in fpr}
        fpr, tpr = ({label: curve[axis] for label, curve in curves.items()} for axis in (0, 1))
    return {name: {"fpr": fpr, "tpr": tpr}.get(name, value) for name, value in metrics.items()}


def by_class(curves: Any) -> Any:
    """Read a plain list, as scikit-learn gives the only curve of two classes, as class 1's; an empty one is none."""
    if isinstance(curves, list):
        return {1: curves} if len(curves) > 0 else {}
    return curves


def _corners(fpr: Any, tpr: Any) -> tuple[Any, Any]:
    """Keep those points of a curve in which it turns, from the lower left on; what is no curve stays as it is."""
    if not _is_axis(fpr) or not _is_axis(tpr) or len(fpr) != len(tpr):
        return fpr, tpr
    points = list(zip(fpr, tpr, strict=True))
    if points and points[0] > points[-1]:
        points.reverse()
    corners: list[tuple[float, float]] = []
    for point in points:
        while len(corners) > 1 and _lies_between(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return [x for x, _ in corners], [y for _, y in corners]


def _is_axis(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _lies_between(start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]) -> bool:
    (x1, y1), (x2, y2) = ((b[0] - a[0], b[1] - a[1]) for a, b in ((start, middle), (middle, end)))
    return abs(x1 * y2 - x2 * y1) < 1e-6 and x1 * x2 + y1 * y2 >= 0
