"""The exported graph: onnxruntime gives what the model gives."""

import copy
import json
import re
from types import SimpleNamespace

import onnx
import onnxruntime
import pytest
import torch
import transformers
from typer.testing import CliRunner

from solutions.app import export
from solutions.app.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from solutions.app.cli import app
from solutions.app.export import Exported, export_onnx, usage
from solutions.config import Pooling, TrainingConfig
from solutions.encoder import inference
from solutions.tasks import Pair
from solutions.trainer import build_model

LONG = "the film " * 100
# Batches of shapes that the exporter has not seen.
BATCHES = [["Yes."], ["The film is superb.", "No.", LONG, "The router, which nobody wanted, is awful."], [LONG] * 9]
CLASSES = Pair(("a", "b", "ü"), ("no", "yes"))


def saved(folder, backbone, pooling=Pooling.MEAN):
    config = TrainingConfig(backbone=backbone, max_length=40, dim=24, pooling=pooling)
    save_checkpoint(folder / "model", Checkpoint(build_model(config, 3, 2), config, CLASSES))
    return folder / "model"


def state(model):
    kinds = [(type(module), module.training) for module in model.modules()]
    gradients = [(parameter.requires_grad, parameter.grad) for parameter in model.parameters()]
    return kinds, gradients, model.transformer.config.to_dict(), model.transformer.config._attn_implementation


@pytest.fixture(scope="module")
def exported(bert, tmp_path_factory):
    """A checkpoint, its graph, and the model before and after it was exported; an export takes seconds."""
    folder = saved(tmp_path_factory.mktemp("exported"), bert)
    trained, path = load_checkpoint(folder), folder.parent / "model.onnx"
    before = copy.deepcopy(trained.model)
    export._write(trained, path)
    return SimpleNamespace(folder=folder, path=path, before=before, model=trained.model)


def assert_equal_results(path, model):
    session = onnxruntime.InferenceSession(path)
    for sentences in BATCHES:
        inputs = model.tokenize(sentences)
        found = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
        with inference(model):
            expected = model(**inputs)
        for ours, theirs in zip(expected, found, strict=True):
            torch.testing.assert_close(torch.from_numpy(theirs), ours, rtol=1e-5, atol=1e-6)


def test_graph_has_free_batch_and_length_and_gives_what_the_model_gives(exported):
    session = onnxruntime.InferenceSession(exported.path)
    assert [(each.name, each.shape) for each in session.get_inputs()] == [
        ("input_ids", ["batch", "seq"]),
        ("attention_mask", ["batch", "seq"]),
    ]
    assert [(each.name, each.shape) for each in session.get_outputs()] == [
        ("embeddings", ["batch", 24]),
        ("taskA_logits", ["batch", 3]),
        ("taskB_logits", ["batch", 2]),
    ]
    assert_equal_results(exported.path, exported.before)


@pytest.mark.parametrize(("backbone", "pooling"), [("bert", Pooling.MAX), ("tiny_mpnet", Pooling.MEAN)])
def test_graph_of_another_model_gives_what_it_gives(request, backbone, pooling, tmp_path):
    folder = saved(tmp_path, request.getfixturevalue(backbone), pooling)
    found = export_onnx(folder, tmp_path / "model.onnx")
    assert_equal_results(tmp_path / "model.onnx", load_checkpoint(folder).model)
    assert (found.size, found.max_length) == ((tmp_path / "model.onnx").stat().st_size, 40)
    assert 0 <= found.difference < 1e-5


def test_graph_knows_the_classes_and_not_the_machine(exported):
    model = onnx.load(exported.path)
    onnx.checker.check_model(model, full_check=True)
    known = {entry.key: entry.value for entry in model.metadata_props}
    assert (json.loads(known["taskA_classes"]), json.loads(known["taskB_classes"])) == (["a", "b", "ü"], ["no", "yes"])
    assert known["max_length"] == "40"
    assert not re.search(rb"site-packages|solutions|\.py\b", exported.path.read_bytes())


def test_export_leaves_the_model_as_it_was(exported):
    assert state(exported.model) == state(exported.before)
    weights = exported.before.state_dict()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in exported.model.state_dict().items())


def test_usage_runs(exported):
    text = usage(exported.folder, exported.path, Exported(0, 0.0, max_length=40))
    assert len(text.splitlines()) == 4
    scope = {"onnxruntime": onnxruntime, "transformers": transformers, "sentences": [LONG, "Yes."]}
    exec(text, scope)
    torch.testing.assert_close(torch.from_numpy(scope["embeddings"]), exported.before.encode([LONG, "Yes."]))


def test_export_command_writes_the_file_and_says_how_to_use_it(distilbert, tmp_path, monkeypatch, capfd):
    model = load_checkpoint(saved(tmp_path, distilbert)).model
    monkeypatch.chdir(tmp_path)
    capfd.readouterr()
    app(["export", "model", "--format", "onnx", "--output", "new/graph.onnx"], standalone_mode=False)
    output, errors = capfd.readouterr()
    assert re.match(r"new/graph.onnx: \d\.\d MiB, at most \de-\d\d from the model\n", output)
    assert "AutoTokenizer.from_pretrained('model/backbone')" in output
    assert errors == ""
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["graph.onnx"]
    assert_equal_results(tmp_path / "new" / "graph.onnx", model)


def test_a_graph_that_computes_something_else_is_not_written(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "LARGEST_DIFFERENCE", -1)
    monkeypatch.setattr(export, "_write", lambda trained, path: path.write_bytes(exported.path.read_bytes()))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"the graph's embeddings differ from the model's by .*; nothing is written"):
        app(["export", str(exported.folder)], standalone_mode=False)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_is_wrong_is_noticed(exported):
    wrong = copy.deepcopy(exported.before)
    with torch.no_grad():
        wrong.taskB_classifier.layers[3].bias.add_(0.01)
    with pytest.raises(ValueError, match=r"taskB_logits differ from the model's by 0.01"):
        export._compare(wrong, exported.path)


def test_export_says_what_is_not_installed(exported, tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.app.arguments.find_spec", lambda name: None if name == "onnxruntime" else name)
    done = CliRunner().invoke(app, ["export", str(exported.folder), "--output", str(tmp_path / "model.onnx")])
    assert isinstance(done.exception, OSError)
    assert re.search(r'onnxruntime is not installed, .* ".\[onnx\]"', str(done.exception))


def test_export_refuses_what_one_file_cannot_hold(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "LARGEST_FILE", 1000)
    with pytest.raises(ValueError, match="more than 2 GiB of weights"):
        export_onnx(exported.folder, tmp_path / "model.onnx")


def test_export_says_that_a_backbone_makes_no_graph(exported, tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise torch.onnx.OnnxExporterError("no such operator\nand a long story")

    monkeypatch.setattr(torch.onnx, "export", fail)
    with pytest.raises(ValueError, match=r"PyTorch cannot make a graph of this backbone: no such operator$"):
        export_onnx(exported.folder, tmp_path / "model.onnx")
