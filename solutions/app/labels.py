"""Labels as people write them: which are most likely one class, and how they are quoted in a message."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from ..dataset import MultiTaskDataset, label_names
from ..tasks import Pair

# So many items of a list are shown in a message, and so many characters of a text.
SHOWN, SHOWN_LENGTH = 10, 60

# A comma before three digits may part thousands.
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*|,[0-9]{1,2})?")


def similar_labels(dataset: MultiTaskDataset) -> list[str]:
    """Find labels that are most likely one class, written in several ways.

    They differ in nothing but case, blanks, invisible characters, the code points of a letter or a number's idle zeros.

    Returns:
        For each task, a line of warning for each of the first classes of that kind, and one for the rest.
    """
    labels = Pair([sample.taskA for sample in dataset.samples], [sample.taskB for sample in dataset.samples])
    lines: list[str] = []
    for (task, named), counts in zip(label_names(dataset).items(), labels.map(Counter), strict=True):
        groups = _alike({name: counts[label] for label, name in named.items() if name})
        lines += [_warning(task, group) for group in groups[:SHOWN]]
        if len(groups) > SHOWN:
            lines.append(f"{task} has {len(groups) - SHOWN:,} more classes that are written in several ways")
    return lines


def _alike(counts: dict[str, int]) -> list[dict[str, int]]:
    """Group the labels that look alike, the most frequent first; those that are alone are left out."""
    groups: dict[str, dict[str, int]] = {}
    for name in sorted(counts, key=counts.__getitem__, reverse=True):
        groups.setdefault(spelling(name), {})[name] = counts[name]
    return [group for group in groups.values() if len(group) > 1]


def _warning(task: str, counts: dict[str, int]) -> str:
    counted = [f"{name} ({count:,}×)" for name, count in zip(told_apart(list(counts)), counts.values(), strict=True)]
    best = next((name for name in counts if name == _visible(name)), next(iter(counts)))
    return f"{task} has the labels {listed(counted)}: if they are one class, write {quote(best)} in every row"


def told_apart(names: Sequence[str]) -> list[str]:
    """Quote names so that they look different, by their code points if need be."""
    shown = [quote(name) for name in names]
    if len(set(map(_visible, shown))) == len(shown):
        return shown
    return [quote(name, ascii).replace("  ", r" \x20") for name in names]


def spelling(label: str) -> str:
    """Reduce a label to what it has in common with the other ways to write its class."""
    key = _visible(_visible(label).casefold())
    if not NUMBER.fullmatch(key):
        return key
    whole, _, decimals = key.replace(",", ".").partition(".")
    digits = whole.lstrip("+-0") or "0"
    return f"{'-' * whole.startswith('-')}{digits}.{decimals.rstrip('0')}"


def _visible(text: str) -> str:
    """Leave out what cannot be seen: control and format characters, variants of emoji, blanks beyond one."""
    letters = unicodedata.normalize("NFKC", text)
    kept = (
        letter
        for letter in letters
        if letter.isspace() or not (unicodedata.category(letter) in ("Cc", "Cf") or "\ufe00" <= letter <= "\ufe0f")
    )
    return " ".join(unicodedata.normalize("NFKC", "".join(kept)).split())


def quote(text: str, form: Callable[[str], str] = repr) -> str:
    """Quote a text in a message, cut if it is long."""
    return form(text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…")


def listed(items: Sequence[str]) -> str:
    """List the first items in a message, and say how many more there are."""
    more = f" and {len(items) - SHOWN:,} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more
