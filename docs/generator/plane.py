"""A part of a sheet with two axes: whatever is drawn there is told in the data's own numbers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from .canvas import Canvas

Point = tuple[float, float]
Range = tuple[float, float]


class Plane:
    """A rectangle of a sheet, and the numbers that its sides stand for.

    Args:
        sheet: To draw on.
        corner: The rectangle's upper left corner on the sheet.
        size: Its width and height on the sheet.
        x: The numbers at its left and right side.
        y: The numbers at its lower and upper side.
    """

    def __init__(self, sheet: Canvas, corner: Point, size: Point, x: Range, y: Range) -> None:
        self.sheet = sheet
        self.left, self.top = corner
        self.width, self.height = size
        self.x, self.y = x, y

    def place(self, x: float, y: float) -> Point:
        """Give the place of a point on the sheet, to a tenth."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return round(self.left + across * self.width, 1), round(self.top + (1 - up) * self.height, 1)

    def curve(self, points: Iterable[Point], kind: str) -> None:
        """Draw a line through points."""
        self.sheet.line([self.place(*point) for point in points], kind)

    def dot(self, point: Point, kind: str, radius: float = 3) -> None:
        """Draw a point."""
        x, y = self.place(*point)
        self.sheet.items.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"/>')

    def band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float], kind: str) -> None:
        """Fill what lies between two curves."""
        around = [*zip(x, low, strict=True), *reversed(list(zip(x, high, strict=True)))]
        joined = " ".join("{},{}".format(*self.place(*point)) for point in around)
        self.sheet.items.append(f'<polygon class="band {kind}" points="{joined}"/>')

    def axes(self, x: Sequence[float], y: Sequence[float], title: str = "") -> None:
        """Draw a faint line and a number for each tick of both axes, and a title above."""
        for value in y:
            self.curve([(self.x[0], value), (self.x[1], value)], "grid")
            at_x, at_y = self.place(self.x[0], value)
            self.sheet.words(at_x - 6, at_y + 4, f"{value:g}".replace("-", "−"), "tick end")
        for value in x:
            at_x, at_y = self.place(value, self.y[0])
            self.sheet.words(at_x, at_y + 17, f"{value:g}", "tick middle")
        self.sheet.words(self.left, self.top - 9, title, "small strong")

    @contextmanager
    def panel(self) -> Iterator[None]:
        """Keep what is drawn in a block together, with a cursor at its end that the script moves."""
        right, bottom = self.left + self.width, self.top + self.height
        self.sheet.items.append('<g class="panel">')
        self.sheet.items.append(f'<line class="cursor" x1="{right}" y1="{self.top}" x2="{right}" y2="{bottom}"/>')
        yield
        self.sheet.items.append("</g>")
