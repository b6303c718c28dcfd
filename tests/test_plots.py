import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread

from solutions.plots import similarity_heatmap, visualize_metrics

TASK = {
    "accuracy": 0.5,
    "precision": 0.5,
    "recall": 0.5,
    "f1": 0.5,
    "auc": 0.5,
    "confusion_matrix": [[3, 1], [2, 4]],
    "fpr": [0.0, 0.5, 1.0],
    "tpr": [0.0, 0.5, 1.0],
}
MULTI = {
    **TASK,
    "confusion_matrix": [[1, 0, 0]] * 3,
    "fpr": {0: [0.0, 1.0], 2: [0.0, 1.0]},
    "tpr": {0: [0.0, 1.0], 2: [0.0, 1.0]},
}
UNDEFINED = {**TASK, "auc": None, "fpr": [], "tpr": []}
HISTORY = [{"loss": 0.9, "taskA": TASK, "taskB": TASK}, {"loss": 0.8, "taskA": TASK, "taskB": TASK}]


@pytest.fixture
def drawn(monkeypatch):
    """Every figure that is saved, by file name."""
    figures = {}
    save = Figure.savefig

    def savefig(figure, path, **options):
        figures[path.name] = figure
        save(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures


def texts(axis):
    return [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("task", [TASK, MULTI, UNDEFINED])
def test_visualize_metrics_saves_its_figures(tmp_path, task):
    paths = visualize_metrics({"overall": {}, "taskA": task, "taskB": TASK}, tmp_path, HISTORY)
    assert [path.name for path in paths] == ["confusion_matrices.png", "roc_curves.png", "training_curves.png"]
    for path in paths:
        assert imread(path).std() > 0.01  # not an empty canvas


def test_visualize_metrics_without_history_draws_no_training_curves(tmp_path):
    visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["confusion_matrices.png", "roc_curves.png"]


def test_confusion_matrices_show_true_classes_as_rows(tmp_path, drawn):
    visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path, class_names={"taskA": ("no", "yes")})
    axis = drawn["confusion_matrices.png"].axes[0]
    assert texts(axis) == ["3", "1", "2", "4"]
    assert (axis.get_ylabel(), axis.get_xlabel()) == ("true class", "predicted class")
    assert [label.get_text() for label in axis.get_xticklabels()] == ["no", "yes"]


def test_figures_take_class_names_as_they_are(tmp_path, drawn):
    names = {"taskA": (r"$\frac$", "a$b$c")}
    visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path, class_names=names)
    label = drawn["confusion_matrices.png"].axes[0].get_xticklabels()[0]
    assert label.get_text() == r"\$\frac\$"  # an escaped dollar sign is drawn as one


def test_figures_of_many_classes_grow(tmp_path, drawn):
    task = {
        **TASK,
        "confusion_matrix": [[1] * 40] * 40,
        "fpr": {c: [0, 1] for c in range(40)},
        "tpr": {c: [0, 1] for c in range(40)},
    }
    visualize_metrics({"taskA": task, "taskB": TASK}, tmp_path)
    assert drawn["confusion_matrices.png"].get_figheight() > 10
    assert drawn["roc_curves.png"].axes[0].get_legend() is None


def test_training_curves_plot_the_history(tmp_path, drawn):
    visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path, HISTORY)
    axes = drawn["training_curves.png"].axes
    assert [axis.get_title() for axis in axes] == ["Loss", "Accuracy", "Precision", "Recall", "F1"]
    np.testing.assert_array_equal(axes[0].lines[0].get_xydata(), [[1, 0.9], [2, 0.8]])


def test_roc_curves_draw_one_line_per_class_besides_chance(tmp_path, drawn):
    visualize_metrics({"taskA": MULTI, "taskB": TASK}, tmp_path, class_names={"taskA": ("x", "y", "z")})
    first, second = drawn["roc_curves.png"].axes
    assert [line.get_label() for line in first.lines] == ["chance", "x", "z"]
    assert len(second.lines) == 2
    np.testing.assert_array_equal(second.lines[1].get_xdata(), TASK["fpr"])


def test_similarity_heatmap_writes_every_value(tmp_path, drawn):
    matrix = torch.tensor([[1.0, 0.25], [0.25, 1.0]])
    similarity_heatmap({"mean": matrix, "max": matrix / 2}, ["S1", "S2"], tmp_path / "heat.png")
    first, second = drawn["heat.png"].axes[:2]
    assert texts(first) == ["1.00", "0.25", "0.25", "1.00"]
    assert texts(second) == ["0.50", "0.12", "0.12", "0.50"]
    assert first.get_title() == "mean"
