"""The terminal: what is shown on it, and what happens where nobody reads any more."""

import io
import os
import sys

from rich.console import Console


class PatientConsole(Console):
    """A console whose reader may go: what is under way goes on, and is saved."""

    def on_broken_pipe(self) -> None:
        """Say no more."""
        self.quiet = True
        _forget_reader()


if os.environ.get("COLUMNS") == "0":  # a width at which nothing would be shown, not even an error
    del os.environ["COLUMNS"]
console = PatientConsole(highlight=False, markup=False, emoji=False)
error_console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def tolerate_lacking_letters() -> None:
    """Show another sign for a letter that the terminal lacks: that is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush() -> None:
    """Write what is left; if whoever read it has gone, Python must not complain of that when it ends."""
    if sys.__stdout__:
        try:
            sys.__stdout__.flush()
        except BrokenPipeError:
            _forget_reader()


def _forget_reader() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
