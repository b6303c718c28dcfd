"""A progress bar on stderr, for people only: none where the output is no terminal and no notebook.

The terminal library is imported where a bar is shown: a model without one does not need it.
"""

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")


def track(
    items: Iterable[T],
    description: str,
    show: bool,
    total: int | None = None,
    size: Callable[[T], int] = lambda item: 1,
) -> Iterator[T]:
    """Go through items, with a bar that disappears at the end.

    Args:
        items: What to go through.
        description: Stands left of the bar.
        show: Without it there is no bar.
        total: Size of all items together; their number if they know it.
        size: How far an item takes the bar.
    """
    if not show:
        yield from items
        return
    if total is None and isinstance(items, Sized):
        total = len(items)
    with _bars() as progress:
        bar = progress.add_task(description, total=total)
        for item in items:
            yield item
            progress.advance(bar, size(item))


@contextmanager
def busy(description: str) -> Iterator[None]:
    """Show that something is under way, for as long as the block takes."""
    with _bars() as progress:
        progress.add_task(description, total=None)
        yield


def _bars() -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not (console.is_terminal or console.is_jupyter))
