"""A training that is killed at any moment goes on to the same end: weights and measures are the same, to the bit."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KILLS = 20
OPTIONS = (
    *("--max-length", 32, "--dataset-size", 80, "--epochs", 120, "--learning-rate", 0.003, "--device", "cpu"),
    *("--unfreeze", "20:1,60:2", "--layer-decay", 0.9, "--weighting", "uncertainty", "--validation-fraction", 0.2),
    *("--warmup-ratio", 0.1, "--max-grad-norm", 1),
)
RESULTS = (".checkpoint/backbone/model.safetensors", ".checkpoint/heads.safetensors", ".graphs/metrics.json")


def run(folder, *command):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in RESULTS}


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_training_killed_twenty_times_at_random_ends_like_one_that_was_left_alone(bert, tmp_path):
    options = ("--backbone", bert, *OPTIONS)
    _, expected = run(tmp_path / "alone", "-m", "solutions", "train", *options)
    out, results = run(tmp_path / "killed", ROOT / "tests" / "killing.py", ".", KILLS, *options)
    trainings = json.loads(out)
    assert sum(map(len, trainings)) == KILLS
    assert all(safe == sorted(safe) for safe in trainings)  # nothing that was safe is lost
    assert len({epochs for safe in trainings for epochs in safe}) > KILLS / 4  # the kills met many moments
    assert results == expected
    assert not (tmp_path / "killed" / ".checkpoint" / "unfinished.safetensors").exists()
