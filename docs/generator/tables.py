"""The tables of the pages, made of what the experiments measured."""

from collections.abc import Sequence
from typing import Any

from .data import load

# How settings are called on the pages, where the data say it shorter.
NAMES = {"original's": "the write-up's", "0.6 : 0.8 (original)": "0.6 : 0.8, the write-up's"}


def fragments() -> dict[str, str]:
    """Give each table, by its name."""
    return {
        "pooling": table(
            "pooling",
            {
                "S1–S3": "s1_s3",
                "S1–S5": "s1_s5",
                "S1–S6": "s1_s6",
                "same topic": "same_topic",
                "task A": "taskA",
                "task B": "taskB",
            },
        ),
        "freezing": table(
            "freezing",
            {
                "trainable": "trainable",
                "s per epoch": "seconds",
                "cached": "seconds_cached",
                "MiB": "memory",
                "task A": "taskA",
                "task B": "taskB",
                "drift": "drift",
            },
        ),
        "frozen-head": table(
            "frozen_head", {"task A": "taskA", "task B": "taskB", "AUC A": "taskA_auc", "AUC B": "taskB_auc"}
        ),
        "unfreezing": table(
            "unfreezing", {"task A": "taskA", "task B": "taskB", "drift": "drift", "paraphrases": "found"}
        ),
        "forgetting": table(
            "forgetting",
            {"task A": "taskA", "task B": "taskB", "drift": "final_drift", "paraphrases found": "found_after"},
        ),
        "loss-weights": table(
            "loss_weights", {"task A": "taskA", "task B": "taskB", "loss A": "taskA_loss", "loss B": "taskB_loss"}
        ),
        "gradients": table("gradients", {"mean cosine": "mean_cosine", "steps below zero": "share_negative"}),
        "pcgrad": table("pcgrad", {"task A": "taskA", "task B": "taskB", "steps below zero": "share_negative"}),
        "contrastive": table(
            "contrastive",
            {
                "alignment": "alignment",
                "uniformity": "uniformity",
                "Spearman": "spearman",
                "task A": "taskA",
                "task B": "taskB",
                "paraphrases": "found",
            },
        ),
        "head-dropout": table(
            "head_dropout",
            {"task A": "taskA", "task B": "taskB", "loss A": "taskA_loss", "loss B": "taskB_loss"},
        ),
        "leakage": table(
            "leakage",
            {
                "task A": "taskA",
                "task B": "taskB",
                "sentences seen": "same_sentence",
                "templates seen": "same_template",
                "words seen": "same_word",
            },
        ),
        "dropout-gap": table(
            "dropout_gap",
            {
                "the log": "final_log_taskB",
                "dropout on": "final_again_taskB",
                "dropout off": "final_eval_taskB",
                "test set": "final_test_taskB",
            },
        ),
        "learning-rate": table("learning_rate", {"task A": "taskA", "task B": "taskB", "AUC B": "taskB_auc"}),
        "raters": table("raters", {"same mood": "same", "neutral": "neutral", "the opposite": "opposite"}),
        "real-sizes": table(
            "real_sizes", {"task A": "taskA", "task B": "taskB", "task B, ahead of the words": "taskB_ahead"}
        ),
        "real-models": table(
            "real_models", {"task A": "taskA", "task B": "taskB", "task B, ahead of the words": "taskB_ahead"}
        ),
        "real-fine-tuning": table(
            "real_fine_tuning", {"task A": "taskA", "task B": "taskB", "drift": "drift", "paraphrases": "found"}
        ),
        "real-pooling": table("real_pooling", {"task A": "taskA", "task B": "taskB"}),
        "real-sharing": table(
            "real_sharing",
            {
                "task A": "taskA",
                "task B": "taskB",
                "A, typing errors": "taskA_typos",
                "B, typing errors": "taskB_typos",
                "A, words missing": "taskA_missing",
                "B, words missing": "taskB_missing",
            },
        ),
        "trained-head": table(
            "trained_head",
            {
                "A before": "taskA_before",
                "A after": "taskA_after",
                "B before": "taskB_before",
                "B after": "taskB_after",
            },
        ),
        "backbones": table(
            "backbones", {"S1–S3": "s1_s3", "S1–S5": "s1_s5", "S1–S6": "s1_s6", "task A": "taskA", "task B": "taskB"}
        ),
        "costs": table(
            "costs",
            {
                "parameters": "parameters",
                "s to classify": "seconds_classify",
                "MiB to classify": "memory_classify",
                "s to train": "seconds_learn",
                "MiB to train": "memory_learn",
            },
        ),
        "few-labels": table("few_labels", {"task A": "taskA", "task B": "taskB"}),
        "real-split": table(
            "real_split", {"backbone frozen": "taskB", "bag of words": "bag_taskB", "review seen in training": "seen"}
        ),
        "real-weights": table("real_weights", {"task A": "taskA", "task B": "taskB"}),
        "real-dropout": table("real_dropout", {"task A": "taskA", "task B": "taskB"}),
        "binary-loss": table("binary_loss", {"task B": "taskB", "parameters": "parameters", "seconds": "seconds"}),
        "tagging": table(
            "tagging",
            {
                "F1": "f1",
                "tags right": "tags",
                "F1 as it would report": "own_f1",
                "tags right as it would report": "own_tags",
                "sentences right": "accuracy",
            },
        ),
        "challenge": table(
            "challenge", {"task A": "taskA", "task B": "taskB", "task B, ahead of the words": "taskB_ahead"}
        ),
        "speed": table("speed", {"seconds": "seconds", "loss at the end": "loss"}),
    }


def table(experiment: str, measures: dict[str, str]) -> str:
    """Lay out an experiment's means, with their standard deviations.

    Args:
        experiment: Where the numbers are from; each of its settings is a row.
        measures: Heading of each column to its measure.
    """
    summary = load(experiment)["summary"]
    rows = [
        [NAMES.get(setting, setting), *(cell(summary[setting].get(measure)) for measure in measures.values())]
        for setting in summary
    ]
    return markdown(["setting", *measures], rows)


def cell(measured: dict[str, Any] | None) -> str:
    """Write a mean and its standard deviation, with as many digits as they deserve."""
    if measured is None:
        return "–"
    middle, deviation = measured["mean"], measured["sd"]
    if float(middle).is_integer() and not deviation and middle > 1:
        return f"{middle:,.0f}"
    digits = 0 if abs(middle) >= 100 else 1 if abs(middle) >= 10 else 2
    mean = f"{middle:z.{digits}f}"  # z: no minus before nothing
    return mean if deviation is None else f"{mean} ± {deviation:.{digits}f}"


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table whose first column is text and whose others are numbers."""
    lines = [headings, ["---", *["--:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
