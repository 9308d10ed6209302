"""The theory names bad input."""

import math

import numpy as np
import pytest

from gdbook.theory.attractor import (
    attractor,
    average_covariance,
    ensemble,
    epoch_maps,
    shuffling_bias,
    slope_weights,
    stationary_covariance,
    stationary_mean,
    toy_rounding_spread,
)
from gdbook.theory.basics import critical_lr, steps_needed
from gdbook.theory.divisor import pass_limits
from gdbook.theory.floor import (
    batch_noise,
    expected_floor,
    mean_path,
    replaced_spread,
    residual_gradients,
    rounding_spread,
    shuffled_mean,
    shuffled_spread,
    standard_errors,
)
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate
from gdbook.theory.selection import (
    fresh_points,
    information,
    line,
    log_likelihood_ratio,
    points_to_decide,
    ratio_spread,
)
from gdbook.theory.settle import (
    decaying_lrs,
    full_batch,
    predicted_moments,
    trajectories,
)
from gdbook.theory.step_size import batch_mean_square_radius, best_lr
from gdbook.theory.zero import epochs_to_print_zero, pass_polynomial, stalled_ulps
from tests.problems import DIVISOR, LR, PLANE, SLOPE, WRONG, X_TOY

MAPS = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
GROWING = epoch_maps(SLOPE, WRONG, 4, DIVISOR)  # a = 0.2·(−2.2)·(−6.2) = 2.728
EQUAL = np.ones((4, 2))  # two equal columns


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
        (lambda: heavy_ball_rate(-1, 0.1, 0.9), "curvature > 0, got -1"),
        (lambda: best_heavy_ball(np.diag([-1, 2])), "smallest_curvature > 0, got -1"),
        (lambda: best_lr(np.diag([-1, 2])), "smallest_curvature > 0, got -1"),
        (lambda: batch_mean_square_radius(PLANE, 0.1, 0), "got 0"),
        (lambda: batch_mean_square_radius(PLANE, -0.1, 1), "lr > 0, got -0.1"),
        (lambda: critical_lr(-1), "curvature > 0, got -1"),
        (lambda: standard_errors(EQUAL, 1), "independent columns, got rank below 2"),
        (lambda: mean_path([0], [1], np.eye(1), -0.1, 3), "lr > 0, got -0.1"),
        (lambda: batch_noise(np.ones((1, 1)), [1], 1), "n >= 2, got 1"),
        (lambda: shuffled_mean([0, 0], PLANE, WRONG, -0.1, 1, 3), "lr > 0, got -0.1"),
        (lambda: shuffled_mean([0, 0], EQUAL, WRONG, 0.1, 1, 3), "independent"),
        (lambda: shuffled_spread(PLANE, WRONG, -0.1, 1, 3), "lr > 0, got -0.1"),
        (lambda: shuffled_spread(EQUAL, WRONG, 0.1, 1, 3), "independent columns"),
        (lambda: replaced_spread(PLANE, WRONG, -0.1, 1, 3), "lr > 0, got -0.1"),
        (lambda: replaced_spread(EQUAL, WRONG, 0.1, 1, 3), "independent columns"),
        (lambda: rounding_spread([1], np.eye(1), -0.1, 3), "lr > 0, got -0.1"),
        (lambda: rounding_spread([1], np.zeros((1, 1)), 0.1, 3), "curvature > 0, got"),
        (lambda: shuffling_bias(SLOPE, WRONG, -0.1, 1), "lr > 0, got -0.1"),
        (lambda: shuffling_bias(EQUAL, WRONG, 0.1, 1), "independent columns"),
        (lambda: slope_weights([0, 0], 0.3, 10), r"other than 0, got \[0, 0\]"),
        (lambda: slope_weights(X_TOY, -0.3, 10), "lr > 0, got -0.3"),
        (lambda: stationary_mean(GROWING), "radius < 1 of a pass, got 2.728"),
        (lambda: stationary_covariance(GROWING), "radius < 1 of a pass, got 2.728"),
        (lambda: average_covariance(GROWING, 9), "radius < 1 of a pass, got 2.728"),
        (lambda: toy_rounding_spread(GROWING, [1]), "< 1 of a pass, got 7.44198"),
        (lambda: toy_rounding_spread(MAPS, [1, 1]), r"near \(1,\), got \(2,\)"),
        (lambda: average_covariance(MAPS, 0), "num_epochs > 0, got 0"),
        (lambda: attractor(GROWING, 1), "0 <= a < 1"),
        (lambda: ensemble(PLANE, WRONG, [2], 0.3, 10, 1, 1, 0), r"got \(1, 1\)"),
        (lambda: trajectories(PLANE, WRONG, [2], [0.3], 10, 1, 0), r"\(1, 1\)"),
        (lambda: trajectories(SLOPE, WRONG, [2], [-0.3], 10, 1, 0), "lr > 0, got -0.3"),
        (lambda: predicted_moments(np.ones((9, 1)), np.ones(9), [1], [1], 1), "got 9"),
        (lambda: full_batch(SLOPE, WRONG, [2], -0.1, 1), "lr > 0, got -0.1"),
        (lambda: pass_limits([1, math.nan], 1), r"finite features.* got \[1, nan\]"),
        (lambda: pass_limits([1], 0), "divisor > 0, got 0"),
        (lambda: epochs_to_print_zero(X_TOY, 1, 3, 10), r"\|a\| < 1, got a = 2\.46"),
        (lambda: epochs_to_print_zero(X_TOY, 1e-9, 0.3, 10), "prints > 0, got 3.5"),
        (lambda: epochs_to_print_zero(X_TOY, 0, 0.3, 10), "prints > 0, got 0"),
        (lambda: epochs_to_print_zero(X_TOY, math.nan, 0.3, 10), "> 0, got nan"),
        (lambda: stalled_ulps(X_TOY, -0.3, 10), "lr > 0, got -0.3"),
        (lambda: stalled_ulps(X_TOY, 0.3, -10), "divisor > 0, got -10"),
        (lambda: stalled_ulps(np.zeros(2), 0.3, 10), "largest_square > 0, got 0"),
        (lambda: information(0.1, 0.1, 2), "0 < share <= 1, got 2"),
        (lambda: information(0.1, 0.1, 0), "0 < share <= 1, got 0"),
        (lambda: ratio_spread(0.1, 0.1, 1.5, 9), "0 < share <= 1, got 1.5"),
        (lambda: ratio_spread(0.1, 0.1, 0.5, -9), "num_points > 0, got -9"),
        (lambda: points_to_decide(0.1, 0.1, math.nan, 20), "share <= 1, got nan"),
        (lambda: points_to_decide(0.1, 0.1, 0.25, math.inf), "odds > 1, got inf"),
        (lambda: points_to_decide(0.1, 0.1, 0.25, math.nan), "odds > 1, got nan"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
