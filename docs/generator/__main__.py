"""Write `docs/generated/` and the notebooks' pages: `python -m docs.generator`."""

import shutil
import sys

from . import (
    diagrams,
    exercises,
    figures,
    moving,
    notebooks,
    provenance,
    questions,
    references,
    rewards,
    start,
    tables,
    widgets,
)
from .paths import GENERATED

# What each part of the site is called, and what gives its fragments: name to text.
FRAGMENTS = {
    "diagrams": diagrams.fragments,
    "exercises": exercises.fragments,
    "figures": figures.fragments,
    "moving": moving.fragments,
    "provenance": provenance.fragments,
    "questions": questions.fragments,
    "references": references.fragments,
    "rewards": rewards.fragments,
    "start": start.fragments,
    "tables": tables.fragments,
    "widgets": widgets.fragments,
}


def main() -> None:
    """Make everything anew."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    for part, fragments in FRAGMENTS.items():
        folder = GENERATED / part
        folder.mkdir(parents=True)
        for name, text in fragments().items():
            (folder / f"{name}.md").write_text(text.strip("\n") + "\n", encoding="utf-8")
    notebooks.write_pages()


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
