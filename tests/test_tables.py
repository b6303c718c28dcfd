import torch
from rich.console import Console

from solutions.app.tables import parts_table, results_table, similarity_table
from solutions.config import FreezeStrategy
from solutions.freezing import PARTS, apply_strategy
from solutions.multitask import parameter_counts


def rows(table):
    """The cells of a table as text, row by row."""
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    lines = [line.split() for line in capture.get().splitlines()]
    return [line for line in lines if line and not line[0].startswith("─")]


def test_similarity_table_writes_two_decimals_and_marks_the_closest_other_sentence():
    table = similarity_table(
        "mean", torch.tensor([[1.0, 0.254, 0.5], [0.254, 1, -0.1], [0.5, -0.1, 1]]), ["A", "B", "C"]
    )
    assert rows(table)[2:] == [
        ["A", "1.00", "0.25", "0.50"],
        ["B", "0.25", "1.00", "-0.10"],
        ["C", "0.50", "-0.10", "1.00"],
    ]
    bold = [[cell.style == "bold" for cell in column.cells if hasattr(cell, "style")] for column in table.columns[1:]]
    assert bold == [[False, True, True], [False, False, False], [True, False, False]]


def test_similarity_table_of_one_sentence_marks_nothing():
    assert rows(similarity_table("one", torch.ones(1, 1), ["A"]))[-1] == ["A", "1.00"]


def test_parts_table_counts_every_parameter_and_says_what_trains(model):
    apply_strategy(model, FreezeStrategy.HEAD_A)
    cells = {line[0]: line for line in rows(parts_table(model, dict.fromkeys(PARTS, "x")))[1:]}
    assert sum(int(cells[part][2].replace(",", "")) for part in PARTS) == sum(parameter_counts(model))
    assert {part: cells[part][3] for part in PARTS} == {**dict.fromkeys(PARTS, "yes"), "taskA_classifier": "no"}


def test_results_table_has_a_row_per_run_and_admits_an_undefined_auc():
    metrics = {"taskA": {"accuracy": 0.5, "auc": None}, "taskB": {"accuracy": 1.0, "auc": 0.25}}
    table = results_table("title", {("fast", "random"): metrics}, ("training", "split"))
    assert rows(table)[-1] == ["fast", "random", "0.5000", "1.0000", "undefined", "0.2500"]
