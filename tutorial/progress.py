"""A progress bar on stderr, for people only: none where the output is no terminal and no notebook."""

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

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
    from rich.console import Console  # here, so that a model without a bar needs no terminal library
    from rich.progress import Progress

    if total is None and isinstance(items, Sized):
        total = len(items)
    console = Console(stderr=True)
    hidden = not (console.is_terminal or console.is_jupyter)
    with Progress(console=console, transient=True, disable=hidden) as progress:
        bar = progress.add_task(description, total=total)
        for item in items:
            yield item
            progress.advance(bar, size(item))
