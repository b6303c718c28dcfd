"""The contrast: what sets the cases in which an answer is wrong apart from those in which it is right.

A label is a list of traits, `two sentences, one padded`. A trait that all wrong cases have, and no right one, is the
first thing to say.
"""

from collections.abc import Sequence


def contrast(right: Sequence[str], wrong: Sequence[str]) -> str:
    """Say for which cases an answer is wrong, and what these have in common.

    Args:
        right: Labels of the cases in which it is right.
        wrong: Labels of those in which it is not, at least one.
    """
    if not right:
        return "wrong in every case" if len(wrong) > 1 else ""
    common = set.intersection(*map(_traits, wrong)) - set().union(*map(_traits, right))
    if common and len(wrong) > 1:
        shared = ", ".join(trait for trait in wrong[0].split(", ") if trait in common)
        return f"wrong in every case with “{shared}”, right in the {_number(len(right))} without"
    return f"right for {_listed(right)}; wrong for {_listed(wrong)}"


def _traits(label: str) -> set[str]:
    return set(label.split(", "))


def _number(count: int) -> str:
    return "one" if count == 1 else str(count)


def _listed(labels: Sequence[str], most: int = 3) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return "; ".join(f"“{label}”" for label in labels[:most]) + more
