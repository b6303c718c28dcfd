"""The contrast: what sets the cases in which an answer is wrong apart from those in which it is right.

A label is a list of traits, `two sentences, padded`. A trait that all wrong cases have, and no right one, is the first
thing to say.
"""

from collections.abc import Mapping, Sequence

MOST = 2  # labels that are listed


def contrast(cases: Mapping[str, bool]) -> str:
    """Say for which cases an answer is right and for which wrong, or what the wrong ones have in common.

    Where a small case is wrong and a larger one right, without a trait that divides them, it is chance.

    Args:
        cases: Label to whether the answer is right, the smallest case first; at least one is wrong.
    """
    right = [label for label, is_right in cases.items() if is_right]
    wrong = [label for label, is_right in cases.items() if not is_right]
    if not right:
        return f"wrong in {'both' if len(wrong) == 2 else f'all {len(wrong)}'} cases" if len(wrong) > 1 else ""
    if trait := _trait_of(wrong, right):
        return f"wrong in every case with “{trait}”, right in {_count(right)} without"
    if trait := _trait_of(right, wrong):
        return f"right in every case with “{trait}”, wrong in {_count(wrong)} without"
    return f"right for {_listed(right)}; wrong for {_listed(wrong)}" if next(iter(cases)) in right else ""


def _trait_of(some: Sequence[str], others: Sequence[str]) -> str:
    """Give a trait that several cases have in common, and that no other has."""
    common = set.intersection(*map(_traits, some)) - set().union(*map(_traits, others))
    return next((trait for trait in some[0].split(", ") if trait in common), "") if len(some) > 1 else ""


def _traits(label: str) -> set[str]:
    return set(label.split(", "))


def _count(labels: Sequence[str]) -> str:
    return "the one" if len(labels) == 1 else f"the {len(labels)}"


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - MOST} more" if len(labels) > MOST else ""
    return ", ".join(f"“{label}”" for label in labels[:MOST]) + more
