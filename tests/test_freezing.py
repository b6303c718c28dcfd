import pytest
import torch
from families import BACKBONES, LAYERS, make_backbone
from torch import nn
from torch.optim import AdamW
from transformers import BertTokenizer

from solutions.backbones import load_backbone
from solutions.config import FreezeStrategy
from solutions.freezing import (
    FROZEN_PARTS,
    PARTS,
    UnfreezeSchedule,
    apply_strategy,
    layer_groups,
    optimizer_groups,
    rebalance,
)
from solutions.losses import combined_loss
from solutions.multitask import MultiTaskSentenceTransformer

FAMILIES = pytest.mark.parametrize("family", BACKBONES)

INPUTS = {"input_ids": torch.tensor([[2, 6, 7, 8, 3]] * 4), "attention_mask": torch.ones(4, 5, dtype=torch.long)}
TASK_A, TASK_B = torch.tensor([0, 1, 2, 1]), torch.tensor([0, 1, 1, 0])
MODEL_STRATEGIES = pytest.mark.parametrize("strategy", FreezeStrategy)


def make_model(family):
    tokenizer = BertTokenizer(
        vocab={token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])}
    )
    return MultiTaskSentenceTransformer(make_backbone(family), tokenizer, taskA_classes=3, dim=8, max_length=16)


def hidden_states(transformer):
    """Give what each layer group puts out: the embeddings first, then each layer."""
    with torch.no_grad():
        return transformer(**INPUTS, output_hidden_states=True).hidden_states


def changed_groups(groups, before):
    return [
        any(not torch.equal(new, old) for new, old in zip(group.parameters(), olds, strict=True))
        for group, olds in zip(groups, before, strict=True)
    ]


def snapshot(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def moved(model, before):
    """Name the parts of which any parameter differs from before, by a single bit."""
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    return {name.partition(".")[0] for name in changed}


def step(model, optimizer):
    optimizer.zero_grad()
    output = model(**INPUTS)
    loss = combined_loss(output.taskA_logits, output.taskB_logits, TASK_A, TASK_B)
    if loss.requires_grad:
        loss.backward()
    optimizer.step()


@MODEL_STRATEGIES
def test_only_the_parts_that_are_not_frozen_move(model, strategy):
    apply_strategy(model, strategy)
    optimizer = AdamW(optimizer_groups(model, 1e-2, weight_decay=0.1))
    before = snapshot(model)
    step(model, optimizer)
    assert moved(model, before) == set(PARTS) - set(FROZEN_PARTS[strategy])


@MODEL_STRATEGIES
def test_neither_stale_gradients_nor_momentum_nor_weight_decay_move_a_frozen_part(model, strategy):
    apply_strategy(model, FreezeStrategy.NOTHING)
    optimizer = AdamW(optimizer_groups(model, 1e-2, weight_decay=0.1))
    step(model, optimizer)  # now there are gradients and momentum everywhere
    apply_strategy(model, strategy)
    before = snapshot(model)
    optimizer.step()
    assert moved(model, before) == set(PARTS) - set(FROZEN_PARTS[strategy])


@pytest.mark.parametrize("first", FreezeStrategy)
@MODEL_STRATEGIES
def test_apply_strategy_is_idempotent_and_does_not_depend_on_what_was_frozen_before(model, first, strategy):
    apply_strategy(model, strategy)
    expected = [(parameter.requires_grad, parameter.grad) for parameter in model.parameters()]
    modes = [module.training for module in model.modules()]
    for earlier in (first, strategy):
        apply_strategy(model, earlier)
    apply_strategy(model, strategy)
    assert [(parameter.requires_grad, parameter.grad) for parameter in model.parameters()] == expected
    assert [module.training for module in model.modules()] == modes


def test_frozen_backbone_gives_the_same_features_every_time_while_the_heads_drop_out(model):
    apply_strategy(model, FreezeStrategy.BACKBONE)
    model.train()
    first, second = model(**INPUTS), model(**INPUTS)
    torch.testing.assert_close(first.embeddings, second.embeddings, rtol=0, atol=0)
    assert not torch.equal(first.taskA_logits, second.taskA_logits)


def test_unfreezing_brings_dropout_back(model):
    apply_strategy(model, FreezeStrategy.EVERYTHING)
    model.train()
    assert not any(module.training for part in PARTS for module in model.get_submodule(part).modules())
    apply_strategy(model, FreezeStrategy.NOTHING)
    assert all(module.training for module in model.modules())


def test_apply_strategy_keeps_a_model_in_eval_mode(model):
    model.eval()
    apply_strategy(model, FreezeStrategy.BACKBONE)
    assert not any(module.training for module in model.modules())


def test_parts_cover_every_parameter_once(model):
    parameters = [id(p) for part in PARTS for p in model.get_submodule(part).parameters()]
    assert len(parameters) == len(set(parameters))
    assert set(parameters) == {id(parameter) for parameter in model.parameters()}


def test_rebalance_halves_the_weight_of_a_frozen_head_only():
    weights = {strategy: rebalance(0.6, 0.8, strategy) for strategy in FreezeStrategy}
    assert weights.pop(FreezeStrategy.HEAD_A) == (0.3, 0.8)  # 0.6 // 2 would be 0.0
    assert weights.pop(FreezeStrategy.HEAD_B) == (0.6, 0.4)
    assert set(weights.values()) == {(0.6, 0.8)}


def test_layer_groups_go_from_the_embeddings_up_in_the_order_of_computation(tiny):
    transformer, _ = load_backbone(tiny)
    bottom, *layers = layer_groups(transformer)
    order = []
    for number, part in enumerate([*bottom, *layers]):
        part.register_forward_hook(lambda *_, number=number: order.append(number))
    transformer(**INPUTS)
    assert order == [0, 1, 2, 3]


@FAMILIES
def test_layer_groups_hold_every_parameter_once(family):
    transformer = make_backbone(family)
    groups = layer_groups(transformer)
    assert len(groups) == 1 + LAYERS
    grouped = [id(parameter) for group in groups for parameter in group.parameters()]
    assert sorted(grouped) == sorted(id(parameter) for parameter in transformer.parameters())


@FAMILIES
def test_changing_a_layer_group_leaves_what_is_below_it_as_it_was(family):
    transformer = make_backbone(family)
    groups = layer_groups(transformer)
    before = hidden_states(transformer)
    changed = []
    for group in groups:
        kept = {name: tensor.clone() for name, tensor in group.state_dict().items()}
        with torch.no_grad():
            for parameter in group.parameters():
                parameter.add_(torch.randn(parameter.shape))
        changed.append([not torch.equal(*pair) for pair in zip(hidden_states(transformer), before, strict=True)])
        group.load_state_dict(kept)
    assert changed == [[number >= depth for number in range(1 + LAYERS)] for depth in range(1 + LAYERS)]


@FAMILIES
def test_unfreeze_schedule_trains_the_top_groups_of_every_encoder(family):
    model = make_model(family)
    for count in range(2 + LAYERS):
        apply_strategy(model, FreezeStrategy.BACKBONE)
        UnfreezeSchedule({1: count}).apply(model, 1)
        groups = layer_groups(model.transformer)
        before = [[parameter.clone() for parameter in group.parameters()] for group in groups]
        step(model, AdamW(optimizer_groups(model, 1e-2, weight_decay=0.1)))
        assert changed_groups(groups, before) == [False] * (1 + LAYERS - count) + [True] * count


@FAMILIES
def test_optimizer_groups_slow_every_encoder_down_towards_the_bottom(family):
    model = make_model(family)
    groups = optimizer_groups(model, 1.0, 0.0, layer_decay=0.5)
    parameters = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(parameters) == sorted(id(parameter) for parameter in model.parameters())
    assert [group["lr"] for group in groups] == [0.0625, 0.125, 0.25, 0.5, 1, 1, 1, 1]
    by_group = [list(group.parameters()) for group in layer_groups(model.transformer)]
    for group, expected in zip(groups[: 1 + LAYERS], by_group, strict=True):
        assert list(map(id, group["params"])) == list(map(id, expected))


def test_layer_groups_put_what_all_layers_share_into_the_bottom_group():
    beside = {
        "MPNet": {"encoder.relative_attention_bias"},
        "ELECTRA": {"embeddings_project"},
        "DeBERTa": {"encoder.rel_embeddings", "encoder.LayerNorm", "encoder.conv"},
        "ModernBERT": {"final_norm"},
    }
    for family, names in beside.items():
        transformer = make_backbone(family)
        bottom = list(layer_groups(transformer)[0].children())
        assert names | {"embeddings"} <= {name for name, part in transformer.named_modules() if part in bottom}


def test_layer_groups_says_what_it_needs():
    with pytest.raises(ValueError, match=r"backbone is a Linear, but must have its config.num_hidden_layers layers"):
        layer_groups(nn.Linear(2, 2))


@pytest.mark.parametrize("family", ["BERT", "RoBERTa", "MPNet"])
def test_layer_groups_refuses_a_pooler(family):
    config, kind = BACKBONES[family]
    with pytest.raises(ValueError, match="no pooler"):
        layer_groups(kind(config))
    assert len(layer_groups(kind(config, add_pooling_layer=False))) == 1 + LAYERS


@pytest.mark.parametrize("where", ["", "encoder"])
def test_layer_groups_refuses_parameters_that_stand_in_no_part(where):
    transformer = make_backbone("BERT")
    transformer.get_submodule(where).scale = nn.Parameter(torch.ones(1))
    with pytest.raises(ValueError, match="no parameters outside of its parts"):
        layer_groups(transformer)


def test_layer_groups_refuses_a_weight_of_two_layers():
    transformer = make_backbone("BERT")
    first, second, *_ = transformer.encoder.layer
    first.output.dense.weight = second.output.dense.weight
    with pytest.raises(ValueError, match="backbone is a BertModel"):
        layer_groups(transformer)


def test_layer_groups_refuses_layers_that_are_not_as_many_as_configured():
    transformer = make_backbone("BERT")
    transformer.encoder.layer.append(nn.Linear(2, 2))
    with pytest.raises(ValueError, match=r"config.num_hidden_layers layers in one nn.ModuleList"):
        layer_groups(transformer)


def test_unfreeze_schedule_gives_the_layers_of_the_last_milestone_reached():
    schedule = UnfreezeSchedule({5: 2, 3: 1, 6: 0})
    assert [schedule.trainable_layers(epoch) for epoch in range(1, 8)] == [0, 0, 1, 1, 2, 0, 0]
    assert UnfreezeSchedule({}).trainable_layers(4) == 0


@pytest.mark.parametrize("milestones", [{0: 1}, {1: -1}])
def test_unfreeze_schedule_refuses_impossible_milestones(milestones):
    with pytest.raises(ValueError, match="epochs count from 1 and layers from 0"):
        UnfreezeSchedule(milestones)


@pytest.mark.parametrize("count", range(5))
def test_unfreeze_schedule_moves_the_top_layers_only_with_an_optimizer_made_before(model, count):
    apply_strategy(model, FreezeStrategy.BACKBONE)
    optimizer = AdamW(optimizer_groups(model, 1e-2, weight_decay=0.1))
    UnfreezeSchedule({1: 4, 2: count}).apply(model, 1)
    step(model, optimizer)
    UnfreezeSchedule({1: 4, 2: count}).apply(model, 2)
    model.train()
    groups = layer_groups(model.transformer)
    before = [[parameter.clone() for parameter in group.parameters()] for group in groups]
    step(model, optimizer)
    changed = changed_groups(groups, before)
    assert changed == [False] * (4 - count) + [True] * count
    (embeddings,), *layers = groups
    assert [part.training for part in (embeddings, *layers)] == changed


def test_unfreeze_schedule_names_the_layers_there_are(model):
    with pytest.raises(ValueError, match=r"the schedule unfreezes 5 layer groups, but the backbone has 4: .* 3 layers"):
        UnfreezeSchedule({3: 5}).apply(model, 1)


@pytest.mark.parametrize("layer_decay", [1.0, 0.5])
def test_optimizer_groups_hold_every_parameter_once(model, layer_decay):
    apply_strategy(model, FreezeStrategy.EVERYTHING)
    groups = optimizer_groups(model, 1e-3, 1e-5, layer_decay)
    parameters = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(parameters) == sorted(id(parameter) for parameter in model.parameters())
    assert {group["weight_decay"] for group in groups} == {1e-5}


def test_optimizer_groups_slow_down_layer_by_layer_towards_the_bottom(model):
    rates = [group["lr"] for group in optimizer_groups(model, 1.0, 0.0, layer_decay=0.5)]
    assert rates == [0.0625, 0.125, 0.25, 0.5, 1, 1, 1, 1]
    assert [group["lr"] for group in optimizer_groups(model, 1.0, 0.0)] == [1.0] * 5


@pytest.mark.parametrize("strategy", FreezeStrategy)
def test_strategies_may_be_plain_text(model, strategy):
    assert rebalance(0.6, 0.8, strategy.value) == rebalance(0.6, 0.8, strategy)
    apply_strategy(model, strategy.value)
    frozen = [name for name in PARTS if not next(model.get_submodule(name).parameters()).requires_grad]
    assert set(frozen) == set(FROZEN_PARTS[strategy])


@pytest.mark.parametrize("unknown", ["head-x", "HEAD_A", None, 0])
def test_unknown_strategies_are_refused_by_name_and_value(model, unknown):
    for call in (
        lambda: rebalance(0.6, 0.8, unknown),
        lambda: apply_strategy(model, unknown),
    ):
        with pytest.raises(ValueError, match=f"FreezeStrategy is {unknown!r}, but must be one of nothing, backbone, "):
            call()
