"""The page's HTML. Whatever was typed is escaped; colours repeat what the numbers say, in light and dark."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from torch import Tensor

from ..tasks import TASK_NAMES, Pair
from .look import Tokens

# The strongest shade leaves text readable, dark or light. Blue and vermilion remain apart in every common form of
# colour blindness (Okabe & Ito 2008).
STYLE = """
.see { font-size: 1rem; line-height: 1.5; overflow-wrap: anywhere; }
.see h1 { font-size: 1.8rem; font-weight: 700; }
.see h2 { font-size: 1.3rem; font-weight: 600; margin: 1.2rem 0 .3rem; }
.see h3 { font-size: 1rem; font-weight: 600; margin: 1rem 0 .2rem; }
.see p, .see ol { margin: .3rem 0; max-width: 50rem; }
.see ol { list-style: none; padding: 0; }
.see code { font-family: var(--font-mono); }
.see .side { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.see .scroll { overflow-x: auto; max-width: 100%; }
.see table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.see caption { text-align: left; font-weight: 600; padding: .2rem 0; }
.see th { font-weight: 600; padding: .2rem .3rem; text-align: right; }
.see th[colspan] { text-align: center; }
.see td { padding: .2rem .3rem; text-align: right; }
.see .shade {
  --colour: #0072b2;
  background: color-mix(in srgb, var(--colour) calc(var(--strength) * 70%), transparent);
}
.see .against { --colour: #d55e00; }
.see .best { font-weight: 700; text-decoration: underline; }
.see .tokens { display: flex; flex-wrap: wrap; gap: .25rem; padding: 0; margin: .1rem 0 .5rem; list-style: none; }
.see .tokens li { margin: 0; padding: .1rem .35rem; text-align: center; border: 1px solid #8886; border-radius: .25rem }
.see .tokens small { display: block; font-size: .75rem; font-variant-numeric: tabular-nums; }
"""


def section(*parts: str) -> str:
    """Put parts of the page together in its own style."""
    return f'<div class="see">{"".join(parts)}</div>'


def sentence_list(sentences: Sequence[str]) -> str:
    """List the sentences with the short names that the tables use."""
    items = (f'<li>S{n} <span dir="auto">{escape(sentence)}</span></li>' for n, sentence in enumerate(sentences, 1))
    return f"<ol>{''.join(items)}</ol>"


def similarity_tables(similarities: Mapping[str, Tensor]) -> str:
    """Show the similarities with each pooling, side by side where there is room."""
    tables = (_similarity_table(f"{name.capitalize()} pooling", each) for name, each in similarities.items())
    return f'<div class="side">{"".join(tables)}</div>'


def _similarity_table(title: str, similarities: Tensor) -> str:
    names = [f"S{number}" for number in range(1, len(similarities) + 1)]
    rows = ([_cell(_signed(f"{value:z.2f}"), value) for value in row] for row in similarities.tolist())
    return _table(title, [(name, 1) for name in names], zip(names, rows, strict=True))


def probability_table(probabilities: Pair[Tensor], classes: Pair[Sequence[str]]) -> str:
    """Show what both heads say of each sentence, every class with its probability; the most probable one stands out."""
    groups = [(name, len(names)) for name, names in zip(TASK_NAMES.values(), classes, strict=True)]
    columns = [(name, 1) for names in classes for name in names]
    rows = (
        (f"S{number}", [cell for row in pair for cell in _probabilities(row.tolist())])
        for number, pair in enumerate(zip(*probabilities, strict=True), 1)
    )
    return _table("Probability of each class", columns, rows, groups)


def _probabilities(row: Sequence[float]) -> list[str]:
    best = max(range(len(row)), key=row.__getitem__)
    return [_cell(f"{value:.0%}", value, "best" * (position == best)) for position, value in enumerate(row)]


def _cell(text: str, strength: float, kind: str = "") -> str:
    return f'<td class="shade {kind}" style="--strength: {max(0, strength):.3f}">{text}</td>'


def _table(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[tuple[str, Iterable[str]]],
    groups: Sequence[tuple[str, int]] = (),
) -> str:
    """Lay out rows of cells below one or two rows of headings, each given with the number of columns it spans."""
    heads = "".join(
        f"<tr><td></td>{''.join(_heading(*each) for each in headings)}</tr>"
        for headings in (groups, columns)
        if headings
    )
    body = "".join(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>' for name, cells in rows)
    table = f"<table><caption>{title}</caption><thead>{heads}</thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">{table}</div>'


def _heading(text: str, span: int) -> str:
    scope = f'scope="colgroup" colspan="{span}"' if span > 1 else 'scope="col"'
    return f'<th {scope} dir="auto">{escape(text)}</th>'


def token_shares(number: int, tokens: Tokens) -> str:
    """Show the tokens of a sentence, by its number, as both poolings take them."""
    heading = f"<h3>S{number}: {len(tokens.texts)} tokens, {1 / len(tokens.texts):.0%} of the mean each</h3>"
    largest = float(tokens.shares.max())
    items = [
        _token(text, f"{share:.0%}", share / largest)
        for text, share in zip(tokens.texts, tokens.shares.tolist(), strict=True)
    ]
    return f"{heading}<p>Max pooling</p>{_tokens(items)}"


def token_changes(title: str, texts: Sequence[str], changes: Tensor) -> str:
    """Show how much each token speaks for a decision, or against it."""
    largest = max(0.5, float(changes.abs().max()))  # where nothing counts, nothing is strong
    items = [
        _token(text, _signed(f"{change:+z.1f}"), abs(change) / largest, "against" * (change < 0))
        for text, change in zip(texts, changes.tolist(), strict=True)
    ]
    return f'<p dir="auto">{escape(title)}</p>{_tokens(items)}'


def _signed(number: str) -> str:
    return number.replace("-", "−")


def _tokens(items: Iterable[str]) -> str:
    return f'<ul class="tokens">{"".join(items)}</ul>'


def _token(text: str, number: str, strength: float, kind: str = "") -> str:
    style = f'class="shade {kind}" style="--strength: {strength:.3f}"'
    return f'<li {style}><span dir="auto">{escape(text)}</span><small>{number}</small></li>'
