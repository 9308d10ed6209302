"""What several modules of the theory need."""

import numpy as np
import pytest

from gdbook.theory.basics import critical_lr, steps_needed


@pytest.mark.parametrize("curvature", [0.03, 1.0, 7.0])
def test_descent_diverges_beyond_two_over_the_curvature_and_not_before(
    curvature: float,
) -> None:
    def left(lr: float) -> float:
        w = 1.0
        for _ in range(3000):
            w -= lr * curvature * w
        return abs(w)

    limit = critical_lr(curvature)
    assert left(limit) == pytest.approx(1)  # it jumps between w and −w
    assert left(0.99 * limit) < 1e-9
    assert left(limit / 2 * 1.5) < 1e-9  # beyond ηλ = 1, which is no limit
    assert left(1.01 * limit) > 1e9


def test_steps_needed_is_the_first_power_below_the_tolerance() -> None:
    for rho in (-0.97, -0.2, 0.0, 0.3, 0.999):
        steps = int(steps_needed(rho, 1e-6))
        assert abs(rho) ** steps <= 1e-6
        assert steps == 1 or abs(rho) ** (steps - 1) > 1e-6
    assert np.isinf(steps_needed(np.array([1.0, -1.0, 2.5]), 1e-6)).all()
