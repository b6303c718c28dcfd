"""Which tokens count: against loops that look at one dimension, or hide one token, at a time."""

import pytest
import torch

from solutions import attribution
from solutions.attribution import erase_tokens, max_pool_shares

SENTENCES = ("The film was superb.", "Why?", "The laptop was awful and the play was dull.")


def test_max_pool_shares_count_the_dimensions_that_each_token_wins():
    torch.manual_seed(0)
    tokens = torch.randn(3, 4, 50) - 2  # padding, if it were 0, would win
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]])
    shares = max_pool_shares(tokens, mask)
    for row in range(3):
        real = [position for position in range(4) if mask[row, position]]
        wins = dict.fromkeys(range(4), 0)
        for dimension in range(50):
            wins[max(real, key=lambda position: float(tokens[row, position, dimension]))] += 1
        assert shares[row].tolist() == pytest.approx([wins[position] / 50 for position in range(4)])
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(3))


def test_max_pool_shares_give_a_tie_to_the_first_and_padding_nothing():
    tokens = torch.zeros(2, 3, 5)
    shares = max_pool_shares(tokens, torch.tensor([[0, 1, 1], [0, 0, 0]]))
    assert shares.tolist() == [[0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_erase_tokens_hides_one_token_after_the_other(model, sentence):
    encoded = model.tokenizer(sentence, return_tensors="pt")
    ids = encoded["input_ids"]
    expected = {"taskA": [], "taskB": []}
    model.eval()
    with torch.no_grad():
        whole = model(ids, torch.ones_like(ids))
        for position in range(ids.shape[1]):
            mask = torch.ones_like(ids)
            mask[0, position] = 0
            without = model(ids, mask)
            for task, falls in expected.items():
                before, after = (
                    getattr(each, f"{task}_logits")[0].double().softmax(dim=0) for each in (whole, without)
                )
                label = before.argmax()
                falls.append(float(torch.logit(before[label]) - torch.logit(after[label])))
    for task, changes in erase_tokens(model, sentence).items():
        torch.testing.assert_close(changes, torch.tensor(expected[task]), rtol=0, atol=1e-5)  # sums of another order
        assert changes.abs().max() > 0


def test_erase_tokens_gives_the_same_in_small_batches(model, monkeypatch):
    whole = erase_tokens(model, SENTENCES[2])
    monkeypatch.setattr(attribution, "TOKENS_PER_BATCH", 1)
    for one, other in zip(whole, erase_tokens(model, SENTENCES[2]), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)  # sums of another order


def test_erase_tokens_leaves_the_model_as_it_was(model):
    model.train()
    first = erase_tokens(model, SENTENCES[0])
    assert model.training
    assert model.taskA_classifier.training
    assert not any(change.requires_grad for change in first)
    assert all(map(torch.equal, first, erase_tokens(model, SENTENCES[0])))  # no dropout


def test_erase_tokens_tells_as_much_where_the_model_is_certain(model):
    before = erase_tokens(model, SENTENCES[0])
    labels = model.predict([SENTENCES[0]]).map(lambda row: int(row.argmax()))
    with torch.no_grad():
        for head, label in zip(model.heads, labels, strict=True):
            head.layers[-1].bias[label] += 30
    assert all(float(row.max()) == 1 for row in model.predict([SENTENCES[0]]))
    for one, other in zip(before, erase_tokens(model, SENTENCES[0]), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-4)  # at 30, float32 has five digits behind the point
