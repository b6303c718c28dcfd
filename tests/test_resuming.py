"""A training goes on from its last snapshot as if nothing had happened, whatever is in it; nothing else goes on."""

import dataclasses
import json
import re
import signal
import sys
import warnings
from errno import ENOSPC
from math import inf

import pytest
import torch
from safetensors.torch import load_file, save_file

from solutions.app.checkpoint import load_checkpoint
from solutions.app.cli import main
from solutions.app.snapshots import SnapshotFile
from solutions.app.unfinished import UNFINISHED
from solutions.config import TrainingConfig
from solutions.dataset import MultiTaskDataset, generate_dataset, stratified_split
from solutions.early_stopping import train_with_validation
from solutions.trainer import build_model, train

SETS = stratified_split(generate_dataset(40), 0.3)


class Killed(BaseException):
    """Ends a training where no `except` catches it."""


@pytest.fixture
def config(bert):
    return TrainingConfig(backbone=bert, max_length=16, batch_size=8, epochs=5, learning_rate=1e-2)


def begin(config, path, dtype=torch.float32, resume=False, killed_in=None, sets=SETS, log=lambda *_: None):
    """Train as the application does, and be killed in the log of an epoch, before its snapshot."""

    def listen(text, metrics):
        log(text, metrics)
        if metrics["epoch"] == killed_in and "Epoch" in text:
            raise Killed

    model = build_model(config).to(dtype)
    snapshots = SnapshotFile(path, config, sets, resume, share=1.0)
    if config.validation_fraction:
        history = train_with_validation(model, *sets, config, listen, snapshots=snapshots)
    else:
        history = train(model, sets[0], config, listen, snapshots=snapshots)
    return model, history, torch.get_rng_state()


def same(one, other):
    (model, history, random), (other_model, other_history, other_random) = one, other
    assert history == other_history
    assert torch.equal(random, other_random)
    for (name, weights), (_, others) in zip(model.state_dict().items(), other_model.state_dict().items(), strict=True):
        assert weights.dtype == others.dtype, name
        assert torch.equal(weights, others), name
    frozen, others = ([weights.requires_grad for weights in each.parameters()] for each in (model, other_model))
    assert frozen == others
    assert [each.training for each in model.modules()] == [each.training for each in other_model.modules()]


TRAININGS = {
    "the defaults": {},
    "every epoch through the backbone": {"cache_features": False},
    "learned loss weights": {"weighting": "uncertainty", "weighting_learning_rate": 0.1},
    "unfreezing": {"unfreeze": ((2, 1), (4, 3)), "layer_decay": 0.5},
    "unfreezing, then freezing again": {"unfreeze": ((2, 3), (4, 0))},
    "nothing frozen": {"freeze": "nothing", "layer_decay": 0.5, "weight_decay": 0.1},
    "a frozen head": {"freeze": "head-a"},
    "everything frozen": {"freeze": "everything"},
    "clipped and warmed up": {"freeze": "nothing", "max_grad_norm": 0.1, "warmup_ratio": 0.3},
    "validation": {"validation_fraction": 0.3},
    "validation that gets worse": {"validation_fraction": 0.3, "freeze": "nothing", "learning_rate": 1.0},
    "unfreezing after the best epoch": {"validation_fraction": 0.3, "learning_rate": 0.03, "unfreeze": ((4, 1),)},
    "patience": {"validation_fraction": 0.3, "freeze": "nothing", "learning_rate": 1.0, "epochs": 9, "patience": 2},
}


@pytest.mark.parametrize("name", TRAININGS)
def test_training_that_is_killed_in_every_epoch_ends_like_one_that_is_not(config, tmp_path, name):
    config = dataclasses.replace(config, **TRAININGS[name])
    expected = begin(config, tmp_path / "alone")
    for epoch in range(2, len(expected[1]) + 1):  # each life is one epoch longer, and comes one epoch further
        with pytest.raises(Killed):
            begin(config, tmp_path / "snapshot", resume=epoch > 2, killed_in=epoch)
    same(begin(config, tmp_path / "snapshot", resume=True), expected)
    if not config.patience:  # the last snapshot is that of the end: nothing is left to train
        same(begin(config, tmp_path / "snapshot", resume=True, killed_in=config.epochs), expected)


def test_trainings_of_the_tests_do_what_they_are_called(config, tmp_path):
    """The best epoch is the last one nowhere that matters, and patience ends before the epochs do."""
    best = {}
    for name in ("validation that gets worse", "unfreezing after the best epoch", "patience"):
        several = dataclasses.replace(config, **TRAININGS[name])
        losses = [epoch["validation_loss"] for epoch in begin(several, tmp_path / "snapshot")[1]]
        best[name] = losses.index(min(losses)) + 1, len(losses)
    assert best["validation that gets worse"][0] < 5
    assert best["unfreezing after the best epoch"][0] < 4
    assert best["patience"][1] < 9


def test_training_in_bfloat16_goes_on_in_bfloat16(config, tmp_path):
    config = dataclasses.replace(config, freeze="nothing", learning_rate=0.1)
    expected = begin(config, tmp_path / "alone", torch.bfloat16)
    with pytest.raises(Killed):
        begin(config, tmp_path / "snapshot", torch.bfloat16, killed_in=3)
    same(begin(config, tmp_path / "snapshot", torch.bfloat16, resume=True), expected)
    assert {weights.dtype for weights in expected[0].parameters()} == {torch.bfloat16}
    with pytest.raises(ValueError, match="the type of its weights"):
        begin(config, tmp_path / "snapshot", torch.float32, resume=True)


def test_snapshots_change_nothing_of_a_training(config, tmp_path):
    for options in ({}, TRAININGS["unfreezing after the best epoch"]):
        several = dataclasses.replace(config, **options)
        model = build_model(several)
        if several.validation_fraction:
            history = train_with_validation(model, *SETS, several)
        else:
            history = train(model, SETS[0], several)
        same((model, history, torch.get_rng_state()), begin(several, tmp_path / "snapshot"))


def test_snapshot_keeps_what_has_trained_and_no_more(config, tmp_path):
    def kept(**options):
        begin(dataclasses.replace(config, epochs=2, **options), tmp_path / "snapshot")
        return {name.split("/")[1].partition(".")[0] for name in load_file(tmp_path / "snapshot") if "model/" in name}

    heads = {"projection", "layer_norm", "taskA_classifier", "taskB_classifier", ""}
    assert kept() == heads
    assert kept(unfreeze=((2, 1),)) == {*heads, "transformer"}
    assert kept(freeze="everything") == {""}
    names = {name for name in load_file(tmp_path / "snapshot") if name.startswith("optimizer/") and "exp" in name}
    assert names == set()


def test_snapshots_take_their_share_of_the_time(config, tmp_path, monkeypatch):
    clock, written = [0.0], []
    monkeypatch.setattr("solutions.app.snapshots.perf_counter", lambda: clock[0])

    def write(path, _):
        written.append(clock[0])
        clock[0] += 0.5

    monkeypatch.setattr("solutions.app.snapshots.replace_file", write)
    snapshots = SnapshotFile(tmp_path / "snapshot", config, SETS, share=0.05)

    def log(text, metrics):
        clock[0] += 1.0

    config = dataclasses.replace(config, epochs=40, freeze="everything")
    train(build_model(config), SETS[0], config, log, snapshots=snapshots)
    assert written == [1.0, 11.5, 22.0, 32.5]  # 0.5 s of every 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": {"dropout": 0.1}}, "it is of another configuration"),
        ({"sets": (SETS[0], SETS[1].subset(range(4)))}, "the sentences have changed"),
        ({"sets": (SETS[0], None)}, "the sentences have changed"),
        ({"sets": (MultiTaskDataset(SETS[0].samples, ("x", "y"), SETS[0].taskB_classes), SETS[1])}, "the sentences"),
    ],
)
def test_snapshot_of_another_training_is_refused(config, tmp_path, change, message):
    begin(config, tmp_path / "snapshot")
    config = dataclasses.replace(config, **change.pop("config", {}))
    with pytest.raises(ValueError, match=f"snapshot cannot be resumed: {message}.*; train without --resume"):
        begin(config, tmp_path / "snapshot", resume=True, **change)


def test_snapshot_of_another_backbone_is_refused_where_it_was_frozen(config, tmp_path, monkeypatch):
    begin(config, tmp_path / "snapshot")

    def other(config, build=build_model):
        model = build(config)
        with torch.no_grad():
            next(model.transformer.parameters())[0] += 1e-6
        return model

    monkeypatch.setitem(globals(), "build_model", other)
    with pytest.raises(ValueError, match="the backbone has changed since"):
        begin(config, tmp_path / "snapshot", resume=True)


def test_training_a_trained_model_again_warns_where_a_schedule_starts_anew(config):
    model = build_model(config)
    unfreezing = dataclasses.replace(config, unfreeze=((2, 1),), epochs=2)
    with pytest.raises(ValueError, match="unfreezes 9"):
        train(model, SETS[0], dataclasses.replace(unfreezing, unfreeze=((1, 9),)))
    for again in (unfreezing, config, config):  # the first is the first; the others have no schedule
        train(model, SETS[0], again)
    for options in ({"unfreeze": ((2, 1),)}, {"warmup_ratio": 0.1}):
        with pytest.warns(UserWarning, match=f"trained before, and the schedule of {next(iter(options))} starts anew"):
            train(model, SETS[0], dataclasses.replace(config, **options))


def test_training_goes_on_from_an_epoch_that_has_no_snapshot_of_a_layer_that_is_frozen_again(config, tmp_path):
    config = dataclasses.replace(config, unfreeze=((2, 1), (3, 0)), epochs=4, learning_rate=0.01)
    expected = begin(config, tmp_path / "alone")

    class Sparing(SnapshotFile):
        """Leaves the second snapshot out, as it would if epochs were short."""

        def save(self, history):
            self._next = inf if len(history) == 2 else 0.0
            super().save(history)

    model = build_model(config)

    def listen(text, metrics):
        if metrics["epoch"] == 4:
            raise Killed

    with pytest.raises(Killed):
        train(model, SETS[0], config, listen, snapshots=Sparing(tmp_path / "snapshot", config, SETS))
    same(begin(config, tmp_path / "snapshot", resume=True), expected)


def test_a_full_disk_keeps_the_last_snapshot(config, tmp_path, monkeypatch):
    def full(file):
        raise OSError(ENOSPC, "No space left on device")

    with pytest.raises(Killed):
        begin(config, tmp_path / "snapshot", killed_in=2)
    before = (tmp_path / "snapshot").read_bytes()
    monkeypatch.setattr("solutions.app.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        begin(config, tmp_path / "snapshot")
    assert (tmp_path / "snapshot").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot"]


def test_a_model_whose_training_was_interrupted_goes_on_without_a_warning(config, tmp_path):
    config = dataclasses.replace(config, unfreeze=((1, 1),))
    model = build_model(config)

    def listen(text, metrics):
        if metrics["epoch"] == 2:
            raise Killed

    snapshots = SnapshotFile(tmp_path / "snapshot", config, SETS, share=1.0)
    with pytest.raises(Killed):
        train(model, SETS[0], config, listen, snapshots=snapshots)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(model, SETS[0], config, snapshots=SnapshotFile(tmp_path / "snapshot", config, SETS, resume=True))


def test_loaded_checkpoint_counts_as_trained(command, tmp_path):
    assert command("--epochs", 1)[0] == 0
    assert load_checkpoint(tmp_path / ".checkpoint").model.trained


def test_training_that_goes_on_warns_of_nothing(config, tmp_path):
    config = dataclasses.replace(config, **TRAININGS["unfreezing"])
    with pytest.raises(Killed):
        begin(config, tmp_path / "snapshot", killed_in=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        begin(config, tmp_path / "snapshot", resume=True)


@pytest.fixture
def command(bert, tmp_path, monkeypatch, capsys):
    """A function that runs `train` in this process, and gives its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments, killed_in=None):
        def listen(console):
            def log(text, metrics):
                console.print(text)
                if metrics["epoch"] == killed_in and "Epoch" in text:
                    raise KeyboardInterrupt

            return log

        monkeypatch.setattr("solutions.app.commands.log_to", listen)
        small = [] if "--resume" in arguments else ["--backbone", bert, "--max-length", 16, "--dataset-size", 40]
        monkeypatch.setattr(sys, "argv", ["solutions", "train", *map(str, [*small, *arguments, "--device", "cpu"])])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    yield run
    signal.signal(signal.SIGTERM, handler)


SLOW = ("--epochs", 4, "--learning-rate", 0.01, "--unfreeze", "2:1")


def test_interrupted_command_says_how_to_go_on_and_goes_on(command, bert, tmp_path):
    assert command(*SLOW, "--checkpoint", "alone", "--output", "alone")[0] == 0
    code, _, err = command(*SLOW, killed_in=3)
    assert (code, err) == (130, "note: the training is unfinished; --resume goes on from the last snapshot\n")
    assert [path.name for path in (tmp_path / ".checkpoint").iterdir()] == [UNFINISHED]
    code, out, err = command("--resume")
    assert code == 0
    assert re.fullmatch(r"note: going on after epoch [12] of 4\n", err)
    assert "Epoch 4/4" in out
    assert "Epoch 1/4" not in out
    for name in (".checkpoint/heads.safetensors", ".checkpoint/backbone/model.safetensors", ".graphs/metrics.json"):
        alone = tmp_path / "alone" / name.partition("/")[2]
        assert (tmp_path / name).read_bytes() == alone.read_bytes(), name
    assert not (tmp_path / ".checkpoint" / UNFINISHED).exists()
    assert command("--resume")[0] == 2  # there is nothing to go on with by now


def test_interrupted_training_is_replaced_by_a_fresh_one_with_a_word(command, tmp_path):
    assert command(*SLOW, killed_in=3)[0] == 130
    before = (tmp_path / ".checkpoint" / UNFINISHED).read_bytes()
    code, _, err = command(*SLOW, killed_in=1)  # there may be a mistake in it: the old one is still there
    assert code == 130
    assert (tmp_path / ".checkpoint" / UNFINISHED).read_bytes() == before
    assert err.startswith(f"note: .checkpoint/{UNFINISHED} holds an interrupted training")
    assert command(*SLOW, "--seed", 1)[0] == 0
    assert not (tmp_path / ".checkpoint" / UNFINISHED).exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--epochs", 9), "--epochs 9 was given, but it is --epochs 4 in the training that --resume continues: leave"),
        (("--epochs", 6), "--epochs 6 was given, but it is --epochs 4 in"),  # the default, but given
        (("--unfreeze", "2:1,3:2"), "--unfreeze 2:1,3:2 was given, but it is --unfreeze 2:1 in"),
        (("--freeze", "nothing"), "--freeze nothing was given, but it is --freeze backbone in"),
        (("--no-cache-features",), "--no-cache-features was given, but it is --cache-features in"),
        (("--folds", 3), "--resume goes on with one training, but --folds starts several"),
        (("--checkpoint", "elsewhere"), "there is no interrupted training to resume: no file elsewhere"),
    ],
)
def test_resume_refuses_what_contradicts_the_interrupted_training(command, options, message):
    assert command(*SLOW, killed_in=3)[0] == 130
    code, out, err = command("--resume", *options)
    assert (code, out) == (2, "")
    assert re.match(f"error: {message}", err), err
    assert err.count("\n") == 1
    assert command("--resume", *SLOW)[0] == 0  # the same once more


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-1000])


def of_the_future(path):
    save_file(load_file(path), path, {"format": "99"})


def of_another_option(path):
    save_file(load_file(path), path, {"format": "1", "config": json.dumps({"gamma": 1})})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b"nothing"), "cannot be resumed: .*[Hh]eader"),
        (cut_off, "cannot be resumed: .*[Mm]etadata"),
        (of_the_future, "cannot be resumed: format is '99', but must be '1'"),
        (of_another_option, "cannot be resumed: unknown configuration field: gamma"),
        (lambda path: save_file(load_file(path), path), "cannot be resumed: format is None"),
    ],
)
def test_damaged_snapshot_is_one_line_and_exit_code_2(command, tmp_path, damage, message):
    assert command(*SLOW, killed_in=3)[0] == 130
    damage(tmp_path / ".checkpoint" / UNFINISHED)
    code, out, err = command("--resume")
    assert (code, out) == (2, "")
    assert re.match(f"error: .checkpoint/{UNFINISHED} {message}.*; train without --resume\n", err), err


def test_changed_sentences_are_refused(command, tmp_path):
    rows = [f"The {noun} {n} is {word}.,{noun},{word}" for noun in "ab" for word in "xy" for n in range(10)]
    (tmp_path / "own.csv").write_text("\n".join(["sentence,taskA,taskB", *rows]), encoding="utf-8")
    assert command("--data", "own.csv", "--epochs", 3, killed_in=2)[0] == 130
    (tmp_path / "own.csv").write_text("\n".join(["sentence,taskA,taskB", *rows[:-1], "New.,b,y"]), encoding="utf-8")
    code, _, err = command("--resume")
    assert code == 2
    assert "cannot be resumed: the sentences have changed since; train without --resume" in err


def test_training_that_was_killed_while_it_was_evaluated_can_still_be_evaluated(command, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError("no more")

    with monkeypatch.context() as patched:
        patched.setattr("solutions.app.commands.measure", fail)
        assert command(*SLOW)[0] == 2
    code, out, _ = command("--resume")
    assert code == 0
    assert "Evaluation complete" in out
    assert (tmp_path / ".graphs" / "metrics.json").exists()
