"""Run the experiments: `python -m docs.experiments [NAMES]`, all of them without a name."""

import sys

from rich.console import Console

from . import EXPERIMENTS
from .runner import forget, run

console = Console(highlight=False)


def main(names: list[str]) -> int:
    """Run experiments in turn; returns the exit code."""
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown:
        console.print(f"error: there is no experiment {unknown[0]!r}; there are: {', '.join(EXPERIMENTS)}")
        return 2
    try:
        for name in names or EXPERIMENTS:
            run(name, console)
        forget(names)
    except KeyboardInterrupt:
        console.print("\nInterrupted. The same command goes on where it stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
