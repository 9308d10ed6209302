"""The page experiment/model: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp
import torch

from gdbook.ledger import published, read_ledger
from gdbook.linear import design_matrix, least_squares, squared_loss
from tests.checks import check_printed
from tests.pages.runner import edited, numbers, run_page

URI = "experiment/model.py"


def test_the_first_parameters_print_as_the_article_has_them(page):
    names = page("experiment/model")
    first = [*published(read_ledger()).items()][:3]
    assert all(name.startswith("regression.initial_") for name, _ in first)
    values = [*names.w.flatten(), *names.b]
    for value, (_, text) in zip(values, first, strict=True):
        check_printed(value.item(), text.rstrip("."))


def test_the_loss_at_the_start_is_nearly_that_of_predictions_zero(page):
    names = page("experiment/model")
    X, y = names.features.double().numpy(), names.labels.double().numpy()
    y_hat = X @ names.w.detach().double().numpy()
    start, zeros = ((y_hat - y) ** 2).mean() / 2, (y**2).mean() / 2
    assert names.start.item() == pytest.approx(start, rel=1e-5)
    assert names.zeros.item() == pytest.approx(zeros, rel=1e-5)
    # by Cauchy and Schwarz the weights bound the difference: it goes to 0 with them
    rms, rms_hat = (y**2).mean() ** 0.5, (y_hat**2).mean() ** 0.5
    assert 0 < abs(start - zeros) <= rms * rms_hat + rms_hat**2 / 2
    assert rms_hat < 0.01


def test_equal_shapes_or_a_table_with_the_mean_of_two_sums():
    rng = np.random.default_rng(0)
    y_hat, y = rng.normal(size=(2, 7))
    table = (y_hat[:, None] - y) ** 2 / 2
    parts = ((y_hat - y.mean()) ** 2).mean() / 2, ((y - y.mean()) ** 2).mean() / 2
    assert table.mean() == pytest.approx(sum(parts), rel=1e-12)
    assert ((y_hat - y) ** 2).mean() / 2 != pytest.approx(sum(parts), rel=0.01)


def test_the_wrong_loss_is_smallest_at_the_mean_label(page):
    names = page("experiment/model")
    X = design_matrix(names.features)
    n = len(X)
    repeated, every = X.repeat_interleave(n, 0), names.flat.double().repeat(n)
    best = torch.linalg.solve(X.T @ X * n, repeated.T @ every)
    mean = names.flat.double().mean().item()
    assert best.tolist() == pytest.approx([0, 0, mean], abs=1e-6)
    assert least_squares(X, names.labels)[2].item() == pytest.approx(4.2, abs=0.01)


def test_the_package_refuses_the_shapes_that_the_page_shows(page):
    names = page("experiment/model")
    with pytest.raises(ValueError, match="equal shapes"):
        squared_loss(names.truth, names.flat)


def test_the_gradient_is_zero_at_least_squares_alone(page):
    names = page("experiment/model")
    X, y = design_matrix(names.features), names.labels.double()
    best = least_squares(X, y)
    assert (X.T @ (X @ best - y) / len(X)).abs().max() < 1e-12
    assert torch.linalg.eigvalsh(X.T @ X / len(X)).min() > 0.5
    assert names.by_hand.abs().min() > 1


def test_wrong_training_ends_at_the_mean_label():
    ran = run_page(URI)
    largest, bias, mean = numbers(ran.printed("largest weight"))
    assert largest == 0
    assert bias == mean


def test_a_network_of_zeros_or_of_equals_stays_one():
    ran = run_page(URI)
    names = ran.after("largest gradient")
    assert names["W"].grad.abs().max() == names["v"].grad.abs().max() == 0
    assert names["bias"].grad.abs().max() > 1
    W = ran.end.W
    assert torch.allclose(W, W[:, :1].expand(2, 4), rtol=1e-4)
    assert ((W - 0.1).abs() > 0.1).all()


def test_the_derivatives_of_the_network_are_those_of_the_solution():
    v, u, x, y, b, rest = sp.symbols("v u x y b rest", real=True)
    r = rest + v * sp.tanh(u * x) + b - y  # rest: the other units
    loss = r**2 / 2
    assert sp.simplify(loss.diff(v) - r * sp.tanh(u * x)) == 0
    assert sp.simplify(loss.diff(u) - r * v * (1 - sp.tanh(u * x) ** 2) * x) == 0


def test_half_the_variance_is_the_loss_of_the_mean_label():
    got, about = numbers(run_page(URI).printed("about {"))
    assert about == pytest.approx((2**2 + 3.4**2) / 2)
    assert got == pytest.approx(about, rel=4 * (2 / 1000) ** 0.5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flat = labels[:, 0]", "flat = labels"),
        ("w = torch.normal(0, 0.01, (2, 1)", "w = torch.normal(0, 1.0, (2, 1)"),
        ("zeros = squared_loss(torch.zeros_like(labels)", "zeros = squared_loss(truth"),
        ("true_w.reshape(2, 1), true_b)", "true_w.reshape(2, 1), 0.0)"),
    ],
)
def test_the_checks_of_the_page_notice_another_shape_start_or_loss(old, new):
    with pytest.raises((AssertionError, IndexError)):
        edited(URI, old, new)
