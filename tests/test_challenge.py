"""The open end: both sides, what the folder tells, what is refused, and what a score says."""

import csv
import io
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from sklearn.metrics import accuracy_score, f1_score

from checks.challenge import division, folder, tables
from checks.challenge.brief import brief
from checks.challenge.folder import open_folder, start
from checks.challenge.looks import LOOKS, read_looks
from checks.challenge.predictions import predict, read_predictions
from checks.challenge.scoring import as_record, score
from checks.challenge.tiers import MEASURED, WORDS, standings
from checks.reports.challenge import scored, started
from docs.generator.data import load
from solutions import published
from solutions.app.beside import Beside
from solutions.app.checkpoint import Checkpoint, save_checkpoint
from solutions.app.csv_files import write_csv
from solutions.backbones import load_backbone
from solutions.confidence import Interval
from solutions.config import TrainingConfig
from solutions.dataset import MultiTaskDataset, Sample, generate_dataset
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.reviews import FILES
from solutions.tasks import TASK_NAMES, UNLABELLED, Pair

QUIET = Console(quiet=True)
fetched_reviews = pytest.mark.skipif(
    not all((published.FETCHED / "reviews" / name).is_file() for name in FILES), reason="the reviews are not fetched"
)
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture(scope="module")
def reviews():
    return division.divide_reviews()


@pytest.fixture
def own(tmp_path):
    """A learner's own sentences, some with a label missing and some that stand there twice."""
    samples = generate_dataset(120, seed=3).samples
    samples += [sample._replace(sentence=f"Again: {sample.sentence}", taskB=UNLABELLED) for sample in samples[:6]]
    samples += [sample._replace(sentence=f"  {sample.sentence.upper()}") for sample in samples[10:40]]
    path = tmp_path / "own.csv"
    write_csv(path, MultiTaskDataset(samples))
    return path


@pytest.fixture
def project(tmp_path, own):
    """A challenge on them."""
    start(tmp_path / "project", str(own), QUIET)
    return tmp_path / "project"


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def truth(project):
    return [{"id": row["id"], "taskA": row["taskA"], "taskB": row["taskB"]} for row in rows_of(project / ".hidden.csv")]


def guesses(project, seed=0):
    """Right in about four of five, with probabilities."""
    rng = random.Random(seed)
    rows = truth(project)
    for row in rows:
        for task, names in (("taskA", ("Technology", "Entertainment")), ("taskB", ("Negative", "Positive"))):
            row[task] = row[task] if rng.random() < 0.8 else names[row[task] == names[0]]
            row[f"{task}_probability"] = f"{rng.uniform(0.5, 1):.3f}"
    return rows


def without_blanks(sentences):
    return {" ".join(sentence.lower().split()) for sentence in sentences}


# Both sides


@fetched_reviews
def test_no_review_and_no_sentence_stands_on_both_sides(reviews):
    train, hidden = reviews
    assert not {sample.review for sample in train.samples} & {sample.review for sample in hidden.samples}
    assert not without_blanks(train.sentences) & without_blanks(hidden.sentences)
    assert len(set(hidden.distribution().values())) == 1
    assert min(train.distribution().values()) >= 0.99 * max(train.distribution().values())


@fetched_reviews
def test_order_of_the_hidden_sentences_says_nothing_about_their_labels(reviews):
    numbers = np.arange(len(reviews.hidden))
    for labels in zip(*(sample.labels for sample in reviews.hidden.samples), strict=True):
        for said in (
            numbers,
            numbers % 2,
            np.array([len(labels), *labels[:-1]]),
        ):  # the last: the label of the one before
            assert abs(np.corrcoef(said[1:], labels[1:])[0, 1]) < 4 / len(labels) ** 0.5


@fetched_reviews
def test_a_division_that_comes_out_in_another_way_is_refused(monkeypatch):
    monkeypatch.setattr(division, "SEED", 1)
    with pytest.raises(ValueError, match="the hidden split differs from that of version 1"):
        division.divide_reviews()


def test_own_sentences_stand_on_one_side(project):
    train, hidden = rows_of(project / "train.csv"), rows_of(project / ".hidden.csv")
    assert not without_blanks(row["sentence"] for row in train) & without_blanks(row["sentence"] for row in hidden)
    assert all(row["taskA"] and row["taskB"] for row in hidden)
    assert sum(row["taskB"] == "" for row in train) == 6
    counts = Counter((row["taskA"], row["taskB"]) for row in hidden)
    assert len(counts) == 4
    assert min(counts.values()) >= 0.15 * 30


def test_own_sentences_that_differ_in_one_task_only_are_refused(tmp_path):
    path = tmp_path / "own.csv"
    same = "".join(f"Sentence {number}.,a,{'xy'[number % 2]}\n" for number in range(8))
    path.write_text(f"sentence,taskA,taskB\n{same}Sentence 1.,b,y\n", encoding="utf-8")
    with pytest.raises(ValueError, match="one class of taskA only"):
        start(tmp_path / "project", str(path), QUIET)
    assert not (tmp_path / "project").exists()


# The folder


@fetched_reviews
def test_start_hides_the_labels_of_reviews(tmp_path, reviews):
    start(tmp_path / "p", "reviews", QUIET)
    assert {path.name for path in (tmp_path / "p").iterdir()} == {
        "train.csv", "test.csv", "README.md", "challenge.json", "looks.json",
    }  # fmt: skip
    test = rows_of(tmp_path / "p" / "test.csv")
    assert [list(row) for row in test[:1]] == [["id", "sentence"]]
    assert [row["id"] for row in test] == [str(number) for number in range(1, len(test) + 1)]
    assert [row["sentence"] for row in test] == reviews.hidden.sentences
    train = rows_of(tmp_path / "p" / "train.csv")
    names = {(sample.sentence, sample.review): sample.labels for sample in reviews.train.samples}
    assert len(train) == len(reviews.train)
    for row in train:
        label_a, label_b = names[row["sentence"], row["review"]]
        assert row["taskA"] == reviews.train.taskA_classes[label_a]
        assert row["taskB"] == reviews.train.taskB_classes[label_b]


@fetched_reviews
def test_reviews_are_scored_from_what_was_fetched_and_not_from_the_folder(tmp_path, reviews):
    start(tmp_path / "p", "reviews", QUIET)
    for name in ("train.csv", "test.csv", "README.md"):
        (tmp_path / "p" / name).unlink()
    about, read = open_folder(tmp_path / "p")
    assert about.are_reviews
    assert read.hidden.samples == reviews.hidden.samples


def test_own_labels_are_in_one_file_only_and_the_brief_says_so(project):
    assert set(rows_of(project / "test.csv")[0]) == {"id", "sentence"}
    assert "`.hidden.csv`" in (project / "README.md").read_text(encoding="utf-8")
    hidden, test = rows_of(project / ".hidden.csv"), rows_of(project / "test.csv")
    assert [row["sentence"] for row in hidden] == [row["sentence"] for row in test]


@pytest.mark.parametrize("name", ["train.csv", "test.csv", "README.md", "challenge.json", "looks.json", ".hidden.csv"])
def test_start_overwrites_nothing(tmp_path, own, name):
    target = tmp_path / "project"
    target.mkdir()
    (target / name).write_text("mine")
    with pytest.raises(OSError, match=f"has {re.escape(name)} already, and nothing is overwritten"):
        start(target, str(own), QUIET)
    assert {path.name: path.read_text() for path in target.iterdir()} == {name: "mine"}


def test_start_leaves_other_files_alone(tmp_path, own):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "notes.txt").write_text("mine")
    start(tmp_path / "project", str(own), QUIET)
    assert (tmp_path / "project" / "notes.txt").read_text() == "mine"


def test_start_that_fails_leaves_nothing(tmp_path, own, monkeypatch):
    monkeypatch.setattr(folder, "brief", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        start(tmp_path / "project", str(own), QUIET)
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "challenge.json is damaged"),
        ('{"version": "1", "data": "own"}', "challenge.json is damaged"),
        ('{"version": 9, "data": "reviews"}', "is not of version 1 of the challenge"),
        ('{"version": 1, "data": "own"}', "is not of version 1 of the challenge"),
        ('{"version": 1, "data": "own", "files": {"/etc/passwd": ""}}', "is not of version 1 of the challenge"),
    ],
)
def test_a_folder_that_is_none_is_refused(project, content, message):
    (project / "challenge.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        open_folder(project)


def test_a_folder_without_a_challenge_is_refused(tmp_path):
    with pytest.raises(OSError, match=r"is no challenge's folder: there is no challenge.json in it"):
        score(tmp_path, None, None)


@pytest.mark.parametrize("name", ["train.csv", ".hidden.csv"])
def test_own_files_that_were_changed_are_refused(project, name):
    with (project / name).open("a", encoding="utf-8") as file:
        file.write("9999,More.,Technology,Positive\n")
    with pytest.raises(ValueError, match="is not as it was written"):
        open_folder(project)


# What is handed in


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_predictions_may_stand_in_any_order(project, delimiter):
    _, (_, hidden) = open_folder(project)
    rows = guesses(project)
    lines = [list(rows[0]), *(row.values() for row in random.Random(1).sample(rows, len(rows)))]
    path = project / "predictions.csv"
    path.write_text("\n".join(delimiter.join(line) for line in lines), encoding="utf-8-sig")
    predicted = read_predictions(path, hidden)
    for task, classes in Pair(hidden.taskA_classes, hidden.taskB_classes).items():
        labels, probabilities = getattr(predicted.classes, task), getattr(predicted.probabilities, task)
        assert [classes[label] for label in labels] == [row[task] for row in rows]
        assert probabilities.tolist() == [float(row[f"{task}_probability"]) for row in rows]


def cell(number, **cells):
    return lambda rows: rows[number].update(cells)


SPOILED = {
    "missing": (lambda rows: rows.pop(4), "1 of 24 ids are missing: 5"),
    "twice": (cell(1, id="1"), "row on line 3: id 1 stands on line 2 already"),
    "unknown": (cell(0, id="77"), "row on line 2: id is '77', but test.csv has 1 to 24"),
    "a float": (cell(0, id="1.0"), "row on line 2: id is '1.0', but test.csv has 1 to 24"),
    "no class": (cell(2, taskA=""), "row on line 4: taskA is '', but must be one of 'Entertainment', 'Technology'"),
    "another case": (cell(2, taskB="positive"), "taskB is 'positive', .* did you mean 'Positive'"),
    "a number": (cell(2, taskB="1"), "row on line 4: taskB is '1', but must be one of 'Negative', 'Positive'$"),
    "not a number": (
        cell(3, taskA_probability="nan"),
        "taskA_probability is 'nan', but the most probable of 2 classes",
    ),
    "no number": (cell(3, taskA_probability=""), "taskA_probability is ''"),
    "percent": (cell(3, taskB_probability="97"), "taskB_probability is '97', .* from 0.5 to 1"),
    "of the other class": (cell(3, taskB_probability="0.2"), "taskB_probability is '0.2', .* from 0.5 to 1"),
    "escapes": (cell(3, taskA="\x1b[31mred\x07"), re.escape(r"taskA is '\x1b[31mred\x07'")),
}


@pytest.mark.parametrize("how", SPOILED)
def test_predictions_that_are_wrong_are_refused_by_row_and_value(project, how):
    spoil, message = SPOILED[how]
    rows = guesses(project)
    assert len(rows) == 24
    spoil(rows)
    write_rows(project / "predictions.csv", rows)
    with pytest.raises(ValueError, match=message):
        score(project, None, None)
    assert read_looks(project) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "id, taskA, taskB must stand once in the header, which is ''"),
        (b"id,taskA\n1,Technology\n", "taskB must stand once in the header, which is 'id,taskA'"),
        (b"id,taskA,taskB,taskB\n", "taskB must stand once in the header"),
        (b"ID,taskA,taskB\n", "id must stand once"),
        (b"id,taskA,taskB\n", "24 of 24 ids are missing: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 14 more"),
        (b"id,taskA,taskB\n1,Technology\n", "row on line 2: 2 fields, but the header has 3"),
        (b'id,taskA,taskB\n1,"Technology\n', "row on line 2: unexpected end of data"),
        (b"id,taskA,taskB\n1,Technolog\xe9,x\n", "line 2: not UTF-8 text"),
    ],
)
def test_files_that_hold_no_predictions_are_refused(project, content, message):
    (project / "predictions.csv").write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(message)):
        score(project, None, None)


def test_predictions_that_are_huge_are_not_read(project, monkeypatch):
    monkeypatch.setattr(tables, "LARGEST_FILE", 5_000)
    (project / "predictions.csv").write_bytes(b"x" * 5_001)
    _, (_, hidden) = open_folder_of(project, monkeypatch)
    with pytest.raises(ValueError, match="has 5,001 bytes, but may have 5,000"):
        read_predictions(project / "predictions.csv", hidden)


def open_folder_of(project, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(tables, "LARGEST_FILE", 10**9)
        return open_folder(project)


@needs_links
@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_predictions_that_are_no_plain_file_are_refused(project, tmp_path, kind):
    path, elsewhere = project / "predictions.csv", tmp_path / "secret.txt"
    elsewhere.write_text("secret")
    {"link": lambda: path.symlink_to(elsewhere), "folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}[kind]()
    with pytest.raises(OSError, match="put the file itself there") as caught:
        score(project, None, None)
    assert "secret" not in str(caught.value)


@needs_links
@pytest.mark.parametrize("name", ["looks.json", "challenge.json", ".hidden.csv", "train.csv"])
def test_links_in_the_folder_are_not_followed(project, tmp_path, name):
    write_rows(project / "predictions.csv", guesses(project))
    elsewhere = tmp_path / "elsewhere"
    (project / name).rename(elsewhere)
    (project / name).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    with pytest.raises(OSError, match=f"{re.escape(name)} is a link"):
        score(project, None, None)
    assert elsewhere.read_bytes() == before


def test_score_needs_one_source(project):
    with pytest.raises(ValueError, match="not both"):
        score(project, project / "a.csv", project / "b")
    with pytest.raises(OSError, match=r"there is no .*predictions.csv; write it, or give"):
        score(project, None, None)


# A checkpoint


@pytest.fixture
def checkpoint(tmp_path, bert):
    """An untrained model whose classes stand in another order than those of the challenge."""
    torch.manual_seed(0)
    model = MultiTaskSentenceTransformer(*load_backbone(bert), max_length=64)
    classes = Pair(("Technology", "Entertainment"), ("Positive", "Negative"))
    save_checkpoint(tmp_path / "checkpoint", Checkpoint(model, TrainingConfig(max_length=64), classes))
    return tmp_path / "checkpoint", model.eval(), classes


def test_predict_gives_the_models_own_classes_by_their_names(project, checkpoint):
    path, model, classes = checkpoint
    _, (_, hidden) = open_folder(project)
    predicted = predict(path, hidden)
    known = Pair(hidden.taskA_classes, hidden.taskB_classes)
    for own, names, labels, sure, allowed in zip(
        model.predict(hidden.sentences), classes, *predicted, known, strict=True
    ):
        assert [allowed[label] for label in labels] == [names[label] for label in own.argmax(dim=-1)]
        torch.testing.assert_close(sure, own.max(dim=-1).values.double())


def test_the_briefs_program_writes_what_the_checkpoint_says(project, checkpoint, monkeypatch):
    path, *_ = checkpoint
    _, both = open_folder(project)
    text = brief(project, both, are_reviews=False)
    program = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    program = program.replace("tutorial.", "solutions.").replace('".checkpoint"', repr(str(path)))
    exec(compile(program, "README.md", "exec"), {})
    written, direct = read_predictions(project / "predictions.csv", both.hidden), predict(path, both.hidden)
    for mine, theirs in zip(
        written.classes + written.probabilities, direct.classes + direct.probabilities, strict=True
    ):
        torch.testing.assert_close(mine, theirs)


@needs_links
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: (path / "config.json").unlink(), "there is no config.json"),
        (lambda path: (path / "backbone/model.safetensors").rename(path / "backbone/pytorch_model.bin"), "safetensors"),
        (lambda path: (path / "backbone/vocab.txt").symlink_to("/etc/passwd"), "vocab.txt is a link"),
        (lambda path: (path / ".partial-undo").mkdir(), "an interrupted training"),
        (lambda path: os.mkfifo(path / "pipe"), "no plain file"),
    ],
)
def test_a_checkpoint_that_is_not_whole_or_leads_elsewhere_is_refused(project, checkpoint, spoil, message):
    path, *_ = checkpoint
    spoil(path)
    _, (_, hidden) = open_folder(project)
    with pytest.raises(OSError, match=message):
        predict(path, hidden)


def test_a_checkpoint_of_other_classes_is_refused(project, tmp_path, checkpoint):
    _, model, _ = checkpoint
    classes = Pair(("Technology", "Sport\x1b"), ("Positive", "Negative"))
    save_checkpoint(tmp_path / "other", Checkpoint(model, TrainingConfig(max_length=64), classes))
    _, (_, hidden) = open_folder(project)
    with pytest.raises(ValueError, match=re.escape(r"taskA has the class 'Sport\x1b', but train.csv has")):
        predict(tmp_path / "other", hidden)


def test_no_checkpoint_is_refused(project, tmp_path):
    with pytest.raises(OSError, match="there is no such folder"):
        score(project, None, tmp_path / "nowhere")


# The score


def expected_calibration_error(right, sure):
    """Guo et al. 2017, equation 3, with ten bins."""
    bins = np.digitize(sure, np.linspace(0, 1, 11), right=True)
    return sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins))


def test_score_measures_as_scikit_learn_does(project):
    rows = guesses(project)
    write_rows(project / "predictions.csv", rows)
    record = as_record(score(project, None, None))
    for task in TASK_NAMES:
        labels, said = ([row[task] for row in some] for some in (truth(project), rows))
        assert record[task]["model"]["mean"] == pytest.approx(accuracy_score(labels, said))
        assert record[task]["macro_f1"] == pytest.approx(f1_score(labels, said, average="macro"))
        right = np.array([label == guess for label, guess in zip(labels, said, strict=True)], dtype=float)
        sure = np.array([float(row[f"{task}_probability"]) for row in rows])
        assert record[task]["calibration_error"] == pytest.approx(expected_calibration_error(right, sure), abs=1e-6)
        assert record[task]["model"]["low"] <= record[task]["model"]["mean"] <= record[task]["model"]["high"]
        train = [row[task] for row in rows_of(project / "train.csv") if row[task]]
        common = min(name for name, count in Counter(train).items() if count == max(Counter(train).values()))
        assert record[task]["majority"]["mean"] == pytest.approx(np.mean([label == common for label in labels]))
    json.dumps(record, allow_nan=False)


def test_probabilities_may_be_left_out(project):
    write_rows(project / "predictions.csv", truth(project))
    found = score(project, None, None).score
    assert found.calibration_error == (None, None)
    assert [task.model for task in found.beside] == [Interval(1.0, 1.0, 1.0)] * 2
    assert found.macro_f1 == (1.0, 1.0)


def test_a_class_of_three_is_measured(tmp_path):
    rng = random.Random(0)
    samples = [Sample(f"Sentence {i} {rng.random()}.", i % 3, i % 2) for i in range(120)]
    write_csv(tmp_path / "own.csv", MultiTaskDataset(samples, ("a", "b", "c"), ("x", "y")))
    start(tmp_path / "p", str(tmp_path / "own.csv"), QUIET)
    rows = [row | {"taskA_probability": 0.333} for row in truth(tmp_path / "p")]
    write_rows(tmp_path / "p" / "predictions.csv", rows)
    found = score(tmp_path / "p", None, None).score
    assert found.beside.taskA.model.mean == 1.0  # a probability that was rounded down changes no class
    assert found.calibration_error.taskA == pytest.approx(2 / 3, abs=1e-3)
    assert found.calibration_error.taskB is None


def beside(model, ahead):
    nothing = Interval(0.0, 0.0, 0.0)
    return Beside(nothing, nothing, Interval(*model), Interval(*ahead))


@pytest.mark.parametrize(
    ("model", "ahead", "reached", "surely"),
    [
        ((0.99, 0.98, 1.0), (0.1, 0.05, 0.2), 3, 3),
        ((0.99, 0.5, 1.0), (0.1, -0.05, 0.2), 3, 0),
        ((0.5, 0.4, 0.6), (0.1, 0.05, 0.2), 1, 1),
        ((0.5, 0.4, 0.6), (0.0, 0.0, 0.0), 0, 0),
        ((0.9696, 0.96, 0.98), (0.1, 0.05, 0.2), 3, 1),  # shown as 0.970, which is the target of task A
    ],
)
def test_a_tier_takes_both_tasks(model, ahead, reached, surely):
    good, bad = beside(model, ahead), beside((0.1, 0.0, 0.2), (-0.1, -0.2, 0.0))
    standing = standings(Pair(good, good), are_reviews=True)
    assert sum(each.reached for each in standing) == reached
    assert sum(each.surely for each in standing) == surely
    assert not any(each.reached for each in standings(Pair(good, bad), are_reviews=True))
    assert [each.tier for each in standings(Pair(good, good), are_reviews=False)] == [WORDS]


def test_targets_are_what_was_measured():
    derived = load("challenge")["derived"]
    named = {f"{name}, {task}": target for name, tier in MEASURED.items() for task, target in tier.targets.items()}
    assert named == derived
    for name, tier in MEASURED.items():
        runs = [row for row in load("challenge")["rows"] if row["setting"] == name]
        reached = [all(row[task] >= target for task, target in tier.targets.items()) for row in runs]
        assert sum(reached) > len(runs) / 2


# Looks


def test_each_look_is_counted_and_the_same_one_once(project):
    for seed, number in ((0, 1), (1, 2), (0, 1), (2, 3)):
        write_rows(project / "predictions.csv", guesses(project, seed))
        report = score(project, None, None)
        assert report.look == number
        assert report.repeated == (seed == 0 and len(report.looks) > 1)
    assert len(read_looks(project)) == 3
    assert [look.taskA for look in read_looks(project)][-1] == report.score.beside.taskA.model.mean


def test_looks_that_are_damaged_or_gone_are_refused_before_anything_is_told(project):
    write_rows(project / "predictions.csv", guesses(project))
    (project / LOOKS).write_text('{"looks": [{}]}')
    with pytest.raises(ValueError, match=r"looks.json is damaged: .*; put it back as it was, or start a new folder"):
        score(project, None, None)
    (project / LOOKS).unlink()
    with pytest.raises(OSError, match=r"looks.json"):
        score(project, None, None)


# The screen


def text_of(*parts, width=80):
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False)
    for part in parts:
        console.print(part(console) if callable(part) else part)
    return page.getvalue()


def test_screens_fit_into_eighty_columns(project):
    write_rows(project / "predictions.csv", guesses(project))
    report = score(project, None, None)._replace(folder=project.relative_to(project.parent), source=project / "x")
    shown = text_of(lambda console: scored(report, console))
    assert re.search(r"bag of words +0\.\d{3} +\(0\.\d{3} to \d\.\d{3}\) +0\.\d{3}", shown)
    assert re.search(r"1 ahead of the bag of words +more +more +(reached, |lacks A)", shown)
    assert "Look 1 at the hidden labels." in shown
    assert "…" not in shown
    assert ".hidden.csv" in text_of(started(project, open_folder(project)[1]), width=200)


def test_a_folder_with_a_strange_name_is_shown_by_its_code(project):
    strange = project.parent / "a\x1b[31mb"
    shown = text_of(started(strange, open_folder(project)[1]), width=300)
    assert "\x1b" not in shown
    assert r"a\x1b[31mb" in shown


def run_checks(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "checks", *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
    )


def test_commands_start_and_score(tmp_path, own):
    done = run_checks("challenge", "start", tmp_path / "p", "--data", own)
    assert (done.returncode, done.stderr) == (0, "")
    assert "24 sentences without" in done.stdout
    write_rows(tmp_path / "p" / "predictions.csv", guesses(tmp_path / "p"))
    done = run_checks("challenge", "score", tmp_path / "p", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    done = run_checks("challenge", "score", tmp_path / "p", "--format", "json")
    record = json.loads(done.stdout)
    assert (record["look"], record["repeated"], record["hidden_sentences"]) == (1, True, 24)
    done = run_checks("challenge", "start", tmp_path / "p")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
