import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from solutions import published, reviews
from solutions.dataset import MultiTaskDataset, Sample, generate_dataset
from solutions.reviews import FILES, RatedSentence, label_ratings, load_reviews, read_ratings, review_split

fetched_reviews = pytest.mark.skipif(
    not all((published.FETCHED / "reviews" / name).is_file() for name in FILES), reason="the reviews are not fetched"
)

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20)
numbers = st.from_regex(r"[0-9]{1,4}", fullmatch=True)
rows = st.lists(st.tuples(numbers, st.one_of(st.none(), numbers), st.integers(-80, 80), texts), max_size=8)


@settings(max_examples=60)
@given(rows, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_read_ratings_reads_back_what_was_written(tmp_path_factory, written, end, encoding):
    path = tmp_path_factory.mktemp("ratings") / "ratings.txt"
    lines = [
        f"{review}{'' if sentence is None else f'_{sentence}'}\t{twentieths / 20}\t{text}"
        for review, sentence, twentieths, text in written
    ]
    path.write_bytes("".join(f"{line}{end}{end}" for line in lines).encode(encoding))
    assert read_ratings(path) == [
        RatedSentence(text, twentieths / 20, review) for review, _, twentieths, text in written
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"1_1\t1.0", r"line 3: .* has 2 fields"),
        (b"1_1\t1.0\tA lamp.\tA cup.", r"line 3: .* has 4 fields"),
        (b"1_1\tgood\tA lamp.", r"line 3: could not convert string to float: 'good'"),
        (b"1_1\tnan\tA lamp.", r"line 3: the rating is nan, but must be from -4 to 4"),
        (b"1_1\t4.05\tA lamp.", r"line 3: the rating is 4.05, but must be from -4 to 4"),
        (b"1_1\t1.0\t ", r"line 3: the sentence of '1_1' is empty"),
        (b"1_1\t1.0\tA na\xefve lamp.", r"line 3: .* can't decode byte 0xef"),
    ],
)
def test_read_ratings_names_the_line_and_the_value(tmp_path, line, message):
    path = tmp_path / "ratings.txt"
    path.write_bytes(b"1_2\t0.5\tA cup.\n\n" + line + b"\n")
    with pytest.raises(ValueError, match=message):
        read_ratings(path)


ratings = st.lists(st.integers(-16, 16).map(lambda quarters: quarters / 4), max_size=40)


@given(ratings, ratings, st.integers(1, 5), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2**32))
def test_label_ratings_is_balanced_and_makes_nothing_up(technology, entertainment, quarter, threshold, seed):
    topics = [
        [RatedSentence(f"{topic} {i}", rating, str(i % 5)) for i, rating in enumerate(given)]
        for topic, given in enumerate((technology, entertainment))
    ]
    names = ("Technology", "Entertainment")
    right = {
        Sample(each.sentence, topic, int(each.rating > 0), review=f"{names[topic]} {each.review}")
        for topic, rated in enumerate(topics)
        for each in rated
        if each.rating > threshold or each.rating < -threshold
    }
    counts = Counter(sample.labels for sample in right)
    if len(counts) < 4 or min(counts.values()) < quarter:
        with pytest.raises(ValueError, match=f"dataset size is {4 * quarter}, but must be a positive multiple of 4"):
            label_ratings(*topics, 4 * quarter, threshold, seed)
        return
    dataset, neutral = label_ratings(*topics, 4 * quarter, threshold, seed)
    assert set(dataset.samples) <= right
    assert len(set(dataset.samples)) == len(dataset) == 4 * quarter
    assert list(dataset.distribution().values()) == [quarter] * 4
    assert neutral == len(technology) + len(entertainment) - len(right)
    assert label_ratings(*topics, 4 * quarter, threshold, seed).dataset.samples == dataset.samples


def many(count, seed=0):
    rng = random.Random(seed)
    return [RatedSentence(f"{seed} {i}", rng.choice((-2.0, 2.0)), str(i // 4)) for i in range(count)]


def test_label_ratings_follows_the_seed_and_nothing_else():
    state = random.getstate()
    one, other = (label_ratings(many(60), many(60, 1), 40, seed=seed).dataset.samples for seed in (1, 2))
    assert set(one) != set(other)
    assert [sample.labels for sample in one] != sorted(sample.labels for sample in one)
    assert random.getstate() == state


@pytest.mark.parametrize("size", [0, -4, 6, 1000])
def test_label_ratings_refuses_a_size_that_cannot_be_balanced(size):
    with pytest.raises(ValueError, match=f"dataset size is {size}, but must be a positive multiple of 4, and at most"):
        label_ratings(many(60), many(60, 1), size)


def reviewed(sizes, seed=0):
    """Sentences of reviews that mostly have one label combination."""
    rng = random.Random(seed)
    samples = []
    for number, size in enumerate(sizes):
        topic, mood = rng.randrange(2), rng.randrange(2)
        for _ in range(size):
            turned = mood if rng.random() < 0.7 else 1 - mood
            samples.append(Sample(str(len(samples)), topic, turned, review=f"review {number}"))
    rng.shuffle(samples)
    return MultiTaskDataset(samples)


review_sizes = st.lists(st.integers(1, 9), min_size=2, max_size=40)


@given(review_sizes, st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_review_split_divides_no_review_and_loses_no_sentence(sizes, fraction, seed):
    dataset = reviewed(sizes)
    train, test = review_split(dataset, fraction, seed)
    assert Counter(train.samples) + Counter(test.samples) == Counter(dataset.samples)
    assert not {sample.review for sample in train.samples} & {sample.review for sample in test.samples}
    assert len(train) > 0 < len(test)
    place = {sample: index for index, sample in enumerate(dataset.samples)}
    for side in (train, test):
        assert [place[sample] for sample in side.samples] == sorted(place[sample] for sample in side.samples)
    assert review_split(dataset, fraction, seed)[1].samples == test.samples


@pytest.mark.parametrize("fraction", [0.2, 0.4, 0.7])
def test_review_split_misses_the_share_by_a_sentence_or_two_on_average(fraction):
    misses = []
    for seed in range(40):
        dataset = reviewed([random.Random(seed).randint(1, 9) for _ in range(40)], seed)
        misses.append(abs(len(review_split(dataset, fraction, seed)[1]) - fraction * len(dataset)))
    assert math.fsum(misses) / 40 < 2


def test_review_split_keeps_the_sentences_of_a_template_together():
    train, test = review_split(generate_dataset(400))
    assert len(train) + len(test) == 400
    assert not {sample.template for sample in train.samples} & {sample.template for sample in test.samples}


def test_review_split_differs_with_the_seed():
    dataset = reviewed([3] * 60)
    assert review_split(dataset, seed=1)[1].samples != review_split(dataset, seed=2)[1].samples


@pytest.mark.parametrize(("sizes", "found"), [([], "0 sentences of 0 reviews"), ([5], "5 sentences of 1 reviews")])
def test_review_split_refuses_fewer_than_two_reviews(sizes, found):
    with pytest.raises(ValueError, match=f"{found} cannot be split: two reviews are needed"):
        review_split(reviewed(sizes))


def furthest(dataset, held, fraction):
    """The largest distance of a label combination from its share, in sentences."""
    counts = Counter(sample.labels for sample in held)
    every = Counter(sample.labels for sample in dataset.samples)
    return max(abs(counts[labels] - fraction * count) for labels, count in every.items())


def stratified_group_fold(dataset, seed, folds=5):
    """The first fold of scikit-learn's splitter."""
    labels = [str(sample.labels) for sample in dataset.samples]
    groups = [sample.review for sample in dataset.samples]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return [dataset.samples[index] for index in next(iter(splitter.split(labels, labels, groups)))[1]]


def test_review_split_is_as_even_as_scikit_learns_on_large_reviews():
    ours, theirs = [], []
    for seed in range(20):
        dataset = reviewed([random.Random(seed).randint(1, 9) for _ in range(60)], seed)
        ours.append(furthest(dataset, review_split(dataset, 0.2, seed)[1].samples, 0.2))
        theirs.append(furthest(dataset, stratified_group_fold(dataset, seed), 0.2))
    assert math.fsum(ours) <= math.fsum(theirs)


@fetched_reviews
def test_the_published_sentences_have_the_published_counts():
    counts = []
    for name in FILES:
        rated = read_ratings(published.FETCHED / "reviews" / name)
        counts.append((sum(each.rating < -0.5 for each in rated), sum(each.rating > 0.5 for each in rated)))
    assert counts == [(1218, 1725), (5061, 4982)]


@fetched_reviews
def test_load_reviews_names_reviews_by_their_topic():
    dataset, neutral = load_reviews(2400)
    assert list(dataset.distribution().values()) == [600] * 4
    assert neutral == 3708 + 10605 - (1218 + 1725 + 5061 + 4982)
    for sample in dataset.samples:
        assert sample.review.startswith(("Technology ", "Entertainment ")[sample.taskA])


@fetched_reviews
def test_review_split_is_as_even_as_scikit_learns_on_the_published_sentences():
    ours, theirs = [], []
    for seed in range(20):
        dataset = load_reviews(2400, seed=seed).dataset
        train, test = review_split(dataset, 0.2, seed)
        assert not {sample.review for sample in train.samples} & {sample.review for sample in test.samples}
        ours.append(furthest(dataset, test.samples, 0.2))
        theirs.append(furthest(dataset, stratified_group_fold(dataset, seed), 0.2))
    # Most of these reviews are small, so that both come within a sentence or two.
    assert math.fsum(ours) / 20 <= max(1.0, math.fsum(theirs) / 20)


def test_load_reviews_says_how_to_fetch_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(published, "FETCHED", tmp_path)
    with pytest.raises(OSError, match=r"\.txt is missing; run: python -m solutions fetch reviews \(2\.4 MB") as caught:
        load_reviews(400)
    assert "\n" not in str(caught.value)


def test_load_reviews_refuses_a_spoiled_file(monkeypatch, tmp_path):
    monkeypatch.setattr(published, "FETCHED", tmp_path)
    (tmp_path / reviews.REVIEWS).mkdir()
    for name in FILES:
        (tmp_path / reviews.REVIEWS / name).write_text("1_1\t1.0\tA lamp.\n")
    with pytest.raises(ValueError, match=r"wrong SHA-256: .*; run: python -m solutions fetch reviews$") as caught:
        load_reviews(400)
    assert "\n" not in str(caught.value)
