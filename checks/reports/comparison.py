"""A learner's code beside the solution."""

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

BESIDE = 160  # columns from which two texts have room side by side


def show_beside(own: str | None, solution: str, console: Console) -> None:
    """Show both texts, or the solution alone.

    Args:
        own: The learner's text, if it is to be compared.
        solution: The reference's.
        console: Where it is shown; plain text, if it is no terminal.
    """
    if not console.is_terminal:
        print(solution if own is None else f"# yours\n{own}\n\n# the solution\n{solution}", end="")
        return
    texts = {"the solution": solution} if own is None else {"yours": own, "the solution": solution}
    blocks = [_block(name, text) for name, text in texts.items()]
    if console.width < BESIDE:
        console.print(Group(*blocks))
        return
    table = Table.grid(padding=(0, 3), expand=True)
    table.add_row(*blocks)
    console.print(table)


def _block(name: str, text: str) -> RenderableType:
    code = Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    return Group(Text(name, "bold"), code, Text())
