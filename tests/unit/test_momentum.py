"""The rate of momentum."""

import math

import numpy as np
import pytest

from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate


def momentum_path(
    curvature: float, lr: float, momentum: float, num_steps: int
) -> np.ndarray:
    w, v, path = 1.0, 0.0, [1.0]
    for _ in range(num_steps):
        v = momentum * v + curvature * w
        w = w - lr * v
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_momentum_shrinks_the_error_at_its_rate(momentum: float) -> None:
    for lr in (0.05, 0.6, 1.5, 1.9 * (1 + momentum)):
        rate = float(heavy_ball_rate(1.0, lr, momentum))
        # the envelope of an oscillation: the largest of many steps, over a long time
        path = np.abs(momentum_path(1.0, lr, momentum, 4000))
        tail = [path[k : k + 200].max() for k in (100, 200)]
        measured = (tail[1] / tail[0]) ** (1 / 100) if tail[0] > 1e-290 else rate
        assert measured == pytest.approx(rate, rel=0.01)


def test_where_momentum_oscillates_its_rate_is_the_root_of_beta() -> None:
    lrs = np.linspace((1 - math.sqrt(0.81)) ** 2 + 0.01, (1 + 0.9) ** 2 - 0.01, 30)
    np.testing.assert_allclose(heavy_ball_rate(1.0, lrs, 0.81), 0.9)


def test_momentum_diverges_beyond_two_and_two_beta() -> None:
    limit = 2 * (1 + 0.5)
    assert heavy_ball_rate(1.0, 0.99 * limit, 0.5) < 1
    assert heavy_ball_rate(1.0, 1.01 * limit, 0.5) > 1
    assert abs(momentum_path(1.0, 0.99 * limit, 0.5, 2000)[-1]) < 1
    assert abs(momentum_path(1.0, 1.01 * limit, 0.5, 2000)[-1]) > 1


def test_the_best_heavy_ball_is_the_fastest_on_both_ends() -> None:
    H = np.diag([0.01, 0.3, 1.0])

    def rate(lr: float, momentum: float) -> float:
        return max(float(heavy_ball_rate(c, lr, momentum)) for c in np.diag(H))

    lr, momentum = best_heavy_ball(H)
    best = rate(lr, momentum)
    assert best == pytest.approx(math.sqrt(momentum), rel=1e-6)
    for lr_factor in (0.98, 1, 1.02):
        for shift in (-0.01, 0, 0.01):
            assert rate(lr * lr_factor, momentum + shift) >= best - 1e-7


def test_one_curvature_needs_no_momentum() -> None:
    lr, momentum = best_heavy_ball(np.array([[2.0]]))
    assert (lr, momentum) == (pytest.approx(0.5), 0)
    assert heavy_ball_rate(2, lr, momentum) < 1e-12  # one step reaches the minimum
