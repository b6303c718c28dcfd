"""One look at the hidden labels: from a folder and a model's predictions to a report."""

from pathlib import Path
from typing import Any, NamedTuple

from solutions.confidence import Interval

from .division import VERSION
from .folder import open_folder
from .looks import Look, count_look, read_looks
from .predictions import predict, read_predictions
from .scores import Score, measure

PREDICTIONS = "predictions.csv"


class Report(NamedTuple):
    """What was measured, of what, and at which look."""

    folder: Path
    source: Path
    are_reviews: bool
    score: Score
    look: int
    looks: list[Look]
    repeated: bool


def score(folder: Path, predictions: Path | None, checkpoint: Path | None) -> Report:
    """Measure a model on the hidden sentences of a challenge's folder, and count the look.

    Args:
        folder: That `start` has written.
        predictions: A CSV; that of the folder, if there is neither.
        checkpoint: Of a trained model.

    Raises:
        ValueError: Both are given, or something cannot be used; nothing is counted then.
        OSError: A file is missing, or cannot be read or written.
    """
    if predictions and checkpoint:
        raise ValueError("give --predictions or --checkpoint, not both")
    source = checkpoint or predictions or folder / PREDICTIONS
    about, division = open_folder(folder)
    read_looks(folder)  # before anything takes its time
    if not (checkpoint or predictions or source.exists()):
        raise OSError(f"there is no {source}; write it, or give --predictions or --checkpoint")
    predicted = predict(source, division.hidden) if checkpoint else read_predictions(source, division.hidden)
    measured = measure(predicted, division, about.are_reviews)
    look, looks, repeated = count_look(folder, str(source), predicted, measured)
    return Report(folder, source, about.are_reviews, measured, look, looks, repeated)


def as_record(report: Report) -> dict[str, Any]:
    """Give a report as plain data for JSON."""
    found = report.score
    return {
        "version": VERSION,
        "data": "reviews" if report.are_reviews else "own",
        "folder": str(report.folder),
        "source": str(report.source),
        "look": report.look,
        "looks": len(report.looks),
        "repeated": report.repeated,
        "train_sentences": found.sentences[0],
        "hidden_sentences": found.sentences[1],
        "hidden_groups": found.groups,
        **{
            task: {
                **{name: _bounds(interval) for name, interval in beside._asdict().items()},
                "macro_f1": macro_f1,
                "calibration_error": error,
            }
            for (task, beside), macro_f1, error in zip(
                found.beside.items(), found.macro_f1, found.calibration_error, strict=True
            )
        },
        "tiers": [
            {
                "name": standing.tier.name,
                "targets": standing.tier.targets and standing.tier.targets._asdict(),
                "reached": standing.reached,
                "surely": standing.surely,
                "leads": {task: _bounds(lead) for task, lead in standing.leads.items()},
            }
            for standing in found.tiers
        ],
    }


def _bounds(interval: Interval) -> dict[str, float]:
    return interval._asdict()
