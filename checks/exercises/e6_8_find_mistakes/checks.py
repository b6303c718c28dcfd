"""Checks of exercise 6.8, `find_mistakes`."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import afterwards
from ..scores import predicting

suite = Suite(sees="the worst mistakes")

TEXT = "we liked the long walk and all of it was as fine as the food that came to us late"


def _sentences(count: int) -> list[str]:
    return [f"Sentence {number}" for number in range(1, count + 1)]


def _reviews(count: int) -> list[str]:
    return [f"review {number}" for number in range(1, count + 1)]


def _graded(labels: Sequence[int], predicted: Sequence[int], margins: Sequence[float], classes: int) -> Tensor:
    """Make logits, `(batch, classes)`: those of the predicted class are ahead by a margin, the true one's are 0."""
    logits = torch.full((len(labels), classes), -1.0)
    for row, (label, best, margin) in enumerate(zip(labels, predicted, margins, strict=True)):
        logits[row, label] = 0.0
        logits[row, best] = margin
    return logits


def _worst(code: Code, labels: Sequence[int], logits: Tensor, **options: Any) -> Any:
    found = code.mistakes.find_mistakes(
        _sentences(len(labels)), _reviews(len(labels)), torch.tensor(labels), logits, **options
    )
    return expect(code.mistakes.Mistakes, found).worst


def _worst_case(label: str, code: Code, labels: Sequence[int], logits: Tensor, **options: Any) -> Case:
    see = partial(_worst, code, labels, logits, **options)
    return case(label, see, labels=torch.tensor(labels), logits=logits)


@suite.check("lists the sentences that were put into another class, and those alone")
def wrong_ones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, one of one wrong": ((0,), (1,), (2.0,), 2),
        "two classes, none of two wrong": ((0, 1), (0, 1), (1.0, 2.0), 2),
        "two classes, two of four wrong": ((0, 1, 0, 1), (0, 0, 0, 0), (3.0, 2.0, 1.0, 1.0), 2),
        "three classes, three of five wrong": ((0, 1, 2, 1, 2), (0, 2, 2, 0, 1), (0.5, 3.0, 1.0, 2.0, 1.0), 3),
    }
    for label, (labels, predicted, margins, classes) in cases.items():
        yield _worst_case(label, code, labels, _graded(labels, predicted, margins, classes))


@suite.check("puts the mistake with the largest loss first")
def largest_first(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, two mistakes": ((0, 1), (1, 0), (1.0, 2.0), 2),
        "two classes, four mistakes": ((0, 1, 0, 1), (1, 0, 1, 0), (2.0, 4.0, 0.5, 3.0), 2),
        "two classes, some right in between": ((1, 0, 1, 0, 1), (1, 1, 0, 0, 0), (4.0, 1.0, 2.0, 5.0, 3.0), 2),
    }
    for label, (labels, predicted, margins, classes) in cases.items():
        yield _worst_case(label, code, labels, _graded(labels, predicted, margins, classes))
    sizes = torch.rand(5, generator=rng) + torch.randperm(5, generator=rng) + 0.5
    logits = _graded((0, 1, 0, 1, 0), (1, 0, 1, 0, 1), sizes.tolist(), 2)
    yield _worst_case("two classes, five mistakes of any size", code, (0, 1, 0, 1, 0), logits)


@suite.check("takes the loss of the true class, not the confidence in the predicted one")
def true_class(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # The first one is surer of its wrong class, the second one thinks less of the true one.
    logits = torch.tensor([[2.0, 0.0, -3.0], [1.0, 0.5, -3.5], [0.0, 1.5, 0.0]])
    yield _worst_case("three classes, two mistakes", code, (1, 2), logits[:2])
    yield _worst_case("three classes, three mistakes", code, (1, 2, 0), logits)


@suite.check("gives as many mistakes as asked for at most, the worst ones")
def count(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels, predicted = (0, 1, 0, 1, 0, 1, 0, 1), (1, 0, 1, 0, 1, 0, 1, 1)
    logits = _graded(labels, predicted, (1.0, 3.0, 2.0, 4.0, 0.5, 2.5, 3.5, 1.0), 2)
    for number in (1, 3):
        yield _worst_case(f"seven mistakes, count {number}", code, labels, logits, count=number)
    yield _worst_case("seven mistakes, count not given", code, labels, logits)
    yield _worst_case("seven mistakes, count 9", code, labels, logits, count=9)


@suite.check("does not let sentences that are right take places among the worst")
def hard_but_right(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # Those that are right have large losses too: a third class is nearly as likely.
    logits = torch.tensor([[1.0, 0.9, 0.9], [0.9, 1.0, 0.9], [0.1, 0.0, -9.0]])
    yield _worst_case("three classes, one mistake with a smaller loss, count 1", code, (0, 1, 1), logits, count=1)
    yield _worst_case("three classes, one mistake with a smaller loss, count 2", code, (0, 1, 1), logits, count=2)


def _decided(right: Sequence[bool]) -> tuple[Tensor, Tensor]:
    """Make labels, 0 and 1 in turns, and logits that are right or wrong, some of them unsure."""
    labels = torch.arange(len(right)) % 2
    wrong = ~torch.tensor(right, dtype=torch.bool)
    margins = torch.tensor([0.25, 4.0]).repeat(len(right))[: len(right)].unsqueeze(1)
    return labels, margins * torch.nn.functional.one_hot((labels + wrong) % 2, 2)


def _slices(code: Code, by: str, sentences: Sequence[str], reviews: Sequence[str], right: Sequence[bool]) -> Any:
    """Cut sentences of which some are right."""
    labels, logits = _decided(right)
    found = code.mistakes.find_mistakes(list(sentences), list(reviews), labels, logits)
    return expect(dict, expect(code.mistakes.Mistakes, found).slices, "the slices")[by]


def _sliced(
    label: str, code: Code, by: str, sentences: Sequence[str], right: Sequence[bool], reviews: Sequence[str] = ()
) -> Case:
    reviews = reviews or _reviews(len(sentences))
    shown = {"reviews": list(reviews)} if by == "review" else {"sentences": list(sentences)}
    return case(label, partial(_slices, code, by, sentences, reviews, right), right=list(right), **shown)


def _long(*lengths: int) -> list[str]:
    return [" ".join((TEXT.split() * 2)[:length]) for length in lengths]


@suite.check("measures sentences of 1 to 10, of 11 to 20 and of more words apart", sees="the slices by length")
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "one sentence, 3 words": ((3,), (True,)),
        "three sentences, one of each": ((2, 15, 25), (False, True, True)),
        "five sentences, some of each": ((2, 14, 25, 7, 13), (True, False, True, False, False)),
    }
    for label, (sizes, right) in cases.items():
        yield _sliced(label, code, "length", _long(*sizes), right)


@suite.check("puts 10 and 20 words into the shorter slice, 11 and 21 into the longer", sees="the slices by length")
def borders(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for size in (10, 11, 20, 21):
        yield _sliced(f"one sentence, {size} words", code, "length", _long(size), (True,))


NEGATED = {
    "not": ("this is not good", "this is good"),
    "never": ("it never failed", "it failed"),
    "without": ("a plot without a point", "a plot with a point"),
    "n't": ("it doesn't work", "it does work"),
}


@suite.check("measures sentences with and without a negation apart", sees="the slices by negation")
def negations(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for word, sentences in NEGATED.items():
        yield _sliced(f"two sentences, one with `{word}`", code, "negation", sentences, (False, True))
    three = ("no sound at all", "good sound", "nobody liked it", "loud", "it was not loud")
    yield _sliced("five sentences, three with a negation", code, "negation", three, (True, True, False, False, False))


@suite.check("finds negations as whole words only", sees="the slices by negation")
def whole_words(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"note": "a note on the cable", "know": "all that I know", "another": "another film", "nose": "a long nose"}
    for word, sentence in cases.items():
        yield _sliced(f"one sentence, with `{word}`", code, "negation", [sentence], (True,))


@suite.check("finds negations in capitals and before a comma or a full stop", sees="the slices by negation")
def written_otherwise(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "a capital letter": "Not good",
        "capitals": "it is NOT good",
        "a comma": "no, it is bad",
        "a full stop": "I think not.",
        "n't in capitals": "IT DOESN'T WORK",
    }
    for label, sentence in cases.items():
        yield _sliced(f"one sentence, {label}", code, "negation", [sentence], (True,))


@suite.check("measures each review apart", sees="the slices by review")
def by_review(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "one review": (("film 1",), (True,)),
        "two reviews": (("film 1", "film 1", "film 2"), (True, False, False)),
        "two reviews, mixed": (("film 1", "film 2", "film 1", "film 2", "film 1"), (True, True, False, True, False)),
    }
    for label, (reviews, right) in cases.items():
        yield _sliced(label, code, "review", _sentences(len(reviews)), right, reviews)


def _all(code: Code, sentences: Sequence[str], reviews: Sequence[str]) -> Any:
    labels = torch.arange(len(sentences)) % 2
    found = code.mistakes.find_mistakes(list(sentences), list(reviews), labels, torch.eye(2)[labels])
    slices = expect(dict, expect(code.mistakes.Mistakes, found).slices, "the slices")
    return {by: list(expect(dict, cut, f"the slices by {by}")) for by, cut in slices.items()}


@suite.check("leaves out slices without a sentence", sees="the names of the slices")
def empty_slices(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"one short sentence": _long(4), "one long sentence": _long(30), "one negated sentence": ["not good"]}
    for label, sentences in cases.items():
        yield case(label, partial(_all, code, sentences, ["film 1"]), sentences=sentences)


def _everything(code: Code, sentences: Sequence[str], reviews: Sequence[str], right: Sequence[bool]) -> Any:
    labels, logits = _decided(right)
    return code.mistakes.find_mistakes(list(sentences), list(reviews), labels, logits)


@suite.check("gives the mistakes and the slices by length, negation and review", sees="what came back")
def whole(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = ["it is not good", *_long(12), "good"]
    yield case(
        "three sentences, one mistake",
        partial(_everything, code, sentences, ["film 1", "film 1", "film 2"], (False, True, True)),
        sentences=sentences,
    )


@suite.check(
    "orders slices by length, with before without, reviews by their first sentence", sees="the slices", careful=True
)
def order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(by: str, sentences: Sequence[str], reviews: Sequence[str]) -> Any:
        return list(expect(list, _all(code, sentences, reviews)[by]))

    sentences = [*_long(30, 15, 3), "never again"]
    reviews = ["film 9", "film 10", "film 9", "camera 2"]
    for by in ("length", "negation", "review"):
        yield case(f"four sentences, by {by}", partial(see, by, sentences, reviews), sentences=sentences)


@suite.check("gives of equal losses the earlier sentence first", careful=True)
def ties(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels = (0, 1, 0, 1)
    equal = _graded(labels, (1, 0, 1, 0), (2.0, 2.0, 2.0, 2.0), 2)
    yield _worst_case("two equal mistakes", code, labels[:2], equal[:2])
    yield _worst_case("four equal mistakes, count 2", code, labels, equal, count=2)
    many = (0, 1) * 40
    logits = _graded(many, (1, 0) * 40, (2.0, 2.0, 3.0, 3.0) * 20, 2)
    yield _worst_case("eighty mistakes of two sizes, count 6", code, many, logits, count=6)


@suite.check("gives each loss in nats also where the model is very sure", careful=True)
def very_sure(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels = (0, 1, 1)
    logits = _graded(labels, (1, 0, 0), (50.0, 200.0, 120.0), 2)
    yield _worst_case("three mistakes, very sure", code, labels, logits)


@suite.check("counts words wherever there are blanks between them", sees="the slices by length", careful=True)
def blanks(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "10 words, blanks at both ends": f"  {_long(10)[0]} ",
        "10 words, two blanks between them": _long(10)[0].replace(" ", "  "),
        "12 words, tabs between them": _long(12)[0].replace(" ", "\t"),
    }
    for label, sentence in cases.items():
        yield _sliced(f"one sentence, {label}", code, "length", [sentence], (True,))


@suite.check("finds n't with either apostrophe", sees="the slices by negation", careful=True)
def apostrophes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentence in {"a straight one": "it isn't good", "a curved one": "it isn’t good"}.items():
        yield _sliced(f"one sentence, {label}", code, "negation", [sentence], (True,))


@suite.check("finds nothing where there are no sentences", sees="what came back", careful=True)
def nothing(code: Code, rng: torch.Generator) -> Iterator[Case]:
    see = partial(code.mistakes.find_mistakes, [], [], torch.zeros(0, dtype=torch.long), torch.zeros(0, 2))
    yield case("no sentence", see)


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {
        "sentences": ["it is not good", "good", "bad"],
        "reviews": ["film 2", "film 1", "film 2"],
        "labels": torch.tensor([0, 1, 0]),
        "logits": predicting(rng, (1, 1, 1), 2),
    }
    yield case("three sentences", partial(afterwards, code.mistakes.find_mistakes, **given), **given)
