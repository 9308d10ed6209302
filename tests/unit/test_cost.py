"""How many operations a step and an epoch of the regression take."""

import math

import numpy as np
import pytest
import torch

from gdbook.course import linreg, sgd, squared_loss
from gdbook.theory.cost import epoch_operations, step_by_hand, step_operations


def operations_in_loops(B: int, d: int) -> int:
    """Count as loops would compute: a sum of k terms has k − 1 additions."""
    products = sum(d for _ in range(B)) + sum(B for _ in range(d))
    sums = B * (d - 1) + d * (B - 1) + (B - 1)
    return products + sums + 2 * B + 3 * (d + 1)


@pytest.mark.parametrize(("B", "d"), [(1, 1), (1, 2), (10, 2), (3, 7)])
def test_a_step_takes_what_a_count_by_loops_finds(B, d):
    assert step_operations(B, d) == operations_in_loops(B, d)


@pytest.mark.parametrize(("n", "d", "B"), [(1000, 2, 10), (1000, 2, 30), (7, 3, 9)])
def test_an_epoch_is_the_sum_of_its_steps(n, d, B):
    sizes = [len(range(start, min(n, start + B))) for start in range(0, n, B)]
    assert len(sizes) == math.ceil(n / B)
    total = sum(operations_in_loops(size, d) for size in sizes)
    assert epoch_operations(n, d, B) == total
    assert epoch_operations(n, d, 1) <= 5 / 3 * total


def test_the_step_is_the_one_of_the_course():
    rng = np.random.default_rng(1)
    X, y, w = rng.normal(size=(10, 2)), rng.normal(size=10), rng.normal(size=2)
    params = (
        torch.tensor(w[:, None], requires_grad=True),
        torch.tensor([0.7], dtype=torch.float64, requires_grad=True),
    )
    squared_loss(
        linreg(torch.tensor(X), *params), torch.tensor(y[:, None])
    ).sum().backward()
    sgd(params, 0.1, 10)
    new_w, new_b = step_by_hand(X, y, w, 0.7, 0.1, 10)
    np.testing.assert_allclose(new_w, params[0].detach().numpy()[:, 0], rtol=1e-12)
    np.testing.assert_allclose(new_b, params[1].item(), rtol=1e-12)
