"""Drawings that suit both colour schemes: inline SVG whose lines and letters take the colour of the text around it."""

import html
import io
import re
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure

# matplotlib knows no `currentColor`: it draws in a colour that nothing else has, and that is replaced afterwards.
INK = "#010203"
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # letters stay letters
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.titlesize": 12,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.framealpha": 0,
}


class Drawing(NamedTuple):
    """A figure and what it says: in words for whoever does not see it, and in a caption."""

    svg: str
    alternative: str
    caption: str


def figure_svg(figure: Figure, name: str) -> str:
    """Turn a matplotlib figure, made inside `style(name)`, into SVG for a page."""
    buffer = io.StringIO()
    with style(name):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", text, count=1)
    return _own_ids(text, name)


def _own_ids(text: str, name: str) -> str:
    """Keep the ids of several figures on one page apart."""
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href=")#', rf"\1#{name}-", text)
    return text.replace("url(#", f"url(#{name}-")


def style(name: str) -> AbstractContextManager[None]:
    """Draw for the site, the same file every time."""
    settings: Any = {**STYLE, "svg.hashsalt": name}
    return rc_context(settings)


def fragment(name: str, drawing: Drawing) -> str:
    """Put a drawing into a page."""
    alternative = html.escape(drawing.alternative, quote=True)
    svg = drawing.svg.replace("<svg", f'<svg role="img" aria-label="{alternative}"', 1)
    body = "\n".join(line for line in svg.splitlines() if line.strip())  # a blank line would end the block
    return f'<figure class="drawing" id="figure-{name}">\n{body}\n<figcaption>{drawing.caption}</figcaption>\n</figure>'
