"""Judges of exercise 6.1: the words of an error are the learner's own."""

import re
from typing import Any

from ...protocol.codec import Refused
from ...protocol.suite import Observe, a
from ...referee.judge import Judge
from . import checks


def _judge_refusal(observed: Any, _: Any) -> str | None:
    """Tell whether there was an error, and of the right kind."""
    error = observed[-1]
    if not isinstance(error, Refused):
        return f"a ValueError was expected, but nothing was raised: {_told(error)}"
    if "ValueError" not in error.kinds:
        return f"a ValueError was expected, but {a(error.type)} was raised: {error.message}"
    return None


def _told(rated: Any) -> str:
    """Tell what was made of the wrong line, which is the first one that is not as it should be."""
    if not isinstance(rated, list):
        return "something else came back"
    made = [each.fields for each in rated if each.fields["sentence"] != checks.GOOD.rpartition("\t")[2]]
    return f"it was read as {tuple(made[0].values())}" if made else "the line is missing"


def _judge_line(observed: Any, expected: Any) -> str | None:
    """Tell whether the error names the line."""
    number = expected[0]
    objection = _judge_refusal(observed, expected)
    if objection or re.search(rf"(?<![\d_.+-]){number}(?!\d|\.\d)", observed[-1].message):
        return objection
    return f"the error does not say that it is line {number}: {observed[-1].message or 'it says nothing'}"


def _judge_rating(observed: Any, expected: Any) -> str | None:
    """Tell whether the error names the rating."""
    rating = expected[0]
    objection = _judge_refusal(observed, expected)
    if objection or rating in observed[-1].message:
        return objection
    return f"the error does not name the rating {rating}: {observed[-1].message or 'it says nothing'}"


JUDGES: dict[Observe, Judge] = {
    checks.refuses: _judge_refusal,
    checks.names_line: _judge_line,
    checks.names_rating: _judge_rating,
    checks.not_utf8: _judge_line,
}
