import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread
from sklearn.metrics import auc

from solutions.plots import _training_curves, similarity_heatmap, visualize_metrics

TASK = {
    "accuracy": 0.5,
    "precision": 0.5,
    "recall": 0.5,
    "f1": 0.5,
    "auc": 0.5,
    "confusion_matrix": [[3, 1], [2, 4]],
    "fpr": {1: [0.0, 0.5, 1.0]},
    "tpr": {1: [0.0, 0.5, 1.0]},
}
LISTED = {**TASK, "fpr": TASK["fpr"][1], "tpr": TASK["tpr"][1]}
MULTI = {
    **TASK,
    "confusion_matrix": [[1, 0, 0]] * 3,
    "fpr": {0: [0.0, 1.0], 2: [0.0, 1.0]},
    "tpr": {0: [0.0, 1.0], 2: [0.0, 1.0]},
}
UNDEFINED = {**TASK, "auc": None, "fpr": {}, "tpr": {}}
UNDEFINED_LISTED = {**UNDEFINED, "fpr": [], "tpr": []}
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


@pytest.mark.parametrize("task", [TASK, LISTED, MULTI, UNDEFINED, UNDEFINED_LISTED])
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


def many(classes, points=20):
    """Metrics of many classes, with a curve for each."""
    rng = np.random.default_rng(0)
    rates = np.sort(rng.random((2, classes, points)))
    rates[..., 0], rates[..., -1] = 0, 1
    fpr, tpr = ({c: curve.tolist() for c, curve in enumerate(axis)} for axis in rates)
    return {**TASK, "confusion_matrix": np.eye(classes, dtype=int).tolist(), "fpr": fpr, "tpr": tpr}


def labels(axis):
    return [text.get_text() for text in axis.get_legend().get_texts()]


def test_confusion_matrices_grow_until_they_are_drawn_in_colours_alone(tmp_path, drawn):
    shown = {}
    for classes in (20, 30, 31, 700):
        visualize_metrics({"taskA": many(classes), "taskB": TASK}, tmp_path)
        figure = drawn["confusion_matrices.png"]
        axis = figure.axes[0]
        shown[classes] = figure.get_figheight(), len(axis.texts), len(axis.get_yticks())
    assert shown[20] == (7, 400, 20)
    assert shown[30] == (10.5, 900, 30)
    assert shown[31] == (10.5, 0, 31)
    assert shown[700] == (10.5, 0, 78)  # every ninth class is named
    assert [axis.get_ylabel() for axis in drawn["confusion_matrices.png"].axes[2:]] == ["sentences"]  # the colour bar


def test_figures_name_evenly_spaced_classes(tmp_path, drawn):
    names = {"taskA": [f"name {c}" for c in range(200)]}
    visualize_metrics({"taskA": many(200), "taskB": TASK}, tmp_path, class_names=names)
    axis = drawn["confusion_matrices.png"].axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == names["taskA"][::3]
    np.testing.assert_array_equal(axis.get_xticks(), range(0, 200, 3))


@pytest.mark.parametrize("classes", [2, 40])
def test_figures_cut_nothing_off(tmp_path, classes):
    names = {
        "taskA": [f"longer_class_name_{c}" for c in range(classes)],
        "taskB": [f"longer_class_name_{c}" for c in range(6)],
    }
    visualize_metrics({"taskA": many(classes), "taskB": many(6)}, tmp_path, class_names=names)
    picture = imread(tmp_path / "confusion_matrices.png")
    for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (edge == 1).all()


@pytest.mark.parametrize(
    ("name", "drawn_as"),
    [("two\nlines", "two lines"), ("x" * 16 + "y" * 90 + "z" * 15, "x" * 16 + "…" + "z" * 15), ("a中\x1b", "a□□")],
)
def test_figures_write_odd_names_in_one_short_line(tmp_path, drawn, name, drawn_as):
    visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path, class_names={"taskA": (name, "b")})
    assert drawn["confusion_matrices.png"].axes[0].get_xticklabels()[0].get_text() == drawn_as


def test_visualize_metrics_refuses_what_it_cannot_draw(tmp_path):
    with pytest.raises(ValueError, match=r"class_names\['taskB'\] has 1 names for 2 classes: give"):
        visualize_metrics({"taskA": TASK, "taskB": TASK}, tmp_path, class_names={"taskB": ["no"]})
    for matrix in ([], [[]], [[1, 2], [3]]):
        with pytest.raises(ValueError, match=r"metrics\['taskA'\]\['confusion_matrix'\] has . rows of"):
            visualize_metrics({"taskA": {**TASK, "confusion_matrix": matrix}, "taskB": TASK}, tmp_path)


@pytest.mark.parametrize("task", [TASK, LISTED])
def test_roc_curves_draw_the_curve_of_two_classes_from_both_shapes(tmp_path, drawn, task):
    visualize_metrics({"taskA": task, "taskB": UNDEFINED}, tmp_path, class_names={"taskA": ("no", "yes")})
    first, second = drawn["roc_curves.png"].axes
    assert (labels(first), labels(second)) == (["chance", "model"], ["chance"])
    np.testing.assert_array_equal(first.lines[1].get_xydata(), [[0, 0], [0.5, 0.5], [1, 1]])


def test_roc_curves_of_many_classes_are_averaged(tmp_path, drawn):
    task = many(40)
    visualize_metrics({"taskA": task, "taskB": TASK}, tmp_path)
    axis = drawn["roc_curves.png"].axes[0]
    grid, mean = axis.lines[1].get_data()
    expected = np.mean([np.interp(grid, task["fpr"][c], task["tpr"][c]) for c in range(40)], axis=0)
    np.testing.assert_allclose(mean[1:], expected[1:])
    assert (grid[0], mean[0], grid[-1], mean[-1]) == (0, 0, 1, 1)
    areas = [auc(task["fpr"][c], task["tpr"][c]) for c in range(40)]
    best, worst = np.argmax(areas), np.argmin(areas)
    assert labels(axis) == [
        "chance",
        "average of 40 classes",
        f"best: class {best}, AUC {areas[best]:.4f}",
        f"worst: class {worst}, AUC {areas[worst]:.4f}",
    ]
    np.testing.assert_array_equal(axis.lines[3].get_ydata(), task["tpr"][worst])


def test_roc_curves_name_every_class_in_the_legend(tmp_path, drawn):
    visualize_metrics({"taskA": many(6), "taskB": TASK}, tmp_path, class_names={"taskA": ("_", *"abcde")})
    assert labels(drawn["roc_curves.png"].axes[0]) == ["chance", "_", *"abcde"]


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
    np.testing.assert_array_equal(second.lines[1].get_xdata(), TASK["fpr"][1])


def test_similarity_heatmap_writes_every_value(tmp_path, drawn):
    matrix = torch.tensor([[1.0, 0.25], [0.25, 1.0]])
    similarity_heatmap({"mean": matrix, "max": matrix / 2}, ["S1", "S2"], tmp_path / "heat.png")
    first, second = drawn["heat.png"].axes[:2]
    assert texts(first) == ["1.00", "0.25", "0.25", "1.00"]
    assert texts(second) == ["0.50", "0.12", "0.12", "0.50"]
    assert first.get_title() == "mean"


@pytest.mark.parametrize(("sentences", "height", "written"), [(30, 10.5, 900), (31, 10.5, 0), (300, 10.5, 0)])
def test_similarity_heatmap_is_bounded(tmp_path, drawn, sentences, height, written):
    names = [f"S{number}" for number in range(sentences)]
    similarity_heatmap({"mean": torch.eye(sentences)}, names, tmp_path / "heat.png")
    axis = drawn["heat.png"].axes[0]
    assert (drawn["heat.png"].get_figheight(), len(axis.texts)) == (height, written)
    assert len(axis.get_xticks()) <= 80


def test_similarity_heatmap_shows_what_is_not_a_number(tmp_path, drawn):
    similarity_heatmap({"mean": torch.tensor([[1.0, torch.nan], [0, 1]])}, ["S1", "S2"], tmp_path / "heat.png")
    assert texts(drawn["heat.png"].axes[0]) == ["1.00", "nan", "0.00", "1.00"]


@pytest.mark.parametrize(("shape", "names"), [((0, 0), []), ((2, 2), ["S1"]), ((2, 3), ["S1", "S2"])])
def test_similarity_heatmap_refuses_what_it_cannot_draw(tmp_path, shape, names):
    with pytest.raises(ValueError, match=rf"'mean' has shape \({shape[0]}, {shape[1]}\) and there are {len(names)}"):
        similarity_heatmap({"mean": torch.zeros(shape)}, names, tmp_path / "heat.png")


def test_training_curves_show_the_validation_loss_where_there_is_one():
    measured = {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5, "confusion_matrix": [[1, 0], [0, 1]]}
    epochs = [{"loss": loss, "taskA": measured, "taskB": measured} for loss in (1.0, 0.5)]
    watched = [{**epoch, "validation_loss": loss} for epoch, loss in zip(epochs, (1.5, 1.25), strict=True)]
    assert len(_training_curves(epochs).axes[0].lines) == 1
    training, validation = _training_curves(watched).axes[0].lines
    assert list(training.get_ydata()) == [1.0, 0.5]
    assert list(validation.get_ydata()) == [1.5, 1.25]
