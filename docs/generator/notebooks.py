"""The notebooks' pages: Markdown from what is stored in them. Nothing is run here; the tests run them."""

import re

import nbformat
from nbconvert import MarkdownExporter

from .paths import NOTEBOOKS


def write_pages() -> None:
    """Write a page beside each notebook."""
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook.with_suffix(".md").write_text(page(notebook.read_text(encoding="utf-8"), notebook.name))


def page(text: str, name: str) -> str:
    """Turn a notebook into a page.

    Args:
        text: The notebook's JSON.
        name: Of its file, which the page links to.
    """
    body, _ = MarkdownExporter().from_notebook_node(nbformat.reads(text, as_version=4))
    heading, _, rest = body.strip().partition("\n")
    # What a cell printed is an indented block: make it one that says so, and is not highlighted as code.
    rest = re.sub(r"(?:^    .*\n|^\n(?=    ))+", _as_output, rest, flags=re.MULTILINE)
    return f"{heading}\n\n[Download this notebook]({name})\n{rest}\n"


def _as_output(block: "re.Match[str]") -> str:
    lines = [line[4:] for line in block.group().strip("\n").split("\n")]
    return "\n```{.text .output}\n" + "\n".join(lines) + "\n```\n\n"
