"""A bar for what takes a while."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on stderr, for people only; gives the function to call for everything that is done."""
    if total == 1 or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.progress import Progress

    from .terminal import make_console

    with Progress(console=make_console(stderr=True), transient=True) as progress:
        task = progress.add_task("Checking", total=total)
        yield lambda done: progress.update(task, advance=1, description=f"Checked {done}")
