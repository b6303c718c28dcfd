"""A sheet to draw diagrams on: boxes, arrows and words. Their colours are classes that the site's style sheet knows."""

import html


class Canvas:
    """An SVG drawing, in units that are pixels where there is room.

    Args:
        width: Of the drawing.
        height: Of the drawing.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.items: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, words: str = "", kind: str = "") -> None:
        """Draw a box with words in its middle, one line for each line of the text."""
        self.items.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')
        lines = words.split("\n") if words else []
        for number, line in enumerate(lines):
            below = 5 + 19 * (number - (len(lines) - 1) / 2)
            self.words(x + width / 2, y + height / 2 + below, line, "middle small" if number else "middle")

    def cell(self, x: float, y: float, width: float, height: float, value: float) -> None:
        """Draw a similarity as a cell: the nearer to one, the deeper its colour."""
        depth = 0.6 * max(0.0, value)
        self.items.append(
            f'<rect class="heat" style="fill-opacity:{depth:.2f}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        )
        self.words(x + width / 2, y + height / 2 + 5, f"{value:z.2f}", "middle small")

    def words(self, x: float, y: float, text: str, kind: str = "") -> None:
        """Write words that begin at a point or, with the kind `middle`, stand around it."""
        self.items.append(f'<text class="{kind}" x="{x}" y="{y:g}">{html.escape(text)}</text>')

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str = "") -> None:
        """Draw an arrow from one point to another: straight down, up, left or right."""
        across, down = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        back_x, back_y = x2 - 7 * across, y2 - 7 * down
        head = f"{x2},{y2} {back_x - 4 * down},{back_y - 4 * across} {back_x + 4 * down},{back_y + 4 * across}"
        self.line([(x1, y1), (back_x, back_y)], kind)
        self.items.append(f'<polygon class="{kind}" points="{head}"/>')

    def line(self, points: list[tuple[float, float]], kind: str = "") -> None:
        """Draw a line through points."""
        joined = " ".join(f"{x},{y}" for x, y in points)
        self.items.append(f'<polyline class="{kind}" points="{joined}"/>')

    def svg(self) -> str:
        """Give the drawing."""
        head = f'<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}"'
        return "\n".join([f'{head} style="max-width:{self.width}px">', *self.items, "</svg>"])
