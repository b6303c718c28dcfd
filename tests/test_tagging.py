"""Tags of words: alignment, the two heads, their loss and the entities, each against a computation of another kind."""

import io
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sklearn.metrics import log_loss, precision_recall_fscore_support

from solutions.app.cli import main
from solutions.app.tagger import COLOURS, describe
from solutions.backbones import load_backbone
from solutions.dataset import Sample, generate_dataset
from solutions.encoder import tokenize
from solutions.entities import score_entities
from solutions.multitask import ClassificationHead
from solutions.tagging import (
    TaggedSentence,
    TaggingSentenceTransformer,
    evaluate_tagger,
    tag_sentences,
    tagged_batch,
    tagging_loss,
    train_tagger,
)
from solutions.tags import SLOTS, TAGS, align_labels, collate_tagged, tag_words, tokenize_words
from solutions.tasks import UNLABELLED

SAMPLES = generate_dataset(80, seed=3).samples


@pytest.fixture
def tagger(bert):
    torch.manual_seed(0)
    model = TaggingSentenceTransformer(*load_backbone(bert), max_length=64)
    model.transformer.requires_grad_(False)
    return model.eval()


@pytest.fixture(scope="module")
def tokenizer():
    return load_backbone("minilm")[1]


@pytest.mark.parametrize("sample", SAMPLES[:20], ids=lambda sample: sample.sentence)
def test_tag_words_give_back_the_words_that_filled_the_slots(sample):
    words, tags = tag_words(sample)
    assert "".join(words) == sample.sentence.replace(" ", "")
    phrases = []
    for word, tag in zip(words, tags, strict=True):
        if tag.startswith("B-"):
            phrases.append([tag[2:], word])
        elif tag.startswith("I-"):
            assert tag[2:] == phrases[-1][0]
            phrases[-1].append(word)
    filled = {slot: " ".join(phrase) for slot, *phrase in phrases}
    assert sample.template.format(**filled) == sample.sentence
    assert sorted(filled.values()) == sorted(sample.words)


def test_tag_words_part_punctuation_from_what_fills_a_slot():
    sample = Sample("This laptop is superb, and it breaks easily.", 0, 1, "This {noun} is {adjective}, and it {does}.",
                    ("laptop", "superb", "breaks easily"))  # fmt: skip
    assert tag_words(sample).words == ["This", "laptop", "is", "superb", ",", "and", "it", "breaks", "easily", "."]
    assert tag_words(sample).tags[7:] == ["B-does", "I-does", "O"]


def test_tag_words_do_not_ask_in_which_order_the_words_were_noted():
    for sample in SAMPLES:
        assert tag_words(sample._replace(words=sample.words[::-1])) == tag_words(sample)


def test_tag_words_refuse_a_sentence_without_a_template():
    with pytest.raises(ValueError, match=r"'A real one\.' has no template"):
        tag_words(Sample("A real one.", 0, 1))


def test_tokenize_words_give_the_pieces_of_the_whole_sentence(tokenizer):
    inputs, word_ids = tokenize_words([tag_words(sample).words for sample in SAMPLES], tokenizer)
    expected = tokenize([sample.sentence for sample in SAMPLES], tokenizer, 128)
    assert {name: tensor.tolist() for name, tensor in inputs.items()} == {
        name: tensor.tolist() for name, tensor in expected.items()
    }
    assert [len(row) for row in word_ids] == [inputs["input_ids"].shape[1]] * len(SAMPLES)


def test_collate_tagged_labels_the_pieces_that_begin_a_word(tokenizer):
    batch = collate_tagged(SAMPLES, tokenizer)
    for sample, ids, labels in zip(SAMPLES, batch.inputs["input_ids"].tolist(), batch.tag_labels.tolist(), strict=True):
        pieces = tokenizer.convert_ids_to_tokens(ids)
        begins = [piece not in ("[CLS]", "[SEP]", "[PAD]") and not piece.startswith("##") for piece in pieces]
        assert [label != UNLABELLED for label in labels] == begins
        assert [TAGS[label] for label in labels if label != UNLABELLED] == tag_words(sample).tags
    assert batch.sentence_labels.tolist() == [sample.taskB for sample in SAMPLES]
    assert any("##" in piece for ids in batch.inputs["input_ids"] for piece in tokenizer.convert_ids_to_tokens(ids))


@given(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=6), min_size=1, max_size=4), st.booleans())
def test_align_labels_agrees_with_counted_pieces(lengths, left):
    longest = max(map(sum, lengths)) + 2
    labels = [[7 * i % len(TAGS) for i in range(len(row))] for row in lengths]
    word_ids, expected = [], []
    for row, names in zip(lengths, labels, strict=True):
        padding = longest - sum(row) - 2
        ids = [None, *np.repeat(np.arange(len(row)), row).tolist(), None]
        starts = 1 + np.cumsum([0, *row[:-1]])
        aligned = np.full(longest, UNLABELLED)
        aligned[starts + (padding if left else 0)] = names
        word_ids.append([None] * padding + ids if left else ids + [None] * padding)
        expected.append(aligned.tolist())
    assert align_labels(labels, word_ids).tolist() == expected


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_forward_gives_what_each_head_makes_of_one_run(bert, pooling):
    torch.manual_seed(0)
    model = TaggingSentenceTransformer(*load_backbone(bert), classes=3, pooling=pooling, max_length=64).eval()
    inputs = model.tokenize([sample.sentence for sample in SAMPLES[:5]])
    output = model(**inputs)
    hidden = model.transformer(**inputs).last_hidden_state
    for row, mask in enumerate(inputs["attention_mask"].bool()):
        real = hidden[row][mask]
        pooled = real.mean(dim=0) if pooling == "mean" else real.max(dim=0).values
        embedding = model.layer_norm(model.projection(pooled))
        expected = model.sentence_classifier(embedding / embedding.norm())
        torch.testing.assert_close(output.sentence_logits[row], expected)
    expected = hidden @ model.tag_classifier.weight.T + model.tag_classifier.bias
    torch.testing.assert_close(output.tag_logits, expected)


def test_forward_gives_the_same_for_cached_tokens_and_for_a_sentence_alone(tagger):
    batch = tagged_batch(tagger, SAMPLES)
    together = tagger(**batch.inputs)
    for row, sample in enumerate(SAMPLES[:3]):
        alone = tagger(**tagger.tokenize([sample.sentence]))
        torch.testing.assert_close(together.sentence_logits[row], alone.sentence_logits[0], atol=1e-5, rtol=1e-4)
        tags = together.tag_logits[row][: alone.tag_logits.shape[1]]
        torch.testing.assert_close(tags, alone.tag_logits[0], atol=1e-5, rtol=1e-4)


def test_heads_stand_on_the_embedding_and_on_the_tokens(tagger):
    assert isinstance(tagger.sentence_classifier, ClassificationHead)
    assert tagger.tag_classifier.in_features == tagger.transformer.config.hidden_size
    assert tagger.tag_classifier.out_features == len(TAGS) == 2 * len(SLOTS) + 1


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 1.0), (0.3, 2.0)])
def test_tagging_loss_agrees_with_sklearn(alpha, beta):
    generator = torch.Generator().manual_seed(1)
    sentence_logits = torch.randn(6, 3, generator=generator)
    tag_logits = torch.randn(6, 9, 4, generator=generator)
    sentence_labels = torch.tensor([0, 2, UNLABELLED, 1, 1, 0])
    tag_labels = torch.randint(4, (6, 9), generator=generator)
    tag_labels[torch.rand(6, 9, generator=generator) < 0.5] = UNLABELLED
    expected = 0.0
    for weight, logits, labels in ((alpha, sentence_logits, sentence_labels), (beta, tag_logits, tag_labels)):
        rows = [
            (row, int(labels[place]))
            for place in np.ndindex(*labels.shape)
            for row in [logits[place].double().softmax(dim=-1).numpy()]
            if labels[place] != UNLABELLED
        ]
        expected += weight * log_loss([y for _, y in rows], [p for p, _ in rows], labels=range(logits.shape[-1]))
    loss = tagging_loss(sentence_logits, tag_logits, sentence_labels, tag_labels, alpha, beta)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_tagging_loss_of_a_batch_without_labels_moves_nothing():
    sentence_logits, tag_logits = torch.randn(2, 3, requires_grad=True), torch.randn(2, 4, 5, requires_grad=True)
    loss = tagging_loss(sentence_logits, tag_logits, torch.full((2,), UNLABELLED), torch.full((2, 4), UNLABELLED))
    loss.backward()
    assert loss.item() == 0
    assert not sentence_logits.grad.any()
    assert not tag_logits.grad.any()


def brute_force(tags):
    """Try each span and each type: it is an entity if it begins one, goes on with `I-` and cannot go on further."""
    types = {tag[2:] for tag in tags if tag != "O"}
    entities = set()
    for start, end in combinations(range(len(tags) + 1), 2):
        for kind in types:
            before = tags[start - 1] if start else "O"
            begins = tags[start] == f"B-{kind}" or (tags[start] == f"I-{kind}" and before[2:] != kind)
            inside = all(tag == f"I-{kind}" for tag in tags[start + 1 : end])
            over = end == len(tags) or tags[end] != f"I-{kind}"
            if begins and inside and over:
                entities.add((start, end, kind))
    return entities


some_tags = st.lists(st.sampled_from(["O", "B-noun", "I-noun", "B-does", "I-does"]), max_size=7)


@given(st.lists(st.tuples(some_tags, st.randoms(use_true_random=False)), max_size=5))
def test_score_entities_agrees_with_sklearn_over_all_spans(rows):
    expected = [tags for tags, _ in rows]
    predicted = [rng.sample(tags, len(tags)) if rng.random() < 0.5 else tags for tags, rng in rows]
    there = {(i, *entity) for i, tags in enumerate(expected) for entity in brute_force(tags)}
    found = {(i, *entity) for i, tags in enumerate(predicted) for entity in brute_force(tags)}
    spans = sorted(there | found) or [(0, 0, 0, "none")]
    truth, guess = ([span in entities for span in spans] for entities in (there, found))
    scores = precision_recall_fscore_support(truth, guess, average="binary", zero_division=0)
    assert score_entities(expected, predicted) == pytest.approx(scores[:3])


def test_score_entities_refuses_other_words():
    with pytest.raises(ValueError, match="different lengths"):
        score_entities([["O", "O"]], [["O"]])


def test_train_tagger_learns_both_tasks_and_leaves_the_frozen_transformer_alone(tagger):
    batch = tagged_batch(tagger, SAMPLES)
    before = [weight.clone() for weight in tagger.transformer.parameters()]
    untrained = evaluate_tagger(tagger, batch)
    lines = []
    train_tagger(tagger, batch, epochs=30, learning_rate=0.01, log=lines.append)
    trained = evaluate_tagger(tagger, batch)
    assert trained.entities.f1 > untrained.entities.f1 + 0.3
    assert trained.accuracy > untrained.accuracy
    assert len(lines) == 30
    assert lines[0].startswith("Epoch 1/30: loss ")
    assert all(map(torch.equal, before, tagger.transformer.parameters()))


def test_train_tagger_repeats_to_the_bit(bert):
    weights = []
    for _ in range(2):
        torch.manual_seed(0)
        model = TaggingSentenceTransformer(*load_backbone(bert), max_length=64)
        model.transformer.requires_grad_(False)
        train_tagger(model, tagged_batch(model, SAMPLES), epochs=2, seed=5)
        weights.append(model.tag_classifier.weight)
    assert torch.equal(*weights)


def test_evaluate_tagger_scores_one_tag_for_each_word(tagger):
    batch = tagged_batch(tagger, SAMPLES)
    expected = [tag_words(sample).tags for sample in SAMPLES]
    predicted = [each.tags for each in tag_sentences(tagger, [sample.sentence for sample in SAMPLES])]
    assert evaluate_tagger(tagger, batch).entities == pytest.approx(score_entities(expected, predicted))


def test_tag_sentences_keep_the_words_places_where_a_word_has_no_piece_or_was_cut_off(tagger, bert):
    with torch.no_grad():
        tagger.tag_classifier.weight.zero_()
        tagger.tag_classifier.bias.copy_(torch.arange(len(TAGS)))  # the last tag, whatever the token
    sentence = "My \u200d sister loved the film."
    (tagged,) = tag_sentences(tagger, [sentence])
    assert [sentence[start:end] for start, end in tagged.spans] == [
        "My",
        "\u200d",
        "sister",
        "loved",
        "the",
        "film",
        ".",
    ]
    assert tagged.tags == [TAGS[-1], "O", *[TAGS[-1]] * 5]
    tagger.max_length = 4
    assert tag_sentences(tagger, [sentence])[0].tags == [TAGS[-1], "O", TAGS[-1], *["O"] * 4]


def shown(tagged, **options):
    console = Console(file=io.StringIO(), width=80, **options)
    console.print(describe(tagged))
    return console.file.getvalue()


def test_describe_colours_words_on_a_terminal_and_is_plain_elsewhere():
    tags = ["O", "B-noun", "B-does", "I-does", "O", "I-month"]
    spans = [(0, 4), (5, 11), (12, 18), (19, 25), (25, 26), (27, 30)]
    tagged = TaggedSentence("That laptop breaks easily. May", spans, tags, torch.tensor([0.9, 0.1]))
    plain = shown(tagged)
    assert plain.split("\n")[0] == tagged.sentence
    assert [line.split(maxsplit=1) for line in plain.strip().split("\n")[1:]] == [
        ["noun", "laptop"],
        ["does", "breaks easily"],
        ["month", "May"],
        ["class", "Negative (90%)"],
    ]
    coloured = shown(tagged, force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert set(COLOURS) == set(SLOTS)
    assert len(set(COLOURS.values())) == len(SLOTS)


def test_tag_command_finds_what_the_templates_say(monkeypatch, capsys):
    sentences = ["My sister loved the film.", "I hated that laptop because it breaks easily."]
    monkeypatch.setattr("sys.argv", ["solutions", "tag", *sentences])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code in (None, 0)
    for row in (
        ["person", "sister"],
        ["did", "loved"],
        ["noun", "film"],
        ["noun", "laptop"],
        ["does", "breaks easily"],
    ):
        assert row in lines
    assert [line[1].split()[0] for line in lines if line[0] == "class"] == ["Positive", "Negative"]


def test_tag_command_needs_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["solutions", "tag"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "give sentences" in capsys.readouterr().err
