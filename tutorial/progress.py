"""A progress bar on stderr, for people only: none where the output is no terminal and no notebook."""

from collections.abc import Iterable
from typing import TypeVar

import rich.progress
from rich.console import Console

T = TypeVar("T")


def track(items: Iterable[T], description: str, show: bool) -> Iterable[T]:
    """Go through items, with a bar that disappears at the end.

    Args:
        items: A collection that knows its length.
        description: Stands left of the bar.
        show: Without it there is no bar.
    """
    console = Console(stderr=True)
    visible = show and (console.is_terminal or console.is_jupyter)
    return rich.progress.track(items, description, console=console, disable=not visible, transient=True)
