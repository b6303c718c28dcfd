import dataclasses
import math
import re
import warnings

import pytest
import torch
from torch.optim import SGD

from solutions.backbones import load_backbone
from solutions.config import FreezeStrategy, Split, TrainingConfig, Weighting
from solutions.dataset import Batch, generate_dataset, stratified_split
from solutions.evaluator import evaluate
from solutions.freezing import apply_strategy
from solutions.losses import combined_loss
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import (
    build_model,
    cache_features,
    cross_validate,
    feature_batches,
    format_epoch,
    generated_split,
    run,
    token_batches,
    train,
    train_step,
)


@pytest.fixture
def config(tiny):
    return TrainingConfig(backbone=tiny, max_length=64, dataset_size=40, batch_size=7, epochs=2, learning_rate=1e-3)


def trained(config):
    train_set, _ = generated_split(config)
    model = build_model(config)
    history = train(model, train_set, config)
    return model, history


def same_weights(first, second):
    return all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("freeze", FreezeStrategy)
@pytest.mark.parametrize("weighting", Weighting)
def test_train_is_repeatable_to_the_bit(config, freeze, weighting):
    config = dataclasses.replace(config, freeze=freeze, weighting=weighting)
    (first, first_history), (second, second_history) = trained(config), trained(config)
    assert first_history == second_history
    assert same_weights(first, second)


def test_train_with_another_seed_gives_other_weights(config):
    assert not same_weights(trained(config)[0], trained(dataclasses.replace(config, seed=1))[0])


def test_train_with_everything_frozen_measures_and_moves_nothing(config):
    config = dataclasses.replace(config, freeze=FreezeStrategy.EVERYTHING)
    model, history = trained(config)
    assert same_weights(model, build_model(config))
    assert history[0]["taskA"] == history[1]["taskA"]


def test_train_with_cached_features_gives_the_same_losses_as_without(config):
    cached = trained(config)[1]
    recomputed = trained(dataclasses.replace(config, cache_features=False))[1]
    assert [epoch["loss"] for epoch in cached] == pytest.approx([epoch["loss"] for epoch in recomputed], abs=1e-5)


def test_train_runs_a_frozen_backbone_once_and_any_other_in_every_epoch(config):
    calls = {}
    for freeze in (FreezeStrategy.BACKBONE, FreezeStrategy.NOTHING):
        model = build_model(config)
        seen = []
        model.transformer.register_forward_hook(lambda module, args, output, seen=seen: seen.append(len(output[0])))
        train(model, generate_dataset(40), dataclasses.replace(config, freeze=freeze))
        calls[freeze] = sum(seen)
    assert calls == {FreezeStrategy.BACKBONE: 40, FreezeStrategy.NOTHING: 80}


def test_train_unfreezes_on_schedule(config):
    config = dataclasses.replace(config, unfreeze=((2, 1),))
    before = build_model(config).state_dict()
    model, seen = build_model(config), []

    def look(*_):
        weights = model.state_dict()
        seen.append(all(torch.equal(weights[name], before[name]) for name in before if name.startswith("transformer.")))

    train(model, generated_split(config)[0], config, look)
    assert seen == [True, False]
    after = model.state_dict()
    moved = [name for name in before if name.startswith("transformer.") and not torch.equal(after[name], before[name])]
    assert moved
    assert all(".layer.2." in name for name in moved)


def test_train_learns(config):
    """An easy task: the labels of 40 sentences, learned by heart by the whole model."""
    config = dataclasses.replace(config, freeze=FreezeStrategy.NOTHING, epochs=15, learning_rate=3e-3)
    history = trained(config)[1]
    assert history[-1]["loss"] < 0.3 * history[0]["loss"]
    assert history[-1]["taskA"]["accuracy"] > 0.9


def test_train_averages_the_loss_over_sentences_not_over_batches(config):
    """With everything frozen the epoch's loss is the loss of the whole set at once, however it is cut."""
    config = dataclasses.replace(config, freeze=FreezeStrategy.EVERYTHING, epochs=1)
    train_set, _ = generated_split(config)
    assert len(train_set) % config.batch_size
    model, history = trained(config)
    (batch,) = token_batches(model, train_set, len(train_set))
    output = model(**batch.inputs)
    expected = combined_loss(output.taskA_logits, output.taskB_logits, batch.taskA_labels, batch.taskB_labels)
    assert history[0]["loss"] == pytest.approx(expected.item(), rel=1e-5)


def test_train_rebalances_the_loss_of_a_frozen_head(config):
    losses = {}
    for freeze in (FreezeStrategy.NOTHING, FreezeStrategy.HEAD_A, FreezeStrategy.HEAD_B):
        tiny_step = dataclasses.replace(
            config, freeze=freeze, epochs=1, dropout=0.0, batch_size=32, learning_rate=1e-12, rebalance=True
        )
        losses[freeze] = trained(tiny_step)[1][0]["loss"]
        unbalanced = trained(dataclasses.replace(tiny_step, rebalance=False))[1][0]["loss"]
        assert (losses[freeze] < unbalanced) == (freeze is not FreezeStrategy.NOTHING)
    # Untrained heads are near chance: ln 2 for each loss, here of weights 0.6 / 2 + 0.8 and 0.6 + 0.8 / 2.
    assert losses[FreezeStrategy.HEAD_A] == pytest.approx(1.1 * math.log(2), rel=0.05)
    assert losses[FreezeStrategy.HEAD_B] == pytest.approx(1.0 * math.log(2), rel=0.05)


def test_train_logs_each_epoch_in_the_originals_form(config):
    lines = []
    train_set, _ = generated_split(config)
    history = train(build_model(config), train_set, config, lambda text, metrics: lines.append(text))
    assert lines == [f"Epoch {number}/2:\n{format_epoch(epoch)}" for number, epoch in enumerate(history, start=1)]
    assert lines[0].splitlines()[2] == (
        "Task A - Acc: {accuracy:.4f}, Prec: {precision:.4f}, Rec: {recall:.4f}, F1: {f1:.4f}".format(
            **history[0]["taskA"]
        )
    )


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"learning_rate": 1e30}, "learning_rate, which is 1e"),
        ({"weight_decay": 1e6}, "weight_decay, which is 1e"),
        ({"alpha": 1e39}, "alpha, which is 1e"),
        ({"weighting": "uncertainty", "weighting_learning_rate": 1e4}, "weighting_learning_rate, which is 10000"),
    ],
)
def test_train_says_that_it_diverged_and_names_the_likely_cause(config, options, cause):
    config = dataclasses.replace(config, **{"learning_rate": 1e-3, "epochs": 40, **options})
    with pytest.raises(ValueError, match=rf"training diverged; the likely cause is {cause}.*: make it smaller"):
        trained(config)


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"learning_rate": 1e30}, "learning_rate"),
        ({"learning_rate": 9e5}, "learning_rate"),
        ({"weighting": "uncertainty", "weighting_learning_rate": 1e3}, "weighting_learning_rate"),
    ],
)
def test_train_says_that_the_very_last_step_diverged(config, options, cause):
    config = dataclasses.replace(config, **options, epochs=1, batch_size=32)  # the one step of 32 sentences
    with pytest.raises(ValueError, match=f"training diverged; the likely cause is {cause}, "):
        trained(config)


@pytest.mark.parametrize(("rate", "warned"), [(1e-7, True), (0.1, False)])
def test_training_in_bfloat16_warns_of_steps_that_move_nothing(config, rate, warned):
    config = dataclasses.replace(config, learning_rate=rate, epochs=1)
    train_set, _ = generated_split(config)
    model = build_model(config).bfloat16()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(model, train_set, config)
    assert [bool(re.search(r"moves [\d,]+ of [\d,]+ weights in torch.bfloat16", str(w.message))) for w in caught] == (
        [True] * len(caught)
    )
    assert bool(caught) == warned


def test_train_refuses_an_empty_dataset(config):
    with pytest.raises(ValueError, match="training set is empty"):
        train(build_model(config), generate_dataset(4).subset([]), config)


def example(tiny):
    torch.manual_seed(0)
    model = MultiTaskSentenceTransformer(*load_backbone(tiny), max_length=64).eval()
    (batch,) = token_batches(model, generate_dataset(8), 8)
    return model, batch


def test_train_step_is_one_step_of_gradient_descent(tiny):
    model, batch = example(tiny)
    weight = model.projection.weight
    before = weight.detach().clone()
    output = model(**batch.inputs)
    loss = combined_loss(output.taskA_logits, output.taskB_logits, batch.taskA_labels, batch.taskB_labels)
    (gradient,) = torch.autograd.grad(loss, weight)
    returned, predicted = train_step(model, batch, combined_loss, SGD(model.parameters(), lr=0.1))
    torch.testing.assert_close(weight.detach(), before - 0.1 * gradient)
    assert returned == pytest.approx(loss.item())
    torch.testing.assert_close(predicted.taskA_logits, output.taskA_logits.detach())
    assert not any(tensor.requires_grad for tensor in predicted)


def test_train_step_forgets_the_gradients_of_the_step_before(tiny):
    (first, batch), (second, _) = example(tiny), example(tiny)
    for parameter in first.parameters():
        parameter.grad = torch.ones_like(parameter)
    for model in (first, second):
        train_step(model, batch, combined_loss, SGD(model.parameters(), lr=0.1))
    assert same_weights(first, second)


def test_train_step_with_everything_frozen_moves_nothing(tiny):
    model, batch = example(tiny)
    apply_strategy(model, FreezeStrategy.EVERYTHING)
    loss, _ = train_step(model, batch, combined_loss, SGD(model.parameters(), lr=0.1))
    assert loss > 0
    assert same_weights(model, example(tiny)[0])


def test_cache_features_equals_the_model_in_eval_mode_whatever_its_mode(model):
    sentences = generate_dataset(40).sentences
    model.train()
    features = cache_features(model, sentences)
    assert model.training
    assert not features.requires_grad
    model.eval()
    for row, sentence in zip(features, sentences, strict=True):
        tokens = torch.tensor([model.tokenizer(sentence)["input_ids"]])
        expected = model.features(tokens, torch.ones_like(tokens))[0]
        torch.testing.assert_close(row, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("make_batches", [token_batches, feature_batches])
def test_batches_shuffle_with_a_seed_and_keep_the_order_without(model, make_batches):
    dataset = generate_dataset(20)

    def labels(batches) -> list[tuple[int, int]]:
        pairs = [zip(batch.taskA_labels.tolist(), batch.taskB_labels.tolist(), strict=True) for batch in batches]
        return [pair for batch in pairs for pair in batch]

    in_order = [(sample.taskA, sample.taskB) for sample in dataset.samples]
    assert labels(make_batches(model, dataset, 6)) == in_order
    shuffled = make_batches(model, dataset, 6, seed=1)
    first_epoch, second_epoch = labels(shuffled), labels(shuffled)
    assert sorted(first_epoch) == sorted(in_order)
    assert first_epoch != in_order
    assert first_epoch != second_epoch
    assert labels(make_batches(model, dataset, 6, seed=1)) == first_epoch


def test_token_and_feature_batches_are_the_same_batches(model):
    model.eval()
    dataset = generate_dataset(20)
    for tokens, features in zip(
        token_batches(model, dataset, 6, seed=3), feature_batches(model, dataset, 6, seed=3), strict=True
    ):
        assert tokens.taskA_labels.tolist() == features.taskA_labels.tolist()
        expected = model.features(**tokens.inputs)
        torch.testing.assert_close(features.inputs["features"], expected, rtol=0, atol=1e-6)


def test_batch_moves_to_a_device(model):
    (batch,) = token_batches(model, generate_dataset(4), 4)
    moved = batch.to(torch.device("meta"))
    assert isinstance(moved, Batch)
    assert {tensor.device.type for tensor in (*moved.inputs.values(), *moved[1:])} == {"meta"}


def test_generated_split_follows_the_configuration(config):
    train_set, test_set = generated_split(dataclasses.replace(config, split=Split.LEAK_FREE, disjoint_words=True))
    assert (len(train_set), len(test_set)) == (32, 8)
    assert {word for s in train_set.samples for word in s.words}.isdisjoint(
        word for s in test_set.samples for word in s.words
    )
    random_train, random_test = generated_split(config)
    assert random_train.samples == stratified_split(generate_dataset(40))[0].samples
    assert len(random_test) == 8


def test_run_trains_and_evaluates_a_fresh_model(config):
    train_set, test_set = generated_split(config)
    result = run(config, train_set, test_set)
    model, history = trained(config)
    assert result.history == history
    assert same_weights(result.model, model)
    assert result.metrics == evaluate(model, token_batches(model, test_set, 7))


def test_cross_validate_evaluates_every_sentence_once_with_a_fresh_model(config):
    dataset = generate_dataset(20)
    results = cross_validate(dataset, config, folds=5)
    assert sum(sum(map(sum, metrics["taskA"]["confusion_matrix"])) for metrics in results) == 20
    assert results == cross_validate(dataset, config, folds=5)


def test_train_moves_the_uncertainty_weights_away_from_the_plain_sum_they_start_as(config):
    config = dataclasses.replace(config, weighting=Weighting.UNCERTAINTY, learning_rate=0.05, epochs=5)
    history = trained(config)[1]
    losses = [epoch["loss"] for epoch in history]
    assert all(weight != 1 for weight in history[-1]["loss_weights"])
    assert "Loss weights - Task A: " in format_epoch(history[-1])
    fixed = dataclasses.replace(config, weighting=Weighting.FIXED, alpha=1.0, beta=1.0)
    assert losses != [epoch["loss"] for epoch in trained(fixed)[1]]
