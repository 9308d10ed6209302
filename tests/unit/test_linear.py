"""Models, losses, and their closed forms."""

import pytest
import torch

from gdbook.linear import (
    design_matrix,
    hessian,
    least_squares,
    linreg,
    simple_linreg,
    simple_non_linearity,
    simple_squared_loss,
    squared_loss,
)


def test_the_linear_model_is_a_weighted_sum_plus_the_bias():
    X, w, b = torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([[10.0], [1]]), 0.5
    assert linreg(X, w, torch.tensor([b])).tolist() == [[12.5], [34.5]]


def test_the_linear_model_refuses_weights_that_do_not_match():
    wanted = r"wanted X \(n, d\), w \(d, 1\); got \[5, 2\], \[3, 1\]"
    with pytest.raises(ValueError, match=wanted):
        linreg(torch.zeros(5, 2), torch.zeros(3, 1), torch.zeros(1))
    with pytest.raises(ValueError, match=r"\[5, 2\], \[2\]"):
        linreg(torch.zeros(5, 2), torch.zeros(2), torch.zeros(1))


def test_the_simple_model_takes_a_bias_or_none():
    x, w = torch.tensor([0, 1, 3]), torch.tensor([2.0])
    assert simple_linreg(x, w).tolist() == [0, 2, 6]
    assert simple_linreg(x, w, torch.tensor([1.0])).tolist() == [1, 3, 7]


def test_one_loss_is_half_of_the_other():
    y_hat, y = torch.tensor([3.0, 5]), torch.tensor([1.0, 5])
    assert squared_loss(y_hat, y).tolist() == [2, 0]
    assert simple_squared_loss(y_hat, y).tolist() == [4, 0]


@pytest.mark.parametrize("loss", [squared_loss, simple_squared_loss])
def test_losses_refuse_shapes_that_would_broadcast(loss):
    with pytest.raises(ValueError, match=r"equal shapes, got \[4, 1\], \[4\]"):
        loss(torch.zeros(4, 1), torch.zeros(4))


def test_the_non_linearity_acts_on_predictions_of_three_or_more():
    just_below = torch.nextafter(torch.tensor(3.0), torch.tensor(0.0))
    y_hat = torch.tensor([0.0, just_below, 3.0, 6.0])
    lift = simple_non_linearity(y_hat) - y_hat
    assert lift[:2].tolist() == [0, 0]
    # float32 rounds 3 + 0.1 and 6 + 0.1 by half a unit in the last place, ≤ 2⁻²²
    assert (lift[2:] - 0.1).abs().max() <= 2**-21


def test_least_squares_finds_an_exact_line():
    X = design_matrix(torch.tensor([0.0, 1, 2, 5]))
    y = 3 * X[:, 0] - 7
    found = least_squares(X, y)[:, 0]
    # rounding errors grow with the condition number of XᵀX, below 100 here
    assert torch.allclose(found, torch.tensor([3.0, -7]).double(), rtol=0, atol=1e-13)


def test_least_squares_of_the_wrong_label_is_the_fraction_143_140():
    # Σxy / Σx² = (1·1 + 2·2 + 3·3.1) / 14 = 14.3/14, worked out by hand
    x, y = (
        torch.tensor([[0], [1], [2], [3]]),
        torch.tensor([0, 1, 2, 3.1], dtype=torch.float64),
    )
    assert abs(least_squares(x, y).item() - 14.3 / 14) < 1e-15


def test_the_residual_of_least_squares_is_orthogonal_to_the_columns():
    torch.manual_seed(0)
    X, y = torch.randn(50, 4), torch.randn(50)
    residual = y.double()[:, None] - X.double() @ least_squares(X, y)
    assert (X.double().T @ residual).abs().max() < 1e-12


def test_least_squares_refuses_bad_input():
    with pytest.raises(ValueError, match="as many rows in y as in X, got 3 and 4"):
        least_squares(torch.eye(4), torch.zeros(3))
    with pytest.raises(ValueError, match="independent columns, got rank below 2"):
        least_squares(torch.ones(4, 2), torch.zeros(4))


def test_the_hessian_is_the_second_derivative_of_the_mean_loss():
    torch.manual_seed(0)
    X, y = torch.randn(20, 3).double(), torch.randn(20, 1).double()

    def mean_loss(w: torch.Tensor) -> torch.Tensor:
        return squared_loss(X @ w[:, None], y).mean()

    by_autograd = torch.autograd.functional.hessian(mean_loss, torch.zeros(3).double())
    assert torch.allclose(hessian(X), by_autograd, rtol=0, atol=1e-14)
    assert not torch.allclose(2 * hessian(X), by_autograd, rtol=0, atol=1e-14)


def test_the_hessian_of_no_samples_is_refused():
    with pytest.raises(ValueError, match="at least 1 row in X, got 0"):
        hessian(torch.zeros(0, 2))


def test_the_design_matrix_has_a_last_column_of_ones():
    assert design_matrix(torch.tensor([5, 6])).tolist() == [[5, 1], [6, 1]]
    assert design_matrix(torch.zeros(3, 2)).shape == (3, 3)
