"""The path of one sentence through the model, as a table whose rows come one after another."""

import html

from .data import load, mean
from .frame import frame

DIMENSION = 5  # shown before anything is moved, counted from one
SLOTS = 24


def fragment() -> str:
    """Show one sentence on its way through the model."""
    items = "\n".join(f"<li>{words}</li>" for words in steps())
    caption = (
        "Go through the steps, then move the number. The maximum is one token's, underlined; the mean is made of all. "
        "The numbers are the bundled model's; its projection is untrained."
    )
    return frame("stepper", f'{stage()}\n<ol class="steps">\n{items}\n</ol>', caption, data())


def stage() -> str:
    """Lay out tokens, mask, vectors, both poolings and what the projection makes of the mean."""
    row = load("stepper")["rows"][0]
    deepest = max(abs(number) for token in row["tokens"] for number in token)
    lines = [
        '<table class="path">',
        "<caption>“The cat sat on the mat.” in a batch with a longer sentence</caption>",
        '<thead><tr><th scope="col">token</th><th scope="col" data-from="2">mask</th>',
        f'<th scope="col" data-from="3">the first {SLOTS} numbers of each vector</th>',
        f'<th scope="col" data-from="3">number <span class="dimension">{DIMENSION}</span></th></tr></thead>',
        "<tbody>",
    ]
    for piece, mask, vector in zip(row["pieces"], row["mask"], row["tokens"], strict=True):
        kind = "" if mask else ' class="padding"'
        lines.append(
            f'<tr{kind}><th scope="row">{html.escape(piece)}</th><td data-from="2">{mask}</td>'
            f"{cells(vector, deepest, 3)}</tr>"
        )
    lines.append("</tbody>")
    lines += ["<tbody>", pooled("mean", "mean", row, deepest, 4)]
    lines += [pooled("max", "maximum", row, deepest, 4), "</tbody>"]
    lines += ["<tbody>", pooled("normed", "projected", row, peak(row["normed"]), 5)]
    lines += [pooled("unit", "L2 norm", row, peak(row["unit"]), 6), "</tbody>", "</table>"]
    return "\n".join(lines)


def peak(vector: list[float]) -> float:
    """Give the largest distance from zero."""
    return max(map(abs, vector))


def pooled(name: str, label: str, row: dict[str, list[float]], deepest: float, step: int) -> str:
    """Lay out the row of one vector for the whole sentence."""
    head = f'<th scope="row" colspan="2" data-from="{step}">{label}</th>'
    return f'<tr data-vector="{name}">{head}{cells(row[name], deepest, step)}</tr>'


def cells(vector: list[float], deepest: float, step: int) -> str:
    """Draw a vector as a strip, blue above zero and orange below, and write one of its numbers."""
    bars = [
        f'<rect class="{"above" if number > 0 else "below"}" x="{slot}" width="1" height="1" '
        f'fill-opacity="{abs(number) / deepest:.2f}"/>'
        for slot, number in enumerate(vector)
    ]
    strip = f'<svg viewBox="0 0 {SLOTS} 1" preserveAspectRatio="none" aria-hidden="true">{"".join(bars)}</svg>'
    number = f"{vector[DIMENSION - 1]:z.2f}".replace("-", "−")
    return f'<td class="strip" data-from="{step}">{strip}</td><td class="number" data-from="{step}">{number}</td>'


def steps() -> list[str]:
    """Tell each step in words, with what was measured."""
    measured = load("stepper")["summary"]["S1 beside S3"]
    positive = {name: f"{100 * measured[f'{name}_positive']['mean']:.0f}\u00a0%" for name in ("mean", "max")}
    cosine = {name: f"{mean('stepper', 'S1 beside S3', f'{name}_cosine'):.2f}" for name in ("mean", "max")}
    return [
        "<strong>Tokens.</strong> The tokenizer cuts the sentence, and puts [CLS] before it and [SEP] behind it. The "
        "other sentence of the batch is longer: [PAD] fills up what is missing.",
        "<strong>Mask.</strong> One for each real token, zero for padding. Only the ones will count.",
        "<strong>Vectors.</strong> The transformer gives 384 numbers for each token. Blue is above zero, orange below; "
        "the stronger the colour, the further. Padding gets numbers too, and they mean nothing.",
        "<strong>Pooling.</strong> Down each column, over the ones of the mask. In the mean, tokens that disagree "
        f"cancel out: {positive['mean']} of its 384 numbers are above zero. The maximum keeps whichever token is "
        f"largest: {positive['max']} are.",
        "<strong>Projection.</strong> A linear layer makes 512 numbers of the mean, and LayerNorm puts them on one "
        "scale. Every new number is made of all old ones, so a column no longer belongs to the one above. The vector's "
        f"length is {mean('stepper', 'S1 beside S3', 'normed_length'):.1f}.",
        "<strong>L2 norm.</strong> Divided by its length, the vector keeps its direction: the picture is the same, the "
        "numbers are smaller, the length is one. Its dot product with the embedding of “A feline was resting on a "
        f"rug.” is their cosine: {cosine['mean']}, and {cosine['max']} for two embeddings made of the maximum.",
    ]


def data() -> dict[str, object]:
    """Give the numbers that the table shows one dimension of."""
    row = load("stepper")["rows"][0]
    pooled = {name: row[name] for name in ("mean", "max", "normed", "unit")}
    return {"dimension": DIMENSION, "pieces": row["pieces"], "mask": row["mask"], "tokens": row["tokens"], **pooled}
