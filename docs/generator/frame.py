"""What the pictures that move have in common: the frame around them, the words for them, all numbers as a table."""

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from .canvas import Canvas


def frame(name: str, stage: str, caption: str, data: Any, more: str = "") -> str:
    """Put a picture into a page: what everybody sees, its caption, and its data for the script.

    Args:
        name: By which the script knows what to do.
        stage: HTML that says all by itself.
        caption: What to try and what to notice.
        data: For the script.
        more: HTML below the caption.
    """
    content = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    parts = [
        f'<div class="moving" data-moving="{name}">',
        f'<div class="stage">\n{stage}\n</div>',
        f'<p class="caption">{caption}</p>',
        more,
        f'<script type="application/json">{content}</script>',
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def described(sheet: Canvas, words: str) -> str:
    """Give a drawing, and what it says to whoever does not see it."""
    return sheet.svg().replace("<svg", f'<svg role="img" aria-label="{html.escape(words, quote=True)}"', 1)


def key(**words: str) -> str:
    """Explain marks: a class of the style sheet to what it stands for."""
    items = "".join(f'<span class="{kind}">{text}</span>' for kind, text in words.items())
    return f'<p class="key">{items}</p>'


def folded(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out all numbers as a table that opens on demand."""
    head = "".join(f'<th scope="col">{text}</th>' for text in headings)
    body = [
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'
        for first, *others in rows
    ]
    lines = [
        '<details class="whole"><summary>All numbers as a table</summary>',
        '<div class="wide" tabindex="0">',
        f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>',
        *body,
        "</tbody></table></div></details>",
    ]
    return "\n".join(lines)


def written(values: Iterable[float]) -> list[str]:
    """Write measures with two decimals and a true minus."""
    return [f"{value:z.2f}".replace("-", "−") for value in values]
