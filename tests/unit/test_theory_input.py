"""The theory names bad input."""

import math

import numpy as np
import pytest

from gdbook.theory.attractor import ensemble, epoch_maps
from gdbook.theory.basics import critical_lr, steps_needed
from gdbook.theory.floor import (
    batch_noise,
    expected_floor,
    residual_gradients,
    shuffled_mean,
    standard_errors,
)
from gdbook.theory.momentum import heavy_ball_rate
from gdbook.theory.selection import (
    fresh_points,
    line,
    log_likelihood_ratio,
    points_to_decide,
)
from gdbook.theory.settle import decaying_lrs
from gdbook.theory.step_size import batch_mean_square_radius
from gdbook.theory.zero import pass_polynomial
from tests.problems import DIVISOR, LR, PLANE, SLOPE, WRONG, X_TOY

MAPS = epoch_maps(SLOPE, WRONG, LR, DIVISOR)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: critical_lr(0), "curvature > 0, got 0"),
        (lambda: critical_lr(math.nan), "curvature > 0, got nan"),
        (lambda: steps_needed(0.5, 1), "tolerance < 1, got 1"),
        (lambda: expected_floor(-1, 9, 3), "sigma > 0, got -1"),
        (lambda: expected_floor(1, 9, 0), "num_params > 0, got 0"),
        (lambda: expected_floor(1, 3, 3), "n > p, got n=3, p=3"),
        (lambda: standard_errors(PLANE, 0), "sigma > 0, got 0"),
        (lambda: residual_gradients(X_TOY, WRONG), r"got \(4,\) and \(4,\)"),
        (lambda: epoch_maps(SLOPE, WRONG[:3], 0.3, 10), r"\(4, 1\) and \(3,\)"),
        (lambda: epoch_maps(SLOPE, WRONG, -0.3, 10), "lr > 0, got -0.3"),
        (lambda: epoch_maps(np.ones((9, 1)), np.ones(9), 1, 1), "got 9"),
        (lambda: batch_noise(PLANE, WRONG, 5), "got 5"),
        (lambda: shuffled_mean([0, 0], PLANE, WRONG, 0.1, 3, 1), "got 3"),
        (lambda: pass_polynomial(X_TOY, 0), "divisor > 0, got 0"),
        (lambda: ensemble(SLOPE, WRONG, [2], 0.3, 10, 1, 0, 0), "num_runs"),
        (lambda: decaying_lrs(0.3, 10, 0), "half_after > 0, got 0"),
        (lambda: fresh_points(line, X_TOY, 0, 1, 1, 0), "sigma"),
        (lambda: log_likelihood_ratio(X_TOY, X_TOY, X_TOY, 0), "sigma"),
        (lambda: points_to_decide(0.1, 0.1, 0.25, 1), "odds > 1, got 1"),
        (lambda: points_to_decide(0, 0.1, 0.25, 20), "gap > 0, got 0"),
        (lambda: heavy_ball_rate(1, 0.1, 1), "momentum < 1, got 1"),
        (lambda: batch_mean_square_radius(PLANE, 0.1, 0), "got 0"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
