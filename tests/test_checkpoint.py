import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from solutions.app.checkpoint import FORMAT, Checkpoint, load_checkpoint, save_checkpoint
from solutions.config import Pooling, TrainingConfig
from solutions.dataset import generate_dataset
from solutions.tasks import Pair
from solutions.trainer import build_model

CLASSES_A, CLASSES_B = ("x", "y", "z"), ("no", "yes")
STORED = Path(__file__).parent / "data"
PARTS = [
    *("README.md", "backbone", "config.json", "config_sentence_transformers.json", "heads.safetensors", "layer_norm"),
    *("modules.json", "normalize", "pooling", "projection"),
]


@pytest.fixture
def saved(tiny, tmp_path):
    config = TrainingConfig(backbone=tiny, max_length=64, pooling=Pooling.MAX, dim=24)
    model = build_model(config, 3, 2).eval()
    save_checkpoint(tmp_path / "model", Checkpoint(model, config, Pair(CLASSES_A, CLASSES_B)))
    return tmp_path / "model", model, config


def test_checkpoint_comes_back_as_it_was(saved):
    folder, model, config = saved
    loaded = load_checkpoint(folder)
    assert (loaded.config, loaded.classes) == (config, (CLASSES_A, CLASSES_B))
    sentences = generate_dataset(12).sentences
    torch.testing.assert_close(loaded.model.encode(sentences), model.encode(sentences), rtol=0, atol=0)
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[name], tensor), name
    assert not loaded.model.training


def test_checkpoint_needs_nothing_but_its_own_folder(saved, tmp_path):
    folder, _, _ = saved
    description = json.loads((folder / "config.json").read_text())
    description["config"]["backbone"] = "no-such-user/no-such-model"
    (folder / "config.json").write_text(json.dumps(description))
    load_checkpoint(folder.rename(tmp_path / "elsewhere"))


def test_save_checkpoint_replaces_an_earlier_one_and_leaves_nothing_behind(saved):
    folder, model, config = saved
    save_checkpoint(folder, Checkpoint(model, config, Pair(CLASSES_A[::-1], CLASSES_B)))
    assert json.loads((folder / "config.json").read_text())["taskA_classes"] == ["z", "y", "x"]
    assert sorted(path.name for path in folder.iterdir()) == PARTS


def test_save_checkpoint_that_fails_keeps_the_earlier_one(saved, monkeypatch):
    folder, model, config = saved
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("solutions.app.checkpoint.save", full)
    with pytest.raises(OSError, match="no space left"):
        save_checkpoint(folder, Checkpoint(model, config, Pair(CLASSES_A, CLASSES_B)))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_load_checkpoint_says_when_there_is_none(tmp_path):
    with pytest.raises(OSError, match=r"is not a checkpoint: .* make one with the train command"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "config.json cannot be used"),
        ("[]", "config.json cannot be used"),
        ('{"format": 0}', "format is 0, but must be from 1 to 2"),
        ('{"format": "2"}', "format is '2', but must be from 1 to 2"),
        ('{"format": true}', "format is True, but must be from 1 to 2"),
        (
            '{"format": 3}',
            "it has format 3, of a later version of Two Heads, .* up to 2: update it, or",
        ),
        ('{"format": 1, "taskA_classes": "ab"}', "classes are 'ab', but must be a list of two or more names"),
        ('{"format": 1, "taskA_classes": [1, 2]}', "must be a list of two or more names"),
        ("[" * 100_000, "config.json cannot be used"),
        ('{"format": 1}', "config.json cannot be used"),
        (
            '{"format": 1, "taskA_classes": ["a", "b"], "taskB_classes": ["c", "d"], "config": {"epochs": 0}}',
            "epochs is 0",
        ),
    ],
)
def test_load_checkpoint_names_a_damaged_description(saved, text, message):
    folder = saved[0]
    (folder / "config.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "part", ["backbone", "heads.safetensors", "projection/model.safetensors", "layer_norm/model.safetensors"]
)
def test_load_checkpoint_names_a_missing_part(saved, tmp_path, part):
    (saved[0] / part).rename(tmp_path / "away")
    with pytest.raises(OSError, match=f"is not a whole checkpoint: there is no {part} in it"):
        load_checkpoint(saved[0])


@pytest.mark.parametrize("file", ["heads.safetensors", "projection/model.safetensors"])
def test_load_checkpoint_names_damaged_weights(saved, file):
    folder = saved[0]
    weights = folder / file
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ValueError, match=f"{file} is damaged"):
        load_checkpoint(folder)


def test_load_checkpoint_names_a_damaged_backbone(saved):
    weights = saved[0] / "backbone" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ValueError, match=r"backbone is damaged"):
        load_checkpoint(saved[0])


def test_load_checkpoint_names_weights_that_do_not_fit(saved):
    folder = saved[0]
    description = json.loads((folder / "config.json").read_text())
    description["config"]["dim"] = 25
    (folder / "config.json").write_text(json.dumps(description))
    with pytest.raises(ValueError, match=r"the weights do not fit config.json: size mismatch for .*"):
        load_checkpoint(folder)


def test_load_checkpoint_names_weights_that_are_missing_or_too_many(saved):
    folder = saved[0]
    projection = load_file(folder / "projection/model.safetensors")
    save_file({"linear.weight": projection["linear.weight"]}, folder / "projection/model.safetensors")
    save_file(load_file(folder / "heads.safetensors") | {"taskC": torch.ones(1)}, folder / "heads.safetensors")
    with pytest.raises(ValueError, match=r"do not fit config.json: projection.bias, taskC$"):
        load_checkpoint(folder)


def test_load_checkpoint_opens_one_of_an_earlier_version(saved):
    folder, model, _ = saved
    description = json.loads((folder / "config.json").read_text())
    del description["config"]["data"]  # which came later
    description["config"] = dict(sorted(description["config"].items()))  # and stood in another order
    (folder / "config.json").write_text(json.dumps(description))
    loaded = load_checkpoint(folder)
    assert loaded.config.data == ""
    assert all(map(torch.equal, loaded.model.parameters(), model.parameters()))


@pytest.mark.parametrize("stored", [STORED / f"checkpoint-{number}" for number in range(1, FORMAT + 1)], ids=str)
def test_load_checkpoint_opens_a_stored_one_of_every_format(stored):
    model, config, classes = load_checkpoint(stored)
    expected = json.loads((stored / "expected.json").read_text(encoding="utf-8"))
    assert (config.max_length, config.learning_rate, config.seed) == (12, 1e-3, 5)
    assert classes == (("Food", "Show", "Tech"), ("no", "yes"))
    found = [model.encode(expected["sentences"]), *model.predict(expected["sentences"])]
    for mine, theirs in zip(found, [expected["embeddings"], *expected["probabilities"]], strict=True):
        torch.testing.assert_close(mine, torch.tensor(theirs))


def test_saving_what_was_opened_brings_an_earlier_format_up_to_date(tmp_path):
    before = load_checkpoint(STORED / "checkpoint-1")
    save_checkpoint(tmp_path, before)
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))["format"] == FORMAT
    after = load_checkpoint(tmp_path).model.state_dict()
    assert all(torch.equal(after.pop(name), tensor) for name, tensor in before.model.state_dict().items())
    assert not after


@pytest.mark.skipif(os.name == "nt", reason="has no such modes")
def test_save_checkpoint_leaves_files_that_others_may_read_as_the_user_lets_them(saved, tmp_path):
    _, model, config = saved
    before = os.umask(0o027)
    try:
        save_checkpoint(tmp_path / "shared", Checkpoint(model, config, Pair(CLASSES_A, CLASSES_B)))
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "shared").rglob("*") if path.is_file()}
    assert modes == {0o640}
