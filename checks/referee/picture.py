"""The picture of a wrong case: what goes in, what should come out and what does, as small arrays of text.

Only what a learner can take in at a glance becomes one.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from ..protocol.codec import Opaque
from ..protocol.verdicts import Panel, Picture
from .compare import describe, difference, tensor_errors

MOST_ROWS, MOST_LETTERS = 12, 56  # of a panel, so that a picture fits in 60 columns
MASK = "mask"  # name of the input that says where the padding of another one is

Cells = list[list[Any]]


def draw(expected: Any, observed: Any, name: str, inputs: Mapping[str, Any], slack: float = 1.0) -> Picture | None:
    """Draw a wrong case; None if it is too large, or of a kind that cannot be drawn.

    Args:
        expected: The part that should have come out.
        observed: What came instead.
        name: Of that part, in words of the exercise.
        inputs: What went in, by name.
        slack: Multiple of the usual tolerance.
    """
    try:
        return _picture(expected, observed, name, inputs, slack)
    except Exception:  # whatever a learner's code may send: what cannot be drawn has no picture
        return None


def _picture(expected: Any, observed: Any, name: str, inputs: Mapping[str, Any], slack: float) -> Picture | None:
    wanted, given = _panel(f"{name}, expected", expected), _panel(f"{name}, got", observed)
    shown = tuple(
        _input(input, value, inputs.get(MASK)) for input, value in inputs.items() if not _is_shading(input, inputs)
    )
    says_nothing_more = not shown and [len(row) for panel in (wanted, given) for row in panel.rows] == [1, 1]
    if says_nothing_more or not all(map(_is_small, (wanted, given, *shown))):
        return None
    return Picture(shown, wanted, Panel(given.name, given.rows, _wrong(expected, observed, slack)))


def _is_shading(name: str, inputs: Mapping[str, Any]) -> bool:
    """Tell whether an input is the mask that another one is shaded by."""
    return name == MASK and any(_shades(inputs[MASK], value) for other, value in inputs.items() if other != MASK)


def _shades(mask: Any, value: Any) -> bool:
    return isinstance(mask, Tensor) and isinstance(value, Tensor) and mask.dim() == 2 and value.shape[:2] == mask.shape


def _input(name: str, value: Any, mask: Any) -> Panel:
    panel = _panel(name, value)
    if _shades(mask, value):
        return Panel(name, panel.rows, tuple(tuple(not real for real in row) for row in mask.tolist()))
    return panel


def _panel(name: str, value: Any) -> Panel:
    return Panel(name, tuple(tuple(_text(cell) for cell in row) for row in _cells(value)))


def _cells(value: Any) -> Cells:
    """Lay a value out in rows of cells: the first dimension downwards, the second across, all others in a cell."""
    if isinstance(value, Tensor):
        return value.tolist() if value.dim() > 1 else [value.reshape(-1).tolist()]
    if isinstance(value, dict):
        return [[key, item] for key, item in value.items()]
    if isinstance(value, list | tuple) and value:
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
        return [[row[0] for row in rows]] if all(isinstance(row, int | float) for row in value) else rows
    return [[value]]


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return " ".join(map(_text, cell))
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return cell if isinstance(cell, str) else describe(cell)


def _is_small(panel: Panel) -> bool:
    widest = max((sum(len(cell) + 3 for cell in row) for row in panel.rows), default=0)
    return len(panel.rows) <= MOST_ROWS and widest <= MOST_LETTERS


def _wrong(expected: Any, observed: Any, slack: float) -> tuple[tuple[bool, ...], ...]:
    """Mark the wrong cells; none, if the two are not laid out alike."""
    if isinstance(expected, Tensor) and isinstance(observed, Tensor):
        if expected.shape != observed.shape or expected.dtype != observed.dtype:
            return ()
        errors = (tensor_errors(expected, observed) > slack).reshape(expected.shape)
        return _rows_of(errors if errors.dim() > 1 else errors.reshape(1, -1))
    cells, given = _cells(expected), _cells(observed)
    if isinstance(expected, Opaque) or [len(row) for row in cells] != [len(row) for row in given]:
        return ()
    return tuple(
        tuple(difference(one, other, slack) is not None for one, other in zip(*rows, strict=True))
        for rows in zip(cells, given, strict=True)
    )


def _rows_of(errors: Tensor) -> tuple[tuple[bool, ...], ...]:
    cells = errors.flatten(2).any(dim=2) if errors.dim() > 2 and errors.numel() else errors
    return tuple(tuple(bool(cell) for cell in row) for row in cells.tolist())
