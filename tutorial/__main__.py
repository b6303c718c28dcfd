"""Entry point of `python -m tutorial`: tells which exercise comes next where a command needs it."""

import re
from pathlib import Path

from .app.cli import main

TO_DO = r"exercise \d+\.\d+: \w+"  # what a stub raises


def first_to_do(met: str) -> str:
    """Find the first exercise, in the order of the course, that is still to be done; one has been met."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")]
    stubs: list[str] = [stub for text in texts for stub in re.findall(rf'Error\("({TO_DO})"\)', text)]
    return min([*stubs, met], key=lambda stub: [int(number) for number in re.findall(r"\d+", stub)[:2]])


def tell(error: Exception) -> str:
    """Give the line that the terminal shows for an error."""
    if isinstance(error, NotImplementedError) and re.fullmatch(TO_DO, str(error)):
        return f"{first_to_do(str(error))} is still to be done"
    return str(error)


if __name__ == "__main__":
    main(tell)
