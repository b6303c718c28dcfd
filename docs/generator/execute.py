"""Run the notebooks and store what they print: `python -m docs.generator.execute`."""

import nbformat
from nbclient import NotebookClient

from .paths import NOTEBOOKS, ROOT


def main() -> None:
    """Run every notebook; one that fails stays as it was."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        place = {"metadata": {"path": ROOT}}
        NotebookClient(notebook, record_timing=False, coalesce_streams=True, resources=place).execute()
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
