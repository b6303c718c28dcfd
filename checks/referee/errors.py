"""Exceptions in words: what Python and torch say, and what it means where that is not what a learner would guess."""

from ..protocol.codec import Raised
from ..protocol.suite import WrongForm

# A piece of the message, and what it means.
MEANINGS = {
    "does not require grad": "no gradient can flow back, because what came back is cut off from what went in: "
    "by `detach`, by `no_grad`, or because it was made anew from plain numbers",
    "modified by an inplace operation": "something was changed in place that the gradient still needs",
    "Trying to backward through the graph a second time": "the graph of an earlier step is still attached: "
    "`backward` ran through it once already",
    "can't convert np.ndarray of type": "NumPy's array holds objects, not numbers",
}


def in_words(error: Raised) -> str:
    """Say what went wrong: the exception, after what it means where that is known."""
    text = f"{error.type}: {error.message}" if error.message else error.type
    if error.type == WrongForm.__name__:
        return error.message
    for piece, meaning in MEANINGS.items():
        if piece in error.message:
            return meaning if not error.lines else f"{meaning} ({text})"
    if error.lines or "argument" in error.message:  # it was called with arguments that it does not take
        return text
    return f"with what your code gave, the check cannot go on: {text}"
