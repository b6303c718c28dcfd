"""The relation: how what came back relates to what was expected, where it does so in all wrong cases.

A relation is told only if it would not hold by chance. Each is a function in `relations/`; the table says which comes
first: what is special before what is general. A new one is a function there, a line here, and a line in its test.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..protocol.codec import Named, Raised, Refused
from .compare import difference
from .relations import factors, functions, kinds, rows, shapes, sources, structures
from .relations.pairs import Pair, Relation

RELATIONS: tuple[Relation, ...] = (
    # The wrong thing altogether
    kinds.missing,
    kinds.unfinished,
    kinds.precision,
    kinds.packaged,
    kinds.contained,
    kinds.wrapped,
    kinds.own_object,
    # Right content, otherwise arranged
    structures.renamed,
    structures.key_set,
    structures.exchanged,
    structures.list_length,
    structures.list_order,
    structures.members,
    shapes.single_dimension,
    shapes.transposed,
    shapes.emptied,
    rows.uniform,
    rows.single_row,
    rows.counted_wrong,
    shapes.reshaped,
    rows.reordered,
    # Other numbers
    factors.percentage,
    sources.unmasked,
    functions.normalized,
    functions.unscaled_products,
    factors.scaled,
    factors.linear,
    functions.applied,
    functions.left_out,
    functions.chosen,
    functions.rounded,
    functions.clipped,
    sources.reduced,
    # Where it is wrong
    shapes.diagonal,
    rows.partly_wrong,
    rows.lost,
)
SINGULAR = ("ss", "us", "is", "as")  # ends of words that are no plural
MOST_ITEMS = 300  # of a list or a dictionary
MOST_LEVELS = 8


def relate(wrong: Sequence[Pair], name: str, slack: float = 1.0) -> str:
    """Say how the wrong part relates to the right one, with the numbers of the smallest case.

    Args:
        wrong: What was expected and what came in all wrong cases of a check, the smallest first.
        name: Of what it sees, in words of the exercise.
        slack: Multiple of the usual tolerance.

    Returns:
        A sentence, or nothing if no relation holds in all of them.
    """
    if any(_is_large(value) for pair in wrong for value in (pair.expected, pair.observed)):
        return ""
    try:
        return next(_sentences([replace(pair, slack=slack) for pair in wrong], name), "")
    except Exception:  # whatever a learner's code may send: what cannot be gone through has no relation
        return ""


def _sentences(wrong: Sequence[Pair], name: str) -> Iterator[str]:
    """Go from the whole to its parts; that an input was changed is said where it shows, or else last."""
    pairs: Sequence[Pair] = []
    for part, pairs in _parts(wrong, name):
        if any(changed in part for changed in pairs[0].changed):
            yield from _told([kinds.changed_inputs], pairs, part)
        yield from _told(RELATIONS, pairs, part)
    if pairs:
        yield from _told([kinds.changed_inputs], pairs, name)


def _told(relations: Sequence[Relation], pairs: Sequence[Pair], part: str) -> Iterator[str]:
    for relation in relations:
        try:
            sentence = relation(pairs)
        except Exception:  # as above: what one relation cannot look at, another may
            continue
        if sentence:
            yield _put_in(sentence, part)


def _parts(pairs: Sequence[Pair], name: str) -> Iterator[tuple[str, Sequence[Pair]]]:
    """Go from the whole to the part that differs first, as far as it is the same in all cases."""
    part = ""
    for _ in range(MOST_LEVELS):
        if not pairs or any(_is_error(value) for pair in pairs for value in (pair.expected, pair.observed)):
            return
        yield part or name, pairs
        steps = [found for pair in pairs if (found := _step(pair))]
        if len(steps) < len(pairs) or len({inner for inner, _ in steps}) > 1:
            return
        inner = steps[0][0]
        before = part or (name if inner.startswith("number ") else "")
        part = f"{before}, {inner}" if before else inner
        pairs = [pair for _, pair in steps]


def _is_large(value: Any) -> bool:
    """Tell whether a value has more items than anybody would compare; going through them all would take long."""
    items = list(
        value.fields.values() if isinstance(value, Named) else value.values() if isinstance(value, dict) else []
    )
    items += list(value) if isinstance(value, list | tuple) else []
    return len(items) > MOST_ITEMS or any(map(_is_large, items))


def _is_error(value: Any) -> bool:
    return isinstance(value, Raised | Refused)


def _step(pair: Pair) -> tuple[str, Pair] | None:
    """Find the first item that differs, and its name."""
    expected, observed = _items(pair.expected), _items(pair.observed)
    for key in expected:
        if key in observed and difference(expected[key], observed[key], pair.slack) is not None:
            name = key if isinstance(key, str) else repr(key)
            return name, replace(pair, expected=expected[key], observed=observed[key], whole=False)
    return None


def _items(value: Any) -> dict[Any, Any]:
    """Give the named items of a value; those of a list only where each is a thing of its own."""
    if isinstance(value, Named):
        return value.fields
    if isinstance(value, list | tuple) and not all(isinstance(item, int | float | str) for item in value):
        return {f"number {place}": item for place, item in enumerate(value, start=1)}
    return value if isinstance(value, dict) else {}


def _put_in(sentence: str, name: str) -> str:
    """Put the part's name into a relation's sentence."""
    many = _is_plural(name)
    words = {
        "{is}": f"{name} {'are' if many else 'is'}",
        "{has}": f"{name} {'have' if many else 'has'}",
        "{right}": "the right ones" if many else "the right one",
        "{name}": name,
    }
    for place, text in words.items():
        sentence = sentence.replace(place, text)
    return sentence


def _is_plural(name: str) -> bool:
    """Tell whether several things are named: the first noun of the last part decides."""
    noun = name.split(", ")[-1].split(" of ")[0].split(" in ")[0].strip()
    return noun.endswith("s") and not noun.endswith(SINGULAR)
