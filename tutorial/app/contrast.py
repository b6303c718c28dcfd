"""What `contrast` does: train the embedding itself, and show it before and after."""

from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from .. import trainer
from ..config import FreezeStrategy, TrainingConfig
from ..contrastive import label_groups, train_by_groups
from ..dataset import MultiTaskDataset
from ..freezing import apply_strategy
from ..geometry import Quality, measure_quality
from ..plots import similarity_heatmap
from ..progress import busy
from ..similarity import cosine_similarity_matrix
from .sets import divide

SHOWN = 2  # sentences of each group in the heatmap


def contrast(
    config: TrainingConfig, temperature: float, hard: int, device: torch.device, folder: Path, console: Console
) -> None:
    """Draw sentences of one group together above a frozen backbone, and measure others before and after."""
    sets = divide(config, console)
    model = trainer.build_model(config).to(device)
    apply_strategy(model, FreezeStrategy.BACKBONE)
    shown = _examples(sets.test)
    with busy("Embedding"):
        features = trainer.cache_features(model, sets.train.sentences)
        before = model.encode(sets.test.sentences)
    with busy("Training the embedding"):
        groups = label_groups(sets.train).to(device)
        losses = train_by_groups(model, lambda rows: model.project(features[rows]), groups, config, hard, temperature)
        after = model.encode(sets.test.sentences)
    for epoch, loss in enumerate(losses, start=1):
        console.print(f"Epoch {epoch}/{config.epochs}: loss {loss:.4f}")
    console.print(_table(len(sets.test), measure_quality(before, sets.test), measure_quality(after, sets.test)))
    for number, row in enumerate(shown, start=1):
        console.print(f"  T{number}  {sets.test.sentences[row]}", soft_wrap=True)
    with busy("Drawing"):
        labels = [f"T{number}" for number in range(1, len(shown) + 1)]
        matrices = {"before": before, "after": after}
        cosines = {title: cosine_similarity_matrix(rows[shown]) for title, rows in matrices.items()}
        similarity_heatmap(cosines, labels, folder / "contrast.png")


def _examples(dataset: MultiTaskDataset) -> list[int]:
    """Choose the first sentences of each group, group by group."""
    groups = label_groups(dataset)
    return [int(row) for group in groups.unique() for row in (groups == group).nonzero().flatten()[:SHOWN]]


def _table(sentences: int, before: Quality, after: Quality) -> Table:
    table = Table(title=f"the embedding of {sentences} test sentences", box=None, title_justify="left", min_width=60)
    table.add_column("")
    table.add_column("before", justify="right")
    table.add_column("after", justify="right")
    table.add_column("how to read it")
    rows = (
        (
            "alignment",
            before.geometry.alignment,
            after.geometry.alignment,
            "the less, the closer is what belongs together",
        ),
        (
            "uniformity",
            before.geometry.uniformity,
            after.geometry.uniformity,
            "the less, the more evenly all are spread",
        ),
        ("Spearman", before.spearman, after.spearman, "the more, the better cosines follow the labels"),
    )
    for name, first, second, meaning in rows:
        table.add_row(name, f"{first:.2f}", f"{second:.2f}", meaning)
    return table
