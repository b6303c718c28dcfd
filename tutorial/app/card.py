"""The model card: what a checkpoint says of itself, to people and, above its text, to the model hub."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from huggingface_hub import EvalResult, ModelCardData
from huggingface_hub.utils import HFValidationError, validate_repo_id

from ..confidence import Interval
from ..config import Split, TrainingConfig, as_typed
from ..reviews import REVIEWS
from ..tasks import TASK_NAMES, Pair
from .labels import listed

if TYPE_CHECKING:
    from .evaluation import Evaluation

# The backbones with a name of their own, as the hub knows them; both are under the Apache licence.
PUBLISHED = {"minilm": "sentence-transformers/all-MiniLM-L6-v2", "mpnet": "sentence-transformers/all-mpnet-base-v2"}

CARD = """\
---
{metadata}
---

<!-- To publish this folder, without its test sentences:
hf upload USER/NAME . --exclude test.csv unfinished.safetensors ".partial-*" -->

# Two heads on one sentence encoder

It turns {a_sentence} into a vector of {dim} numbers and length 1, and gives it a class of each of two tasks:

{classes}

## Use

The embeddings, with sentence-transformers:

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("FOLDER")  # this folder, or its name on the hub
embeddings = model.encode(["My sister loved the film."])
```

The classes, with the course Two Heads, by which it was trained:

```python
from {package}.app.checkpoint import load_checkpoint

model, _, classes = load_checkpoint("FOLDER")
task_a, task_b = model.predict(["My sister loved the film."])
print(classes.taskA[task_a[0].argmax()], classes.taskB[task_b[0].argmax()])
```

## Training

{training}

## Results

{results}

## Intended use

To tell these classes apart in sentences like those it was trained on, and to see how such a model is built.

## Limits

{limits}

## Licence

{licence}
"""
RESULTS = """\
On test sentences that it was not trained on:

| | task A | task B |
|---|--:|--:|
{rows}

In brackets: 95 % intervals, {method}. Precision, recall and F1 are means over the classes, weighted by how often each
occurs."""


class Source(NamedTuple):
    """Where sentences come from: in a word, in a few, and what that means for the results."""

    kind: str
    words: str
    limit: str


GENERATED = Source(
    "generated",
    "generated English sentences, templates filled with words that suit the classes",
    "The sentences are made from templates: the results say how well it knows those, not how well it reads people.",
)
REAL = Source(
    REVIEWS,
    "sentences of English reviews of electronics and of films, rated by people (Hutto & Gilbert 2014, VADER; MIT)",
    "Neutral sentences were left out: it has not learned that a sentence can be neither. Texts that are no reviews of "
    "electronics or of films were not tested.",
)


def model_card(config: TrainingConfig, classes: Pair[tuple[str, ...]], evaluation: "Evaluation | None") -> str:
    """Write the card of a model: its metadata in YAML, then Markdown."""
    return CARD.format(
        metadata=_metadata(config, evaluation),
        a_sentence="an English sentence" if _is_english(config) else "a sentence",
        dim=config.dim,
        classes=_lines(f"task {task[-1]}: {listed([*map(_code, names)])}" for task, names in classes.items()),
        package=__package__.partition(".")[0],
        training=_lines(_training(config, evaluation)),
        results=_results(config, evaluation) if evaluation else "It has not been evaluated.",
        limits=_lines(_limits(config)),
        licence=_licence(config.backbone),
    )


def _metadata(config: TrainingConfig, evaluation: "Evaluation | None") -> str:
    data = ModelCardData(
        language="en" if _is_english(config) else None,
        license="apache-2.0" if config.backbone in PUBLISHED else None,
        library_name="sentence-transformers",
        pipeline_tag="sentence-similarity",
        tags=["sentence-transformers", "feature-extraction", "text-classification", "multi-task"],
        base_model=_hub_id(config.backbone),
        model_name="two-heads" if evaluation else None,
        eval_results=list(_eval_results(config, evaluation)) if evaluation else None,
    )
    return str(data.to_yaml())


def _eval_results(config: TrainingConfig, evaluation: "Evaluation") -> Iterator[EvalResult]:
    source = _source(config)
    for task, name in TASK_NAMES.items():
        measured = evaluation.metrics[task]
        for measure, value in (("accuracy", measured["accuracy"]), ("f1", measured["f1"])):
            if not isnan(value):
                yield EvalResult(
                    task_type="text-classification",
                    task_name=name,
                    dataset_type=source.kind,
                    dataset_name=source.words,
                    dataset_config=name,  # results of one data set are otherwise taken for one task's
                    dataset_split="test",
                    metric_type=measure,
                    metric_value=round(value, 4),
                    metric_name=f"{name}, {measure}",
                )


def _source(config: TrainingConfig) -> Source:
    if config.data in ("", REVIEWS):
        return REAL if config.data else GENERATED
    name = _plain(Path(config.data).name)
    return Source(
        "own", f"sentences of a CSV, {name}", f"Sentences of another kind than those of {name} were not tested."
    )


def _training(config: TrainingConfig, evaluation: "Evaluation | None") -> Iterator[str]:
    yield f"Data: {_source(config).words}."
    if evaluation:
        sizes = [f"{count:,} for {use}" for use, count in evaluation.sizes.items() if count]
        yield f"Sentences: {', '.join(sizes)}; {_division(config)}."
    yield f"Backbone: {_origin(config.backbone)}, {config.pooling} pooling, at most {config.max_length} tokens."
    yield f"Options that differ from the defaults: {', '.join(_changed(config)) or 'none'}."
    yield f"Versions: {', '.join(f'{name} {version(name)}' for name in ('torch', 'transformers'))}."


def _division(config: TrainingConfig) -> str:
    if config.data == REVIEWS:
        return "no review stands on two sides"
    if config.split is Split.LEAK_FREE:
        return "no template stands on two sides" + (", and no content word" if config.disjoint_words else "")
    return "divided at random" + ("" if config.data else ", so that all sides share templates and words")


def _changed(config: TrainingConfig) -> Iterator[str]:
    """Write what was chosen as on the command line; where data and backbone lie on a disk is nobody's business."""
    for each in fields(config):
        value = getattr(config, each.name)
        if value == each.default or each.name in ("data", "backbone"):
            continue
        yield f"`{as_typed(each, value)}`"


def _results(config: TrainingConfig, evaluation: "Evaluation") -> str:
    measured = Pair(evaluation.metrics["taskA"], evaluation.metrics["taskB"])
    counts = measured.map(lambda task: [sum(row) for row in task["confusion_matrix"]])  # sentences of each class
    rows: dict[str, Sequence[str]] = {
        "sentences with a label": counts.map(lambda of: f"{sum(of):,}"),
        "accuracy": evaluation.accuracy.map(_interval),
        "precision": measured.map(lambda task: _number(task["precision"])),
        "recall": measured.map(lambda task: _number(task["recall"])),
        "F1": measured.map(lambda task: _number(task["f1"])),
        "AUC": measured.map(lambda task: _number(task["auc"])),
        "accuracy, if it always said the most frequent class": counts.map(
            lambda of: _number(max(of) / sum(of) if any(of) else None)
        ),
    }
    if evaluation.bag_of_words:
        rows["accuracy of a bag of words, trained on the same"] = evaluation.bag_of_words.map(_interval)
    return RESULTS.format(
        rows="\n".join(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()),
        method="over whole reviews (bootstrap)" if config.data == REVIEWS else "over sentences (Wilson)",
    )


def _limits(config: TrainingConfig) -> Iterator[str]:
    yield _source(config).limit
    yield "It gives every sentence a class of both tasks; there is none for what fits neither."
    yield f"What is beyond {config.max_length} tokens is cut off."
    yield "Whether sentences of like meaning lie close was not measured; no loss has asked for it."
    yield "Its probabilities are not calibrated."


def _licence(backbone: str) -> str:
    if backbone in PUBLISHED:
        return f"The weights are made from those of {_origin(backbone)}, which are under the Apache licence 2.0."
    return f"The weights are made from those of {_origin(backbone)}: see its own card for their licence."


def _origin(backbone: str) -> str:
    known = _hub_id(backbone)
    return f"[{known}](https://huggingface.co/{known})" if known else f"a local folder, {_code(Path(backbone).name)}"


def _hub_id(backbone: str) -> str | None:
    if backbone in PUBLISHED:
        return PUBLISHED[backbone]
    try:
        validate_repo_id(backbone)
    except HFValidationError:
        return None
    return None if os.path.exists(backbone) else backbone


def _is_english(config: TrainingConfig) -> bool:
    return config.data in ("", REVIEWS)


def _lines(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _plain(text: str) -> str:
    """Write a name so that it stays in its line, and can be written at all."""
    return text if text.isprintable() else ascii(text)


def _code(text: str) -> str:
    return f"`{_plain(text).replace('`', chr(39))}`"


def _number(value: float | None) -> str:
    return "–" if value is None or isnan(value) else f"{value:.3f}"


def _interval(interval: Interval | None) -> str:
    return f"{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})" if interval else "–"
