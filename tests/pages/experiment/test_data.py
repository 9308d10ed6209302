"""The page experiment/data: what it computes and claims, held independently."""

import numpy as np
import pytest
import torch

from gdbook.data import setup_seed, synthetic_data
from gdbook.experiments import TRUE_B, TRUE_W
from gdbook.figures.regression import label_scatter
from gdbook.linear import design_matrix, least_squares
from tests.pages.runner import edited, numbers, run_page

URI = "experiment/data.py"


def test_the_data_are_those_of_the_experiment(page):
    names = page("experiment/data")
    setup_seed(20)
    features, labels = synthetic_data(TRUE_W, TRUE_B, 1000)
    assert torch.equal(names.features, features)
    assert torch.equal(names.labels, labels)


def test_the_variance_of_a_rest_is_that_of_the_other_feature_and_the_noise():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(400_000, 2)), rng.normal(0, 1.5, 400_000)
    y = x @ [2, -3.4] + 4.2 + noise
    error = 4 * (2 / len(y)) ** 0.5
    assert (y + 3.4 * x[:, 1]).var() == pytest.approx(4 + 2.25, rel=error)
    assert y.var() == pytest.approx(4 + 3.4**2 + 2.25, rel=error)
    assert y.var() != pytest.approx(2 + 3.4 + 2.25, rel=error)


def test_the_scatter_comes_almost_only_from_feature_0(page):
    names = page("experiment/data")
    zero = names.true_w[0] * names.features[:, 0]
    assert torch.corrcoef(torch.stack([names.rest, zero]))[0, 1] > 0.9999
    assert 150 < names.rest.std() / names.noise.std() < 250


def test_no_weights_give_the_loss_zero(page):
    names = page("experiment/data")
    X = design_matrix(names.features)
    residual = X @ least_squares(X, names.labels) - names.labels
    assert (residual**2).mean() / 2 > 4e-5


def test_a_line_takes_a_small_part_of_feature_0_for_feature_1(page):
    names = page("experiment/data")
    x, y = names.features[:, 1].double(), names.labels[:, 0].double()
    slope = ((x - x.mean()) @ y / ((x - x.mean()) @ x)).item()
    assert names.slope.item() == pytest.approx(slope, rel=1e-5)
    assert abs(slope + 3.4 - names.shift.item()) < 0.01 * abs(names.shift.item())
    assert 0.001 < abs(names.shift.item()) < 0.1


def test_the_exercises_print_what_their_words_say():
    ran = run_page(URI)
    measured, *_, predicted = numbers(ran.printed("setup_seed(SEED)\nX ="))
    assert predicted == pytest.approx(5**0.5, abs=5e-4)
    assert measured == pytest.approx(predicted, rel=4 / 2000**0.5)
    assert ran.end.sigma**2 / ran.end.variance < 1e-5


def test_the_name_of_the_line_stands_beside_its_end():
    rng = np.random.default_rng(1)
    x = rng.normal(size=500)
    figure = label_scatter(x, -3.4 * x + rng.normal(0, 2, 500), -3.4)
    (ax,) = figure.axes
    figure.canvas.draw()
    (label,) = ax.texts
    box = label.get_window_extent()
    for line in ax.lines:
        points = ax.transData.transform(line.get_xydata())
        assert not any(box.contains(*point) for point in points)
    end = ax.transData.transform(ax.lines[1].get_xydata()[-1])
    assert abs(box.x0 - end[0]) < 20
    assert box.y0 < end[1] < box.y1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- true_w[0] * features[:, 0] - true_b", "- true_b"),
        ("rest = labels[:, 0] - true_w[1]", "rest = labels[:, 0] + true_w[1]"),
    ],
)
def test_the_checks_of_the_page_notice_another_rest(old, new):
    with pytest.raises(AssertionError):
        edited(URI, old, new)
