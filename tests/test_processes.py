"""Two processes train as one does. This file is also the program that each of the two runs."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure
from torch.optim import SGD

from solutions import processes
from solutions.app import cli, launch
from solutions.app.checkpoint import load_checkpoint
from solutions.app.snapshots import SnapshotFile
from solutions.app.unfinished import UNFINISHED
from solutions.config import TrainingConfig
from solutions.dataset import MultiTaskDataset, generate_dataset
from solutions.early_stopping import train_with_validation
from solutions.processes import sharing
from solutions.tasks import UNLABELLED
from solutions.trainer import (
    build_criterion,
    build_model,
    cross_validate,
    generated_split,
    token_batches,
    train,
    train_step,
)

ROOT = Path(__file__).parents[1]
SIZES = (1, 2, 7, 8)  # of a batch that two processes share
SENTENCES = 33  # in batches of 8, so that the last one has nothing for the second process

# In double precision: AdamW's first steps are as long for a gradient that is rounding alone as for any other.
CASES = {
    "nothing frozen": {"freeze": "nothing"},
    "cached features": {"freeze": "backbone"},
    "features computed anew": {"freeze": "backbone", "cache_features": False},
    "unfrozen later": {"freeze": "backbone", "unfreeze": ((2, 1), (3, 2)), "layer_decay": 0.5},
    "loss weights learned": {"freeze": "nothing", "weighting": "uncertainty"},
    "labels missing": {"freeze": "nothing", "weighting": "uncertainty"},
    "validation": {"freeze": "backbone", "validation_fraction": 0.2, "patience": 1, "learning_rate": 0.3},
    "everything frozen": {"freeze": "everything"},
    "another start": {"freeze": "nothing"},
}


def dataset_of(case):
    samples = generate_dataset(40).samples[:SENTENCES]
    if case == "labels missing":
        samples = [sample._replace(taskA=UNLABELLED) if row % 3 else sample for row, sample in enumerate(samples)]
    return MultiTaskDataset(samples)


def config_of(case, backbone):
    options = {"learning_rate": 1e-3, "epochs": 3, "batch_size": 8, "max_length": 32, "dropout": 0.0, **CASES[case]}
    return TrainingConfig(backbone=backbone, **options)


def model_of(case, config, rank):
    model = build_model(config).double()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    if case == "another start" and rank:
        nn.init.zeros_(model.projection.weight)
    return model


def train_case(case, backbone, rank=0):
    """Give the history and the weights of a training in which no dropout blurs the comparison."""
    config, dataset = config_of(case, backbone), dataset_of(case)
    model = model_of(case, config, rank)
    with sharing(model):
        if config.validation_fraction:
            validation_set = MultiTaskDataset(generate_dataset(40).samples[SENTENCES:])
            history = train_with_validation(model, dataset, validation_set, config)
        else:
            history = train(model, dataset, config)
    return {"history": history, "weights": model.state_dict()}


def gradients(backbone, size):
    """Give the gradients of one batch, of the learned loss weights too, as the optimizer's step meets them."""
    config = config_of("loss weights learned", backbone)
    model, criterion = model_of("", config, 0), build_criterion(config).double()
    learned = {**dict(model.named_parameters()), **dict(criterion.named_parameters())}
    (batch,) = token_batches(model, MultiTaskDataset(generate_dataset(40).samples[:size]), size)
    with sharing(model):
        train_step(model, batch, criterion, SGD(learned.values(), lr=0.0))
    return {name: parameter.grad for name, parameter in learned.items()}


def train_with_dropout(backbone):
    """Train twice with dropout; give both weights, one output for the same sentence twice, and the random state."""
    config = dataclasses.replace(config_of("nothing frozen", backbone), dropout=0.5, epochs=1)
    weights = []
    for _ in range(2):
        model = build_model(config)
        with sharing(model):
            train(model, dataset_of(""), config)
            output = model(**model.tokenize(["A film.", "A film."]))
        weights.append(model.state_dict())
    return {"weights": weights, "logits": output.taskA_logits.detach(), "state": torch.get_rng_state()}


def show(folder, backbone):
    """Be one of the processes: write what it has found to a file of its own."""
    from accelerate import PartialState

    state = PartialState(cpu=True)
    found = {case: train_case(case, backbone, state.process_index) for case in CASES}
    found["gradients"] = {size: gradients(backbone, size) for size in SIZES}
    found["dropout"] = train_with_dropout(backbone)
    config = config_of("nothing frozen", backbone)
    found["folds"] = cross_validate(generate_dataset(12), dataclasses.replace(config, epochs=1), folds=3)
    torch.save(found, Path(folder) / f"{state.process_index}.pt")


def launched(*arguments, cwd):
    """Start a program in two processes, as a user does, and see what comes of it."""
    options = ("--multi_gpu", "--num_machines", 1, "--mixed_precision", "no", "--dynamo_backend", "no")
    code = "from accelerate.commands.accelerate_cli import main; main()"
    command = [sys.executable, "-c", code, "launch", "--num_processes", 2, "--main_process_port", 0, *options]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*map(str, command), *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def found(bert, tmp_path_factory):
    """What each of the two processes has found."""
    folder = tmp_path_factory.mktemp("processes")
    done = launched(__file__, folder, bert, cwd=folder)
    assert done.returncode == 0, done.stderr
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.parametrize("case", CASES)
def test_two_processes_train_as_one(found, bert, case):
    expected = train_case(case, bert)
    first, second = (each[case] for each in found)
    for name, weights in expected["weights"].items():
        torch.testing.assert_close(
            first["weights"][name], weights, rtol=0, atol=1e-9, msg=lambda m, n=name: f"{n}: {m}"
        )
    assert [epoch["loss"] for epoch in first["history"]] == pytest.approx(
        [epoch["loss"] for epoch in expected["history"]], abs=1e-9
    )
    assert first["history"] == second["history"]
    assert all(torch.equal(second["weights"][name], weights) for name, weights in first["weights"].items())


@pytest.mark.parametrize("size", SIZES)
def test_gradients_are_those_of_the_whole_batch(found, bert, size):
    expected = gradients(bert, size)
    assert expected["log_variances"].abs().min() > 0.1
    for each in found:
        torch.testing.assert_close(each["gradients"][size], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_counts_once(found, bert, case):
    dataset, expected = dataset_of(case), train_case(case, bert)["history"]
    for epoch, alone in zip(found[0][case]["history"], expected, strict=True):
        for task, labels in (
            ("taskA", [s.taskA for s in dataset.samples]),
            ("taskB", [s.taskB for s in dataset.samples]),
        ):
            rows = epoch[task]["confusion_matrix"]
            assert [sum(row) for row in rows] == [labels.count(0), labels.count(1)]
            assert rows == alone[task]["confusion_matrix"]


def test_what_is_compared_has_moved(found, bert):
    for case in CASES:
        before = model_of(case, config_of(case, bert), 0).state_dict()
        after = found[0][case]["weights"]
        moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
        assert bool(moved) == (case != "everything frozen")
        assert ("transformer" in moved) == (
            case not in ("cached features", "features computed anew", "validation") and bool(moved)
        )
    assert 1 < len(found[0]["validation"]["history"]) < 40
    assert all(weight != 1 for weight in found[0]["labels missing"]["history"][-1]["loss_weights"])


def test_processes_drop_out_differently_and_repeat_to_the_bit(found):
    for each in found:
        once, again = each["dropout"]["weights"]
        assert all(torch.equal(once[name], again[name]) for name in once)
        first, second = each["dropout"]["logits"]
        assert not torch.allclose(first, second)
    assert torch.equal(*(each["dropout"]["state"] for each in found))
    assert torch.equal(*(each["dropout"]["logits"] for each in found))


def test_folds_are_those_of_one_process(found, bert):
    assert found[0]["folds"] == found[1]["folds"]
    confusion = [metrics["taskA"]["confusion_matrix"] for metrics in found[0]["folds"]]
    assert [sum(map(sum, matrix)) for matrix in confusion] == [4, 4, 4]


CSV = "sentence,taskA,taskB\n" + "".join(
    f"The {noun} number {number} is {word}.,{a},{b}\n"
    for a, noun in (("tech", "phone"), ("show", "film"))
    for b, word in (("bad", "awful"), ("good", "great"))
    for number in range(5)
)


def test_train_in_two_processes_prints_once_and_writes_one_checkpoint(bert, tmp_path):
    (tmp_path / "mine.csv").write_text(CSV)
    options = ("--epochs", 2, "--max-length", 32, "--batch-size", 3, "--dropout", 0, "--learning-rate", 0.01)
    done = launched(
        "-m", "solutions", "train", "--backbone", bert, "--data", "mine.csv", *options, "--device", "cpu", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [line for line in done.stdout.splitlines() if line.startswith(("Epoch", "Evaluation R", "All"))] == [
        "Epoch 1/2:",
        "Epoch 2/2:",
        "Evaluation Results:",
        "All plots saved to .graphs/, the model to .checkpoint/",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".checkpoint", ".graphs", "mine.csv"]
    load_checkpoint(tmp_path / ".checkpoint")  # whole
    written = {path.name for path in (tmp_path / ".checkpoint").iterdir()}
    assert {"README.md", "backbone", "config.json", "heads.safetensors", "modules.json", "test.csv"} <= written
    assert not {name for name in written if name.startswith(".") or name == UNFINISHED}
    epochs = json.loads((tmp_path / ".graphs" / "metrics.json").read_text())["epochs"]
    assert [sum(map(sum, epoch["taskB"]["confusion_matrix"])) for epoch in epochs] == [16, 16]


def test_an_interrupted_training_goes_on_in_several_processes(bert, tmp_path):
    config = TrainingConfig(backbone=bert, max_length=32, dataset_size=16, epochs=3, learning_rate=0.01, dropout=0.0)
    train_set, test_set = generated_split(config)
    unfinished = tmp_path / ".checkpoint" / UNFINISHED
    unfinished.parent.mkdir()
    snapshots = SnapshotFile(unfinished, config, (train_set, None, test_set), share=1)

    def interrupt(text, metrics):
        if metrics["epoch"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(build_model(config), train_set, config, log=interrupt, snapshots=snapshots)
    done = launched("-m", "solutions", "train", "--resume", "--device", "cpu", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("note: going on after epoch 2 of 3") == 1
    assert done.stdout.count("Epoch 3/3:") == 1
    assert "Epoch 2/3:" not in done.stdout
    assert not unfinished.exists()
    history = train(build_model(config), train_set, config)
    epochs = json.loads((tmp_path / ".graphs" / "metrics.json").read_text())["epochs"]
    assert [epoch["loss"] for epoch in epochs] == pytest.approx([epoch["loss"] for epoch in history], abs=1e-4)


def test_an_error_is_told_once_and_repeated_by_the_launcher(tmp_path):
    done = launched("-m", "solutions", "train", "--epochs", 0, cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    error = "error: epochs is 0, but must be from 1 to 1000000"
    assert lines[0] == error
    assert lines.count(error) == 1
    root_cause = lines[lines.index("Root Cause (first observed failure):") :]
    assert any(line.endswith(error) for line in root_cause)
    assert not list(tmp_path.iterdir())


def test_one_process_needs_no_accelerate(bert, monkeypatch):
    config = config_of("cached features", bert)
    model = model_of("", config, 0)
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with sharing(model):
        train(model, dataset_of(""), config)
    assert processes.count_processes() == 1
    assert launch.join("cpu") == torch.device("cpu")
    launch.leave()


@pytest.mark.parametrize("kind", ["RANK WORLD_SIZE", "OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE"])
@pytest.mark.parametrize(("rank", "size", "helps"), [("1", "2", True), ("0", "2", False), ("0", "1", False)])
def test_is_helper_reads_what_the_launcher_says(monkeypatch, kind, rank, size, helps):
    for name, value in zip(kind.split(), (rank, size), strict=True):
        monkeypatch.setenv(name, value)
    assert launch.is_helper() == helps


@pytest.mark.parametrize(
    ("variables", "device", "error"),
    [
        ({"WORLD_SIZE": "2"}, "cuda:0", "--device is 'cuda:0', but each process takes a device of its own"),
        ({"ACCELERATE_USE_CPU": "True", "MASTER_PORT": "29500"}, None, "has started one process.*give it --multi_gpu"),
    ],
)
def test_join_refuses_what_would_not_be_several_processes(monkeypatch, variables, device, error):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=error):
        launch.join(device)


def test_join_says_how_accelerate_is_installed(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(OSError, match=r'accelerate is not installed, .*"\.\[accelerate\]"'):
        launch.join("cpu")


def test_join_refuses_more_processes_than_gpus(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="2 processes were launched for 1 GPU: launch fewer, or give --device cpu"):
        launch.join(None)


@pytest.mark.parametrize(
    ("rank", "lines"), [("0", ["error: another process has ended, and with it the training"]), ("1", [])]
)
def test_the_first_process_says_that_another_has_ended(monkeypatch, capsys, rank, lines):
    def fail(**_):
        raise RuntimeError("[gloo/transport/tcp/pair.cc:537] Read error: Connection reset by peer.")

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", rank)
    with pytest.raises(SystemExit) as exit:
        cli.main()
    cli.console.quiet = False
    assert exit.value.code == 2
    assert capsys.readouterr().err.splitlines() == lines


@pytest.mark.parametrize(("rank", "told"), [("0", False), ("1", True)])
def test_an_error_is_handed_to_the_launcher_and_told_by_the_first_process_too(monkeypatch, tmp_path, rank, told):
    monkeypatch.setattr(launch, "PATIENCE", 0.0)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", rank)
    assert not launch.is_told_by_launcher("error: no launcher that listens")
    monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(tmp_path / "error.json"))
    assert launch.is_told_by_launcher("error: x is 1") == told
    message = ProcessFailure(local_rank=0, pid=1, exitcode=2, error_file=str(tmp_path / "error.json")).message
    assert message["message"] == "error: x is 1"


def test_other_errors_of_a_single_process_are_no_desertion(monkeypatch):
    assert not launch.is_desertion(RuntimeError("gloo"))
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert launch.is_desertion(RuntimeError("gloo"))
    assert launch.is_desertion(torch.distributed.DistBackendError("NCCL error"))
    assert not launch.is_desertion(torch.OutOfMemoryError("out of memory"))


if __name__ == "__main__":
    show(*sys.argv[1:])
