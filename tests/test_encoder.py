import numpy as np
import pytest
import sentence_transformers
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions import encoder as encoder_module
from solutions.backbones import load_backbone
from solutions.dataset import MultiTaskDataset, Sample, generate_dataset
from solutions.encoder import SentenceTransformer
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.published import bundled_minilm
from solutions.trainer import cache_features, token_batches

RAGGED = ["the router", "my sister loved this brilliant film because it delights audiences", "yes", "", "the " * 200]


def test_features_equal_the_sentence_transformers_librarys(minilm):
    library = sentence_transformers.SentenceTransformer(str(bundled_minilm()), device="cpu")
    library = sentence_transformers.SentenceTransformer(modules=[library[0], library[1]], device="cpu")
    library.max_seq_length = minilm.max_length
    sentences = [*generate_dataset(40).sentences, "A word.", "word " * 300]
    expected = library.encode(sentences, convert_to_tensor=True)
    # Batches of other shapes round differently: far less than the 1e-5 that the benchmark allows.
    torch.testing.assert_close(cache_features(minilm, sentences), expected, rtol=0, atol=1e-5)


def test_project_is_linear_then_layer_norm_then_unit_length(encoder):
    features = torch.randn(4, 32, generator=torch.Generator().manual_seed(0))
    linear = features @ encoder.projection.weight.T + encoder.projection.bias
    centred = linear - linear.mean(dim=1, keepdim=True)
    normed = centred / (centred.pow(2).mean(dim=1, keepdim=True) + 1e-5).sqrt()
    expected = normed / normed.pow(2).sum(dim=1, keepdim=True).sqrt()
    torch.testing.assert_close(encoder.project(features), expected)


def test_forward_is_features_then_project(encoder):
    inputs = dict(encoder.tokenizer(["the router", "yes"], padding=True, return_tensors="pt"))
    inputs.pop("token_type_ids")
    torch.testing.assert_close(encoder(**inputs), encoder.project(encoder.features(**inputs)), rtol=0, atol=0)


@pytest.mark.parametrize("pooling", ["mean", "max"])
@pytest.mark.parametrize("dim", [512, 7])
def test_encode_gives_unit_vectors_of_the_chosen_width_for_any_backbone(tiny, pooling, dim):
    model = SentenceTransformer.from_pretrained(tiny, pooling=pooling, dim=dim, max_length=64)
    embeddings = model.encode(RAGGED)
    assert embeddings.shape == (len(RAGGED), dim)
    torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(len(RAGGED)))


def test_encode_of_one_string_is_one_vector(encoder):
    assert encoder.encode("the router").shape == (512,)
    torch.testing.assert_close(encoder.encode("the router"), encoder.encode(["the router"])[0])


def test_encode_of_nothing_is_an_empty_matrix(encoder):
    assert encoder.encode([]).shape == (0, 512)


def test_encode_accepts_a_numpy_array(encoder):
    sentences = np.array(["the router", "yes"])
    torch.testing.assert_close(encoder.encode(sentences), encoder.encode(list(sentences)))


def test_encode_refuses_what_is_no_string(encoder):
    with pytest.raises(TypeError, match="sentence 1 is None, but must be a string"):
        encoder.encode(["the router", None])


@settings(max_examples=20)
@given(st.permutations(range(len(RAGGED))), st.sampled_from([8, 64, 1024]))
def test_encode_restores_the_order_and_ignores_the_company(bert, order, tokens_per_batch):
    """Neither the other sentences of a batch, nor padding, nor the size of batches changes an embedding."""
    torch.manual_seed(0)
    model = SentenceTransformer.from_pretrained(bert, max_length=64)
    alone = torch.stack([model.encode(RAGGED[index]) for index in order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder_module, "TOKENS_PER_BATCH", tokens_per_batch)
        together = model.encode([RAGGED[index] for index in order])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)


def test_batches_by_length_hold_every_sentence_once_and_few_tokens(encoder, monkeypatch):
    monkeypatch.setattr(encoder_module, "TOKENS_PER_BATCH", 64)
    sentences = generate_dataset(100).sentences
    batches = list(encoder.batches_by_length(sentences))
    assert sorted(position for positions, _ in batches for position in positions) == list(range(100))
    for positions, inputs in batches:
        assert inputs["input_ids"].shape == inputs["attention_mask"].shape
        assert inputs["input_ids"].numel() <= 64 or len(positions) == 1
        assert inputs["attention_mask"].sum(dim=1).max() == inputs["input_ids"].shape[1]  # no column is all padding


def test_encode_runs_in_eval_mode_without_gradients_and_restores_every_mode(bert):
    model = SentenceTransformer(*load_backbone(bert), max_length=64)
    model.layer_norm.eval()
    modes = [module.training for module in model.modules()]
    assert model.training
    first, second = model.encode(RAGGED), model.encode(RAGGED)
    torch.testing.assert_close(first, second, rtol=0, atol=0)  # dropout would make them differ
    assert not first.requires_grad
    assert [module.training for module in model.modules()] == modes


def test_embeddings_can_be_learned_from(encoder):
    head = torch.nn.Linear(512, 2)
    head(encoder.encode(RAGGED)).sum().backward()
    assert head.weight.grad is not None


def test_encode_restores_the_mode_after_an_error(bert, monkeypatch):
    model = SentenceTransformer(*load_backbone(bert), max_length=64)
    monkeypatch.setattr(model, "project", lambda features: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.encode("the router")
    assert model.training
    assert torch.is_grad_enabled()


def test_encode_shows_a_progress_bar_only_on_request_and_on_a_terminal(encoder, capsys, monkeypatch):
    encoder.encode(RAGGED, progress=True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # what makes a console take itself for a terminal
    encoder.encode(RAGGED)
    assert capsys.readouterr() == ("", "")
    encoder.encode(RAGGED, progress=True)
    assert "Encoding" in capsys.readouterr().err


def test_encode_with_bfloat16_weights_stays_close(minilm):
    torch.manual_seed(0)
    half = SentenceTransformer.from_pretrained().bfloat16()
    sentences = generate_dataset(40).sentences
    cosine = torch.cosine_similarity(minilm.encode(sentences), half.encode(sentences).float())
    assert cosine.min() >= 0.999


def test_train_mode_turns_dropout_on(bert):
    model = SentenceTransformer(*load_backbone(bert), max_length=64)
    inputs = {"input_ids": torch.tensor([[2, 6, 7, 3]]), "attention_mask": torch.ones(1, 4, dtype=torch.long)}
    assert not torch.equal(model(**inputs), model(**inputs))


def test_sentence_transformer_refuses_unknown_pooling_and_too_long_sentences(bert):
    with pytest.raises(ValueError, match="pooling is 'cls', but must be one of mean, max"):
        SentenceTransformer.from_pretrained(bert, pooling="cls", max_length=64)
    with pytest.raises(ValueError, match="max_length is 128, but must be from 3 to 64"):
        SentenceTransformer.from_pretrained(bert)


@pytest.mark.parametrize("side", ["left", "right"])
def test_training_encode_and_caching_read_a_text_alike_on_whichever_side_the_tokenizer_pads(bert, side):
    model = MultiTaskSentenceTransformer(*load_backbone(bert), max_length=64).eval()
    model.tokenizer.padding_side = side
    dataset = MultiTaskDataset([Sample(sentence, 0, 1) for sentence in RAGGED[:3]])
    (batch,) = token_batches(model, dataset, batch_size=3)
    assert (batch.inputs["attention_mask"][:, 0].min() == 0) == (side == "left")
    with torch.inference_mode():
        in_training = model.features(**batch.inputs)
        torch.testing.assert_close(cache_features(model, dataset.sentences), in_training)
        torch.testing.assert_close(model.encode(dataset.sentences), model.project(in_training))
        probabilities = model.predict(dataset.sentences)
        torch.testing.assert_close(probabilities.taskA, model(**batch.inputs).taskA_logits.softmax(dim=-1))


def test_many_sentences_are_not_tokenized_before_the_first_batch(encoder, monkeypatch):
    monkeypatch.setattr(encoder_module, "SENTENCES_AT_A_TIME", 8)
    read = []

    class Watched(list):
        def __getitem__(self, index):
            read.append(index)
            return super().__getitem__(index)

    sentences = Watched(RAGGED * 20)
    batches = encoder.batches_by_length(sentences)
    next(batches)
    assert read == [slice(0, 8)]
    positions = [position for batch, _ in encoder.batches_by_length(sentences) for position in batch]
    assert sorted(positions) == list(range(len(sentences)))


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_print_shows_the_pooling(bert, pooling):
    model = SentenceTransformer.from_pretrained(bert, pooling=pooling, max_length=64)
    assert str(model).splitlines()[1].strip() == f"pooling={pooling}_pool, max_length=64"
