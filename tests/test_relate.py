"""Relations: each is found when it is there, told in words of the exercise, and silent when it is not."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from checks.protocol.codec import Named, Opaque, Raised, Refused
from checks.referee.relate import relate
from checks.referee.relations.pairs import Pair

few = settings(max_examples=4, deadline=None)
seeds = st.integers(0, 10**6)


def wrongs(*pairs, **inputs):
    return [Pair(expected, observed, inputs) for expected, observed in pairs]


def told(*pairs, name="the mean", **inputs):
    return relate(wrongs(*pairs, **inputs), name)


def numbers(seed, *shape):
    return torch.randn(*shape or (4, 3), generator=torch.Generator().manual_seed(seed))


def changed_each(change, seed, *shape):
    """Two wrong cases: the right numbers, and what was made of them."""
    right = [numbers(seed + number, *shape) for number in range(2)]
    return [(each, change(each)) for each in right]


# Tensors: one change of the right numbers each

CHANGES = {
    "float64 instead of float32": lambda right: right.double(),
    "a dimension of size 1 too many: (1, 4, 3) instead of (4, 3)": lambda right: right.unsqueeze(0),
    "rows and columns exchanged: (3, 4) instead of (4, 3)": lambda right: right.T.contiguous(),
    "flattened: (12,) instead of (4, 3)": lambda right: right.flatten(),
    "in another shape: (2, 6) instead of (4, 3)": lambda right: right.reshape(2, 6),
    "in another order: reversed": lambda right: right.flip(0),
    "all moved by one, the last to the other end": lambda right: right.roll(1, 0),
    "in another order: 2, 1, 4, 3": lambda right: right[[1, 0, 3, 2]],
    "only the first of the 4 rows of": lambda right: right[0],
    "only the last of the 4 rows of": lambda right: right[-1],
    "only the first of the 4 rows of the mean came": lambda right: right[:1],
    "every row of the mean is the first one": lambda right: right[:1].repeat(4, 1),
    "the same row everywhere": lambda right: right.mean(0, keepdim=True).repeat(4, 1),
    "1 row too few, at the start": lambda right: right[1:],
    "2 rows too few, at the end": lambda right: right[:-2],
    "1 row too many, at the end": lambda right: torch.cat([right, right[:1]]),
    "is 0 everywhere": torch.zeros_like,
    "the same number everywhere: 0.5": lambda right: torch.full_like(right, 0.5),
    "not a number (NaN) everywhere": lambda right: right * math.nan,
    "infinite everywhere (inf)": lambda right: torch.full_like(right, math.inf),
    "normalized: the right one with each row divided by its length": lambda right: normalize(right, dim=-1),
    "sign turned around": torch.neg,
    "1 minus the right one": lambda right: 1 - right,
    "times 2": lambda right: 2 * right,
    "times 0.693: multiplied by ln 2": lambda right: right * math.log(2),
    "times 0.37": lambda right: 0.37 * right,
    "the right one plus 0.3": lambda right: right + 0.3,
    "the right one times 0.5, plus 0.4": lambda right: right / 2 + 0.4,
    "the square of": torch.square,
    "the absolute value of": torch.abs,
    "the exponential of": torch.exp,
    "the sigmoid of": torch.sigmoid,
    "the softmax of": lambda right: right.softmax(-1),
    "the log-softmax of": lambda right: right.log_softmax(-1),
    "the place of the largest number": lambda right: right.argmax(-1),
    "rounded to 2 decimals": lambda right: right.round(decimals=2),
    "clipped: what is below 0 became 0": lambda right: right.clamp(min=0),
}


@pytest.mark.parametrize("words", CHANGES)
@few
@given(seed=seeds)
def test_relate_finds_a_change_of_tensors(words, seed):
    pairs = changed_each(CHANGES[words], seed, 4, 3)
    assume(words != "the place of the largest number" or len(pairs[0][1].unique()) > 1)
    if words.startswith("clipped"):
        assume(all(3 <= int((right > 0).sum()) <= 9 for right, _ in pairs))
    assert words in told(*pairs)


@pytest.mark.parametrize("words", CHANGES)
@few
@given(seed=seeds)
def test_relate_is_silent_if_one_case_does_not_fit(words, seed):
    (right, changed), _ = changed_each(CHANGES[words], seed, 4, 3)
    other = numbers(seed + 7, 4, 3), numbers(seed + 8, 4, 3)
    assert told((right, changed), other) == told(other, (right, changed)) == ""


BACKWARDS = {
    "not normalized to length 1: dividing each row by its length gives the right one": lambda given: normalize(
        given, dim=-1
    ),
    "without the softmax": lambda given: given.softmax(-1),
    "without the log-softmax": lambda given: given.log_softmax(-1),
    "without the sigmoid": torch.sigmoid,
    "without the absolute value": torch.abs,
    "an argmax is missing": lambda given: given.argmax(-1),
}


@pytest.mark.parametrize("words", BACKWARDS)
@few
@given(seed=seeds)
def test_relate_finds_what_was_left_out(words, seed):
    pairs = [(right, given) for given, right in changed_each(BACKWARDS[words], seed, 6, 3)]
    assume(len(pairs[0][0].unique()) > 1 and len(pairs[1][0].unique()) > 1)
    assert words in told(*pairs)


@few
@given(seed=seeds, shape=st.sampled_from([(), (1,), (5,), (3, 2), (2, 3, 4)]), cases=st.integers(1, 3))
def test_relate_is_silent_about_unrelated_tensors(seed, shape, cases):
    generator = torch.Generator().manual_seed(seed)
    inputs = {"tokens": torch.randn(2, 3, 4, generator=generator), "mask": torch.tensor([[1, 1, 1], [1, 0, 0]])}
    pairs = [(torch.randn(shape, generator=generator), torch.randn(shape, generator=generator)) for _ in range(cases)]
    assert told(*pairs, **inputs) == ""


@few
@given(expected=st.integers(0, 5), observed=st.integers(6, 20))
def test_relate_makes_nothing_of_one_whole_number(expected, observed):
    assume(observed - expected > 1)
    assert told((expected, observed)) == ""


def test_relate_makes_nothing_of_one_number_times_something():
    assert told((2.718, 5.31)) == ""
    assert "times 0.5" in told((2.718, 1.359))


def test_relate_takes_a_common_factor_from_several_numbers():
    assert told((2.718, 2.718 * 0.61), (1.317, 1.317 * 0.61)) == "the mean is the right one times 0.61"
    assert told((2.718, 2.718 * 0.61), (1.317, 1.317 * 0.62)) == ""


@pytest.mark.parametrize("observed", [torch.zeros(3), torch.full((3,), -0.0)])
def test_relate_makes_no_evidence_of_zeros(observed):
    assert told((torch.zeros(3), observed + 1)) in ("", "the mean is the same number everywhere: 1")
    assert "times" not in told((torch.zeros(3), observed))


def test_relate_makes_no_order_of_equal_rows():
    assert "order" not in told((torch.tensor([[1.0, 2], [1, 2], [3, 4]]), torch.tensor([[3.0, 4], [1, 2], [1, 2]])))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@few
@given(seed=seeds)
def test_relate_respects_half_precision(dtype, seed):
    right = 1 + numbers(seed, 4, 6).abs()
    assert "times 2" in told((right.to(dtype), (2.001 * right).to(dtype)))
    assert "right values, but in float32" in told((right.to(dtype), right))


def test_relate_calls_another_dtype_no_factor():
    right = numbers(0)
    assert "times" not in told((right, right.double()))
    assert "times 2" in told((right, 2 * right.double()))


def test_relate_respects_slack():
    right = 1 + numbers(0).abs()
    wrong = wrongs((right, 2.001 * right))
    assert (relate(wrong, "it"), relate(wrong, "it", 200)) == (
        "it is the right one times 2",
        "it is the right one times 2",
    )
    assert relate(wrongs((right, right.flip(0) * 1.001)), "it") == ""
    assert "reversed" in relate(wrongs((right, right.flip(0) * 1.001)), "it", 200)


# What went in tells what a factor is


def pooled(seed, lengths):
    tokens = numbers(seed, len(lengths), max(lengths), 4)
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)).long()
    return tokens, mask


def pool_wrongly(seed, wrong, *all_lengths):
    cases = []
    for lengths in all_lengths:
        tokens, mask = pooled(seed, lengths)
        real = mask.unsqueeze(-1)
        right = (tokens * real).sum(1) / real.sum(1)
        cases.append(Pair(right, wrong(tokens, real), {"tokens": tokens, "mask": mask}))
    return relate(cases, "the mean")


@few
@given(seed=seeds)
def test_relate_names_what_a_mean_was_divided_by(seed):
    sentence = pool_wrongly(seed, lambda tokens, real: (tokens * real).mean(1), (4, 2), (5, 2, 7, 1))
    assert sentence == (
        "the mean is the right one times 0.5 in row 2 of 2: "
        "divided by 4, the length with padding, instead of 2, the number of real tokens"
    )


@few
@given(seed=seeds)
def test_relate_sees_a_count_that_is_one_too_large(seed):
    sentence = pool_wrongly(seed, lambda tokens, real: (tokens * real).sum(1) / (real.sum(1) + 1), (4, 2), (5, 2, 7, 1))
    assert "divided by 5, one more than there are real tokens, instead of 4" in sentence


SOURCES = {
    "is the mean of all tokens, padding included": lambda tokens, real: tokens.mean(1),
    "is the sum of the real tokens, not divided": lambda tokens, real: (tokens * real).sum(1),
    "the mean of the padding": lambda tokens, real: (tokens * (1 - real)).sum(1) / (1 - real).sum(1).clamp(min=1),
    "padding included, divided by the number of real": lambda tokens, real: tokens.sum(1) / real.sum(1),
    "is what `tokens[:, 0]` gives": lambda tokens, real: tokens[:, 0],
    "is what `tokens[:, -1]` gives": lambda tokens, real: tokens[:, -1],
    "the mean over the tokens of all sentences together": lambda tokens, real: (tokens * real).sum((0, 1)) / real.sum(),
}


@pytest.mark.parametrize("words", SOURCES)
@few
@given(seed=seeds)
def test_relate_names_what_a_wrong_mean_is_of(words, seed):
    assert words in pool_wrongly(seed, SOURCES[words], (3, 2), (5, 2, 7, 1))


def test_relate_names_the_batch_and_a_weight():
    logits = numbers(0, 6, 3)
    assert told((2.71828, 2.71828 * 6), logits=logits) == (
        "the mean is the right one times 6: "
        "multiplied by 6, the number of sentences, as where a sum is not divided by it"
    )
    assert "divided by 0.3, alpha" in told((2.71828, 2.71828 / 0.3), alpha=0.3)


def test_relate_tells_both_names_that_fit():
    assert "(or " in told((2.71828, 2.71828 * 5), logits=numbers(0, 5, 7), texts=["a"] * 5)


def test_relate_names_an_order_by_length():
    expected = "the rows of the mean are right, but in another order: sorted by length, the shortest first"
    four = ["one two three", "one", "one two", "one two three four"]
    right = numbers(1, 4, 4)
    assert told((right, right[[1, 2, 0, 3]]), texts=four) == expected


@pytest.mark.parametrize(
    ("lengths", "rows", "value", "words"),
    [
        ((3, 0, 2), [1], math.nan, "not a number (NaN) only in rows that are all padding"),
        ((3, 1, 2), [1, 2], 0.0, "0 only in rows with padding"),
        ((3, 3, 3), [2], math.inf, "infinite (inf) only in row 3 of 3"),
    ],
)
def test_relate_says_which_rows_are_wrong(lengths, rows, value, words):
    tokens, mask = pooled(0, lengths)
    right = numbers(1, 3, 4)
    wrong = right.clone()
    wrong[rows] = value
    assert told((right, wrong), tokens=tokens, mask=mask) == f"the mean is {words}"


def test_relate_says_from_where_on_rows_are_wrong():
    pairs = [(numbers(seed, 7, 3), numbers(seed, 7, 3)) for seed in (1, 2)]
    for _, observed in pairs:
        observed[5:] += torch.rand(2, 3)
    assert told(*pairs) == "the mean is right in the first 5 rows, and wrong after them"
    right, wrong = numbers(1, 7, 3), numbers(1, 7, 3)
    wrong[3] += torch.rand(3)
    assert told((right, wrong)) == "the mean is wrong only in row 4 of 7"


# Matrices


def test_relate_sees_that_the_wrong_dimension_was_normalized():
    given = numbers(0, 5, 3)
    assert "columns that have length 1" in told((normalize(given, dim=1), normalize(given, dim=0)))
    assert "columns that add up to 1" in told((given.softmax(1), given.abs().softmax(0)))


def test_relate_sees_products_of_rows_that_are_not_normalized():
    given = numbers(0, 5, 3)
    assert "not divided by the lengths of both rows" in told((normalize(given) @ normalize(given).T, given @ given.T))


def test_relate_sees_an_exchanged_confusion_matrix_in_lists():
    matrix = [[3, 1, 0], [0, 2, 2], [1, 0, 5]]
    turned = [list(column) for column in zip(*matrix, strict=True)]
    assert (
        told((matrix, turned), name="the confusion matrix") == "the confusion matrix has its rows and columns exchanged"
    )


def test_relate_sees_a_wrong_diagonal():
    matrix = numbers(0, 4, 4)
    assert "wrong on the diagonal only: it holds 0 only" in told((matrix, matrix.clone().fill_diagonal_(0)))


def test_relate_sees_classes_that_were_left_out():
    assert "lacks its rows and columns of zeros" in told(([[0, 0, 0], [0, 2, 1], [0, 0, 1]], [[2, 1], [0, 1]]))


# Types

KINDS = [
    (torch.ones(2), None, "None came back: is a `return` missing?"),
    (0.5, torch.tensor(0.5), "it is a tensor of one number instead of a plain number: `.item()` is missing"),
    (torch.tensor(0.5), 0.5, "it is a plain number instead of a tensor: the value is right"),
    ([1.0, 2.0], torch.tensor([1.0, 2.0]), "it is a tensor instead of a list: `.tolist()` is missing"),
    (torch.tensor([1.0, 2.0]), [1.0, 2.0], "it is a list of the right numbers instead of a tensor"),
    ([1, 2], (1, 2), "it has the right content, but it is a tuple instead of a list"),
    ([1, 2], Opaque("generator", "…"), "it is a generator instead of a list: nothing has been computed before"),
    ([1, 2], Opaque("map", "…"), "it is a `map` instead of a list: what it goes through was not collected"),
    ([1, 2], Opaque("numpy.ndarray", "…"), "it is a NumPy array instead of a list: `.tolist()` is missing"),
    (0.5, Opaque("numpy.float32", "…"), "it is NumPy's float32 instead of a number: `.item()` is missing"),
    (
        [1, 2],
        Opaque("method", "…"),
        "it is a function instead of a list: it was not called, or an `@property` is missing",
    ),
    (torch.ones(2), (torch.ones(2), torch.zeros(3)), "it is the first of 2 things in a tuple"),
    (torch.ones(2), [torch.ones(2)], "it is inside a list of one"),
    ((torch.ones(2), torch.zeros(3)), torch.ones(2), "only the first of the 2 parts of it came back"),
    (
        Named("Batch", {"x": 1, "y": [2]}),
        {"x": 1, "y": [2]},
        "it has the right content, but it is a dictionary instead",
    ),
    (0.625, 62.5, "it is a percentage instead of a share of 1: 62.5 instead of 0.625"),
    (8, 7, "it is one less than it should be"),
]


@pytest.mark.parametrize(("expected", "observed", "words"), KINDS)
def test_relate_names_another_type(expected, observed, words):
    assert told((expected, observed), name="it").startswith(words)


def test_relate_tells_of_the_callers_own_object():
    tokens = numbers(0)
    wrong = Pair(2 * tokens + tokens.square(), tokens.square(), {"tokens": tokens}, ("tokens",), "tokens")
    assert relate([wrong], "the mean") == "tokens itself came back, after it was changed in place"
    wrong = Pair({"the result": 1.5}, {"the result": 1.5}, {"tokens": tokens}, ("tokens",))
    assert relate([wrong], "it").startswith("the code changed tokens in place")


# Lists, mappings, sets and texts

WORDS = ["pear", "fig", "apple", "plum"]
STRUCTURES = [
    (WORDS, WORDS[::-1], "another order: reversed"),
    (WORDS, sorted(WORDS), "another order: sorted"),
    (WORDS, [WORDS[1], WORDS[0], WORDS[3], WORDS[2]], "another order"),
    (WORDS, WORDS[:-1], "one too few, at the end: 'plum' is missing"),
    (WORDS, WORDS[1:], "one too few, at the start: 'pear' is missing"),
    (WORDS, WORDS[:1] + WORDS[2:], "one too few: 'fig' is missing"),
    (WORDS, [*WORDS, "kiwi"], "one too many, at the end"),
    ([0, 1, 1], [0, 1], "one too few, at the end: 1 is missing"),
    ({"p": 0.8, "r": 0.7, "a": 0.7}, {"p": 0.7, "r": 0.8, "a": 0.7}, "p and r are exchanged"),
    ([[3, 1], [2, 4]], [[1, 3], [4, 2]], ""),
    ({"a": "on", "b": "off", "c": "on"}, {"a": "off", "b": "on", "c": "on"}, ""),
    (WORDS, [], "is empty; there should be 4"),
    (["fig", "plum", "fig"], ["fig", "plum"], "those that repeat were dropped"),
    (["fig", "plum"], ["fig", "fig", "plum"], "each should come once"),
    ([("a", 1), ("b", 2)], [(1, "a"), (2, "b")], "each pair in it is the wrong way round"),
    ({"a": 1.5, "b": 2.5}, {"A": 1.5, "b": 2.5}, "under other names: 'A' instead of 'a'"),
    ({"a": 1.5, "b": 2.5}, {"b": 2.5}, "it lacks 'a'; all else is right"),
    ({"a": 1.5}, {"a": 1.5, "b": 2.5}, "it also has 'b'"),
    ({"train": [1, 2], "test": [3]}, {"train": [3], "test": [1, 2]}, "train and test are exchanged"),
    ((WORDS, [1, 2]), ([1, 2], WORDS), "the two parts of it are exchanged"),
    (frozenset(WORDS), frozenset(WORDS[:3]), "it lacks 'plum'"),
    (frozenset(WORDS), frozenset([*WORDS, "kiwi"]), "do not belong to it: 'kiwi'"),
]


@pytest.mark.parametrize(("expected", "observed", "words"), STRUCTURES)
def test_relate_finds_a_change_of_structures(expected, observed, words):
    sentence = told((expected, observed), name="it")
    assert words in sentence if words else not sentence


@few
@given(
    lists=st.lists(st.lists(st.text(min_size=1), min_size=2, max_size=4), min_size=2, max_size=2, unique_by=tuple),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_relate_is_silent_about_unrelated_lists(lists, flags):
    expected, observed = lists
    assume(not set(expected) & set(observed))
    assert told(([*expected, flags[0]], [*observed, flags[1]])) == ""


def test_relate_makes_nothing_of_a_missing_gradient():
    assert told(({"the gradient of the tokens": torch.ones(2)}, {"the gradient of the tokens": None})) == ""


# Parts


def test_relate_names_the_part_that_differs_first():
    right, other = numbers(0), numbers(1)
    pairs = [
        ({"the result": each, "alpha": 0.7}, {"the result": each.flip(0), "alpha": 0.7}) for each in (right, other)
    ]
    assert told(*pairs, name="") == "the rows of the result are right, but in another order: reversed"


def test_relate_is_silent_if_other_parts_differ():
    right = {"a": numbers(0), "b": numbers(1)}
    assert told((right, {**right, "a": -right["a"]}), (right, {**right, "b": -right["b"]})) == ""
    assert "a is" in told((right, {**right, "a": -right["a"]}))


def test_relate_speaks_of_several_things():
    right = numbers(0)
    assert told((right, -right), name="the largest values") == (
        "the largest values are the right ones with the sign turned around"
    )


# Hostile values

HOSTILE = [
    10**400,
    -(10**400),
    math.nan,
    math.inf,
    torch.empty(0),
    torch.empty(0, 3),
    torch.tensor(math.nan),
    torch.tensor([True]),
    torch.tensor(2**62),
    torch.full((2, 2), 3e38),
    Opaque("builtins.evil{name}", "{is}"),
    Raised("ValueError", "no"),
    Refused("ValueError", "no", ("ValueError",)),
    {math.nan: {frozenset({1}): None}},
    {1: 2, "1": 3},
    [[], [[]]],
    [1, "a", None],
    ((),),
    "",
    "\x00{is}",
    frozenset({(1, 2), "a"}),
    Named("", {}),
    None,
    True,
    0,
]


@pytest.mark.parametrize("expected", HOSTILE, ids=range(len(HOSTILE)))
def test_relate_never_fails(expected):
    for observed in HOSTILE:
        mask = {"mask": torch.empty(0, 0), "tokens": observed}
        assert isinstance(told((expected, observed), (observed, expected), **mask), str)
        assert isinstance(told((expected, observed)), str)


def test_relate_says_nothing_of_nothing():
    assert relate([], "it") == ""
    assert told((1, 1)) == told((torch.ones(2), torch.ones(2))) == ""
    assert told((Refused("ValueError", "no", ()), None)) == ""
