"""The application on real reviews, with validation sets, and what it answers to bad input."""

import json
import sys

import pytest
from rich.console import Console

from solutions.app.cli import main
from solutions.app.sets import all_sentences, divide
from solutions.app.tables import LONGEST_SENTENCE, mistake_lines
from solutions.config import TrainingConfig
from solutions.dataset import stratified_folds
from solutions.mistakes import Mistake

QUIET = Console(quiet=True)


def command(monkeypatch, capsys, *arguments):
    """Run a command in this process: its exit code, output and errors."""
    monkeypatch.setattr(sys, "argv", ["solutions", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.fixture
def train(bert, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        small = ("--backbone", bert, "--max-length", 16, "--dataset-size", 200, "--epochs", 2, "--device", "cpu")
        return command(monkeypatch, capsys, "train", *small, "--learning-rate", "0.01", *arguments)

    return run


def test_train_on_reviews_reports_baselines_calibration_and_mistakes(train, tmp_path, monkeypatch, capsys):
    code, out, err = train("--data", "reviews", "--validation-fraction", "0.2", "--patience", "1")
    assert (code, err) == (0, "")
    for text in ("bag of words", "model ahead by", "temperature, from the validation set", "calibration error with it"):
        assert text in out
    worst = out.partition("The worst mistakes of task B, with their loss:\n")[2].splitlines()[:3]
    assert len([line for line in worst if ", taken for " in line]) == 3
    assert all(len(line.split(": ", 1)[1]) <= LONGEST_SENTENCE for line in worst)
    report = json.loads((tmp_path / ".graphs" / "metrics.json").read_text())
    assert all(epoch["validation_loss"] > 0 for epoch in report["epochs"])
    code, out, _ = command(monkeypatch, capsys, "evaluate", "--device", "cpu")
    assert code == 0
    assert f"Task B - Accuracy: {report['test']['taskB']['accuracy']:.4f}" in out
    code, out, _ = command(monkeypatch, capsys, "predict", "the sound is fine", "--device", "cpu")
    assert json.loads(out)["taskB"]["class"] in ("Negative", "Positive")


def test_train_without_validation_set_calibrates_nothing(train):
    code, out, _ = train("--data", "reviews")
    assert code == 0
    assert "temperature" not in out
    assert "The worst mistakes of task B" in out


def test_train_on_generated_sentences_and_a_csv_with_patience(train, tmp_path):
    code, out, _ = train("--validation-fraction", "0.2", "--patience", "1")
    assert (code, "Validation loss: " in out, "bag of words" in out) == (0, True, False)
    rows = [f"The {noun} {n} is {word}.,{noun},{word}" for n in range(12) for noun in "ab" for word in ("good", "bad")]
    (tmp_path / "own.csv").write_text("sentence,taskA,taskB\n" + "\n".join(rows))
    code, out, _ = train("--data", "own.csv", "--validation-fraction", "0.25", "--patience", "1")
    assert (code, "Validation loss: " in out) == (0, True)


def test_folds_keep_reviews_whole(train):
    dataset = all_sentences(TrainingConfig(data="reviews", dataset_size=200), QUIET)
    tested = []
    for train_set, test_set in stratified_folds(dataset, 4, seed=0):
        assert not {s.group for s in train_set.samples} & {s.group for s in test_set.samples}
        assert len(train_set) + len(test_set) == 200
        tested += test_set.sentences
    assert sorted(tested) == sorted(dataset.sentences)
    code, out, _ = train("--data", "reviews", "--folds", "2")
    assert (code, "over 2 folds" in out) == (0, True)


@pytest.mark.parametrize("options", [{"data": "reviews"}, {"split": "leak-free"}])
def test_no_review_and_no_template_stands_in_two_sets(options):
    sets = divide(TrainingConfig(dataset_size=400, validation_fraction=0.2, **options), QUIET)
    groups = [{sample.group for sample in each.samples} for each in sets]
    assert all(groups)
    assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]


BAD = {
    "--threshold 5": "threshold is 5.0",
    "--threshold=-1": "threshold is -1.0",
    "--dataset-size 100000": "at most",
    "--dataset-size 10": "a positive multiple of 4",
    "--patience 3": "patience is 3",
    "--validation-fraction 0.8": "validation_fraction is 0.8",
    "--split leak-free": "split is 'leak-free'",
    "--folds 1": "folds is 1",
    "--folds 3 --validation-fraction 0.2": "--validation-fraction",
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input_is_one_line(train, arguments):
    code, _, err = train("--data", "reviews", *arguments.split())
    assert code == 2
    assert err.count("\n") == 1
    assert BAD[arguments] in err


def test_reviews_that_are_not_fetched_are_one_line_with_the_command(train, tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.published.FETCHED", tmp_path)
    code, _, err = train("--data", "reviews")
    assert (code, err.count("\n")) == (2, 1)
    assert "python -m solutions fetch reviews" in err


def test_file_called_reviews_needs_its_folder(train, tmp_path):
    (tmp_path / "reviews").write_text("sentence,taskA,taskB\nno label,,\n")
    assert "Hutto & Gilbert" in train("--data", "reviews", "--epochs", "1")[1]
    code, _, err = train("--data", "./reviews")
    assert (code, "line 2" in err) == (2, True)


def test_evaluate_on_reviews_says_what_it_takes(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, _, err = command(monkeypatch, capsys, "evaluate", "--data", "reviews")
    assert (code, err.count("\n")) == (2, 1)
    assert "must be a CSV" in err


def test_long_sentences_are_shortened():
    mistakes = [Mistake("a long word " * 20, 0, 1, 2.5), Mistake("short", 1, 0, 1.0)]
    long, short = mistake_lines(mistakes, ("Negative", "Positive"))
    assert short == "  1.00  Positive, taken for Negative: short"
    assert len(long.split(": ")[1]) <= LONGEST_SENTENCE
    assert long.endswith("…")
