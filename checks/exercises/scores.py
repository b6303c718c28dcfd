"""What the checks of several exercises of `evaluator.py` share."""

from collections.abc import Sequence
from typing import Any

import torch

from ..protocol.suite import WrongForm, a, expect
from .inputs import tenths


def scored(rng: torch.Generator, labels: Sequence[int], classes: int) -> torch.Tensor:
    """Make logits, `(batch, classes)`, that are right more often than not, no two alike."""
    return torch.randn(len(labels), classes, generator=rng) + torch.eye(classes)[list(labels)]


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


def drawn(metrics: Any) -> Any:
    """Give the area, and of each curve the points in which it turns; what was not asked for stays.

    Raises:
        WrongForm: There are no curves in it.
    """
    missing = [name for name in ("auc", "fpr", "tpr") if name not in expect(dict, metrics, "the metrics")]
    if missing:
        raise WrongForm(f"the metrics: {', '.join(missing)} is missing among {', '.join(map(str, metrics))}")
    fpr, tpr = (expect(dict, by_class(metrics[name]), f"{name}, of each class") for name in ("fpr", "tpr"))
    curves = {f"the curve of class {each!r}": _points(each, fpr.get(each), tpr.get(each)) for each in {**fpr, **tpr}}
    return {**{name: value for name, value in metrics.items() if name not in ("fpr", "tpr")}, **curves}


def _points(label: Any, fpr: Any, tpr: Any) -> list[tuple[float, float]]:
    for name, axis in (("fpr", fpr), ("tpr", tpr)):
        if not _is_axis(axis):
            raise WrongForm(f"{name} of class {label!r}: a list of plain numbers was expected, got {_form(axis)}")
    if len(fpr) != len(tpr):
        raise WrongForm(f"the curve of class {label!r} has {len(fpr)} values of fpr, and {len(tpr)} of tpr")
    return list(zip(*_corners(fpr, tpr), strict=True))


def _form(axis: Any) -> str:
    if isinstance(axis, list):
        strange = next(each for each in axis if not _is_axis([each]))
        return f"a list with {a(type(strange).__name__)}"
    return "none" if axis is None else a(type(axis).__name__)


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
