"""Checkpoints as the sentence-transformers library opens them: the library itself is the oracle."""

import json
from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer

from solutions.app.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from solutions.config import Pooling, TrainingConfig
from solutions.tasks import Pair
from solutions.trainer import build_model

STORED = Path(__file__).parent / "data" / "checkpoint-2"
SENTENCES = [
    "The film is superb.",
    "",
    "My sister loved the play.",
    "Yes!",
    "  The router, which nobody   wanted, is awful. ",
    "the film " * 100,  # longer than any of them takes
    *(f"The {noun} is {word}." for noun in ("laptop", "camera", "novel") for word in ("slow", "great", "new and good")),
]


@pytest.fixture(params=["bert", "distilbert", "tiny_mpnet"])
def backbone(request):
    return request.getfixturevalue(request.param)


def saved(folder, backbone, prepare=lambda model: None, **options):
    """Save a model with weights that are not those it starts with, and give our own reading of it."""
    config = TrainingConfig(backbone=backbone, **{"max_length": 40, "dim": 24, "seed": 7, **options})
    model = build_model(config)
    with torch.no_grad():
        for parameter in model.layer_norm.parameters():
            parameter.add_(torch.randn_like(parameter) / 10)
    prepare(model)
    save_checkpoint(folder, Checkpoint(model, config, Pair(("a", "b"), ("c", "d"))))
    return load_checkpoint(folder).model


def assert_equal_embeddings(folder, model):
    library = SentenceTransformer(str(folder), device="cpu")
    theirs = library.encode(SENTENCES, convert_to_tensor=True)
    torch.testing.assert_close(theirs, model.encode(SENTENCES))
    for sentence in SENTENCES:  # alone there is no padding and no order of sums that could differ
        torch.testing.assert_close(
            library.encode(sentence, convert_to_tensor=True), model.encode(sentence), rtol=0, atol=0
        )
    return library


@pytest.mark.parametrize("pooling", Pooling)
def test_the_library_gives_the_same_embeddings(backbone, pooling, tmp_path):
    library = assert_equal_embeddings(tmp_path, saved(tmp_path, backbone, pooling=pooling))
    assert (library.max_seq_length, library.get_embedding_dimension()) == (40, 24)
    assert library.similarity_fn_name == "cosine"
    assert getattr(library[0].auto_model, "pooler", None) is None


def pad_on_the_left(model):
    model.tokenizer.padding_side = "left"


@pytest.mark.parametrize("prepare", [pad_on_the_left, lambda model: model.bfloat16(), lambda model: model.train()])
def test_the_library_gives_the_same_embeddings_of_unusual_models(bert, tmp_path, prepare):
    assert_equal_embeddings(tmp_path, saved(tmp_path, bert, prepare))


def test_the_library_says_nothing_when_it_opens_a_checkpoint(backbone, tmp_path, caplog, capfd):
    saved(tmp_path, backbone)
    capfd.readouterr()
    SentenceTransformer(str(tmp_path), device="cpu")
    assert (caplog.messages, capfd.readouterr()) == ([], ("", ""))


def test_the_library_opens_the_stored_checkpoint():
    expected = json.loads((STORED / "expected.json").read_text(encoding="utf-8"))
    theirs = SentenceTransformer(str(STORED), device="cpu").encode(expected["sentences"], convert_to_tensor=True)
    torch.testing.assert_close(theirs, torch.tensor(expected["embeddings"]))


def test_the_backbone_alone_gives_tokens_and_no_embedding_that_was_never_trained(bert, tmp_path):
    model = saved(tmp_path, bert)
    alone = SentenceTransformer(str(tmp_path / "backbone"), device="cpu")
    inputs = model.tokenize(SENTENCES[:1])
    with torch.no_grad():
        tokens = model.transformer(**inputs).last_hidden_state[0]
    torch.testing.assert_close(alone.encode(SENTENCES[0], output_value="token_embeddings"), tokens)
    with pytest.raises(KeyError, match="sentence_embedding"):
        alone.encode(SENTENCES[0])


def test_every_weight_is_stored_once(bert, tmp_path):
    model = saved(tmp_path, bert)
    stored = sum(path.stat().st_size for path in tmp_path.rglob("*.safetensors"))
    weights = sum(parameter.numel() * 4 for parameter in model.parameters())
    assert weights < stored < 1.2 * weights  # names and shapes are the rest
