"""The pictures that move: their drawings are true, and say all by themselves."""

import json
import re

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from docs.experiments.embedding_map import cosines, principal_plane
from docs.generator import angles, curves, embedding_map, moving, stepper
from docs.generator.canvas import Canvas
from docs.generator.data import load
from docs.generator.plane import Plane
from solutions.config import TrainingConfig

NAMES = ("stepper", "embedding-map", "training-curves", "gradients")


@pytest.fixture(scope="module")
def fragments():
    return moving.fragments()


def carried(fragment):
    """Read the data that a picture carries for the script."""
    return json.loads(fragment.partition('json">')[2].partition("</script>")[0])


def test_plane_places_its_corners():
    plane = Plane(Canvas(100, 100), (10, 20), (50, 30), (-1, 1), (0, 2))
    assert plane.place(-1, 0) == (10, 50)
    assert plane.place(1, 2) == (60, 20)
    assert plane.place(0, 1) == (35, 35)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_say_all_without_a_script(name, fragments):
    fragment = fragments[name]
    assert "\n\n" not in fragment  # a blank line would end the block
    assert '<p class="caption">' in fragment
    table, drawings = "<tbody>" in fragment, re.findall(r'role="img" aria-label="([^"]+)"', fragment)
    assert table
    assert all(len(words) > 60 for words in drawings)
    assert drawings or name == "stepper"
    assert carried(fragment)


def test_stepper_shows_numbers_that_follow_from_each_other(fragments):
    data = carried(fragments["stepper"])
    tokens, mask = torch.tensor(data["tokens"]), torch.tensor(data["mask"], dtype=torch.bool)
    assert len(data["pieces"]) == len(tokens) == len(mask)
    assert [piece for piece, real in zip(data["pieces"], data["mask"], strict=True) if not real] == ["[PAD]", "[PAD]"]
    torch.testing.assert_close(tokens[mask].mean(dim=0), torch.tensor(data["mean"]), atol=1e-4, rtol=0)
    assert tokens[mask].max(dim=0).values.tolist() == pytest.approx(data["max"])
    length = load("stepper")["rows"][0]["normed_length"]
    torch.testing.assert_close(torch.tensor(data["normed"]) / length, torch.tensor(data["unit"]), atol=1e-4, rtol=0)


def test_stepper_draws_every_number_of_every_vector():
    stage = stepper.stage()
    row = load("stepper")["rows"][0]
    strips = re.findall(r"<svg.*?</svg>", stage)
    assert len(strips) == len(row["tokens"]) + 4
    assert all(strip.count("<rect") == stepper.SLOTS for strip in strips)
    signs = ["above" if number > 0 else "below" for number in row["tokens"][0]]
    assert re.findall(r'class="(above|below)"', strips[0]) == signs
    assert len(stepper.steps()) == max(map(int, re.findall(r'data-from="(\d)"', stage)))


def test_principal_plane_is_that_of_all_epochs_together():
    embeddings = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 20, 6))) * torch.arange(1, 7)
    points, share = principal_plane(embeddings)
    pca = PCA(2).fit(embeddings.flatten(0, 1).numpy())
    expected = pca.transform(embeddings.flatten(0, 1).numpy()).reshape(3, 20, 2)
    np.testing.assert_allclose(np.abs(points.numpy()), np.abs(expected), atol=1e-8)
    assert share == pytest.approx(pca.explained_variance_ratio_.sum())


def test_cosines_are_of_one_group_and_of_two():
    embeddings = torch.tensor([[1.0, 0], [0.6, 0.8], [0, 1]])
    within, between = cosines(embeddings, torch.tensor([0, 0, 1]))
    assert within == pytest.approx(0.6)
    assert between == pytest.approx((0 + 0.8) / 2)


@pytest.mark.parametrize("setting", embedding_map.SETTINGS)
def test_map_moves_every_sentence_through_every_epoch(setting):
    shown = embedding_map.embeddings(setting)
    assert shown["labels"] == sorted(shown["labels"])
    assert {len(epoch) for epoch in shown["points"]} == {len(shown["sentences"])} == {len(shown["labels"])}
    assert len(shown["points"]) == len(shown["cosines"]) == TrainingConfig().epochs + 1
    assert embedding_map.stills().svg().count("<circle") == 2 * 3 * len(shown["sentences"])


def test_curves_carry_the_means(fragments):
    tables, summary = carried(fragments["training-curves"]), load("training_curves")["summary"]
    last = tables["1e-3"][-1]
    wanted = ("test_taskA", "train_taskA", "test_taskB", "train_taskB")
    assert last[:4] == [f"{summary['0.001'][name]['mean'][-1]:.2f}" for name in wanted]
    assert last[4:] == [f"{summary['0.001'][name + '_loss']['mean'][-1]:.2f}" for name in wanted]
    assert curves.headings()[:2] == ["accuracy A, new", "accuracy A, training"]
    assert fragments["training-curves"].count('class="curve') == 4 * 4


@pytest.mark.parametrize(("cosine", "ratio"), [(0.5, 1.0), (-0.95, 0.8), (-0.1, 5.6)])
def test_arrows_are_of_two_vectors_and_their_weighted_sum(cosine, ratio):
    config = TrainingConfig()
    a = np.array([1, 0, 0])
    b = ratio * np.array([cosine, 0, np.sqrt(1 - cosine**2)])
    vectors = a, b, config.alpha * a + config.beta * b
    drawn = angles.forces(cosine, ratio)
    unit = drawn[0].length  # of task A's
    assert max(arrow.length for arrow in drawn) == pytest.approx(angles.REACH)
    for arrow, vector in zip(drawn, vectors, strict=True):
        assert arrow.length / unit == pytest.approx(np.linalg.norm(vector), rel=0.02)  # both are rounded to a tenth
        assert np.cos(np.radians(arrow.angle)) == pytest.approx(vector[0] / np.linalg.norm(vector), abs=0.002)


def test_bands_stay_inside_the_plane():
    assert angles.band({"mean": [-0.9, 0.1], "sd": [0.2, 0.05]}, (-1, 0.2)) == ([-1, 0.05], [-0.7, pytest.approx(0.15)])
