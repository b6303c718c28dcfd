"""The brief that lies in a challenge's folder."""

import shlex
from pathlib import Path

from solutions.app.labels import listed

from ..reports.challenge import TRAINING
from .division import Division
from .tiers import MEASURED, WORDS

BRIEF = """\
# A model of your own

Each sentence has two labels: {labels}.
Build a model that gives both for sentences that it has never seen.

| file | what it is |
|---|---|
| `train.csv` | {train:,} sentences with both labels{review}: learn from these, and choose by these |
| `test.csv` | {hidden:,} sentences without labels, each with an id |
| `looks.json` | how often you have looked at the hidden labels |
| `challenge.json` | which challenge this is |{hidden_file}

## Rules

- Learn from `train.csv` and from nothing else; a pretrained encoder may have read what it likes.
- Choose everything (epochs, weights, model) on a part of `train.csv` that you hold out.
- Come to the hidden labels last, and rarely. {discipline}

## Targets

{targets}

## Commands

```sh
python -m tutorial train --data {train_path} {training}
checks challenge score {folder} --checkpoint .checkpoint
```

A model of any other kind hands in `predictions.csv`: the columns `id`, `taskA` and `taskB` with the names of the
classes and, if you like, `taskA_probability` and `taskB_probability`, those of the classes that you predict.

```sh
checks challenge score {folder} --predictions {predictions_path}
```

With a checkpoint, such a file is written so:

```python
{snippet}```

## What is handed in

A page of text beside the code: what you compared with, how you divided `train.csv`, what you chose and by which number,
the result with its interval, what kind of sentence is still wrong, and what would change your mind. `docs/challenge.md`
shows an outline and a rubric.
"""

SNIPPET = """\
import csv

from tutorial.app.checkpoint import load_checkpoint

model, _, classes = load_checkpoint(".checkpoint")
with open({test_path!r}, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
probabilities = model.predict([row["sentence"] for row in rows])
with open({predictions_path!r}, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "taskA", "taskB", "taskA_probability", "taskB_probability"])
    for row, a, b in zip(rows, *probabilities):
        names = classes.taskA[a.argmax()], classes.taskB[b.argmax()]
        writer.writerow([row["id"], *names, float(a.max()), float(b.max())])
"""

PUBLIC = "The reviews are public: what is hidden is hidden by discipline, not by force."
OWN = "Your hidden labels lie in `.hidden.csv`, so that they can be compared: do not open it."


def brief(folder: Path, division: Division, are_reviews: bool) -> str:
    """Write the brief of a challenge, with the commands for its folder."""
    train, hidden = division
    test_path, predictions_path = ((folder / name).as_posix() for name in ("test.csv", "predictions.csv"))
    classes = (listed([*map(_shown, names)]) for names in (train.taskA_classes, train.taskB_classes))
    return BRIEF.format(
        labels=" and ".join(f"{task} ({names})" for task, names in zip(("task A", "task B"), classes, strict=True)),
        train=len(train),
        hidden=len(hidden),
        review=" and the review that they stand in" if are_reviews else "",
        hidden_file="" if are_reviews else "\n| `.hidden.csv` | the hidden sentences with their labels |",
        discipline=PUBLIC if are_reviews else OWN,
        targets=_targets(are_reviews),
        folder=shlex.quote(folder.as_posix()),
        training=TRAINING,
        train_path=shlex.quote((folder / "train.csv").as_posix()),
        predictions_path=shlex.quote(predictions_path),
        snippet=SNIPPET.format(test_path=test_path, predictions_path=predictions_path),
    )


def _shown(name: str) -> str:
    """Write the name of a class so that it stays in its line."""
    return name if name.isprintable() else ascii(name)


def _targets(are_reviews: bool) -> str:
    """List the tiers."""
    lines = [f"1. {WORDS.name.capitalize()}, on both tasks: it is measured with your model."]
    if not are_reviews:
        lines.append("2. What comes next, you set yourself: the number of the next simplest model of yours.")
        return "\n".join(lines)
    for number, tier in enumerate(MEASURED.values(), start=2):
        task_a, task_b = tier.targets or (0, 0)
        lines.append(f"{number}. {tier.name.capitalize()}: {task_a:.2f} on task A and {task_b:.2f} on task B.")
    return "\n".join(lines)
