"""The error model of `checks why`: small changes of a learner's own code, likeliest first.

Each change replaces one stretch of the text; all the rest stays to the letter.
"""

import contextlib
from collections.abc import Collection
from itertools import islice

from .expressions import expression_edits
from .known import Reference, known_edits, words_of
from .statements import statement_edits
from .text import Edit, Text, parses, read

__all__ = ["Edit", "Reference", "Text", "edits_of", "parses", "read", "words_of"]

MOST = 20_000  # of each kind


def edits_of(text: Text, reference: Reference, suspects: Collection[int] = ()) -> list[Edit]:
    """List the changes of a text, likeliest first; some of them may not be Python: `parses` tells.

    Args:
        text: The learner's file.
        reference: Of the exercise.
        suspects: Lines at which the code stopped.
    """
    found: dict[tuple[int, int, str], Edit] = {}
    for source in (known_edits(text, reference), expression_edits(text), statement_edits(text)):
        with contextlib.suppress(RecursionError):  # the rest of a text that nests too deeply
            for edit in islice(source, MOST):
                place = (edit.start, edit.end, edit.new)
                unchanged = text.between(edit.start, edit.end) == edit.new
                if not unchanged and (place not in found or edit.rank < found[place].rank):
                    found[place] = edit
    return sorted(found.values(), key=lambda edit: edit.rank - 1.5 * (edit.line in suspects))
