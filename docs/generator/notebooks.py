"""The notebooks' pages: Markdown from what is stored in them. Nothing is run here; the tests run them."""

from pathlib import Path
from typing import Any

import nbformat

from .paths import NOTEBOOKS


def write_pages() -> None:
    """Write a page beside each notebook."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        path.with_suffix(".md").write_text(page(path), encoding="utf-8")


def page(path: Path) -> str:
    """Turn a notebook into a page: its text, its code, and what the code has printed."""
    title, *cells = nbformat.read(path, as_version=4).cells
    heading, _, introduction = title.source.partition("\n")
    parts = [heading, f"{introduction.strip()} [Download it]({path.name})."]
    for cell in cells:
        parts += [cell.source] if cell.cell_type == "markdown" else [fence(cell.source, "python"), *outputs(cell)]
    return "\n\n".join(parts) + "\n"


def outputs(cell: Any) -> list[str]:
    """Give what a cell has printed; the notebooks make no other output.

    Raises:
        ValueError: There is another one.
    """
    for output in cell.outputs:
        if output.output_type != "stream":
            raise ValueError(f"a notebook has an output of the type {output.output_type!r}, but pages show text only")
    text = "".join(output.text for output in cell.outputs).rstrip("\n")
    return [fence(text, 'text title="Output"')] if text else []


def fence(text: str, kind: str) -> str:
    """Write a block of code."""
    return f"```{kind}\n{text}\n```"
