"""The page experiment/sgd: what it computes and claims, held independently."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import torch

from tests.pages.runner import numbers, run_page

PAGE = run_page("experiment/sgd.py")


def test_the_gradient_of_the_first_batch_is_that_of_finite_differences() -> None:
    names = PAGE.after("l.sum().backward()")
    X = np.c_[names["X"].double().numpy(), np.ones(10)]
    y = names["y"].double().numpy()[:, 0]
    residual = names["residual"].double().numpy()[:, 0]
    # the page has updated its parameters since: solve for those of the residuals
    theta = np.linalg.lstsq(X, residual + y)[0]

    def loss(at: np.ndarray) -> float:
        return ((X @ at - y) ** 2).sum() / 2

    # a central difference is exact for a quadratic function, but for rounding
    steps = 1e-3 * np.eye(3)
    slopes = [(loss(theta + d) - loss(theta - d)) / 2e-3 for d in steps]
    by_hand = (names["X"].T @ names["residual"]).flatten().tolist()
    assert np.allclose(slopes, [*by_hand, names["residual"].sum().item()], rtol=1e-5)


def test_the_check_of_hand_against_autograd_notices_a_wrong_sign() -> None:
    check = PAGE.cell("assert_close(w.grad, X.T @ residual)").source
    names = PAGE.after("l.sum().backward()")
    w = names["w"].detach().clone().requires_grad_()
    b = torch.zeros(1, requires_grad=True)
    residual = names["X"] @ w + b - names["y"]
    (residual**2 / 2).sum().backward()
    names = names | {"w": w, "b": b}
    exec(check, names | {"residual": residual.detach()})
    with pytest.raises(AssertionError):
        exec(check, names | {"residual": -residual.detach()})


def test_one_step_lowers_the_loss_of_its_own_batch() -> None:
    old, new = numbers(PAGE.printed("sgd([w, b], lr, batch_size)"))
    assert new < old


def test_the_update_without_no_grad_is_refused() -> None:
    assert "leaf Variable that requires grad" in PAGE.printed("except RuntimeError")


def test_after_an_update_out_of_place_the_next_one_fails() -> None:
    w = torch.ones(1, requires_grad=True)
    (w**2).sum().backward()
    w = w - 0.1 * w.grad
    (w**2).sum().backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        gradient = w.grad
    assert gradient is None
    with pytest.raises(TypeError):
        w - 0.1 * gradient


@pytest.mark.parametrize("name", ["sgd", "sgd_without_clearing"])
def test_uncleared_gradients_move_the_parameters_past_the_minimum(name: str) -> None:
    X = torch.cat([PAGE.end.features, torch.ones(1000, 1)], dim=1)
    theta = torch.zeros(3, 1, requires_grad=True)
    for _ in range(200):  # two epochs, each step with the gradient of all samples
        ((X @ theta - PAGE.end.labels) ** 2 / 2).sum().backward()
        getattr(PAGE.end, name)([theta], 0.0003, 1000)
    passed = theta.detach().flatten().abs() > torch.tensor([2, 3.4, 4.2])
    assert passed.all() if name == "sgd_without_clearing" else not passed.any()


def test_each_sample_of_a_short_batch_keeps_its_weight() -> None:
    rows = torch.arange(1.0, 11)  # gradients of single samples
    moves = []
    for size in (30, 10):
        w = torch.zeros(1, requires_grad=True)
        (rows * w).sum().backward()
        PAGE.end.sgd([w], 0.0003, size)
        moves.append(w.item())
    assert moves[0] == pytest.approx(-0.0003 * sum(range(1, 11)) / 30, rel=1e-6)
    assert moves[1] == pytest.approx(3 * moves[0], rel=1e-6)


@pytest.mark.parametrize("size", range(1, 6))
def test_the_variance_of_a_batch_is_exact_in_fractions(size: int) -> None:
    g = [Fraction(k * k, 3) for k in range(5)]
    n, mean = len(g), sum(g) / 5
    v = sum((one - mean) ** 2 for one in g) / n
    draws = {Fraction(1): product(g, repeat=size),
             Fraction(n - size, n - 1): combinations(g, size)}  # fmt: skip
    for factor, batches in draws.items():
        means = [sum(batch) / size for batch in batches]
        assert sum(means) / len(means) == mean
        variance = sum((one - mean) ** 2 for one in means) / len(means)
        assert variance == v / size * factor
        assert size in (1, n) or variance != v / size * Fraction(n - size, n)


def test_the_simulation_of_the_page_notices_a_wrong_factor() -> None:
    check = PAGE.cell("for replace, draws in distances.items()").source
    exec(check, vars(PAGE.end).copy())
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"n": 700})
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"v": 1.2 * PAGE.end.v})


def test_the_lines_of_the_figure_run_as_its_alternative_text_says() -> None:
    curve, predicted = PAGE.end.curve, PAGE.end.predicted
    ratio = predicted[False] / predicted[True]
    assert (ratio[curve > 1] < 1).all()
    assert ratio[-1] < 0.01
    assert (ratio[curve <= 100] > 0.89).all()
    assert np.allclose(predicted[True] * curve, PAGE.end.v, rtol=1e-6)


def test_the_sums_over_an_epoch_add_up_to_the_full_gradient() -> None:
    end = PAGE.end
    sums = [X.sum(dim=0) for X, _ in end.data_iter(10, end.g_i, end.g_i)]
    assert len(sums) == 100
    assert torch.allclose(sum(sums), 1000 * end.g)
