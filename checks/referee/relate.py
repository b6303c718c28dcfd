"""The relation: how what came back relates to what was expected, where it does so in all wrong cases.

A relation is told only if it would not hold by chance. Each is a function in `relations/`; the table below says which
comes first: what is special before what is general.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..protocol.codec import Named, Raised, Refused
from .compare import difference
from .relations import factors, functions, kinds, rows, shapes, sources, structures
from .relations.pairs import Pair, Relation

RELATIONS: tuple[Relation, ...] = (
    # The wrong thing altogether
    kinds.MISSING,
    kinds.UNFINISHED,
    kinds.FOREIGN,
    kinds.PRECISION,
    kinds.PACKAGED,
    kinds.WRITTEN,
    kinds.CONTAINED,
    kinds.WRAPPED,
    kinds.OWN_OBJECT,
    # Right content, otherwise arranged
    structures.RENAMED,
    structures.KEY_SET,
    structures.EXCHANGED,
    structures.LIST_LENGTH,
    structures.NESTED,
    structures.LIST_ORDER,
    structures.MEMBERS,
    structures.OPPOSITE,
    structures.SPELLED,
    shapes.SINGLE_DIMENSION,
    shapes.TRANSPOSED,
    shapes.EMPTIED,
    rows.UNIFORM,
    rows.SINGLE_ROW,
    rows.COUNTED_WRONG,
    shapes.RESHAPED,
    rows.REORDERED,
    # Other numbers
    factors.PERCENTAGE,
    sources.UNMASKED,
    functions.NORMALIZED,
    functions.UNSCALED_PRODUCTS,
    factors.NEGATED,
    factors.scaled,
    factors.COMPLEMENT,
    functions.APPLIED,
    functions.LEFT_OUT,
    functions.CHOSEN,
    functions.ROUNDED,
    factors.shifted,
    functions.CLIPPED,
    shapes.GATHERED,
    sources.REDUCED,
    # Where it is wrong
    shapes.DIAGONAL,
    rows.PARTLY_WRONG,
    rows.LOST,
    structures.PARTLY_WRONG,
)
SINGULAR = ("ss", "us", "is", "as")  # ends of words that are no plural
MOST_LEVELS = 8


@dataclass(frozen=True)
class Wrong:
    """One wrong case: what was expected and what came, what went in, and what the probe noticed.

    Attributes:
        expected: What the reference made the check see.
        observed: What the answer made it see.
        inputs: What went in, by name.
        changed: Names of the inputs that were changed in place.
        returned: Name of the input whose very object came back.
    """

    expected: Any
    observed: Any
    inputs: dict[str, Any]
    changed: tuple[str, ...] = ()
    returned: str = ""


def relate(wrong: Sequence[Wrong], name: str, slack: float = 1.0) -> str:
    """Say how the wrong part relates to the right one, with the numbers of the smallest case.

    Args:
        wrong: All wrong cases of a check, the smallest first.
        name: Of what it sees, in words of the exercise.
        slack: Multiple of the usual tolerance.

    Returns:
        A sentence, or nothing if no relation holds in all of them.
    """
    try:
        return next(_sentences(wrong, name, slack), "")
    except Exception:  # whatever a learner's code may send: what cannot be looked at has no relation
        return ""


def _sentences(wrong: Sequence[Wrong], name: str, slack: float) -> Iterator[str]:
    """Go from the whole to its parts; that an input was changed is said where it shows, or else last."""
    pairs: list[Pair] = []
    for part, pairs in _parts(wrong, name, slack):
        if any(changed in part for changed in pairs[0].changed):
            yield from _told([kinds.CHANGED_INPUTS], pairs, part)
        yield from _told(RELATIONS, pairs, part)
    if pairs:
        yield from _told([kinds.CHANGED_INPUTS], pairs, name)


def _told(relations: Sequence[Relation], pairs: Sequence[Pair], part: str) -> Iterator[str]:
    found = (relation(pairs) for relation in relations)
    return (_put_in(sentence, part) for sentence in found if sentence)


def _parts(wrong: Sequence[Wrong], name: str, slack: float) -> Iterator[tuple[str, list[Pair]]]:
    """Go from the whole to the part that differs first, as far as it is the same in all cases."""
    pairs = [Pair(one.expected, one.observed, one.inputs, slack, True, one.changed, one.returned) for one in wrong]
    part = ""
    for _ in range(MOST_LEVELS):
        if not pairs or any(_is_error(value) for pair in pairs for value in (pair.expected, pair.observed)):
            return
        yield part or name, pairs
        steps = [_step(pair) for pair in pairs]
        if steps[0] is None or any(step is None or step[0] != steps[0][0] for step in steps):
            return
        part = f"{part}, {steps[0][0]}" if part else steps[0][0]
        part = f"{name}, {part}" if part.startswith("number ") else part
        pairs = [step[1] for step in steps if step]


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
    """Tell whether several things are named: the first noun decides."""
    noun = name.split(" of ")[0].split(" in ")[0].split(",")[0].strip()
    return noun.endswith("s") and not noun.endswith(SINGULAR)
