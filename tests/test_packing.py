from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as F
from families import BACKBONES, LAYERS, make_backbone
from torch import nn
from typer.testing import CliRunner

from solutions import packing, runtime
from solutions.app.cli import app
from solutions.dataset import generate_dataset
from solutions.encoder import MOST_TOKENS_PER_BATCH, TOKENS_PER_BATCH, _ahead, tokens_per_batch
from solutions.packing import KNOWN, FusedLayer, PackedLinear, pack
from solutions.runtime import _under_autocast, computes_in, last_hidden_state, packed
from solutions.trainer import cache_features

CPU = torch.device("cpu")
HAS_BFLOAT16 = computes_in(torch.bfloat16, CPU)
needs_bfloat16 = pytest.mark.skipif(not HAS_BFLOAT16, reason="this processor has no bfloat16 instructions")
SENTENCES = ["the router is slow", "everyone adored this superb play, and so did we", "good", ""]

RAGGED = {
    "input_ids": torch.tensor([[2, 6, 7, 8, 3], [2, 9, 3, 0, 0], [2, 10, 11, 3, 0]]),
    "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]),
}
FULL = {"input_ids": RAGGED["input_ids"][:1], "attention_mask": torch.ones(1, 5, dtype=torch.long)}


@pytest.fixture
def at_once(monkeypatch):
    """Pack from the first token on, whether it pays or not."""
    monkeypatch.setattr(runtime, "TOKENS_BEFORE_PACKING", 0)
    monkeypatch.setattr(runtime, "_pays", lambda *_: True)


@pytest.fixture
def packings(monkeypatch):
    """Note every packing."""
    seen = []
    monkeypatch.setattr(runtime, "pack", lambda *arguments: seen.append(arguments) or pack(*arguments))
    return seen


def plain(model, sentences):
    """Embed without packing."""
    with torch.inference_mode():
        return torch.stack([model(**model.tokenize([sentence]))[0] for sentence in sentences])


# The parts


@pytest.mark.parametrize("bias", [True, False])
def test_packed_linear_gives_what_the_layers_give_side_by_side(bias):
    layers, inputs = [nn.Linear(24, width, bias=bias) for width in (8, 16, 40)], torch.randn(3, 7, 24)
    with torch.inference_mode():
        expected = torch.cat([layer(inputs) for layer in layers], dim=-1)
        torch.testing.assert_close(PackedLinear(*layers, dtype=torch.float32)(inputs), expected)
        gelu = PackedLinear(*layers, dtype=torch.float32, activation="gelu")(inputs)
    torch.testing.assert_close(gelu, F.gelu(expected))


@pytest.mark.parametrize("short", [packing.SHORT, 4], ids=["short", "long"])
@pytest.mark.parametrize("inputs", [RAGGED, FULL], ids=["padding", "no padding"])
@pytest.mark.parametrize("family", BACKBONES)
def test_pack_gives_the_same_hidden_states(family, inputs, short, monkeypatch):
    monkeypatch.setattr(packing, "SHORT", short)
    transformer = make_backbone(family)
    with torch.inference_mode():
        expected = transformer(**inputs).last_hidden_state
        found = pack(transformer, torch.float32)(**inputs).last_hidden_state
    real = inputs["attention_mask"].bool()
    torch.testing.assert_close(found[real], expected[real], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", BACKBONES)
def test_pack_fuses_the_layers_that_it_knows_and_packs_all_others(family):
    transformer = make_backbone(family)
    kinds = [type(module) for module in pack(transformer, torch.float32).modules()]
    assert nn.Linear not in kinds
    is_known = any(type(module).__name__ in KNOWN for module in transformer.modules())
    assert kinds.count(FusedLayer) == (LAYERS if is_known else 0)
    assert is_known == (family not in ("DeBERTa", "ModernBERT"))


def test_pack_fuses_no_layer_with_another_activation_or_with_something_put_in_between():
    transformer = make_backbone("BERT")
    transformer.encoder.layer[0].intermediate.intermediate_act_fn = nn.ReLU()
    query = transformer.encoder.layer[1].attention.self.query
    transformer.encoder.layer[1].attention.self.query = nn.Sequential(query, nn.Tanh())
    copy = pack(transformer, torch.float32)
    assert [type(layer).__name__ for layer in copy.encoder.layer] == ["BertLayer", "BertLayer", "FusedLayer"]
    with torch.inference_mode():
        expected = transformer(**FULL).last_hidden_state
        torch.testing.assert_close(copy(**FULL).last_hidden_state, expected, rtol=1e-5, atol=1e-5)


def test_pack_leaves_the_transformer_as_it_is_and_shares_the_other_weights():
    transformer = make_backbone("BERT")
    modules, weights = [*transformer.modules()], {name: id(weight) for name, weight in transformer.named_parameters()}
    copy = pack(transformer, torch.float32)
    assert [*transformer.modules()] == modules
    assert {name: id(weight) for name, weight in transformer.named_parameters()} == weights
    shared = {id(weight) for weight in copy.parameters()}
    assert shared < set(weights.values())


@needs_bfloat16
@pytest.mark.parametrize("family", BACKBONES)
def test_pack_in_bfloat16_computes_the_products_in_it_and_all_else_in_float32(family):
    transformer = make_backbone(family)
    with torch.inference_mode():
        expected = transformer(**RAGGED).last_hidden_state
        found = pack(transformer, torch.bfloat16)(**RAGGED).last_hidden_state
    real = RAGGED["attention_mask"].bool()
    assert found.dtype == torch.float32
    assert F.cosine_similarity(found[real], expected[real], dim=-1).min() > 0.999  # width 8


# The choice


def test_encode_and_predict_are_the_same_packed(model, at_once, packings):
    plain_embeddings, plain_a = embeddings_and_classes(model)
    assert not packings
    torch.testing.assert_close(model.encode(SENTENCES), plain_embeddings)
    torch.testing.assert_close(model.predict(SENTENCES).taskA, plain_a)
    assert len(packings) == 2


def embeddings_and_classes(model):
    """Compute both without packing, one sentence at a time."""
    model.eval()
    with torch.inference_mode():
        outputs = [model(**model.tokenize([sentence])) for sentence in SENTENCES]
    return (
        torch.cat([output.embeddings for output in outputs]),
        torch.cat([output.taskA_logits for output in outputs]).softmax(dim=-1),
    )


def test_few_tokens_are_not_worth_a_packing(encoder, packings):
    encoder.encode(SENTENCES)
    assert not packings


def test_many_tokens_are(encoder, packings, monkeypatch):
    monkeypatch.setattr(runtime, "_pays", lambda *_: True)
    sentences = generate_dataset(1000).sentences
    encoder.eval()
    torch.testing.assert_close(encoder.encode(sentences)[::50], plain(encoder, sentences[::50]))
    assert len(packings) == 1


@pytest.mark.parametrize("how", ["in place", "data", "load_state_dict"])
def test_encode_uses_the_weights_that_the_model_has_now(encoder, at_once, how):
    encoder.eval()
    before = encoder.encode(SENTENCES)
    weight = encoder.transformer.encoder.layer[0].intermediate.dense.weight
    if how == "in place":
        with torch.no_grad():
            weight.mul_(3)
    elif how == "data":
        weight.data.mul_(3)
    else:
        encoder.load_state_dict({name: tensor * 2 for name, tensor in encoder.state_dict().items()})
    after = encoder.encode(SENTENCES)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after, plain(encoder, SENTENCES))


def test_encode_leaves_modules_weights_and_modes_alone(encoder, at_once):
    encoder.train()
    modules, modes = [*encoder.modules()], [module.training for module in encoder.modules()]
    keys = [*encoder.state_dict()]
    encoder.encode(SENTENCES)
    assert [*encoder.modules()] == modules
    assert [module.training for module in encoder.modules()] == modes
    assert [*encoder.state_dict()] == keys
    encoder.layer_norm(encoder.projection(torch.randn(2, 32))).sum().backward()  # nothing is left of inference mode


@pytest.mark.parametrize("where", ["", "encoder.layer.0.output.dense"])
def test_hooks_see_the_models_own_modules_at_work(encoder, at_once, packings, where):
    seen = []
    encoder.transformer.get_submodule(where).register_forward_hook(lambda *_: seen.append(1))
    encoder.encode(SENTENCES)
    assert seen
    assert not packings


def test_caching_features_for_training_packs_nothing(model, at_once, packings):
    cache_features(model, SENTENCES)
    assert not packings


@pytest.mark.parametrize("failure", ["impossible", "other numbers", "not a number"])
def test_encode_falls_back_where_packing_fails(encoder, at_once, monkeypatch, failure):
    def broken(transformer, dtype):
        if failure == "impossible":
            raise RuntimeError("mkldnn is not there")
        copy = pack(transformer, dtype)
        copy.encoder.layer[1].down.bias += 0.5 if failure == "other numbers" else float("nan")
        return copy

    monkeypatch.setattr(runtime, "pack", broken)
    encoder.eval()
    torch.testing.assert_close(encoder.encode(SENTENCES), plain(encoder, SENTENCES))


@pytest.mark.parametrize("faster", [True, False])
def test_whether_packing_pays_is_measured_once(encoder, packings, monkeypatch, faster):
    monkeypatch.setattr(runtime, "TOKENS_BEFORE_PACKING", 0)
    monkeypatch.setattr(runtime, "_paid", {})
    steps = {True: [0, 1, 1, 3], False: [0, 3, 3, 4]}[faster]  # the copy first, then the transformer
    clock = (10 * turn + step for turn in range(100) for step in steps)
    monkeypatch.setattr("solutions.runtime.time.perf_counter", lambda: next(clock))
    used = []
    monkeypatch.setattr(runtime, "_run", lambda module, inputs: used.append(module) or module(**inputs)[0])
    sentences = generate_dataset(400).sentences
    encoder.encode(sentences)
    assert list(runtime._paid.values()) == [faster]
    assert (used[-1] is not encoder.transformer) == faster
    monkeypatch.setattr("solutions.runtime.time.perf_counter", None)  # not asked again
    encoder.encode(sentences)
    assert (used[-1] is not encoder.transformer) == faster


def test_packed_within_packed_packs_once_and_ends_with_the_outer_block(encoder, at_once, packings):
    with packed(encoder.transformer):
        encoder.encode(SENTENCES)
        encoder.encode(SENTENCES)
    assert len(packings) == 1
    encoder.encode(SENTENCES)
    assert len(packings) == 2


def test_packed_ends_with_an_error_too(encoder, at_once, packings):
    with pytest.raises(TypeError, match="must be a string"):
        encoder.encode([3])
    assert runtime._current.get() is None


def test_packed_is_for_its_own_transformer_only(at_once, packings):
    first, second = make_backbone("BERT"), make_backbone("DistilBERT")
    with torch.inference_mode(), packed(first):
        last_hidden_state(second, **FULL)
        assert not packings
        last_hidden_state(first, **FULL)
    assert [transformer for transformer, _ in packings] == [first]


def test_threads_encode_at_the_same_time(encoder, at_once):
    encoder.eval()
    expected = plain(encoder, SENTENCES)
    with ThreadPoolExecutor(4) as threads:
        for embeddings in threads.map(encoder.encode, [SENTENCES] * 12):
            torch.testing.assert_close(embeddings, expected)


# Precision


@needs_bfloat16
def test_bfloat16_products_hardly_turn_the_embeddings(minilm, at_once):
    sentences = [*SENTENCES, *generate_dataset(100).sentences]
    with packed(minilm.transformer, torch.bfloat16):
        embeddings = minilm.encode(sentences)
    assert embeddings.dtype == torch.float32
    expected = minilm.encode(sentences)
    assert F.cosine_similarity(embeddings.double(), expected.double()).min() >= 0.9999
    assert not torch.allclose(embeddings, expected, atol=1e-5)  # it really was bfloat16


def test_a_dtype_that_is_not_faster_is_told_and_not_used(encoder, monkeypatch):
    monkeypatch.setattr(runtime, "computes_in", lambda dtype, device: True)
    monkeypatch.setattr(runtime, "_pays", lambda *_: False)
    with packed(encoder.transformer, torch.bfloat16):
        with pytest.warns(UserWarning, match="bfloat16 is not faster here: computing in float32"):
            embeddings = encoder.encode(SENTENCES)
        again = encoder.encode(SENTENCES)  # told once
    expected = encoder.encode(SENTENCES)
    torch.testing.assert_close(embeddings, expected, rtol=0, atol=0)
    torch.testing.assert_close(again, expected, rtol=0, atol=0)


def test_a_dtype_that_the_processor_lacks_is_told_and_not_used(encoder, monkeypatch):
    monkeypatch.setattr(runtime, "computes_in", lambda dtype, device: False)
    with (
        pytest.warns(UserWarning, match="no bfloat16 on this CPU: computing in float32"),
        packed(encoder.transformer, torch.bfloat16),
    ):
        embeddings = encoder.encode(SENTENCES)
    torch.testing.assert_close(embeddings, encoder.encode(SENTENCES), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx2": True}, False), ({"avx512_f": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True}, True)],
)
def test_computes_in_asks_the_processor(monkeypatch, capabilities, expected):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)
    assert computes_in(torch.bfloat16, CPU) == expected
    assert computes_in(torch.float32, CPU)
    assert not computes_in(torch.float16, CPU)


def test_the_command_says_what_the_processor_lacks(bert, monkeypatch):
    command = ["embed", "good", "--backbone", bert, "--max-length", "64"]
    expected = CliRunner().invoke(app, command)
    monkeypatch.setattr("solutions.app.commands.computes_in", lambda dtype, device: False)
    found = CliRunner().invoke(app, [*command, "--precision", "bfloat16"])
    assert "note: this CPU has no instructions for bfloat16; computing in float32" in found.stderr
    assert found.stdout == expected.stdout


@pytest.mark.parametrize("family", BACKBONES)
def test_autocast_gives_the_dtype_of_the_weights_back(family):
    transformer = make_backbone(family)
    with torch.inference_mode():
        found = _under_autocast(transformer, RAGGED, torch.bfloat16, torch.float32)
        expected = transformer(**RAGGED).last_hidden_state
    real = RAGGED["attention_mask"].bool()
    assert found.dtype == torch.float32
    assert F.cosine_similarity(found[real], expected[real], dim=-1).min() > 0.99  # width 8
    assert not torch.equal(found, expected)


# Batches


@pytest.mark.parametrize(
    ("free", "tokens"),
    [(0, TOKENS_PER_BATCH), (384 * 512 * 50_000, 50_000), (2**40, MOST_TOKENS_PER_BATCH)],
)
def test_tokens_per_batch_follow_the_memory_of_a_gpu(monkeypatch, free, tokens):
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda device: (free, 2**40))
    assert tokens_per_batch(torch.device("cuda"), 384) == tokens
    assert tokens_per_batch(CPU, 384) == TOKENS_PER_BATCH


def test_ahead_gives_all_items_in_order_and_works_one_ahead():
    made = []

    def make():
        for number in range(5):
            made.append(number)
            yield number

    seen = []
    for number in _ahead(make()):
        assert len(made) <= number + 2
        seen.append(number)
    assert seen == list(range(5))
    assert list(_ahead(iter([]))) == []


def test_ahead_hands_on_an_error_where_it_happened():
    def make():
        yield 1
        raise ValueError("the second one")

    items = _ahead(make())
    assert next(items) == 1
    with pytest.raises(ValueError, match="the second one"):
        next(items)


def test_ahead_ends_when_nobody_goes_on():
    items = _ahead(iter(range(1000)))
    next(items)
    items.close()
    assert list(items) == []
