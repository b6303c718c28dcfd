"""The command line as a user meets it: a process with arguments, output and an exit code."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from solutions.app.checkpoint import load_checkpoint
from solutions.app.cli import main
from solutions.config import TrainingConfig

COMMANDS = ("demo", "embed", "similarity", "train", "contrast", "evaluate", "predict")
ROOT = Path(__file__).parents[1]
CSV = "sentence,taskA,taskB\n" + "".join(
    f"The {noun} is {word}.,{a},{b}\n"
    for a, noun in (("tech", "router"), ("show", "film"), ("food", "play"))
    for b, word in (("bad", "awful"), ("good", "superb"))
    for _ in range(5)
)


def environment():
    return {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "PYTHONUTF8": "1",
    }


def solutions(*arguments, cwd, columns=100, **options):
    """Run a command; on the CPU, where results repeat to the bit."""
    device = ["--device", "cpu"] if arguments[0] in COMMANDS and "--device" not in arguments else []
    command = [sys.executable, "-m", "solutions", *map(str, arguments), *device]
    variables = {**environment(), "COLUMNS": str(columns)}
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, encoding="utf-8", **options)


def small(backbone):
    """Arguments of a training that takes a moment."""
    return "--backbone", backbone, "--max-length", 64, "--dataset-size", 40, "--epochs", 2, "--learning-rate", 0.01


@pytest.fixture(scope="module")
def trained(bert, tmp_path_factory):
    """A folder in which `train` was run, and what it printed."""
    folder = tmp_path_factory.mktemp("trained")
    result = solutions("train", *small(bert), cwd=folder)
    assert result.returncode == 0, result.stderr
    return folder, result.stdout


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("command", [(), *((command,) for command in (*COMMANDS, "app", "export", "parts", "tag"))])
def test_help_comes_without_the_heavy_libraries(tmp_path, command):
    code = (
        "import sys; from solutions.app.cli import app; app([*sys.argv[1:], '--help'], standalone_mode=False);"
        "print('loaded:', *(set(sys.modules) & {'torch', 'transformers', 'sklearn', 'matplotlib', 'numpy'}))"
    )
    command_line = [sys.executable, "-c", code, *command]
    result = subprocess.run(command_line, env=environment(), capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout
    assert result.stdout.splitlines()[-1].strip() == "loaded:"


def test_train_prints_the_originals_log_and_saves_everything(trained):
    folder, output = trained
    assert "Epoch 2/2:\nLoss: " in output
    assert "\nTask A - Acc: " in output
    assert "Evaluation Results:\n\nTask A - Accuracy: " in output
    assert output.rstrip().endswith("All plots saved to .graphs/, the model to .checkpoint/")
    assert files(folder) == [
        ".checkpoint/README.md",
        ".checkpoint/backbone/config.json",
        ".checkpoint/backbone/model.safetensors",
        ".checkpoint/backbone/modules.json",
        ".checkpoint/backbone/sentence_bert_config.json",
        ".checkpoint/backbone/tokenizer.json",
        ".checkpoint/backbone/tokenizer_config.json",
        ".checkpoint/config.json",
        ".checkpoint/config_sentence_transformers.json",
        ".checkpoint/heads.safetensors",
        ".checkpoint/layer_norm/config.json",
        ".checkpoint/layer_norm/model.safetensors",
        ".checkpoint/modules.json",
        ".checkpoint/normalize/config.json",
        ".checkpoint/pooling/config.json",
        ".checkpoint/projection/config.json",
        ".checkpoint/projection/model.safetensors",
        ".checkpoint/test.csv",
        ".graphs/confusion_matrices.png",
        ".graphs/metrics.json",
        ".graphs/roc_curves.png",
        ".graphs/training_curves.png",
    ]


def test_contrast_draws_and_measures_before_and_after(bert, tmp_path):
    result = solutions("contrast", *small(bert), "--hard", 1, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Epoch 2/2: loss " in result.stdout
    assert all(name in result.stdout for name in ("before", "after", "alignment", "uniformity", "Spearman"))
    assert files(tmp_path) == [".graphs/contrast.png"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--temperature", 0), "--temperature is 0, --hard is 0, but must be"),
        (("--hard", 400), "count is 400, but some sentence has fewer"),
        (("--hard", -1), "--hard is -1, but must be greater than 0 and at least 0"),
        (("--data", "gaps.csv"), "some sentences lack a label"),
    ],
)
def test_contrast_refuses_what_it_cannot_do(bert, tmp_path, options, message):
    (tmp_path / "gaps.csv").write_text(CSV.replace(",tech,bad", ",,bad"), encoding="utf-8")
    result = solutions("contrast", *small(bert), *options, cwd=tmp_path)
    assert result.returncode == 2
    assert message in " ".join(result.stderr.split())
    assert not (tmp_path / ".graphs").exists()


def test_train_twice_gives_the_same_weights_and_metrics(trained, bert, tmp_path):
    folder, output = trained
    again = solutions("train", *small(bert), cwd=tmp_path)
    assert again.stdout == output
    for name in (".checkpoint/heads.safetensors", ".checkpoint/backbone/model.safetensors", ".graphs/metrics.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_evaluate_finds_the_test_sentences_that_training_held_out(trained, tmp_path):
    folder, output = trained
    result = solutions("evaluate", "--checkpoint", folder / ".checkpoint", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    report = result.stdout.partition("Evaluation complete!")[0]
    assert report.startswith("Evaluation Results:")
    assert report in output
    metrics = json.loads((tmp_path / ".graphs/evaluation/metrics.json").read_text())
    assert metrics["test"] == json.loads((folder / ".graphs/metrics.json").read_text())["test"]


def test_embed_gives_the_same_unit_vectors_on_the_screen_and_in_a_file(trained, tmp_path):
    checkpoint = trained[0] / ".checkpoint"
    sentences = tmp_path / "sentences.txt"
    sentences.write_text("The film is superb.\n\nThe router is [bold]awful[/].\n", encoding="utf-8")
    printed = solutions("embed", "--file", sentences, "--checkpoint", checkpoint, cwd=tmp_path)
    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    assert [line["sentence"] for line in lines] == ["The film is superb.", "The router is [bold]awful[/]."]
    solutions("embed", "--file", sentences, "--checkpoint", checkpoint, "--output", "new/e.npy", cwd=tmp_path)
    saved = np.load(tmp_path / "new/e.npy")
    np.testing.assert_allclose(saved, [line["embedding"] for line in lines], rtol=0, atol=1e-7)
    np.testing.assert_allclose(np.linalg.norm(saved, axis=1), 1, rtol=1e-5)


def test_predict_names_the_classes(trained, tmp_path):
    arguments = ["The film is superb.", "[bold]No[/]", "--checkpoint", trained[0] / ".checkpoint"]
    lines = [json.loads(line) for line in solutions("predict", *arguments, cwd=tmp_path).stdout.splitlines()]
    assert [line["sentence"] for line in lines] == arguments[:2]
    for line in lines:
        assert line["taskA"]["class"] in ("Technology", "Entertainment")
        assert line["taskB"]["class"] in ("Negative", "Positive")
        assert 0.5 <= line["taskB"]["probability"] <= 1


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_embed_stops_quietly_when_its_reader_has_gone(bert, tmp_path):
    command = f"{sys.executable} -m solutions embed --backbone {bert} --max-length 64 a b c d e f g h | head -1"
    pipeline = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], env=environment(), capture_output=True, text=True, cwd=tmp_path
    )
    assert "Traceback" not in pipeline.stderr
    assert "Exception" not in pipeline.stderr


def test_similarity_prints_a_table_for_each_pooling_and_saves_a_heatmap(bert, tmp_path):
    result = solutions(
        "similarity", "The film is superb.", "Yes.", "--backbone", bert, "--max-length", 64, cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert "mean pooling" in result.stdout
    assert "max pooling" in result.stdout
    assert files(tmp_path) == [".graphs/similarity.png"]


def test_train_and_evaluate_on_a_csv_with_more_classes(bert, tmp_path):
    (tmp_path / "data.csv").write_text(CSV)
    result = solutions("train", *small(bert), "--data", "data.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / ".checkpoint/config.json").read_text())["taskA_classes"] == ["food", "show", "tech"]
    (tmp_path / "test.csv").write_text("sentence,taskA,taskB\nThe film.,show,bad\nThe router.,tech,good\n")
    result = solutions("evaluate", "--data", "test.csv", cwd=tmp_path)  # no `food` in it
    assert result.returncode == 0, result.stderr
    assert "Task A - AUC: 0" in result.stdout or "Task A - AUC: 1" in result.stdout
    held_out = solutions("evaluate", cwd=tmp_path)
    assert held_out.returncode == 0, held_out.stderr
    assert (tmp_path / ".checkpoint/test.csv").read_text(encoding="utf-8").count("\n") == 1 + 6


def test_train_cross_validates(bert, tmp_path):
    result = solutions("train", *small(bert), "--folds", 2, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Combined - Accuracy: " in result.stdout
    assert " ± " in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "frobnicate"),
        (["train", "--gamma", "1"], "--gamma"),
        (["train", "--epochs", "many"], "--epochs"),
        (["train", "--epochs", "0"], "epochs is 0"),
        (["train", "--freeze", "tail"], "tail"),
        (["train", "--dataset-size", "10"], "dataset_size is 10, but must be a positive multiple of 4"),
        (["train", "--device", "abacus"], "--device is 'abacus', but this machine has"),
        (["train", "--unfreeze", "top"], "unfreeze is 'top', but must look like"),
        (["train", "--unfreeze", "1:1", "--freeze", "nothing"], "unfreeze"),
        (["train", "--unfreeze", "1:9"], "9 layer groups, but the backbone has 7"),
        (["train", "--unfreeze", "7:1"], "unfreeze is ((7, 1),)"),
        (["train", "--folds", "1"], "folds is 1"),
        (["train", "--folds", "0"], "folds is 0"),
        (["train", "--folds", "2", "--split", "leak-free"], "--split is 'leak-free'"),
        (["train", "--data", "missing.csv"], "missing.csv"),
        (["train", "--data", "bad.csv"], "bad.csv, row on line 3: taskA and taskB are empty"),
        (
            ["train", "--data", "bad.csv", "--split", "leak-free"],
            "split is 'leak-free', but must be 'random' with",
        ),
        (["train", "--backbone", "no-such/model"], "backbone 'no-such/model'"),
        (["train", "--output", "bad.csv/below"], "cannot write to the folder bad.csv"),
        (["train", "--checkpoint", "bad.csv"], "cannot write to the folder bad.csv"),
        (["train", "--backbone", "model", "--checkpoint", "model"], "would overwrite the --backbone"),
        (
            ["train", "--data", "test.csv", "--checkpoint", "."],
            "--data is 'test.csv', which --checkpoint would overwrite",
        ),
        (["embed", "a", "--checkpoint", "model", "--pooling", "max"], "--checkpoint fixes the backbone"),
        (["evaluate", "--checkpoint", "missing"], "missing is not a checkpoint"),
        (["export", "missing"], "missing is not a checkpoint"),
        (["export", "--format", "tflite"], "'tflite'"),
        (["export", "--output", "model.bin"], "--output is 'model.bin', but must end in .onnx"),
        (["export", "--output", "bad.csv/model.onnx"], "cannot write to the folder bad.csv"),
        (["embed"], "give sentences"),
        (["embed", "a", "--file", "bad.csv"], "not both"),
        (["embed", "--file", "missing.txt"], "missing.txt"),
        (["embed", "a", "--output", "e.txt"], "--output is 'e.txt', but must end in .npy"),
        (["similarity", "--output", "bad.csv"], "cannot write to the folder bad.csv"),
        (["parts", "--unfreeze", "3:1"], "unfreeze is ((3, 1),), but must be empty unless freeze is 'backbone'"),
        (["parts", "--freeze", "tail"], "tail"),
        (["demo", "--output", "bad.csv"], "cannot write to the folder bad.csv"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_leaves_no_file(tmp_path, arguments, message):
    (tmp_path / "bad.csv").write_text("sentence,taskA,taskB\nYes.,0,0\nNo.,,\n")
    result = solutions(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert files(tmp_path) == ["bad.csv"]
    assert list(tmp_path.iterdir()) == [tmp_path / "bad.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_an_interrupted_training_leaves_earlier_results_alone(trained, bert, tmp_path):
    checkpoint = trained[0] / ".checkpoint"
    before = load_file(checkpoint / "heads.safetensors")
    command = [
        sys.executable,
        "-m",
        "solutions",
        "train",
        "--device",
        "cpu",
        *map(str, small(bert)),
        "--checkpoint",
        str(checkpoint),
    ]
    arguments = ["--epochs", "100000", "--output", str(tmp_path / "graphs")]
    with subprocess.Popen(
        [*command, *arguments], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if b"Epoch 1/" in line:
                break
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    after = load_file(checkpoint / "heads.safetensors")
    assert all(bool((before[name] == after[name]).all()) for name in before)
    assert not any(path.name.startswith(".partial-") for path in checkpoint.iterdir())
    assert not (tmp_path / "graphs").exists()


def run_here(monkeypatch, folder, *arguments):
    """Run a command in this process; returns its exit code."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["solutions", *map(str, arguments)])
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as exit:
            main()
    finally:
        signal.signal(signal.SIGTERM, handler)
    return exit.value.code or 0


@pytest.mark.parametrize("step", ["measure", "visualize_metrics"])
def test_a_trained_model_outlives_what_comes_after_it(bert, tmp_path, monkeypatch, capsys, step):
    def fail(*arguments):
        raise OSError(f"{step} failed")

    monkeypatch.setattr(f"solutions.app.commands.{step}", fail)
    code = run_here(monkeypatch, tmp_path, "train", *small(bert), "--device", "cpu")
    note = "note: the training is unfinished; --resume goes on from the last snapshot\n"
    assert (code, capsys.readouterr().err) == (2, f"{note}error: {step} failed\n")
    assert load_checkpoint(tmp_path / ".checkpoint").config.epochs == 2
    assert "It has not been evaluated." in (tmp_path / ".checkpoint/README.md").read_text(encoding="utf-8")
    assert not (tmp_path / ".graphs").exists()


def test_an_operator_that_a_device_lacks_is_no_exercise_to_be_done(bert, tmp_path, monkeypatch, capsys):
    def lacks(*arguments):
        raise NotImplementedError("The operator 'aten::x' is not currently implemented for the MPS device.")

    monkeypatch.setattr("solutions.app.commands.load_checkpoint", lacks)
    assert run_here(monkeypatch, tmp_path, "predict", "Yes.") == 2
    error = "error: The operator 'aten::x' is not currently implemented for the MPS device.\n"
    assert capsys.readouterr().err == error
    code = f"from tutorial.__main__ import tell; print('error:', tell(NotImplementedError({error[7:-1]!r})))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == error


def test_drawing_shows_itself_on_a_terminal(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run_here(monkeypatch, tmp_path, "evaluate", "--checkpoint", trained[0] / ".checkpoint") == 0
    assert "Drawing" in capsys.readouterr().err


def test_every_option_of_a_configuration_is_one_of_train_with_its_help_and_its_bounds(tmp_path):
    shown = " ".join(solutions("train", "--help", cwd=tmp_path, columns=300).stdout.replace("│", " ").split())
    for field in dataclasses.fields(TrainingConfig):
        flag = field.metadata["flag"] or f"--{field.name.replace('_', '-')}"
        assert shown.count(f" {flag} ") == 1
        assert all(word in shown for word in f"{field.metadata['help']} {field.metadata['rule'].words}".split())


def test_sentences_with_a_label_for_one_task_only_are_trained_and_evaluated(bert, tmp_path):
    rows = CSV.splitlines()
    gaps = rows[:1]
    for number, row in enumerate(rows[1:]):
        sentence, task_a, task_b = row.split(",")
        gaps.append(f"{sentence},{task_a if number % 3 else ''},{task_b if number % 3 != 1 else ''}")
    (tmp_path / "gaps.csv").write_text("\n".join(gaps))
    for weighting in ("fixed", "uncertainty"):
        options = ("--data", "gaps.csv", "--weighting", weighting, "--batch-size", 1)
        result = solutions("train", *small(bert), *options, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert "Labelled sentences of 30: Task A 20, Task B 20" in result.stdout
        assert "nan" not in result.stdout
    (tmp_path / "a.csv").write_text("sentence,taskA,taskB\nThe film.,show,\nThe router.,tech,\n")
    result = solutions("evaluate", "--data", "a.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Task B - Accuracy: undefined" in result.stdout
    metrics = json.loads((tmp_path / ".graphs/evaluation/metrics.json").read_text())["test"]
    assert metrics["taskA"]["accuracy"] is not None
    assert metrics["taskB"]["accuracy"] is None
    (tmp_path / "twice.csv").write_text("\n".join(gaps + gaps[1:]))
    folds = solutions("train", *small(bert), "--data", "twice.csv", "--folds", 2, cwd=tmp_path)
    assert folds.returncode == 0, folds.stderr


def test_labels_that_look_alike_are_warned_of(bert, tmp_path):
    (tmp_path / "data.csv").write_text(CSV.replace("tech,bad", "Tech,bad"))
    result = solutions("train", *small(bert), "--data", "data.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "warning: data.csv: taskA has the labels 'Tech' (5×), 'tech' (5×): if they are one class" in result.stdout


@pytest.mark.parametrize(("name", "is_folder"), [("config.json", True), ("test.csv", True), ("backbone", False)])
def test_what_stands_in_the_way_of_a_checkpoint_is_refused_before_training(bert, tmp_path, name, is_folder):
    target = tmp_path / "model" / name
    target.parent.mkdir()
    target.mkdir() if is_folder else target.touch()
    result = solutions("train", *small(bert), "--checkpoint", "model", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"model/{name}: there is a {'folder' if is_folder else 'file'} of that name" in result.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_training_goes_on_when_its_reader_has_gone(bert, tmp_path):
    arguments = " ".join(map(str, small(bert)))
    command = f"{sys.executable} -m solutions train {arguments} --device cpu | head -1"
    pipeline = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, text=True, cwd=tmp_path)
    assert pipeline.stderr == ""
    assert load_checkpoint(tmp_path / ".checkpoint").config.epochs == 2
    assert (tmp_path / ".graphs/metrics.json").exists()


def test_an_error_is_shown_on_a_terminal_without_columns_and_for_an_exception_without_words(
    tmp_path, monkeypatch, capsys
):
    assert "epochs is 0" in solutions("train", "--epochs", 0, cwd=tmp_path, columns=0).stderr

    def fail(*arguments):
        raise NotImplementedError

    monkeypatch.setattr("solutions.app.commands.load_checkpoint", fail)
    assert run_here(monkeypatch, tmp_path, "predict", "Yes.") == 2
    assert capsys.readouterr().err == "error: NotImplementedError\n"
