"""A progress bar on stderr, for people only: none where the output is no terminal and no notebook."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], description: str, show: bool) -> Iterable[T]:
    """Go through items, with a bar that disappears at the end.

    Args:
        items: A collection that knows its length.
        description: Stands left of the bar.
        show: Without it there is no bar.
    """
    if not show:
        return items
    import rich.console  # here, so that a model without a bar needs no terminal library
    import rich.progress

    console = rich.console.Console(stderr=True)
    visible = console.is_terminal or console.is_jupyter
    return rich.progress.track(items, description, console=console, disable=not visible, transient=True)
