import math

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch.utils.data import DataLoader

from solutions.dataset import MultiTaskDataset, generate_dataset, stratified_split
from solutions.evaluator import evaluate, format_evaluation, roc, task_metrics
from solutions.tasks import UNLABELLED
from solutions.trainer import token_batches

LABELS = torch.tensor([0, 0, 0, 1, 1, 2])
LOGITS = torch.nn.functional.one_hot(torch.tensor([0, 0, 1, 1, 2, 2]), 3).float()


def test_task_metrics_equal_a_count_by_hand():
    metrics = task_metrics(LABELS, LOGITS)
    assert metrics["confusion_matrix"] == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]  # row: true class
    precision, recall = [2 / 2, 1 / 2, 1 / 2], [2 / 3, 1 / 2, 1 / 1]
    f1 = [2 * p * r / (p + r) for p, r in zip(precision, recall, strict=True)]
    support = [3 / 6, 2 / 6, 1 / 6]
    for name, values in (("precision", precision), ("recall", recall), ("f1", f1)):
        assert metrics[name] == pytest.approx(np.dot(values, support))
    assert metrics["accuracy"] == pytest.approx(4 / 6)


def test_task_metrics_know_classes_that_do_not_occur():
    metrics = task_metrics(torch.tensor([0, 0]), torch.tensor([[3.0, 1, 0, 0], [0.0, 1, 0, 0]]))
    assert metrics["confusion_matrix"] == [[1, 1, 0, 0], [0] * 4, [0] * 4, [0] * 4]
    assert metrics["precision"] == 1.0
    assert metrics["recall"] == 0.5


def pairwise_auc(positive, score):
    """Count how often a positive outranks a negative; a tie counts half."""
    wins = [(p > n) + 0.5 * (p == n) for p in score[positive] for n in score[~positive]]
    return sum(float(win) for win in wins) / len(wins)


def test_roc_of_two_classes_is_one_curve_of_class_1():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(2, (40,), generator=generator)
    logits = torch.randn(40, 2, generator=generator)
    logits[:, 1] += labels
    result = roc(labels, logits)
    assert result["auc"] == pytest.approx(pairwise_auc(labels == 1, logits[:, 1] - logits[:, 0]))
    assert result["fpr"].keys() == result["tpr"].keys() == {1}
    fpr, tpr = result["fpr"][1], result["tpr"][1]
    assert (fpr[0], tpr[0], fpr[-1], tpr[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(tpr, fpr) == pytest.approx(result["auc"])


def test_roc_of_more_classes_is_one_curve_per_class_and_the_mean_of_their_areas():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    logits = torch.randn(60, 3, generator=generator) + torch.nn.functional.one_hot(labels, 3)
    result = roc(labels, logits)
    expected = roc_auc_score(labels, logits.double().softmax(dim=1), multi_class="ovr", average="macro")
    assert result["auc"] == pytest.approx(expected)
    areas = [np.trapezoid(result["tpr"][label], result["fpr"][label]) for label in range(3)]
    assert result["auc"] == pytest.approx(np.mean(areas))


def test_roc_ranks_confident_predictions():
    """In float32 all of these probabilities round to 1 and tie."""
    logits = torch.tensor([[0.0, 20], [0, 30], [0, 19], [0, 25]])
    assert roc(torch.tensor([0, 1, 0, 1]), logits)["auc"] == 1.0


def test_roc_leaves_out_a_class_that_is_absent():
    labels = torch.tensor([0, 1, 0, 1])
    logits = torch.tensor([[2.0, 1, 0], [0, 1, 2], [1, 0, 1], [0, 2, 0]])
    result = roc(labels, logits)
    assert set(result["fpr"]) == set(result["tpr"]) == {0, 1}
    assert 0 <= result["auc"] <= 1


@pytest.mark.parametrize("classes", [2, 3])
def test_roc_of_a_single_class_is_undefined(classes):
    result = roc(torch.zeros(4, dtype=torch.long), torch.randn(4, classes))
    assert result["auc"] is None
    assert len(result["fpr"]) == len(result["tpr"]) == 0


@pytest.fixture
def batches(model):
    return token_batches(model, stratified_split(generate_dataset(40))[1], 3)


def test_evaluate_gives_the_originals_dictionary_key_for_key(model, batches):
    metrics = evaluate(model, batches)
    assert list(metrics) == ["overall", "taskA", "taskB"]
    assert list(metrics["overall"]) == ["taskA_accuracy", "taskB_accuracy", "combined_accuracy"]
    for task in ("taskA", "taskB"):
        assert set(metrics[task]) == {"accuracy", "precision", "recall", "f1", "auc", "fpr", "tpr", "confusion_matrix"}
        assert metrics["overall"][f"{task}_accuracy"] == metrics[task]["accuracy"]
        assert np.sum(metrics[task]["confusion_matrix"]) == 8
    assert metrics["overall"]["combined_accuracy"] == (metrics["taskA"]["accuracy"] + metrics["taskB"]["accuracy"]) / 2


def test_evaluate_is_repeatable_without_gradients_and_restores_the_mode(model, batches):
    model.train()
    assert evaluate(model, batches) == evaluate(model, batches)  # dropout would make them differ
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_evaluate_does_not_depend_on_the_batch_size(model):
    dataset = generate_dataset(40)
    first, second = (evaluate(model, token_batches(model, dataset, size)) for size in (7, 40))
    assert first["taskA"]["confusion_matrix"] == second["taskA"]["confusion_matrix"]
    assert first["taskB"]["auc"] == pytest.approx(second["taskB"]["auc"])


def test_evaluate_refuses_no_batches(model):
    with pytest.raises(ValueError, match="no sentences to evaluate"):
        evaluate(model, DataLoader([]))


def test_format_evaluation_has_the_originals_form():
    task = {"accuracy": 1.0, "precision": 0.99504, "recall": 0.5, "f1": 0.25, "auc": None}
    text = format_evaluation({"overall": {"combined_accuracy": 0.9975}, "taskA": {**task, "auc": 1.0}, "taskB": task})
    assert text == (
        "Task A - Accuracy: 1.0000, Precision: 0.9950, Recall: 0.5000, F1: 0.2500\n"
        "Task A - AUC: 1.0000\n"
        "Task B - Accuracy: 1.0000, Precision: 0.9950, Recall: 0.5000, F1: 0.2500\n"
        "Task B - AUC: undefined\n"
        "Combined Accuracy: 0.9975"
    )


def test_task_metrics_and_roc_take_logits_with_gradients_and_in_half_precision():
    labels = torch.tensor([0, 1, 1, 0])
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [1.0, 0.5], [0.5, 0.0]])
    for form in (logits.clone().requires_grad_(), logits.half(), logits.bfloat16()):
        assert task_metrics(labels, form) == task_metrics(labels, logits)
        assert roc(labels, form)["auc"] == roc(labels, logits)["auc"]


def test_task_metrics_and_roc_of_no_sentence_are_undefined():
    labels, logits = torch.empty(0, dtype=torch.long), torch.empty(0, 3)
    metrics = task_metrics(labels, logits)
    assert metrics["confusion_matrix"] == [[0, 0, 0]] * 3
    assert all(math.isnan(metrics[name]) for name in ("accuracy", "precision", "recall", "f1"))
    assert roc(labels, logits) == {"auc": None, "fpr": {}, "tpr": {}}


@pytest.mark.parametrize("measure", [task_metrics, roc])
@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_not_measured(measure, broken):
    logits = torch.tensor([[0.0, 1.0], [broken, 0.0]])
    with pytest.raises(ValueError, match=r"the logits of sentence 1 are \[-?(nan|inf), 0.0\]: the model diverged"):
        measure(torch.tensor([1, 0]), logits)


def test_evaluate_counts_a_sentence_for_the_tasks_that_it_has_a_label_of(model):
    complete = generate_dataset(40).samples
    gaps = [s._replace(taskA=UNLABELLED) if i % 3 == 0 else s for i, s in enumerate(complete)]
    gaps = [s._replace(taskB=UNLABELLED) if i % 3 == 1 else s for i, s in enumerate(gaps)]
    metrics = evaluate(model, token_batches(model, MultiTaskDataset(gaps, ("a", "b", "c")), 7))
    for task, others in (("taskA", 0), ("taskB", 1)):
        labelled = MultiTaskDataset([s for i, s in enumerate(complete) if i % 3 != others], ("a", "b", "c"))
        assert metrics[task] == evaluate(model, token_batches(model, labelled, 7))[task]
        assert sum(map(sum, metrics[task]["confusion_matrix"])) == len(labelled)


def test_evaluate_of_one_task_alone_leaves_the_other_undefined(model):
    samples = [sample._replace(taskB=UNLABELLED) for sample in generate_dataset(8).samples]
    metrics = evaluate(model, token_batches(model, MultiTaskDataset(samples, ("a", "b", "c")), 3))
    report = format_evaluation(metrics)
    assert metrics["taskA"]["accuracy"] >= 0
    assert "Task B - Accuracy: undefined, Precision: undefined, Recall: undefined, F1: undefined" in report
    assert "Combined Accuracy: undefined" in report
