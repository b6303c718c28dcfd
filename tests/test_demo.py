"""The demonstration on the real encoder, as a process: what it claims on the screen must be in its numbers."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from rich.console import Console

from solutions.app.demo import Remembering, _fit, _show_reviews
from solutions.config import TrainingConfig
from solutions.dataset import generate_dataset, stratified_split
from solutions.trainer import build_model, generated_split, run


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "graphs"
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "COLUMNS": "120",
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "solutions", "demo", "--output", str(folder), "--device", "cpu"]
    result = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    return folder, result.stdout, json.loads((folder / "metrics.json").read_text())


def test_demo_speaks_before_it_loads_anything(tmp_path):
    code = (
        "import sys; from solutions.app import cli\n"
        "def said(text, *_, **__): print(text, sorted({'torch', 'transformers'} & set(sys.modules))); sys.exit()\n"
        "cli.console.print = said; cli.app(['demo'], standalone_mode=False)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.stdout == "Loading PyTorch and the pretrained encoder... []\n"


def test_remembered_transformer_changes_no_result(bert):
    config = TrainingConfig(backbone=bert, max_length=64, dataset_size=40, epochs=2, learning_rate=1e-2)
    backbone = Remembering(build_model(config).transformer)
    runs = [_fit(config, backbone, torch.device("cpu")) for _ in range(2)]
    plain = run(config, *generated_split(config))
    for history, metrics in runs:
        assert history == plain.history
        assert metrics["overall"] == plain.metrics["overall"]


def test_remembered_transformer_runs_once_on_a_batch():
    calls = []

    class Counting(torch.nn.Module):
        config = None

        def forward(self, input_ids, attention_mask):
            calls.append(input_ids)
            return input_ids * 2

    remembering = Remembering(Counting())
    for ids in ([[1, 2]], [[1, 2]], [[1], [2]], [[3, 2]]):
        ids = torch.tensor(ids)
        assert torch.equal(remembering(input_ids=ids, attention_mask=torch.ones_like(ids)), ids * 2)
    assert [call.tolist() for call in calls] == [[[1, 2]], [[1], [2]], [[3, 2]]]


def test_demo_writes_its_figures(demo):
    figures = ["confusion_matrices.png", "roc_curves.png", "training_curves.png"]
    expected = [
        "metrics.json",
        "similarity.png",
        *(f"{run}/{name}" for run in ("original", "faster") for name in figures),
    ]
    assert sorted(path.relative_to(demo[0]).as_posix() for path in demo[0].rglob("*.*")) == sorted(expected)


def test_demo_shows_that_mean_pooling_tells_s3_apart_better(demo):
    mean, maximum = demo[2]["similarity"]["mean pooling"], demo[2]["similarity"]["max pooling"]
    assert max(range(1, 6), key=lambda other: mean[0][other]) == 2
    assert mean[0][2] - mean[0][4] > maximum[0][2] - maximum[0][4]
    assert mean[0][2] - mean[0][5] > maximum[0][2] - maximum[0][5]
    assert "With mean pooling the closest to S1 is S3" in demo[1]


def test_demo_counts_the_parameters(demo):
    assert re.search(r"transformer .* 22,565,376", demo[1])  # of all-MiniLM-L6-v2, without its pooler
    assert "share 22,763,520 parameters; head A adds 131,842 of its own, head B 131,842." in demo[1]


def test_demo_trains_twice_on_both_splits(demo):
    runs = {(run["settings"], run["split"]): run for run in demo[2]["trainings"]}
    assert set(runs) == {(settings, split) for settings in ("original", "faster") for split in ("random", "leak-free")}
    for split in ("random", "leak-free"):
        first, second = runs["original", split], runs["faster", split]
        assert second["epochs"][-1]["loss"] < first["epochs"][-1]["loss"]
        assert second["test"]["overall"]["combined_accuracy"] > first["test"]["overall"]["combined_accuracy"]
    assert demo[1].count("Epoch 6/6:") == 2


def test_demo_counts_the_leaked_sentences(demo):
    train, test = stratified_split(generate_dataset(1000))
    leaked = sum(sentence in train.sentences for sentence in test.sentences)
    assert f"{leaked} of the 200 test sentences also stand in training" in " ".join(demo[1].split())


def test_demo_compares_the_model_with_the_baselines_on_real_reviews(demo):
    measured = demo[2]["reviews"]
    assert set(measured) == {"taskA", "taskB"}
    for task in measured.values():
        assert all(row["low"] <= row["mean"] <= row["high"] for row in task.values())
        assert task["majority"]["mean"] < task["bag_of_words"]["mean"]
        assert task["ahead"]["mean"] == pytest.approx(task["model"]["mean"] - task["bag_of_words"]["mean"])
        assert "{mean:.2f}  ({low:.2f} to {high:.2f})".format(**task["model"]) in demo[1]
    assert measured["taskA"]["ahead"]["low"] > 0
    assert "leaves out 0: the model is better." in " ".join(demo[1].split())


def test_demo_says_how_to_get_the_reviews_where_they_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.published.FETCHED", tmp_path)
    console = Console(file=io.StringIO(), width=80)
    assert _show_reviews(torch.device("cpu"), console) is None
    said = console.file.getvalue()
    assert said.count("\n") == 1
    assert "python -m solutions fetch reviews" in said
