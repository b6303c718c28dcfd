"""Early stopping: the best epoch's weights come back, and they are those that the smallest validation loss says."""

import pytest
import torch
from torch import nn

from solutions.config import TrainingConfig
from solutions.dataset import generate_dataset, stratified_split
from solutions.early_stopping import EarlyStopping, train_with_validation, validation_loss
from solutions.trainer import batches_for, build_model


@pytest.fixture
def sets():
    return stratified_split(generate_dataset(40), 0.3)


def watched(bert, sets, **options):
    options = {"epochs": 3, "learning_rate": 0.01, "validation_fraction": 0.3, **options}
    config = TrainingConfig(backbone=str(bert), max_length=16, **options)
    model, lines = build_model(config), []
    history = train_with_validation(model, *sets, config, lambda text, metrics: lines.append(text))
    return model, config, history, lines


def test_restore_gives_back_what_training_went_on_from():
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    watch, kept = EarlyStopping(model), []
    for loss in (0.9, 0.3, 0.5):
        optimizer.zero_grad()
        model(torch.randn(4, 3)).square().sum().backward()
        optimizer.step()
        kept.append({name: tensor.clone() for name, tensor in model.state_dict().items()})
        watch.update(loss)
    watch.restore()
    assert watch.best_epoch == 2
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, kept[1][name])


def test_train_with_validation_ends_with_the_weights_of_the_smallest_validation_loss(bert, sets):
    model, config, history, lines = watched(bert, sets, learning_rate=0.3, epochs=5)
    losses = [epoch["validation_loss"] for epoch in history]
    assert validation_loss(model, batches_for(model, sets[1], config)) == pytest.approx(min(losses), rel=1e-5)
    assert lines[-1] == f"The weights are those of epoch {1 + losses.index(min(losses))}."


def test_train_with_validation_stops_where_patience_ends(bert, sets):
    _, _, history, _ = watched(bert, sets, learning_rate=1.0, epochs=12, patience=1)
    losses = [epoch["validation_loss"] for epoch in history]
    assert len(history) < 12
    assert losses[-1] >= min(losses[:-1])
    assert losses[:-1] == sorted(losses[:-1], reverse=True)


def test_validation_set_changes_nothing_of_the_training(bert, sets):
    _, _, history, _ = watched(bert, sets)
    _, _, other, _ = watched(bert, (sets[0], sets[1].subset(range(4))))
    assert [epoch["loss"] for epoch in history] == [epoch["loss"] for epoch in other]


def test_validation_loss_of_no_batch_is_refused(bert, sets):
    model = watched(bert, sets, epochs=1)[0]
    with pytest.raises(ValueError, match="no sentences"):
        validation_loss(model, [])
