import json

import pytest
import torch

from solutions.app.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from solutions.config import Pooling, TrainingConfig
from solutions.dataset import generate_dataset
from solutions.tasks import Pair
from solutions.trainer import build_model

CLASSES_A, CLASSES_B = ("x", "y", "z"), ("no", "yes")


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
    assert sorted(path.name for path in folder.iterdir()) == ["backbone", "config.json", "heads.safetensors"]


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
        ('{"format": 2}', "format is 2, but must be 1"),
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


@pytest.mark.parametrize("part", ["backbone", "heads.safetensors"])
def test_load_checkpoint_names_a_missing_part(saved, tmp_path, part):
    (saved[0] / part).rename(tmp_path / "away")
    with pytest.raises(OSError, match=f"is not a whole checkpoint: there is no {part} in it"):
        load_checkpoint(saved[0])


def test_load_checkpoint_names_damaged_weights(saved):
    folder = saved[0]
    heads = folder / "heads.safetensors"
    heads.write_bytes(heads.read_bytes()[:-10])
    with pytest.raises(ValueError, match=r"heads.safetensors is damaged"):
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
    with pytest.raises(ValueError, match=r"heads.safetensors"):
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
