"""The model card: facts of the run, and metadata that the hub's own parser reads."""

import io
import re
from contextlib import redirect_stdout

import pytest
import torch
from huggingface_hub import ModelCard
from rich.console import Console
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from solutions import published
from solutions.app import commands
from solutions.app.card import model_card
from solutions.app.evaluation import over_sentences
from solutions.app.files import staged
from solutions.config import Pooling, Split, TrainingConfig
from solutions.reviews import FILES, REVIEWS
from solutions.tasks import UNLABELLED, Pair

CLASSES = Pair(("Technology", "Entertainment"), ("Negative", "Positive"))
CPU = torch.device("cpu")


def train(tmp_path, **options):
    """Train as the command does; gives the folder, what was trained, and the card before and after evaluation."""
    folder, console = tmp_path / "model", Console(quiet=True)
    config = TrainingConfig(**{"max_length": 64, "dim": 24, "epochs": 1, "learning_rate": 0.01, **options})
    with staged(folder) as saved:
        trained = commands.train(config, CPU, saved, tmp_path / "unfinished", False, console)
    before = ModelCard.load(folder / "README.md")
    commands.report_training(trained, tmp_path, folder, console)
    return folder, trained, before, ModelCard.load(folder / "README.md")


def results_of(card):
    return {(result.task_name, result.metric_type): result.metric_value for result in card.data.eval_results}


def rows_of(card):
    """Read the table of results: the name of a row to its cells."""
    rows = re.findall(r"^\| (\w.*?) \| (.*?) \| (.*?) \|$", card.text, re.MULTILINE)
    return {name: cells for name, *cells in rows}


def test_card_tells_what_the_run_measured(bert, tmp_path):
    _, trained, before, card = train(tmp_path, backbone=bert, dataset_size=80)
    test_set = trained.sets.test
    predicted = trained.checkpoint.model.predict(test_set.sentences).map(lambda task: task.argmax(dim=-1))
    found, rows = results_of(card), rows_of(card)
    labels = Pair(*zip(*(sample.labels for sample in test_set.samples), strict=True))
    for column, (name, truth, guess) in enumerate(zip(("Task A", "Task B"), labels, predicted, strict=True)):
        accuracy = accuracy_score(truth, guess)
        assert found[name, "accuracy"] == pytest.approx(accuracy, abs=1e-4)
        assert found[name, "f1"] == pytest.approx(f1_score(truth, guess, average="weighted"), abs=1e-4)
        assert rows["accuracy"][column].startswith(f"{accuracy:.3f} (")
        assert rows["sentences with a label"][column] == "16"
        assert rows["accuracy, if it always said the most frequent class"][column] == "0.500"
    assert "Sentences: 64 for training, 16 for testing; divided at random, so that" in card.text
    assert "over sentences (Wilson)" in card.text
    assert "It has not been evaluated." in before.text
    assert before.data.eval_results is None
    assert (
        before.text.partition("## Results")[2].partition("##")[2]
        == card.text.partition("## Results")[2].partition("##")[2]
    )


@pytest.mark.parametrize("confusion", [[[30, 2], [1, 7]], [[20, 0], [0, 20]], [[0, 3], [4, 0]], [[1, 0], [0, 0]]])
def test_interval_over_sentences_is_wilsons(confusion):
    interval = over_sentences(confusion)
    right, total = confusion[0][0] + confusion[1][1], sum(map(sum, confusion))
    expected = binomtest(right, total).proportion_ci(method="wilson")
    assert interval == pytest.approx((right / total, expected.low, expected.high))
    assert 0 <= interval.low < interval.high <= 1


def test_interval_over_no_sentences_is_none():
    assert over_sentences([[0, 0], [0, 0]]) is None


@pytest.mark.skipif(
    not all((published.FETCHED / "reviews" / name).is_file() for name in FILES), reason="the reviews are not fetched"
)
def test_card_of_reviews_has_the_intervals_and_the_baseline_of_the_screen(bert, tmp_path, monkeypatch):
    shown = []
    beside_table = commands.beside_table
    monkeypatch.setattr(
        commands, "beside_table", lambda title, measured: shown.append(measured) or beside_table(title, measured)
    )
    _, _, _, card = train(tmp_path, backbone=bert, data=REVIEWS, dataset_size=80, validation_fraction=0.2)
    (measured,) = shown
    rows = rows_of(card)
    for column, task in enumerate(measured):
        assert rows["accuracy"][column] == "{:.3f} ({:.3f} to {:.3f})".format(*task.model)
        words = rows["accuracy of a bag of words, trained on the same"][column]
        assert words == "{:.3f} ({:.3f} to {:.3f})".format(*task.bag_of_words)
    assert "over whole reviews (bootstrap)" in card.text
    assert "no review stands on two sides" in card.text
    assert re.search(r"Sentences: \d+ for training, \d+ for choosing the epoch, \d+ for testing;", card.text)
    assert card.data.language == "en"


def test_card_of_own_sentences_keeps_to_what_is_known(bert, tmp_path):
    path = tmp_path / "home" / "mine.csv"
    path.parent.mkdir()
    lines = [
        f"The {noun} is {word}.,{a},{b}"
        for noun, a in (("router", "te|ch"), ("film", "`show`"))
        for word, b in (("bad", "0"), ("good", ""), ("new", "1"))
    ]
    path.write_text("sentence,taskA,taskB\n" + "\n".join(lines * 8), encoding="utf-8")
    _, trained, _, card = train(tmp_path, backbone=bert, data=str(path))
    assert "a CSV, mine.csv" in card.text
    assert str(tmp_path) not in card.content
    assert card.data.language is None
    assert "- task A: `'show'`, `te|ch`" in card.text
    assert "It turns a sentence into" in card.text
    labels = [sample.taskB for sample in trained.sets.test.samples]
    assert rows_of(card)["sentences with a label"][1] == str(sum(label != UNLABELLED for label in labels))


def metadata(**options):
    text = model_card(TrainingConfig(**options), CLASSES, None)
    return ModelCard(text).data.to_dict(), text


def test_card_names_a_licence_only_where_one_is_known(bert):
    known, text = metadata(backbone="mpnet")
    assert (known["license"], known["base_model"]) == ("apache-2.0", "sentence-transformers/all-mpnet-base-v2")
    assert "Apache licence 2.0" in text
    hub, text = metadata(backbone="somebody/some-encoder")
    assert "license" not in hub
    assert hub["base_model"] == "somebody/some-encoder"
    assert "[somebody/some-encoder](https://huggingface.co/somebody/some-encoder): see its own card" in text
    local, text = metadata(backbone=bert)
    assert not {"license", "base_model"} & set(local)
    assert "a local folder, `bert0`: see its own card" in text
    assert bert not in text


def test_card_lists_the_options_that_were_chosen():
    _, text = metadata(
        pooling=Pooling.MAX,
        dim=64,
        learning_rate=0.5,
        unfreeze=((2, 1), (3, 2)),
        rebalance=False,
        disjoint_words=True,
        split=Split.LEAK_FREE,
    )
    expected = "`--pooling max`, `--embed-dim 64`, `--split leak-free`, `--disjoint-words`, `--unfreeze 2:1,3:2`, "
    assert f"differ from the defaults: {expected}`--no-rebalance`, `--learning-rate 0.5`." in text
    assert "differ from the defaults: none." in metadata()[1]


def test_card_can_be_written_whatever_the_names():
    classes = Pair(("a\nb", "---"), ("\udcff", "{dim}"))
    text = model_card(TrainingConfig(data="\udcff\n.csv", backbone="\udcff"), classes, None)
    card = ModelCard(text.encode().decode())
    assert r"- task A: `'a\nb'`, `---`" in card.text
    assert r"- task B: `'\udcff'`, `{dim}`" in card.text


def test_the_programs_of_the_card_run(bert, tmp_path):
    folder, trained, _, card = train(tmp_path, backbone=bert, dataset_size=40)
    programs = re.findall(r"```python\n(.*?)```", card.text, re.DOTALL)
    library, ours = (program.replace('"FOLDER"', repr(str(folder))) for program in programs)
    scope = {}
    exec(library, scope)
    torch.testing.assert_close(
        torch.from_numpy(scope["embeddings"]), trained.checkpoint.model.encode(["My sister loved the film."])
    )
    with redirect_stdout(io.StringIO()) as printed:
        exec(ours, {})
    probabilities = trained.checkpoint.model.predict(["My sister loved the film."])
    expected = [names[row[0].argmax()] for names, row in zip(CLASSES, probabilities, strict=True)]
    assert printed.getvalue().split() == expected
