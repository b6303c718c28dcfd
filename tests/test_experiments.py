"""The evidence: what is recorded was measured by these scripts, completely, and comes out again."""

import json
import random
import statistics
import types

import pytest
import torch
from rich.console import Console

from docs.experiments import EXPERIMENTS, runner
from docs.experiments.__main__ import main
from docs.experiments.general import drift, found_paraphrases, related_and_unrelated
from docs.experiments.noise import SHARE, missing_words, typos, with_noise
from docs.experiments.pooling import cls_pool, neighbours
from docs.generator.data import load, value
from solutions.dataset import MultiTaskDataset, Sample

every_experiment = pytest.mark.parametrize("name", EXPERIMENTS)
QUIET = Console(quiet=True)


@every_experiment
def test_record_is_of_this_script(name):
    assert load(name)["fingerprint"] == runner.fingerprint(name), f"run: python -m docs.experiments {name}"


@every_experiment
def test_record_is_complete(name):
    record, module = load(name), runner.load(name)
    done = [(row["seed"], row["setting"]) for row in record["rows"]]
    assert done == [(seed, setting) for seed in module.SEEDS for setting in module.SETTINGS]
    assert len(module.SEEDS) >= 3
    assert {"date", "machine", "minutes"} <= set(record)
    assert "torch" in record["versions"]


@every_experiment
def test_summary_follows_from_the_runs(name):
    record = load(name)
    rows = [row for row in record["rows"] if row["setting"] == record["rows"][0]["setting"]]
    for measure, spread in record["summary"][rows[0]["setting"]].items():
        values = [row[measure] for row in rows if measure in row]
        if isinstance(values[0], list):
            continue
        assert spread["mean"] == pytest.approx(statistics.fmean(values), abs=1e-5)
        if len(values) > 1:
            assert spread["sd"] == pytest.approx(statistics.stdev(values), abs=1e-5)
    derive = getattr(runner.load(name), "derive", lambda summary: {})
    assert derive(record["summary"]) == pytest.approx(record["derived"])


@pytest.mark.parametrize(
    ("name", "setting", "measure"),
    [
        ("pooling", "mean", "s1_s3"),
        ("leakage", "random split, 0.001", "taskB"),
        ("head_dropout", "0.9", "taskA"),
        ("real_models", "bag of words", "taskB"),
    ],
)
def test_runs_come_out_again(name, setting, measure):
    module = runner.load(name)
    (recorded,) = (row for row in load(name)["rows"] if (row["seed"], row["setting"]) == (0, setting))
    # Another processor rounds differently: a sentence of two hundred may fall on the other side.
    assert module.measure(0, **module.SETTINGS[setting])[measure] == pytest.approx(recorded[measure], abs=0.011)


def test_all_runs_together_take_less_than_four_hours():
    assert sum(load(name)["minutes"] for name in EXPERIMENTS) < 240


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """An experiment of two settings and two seeds that can be told to fail."""
    module = types.ModuleType("toy", "Does it work?\n\nMore.")
    module.SEEDS, module.SETTINGS, module.calls, module.broken = range(2), {"a": {"x": 1}, "b": {"x": 2}}, [], None
    module.stop_after = None

    def measure(seed, x):
        if (seed, x) == module.broken or len(module.calls) == module.stop_after:
            module.stop_after = None
            raise KeyboardInterrupt
        module.calls.append((seed, x))
        return {"score": seed + x, "curve": [seed, x]}

    module.measure = measure
    monkeypatch.setattr(runner, "load", lambda name: module)
    monkeypatch.setattr(runner, "fingerprint", lambda name: "the same")
    monkeypatch.setattr(runner, "DATA", tmp_path / "data")
    monkeypatch.setattr(runner, "UNFINISHED", tmp_path / "unfinished")
    module.data = tmp_path / "data" / "toy.json"
    return module


def test_runner_summarizes(toy):
    runner.run("toy", QUIET)
    record = json.loads(toy.data.read_text())
    assert record["question"] == "Does it work?"
    assert record["summary"]["b"]["score"] == {"mean": 2.5, "sd": 0.707107, "min": 2.0, "max": 3.0, "runs": 2}
    assert record["summary"]["a"]["curve"]["mean"] == [0.5, 1.0]


def test_summary_leaves_words_out():
    rows = [{"setting": "a", "seed": 0, "took": 1.0, "score": 2, "words": ["a", "cat"]}]
    assert list(runner.summarize(rows)["a"]) == ["score"]


def test_runner_goes_on_where_it_was_interrupted(toy):
    toy.broken = (1, 1)
    with pytest.raises(KeyboardInterrupt):
        runner.run("toy", QUIET)
    assert not toy.data.exists()
    toy.broken = None
    runner.run("toy", QUIET)
    assert toy.calls == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert toy.data.is_file()


def test_the_command_goes_on_where_it_was_interrupted_in_a_later_experiment(toy, monkeypatch):
    monkeypatch.setattr("docs.experiments.__main__.EXPERIMENTS", ("first", "second"))
    assert main([]) == 0
    first = list(toy.calls)
    assert len(first) == 8
    assert main([]) == 0
    assert toy.calls == first * 2  # a complete command leaves nothing behind
    toy.calls.clear()
    toy.stop_after = 6
    assert main([]) == 130
    assert main([]) == 0
    assert len(toy.calls) == 8


def test_runner_starts_again_when_the_experiment_has_changed(toy, monkeypatch):
    toy.broken = (1, 1)
    with pytest.raises(KeyboardInterrupt):
        runner.run("toy", QUIET)
    toy.broken = None
    monkeypatch.setattr(runner, "fingerprint", lambda name: "another")
    runner.run("toy", QUIET)
    assert toy.calls == [(0, 1), (0, 2), (0, 1), (0, 2), (1, 1), (1, 2)]


def test_an_unknown_experiment_is_refused(capsys):
    assert main(["no-such"]) == 2
    assert "there is no experiment 'no-such'; there are: speed," in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "path", ["pooling/derived/no", "pooling/mean/no", "pooling/no/s1_s3", "no/mean/s1_s3", "pooling/mean/matrix"]
)
def test_a_number_that_is_not_there_is_refused(path):
    with pytest.raises(ValueError, match=r"there is no|is no number"):
        value(path)


def test_value_finds_means_other_statistics_and_elements():
    summary = load("pooling")["summary"]["mean"]
    assert value("pooling/mean/s1_s3") == summary["s1_s3"]["mean"]
    assert value("pooling/mean/s1_s3/sd") == summary["s1_s3"]["sd"]
    assert value("pooling/mean/matrix/0/2") == summary["matrix"]["mean"][0][2]


def test_paraphrases_are_found_where_they_are_closest():
    matrix = torch.full((4, 4), 0.1).fill_diagonal_(1.0)
    matrix[0, 1] = matrix[1, 0] = 0.9
    matrix[2, 0] = 0.5
    assert found_paraphrases(matrix) == 0.5  # 3 has no favourite: all its others tie, and the first is not 2
    related, unrelated = related_and_unrelated(matrix)
    assert related == pytest.approx((0.9 + 0.9 + 0.1 + 0.1) / 4)
    assert unrelated == pytest.approx((0.1 * 7 + 0.5) / 8)


def test_drift_is_of_unrelated_sentences_only():
    before = torch.zeros(4, 4)
    after = before.clone()
    after[0, 1] = after[1, 0] = 1.0  # paraphrases
    assert drift(before, after) == 0
    after[0, 2] = 0.8
    assert drift(before, after) == pytest.approx(0.1)


def test_neighbours_of_the_same_template_do_not_count():
    samples = [Sample(f"s{i}", i % 2, 0, template=f"t{i % 2}") for i in range(24)]
    similarities = torch.eye(24)
    topic, both = neighbours(MultiTaskDataset(samples), similarities)
    assert (topic, both) == (0.0, 0.0)  # those of the same topic are all of the same template


def test_cls_pool_takes_the_first_token():
    tokens = torch.arange(12.0).reshape(2, 3, 2)
    assert cls_pool(tokens, torch.ones(2, 3)).tolist() == [[0.0, 1.0], [6.0, 7.0]]


WORDS = ["a", "film", "that", "nobody", "should", "miss"] * 200


def test_typos_swap_letters_inside_long_words():
    typed = list(typos(WORDS, random.Random(0)))
    changed = [(word, other) for word, other in zip(WORDS, typed, strict=True) if word != other]
    assert all(sorted(word) == sorted(other) and word[0] == other[0] and len(word) >= 4 for word, other in changed)
    assert len(changed) / (5 * 200) == pytest.approx(SHARE, abs=0.05)  # "miss" may swap its own two s


def test_missing_words_leave_the_first_one_and_the_order():
    left = list(missing_words(WORDS, random.Random(0)))
    waiting = iter(WORDS)
    assert all(word in waiting for word in left)  # a subsequence
    assert 1 - len(left) / len(WORDS) == pytest.approx(SHARE, abs=0.05)
    assert list(missing_words(["alone"], random.Random(0))) == ["alone"]


def test_noise_repeats_and_changes_nothing_but_the_words():
    dataset = MultiTaskDataset([Sample("such a wonderful little camera", 0, 1, review="r")])
    once, again = (with_noise(dataset, typos, 3).samples for _ in range(2))
    assert once == again
    assert once[0]._replace(sentence="") == dataset.samples[0]._replace(sentence="")
