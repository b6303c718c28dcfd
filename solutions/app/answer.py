"""What the page of the command `app` says about sentences, piece by piece."""

from collections.abc import Iterator, Sequence
from html import escape

from torch import Tensor

from ..attribution import erase_tokens
from ..tasks import TASK_NAMES, Pair
from .look import MOST_SENTENCES, Subject, Tokens, affordable, look, read_lines, too_long
from .markup import probability_table, section, sentence_list, similarity_tables, token_changes, token_shares

TRAIN = f"python -m {__package__.partition('.')[0]} train --learning-rate 1e-3"

NO_SENTENCE = "<p>Type a sentence into the box, or several, each on a line of its own.</p>"
SIMILARITY = """<h2>How alike are they?</h2>
<p>The cosine of the angle between the embeddings of two sentences: 1 is the same direction, 0 is unrelated. Both tables
come from the same weights; only the pooling differs.</p>"""
HEADS = "<h2>What do the heads say?</h2>"
NO_HEADS = f"<p>Nothing yet. Train them with <code>{TRAIN}</code>, then start this page again.</p>"
TOKENS = """<h2>Which tokens count?</h2>
<p>A token is a word or a piece of one. Those that the tokenizer puts around a sentence count like all others.</p>
<p><strong>Max pooling</strong>: of how many of the encoder's dimensions this token has the largest value.</p>"""
CHANGES = """<p><strong>A head</strong>: by how much the odds of its answer fall when this token is hidden from the
model, as a logarithm: at +0.7 half of them are left, at +2.3 a tenth. Blue tokens speak for the answer, orange ones,
with a minus, against it.</p>"""
TOO_MUCH = "<p>From S{} on the heads are left out here: there are too many tokens to hide, one after the other.</p>"


def answer(subject: Subject, text: str) -> Iterator[str]:
    """Say what there is to see of the sentences that were typed, as HTML: at first without what takes longest.

    Args:
        subject: What looks at them.
        text: A sentence a line.
    """
    sentences, left_out = read_lines(text)
    if not sentences:
        yield section(NO_SENTENCE)
        return
    seen = look(subject.encoder, sentences)
    shown = [*_introduce(subject, sentences, left_out), SIMILARITY, similarity_tables(seen.similarities), HEADS]
    if not subject.trained:
        yield section(*shown, NO_HEADS, *_tokens(seen.tokens))
        return
    model, _, classes = subject.trained
    probabilities = model.predict(sentences)
    shown.append(probability_table(probabilities, classes))
    titles = _titles(probabilities, classes)[: affordable(seen.tokens)]
    rest = TOO_MUCH.format(len(titles) + 1) if len(titles) < len(sentences) else ""
    changes: list[Pair[Tensor]] = []
    for sentence in sentences[: len(titles)]:
        yield section(*shown, *_tokens(seen.tokens, titles, changes), rest)
        changes.append(erase_tokens(model, sentence))
    yield section(*shown, *_tokens(seen.tokens, titles, changes), rest)


def _introduce(subject: Subject, sentences: Sequence[str], left_out: int) -> Iterator[str]:
    """List the sentences, and say what looks at them and what it does not read."""
    yield sentence_list(sentences)
    yield f"<p>The model: {escape(subject.about)}.</p>"
    if left_out:
        yield f"<p>Only the first {MOST_SENTENCES} sentences are looked at; {left_out} more are left out.</p>"
    for position in too_long(subject.encoder, sentences):
        yield f"<p>S{position + 1} is cut off after {subject.encoder.max_length} tokens: the model reads no more.</p>"


def _tokens(
    tokens: Sequence[Tokens], titles: Sequence[Pair[str]] = (), changes: Sequence[Pair[Tensor]] = ()
) -> Iterator[str]:
    """Show the tokens of each sentence and, as far as there are `changes`, what they do for the answers' titles."""
    yield TOKENS + CHANGES * bool(titles)
    if len(changes) < len(titles):
        yield f"<p>Hiding the tokens of S{len(changes) + 1}, one after the other…</p>"
    for position, each in enumerate(tokens):
        yield token_shares(position + 1, each)
        for pair in changes[position : position + 1]:
            for title, change in zip(titles[position], pair, strict=True):
                yield token_changes(title, each.texts, change)


def _titles(probabilities: Pair[Tensor], classes: Pair[tuple[str, ...]]) -> list[Pair[str]]:
    """Write each sentence's answers: its most probable classes."""
    tasks = [
        [f"{name}: {names[int(row.argmax())]} ({float(row.max()):.0%})" for row in rows]
        for name, names, rows in zip(TASK_NAMES.values(), classes, probabilities, strict=True)
    ]
    return [Pair(*titles) for titles in zip(*tasks, strict=True)]
