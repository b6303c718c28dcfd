"""Where things are."""

from pathlib import Path

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
DATA = DOCS / "data"
GENERATED = DOCS / "generated"
QUESTIONS = DOCS / "questions"
NOTEBOOKS = DOCS / "notebooks"
