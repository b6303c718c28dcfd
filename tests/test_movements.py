"""The table of movements: every cell is what a step really does."""

from dataclasses import replace

import pytest
import torch

from solutions.movements import MODEL_PARTS, SITUATIONS, causes_of_movement, predict_movements, take_step

every_situation = pytest.mark.parametrize("name", SITUATIONS)


def test_table_has_a_cell_for_every_part_of_every_situation():
    assert {name: tuple(row) for name, row in predict_movements().items()} == dict.fromkeys(SITUATIONS, MODEL_PARTS)


@every_situation
def test_table_is_what_happens(name):
    assert predict_movements()[name] == causes_of_movement(name)


@every_situation
@pytest.mark.parametrize(("task", "cause"), [(0, "task A"), (1, "task B")])
def test_task_is_a_cause_exactly_where_its_loss_matters(name, task, cause):
    situation = SITUATIONS[name]
    if situation.weights[task] is None:
        assert all(cause not in cell for cell in predict_movements()[name].values())
        return
    weights = list(situation.weights)
    weights[task] *= 3
    one, other = take_step(situation), take_step(replace(situation, weights=tuple(weights)))
    assert {part for part in MODEL_PARTS if not torch.equal(one[part], other[part])} == {
        part for part, cell in predict_movements()[name].items() if cause in cell
    }


@every_situation
def test_step_repeats(name):
    one, other = take_step(SITUATIONS[name]), take_step(SITUATIONS[name])
    assert all(torch.equal(one[part], other[part]) for part in MODEL_PARTS)
