"""Pictures of small wrong cases: read in colour and without, at 60 columns, and aloud."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..protocol.verdicts import Panel, Picture

WRONG, PADDING = "bold red", "dim"


def draw(picture: Picture, console: Console) -> RenderableType:
    """Lay out what goes in, then what should come out beside what does."""
    cross = cross_of(console)
    inputs = [_named(panel, _grid(panel, ("(", ")"), PADDING)) for panel in picture.inputs]
    pair = [picture.expected, picture.observed]
    grids = [_named(panel, _grid(panel, (cross, ""), WRONG)) for panel in pair]
    return Group(*inputs, _side_by_side(grids), Text(_legend(picture, cross), "dim"))


def cross_of(console: Console) -> str:
    """Give the sign of what is wrong, in a letter where the terminal has no other."""
    try:
        "✘".encode(console.encoding)
    except UnicodeEncodeError:
        return "x"
    return "✘"


def _named(panel: Panel, grid: RenderableType) -> RenderableType:
    return Group(Text(panel.name, "bold"), Padding(grid, (0, 0, 0, 2)))


def _grid(panel: Panel, signs: tuple[str, str], style: str) -> Table:
    """Lay out the cells of a panel; marked ones between two signs."""
    grid = Table.grid(padding=(0, 2))
    for index, row in enumerate(panel.rows):
        marks = panel.marked[index] if index < len(panel.marked) else ()
        cells = [_cell(text, at < len(marks) and marks[at], signs, style) for at, text in enumerate(row)]
        grid.add_row(*cells)
    return grid


def _cell(text: str, marked: bool, signs: tuple[str, str], style: str) -> Text:
    before, after = signs
    return Text(f"{before}{text}{after}", style) if marked else Text(text)


def _side_by_side(grids: Sequence[RenderableType]) -> Table:
    table = Table.grid(padding=(0, 4))
    table.add_row(*grids)
    return table


def _legend(picture: Picture, cross: str) -> str:
    shaded = any(any(row) for panel in picture.inputs for row in panel.marked)
    wrong = any(any(row) for row in picture.observed.marked)
    signs = ["( ) is padding"] * shaded + [f"{cross} is wrong"] * wrong
    return ", ".join(signs)
