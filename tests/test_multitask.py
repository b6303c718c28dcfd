import pytest
import torch
from torch import nn

from solutions.backbones import load_backbone
from solutions.encoder import SentenceTransformer
from solutions.multitask import ClassificationHead, MultiTaskSentenceTransformer, parameter_counts

INPUTS = {
    "input_ids": torch.tensor([[2, 6, 7, 8, 3], [2, 9, 3, 0, 0]]),
    "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]),
}


def test_classification_head_is_linear_relu_dropout_linear():
    head = ClassificationHead(dim=8, classes=3).eval()
    first, second = (module for module in head.modules() if isinstance(module, nn.Linear))
    embeddings = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    hidden = (embeddings @ first.weight.T + first.bias).clamp(min=0)
    torch.testing.assert_close(head(embeddings), hidden @ second.weight.T + second.bias)


def test_classification_head_gives_negative_logits_too_and_drops_half_in_training():
    torch.manual_seed(0)
    head = ClassificationHead()
    embeddings = torch.randn(200, 512)
    assert (head(embeddings) < 0).any()
    assert not torch.equal(head(embeddings), head(embeddings))
    (dropout,) = (module for module in head.modules() if isinstance(module, nn.Dropout))
    assert dropout.p == 0.5


def test_forward_gives_embeddings_and_logits_for_any_number_of_classes(tiny):
    model = MultiTaskSentenceTransformer(*load_backbone(tiny), taskA_classes=4, taskB_classes=3, max_length=64)
    output = model(**INPUTS)
    assert output.embeddings.shape == (2, 512)
    assert output.taskA_logits.shape == (2, 4)
    assert output.taskB_logits.shape == (2, 3)


def test_forward_runs_the_transformer_once_and_both_heads_on_its_embeddings(model):
    model.eval()
    calls = []
    model.transformer.register_forward_hook(lambda *_: calls.append(1))
    output = model(**INPUTS)
    assert len(calls) == 1
    torch.testing.assert_close(output.taskA_logits, model.taskA_classifier(output.embeddings))
    torch.testing.assert_close(output.taskB_logits, model.taskB_classifier(output.embeddings))
    torch.testing.assert_close(output.embeddings, SentenceTransformer.forward(model, **INPUTS))


def test_forward_of_cached_features_skips_the_transformer(model):
    model.eval()
    expected = model(**INPUTS)
    features = model.features(**INPUTS)
    model.transformer.register_forward_hook(lambda *_: pytest.fail("the transformer was run"))
    for ours, theirs in zip(model(features=features), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_forward_without_input_says_what_to_give(model):
    with pytest.raises(ValueError, match="give input_ids and attention_mask, or features"):
        model(input_ids=INPUTS["input_ids"])


def test_predict_gives_the_probabilities_of_each_sentence_in_order(model):
    sentences = ["the router is awful", "yes", "my sister loved that film", ""]
    probabilities = model.predict(sentences)
    assert [rows.shape for rows in probabilities] == [(4, 3), (4, 2)]
    assert model.training
    model.eval()
    for number, sentence in enumerate(sentences):
        tokens = torch.tensor([model.tokenizer(sentence)["input_ids"]])
        output = model(tokens, torch.ones_like(tokens))
        expected = [logits.softmax(dim=1)[0] for logits in output[1:]]
        torch.testing.assert_close([rows[number] for rows in probabilities], expected, rtol=0, atol=1e-6)


def test_heads_share_no_parameter(model):
    head_a = {id(parameter) for parameter in model.taskA_classifier.parameters()}
    assert head_a.isdisjoint(id(parameter) for parameter in model.taskB_classifier.parameters())


def test_both_losses_reach_the_shared_encoder(model):
    for logits in ("taskA_logits", "taskB_logits"):
        model.zero_grad()
        getattr(model(**INPUTS), logits).sum().backward()
        assert model.projection.weight.grad.abs().sum() > 0
        assert next(model.transformer.parameters()).grad.abs().sum() > 0


def test_parameter_counts_add_up(model):
    shared, head_a, head_b = parameter_counts(model)
    assert head_a == 512 * 256 + 256 + 256 * 3 + 3
    assert head_b == 512 * 256 + 256 + 256 * 2 + 2
    assert shared == sum(p.numel() for p in model.transformer.parameters()) + 32 * 512 + 512 + 2 * 512
